//! Decisions about elements: added, changed, deleted, restored.

use std::collections::{HashMap, HashSet};

use super::found;
use crate::check_records;
use crate::claim::Fact;
use crate::command::{Change, CommandError, ELEMENTS_MAX, NewElement, PROMPTS_MAX};
use crate::element::{ElementRecord, ElementRef};
use crate::facts::Facts;
use crate::find;
use crate::ids::{AssetId, ElementId, ProjectId};
use crate::model::{ElementKind, Revision, Viewer};
use crate::tables::{AssetRow, ElementRow, Key};
use crate::told;

type Decided = Result<Vec<Fact>, CommandError>;

/// Adds an element to a project that is there.
pub fn add(
    viewer: Viewer,
    project: &ProjectId,
    element: &NewElement,
    facts: &impl Facts,
) -> Decided {
    let project = found::project(viewer, project, facts)?.project;
    let id = element.id.unwrap_or_else(ElementId::generate);
    all_new(viewer, &project, &[(id, element)], facts)
}

/// The elements that come to a project, each with its id. They may name each other.
pub fn all_new(
    viewer: Viewer,
    project: &ProjectId,
    elements: &[(ElementId, &NewElement)],
    facts: &impl Facts,
) -> Decided {
    let is_prompt = |(_, new): &&(ElementId, &NewElement)| new.record.kind() == ElementKind::Prompt;
    let prompts: HashSet<ElementId> =
        elements.iter().filter(is_prompt).map(|(id, _)| *id).collect();
    has_room(viewer, project, elements.iter().map(|(_, new)| new.record.kind()), facts)?;
    let mut made = Vec::with_capacity(elements.len());
    for (element_id, new) in elements {
        if facts.get::<ElementRow>(&Key::element_by_id(viewer.user, *element_id))?.is_some() {
            return Err(CommandError::Taken { field: "id" });
        }
        resolve(viewer, project, (&new.record, None), &prompts, facts)?;
        made.push(Fact::ElementAdded {
            element_id: *element_id,
            project_id: project.clone(),
            record: new.record.clone().into(),
        });
    }
    Ok(made)
}

/// Merges a change into an element's record.
pub fn change(
    viewer: Viewer,
    (project, element): (&ProjectId, ElementRef),
    change: &Change,
    facts: &impl Facts,
) -> Decided {
    let row = found::element(viewer, project, element, facts)?;
    found::expected(change.expected, row.changed)?;
    let claim = facts.claim(row.revision, row.position)?;
    let before = told::element_record(claim.fact).ok_or_else(|| found::mismatch(row.revision))?;
    let record = before.patched(&change.patch).map_err(|error| found::unmergeable(&error))?;
    check_records::element_record(&record)?;
    resolve(viewer, project, (&record, Some(&before)), &HashSet::new(), facts)?;
    let element_id = element.id;
    Ok(vec![Fact::ElementChanged { element_id, project_id: row.project, record: record.into() }])
}

/// Deletes an element.
pub fn delete(
    viewer: Viewer,
    (project, element): (&ProjectId, ElementRef),
    expected: Option<Revision>,
    facts: &impl Facts,
) -> Decided {
    let row = found::element(viewer, project, element, facts)?;
    found::expected(expected, row.changed)?;
    Ok(vec![Fact::ElementDeleted { element_id: element.id, project_id: row.project }])
}

/// Restores an element.
pub fn restore(
    viewer: Viewer,
    project: &ProjectId,
    element: ElementRef,
    facts: &impl Facts,
) -> Decided {
    let project_id = found::project(viewer, project, facts)?.project;
    let row = facts.get::<ElementRow>(&Key::element_by_id(viewer.user, element.id))?;
    let row = row.filter(|row| row.project == project_id && row.kind == element.kind);
    let row = row.ok_or(CommandError::Missing { what: element.kind.word() })?;
    if row.deleted.is_some() {
        has_room(viewer, &project_id, std::iter::once(row.kind), facts)?;
    }
    Ok(vec![Fact::ElementRestored { element_id: element.id, project_id }])
}

/// Refuses more elements of a kind than a project may have.
fn has_room(
    viewer: Viewer,
    project: &ProjectId,
    more: impl Iterator<Item = ElementKind>,
    facts: &impl Facts,
) -> Result<(), CommandError> {
    let mut coming: HashMap<ElementKind, usize> = HashMap::new();
    more.for_each(|kind| *coming.entry(kind).or_default() += 1);
    for (kind, more) in coming {
        let live = facts.get::<u32>(&Key::element_count(viewer.user, project, kind))?.unwrap_or(0);
        let live = usize::try_from(live).unwrap_or(usize::MAX);
        let max = if kind == ElementKind::Prompt { PROMPTS_MAX } else { ELEMENTS_MAX };
        if live.saturating_add(more) > max {
            let word = kind.word();
            let reason = format!("a project has at most {max} {word}s: delete some first");
            return Err(CommandError::Invalid { field: "elements", reason });
        }
    }
    Ok(())
}

/// Refuses a record that names what is not there. What it named before is not asked again.
fn resolve(
    viewer: Viewer,
    project: &ProjectId,
    (record, before): (&ElementRecord, Option<&ElementRecord>),
    coming: &HashSet<ElementId>,
    facts: &impl Facts,
) -> Result<(), CommandError> {
    let known: HashSet<AssetId> =
        before.map(ElementRecord::assets).unwrap_or_default().into_iter().collect();
    let is_timeline = record.kind() == ElementKind::Timeline;
    let field = record.assets_member();
    let assets = record.assets();
    found::assets(viewer, assets.iter().map(|id| (field, *id)), &known, facts)?;
    for id in assets.iter().filter(|id| is_timeline && !known.contains(*id)) {
        let row = facts.get::<AssetRow>(&Key::asset(viewer.user, *id))?;
        if row.is_none_or(|row| row.place.is_none()) {
            let reason = format!("{id} is no version of a history: a clip is one");
            return Err(CommandError::Invalid { field, reason });
        }
    }
    let derived_before = before.map(ElementRecord::derived_from).unwrap_or_default();
    for id in record.derived_from() {
        let prompt = ElementRef { kind: ElementKind::Prompt, id: *id };
        let is_known = derived_before.contains(id) || coming.contains(id);
        if !is_known && find::element(viewer.user, project, prompt, facts)?.is_none() {
            return Err(CommandError::Unresolved { field: "derived_from", what: "prompt" });
        }
    }
    Ok(())
}
