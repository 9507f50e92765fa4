//! What the examples of the document name: a project with all that may be in it, made for one user.
//!
//! A world tells for each example what stands in its place there. Two worlds have values of the
//! same form and length, so that answers about them differ in nothing else.

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use rushes_api::{AssetReply, Digest, TokenMade, UserReply, paths};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Daemon, expect, form};

/// The examples of the document: its project.
pub const PROJECT: &str = "fox-story";
const SCENE: &str = "0193a5b0-7c3e-7000-8000-000000000001";
const CHARACTER: &str = "0193a5b0-7c3e-7000-8000-000000000002";
const LOCATION: &str = "0193a5b0-7c3e-7000-8000-000000000003";
const MOOD: &str = "0193a5b0-7c3e-7000-8000-000000000004";
const TIMELINE: &str = "0193a5b0-7c3e-7000-8000-000000000005";
const PROMPT: &str = "0193a5b0-7c3e-7000-8000-000000000006";
const ASSET: &str = "0193a5b0-7c3e-7000-8000-000000000007";
const OTHER_ASSET: &str = "0193a5b0-7c3e-7000-8000-000000000008";
/// Its user.
pub const USER: &str = "0193a5b0-7c3e-7000-8000-000000000009";
const TOKEN: &str = "0193a5b0-7c3e-7000-8000-00000000000a";
const OTHER_SCENE: &str = "0193a5b0-7c3e-7000-8000-00000000000b";
const WORKFLOW: &str = "comfy-7";
const DIGEST: &str = "8a1f62a0d3c18ee1e9e0e4b52d2fd0a28d2af6a1f1c4d6f0f8b3f8a94f4d6a77";
/// Every example that names something of a user's.
pub const NAMED: [&str; 14] = [
    PROJECT,
    SCENE,
    CHARACTER,
    LOCATION,
    MOOD,
    TIMELINE,
    PROMPT,
    ASSET,
    OTHER_ASSET,
    USER,
    TOKEN,
    OTHER_SCENE,
    WORKFLOW,
    DIGEST,
];
/// The key of the histories.
const KEY: &str = "scene_video";

/// What stands for each example.
#[derive(Debug, Clone)]
pub struct World {
    /// By the example.
    pub values: BTreeMap<&'static str, String>,
    /// Whoever it was made for.
    pub token: String,
}

impl World {
    /// Values that nothing has.
    pub fn nowhere() -> Self {
        let mark = Uuid::new_v4().simple().to_string();
        let digest = Digest::of(mark.as_bytes()).to_hex();
        let values = NAMED.iter().map(|example| {
            let value = match *example {
                PROJECT => format!("fox-story-{mark}"),
                WORKFLOW => format!("comfy-{mark}"),
                DIGEST => digest.clone(),
                _ => Uuid::now_v7().to_string(),
            };
            (*example, value)
        });
        Self { values: values.collect(), token: String::new() }
    }

    /// Makes a world for whoever has a token.
    pub async fn make(daemon: &Daemon, token: &str) -> Self {
        let mut world = Self { token: token.to_owned(), ..Self::nowhere() };
        let values = world.values.clone();
        let id = |example: &str| values[example].clone();
        let project = json!({
            "id": id(PROJECT),
            "name": "The fox at dawn",
            "scenes": [{"id": id(SCENE), "title": "Dawn"}, {"id": id(OTHER_SCENE)}],
            "characters": [{"id": id(CHARACTER), "name": "The fox"}],
            "locations": [{"id": id(LOCATION), "name": "The field"}],
            "moods": [{"id": id(MOOD), "name": "Warm"}],
            "timelines": [{"id": id(TIMELINE), "name": "Cut"}],
            "prompts": [{"id": id(PROMPT), "kind": "seed", "text": "a fox"}],
        });
        let made = daemon.with(token, Method::POST, paths::PROJECTS).json(&project);
        let _: Value = expect(made, StatusCode::CREATED).await;
        let content = id(DIGEST).into_bytes();
        for field in ["", "scene_id", "character_id", "location_id", "mood_id"] {
            let example = match field {
                "scene_id" => SCENE,
                "character_id" => CHARACTER,
                "location_id" => LOCATION,
                _ => MOOD,
            };
            let mut sent = form("dawn.mp4", &content)
                .text("project_id", id(PROJECT))
                .text("asset_key", KEY)
                .text("asset_type", "keyframe")
                .text("workflow_id", id(WORKFLOW));
            if !field.is_empty() {
                sent = sent.text(field, id(example));
            }
            let asset = upload(daemon, token, sent).await;
            if field == "scene_id" {
                world.values.insert(ASSET, asset.id);
                world.values.insert(DIGEST, asset.digest.unwrap().to_hex());
            }
        }
        let other = upload(daemon, token, form("other.mp4", &content)).await;
        world.values.insert(OTHER_ASSET, other.id);
        world
    }

    /// Makes a world with all that an operation's examples name.
    pub async fn of(daemon: &Daemon, token: &str, slots: &[&str]) -> Self {
        let world = Self::make(daemon, token).await;
        // A user has only so many tokens.
        let has_accounts = slots.iter().any(|slot| [USER, TOKEN].contains(slot));
        if has_accounts { world.with_accounts(daemon).await } else { world }
    }

    /// Makes the user and the token of the examples, too: an admin makes them.
    pub async fn with_accounts(mut self, daemon: &Daemon) -> Self {
        let name = format!("bea-{}", Uuid::new_v4().simple());
        let user: UserReply = daemon.post(paths::USERS, &json!({ "name": name })).await;
        let ask = json!({"name": "spare", "access": "read"});
        let ask = daemon.with(&self.token, Method::POST, paths::TOKENS).json(&ask);
        let token: TokenMade = expect(ask, StatusCode::CREATED).await;
        self.values.insert(USER, user.id);
        self.values.insert(TOKEN, token.reply.id);
        self
    }

    /// The same with the value that another world has for one example.
    pub fn with(&self, example: &'static str, of: &Self) -> Self {
        let mut changed = self.clone();
        changed.values.insert(example, of.values[example].clone());
        changed
    }

    /// A text of the document with this world's values in place of its examples.
    pub fn fill(&self, text: &str) -> String {
        let filled = |text: String, (example, value): (&&str, &String)| {
            // `fox-story` alone, and not the beginning of another word.
            if text == **example { value.clone() } else { text }
        };
        self.values.iter().fold(text.to_owned(), filled)
    }

    /// A JSON value of the document, filled in the same way.
    pub fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.fill(text).into(),
            Value::Array(values) => values.iter().map(|value| self.filled(value)).collect(),
            Value::Object(members) => {
                let filled = members.iter().map(|(name, value)| (name.clone(), self.filled(value)));
                Value::Object(filled.collect())
            }
            value => value.clone(),
        }
    }

    /// An answer with the examples in place of this world's values: what two worlds have in common.
    pub fn emptied(&self, answer: &str) -> String {
        let emptied =
            |text: String, (example, value): (&&str, &String)| text.replace(value, example);
        self.values.iter().fold(answer.to_owned(), emptied)
    }
}

async fn upload(daemon: &Daemon, token: &str, form: reqwest::multipart::Form) -> AssetReply {
    let upload = daemon.with(token, Method::POST, paths::UPLOAD).multipart(form);
    expect(upload, StatusCode::CREATED).await
}
