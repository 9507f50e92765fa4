//! Characters, locations, moods, timelines and prompts: list, add, show, change, delete, restore.
//!
//! The same handlers serve every kind; which one it is stands in the route.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::{get, post};
use rushes_api::paths;
use rushes_vault::Vault;
use rushes_vault::command::Change;
use rushes_vault::element::ElementRef;
use rushes_vault::ids::{ElementId, ProjectId};
use rushes_vault::model::{ElementKind, Revision, Viewer};
use serde_json::{Map, Value};

use super::pages::Page;
use crate::call::Call;
use crate::edge::Links;
use crate::error::Refusal;
use crate::guard::Guard;
use crate::state::App;
use crate::{bodies, intake, reply, wire_project};

/// The routes of one kind, below `/projects/{project}`.
pub fn routes(kind: ElementKind) -> Router<Arc<App>> {
    let (all, one) = (paths::elements_of(kind.word()), kind.word());
    let list = get(move |call: Call| list(call, kind))
        .post(move |call: Call, body: Body| add(call, kind, body));
    let item = get(move |call: Call| show(call, kind))
        .patch(move |call: Call, body: Body| change(call, kind, body))
        .delete(move |call: Call| delete(call, kind));
    let restored = post(move |call: Call| restore(call, kind));
    let place = format!("/projects/{{project}}/{all}");
    Router::new()
        .route(&place, list)
        .route(&format!("{place}/{{{one}}}"), item)
        .route(&format!("{place}/{{{one}}}/restore"), restored)
}

async fn list(call: Call, kind: ElementKind) -> Result<Response, Refusal> {
    let (project, page) = (call.project()?, Page::<ElementId>::of(&call)?);
    let (after, limit) = (page.after, page.limit + 1);
    let mut found = call
        .ask(move |vault, viewer| {
            let is_there = vault.project(viewer, &project)?.is_some();
            let elements = vault.element_views(viewer, (&project, kind), after, limit)?;
            is_there.then_some(elements).ok_or_else(|| Refusal::missing("project"))
        })
        .await?;
    let next_cursor = page.cut(&mut found, |last| last.element.id.to_string());
    let elements = found.into_iter().map(|view| wire_project::element_value(&call.links, view));
    let mut reply = Map::new();
    reply.insert(paths::elements_of(kind.word()), elements.collect::<Result<_, _>>()?);
    reply.extend(next_cursor.map(|cursor| ("next_cursor".to_owned(), Value::from(cursor))));
    reply::read(&call.headers, &reply)
}

async fn add(call: Call, kind: ElementKind, body: Body) -> Result<Response, Refusal> {
    let (project, key) = (call.project()?, call.idempotency_key()?);
    let new = bodies::new_element(kind, intake::object(&call.headers, body).await?)?;
    let view = call.ask(move |vault, viewer| vault.add_element(viewer, &project, new, key)).await?;
    let path = paths::element(&view.element.project_id, kind.word(), view.element.id);
    reply::made(Some(&call.links.to(&path)), &wire_project::element_value(&call.links, view)?)
}

async fn show(call: Call, kind: ElementKind) -> Result<Response, Refusal> {
    let (project, element) = (call.project()?, named(&call, kind)?);
    let links = call.links.clone();
    let (_, reply) =
        call.ask(move |vault, viewer| seen(vault, viewer, &links, (&project, element))).await?;
    reply::read(&call.headers, &reply)
}

async fn change(call: Call, kind: ElementKind, body: Body) -> Result<Response, Refusal> {
    let (project, element, key) = (call.project()?, named(&call, kind)?, call.idempotency_key()?);
    let guard = Guard::of(&call.headers);
    let patch = bodies::element_patch(kind, intake::object(&call.headers, body).await?)?;
    let links = call.links.clone();
    let reply = call
        .ask(move |vault, viewer| {
            let place = (&project, element);
            let change = |expected| {
                let view = vault.change_element(viewer, place, Change { patch, expected }, key)?;
                wire_project::element_value(&links, view)
            };
            guard.change(|| seen(vault, viewer, &links, place), change)
        })
        .await?;
    reply::changed(&reply)
}

async fn delete(call: Call, kind: ElementKind) -> Result<Response, Refusal> {
    let (project, element, key) = (call.project()?, named(&call, kind)?, call.idempotency_key()?);
    let (guard, links) = (Guard::of(&call.headers), call.links.clone());
    call.ask(move |vault, viewer| {
        guard.check(|| seen(vault, viewer, &links, (&project, element)))?;
        Ok::<_, Refusal>(vault.delete_element(viewer, (&project, element), key)?)
    })
    .await?;
    Ok(reply::deleted())
}

async fn restore(call: Call, kind: ElementKind) -> Result<Response, Refusal> {
    let (project, element, key) = (call.project()?, named(&call, kind)?, call.idempotency_key()?);
    let view = call
        .ask(move |vault, viewer| vault.restore_element(viewer, (&project, element), key))
        .await?;
    reply::changed(&wire_project::element_value(&call.links, view)?)
}

fn named(call: &Call, kind: ElementKind) -> Result<ElementRef, Refusal> {
    Ok(ElementRef { kind, id: call.element(kind.word())? })
}

fn seen(
    vault: &Vault,
    viewer: Viewer,
    links: &Links,
    (project, element): (&ProjectId, ElementRef),
) -> Result<(Revision, Value), Refusal> {
    let view = vault.element_view(viewer, project, element)?;
    let view = view.ok_or_else(|| Refusal::missing(element.kind.word()))?;
    Ok((view.element.revision, wire_project::element_value(links, view)?))
}
