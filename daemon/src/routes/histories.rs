//! The histories of a project or a scene: list, show, choose the best version.
//!
//! The same handlers serve both scopes: a path without a scene is the project's own.

use axum::body::Body;
use axum::response::Response;
use rushes_api::SetBest;
use rushes_vault::Vault;
use rushes_vault::command::{self, SceneRef};
use rushes_vault::ids::ProjectId;
use rushes_vault::model::{Scope, Viewer};

use crate::call::Call;
use crate::error::Refusal;
use crate::{intake, reply, wire};

/// Answers the histories of a scope in short, as a map by asset key.
pub async fn list(call: Call) -> Result<Response, Refusal> {
    let project = call.project()?;
    let Some(scene) = call.scene()? else {
        let found = call.ask(move |vault, viewer| vault.project_view(viewer, &project)).await?;
        let view = found.ok_or_else(|| Refusal::missing("project"))?;
        let project = wire::project_view(&call.links, view);
        return reply::read(&call.headers, &project.assets);
    };
    let found = call.ask(move |vault, viewer| vault.scene_view(viewer, &project, scene)).await?;
    let view = found.ok_or_else(|| Refusal::missing("scene"))?;
    let scene = wire::scene_view(&call.links, view);
    reply::read(&call.headers, &scene.assets)
}

/// Answers a history with all its versions.
pub async fn show(call: Call) -> Result<Response, Refusal> {
    let (project, scene, key) = (call.project()?, call.scene()?, call.asset_key()?);
    let (view, number) = call
        .ask(move |vault, viewer| {
            let (scope, number) = scope(vault, viewer, project, scene)?;
            let view = vault.history(viewer, &scope, &key)?;
            Ok::<_, Refusal>((view.ok_or_else(|| Refusal::missing("history"))?, number))
        })
        .await?;
    reply::read(&call.headers, &wire::history(&call.links, view, number))
}

/// Chooses the best version of a history.
pub async fn set_best(call: Call, body: Body) -> Result<Response, Refusal> {
    let (project, scene, asset_key) = (call.project()?, call.scene()?, call.asset_key()?);
    let key = call.idempotency_key()?;
    let SetBest { version } = intake::json(&call.headers, body).await?;
    let (view, number) = call
        .ask(move |vault, viewer| {
            let (scope, number) = scope(vault, viewer, project, scene)?;
            let best = command::SetBest { scope, asset_key, version };
            let view = vault.set_best(viewer, best, key)?;
            vault.wait_shown(view.entry.revision);
            Ok::<_, Refusal>((view, number))
        })
        .await?;
    reply::made(None, &wire::history(&call.links, view, number))
}

fn scope(
    vault: &Vault,
    viewer: Viewer,
    project: ProjectId,
    scene: Option<SceneRef>,
) -> Result<(Scope, Option<u32>), Refusal> {
    let Some(scene) = scene else { return Ok((Scope { project, scene: None }, None)) };
    let found = vault.resolve_scene(viewer, &project, scene)?;
    let scene = found.ok_or_else(|| Refusal::missing("scene"))?;
    Ok((Scope { project, scene: Some(scene.id) }, Some(scene.scene_number)))
}
