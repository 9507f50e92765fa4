//! The scenes of a project: list, add, show.

use axum::body::Body;
use axum::response::Response;
use rushes_api::{NewScene, ScenePage, paths};
use rushes_vault::command;

use crate::call::Call;
use crate::error::Refusal;
use crate::{intake, reply, wire};

/// Answers all scenes of a project, by number.
pub async fn list(call: Call) -> Result<Response, Refusal> {
    let project = call.project()?;
    let found = call.ask(move |vault, viewer| vault.project_view(viewer, &project)).await?;
    let view = found.ok_or_else(|| Refusal::missing("project"))?;
    let scenes = view.scenes.into_iter().map(|scene| wire::scene_view(&call.links, scene));
    reply::read(&call.headers, &ScenePage { scenes: scenes.collect() })
}

/// Adds a scene.
pub async fn add(call: Call, body: Body) -> Result<Response, Refusal> {
    let project = call.project()?;
    let key = call.idempotency_key()?;
    let asked: NewScene = intake::json(&call.headers, body).await?;
    let new = command::NewScene {
        project,
        scene_number: asked.scene_number,
        title: asked.title,
        description: asked.description,
        duration_seconds: asked.duration_seconds,
    };
    let scene = call
        .ask(move |vault, viewer| {
            let scene = vault.add_scene(viewer, new, key)?;
            vault.wait_shown(scene.revision);
            Ok::<_, Refusal>(scene)
        })
        .await?;
    let location = call.links.to(&paths::scene(&scene.project_id, scene.scene_number));
    reply::made(Some(&location), &wire::scene(scene))
}

/// Answers a scene with its histories.
pub async fn show(call: Call) -> Result<Response, Refusal> {
    let project = call.project()?;
    let scene = call.scene()?.ok_or_else(|| Refusal::missing("scene"))?;
    let found = call.ask(move |vault, viewer| vault.scene_view(viewer, &project, scene)).await?;
    let view = found.ok_or_else(|| Refusal::missing("scene"))?;
    reply::read(&call.headers, &wire::scene_view(&call.links, view))
}
