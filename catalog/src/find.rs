//! Projects and their parts as rows: what is there for an owner, and what is not any more.
//!
//! Invariant: nothing of a deleted project or part is found here, whoever asks: queries and
//! decisions both look things up through this file.

use crate::command::SceneRef;
use crate::element::{ElementRef, element_of};
use crate::ids::{ProjectId, UserId};
use crate::model::{Part, Scope};
use crate::tables::{ElementRow, Get, Key, ProjectRow, SceneRow, TablesError};

type Found<T> = Result<Option<T>, TablesError>;

/// A project that is not deleted, by its id as it was written when it was made.
pub fn project(owner: UserId, id: &ProjectId, rows: &impl Get) -> Found<ProjectRow> {
    // Ids are unique whatever the case, but found only as they are written, like file names.
    let row = rows.get::<ProjectRow>(&Key::project(owner, id))?;
    Ok(row.filter(|row| row.project == *id))
}

/// A project that is deleted.
pub fn deleted_project(owner: UserId, id: &ProjectId, rows: &impl Get) -> Found<ProjectRow> {
    let row = rows.get::<ProjectRow>(&Key::deleted_project(owner, id))?;
    Ok(row.filter(|row| row.project == *id))
}

/// A scene of a project that is there, by id or number.
pub fn scene(
    owner: UserId,
    project: &ProjectId,
    scene: SceneRef,
    rows: &impl Get,
) -> Found<SceneRow> {
    if self::project(owner, project, rows)?.is_none() {
        return Ok(None);
    }
    let key = match scene {
        SceneRef::Id(id) => Key::scene_by_id(owner, id),
        SceneRef::Number(number) => Key::scene(owner, project, number),
    };
    let row = rows.get::<SceneRow>(&key)?;
    Ok(row.filter(|row| row.project == *project && row.deleted.is_none()))
}

/// An element of a project that is there.
pub fn element(
    owner: UserId,
    project: &ProjectId,
    element: ElementRef,
    rows: &impl Get,
) -> Found<ElementRow> {
    if self::project(owner, project, rows)?.is_none() {
        return Ok(None);
    }
    let row = rows.get::<ElementRow>(&Key::element_by_id(owner, element.id))?;
    Ok(row
        .filter(|row| row.project == *project && row.kind == element.kind && row.deleted.is_none()))
}

/// Whether what a scope names is there.
pub fn is_there(owner: UserId, scope: &Scope, rows: &impl Get) -> Result<bool, TablesError> {
    let project = &scope.project;
    match scope.part {
        None => Ok(self::project(owner, project, rows)?.is_some()),
        Some(Part::Scene(id)) => Ok(scene(owner, project, SceneRef::Id(id), rows)?.is_some()),
        Some(part) => match element_of(part) {
            Some(named) => Ok(element(owner, project, named, rows)?.is_some()),
            None => Ok(false),
        },
    }
}

/// Whether the part of a scope is deleted, whatever its project is.
pub fn is_part_deleted(owner: UserId, scope: &Scope, rows: &impl Get) -> Result<bool, TablesError> {
    match scope.part {
        None => Ok(false),
        Some(Part::Scene(id)) => {
            let row = rows.get::<SceneRow>(&Key::scene_by_id(owner, id))?;
            Ok(row.is_some_and(|row| row.deleted.is_some()))
        }
        Some(Part::Character(id) | Part::Location(id) | Part::Mood(id)) => {
            let row = rows.get::<ElementRow>(&Key::element_by_id(owner, id))?;
            Ok(row.is_some_and(|row| row.deleted.is_some()))
        }
    }
}
