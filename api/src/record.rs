//! The records of projects, scenes and elements on the wire, as they are sent and come back.
//!
//! Every member may be left out. A `PATCH` sends those that change (JSON Merge Patch, RFC 7396):
//! `null` removes one, an array replaces one. What is not known goes into `metadata`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::schema::{
    ExternalCodes, FolderName, FullText, Id, Line, Metadata, Name, Text, Time, Title, Word,
};

/// What a project should become.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Storyboard {
    /// Its id; made when it is left out.
    #[schema(value_type = Line, default = json!(""))]
    pub id: String,
    /// Its title.
    #[schema(value_type = Title, default = json!(""))]
    pub title: String,
    /// What was ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creative_brief: Option<CreativeBrief>,
    /// A mood of the project, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Id>)]
    pub selected_mood: Option<String>,
}

/// What was ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CreativeBrief {
    /// Whose brand.
    #[schema(value_type = Text, default = json!(""))]
    pub brand_name: String,
    /// What is shown.
    #[schema(value_type = Text, default = json!(""))]
    pub product_description: String,
    /// To whom.
    #[schema(value_type = Text, default = json!(""))]
    pub target_audience: String,
    /// To say what.
    #[schema(value_type = Text, default = json!(""))]
    pub key_message: String,
    /// In which tone.
    #[schema(value_type = Text, default = json!(""))]
    pub tone: String,
    /// What else there is to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub additional_notes: Option<String>,
}

/// Something outside that a record refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Reference {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Title>)]
    pub title: Option<String>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Title>)]
    pub url: Option<String>,
    /// Which chapter of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Title>)]
    pub chapter: Option<String>,
    /// Which segment of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Title>)]
    pub segment: Option<String>,
    /// What there is to say of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub note: Option<String>,
}

/// What is said about a project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectRecord {
    /// What people call it.
    #[schema(value_type = Name, required = true)]
    pub name: String,
    /// What its folder in the mount is called: its id, unless it was given another name. Null gives
    /// it the id again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<FolderName>)]
    pub folder: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub description: Option<String>,
    /// What it should become.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storyboard: Option<Storyboard>,
    /// Assets of the brand.
    #[schema(value_type = Vec<Id>, max_items = 1000, default = json!([]))]
    pub brand_asset_ids: Vec<String>,
    /// Assets of the characters.
    #[schema(value_type = Vec<Id>, max_items = 1000, default = json!([]))]
    pub character_asset_ids: Vec<String>,
    /// Assets of backgrounds.
    #[schema(value_type = Vec<Id>, max_items = 1000, default = json!([]))]
    pub background_asset_ids: Vec<String>,
    /// What other systems call it, by the system's name.
    #[schema(value_type = ExternalCodes, default = json!({}))]
    pub external_codes: BTreeMap<String, String>,
    /// What it refers to outside.
    #[schema(max_items = 1000)]
    pub references: Vec<Reference>,
    /// Free words.
    #[schema(value_type = Vec<Word>, max_items = 64, default = json!([]))]
    pub tags: Vec<String>,
    /// Since when it is archived, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub archived_at: Option<String>,
    /// Whatever else there is to keep, as it was sent.
    #[schema(value_type = Metadata, default = json!({}))]
    pub metadata: Map<String, Value>,
}

/// How a scene is composed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Composition {
    /// What is where.
    #[schema(value_type = Text, default = json!(""))]
    pub description: String,
    /// How it looks.
    #[schema(value_type = Text, default = json!(""))]
    pub styling: String,
    /// How it moves.
    #[schema(value_type = Text, default = json!(""))]
    pub animation: String,
    /// When it was made, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub generated_at: Option<String>,
}

/// What is said about a scene.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SceneRecord {
    /// Its title; may be empty.
    #[schema(value_type = Title, default = json!(""))]
    pub title: String,
    /// What happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub description: Option<String>,
    /// How long it should be, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub duration_seconds: Option<f64>,
    /// How it is composed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub composition: Option<Composition>,
    /// Whatever else there is to keep, as it was sent.
    #[schema(value_type = Metadata, default = json!({}))]
    pub metadata: Map<String, Value>,
}

/// What is said about a character or a location.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Figure {
    /// What it is called.
    #[schema(value_type = Name, required = true)]
    pub name: String,
    /// What it is like.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub description: Option<String>,
    /// Assets that show it.
    #[schema(value_type = Vec<Id>, max_items = 1000, default = json!([]))]
    pub asset_ids: Vec<String>,
    /// Whatever else there is to keep, as it was sent.
    #[schema(value_type = Metadata, default = json!({}))]
    pub metadata: Map<String, Value>,
}

/// What is said about a mood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mood {
    /// What it is called.
    #[schema(value_type = Name, required = true)]
    pub name: String,
    /// What it is like.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub description: Option<String>,
    /// How it looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub visual_style: Option<String>,
    /// Its colours.
    #[schema(value_type = Vec<Word>, max_items = 64, default = json!([]))]
    pub color_palette: Vec<String>,
    /// Words for it.
    #[schema(value_type = Vec<Word>, max_items = 64, default = json!([]))]
    pub mood_keywords: Vec<String>,
    /// Assets that show it.
    #[schema(value_type = Vec<Id>, max_items = 1000, default = json!([]))]
    pub asset_ids: Vec<String>,
    /// Whatever else there is to keep, as it was sent.
    #[schema(value_type = Metadata, default = json!({}))]
    pub metadata: Map<String, Value>,
}

/// What is said about a timeline.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Timeline {
    /// What it is called.
    #[schema(value_type = Name, required = true)]
    pub name: String,
    /// Its clips, in order.
    #[schema(max_items = 1000)]
    pub clips: Vec<Clip>,
    /// Whatever else there is to keep, as it was sent.
    #[schema(value_type = Metadata, default = json!({}))]
    pub metadata: Map<String, Value>,
}

/// A piece of a version on a track.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    /// The asset; a version of a history.
    #[schema(value_type = Id)]
    pub asset_id: String,
    /// The track it lies on.
    #[serde(default)]
    #[schema(value_type = Line, default = json!(""))]
    pub track: String,
    /// Where it begins in the asset, in milliseconds.
    pub in_ms: u64,
    /// Where it ends there, in milliseconds; behind its begin.
    pub out_ms: u64,
    /// Where it lies on the timeline, in milliseconds; left out, behind the clip before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
}

/// Who wrote a prompt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A person.
    #[default]
    Human,
    /// A program.
    Machine,
}

/// What is said about a prompt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Prompt {
    /// What it is for: seed, edit, animation, refined, … An open set.
    #[schema(value_type = Word, required = true)]
    pub kind: String,
    /// The prompt.
    #[schema(value_type = FullText, required = true)]
    pub text: String,
    /// Who wrote it.
    pub author: Author,
    /// The prompts of the project it was made from.
    #[schema(value_type = Vec<Id>, max_items = 1000, default = json!([]))]
    pub derived_from: Vec<String>,
    /// The workflow that made it or that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Line>)]
    pub workflow_id: Option<String>,
    /// What was said that led to it.
    #[schema(value_type = Vec<Text>, max_items = 1000, default = json!([]))]
    pub source_transcripts: Vec<String>,
    /// Where that stands outside.
    #[schema(max_items = 1000)]
    pub external_references: Vec<Reference>,
    /// What another system calls the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Line>)]
    pub project_code: Option<String>,
    /// What was made with it.
    #[schema(value_type = Vec<Id>, max_items = 1000, default = json!([]))]
    pub asset_ids: Vec<String>,
    /// Whatever else there is to keep, as it was sent.
    #[schema(value_type = Metadata, default = json!({}))]
    pub metadata: Map<String, Value>,
}

/// Members whose own members belong to the client: they are kept as they were sent.
const FREE: [&str; 2] = ["metadata", "external_codes"];

/// Writes the names of members in `snake_case`, at every depth but below the free ones. A body that
/// has a member in both spellings is refused with the name.
pub fn in_snake_case(value: Value) -> Result<Value, String> {
    match value {
        Value::Array(values) => values.into_iter().map(in_snake_case).collect(),
        Value::Object(members) => {
            let mut renamed = Map::with_capacity(members.len());
            for (name, value) in members {
                let name = snake_case(&name);
                let free = FREE.contains(&name.as_str());
                let value = if free { value } else { in_snake_case(value)? };
                if renamed.insert(name.clone(), value).is_some() {
                    return Err(name);
                }
            }
            Ok(Value::Object(renamed))
        }
        value => Ok(value),
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_read_in_either_casing_and_free_ones_stay() {
        let sent = json!({
            "brandAssetIds": [],
            "storyboard": {"creativeBrief": {"brandName": "Fox"}},
            "references": [{"url": "x"}],
            "metadata": {"myKey": {"otherKey": 1}},
            "externalCodes": {"fliHub": "VSS-001"},
        });
        let read = json!({
            "brand_asset_ids": [],
            "storyboard": {"creative_brief": {"brand_name": "Fox"}},
            "references": [{"url": "x"}],
            "metadata": {"myKey": {"otherKey": 1}},
            "external_codes": {"fliHub": "VSS-001"},
        });
        assert_eq!(in_snake_case(sent).unwrap(), read);
        assert!(serde_json::from_value::<ProjectRecord>(read).is_ok());
        let twice = json!({"assetIds": [], "asset_ids": []});
        assert_eq!(in_snake_case(twice), Err("asset_ids".to_owned()));
    }
}
