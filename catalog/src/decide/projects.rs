//! Decisions about projects: made with what is in them, changed, deleted, restored.

use std::collections::HashSet;

use super::elements;
use super::found;
use super::scenes;
use crate::check_records;
use crate::claim::Fact;
use crate::command::{Change, CommandError, FOLDER_BYTES_MAX, NewElement, NewProject};
use crate::element::ElementRef;
use crate::facts::Facts;
use crate::find;
use crate::folders::{folded, free};
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
    let record = with_storyboard_id(new.record.clone()).in_folder(&project_id);
    has_free_folder(viewer, &project_id, &record, facts)?;
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
    let before = record_of(&row, facts)?;
    let merged = merged(&before, &change.patch).map_err(|error| found::unmergeable(&error))?;
    let record = with_storyboard_id(merged).in_folder(&row.project);
    check_records::project_record(&record)?;
    has_free_folder(viewer, &row.project, &record, facts)?;
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

/// Calls a project's folder otherwise, and the project where it was called like the folder.
pub fn rename(viewer: Viewer, id: &ProjectId, folder: &str, facts: &impl Facts) -> Decided {
    let row = found::project(viewer, id, facts)?;
    let mut record = record_of(&row, facts)?;
    if record.name == row.folder || record.name == row.project.as_str() {
        folder.clone_into(&mut record.name);
    }
    record.folder = Some(folder.to_owned());
    let record = record.in_folder(&row.project);
    has_free_folder(viewer, &row.project, &record, facts)?;
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

/// Restores a project. Where another one's folder has its name now, its own gets a number.
pub fn restore(viewer: Viewer, id: &ProjectId, facts: &impl Facts) -> Decided {
    let row = match find::deleted_project(viewer.user, id, facts)? {
        Some(row) => row,
        None => found::project(viewer, id, facts)?,
    };
    let project_id = row.project.clone();
    let mut made = vec![Fact::ProjectRestored { project_id: project_id.clone() }];
    let is_taken = |name: &str| is_taken_folder(viewer, &project_id, name, facts);
    if is_taken(&folded(&row.folder))? {
        let mut record = record_of(&row, facts)?;
        let name = cut(&row.folder, FOLDER_BYTES_MAX - ProjectId::BYTES_MAX - 1);
        record.folder = Some(free(name, project_id.as_str(), is_taken)?);
        made.push(Fact::ProjectChanged { project_id, record: record.into() });
    }
    Ok(made)
}

fn record_of(row: &ProjectRow, facts: &impl Facts) -> Result<ProjectRecord, CommandError> {
    let claim = facts.claim(row.revision, row.position)?;
    told::project_record(claim.fact).ok_or_else(|| found::mismatch(row.revision))
}

/// Refuses the name of a folder that another project's has, or that is another one's id: a path
/// with an id in it never leads to another project than that one.
fn has_free_folder(
    viewer: Viewer,
    id: &ProjectId,
    record: &ProjectRecord,
    facts: &impl Facts,
) -> Result<(), CommandError> {
    let folder = record.folder.as_deref().unwrap_or(id.as_str());
    if is_taken_folder(viewer, id, &folded(folder), facts)? {
        return Err(CommandError::Taken { field: "folder" });
    }
    Ok(())
}

fn is_taken_folder(
    viewer: Viewer,
    id: &ProjectId,
    folded: &str,
    facts: &impl Facts,
) -> Result<bool, CommandError> {
    let named = facts.get::<ProjectId>(&Key::project_folder(viewer.user, folded))?;
    let called = match folded.parse::<ProjectId>() {
        Ok(called) => facts.get::<ProjectRow>(&Key::project(viewer.user, &called))?,
        Err(_) => None,
    };
    let other = |one: &ProjectId| one != id;
    Ok(named.as_ref().is_some_and(other) || called.is_some_and(|row| other(&row.project)))
}

fn cut(name: &str, bytes_max: usize) -> &str {
    let mut end = name.len().min(bytes_max);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default().trim_end_matches([' ', '.'])
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
        let folder = facts.get::<ProjectId>(&Key::project_folder(viewer.user, &id.folded()))?;
        Ok::<_, CommandError>(live.or(deleted).is_some() || folder.is_some())
    };
    // A folder that can be an id is one.
    let folder = new.record.folder.as_deref().and_then(|folder| folder.parse::<ProjectId>().ok());
    match &new.id {
        Some(id) if is_taken(id)? => Err(CommandError::Taken { field: "id" }),
        Some(id) => Ok(id.clone()),
        None => {
            if let Some(id) = folder
                && !is_taken(&id)?
            {
                return Ok(id);
            }
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
