//! The histories of a project or a part of it: list, show, choose the best version.
//!
//! The same handlers serve every scope: a path without a part is the project's own.

use axum::body::Body;
use axum::response::Response;
use rushes_api::version::Histories;
use rushes_api::{AssetPatch, AssetReply, HistoriesReply, HistoryReply, SetBest};
use rushes_vault::command;
use serde_json::json;

use super::of::Of;
use super::versions;
use crate::call::Call;
use crate::error::Refusal;
use crate::guard::Guard;
use crate::operation::{Operation, get, patch, put};
use crate::{intake, reply, wire, wire_assets};

/// What histories belong to: its path, and the word for it in the names of operations.
const SCOPES: [(&str, &str, &str); 6] = [
    ("/projects/{project}", "project", "a project"),
    ("/projects/{project}/scenes/{scene}", "scene", "a scene"),
    ("/scenes/{scene}", "scene_by_id", "a scene, named by its id alone"),
    ("/projects/{project}/characters/{character}", "character", "a character"),
    ("/projects/{project}/locations/{location}", "location", "a location"),
    ("/projects/{project}/moods/{mood}", "mood", "a mood"),
];

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    SCOPES.into_iter().flat_map(|(path, word, of)| below(path, word, of)).collect()
}

/// What can be asked of the histories of one scope.
fn below(path: &str, word: &str, of: &str) -> Vec<Operation> {
    let all = format!("{path}/assets");
    let one = format!("{all}/{{asset_key}}");
    let version = format!("{one}/versions/{{version}}");
    vec![
        get(all, list)
            .named(
                format!("list_{word}_histories"),
                format!("Answers the histories of {of} with all their versions, by asset key."),
            )
            .reads::<Histories>(),
        get(one.as_str(), show)
            .named(format!("get_{word}_history"), format!("Answers a history of {of}."))
            .reads::<HistoryReply>(),
        put(format!("{one}/best"), set_best)
            .named(
                format!("choose_{word}_best"),
                format!("Chooses the best version of a history of {of}."),
            )
            .keyed()
            .guarded()
            .takes::<SetBest>(json!({"version": 1}))
            .changes::<HistoryReply>(),
        get(version.as_str(), versions::show)
            .named(format!("get_{word}_version"), format!("Answers a version of {of}."))
            .reads::<AssetReply>(),
        patch(version, versions::change)
            .named(
                format!("change_{word}_version"),
                format!("Says something again of a version of {of}."),
            )
            .keyed()
            .guarded()
            .takes::<AssetPatch>(json!({"notes": "The light is right.", "tags": ["wide"]}))
            .changes::<AssetReply>(),
    ]
}

/// Answers the histories of a scope with all their versions, as a map by asset key.
pub async fn list(call: Call) -> Result<Response, Refusal> {
    let of = Of::read(&call)?;
    let links = call.links.clone();
    let (place, histories) = call
        .ask(move |vault, viewer| {
            let (scope, number) = of.scope(vault, viewer)?;
            let histories = vault.full_histories(viewer, &scope)?;
            Ok::<_, Refusal>(((wire::folder(&links, &scope, number), number), histories))
        })
        .await?;
    let place = (place.0.as_deref(), place.1);
    let histories = histories.into_iter().map(|view| {
        let history = wire_assets::history(&call.links, view, place);
        (history.asset_key.clone(), history)
    });
    reply::read(&call.headers, &histories.collect::<HistoriesReply>())
}

/// Answers a history with all its versions.
pub async fn show(call: Call) -> Result<Response, Refusal> {
    let (of, key) = (Of::read(&call)?, call.asset_key()?);
    let links = call.links.clone();
    let (place, view) = call
        .ask(move |vault, viewer| {
            let (scope, number) = of.scope(vault, viewer)?;
            let view = vault.history(viewer, &scope, &key)?;
            let view = view.ok_or_else(|| Refusal::missing("history"))?;
            Ok::<_, Refusal>(((wire::folder(&links, &scope, number), number), view))
        })
        .await?;
    let place = (place.0.as_deref(), place.1);
    reply::record(&call.headers, &wire_assets::history(&call.links, view, place))
}

/// Chooses the best version of a history.
pub async fn set_best(call: Call, body: Body) -> Result<Response, Refusal> {
    let (of, asset_key) = (Of::read(&call)?, call.asset_key()?);
    let key = call.idempotency_key()?;
    let SetBest { version } = intake::json(&call.headers, body).await?;
    let (links, guard) = (call.links.clone(), Guard::of(&call.headers));
    let reply = call
        .ask(move |vault, viewer| {
            let (scope, number) = of.scope(vault, viewer)?;
            let folder = wire::folder(&links, &scope, number);
            let shown = |view| wire_assets::history(&links, view, (folder.as_deref(), number));
            let look = || {
                let view = vault.history(viewer, &scope, &asset_key)?;
                Ok(shown(view.ok_or_else(|| Refusal::missing("history"))?))
            };
            let choose = |expected| {
                let (scope, asset_key) = (scope.clone(), asset_key.clone());
                let best = command::SetBest { scope, asset_key, version, expected };
                let view = vault.set_best(viewer, best, key)?;
                vault.wait_shown(view.entry.revision);
                Ok(shown(view))
            };
            guard.change(look, choose)
        })
        .await?;
    reply::changed(&reply)
}
