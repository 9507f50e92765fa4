//! Decisions about projects: made with what is in them, changed, deleted, restored.

use std::collections::HashSet;

use super::elements;
use super::found;
use super::scenes;
use crate::check_records;
use crate::claim::Fact;
use crate::command::{Change, CommandError, NewElement, NewProject};
use crate::element::ElementRef;
use crate::facts::Facts;
use crate::find;
use crate::ids::{ElementId, ProjectId, UserId};
use crate::model::{ElementKind, Revision, Viewer};
use crate::record::{ProjectRecord, merged};
use crate::tables::{Key, ProjectRow};
use crate::told;

/// Numbers that are tried before a slug is told from others by a random id: names without a Latin
/// letter all give the same one, and this runs on the one thread that writes.
const SLUG_NUMBERS_MAX: u32 = 50;

type Decided = Result<Vec<Fact>, CommandError>;

/// Makes a project with its scenes and elements.
pub fn create(viewer: Viewer, new: &NewProject, facts: &impl Facts) -> Decided {
    let project_id = free_id(viewer, new, facts)?;
    let record = with_storyboard_id(new.record.clone());
    found::assets(viewer, record.assets(), &HashSet::new(), facts)?;
    let elements: Vec<(ElementId, &NewElement)> =
        new.elements.iter().map(|new| (new.id.unwrap_or_else(ElementId::generate), new)).collect();
    let is_mood = |mood: &ElementId| {
        let kind_of = |(id, new): &(ElementId, &NewElement)| {
            id == mood && new.record.kind() == ElementKind::Mood
        };
        elements.iter().any(kind_of)
    };
    if record.selected_mood().is_some_and(|mood| !is_mood(&mood)) {
        return Err(CommandError::Unresolved { field: "selected_mood", what: "mood" });
    }
    let created = Fact::ProjectCreated { project_id: project_id.clone(), record: record.into() };
    let mut made = vec![created];
    made.extend(scenes::all_new(viewer, &project_id, &new.scenes, facts)?);
    made.extend(elements::all_new(viewer, &project_id, &elements, facts)?);
    Ok(made)
}

/// Merges a change into a project's record.
pub fn change(viewer: Viewer, id: &ProjectId, change: &Change, facts: &impl Facts) -> Decided {
    let row = found::project(viewer, id, facts)?;
    found::expected(change.expected, row.changed)?;
    let claim = facts.claim(row.revision, row.position)?;
    let before = told::project_record(claim.fact).ok_or_else(|| found::mismatch(row.revision))?;
    let merged = merged(&before, &change.patch).map_err(|error| found::unmergeable(&error))?;
    let record = with_storyboard_id(merged);
    check_records::project_record(&record)?;
    let known = before.assets().map(|(_, id)| id).collect();
    found::assets(viewer, record.assets(), &known, facts)?;
    let selected = record.selected_mood().filter(|mood| before.selected_mood() != Some(*mood));
    if let Some(mood) = selected {
        let mood = ElementRef { kind: ElementKind::Mood, id: mood };
        if find::element(viewer.user, id, mood, facts)?.is_none() {
            return Err(CommandError::Unresolved { field: "selected_mood", what: "mood" });
        }
    }
    Ok(vec![Fact::ProjectChanged { project_id: row.project, record: record.into() }])
}

/// Deletes a project.
pub fn delete(
    viewer: Viewer,
    id: &ProjectId,
    expected: Option<Revision>,
    facts: &impl Facts,
) -> Decided {
    let row = found::project(viewer, id, facts)?;
    found::expected(expected, row.changed)?;
    Ok(vec![Fact::ProjectDeleted { project_id: row.project }])
}

/// Restores a project.
pub fn restore(viewer: Viewer, id: &ProjectId, facts: &impl Facts) -> Decided {
    let row = match find::deleted_project(viewer.user, id, facts)? {
        Some(row) => row,
        None => found::project(viewer, id, facts)?,
    };
    Ok(vec![Fact::ProjectRestored { project_id: row.project }])
}

fn with_storyboard_id(mut record: ProjectRecord) -> ProjectRecord {
    if let Some(storyboard) = record.storyboard.as_mut().filter(|one| one.id.is_empty()) {
        storyboard.id = ElementId::generate().to_string();
    }
    record
}

fn free_id(
    viewer: Viewer,
    new: &NewProject,
    facts: &impl Facts,
) -> Result<ProjectId, CommandError> {
    let is_taken = |id: &ProjectId| {
        let live = facts.get::<ProjectRow>(&Key::project(viewer.user, id))?;
        let deleted = facts.get::<ProjectRow>(&Key::deleted_project(viewer.user, id))?;
        Ok::<_, CommandError>(live.or(deleted).is_some())
    };
    match &new.id {
        Some(id) if is_taken(id)? => Err(CommandError::Taken { field: "id" }),
        Some(id) => Ok(id.clone()),
        None => {
            let slug = ProjectId::slug_of(&new.record.name);
            if !is_taken(&slug)? {
                return Ok(slug);
            }
            for number in 2..=SLUG_NUMBERS_MAX {
                let numbered = slug.numbered(number);
                if !is_taken(&numbered)? {
                    return Ok(numbered);
                }
            }
            Ok(slug.marked(&UserId::generate().to_string()))
        }
    }
}
