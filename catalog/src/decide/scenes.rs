//! Decisions about scenes: added, changed, deleted, restored, put in order.

use std::collections::HashSet;

use super::found;
use crate::check_records;
use crate::claim::Fact;
use crate::command::{Change, CommandError, NewScene, SCENE_NUMBER_MAX, SCENES_MAX, SceneRef};
use crate::facts::Facts;
use crate::ids::{ProjectId, SceneId, UserId};
use crate::model::{Revision, Viewer};
use crate::record::merged;
use crate::tables::{Key, SceneCountRow, SceneRow};
use crate::told;

type Decided = Result<Vec<Fact>, CommandError>;

/// Adds a scene to a project that is there.
pub fn add(viewer: Viewer, project: &ProjectId, scene: &NewScene, facts: &impl Facts) -> Decided {
    let project = found::project(viewer, project, facts)?.project;
    all_new(viewer, &project, std::slice::from_ref(scene), facts)
}

/// The scenes that come to a project, each with its number.
pub fn all_new(
    viewer: Viewer,
    project: &ProjectId,
    scenes: &[NewScene],
    facts: &impl Facts,
) -> Decided {
    let count = count(viewer.user, project, facts)?;
    has_room(count, scenes.len())?;
    let mut last = count.last;
    let mut given = HashSet::new();
    let mut made = Vec::with_capacity(scenes.len());
    for scene in scenes {
        let number = scene.scene_number.unwrap_or(last.saturating_add(1));
        fits(number)?;
        let is_there = facts.get::<SceneRow>(&Key::scene(viewer.user, project, number))?.is_some();
        if is_there || !given.insert(number) {
            return Err(CommandError::Taken { field: "scene_number" });
        }
        last = last.max(number);
        made.push(Fact::SceneAdded {
            scene_id: free_id(viewer.user, scene.id, facts)?,
            project_id: project.clone(),
            scene_number: number,
            record: scene.record.clone().into(),
        });
    }
    Ok(made)
}

/// Merges a change into a scene's record.
pub fn change(
    viewer: Viewer,
    (project, scene): (&ProjectId, SceneRef),
    change: &Change,
    facts: &impl Facts,
) -> Decided {
    let row = found::scene(viewer, project, scene, facts)?;
    found::expected(change.expected, row.changed)?;
    let claim = facts.claim(row.revision, row.position)?;
    let before = told::scene_record(claim.fact).ok_or_else(|| found::mismatch(row.revision))?;
    let record = merged(&before, &change.patch).map_err(|error| found::unmergeable(&error))?;
    check_records::scene_record(&record)?;
    let scene_id = row.id();
    Ok(vec![Fact::SceneChanged { scene_id, project_id: row.project, record: record.into() }])
}

/// Deletes a scene.
pub fn delete(
    viewer: Viewer,
    (project, scene): (&ProjectId, SceneRef),
    expected: Option<Revision>,
    facts: &impl Facts,
) -> Decided {
    let row = found::scene(viewer, project, scene, facts)?;
    found::expected(expected, row.changed)?;
    Ok(vec![Fact::SceneDeleted { scene_id: row.id(), project_id: row.project }])
}

/// Restores a scene under its number, or behind the last one when that is taken.
pub fn restore(viewer: Viewer, project: &ProjectId, id: SceneId, facts: &impl Facts) -> Decided {
    let project_id = found::project(viewer, project, facts)?.project;
    let row = facts.get::<SceneRow>(&Key::scene_by_id(viewer.user, id))?;
    let row = row.filter(|row| row.project == project_id);
    let row = row.ok_or(CommandError::Missing { what: "scene" })?;
    let mut scene_number = row.number;
    if row.deleted.is_some() {
        let count = count(viewer.user, &project_id, facts)?;
        has_room(count, 1)?;
        let key = Key::scene(viewer.user, &project_id, scene_number);
        if facts.get::<SceneRow>(&key)?.is_some() {
            scene_number = count.last.saturating_add(1);
            fits(scene_number)?;
        }
    }
    Ok(vec![Fact::SceneRestored { scene_id: id, project_id, scene_number }])
}

/// Numbers the scenes of a project anew: each of them must be named once.
pub fn reorder(
    viewer: Viewer,
    project: &ProjectId,
    scene_ids: &[SceneId],
    facts: &impl Facts,
) -> Decided {
    let project_id = found::project(viewer, project, facts)?.project;
    let refused = |reason: String| Err(CommandError::Invalid { field: "scene_ids", reason });
    let mut seen = HashSet::new();
    for id in scene_ids {
        let row = facts.get::<SceneRow>(&Key::scene_by_id(viewer.user, *id))?;
        if row.is_none_or(|row| row.project != project_id || row.deleted.is_some()) {
            return Err(CommandError::Unresolved { field: "scene_ids", what: "scene" });
        }
        if !seen.insert(*id) {
            return refused(format!("names the scene {id} twice"));
        }
    }
    let live = count(viewer.user, &project_id, facts)?.live;
    if u32::try_from(scene_ids.len()) != Ok(live) {
        let named = scene_ids.len();
        return refused(format!("must name each of the {live} scenes once, got {named}"));
    }
    if live == 0 {
        return refused("there are no scenes to put in order".to_owned());
    }
    Ok(vec![Fact::ScenesReordered { project_id, scene_ids: scene_ids.to_vec() }])
}

fn count(
    owner: UserId,
    project: &ProjectId,
    facts: &impl Facts,
) -> Result<SceneCountRow, CommandError> {
    Ok(facts.get::<SceneCountRow>(&Key::scene_count(owner, project))?.unwrap_or_default())
}

fn fits(number: u32) -> Result<(), CommandError> {
    if number <= SCENE_NUMBER_MAX {
        return Ok(());
    }
    let reason = format!("must be from 1 to {SCENE_NUMBER_MAX}: reorder the scenes first");
    Err(CommandError::Invalid { field: "scene_number", reason })
}

fn has_room(count: SceneCountRow, more: usize) -> Result<(), CommandError> {
    let live = usize::try_from(count.live).unwrap_or(usize::MAX);
    if live.saturating_add(more) <= SCENES_MAX {
        return Ok(());
    }
    let reason = format!("a project has at most {SCENES_MAX}: delete some, or make another one");
    Err(CommandError::Invalid { field: "scenes", reason })
}

fn free_id(
    owner: UserId,
    wanted: Option<SceneId>,
    facts: &impl Facts,
) -> Result<SceneId, CommandError> {
    match wanted {
        Some(id) if facts.get::<SceneRow>(&Key::scene_by_id(owner, id))?.is_some() => {
            Err(CommandError::Taken { field: "id" })
        }
        Some(id) => Ok(id),
        None => Ok(SceneId::generate()),
    }
}
