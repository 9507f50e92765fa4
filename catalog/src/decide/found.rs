//! What a decision needs to be there, or else how the command is refused.

use std::collections::HashSet;

use crate::command::{CommandError, PartRef, SceneRef};
use crate::element::ElementRef;
use crate::find;
use crate::ids::{AssetId, ProjectId};
use crate::journal::ReadError;
use crate::model::{ElementKind, Part, Revision, Viewer};
use crate::tables::{AssetRow, ElementRow, Get, Key, ProjectRow, SceneRow};

impl From<ReadError> for CommandError {
    fn from(error: ReadError) -> Self {
        Self::ReadOnly { reason: error.to_string() }
    }
}

/// A project that is there.
pub fn project(
    viewer: Viewer,
    id: &ProjectId,
    facts: &impl Get,
) -> Result<ProjectRow, CommandError> {
    let row = find::project(viewer.user, id, facts)?;
    row.ok_or(CommandError::Missing { what: "project" })
}

/// A scene that is there.
pub fn scene(
    viewer: Viewer,
    project: &ProjectId,
    scene: SceneRef,
    facts: &impl Get,
) -> Result<SceneRow, CommandError> {
    let row = find::scene(viewer.user, project, scene, facts)?;
    row.ok_or(CommandError::Missing { what: "scene" })
}

/// An element that is there.
pub fn element(
    viewer: Viewer,
    project: &ProjectId,
    element: ElementRef,
    facts: &impl Get,
) -> Result<ElementRow, CommandError> {
    let row = find::element(viewer.user, project, element, facts)?;
    row.ok_or(CommandError::Missing { what: element.kind.word() })
}

/// An asset, deleted or not.
pub fn asset(viewer: Viewer, id: AssetId, facts: &impl Get) -> Result<AssetRow, CommandError> {
    let row = facts.get::<AssetRow>(&Key::asset(viewer.user, id))?;
    row.ok_or(CommandError::Missing { what: "asset" })
}

/// The part of a project that is there that an upload is for.
pub fn part(
    viewer: Viewer,
    project: &ProjectId,
    part: PartRef,
    facts: &impl Get,
) -> Result<Part, CommandError> {
    let unresolved = |field, what| CommandError::Unresolved { field, what };
    let element = |kind, id| find::element(viewer.user, project, ElementRef { kind, id }, facts);
    match part {
        PartRef::Scene(scene) => {
            let row = find::scene(viewer.user, project, scene, facts)?;
            let field = match scene {
                SceneRef::Id(_) => "scene_id",
                SceneRef::Number(_) => "scene_number",
            };
            Ok(Part::Scene(row.ok_or(unresolved(field, "scene"))?.id()))
        }
        PartRef::Character(id) => {
            let found = element(ElementKind::Character, id)?;
            found.ok_or(unresolved("character_id", "character")).map(|_| Part::Character(id))
        }
        PartRef::Location(id) => {
            let found = element(ElementKind::Location, id)?;
            found.ok_or(unresolved("location_id", "location")).map(|_| Part::Location(id))
        }
        PartRef::Mood(id) => {
            let found = element(ElementKind::Mood, id)?;
            found.ok_or(unresolved("mood_id", "mood")).map(|_| Part::Mood(id))
        }
    }
}

/// Refuses a record that names an asset that is not there. What it named before is not asked again:
/// a deleted asset does not stand in the way of other changes.
pub fn assets(
    viewer: Viewer,
    named: impl Iterator<Item = (&'static str, AssetId)>,
    before: &HashSet<AssetId>,
    facts: &impl Get,
) -> Result<(), CommandError> {
    for (field, id) in named.filter(|(_, id)| !before.contains(id)) {
        let row = facts.get::<AssetRow>(&Key::asset(viewer.user, id))?;
        if row.is_none_or(|row| row.deleted.is_some()) {
            return Err(CommandError::Unresolved { field, what: "asset" });
        }
    }
    Ok(())
}

/// Refuses a change of what is not of the expected revision any more.
pub fn expected(wanted: Option<Revision>, is: Revision) -> Result<(), CommandError> {
    match wanted {
        Some(wanted) if wanted != is => Err(CommandError::Changed { revision: is }),
        _ => Ok(()),
    }
}

/// A row that leads to a claim of another kind.
pub fn mismatch(revision: Revision) -> CommandError {
    let reason = format!("revision {revision} is not what the tables say: restart the daemon");
    CommandError::ReadOnly { reason }
}

/// A change that cannot be merged into a record.
pub fn unmergeable(error: &serde_json::Error) -> CommandError {
    CommandError::Invalid { field: "body", reason: error.to_string() }
}
