//! The scenes of a project: list, add, show, change, delete, restore, put in order.

use axum::body::Body;
use axum::response::Response;
use rushes_api::record::SceneRecord;
use rushes_api::schema::SceneNumber;
use rushes_api::{Code, NewScene, Reorder, ScenePage, SceneReply, paths};
use rushes_vault::Vault;
use rushes_vault::command::{Change, SceneRef};
use rushes_vault::ids::{ProjectId, SceneId};
use rushes_vault::model::Viewer;
use serde_json::json;

use super::pages::{Page, next_cursor};
use crate::call::Call;
use crate::edge::Links;
use crate::error::Refusal;
use crate::guard::Guard;
use crate::operation::{Operation, delete, get, patch, post};
use crate::parameters::example;
use crate::{bodies, intake, reply, wire_project};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let (all, one) = ("/projects/{project}/scenes", "/projects/{project}/scenes/{scene}");
    let scene = json!({"title": "Home", "description": "The den.", "duration_seconds": 6});
    let patched = json!({"title": "Dawn, again", "composition": {"styling": "soft light"}});
    vec![
        get(all, list)
            .named("list_scenes", "Answers a page of a project's scenes, by number.")
            .paged::<SceneNumber>()
            .reads::<ScenePage>(),
        post(all, add)
            .named("add_scene", "Adds a scene.")
            .keyed()
            .takes::<NewScene>(scene)
            .makes::<SceneReply>()
            .fails(&[Code::Taken]),
        get(one, show)
            .named("get_scene", "Answers a scene with its histories.")
            .reads::<SceneReply>(),
        patch(one, change)
            .named("change_scene", "Changes a scene's record.")
            .keyed()
            .guarded()
            .patches::<SceneRecord>(patched)
            .changes::<SceneReply>(),
        delete(one, remove)
            .named("delete_scene", "Deletes a scene with its histories.")
            .keyed()
            .guarded()
            .deletes(),
        post("/projects/{project}/scenes/{scene}/restore", restore)
            .named("restore_scene", "Takes a scene out of the bin, with what went with it.")
            .keyed()
            .changes::<SceneReply>()
            .fails(&[Code::Taken, Code::Gone]),
        post("/projects/{project}/scenes/reorder", reorder)
            .named("reorder_scenes", "Puts all scenes of a project in another order.")
            .keyed()
            .takes::<Reorder>(json!({"scene_ids": [example::OTHER_SCENE, example::SCENE]}))
            .answers::<ScenePage>(),
    ]
}

/// Answers a page of a project's scenes, by number.
pub async fn list(call: Call) -> Result<Response, Refusal> {
    let (project, page) = (call.project()?, Page::<u32>::of(&call)?);
    let found = call
        .ask(move |vault, viewer| {
            let is_there = vault.project(viewer, &project)?.is_some();
            let scenes = vault.scene_views(viewer, &project, page.after, page.limit)?;
            is_there.then_some(scenes).ok_or_else(|| Refusal::missing("project"))
        })
        .await?;
    let next_cursor = next_cursor(&found, |last| last.scene.scene_number.to_string());
    let scenes =
        found.entries.into_iter().map(|scene| wire_project::scene_view(&call.links, scene));
    let scenes = scenes.collect::<Result<_, _>>()?;
    reply::read(&call.headers, &ScenePage { scenes, next_cursor })
}

/// Adds a scene.
pub async fn add(call: Call, body: Body) -> Result<Response, Refusal> {
    let (project, key) = (call.project()?, call.idempotency_key()?);
    let new = bodies::new_scene(intake::object(&call.headers, body).await?)?;
    let view = call.ask(move |vault, viewer| vault.add_scene(viewer, &project, new, key)).await?;
    let path = paths::scene(&view.scene.project_id, view.scene.scene_number);
    reply::made(Some(&call.links.to(&path)), &wire_project::scene_view(&call.links, view)?)
}

/// Answers a scene with its histories.
pub async fn show(call: Call) -> Result<Response, Refusal> {
    let (project, scene) = (call.project()?, named(&call)?);
    let found = call.ask(move |vault, viewer| vault.scene_view(viewer, &project, scene)).await?;
    let view = found.ok_or_else(|| Refusal::missing("scene"))?;
    reply::record(&call.headers, &wire_project::scene_view(&call.links, view)?)
}

/// Changes a scene's record.
pub async fn change(call: Call, body: Body) -> Result<Response, Refusal> {
    let (project, scene, key) = (call.project()?, named(&call)?, call.idempotency_key()?);
    let guard = Guard::of(&call.headers);
    let patch = bodies::scene_patch(intake::object(&call.headers, body).await?)?;
    let links = call.links.clone();
    let view = call
        .ask(move |vault, viewer| {
            let place = (&project, scene);
            let change = |expected| {
                let view = vault.change_scene(viewer, place, Change { patch, expected }, key)?;
                wire_project::scene_view(&links, view)
            };
            guard.change(|| seen(vault, viewer, &links, place), change)
        })
        .await?;
    reply::changed(&view)
}

/// Deletes a scene.
async fn remove(call: Call) -> Result<Response, Refusal> {
    let (project, scene, key) = (call.project()?, named(&call)?, call.idempotency_key()?);
    let (guard, links) = (Guard::of(&call.headers), call.links.clone());
    call.ask(move |vault, viewer| {
        let look = || seen(vault, viewer, &links, (&project, scene));
        guard.change(look, |expected| {
            Ok(vault.delete_scene(viewer, (&project, scene), expected, key)?)
        })
    })
    .await?;
    Ok(reply::deleted())
}

/// Restores a scene, by its id.
pub async fn restore(call: Call) -> Result<Response, Refusal> {
    let (project, scene, key) = (call.project()?, named(&call)?, call.idempotency_key()?);
    let SceneRef::Id(id) = scene else {
        return Err(Refusal::missing("scene: a deleted one is named by its id"));
    };
    let view =
        call.ask(move |vault, viewer| vault.restore_scene(viewer, (&project, id), key)).await?;
    reply::changed(&wire_project::scene_view(&call.links, view)?)
}

/// Puts the scenes in another order; answers all of them.
pub async fn reorder(call: Call, body: Body) -> Result<Response, Refusal> {
    let (project, key) = (call.project()?, call.idempotency_key()?);
    let asked: Reorder = intake::record(intake::object(&call.headers, body).await?)?;
    let id = |id: &String| {
        let wanted = "must be an array of the scenes' ids";
        id.parse::<SceneId>().map_err(|_| Refusal::invalid("scene_ids", wanted))
    };
    let ids = asked.scene_ids.iter().map(id).collect::<Result<Vec<_>, _>>()?;
    let view =
        call.ask(move |vault, viewer| vault.reorder_scenes(viewer, &project, ids, key)).await?;
    let scenes = view.scenes.into_iter().map(|scene| wire_project::scene_view(&call.links, scene));
    let scenes = scenes.collect::<Result<Vec<_>, _>>()?;
    reply::made(None, &ScenePage { scenes, next_cursor: None })
}

fn named(call: &Call) -> Result<SceneRef, Refusal> {
    call.scene()?.ok_or_else(|| Refusal::missing("scene"))
}

fn seen(
    vault: &Vault,
    viewer: Viewer,
    links: &Links,
    (project, scene): (&ProjectId, SceneRef),
) -> Result<SceneReply, Refusal> {
    let view = vault.scene_view(viewer, project, scene)?;
    let view = view.ok_or_else(|| Refusal::missing("scene"))?;
    wire_project::scene_view(links, view)
}
