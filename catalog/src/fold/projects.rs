//! How claims about projects, scenes and elements change the tables.
//!
//! Invariant: what is deleted has no row among those that are listed; its row by id stays.

use super::moments::fold_life;
use super::placed::{FoldError, Placed};
use crate::element::{ElementRecord, ElementRef, part_of};
use crate::folders::{folded, free, slug};
use crate::ids::{ElementId, ProjectId, SceneId};
use crate::model::{Part, Scope};
use crate::record::ProjectRecord;
use crate::tables::{
    ElementRow, FollowRow, Get, Key, Overlay, ProjectRow, SceneCountRow, SceneRow, TablesError,
};

type Folded = Result<(), FoldError>;

/// A project is made.
pub fn create<B: Get>(
    placed: Placed<'_>,
    (id, record): (&ProjectId, &ProjectRecord),
    into: &mut Overlay<'_, B>,
) -> Folded {
    let (revision, position) = (placed.revision, placed.position);
    let created_ms = placed.claim.created_ms();
    let project = id.clone();
    let folder = folder_of(id, record);
    let row = ProjectRow { project, folder, created_ms, revision, position, changed: revision };
    name_folder(placed, &row, into)?;
    Ok(into.put(Key::project(placed.claim.by, id), &row)?)
}

/// A project has another record.
pub fn change<B: Get>(
    placed: Placed<'_>,
    (id, record): (&ProjectId, &ProjectRecord),
    into: &mut Overlay<'_, B>,
) -> Folded {
    let key = Key::project(placed.claim.by, id);
    let Some(row) = into.get::<ProjectRow>(&key)? else {
        return Err(placed.contradicts("the project does not exist"));
    };
    let (revision, position) = (placed.revision, placed.position);
    let folder = folder_of(id, record);
    if folder != row.folder {
        unname_folder(placed, &row, into)?;
    }
    let row = ProjectRow { folder, revision, position, changed: revision, ..row };
    name_folder(placed, &row, into)?;
    Ok(into.put(key, &row)?)
}

/// A project is deleted or restored. One that is so already stays as it is.
pub fn delete<B: Get>(
    placed: Placed<'_>,
    id: &ProjectId,
    is_restored: bool,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let owner = placed.claim.by;
    let (live, deleted) = (Key::project(owner, id), Key::deleted_project(owner, id));
    let (from, to) = if is_restored { (deleted, live) } else { (live, deleted) };
    let Some(row) = into.get::<ProjectRow>(&from)? else {
        return match into.get::<ProjectRow>(&to)? {
            Some(_) => Ok(()),
            None => Err(placed.contradicts("the project does not exist")),
        };
    };
    if is_restored {
        name_folder(placed, &row, into)?;
    } else {
        unname_folder(placed, &row, into)?;
    }
    into.remove(from);
    into.put(to, &ProjectRow { changed: placed.revision, ..row })?;
    follow(placed, &Scope::of_project(id.clone()), is_restored, into)
}

fn folder_of(id: &ProjectId, record: &ProjectRecord) -> String {
    record.folder.as_deref().unwrap_or(id.as_str()).to_owned()
}

/// A folder has its name from now on, unless it is another one's: a project that is restored to a
/// name that was given away gets another one by the claim that follows.
fn name_folder<B: Get>(placed: Placed<'_>, row: &ProjectRow, into: &mut Overlay<'_, B>) -> Folded {
    let key = Key::project_folder(placed.claim.by, &folded(&row.folder));
    if into.get::<ProjectId>(&key)?.is_none() {
        into.put(key, &row.project)?;
        fold_life((placed.claim.by, placed.revision), row, true, into)?;
    }
    Ok(())
}

fn unname_folder<B: Get>(
    placed: Placed<'_>,
    row: &ProjectRow,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let key = Key::project_folder(placed.claim.by, &folded(&row.folder));
    if into.get::<ProjectId>(&key)?.as_ref() == Some(&row.project) {
        into.remove(key);
        fold_life((placed.claim.by, placed.revision), row, false, into)?;
    }
    Ok(())
}

/// A scene is added.
pub fn add_scene<B: Get>(
    placed: Placed<'_>,
    (project, scene): (&ProjectId, SceneId),
    number: u32,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let row = SceneRow {
        scene: *scene.as_bytes(),
        project: project.clone(),
        number,
        created_ms: placed.claim.created_ms(),
        revision: placed.revision,
        position: placed.position,
        changed: placed.revision,
        deleted: None,
    };
    show_scene(placed, &row, into)
}

/// A scene has another record.
pub fn change_scene<B: Get>(
    placed: Placed<'_>,
    scene: SceneId,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let row = scene_row(placed, scene, into)?;
    let (revision, position) = (placed.revision, placed.position);
    put_scene(placed, &SceneRow { revision, position, changed: revision, ..row }, into)
}

/// A scene is deleted.
pub fn delete_scene<B: Get>(
    placed: Placed<'_>,
    scene: SceneId,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let (owner, revision) = (placed.claim.by, placed.revision);
    let row = scene_row(placed, scene, into)?;
    if row.deleted.is_some() {
        return Ok(());
    }
    into.remove(Key::scene(owner, &row.project, row.number));
    let row = SceneRow { changed: revision, deleted: Some(revision), ..row };
    into.put(Key::scene_by_id(owner, scene), &row)?;
    let key = Key::scene_count(owner, &row.project);
    let count = into.get::<SceneCountRow>(&key)?.unwrap_or_default();
    into.put(key, &SceneCountRow { live: count.live.saturating_sub(1), ..count })?;
    follow(placed, &Scope::of_scene(row.project, scene), false, into)
}

/// A scene is restored, under a number.
pub fn restore_scene<B: Get>(
    placed: Placed<'_>,
    scene: SceneId,
    number: u32,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let row = scene_row(placed, scene, into)?;
    if row.deleted.is_none() {
        return Ok(());
    }
    let scope = Scope::of_scene(row.project.clone(), scene);
    let row = SceneRow { number, changed: placed.revision, deleted: None, ..row };
    show_scene(placed, &row, into)?;
    follow(placed, &scope, true, into)
}

/// The scenes of a project get the numbers 1, 2, 3, … in an order.
pub fn reorder<B: Get>(
    placed: Placed<'_>,
    project: &ProjectId,
    scene_ids: &[SceneId],
    into: &mut Overlay<'_, B>,
) -> Folded {
    let owner = placed.claim.by;
    let mut rows = Vec::with_capacity(scene_ids.len());
    for id in scene_ids {
        let row = scene_row(placed, *id, into)?;
        into.remove(Key::scene(owner, project, row.number));
        rows.push(row);
    }
    for (row, number) in rows.into_iter().zip(1..) {
        let changed = if row.number == number { row.changed } else { placed.revision };
        put_scene(placed, &SceneRow { number, changed, ..row }, into)?;
    }
    let last = u32::try_from(scene_ids.len()).unwrap_or(u32::MAX);
    Ok(into.put(Key::scene_count(owner, project), &SceneCountRow { last, live: last })?)
}

/// An element is added.
pub fn add_element<B: Get>(
    placed: Placed<'_>,
    project: &ProjectId,
    (record, id): (&ElementRecord, ElementId),
    into: &mut Overlay<'_, B>,
) -> Folded {
    let (owner, kind) = (placed.claim.by, record.kind());
    let folder = match (part_of(ElementRef { kind, id }), record.name()) {
        (Some(_), Some(name)) => {
            let is_taken = |name: &str| {
                let key = Key::element_folder(owner, project, kind, name);
                Ok::<_, TablesError>(into.get::<ElementId>(&key)?.is_some())
            };
            let folder = free(&slug(name, kind.word()), &id.to_string(), is_taken)?;
            into.put(Key::element_folder(owner, project, kind, &folded(&folder)), &id)?;
            folder
        }
        _ => String::new(),
    };
    let row = ElementRow {
        element: *id.as_bytes(),
        project: project.clone(),
        kind,
        folder,
        created_ms: placed.claim.created_ms(),
        revision: placed.revision,
        position: placed.position,
        changed: placed.revision,
        deleted: None,
    };
    count_element(placed, &row, true, into)?;
    put_element(placed, &row, into)
}

/// An element has another record.
pub fn change_element<B: Get>(
    placed: Placed<'_>,
    id: ElementId,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let row = element_row(placed, id, into)?;
    let (revision, position) = (placed.revision, placed.position);
    put_element(placed, &ElementRow { revision, position, changed: revision, ..row }, into)
}

/// An element is deleted or restored. One that is so already stays as it is.
pub fn delete_element<B: Get>(
    placed: Placed<'_>,
    id: ElementId,
    is_restored: bool,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let owner = placed.claim.by;
    let row = element_row(placed, id, into)?;
    if row.deleted.is_none() == is_restored {
        return Ok(());
    }
    let element = ElementRef { kind: row.kind, id };
    let (project, changed) = (row.project.clone(), placed.revision);
    count_element(placed, &row, is_restored, into)?;
    if is_restored {
        put_element(placed, &ElementRow { changed, deleted: None, ..row }, into)?;
    } else {
        into.remove(Key::element(owner, &project, element));
        let row = ElementRow { changed, deleted: Some(changed), ..row };
        into.put(Key::element_by_id(owner, id), &row)?;
    }
    match part_of(element) {
        Some(part) => follow(placed, &Scope { project, part: Some(part) }, is_restored, into),
        None => Ok(()),
    }
}

/// The assets of a scope are to follow it from now on.
fn follow<B: Get>(
    placed: Placed<'_>,
    scope: &Scope,
    is_restored: bool,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let row = FollowRow {
        owner: *placed.claim.by.as_bytes(),
        project: scope.project.clone(),
        part: scope.part.as_ref().map(|part: &Part| (part.tag(), *part.as_bytes())),
        is_restored,
        since: placed.revision,
    };
    Ok(into.put(Key::follow(placed.claim.by, scope), &row)?)
}

/// A scene is there, or there again.
fn show_scene<B: Get>(placed: Placed<'_>, row: &SceneRow, into: &mut Overlay<'_, B>) -> Folded {
    let key = Key::scene_count(placed.claim.by, &row.project);
    let count = into.get::<SceneCountRow>(&key)?.unwrap_or_default();
    let count =
        SceneCountRow { last: count.last.max(row.number), live: count.live.saturating_add(1) };
    into.put(key, &count)?;
    put_scene(placed, row, into)
}

fn put_scene<B: Get>(placed: Placed<'_>, row: &SceneRow, into: &mut Overlay<'_, B>) -> Folded {
    let owner = placed.claim.by;
    if row.deleted.is_none() {
        into.put(Key::scene(owner, &row.project, row.number), row)?;
    }
    Ok(into.put(Key::scene_by_id(owner, row.id()), row)?)
}

/// There is one more element of its kind, or one less.
fn count_element<B: Get>(
    placed: Placed<'_>,
    row: &ElementRow,
    is_there: bool,
    into: &mut Overlay<'_, B>,
) -> Folded {
    let key = Key::element_count(placed.claim.by, &row.project, row.kind);
    let live = into.get::<u32>(&key)?.unwrap_or(0);
    let live = if is_there { live.saturating_add(1) } else { live.saturating_sub(1) };
    Ok(into.put(key, &live)?)
}

fn put_element<B: Get>(placed: Placed<'_>, row: &ElementRow, into: &mut Overlay<'_, B>) -> Folded {
    let owner = placed.claim.by;
    let element = ElementRef { kind: row.kind, id: row.id() };
    if row.deleted.is_none() {
        into.put(Key::element(owner, &row.project, element), row)?;
    }
    Ok(into.put(Key::element_by_id(owner, row.id()), row)?)
}

fn scene_row<B: Get>(
    placed: Placed<'_>,
    scene: SceneId,
    rows: &Overlay<'_, B>,
) -> Result<SceneRow, FoldError> {
    let row = rows.get::<SceneRow>(&Key::scene_by_id(placed.claim.by, scene))?;
    row.ok_or_else(|| placed.contradicts("the scene does not exist"))
}

fn element_row<B: Get>(
    placed: Placed<'_>,
    id: ElementId,
    rows: &Overlay<'_, B>,
) -> Result<ElementRow, FoldError> {
    let row = rows.get::<ElementRow>(&Key::element_by_id(placed.claim.by, id))?;
    row.ok_or_else(|| placed.contradicts("the element does not exist"))
}
