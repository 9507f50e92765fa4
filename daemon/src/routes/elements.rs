//! Characters, locations, moods, timelines and prompts: list, add, show, change, delete, restore.
//!
//! The same handlers serve every kind; which one it is stands in the route.

use axum::body::Body;
use axum::response::Response;
use rushes_api::record::{Figure, Mood, Prompt, Timeline};
use rushes_api::schema::Id;
use rushes_api::{
    CharacterPage, Code, ElementReply, LocationPage, MoodPage, NewElement, PromptPage,
    TimelinePage, paths,
};
use rushes_vault::Vault;
use rushes_vault::command::Change;
use rushes_vault::element::ElementRef;
use rushes_vault::ids::{ElementId, ProjectId};
use rushes_vault::model::{ElementKind, Viewer};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::pages::{Page, next_cursor};
use crate::call::{Call, must_see};
use crate::edge::Links;
use crate::error::Refusal;
use crate::guard::Guard;
use crate::operation::{Operation, delete, get, patch, post};
use crate::parameters::example;
use crate::{bodies, intake, reply, wire_project};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let figure = |name: &str| json!({"name": name, "description": "Seen in the first scene."});
    let mood = json!({"name": "Cold", "visual_style": "blue hour", "mood_keywords": ["calm"]});
    let clip = json!({"asset_id": example::ASSET, "track": "video", "in_ms": 0, "out_ms": 4000});
    let prompt = json!({"kind": "seed", "text": "a fox at dawn", "author": "human"});
    [
        of::<Figure, CharacterPage>(ElementKind::Character, figure("The hare")),
        of::<Figure, LocationPage>(ElementKind::Location, figure("The den")),
        of::<Mood, MoodPage>(ElementKind::Mood, mood),
        of::<Timeline, TimelinePage>(
            ElementKind::Timeline,
            json!({"name": "Cut one", "clips": [clip]}),
        ),
        of::<Prompt, PromptPage>(ElementKind::Prompt, prompt),
    ]
    .concat()
}

/// What can be asked of one kind.
fn of<R: ToSchema, P: ToSchema>(kind: ElementKind, sent: Value) -> Vec<Operation> {
    let word = kind.word();
    let all = format!("/projects/{{project}}/{}", paths::elements_of(word));
    let one = format!("{all}/{{{word}}}");
    let patched = json!({"metadata": {"seen": true, "draft": null}});
    vec![
        get(all.as_str(), move |call: Call| list(call, kind))
            .named(format!("list_{word}s"), format!("Answers a page of a project's {word}s."))
            .paged::<Id>()
            .reads::<P>(),
        post(all.as_str(), move |call: Call, body: Body| add(call, kind, body))
            .named(format!("add_{word}"), format!("Adds a {word}."))
            .keyed()
            .takes::<NewElement<R>>(sent)
            .makes::<ElementReply<R>>()
            .fails(&[Code::Taken]),
        get(one.as_str(), move |call: Call| show(call, kind))
            .named(format!("get_{word}"), format!("Answers a {word}."))
            .reads::<ElementReply<R>>(),
        patch(one.as_str(), move |call: Call, body: Body| change(call, kind, body))
            .named(format!("change_{word}"), format!("Changes a {word}'s record."))
            .keyed()
            .guarded()
            .patches::<R>(patched)
            .changes::<ElementReply<R>>(),
        delete(one.as_str(), move |call: Call| remove(call, kind))
            .named(format!("delete_{word}"), format!("Deletes a {word}."))
            .keyed()
            .guarded()
            .deletes(),
        post(format!("{one}/restore"), move |call: Call| restore(call, kind))
            .named(format!("restore_{word}"), format!("Takes a {word} out of the bin."))
            .keyed()
            .changes::<ElementReply<R>>()
            .fails(&[Code::Taken, Code::Gone]),
    ]
}

async fn list(call: Call, kind: ElementKind) -> Result<Response, Refusal> {
    let (project, page) = (call.project()?, Page::<ElementId>::of(&call)?);
    let found = call
        .ask(move |vault, viewer| {
            let is_there = vault.project(viewer, &project)?.is_some();
            let elements = vault.element_views(viewer, (&project, kind), page.after, page.limit)?;
            is_there.then_some(elements).ok_or_else(|| Refusal::missing("project"))
        })
        .await?;
    let next_cursor = next_cursor(&found, |last| last.element.id.to_string());
    let elements =
        found.entries.into_iter().map(|view| wire_project::element_value(&call.links, view));
    let mut reply = Map::new();
    reply.insert(paths::elements_of(kind.word()), elements.collect::<Result<_, _>>()?);
    reply.extend(next_cursor.map(|cursor| ("next_cursor".to_owned(), Value::from(cursor))));
    reply::read(&call.headers, &reply)
}

async fn add(call: Call, kind: ElementKind, body: Body) -> Result<Response, Refusal> {
    let (project, key) = (call.project()?, call.idempotency_key()?);
    let new = bodies::new_element(kind, intake::object(&call.headers, body).await?)?;
    let (named, only) = (bodies::named_in(&new.record), call.project_only().cloned());
    let view = call
        .ask(move |vault, viewer| {
            must_see(vault, viewer, only.as_ref(), &named, || Ok(Vec::new()))?;
            Ok::<_, Refusal>(vault.add_element(viewer, &project, new, key)?)
        })
        .await?;
    let path = paths::element(&view.element.project_id, kind.word(), view.element.id);
    reply::made(Some(&call.links.to(&path)), &wire_project::element_value(&call.links, view)?)
}

async fn show(call: Call, kind: ElementKind) -> Result<Response, Refusal> {
    let (project, element) = (call.project()?, named(&call, kind)?);
    let links = call.links.clone();
    let reply =
        call.ask(move |vault, viewer| seen(vault, viewer, &links, (&project, element))).await?;
    reply::record(&call.headers, &reply)
}

async fn change(call: Call, kind: ElementKind, body: Body) -> Result<Response, Refusal> {
    let (project, element, key) = (call.project()?, named(&call, kind)?, call.idempotency_key()?);
    let guard = Guard::of(&call.headers);
    let (patch, named) = bodies::element_patch(kind, intake::object(&call.headers, body).await?)?;
    let (links, only) = (call.links.clone(), call.project_only().cloned());
    let reply = call
        .ask(move |vault, viewer| {
            let place = (&project, element);
            let before = || {
                let view = vault.element_view(viewer, &project, element)?;
                Ok(view.map(|view| view.element.record.assets()).unwrap_or_default())
            };
            must_see(vault, viewer, only.as_ref(), &named, before)?;
            let change = |expected| {
                let view = vault.change_element(viewer, place, Change { patch, expected }, key)?;
                wire_project::element_value(&links, view)
            };
            guard.change(|| seen(vault, viewer, &links, place), change)
        })
        .await?;
    reply::changed(&reply)
}

async fn remove(call: Call, kind: ElementKind) -> Result<Response, Refusal> {
    let (project, element, key) = (call.project()?, named(&call, kind)?, call.idempotency_key()?);
    let (guard, links) = (Guard::of(&call.headers), call.links.clone());
    call.ask(move |vault, viewer| {
        let look = || seen(vault, viewer, &links, (&project, element));
        guard.change(look, |expected| {
            Ok(vault.delete_element(viewer, (&project, element), expected, key)?)
        })
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
) -> Result<Value, Refusal> {
    let view = vault.element_view(viewer, project, element)?;
    let view = view.ok_or_else(|| Refusal::missing(element.kind.word()))?;
    wire_project::element_value(links, view)
}
