//! The histories of a project or a part of it: list, show, choose the best version.
//!
//! The same handlers serve every scope: a path without a part is the project's own.

use axum::body::Body;
use axum::response::Response;
use rushes_api::SetBest;
use rushes_vault::Vault;
use rushes_vault::command::{self, PartRef};
use rushes_vault::ids::ProjectId;
use rushes_vault::model::{Scope, Viewer};

use crate::call::Call;
use crate::error::Refusal;
use crate::{intake, reply, wire};

/// Answers the histories of a scope in short, as a map by asset key.
pub async fn list(call: Call) -> Result<Response, Refusal> {
    let (project, part) = (call.project()?, call.part()?);
    let (folder, histories) = call
        .ask(move |vault, viewer| {
            let (scope, number) = scope(vault, viewer, project, part)?;
            let histories = vault.histories_of(viewer, &scope)?;
            Ok::<_, Refusal>((wire::folder(&scope, number), histories))
        })
        .await?;
    reply::read(&call.headers, &wire::histories(&call.links, folder.as_deref(), histories))
}

/// Answers a history with all its versions.
pub async fn show(call: Call) -> Result<Response, Refusal> {
    let (project, part, key) = (call.project()?, call.part()?, call.asset_key()?);
    let (view, number) = call
        .ask(move |vault, viewer| {
            let (scope, number) = scope(vault, viewer, project, part)?;
            let view = vault.history(viewer, &scope, &key)?;
            Ok::<_, Refusal>((view.ok_or_else(|| Refusal::missing("history"))?, number))
        })
        .await?;
    reply::read(&call.headers, &wire::history(&call.links, view, number))
}

/// Chooses the best version of a history.
pub async fn set_best(call: Call, body: Body) -> Result<Response, Refusal> {
    let (project, part, asset_key) = (call.project()?, call.part()?, call.asset_key()?);
    let key = call.idempotency_key()?;
    let SetBest { version } = intake::json(&call.headers, body).await?;
    let (view, number) = call
        .ask(move |vault, viewer| {
            let (scope, number) = scope(vault, viewer, project, part)?;
            let best = command::SetBest { scope, asset_key, version };
            let view = vault.set_best(viewer, best, key)?;
            vault.wait_shown(view.entry.revision);
            Ok::<_, Refusal>((view, number))
        })
        .await?;
    reply::made(None, &wire::history(&call.links, view, number))
}

/// The scope that a path names; refused when there is no such project or part.
fn scope(
    vault: &Vault,
    viewer: Viewer,
    project: ProjectId,
    part: Option<PartRef>,
) -> Result<(Scope, Option<u32>), Refusal> {
    match part {
        None if vault.project(viewer, &project)?.is_none() => Err(Refusal::missing("project")),
        None => Ok((Scope::of_project(project), None)),
        Some(part) => {
            let found = vault.resolve_part(viewer, &project, part)?;
            found.ok_or_else(|| Refusal::missing(part_word(part)))
        }
    }
}

const fn part_word(part: PartRef) -> &'static str {
    match part {
        PartRef::Scene(_) => "scene",
        PartRef::Character(_) => "character",
        PartRef::Location(_) => "location",
        PartRef::Mood(_) => "mood",
    }
}
