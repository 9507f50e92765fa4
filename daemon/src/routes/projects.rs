//! Projects: list, make, show.

use axum::body::Body;
use axum::extract::Query;
use axum::response::Response;
use rushes_api::{Code, NewProject, ProjectPage, paths};
use rushes_vault::command;
use rushes_vault::ids::ProjectId;
use serde::Deserialize;

use crate::call::{Across, Call};
use crate::error::Refusal;
use crate::{intake, reply, wire};

/// Projects of a page when the client does not say.
const PAGE_DEFAULT: usize = 100;
/// Most projects of a page.
const PAGE_MAX: usize = 1000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Answers a page of projects, by id.
pub async fn list(Across(call): Across) -> Result<Response, Refusal> {
    let Query(page) = Query::<Page>::try_from_uri(&call.uri)
        .map_err(|error| Refusal::new(Code::BadRequest, format!("the query: {error}")))?;
    let limit = page.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        let reason = format!("must be from 1 to {PAGE_MAX}");
        return Err(Refusal::of_field(Code::BadRequest, "limit", reason));
    }
    let after: Option<ProjectId> =
        page.cursor.map(|cursor| cursor.parse()).transpose().map_err(|_| {
            Refusal::of_field(Code::BadRequest, "cursor", "must be the next_cursor of a page")
        })?;
    // One more than asked for tells whether there is another page.
    let only = call.project_only().cloned();
    let mut found = call
        .ask(move |vault, viewer| match only {
            Some(only) => {
                let is_after = after.is_none_or(|after| after.folded() < only.folded());
                let project = if is_after { vault.project(viewer, &only)? } else { None };
                Ok::<_, Refusal>(project.into_iter().collect())
            }
            None => Ok(vault.projects(viewer, after.as_ref(), limit + 1)?),
        })
        .await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found.last().filter(|_| more).map(|last| last.id.to_string());
    let projects = found.into_iter().map(wire::project).collect();
    reply::read(&call.headers, &ProjectPage { projects, next_cursor })
}

/// Makes a project.
pub async fn create(call: Call, body: Body) -> Result<Response, Refusal> {
    let key = call.idempotency_key()?;
    let asked: NewProject = intake::json(&call.headers, body).await?;
    let id = asked.id.map(|id| {
        let wanted = "must be 1 to 64 of A-Z a-z 0-9 . _ -, as a folder's name";
        id.parse().map_err(|_| Refusal::invalid("id", wanted))
    });
    let new = command::NewProject {
        id: id.transpose()?,
        name: asked.name,
        description: asked.description,
    };
    let project = call
        .ask(move |vault, viewer| {
            let project = vault.create_project(viewer, new, key)?;
            vault.wait_shown(project.revision);
            Ok::<_, Refusal>(project)
        })
        .await?;
    let location = call.links.to(&paths::project(&project.id));
    reply::made(Some(&location), &wire::project(project))
}

/// Answers a complete project.
pub async fn show(call: Call) -> Result<Response, Refusal> {
    let id = call.project()?;
    let found = call.ask(move |vault, viewer| vault.project_view(viewer, &id)).await?;
    let view = found.ok_or_else(|| Refusal::missing("project"))?;
    reply::read(&call.headers, &wire::project_view(&call.links, view))
}
