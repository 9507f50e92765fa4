//! Projects: list, make, show, change, delete, restore.

use axum::body::Body;
use axum::extract::Query;
use axum::response::Response;
use rushes_api::record::ProjectRecord;
use rushes_api::{Code, NewProject, ProjectPage, ProjectView, paths, schema};
use rushes_vault::Vault;
use rushes_vault::command::Change;
use rushes_vault::ids::ProjectId;
use rushes_vault::model::{Revision, Viewer};
use rushes_vault::weight;
use serde::Deserialize;
use serde_json::json;

use super::pages::{Page, next_cursor};
use crate::call::{Across, Call, must_see};
use crate::edge::Links;
use crate::error::Refusal;
use crate::guard::Guard;
use crate::operation::{Operation, delete, get, patch, post};
use crate::parameters::{number, query};
use crate::{bodies, intake, reply, wire_project};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let one = "/projects/{project}";
    let name = "The fox at dawn";
    let project = json!({
        "name": name,
        "storyboard": {"title": "Pilot", "creative_brief": {"tone": "quiet"}},
        "scenes": [{"title": "Dawn", "duration_seconds": 4.5}, {"title": "The chase"}],
        "characters": [{"name": "The fox"}],
        "moods": [{"name": "Warm", "color_palette": ["#f4a259"]}],
        "external_codes": {"studio": "VSS-001"},
        "tags": ["demo"],
    });
    let as_of = query("as_of", "The project as it was at this revision.", number(0, usize::MAX));
    vec![
        get("/projects", list)
            .named("list_projects", "Answers a page of projects, by id.")
            .paged::<schema::ProjectId>()
            .reads::<ProjectPage>(),
        post("/projects", create)
            .named("create_project", "Makes a project with what is in it.")
            .keyed()
            .takes::<NewProject>(project)
            .makes::<ProjectView>()
            .fails(&[Code::Taken]),
        get(one, show)
            .named("get_project", "Answers a complete project, as it is or as it was.")
            .with(as_of)
            .reads::<ProjectView>(),
        patch(one, change)
            .named("change_project", "Changes a project's record.")
            .keyed()
            .guarded()
            .patches::<ProjectRecord>(json!({"description": "Three scenes.", "archived_at": null}))
            .changes::<ProjectView>(),
        delete(one, remove)
            .named("delete_project", "Deletes a project with all that is in it.")
            .keyed()
            .guarded()
            .deletes(),
        post("/projects/{project}/restore", restore)
            .named("restore_project", "Takes a project out of the bin, with what went with it.")
            .keyed()
            .changes::<ProjectView>()
            .fails(&[Code::Taken, Code::Gone]),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    as_of: Option<Revision>,
}

/// Answers a page of projects, by id.
pub async fn list(Across(call): Across) -> Result<Response, Refusal> {
    let page = Page::<ProjectId>::of(&call)?;
    let (Page { after, limit }, only) = (page, call.project_only().cloned());
    let found = call
        .ask(move |vault, viewer| match only {
            Some(only) => {
                let is_after = after.is_none_or(|after| after.folded() < only.folded());
                let project = if is_after { vault.project(viewer, &only)? } else { None };
                let entries = project.into_iter().collect();
                Ok::<_, Refusal>(weight::Page { entries, has_more: false })
            }
            None => Ok(vault.projects(viewer, after.as_ref(), limit)?),
        })
        .await?;
    let next_cursor = next_cursor(&found, |last| last.id.to_string());
    let projects =
        found.entries.into_iter().map(wire_project::project).collect::<Result<_, _>>()?;
    reply::read(&call.headers, &ProjectPage { projects, next_cursor })
}

/// Makes a project with what is in it.
pub async fn create(call: Call, body: Body) -> Result<Response, Refusal> {
    let key = call.idempotency_key()?;
    let new = bodies::new_project(intake::object(&call.headers, body).await?)?;
    let view = call.ask(move |vault, viewer| vault.create_project(viewer, new, key)).await?;
    let location = call.links.to(&paths::project(&view.project.id));
    reply::made(Some(&location), &wire_project::project_view(&call.links, view)?)
}

/// Answers a complete project, as it is or as it was at a revision.
pub async fn show(call: Call) -> Result<Response, Refusal> {
    let id = call.project()?;
    let Query(when) = Query::<When>::try_from_uri(&call.uri)
        .map_err(|error| Refusal::new(Code::BadRequest, format!("the query: {error}")))?;
    let found = call
        .ask(move |vault, viewer| match when.as_of {
            Some(revision) => vault.project_view_as_of(viewer, &id, revision),
            None => vault.project_view(viewer, &id),
        })
        .await?;
    let view = found.ok_or_else(|| Refusal::missing("project"))?;
    reply::record(&call.headers, &wire_project::project_view(&call.links, view)?)
}

/// Changes a project's record.
pub async fn change(call: Call, body: Body) -> Result<Response, Refusal> {
    let (id, key, guard) = (call.project()?, call.idempotency_key()?, Guard::of(&call.headers));
    let (patch, named) = bodies::project_patch(intake::object(&call.headers, body).await?)?;
    let (links, only) = (call.links.clone(), call.project_only().cloned());
    let view = call
        .ask(move |vault, viewer| {
            let before = || {
                let project = vault.project(viewer, &id)?;
                let named = project.iter().flat_map(|project| project.record.assets());
                Ok(named.map(|(_, id)| id).collect())
            };
            must_see(vault, viewer, only.as_ref(), &named, before)?;
            let change = |expected| {
                let change = Change { patch, expected };
                let view = vault.change_project(viewer, &id, change, key)?;
                wire_project::project_view(&links, view)
            };
            guard.change(|| seen(vault, viewer, &links, &id), change)
        })
        .await?;
    reply::changed(&view)
}

/// Deletes a project.
async fn remove(call: Call) -> Result<Response, Refusal> {
    let (id, key, guard) = (call.project()?, call.idempotency_key()?, Guard::of(&call.headers));
    let links = call.links.clone();
    call.ask(move |vault, viewer| {
        let look = || seen(vault, viewer, &links, &id);
        guard.change(look, |expected| Ok(vault.delete_project(viewer, &id, expected, key)?))
    })
    .await?;
    Ok(reply::deleted())
}

/// Restores a project.
pub async fn restore(call: Call) -> Result<Response, Refusal> {
    let (id, key) = (call.project()?, call.idempotency_key()?);
    let view = call.ask(move |vault, viewer| vault.restore_project(viewer, &id, key)).await?;
    reply::changed(&wire_project::project_view(&call.links, view)?)
}

fn seen(
    vault: &Vault,
    viewer: Viewer,
    links: &Links,
    id: &ProjectId,
) -> Result<ProjectView, Refusal> {
    let view = vault.project_view(viewer, id)?.ok_or_else(|| Refusal::missing("project"))?;
    wire_project::project_view(links, view)
}
