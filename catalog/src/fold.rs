//! How a claim changes the tables. The same code runs when a claim is new and when it is replayed.
//!
//! Knows neither sled nor the journal's files. Invariant: what it writes depends on the claim and
//! on the rows before it alone.

mod assets;
mod moments;
mod placed;
mod projects;

use crate::claim::Fact;
use crate::copies;
use crate::ids::{AssetId, ProjectId, UserId};
use crate::journal::{KeptSegment, Segment};
use crate::model::Scope;
use crate::naming;
use crate::tables::{
    AssetRow, Cause, Deletion, Get, Key, Overlay, RequestRow, TablesError, UserRow,
};
use crate::users;

use assets::{fold_asset, fold_best, fold_deletion, fold_hidden, fold_marks, fold_placement};

pub use placed::{FoldError, Placed};

/// Writes what a claim changes into the overlay.
pub fn fold<B: Get>(placed: Placed<'_>, into: &mut Overlay<'_, B>) -> Result<(), FoldError> {
    let (revision, position, owner) = (placed.revision, placed.position, placed.claim.by);
    if let Some(request) = &placed.claim.request {
        let key = Key::request(owner, &request.key);
        // A request may make several claims; the first one is its answer.
        if into.get::<RequestRow>(&key)?.is_none() {
            let digest = *request.digest.as_bytes();
            into.put(key, &RequestRow { digest, revision, position })?;
        }
    }
    moments::fold_second(revision, placed.claim.created_ms(), into)?;
    // Before it is folded: an asset that is deleted still says where it is.
    let project = project_of(&placed.claim.fact, owner, into)?;
    fold_fact(placed, into)?;
    if let Some(project) = project {
        into.put(Key::project_claim(owner, &project, revision), &position)?;
        into.put(Key::activity(owner, &project), &placed.claim.created_ms())?;
    }
    Ok(())
}

fn fold_fact<B: Get>(placed: Placed<'_>, into: &mut Overlay<'_, B>) -> Result<(), FoldError> {
    match &placed.claim.fact {
        Fact::UserAdded { .. } | Fact::UserChanged { .. } => fold_user(placed, into)?,
        Fact::ProjectCreated { project_id, record } => {
            projects::create(placed, (project_id, record), into)?;
        }
        Fact::ProjectChanged { project_id, record } => {
            projects::change(placed, (project_id, record), into)?;
        }
        Fact::ProjectDeleted { project_id } => projects::delete(placed, project_id, false, into)?,
        Fact::ProjectRestored { project_id } => projects::delete(placed, project_id, true, into)?,
        Fact::SceneAdded { scene_id, project_id, scene_number, .. } => {
            projects::add_scene(placed, (project_id, *scene_id), *scene_number, into)?;
        }
        Fact::SceneChanged { scene_id, .. } => projects::change_scene(placed, *scene_id, into)?,
        Fact::SceneDeleted { scene_id, .. } => projects::delete_scene(placed, *scene_id, into)?,
        Fact::SceneRestored { scene_id, scene_number, .. } => {
            projects::restore_scene(placed, *scene_id, *scene_number, into)?;
        }
        Fact::ScenesReordered { project_id, scene_ids } => {
            projects::reorder(placed, project_id, scene_ids, into)?;
        }
        Fact::ElementAdded { element_id, project_id, record } => {
            projects::add_element(placed, project_id, (record, *element_id), into)?;
        }
        Fact::ElementChanged { element_id, .. } => {
            projects::change_element(placed, *element_id, into)?;
        }
        Fact::ElementDeleted { element_id, .. } => {
            projects::delete_element(placed, *element_id, false, into)?;
        }
        Fact::ElementRestored { element_id, .. } => {
            projects::delete_element(placed, *element_id, true, into)?;
        }
        Fact::AssetsDeleted { scope, asset_ids, is_last } => {
            let cause = if scope.part.is_some() { Cause::Part } else { Cause::Project };
            fold_deletions(placed, asset_ids, Some(cause), into)?;
            end_follow(placed, scope, *is_last, into);
        }
        Fact::AssetsRestored { scope, asset_ids, is_last } => {
            fold_deletions(placed, asset_ids, None, into)?;
            end_follow(placed, scope, *is_last, into);
        }
        Fact::AssetAdded(added) => fold_asset(placed, added, into)?,
        Fact::AssetChanged(changed) => fold_marks(placed, changed, into)?,
        Fact::AssetPlaced { asset_id, placement } => {
            fold_placement(placed, *asset_id, placement, into)?;
        }
        Fact::BestSet { scope, asset_key, version } => {
            fold_best(placed, (scope, asset_key), *version, into)?;
        }
        Fact::HistoryHidden { scope, asset_key } => {
            fold_hidden(placed, (scope, asset_key), into)?;
        }
        Fact::AssetDeleted { asset_id } => {
            fold_deletions(placed, &[*asset_id], Some(Cause::Itself), into)?;
        }
        Fact::AssetRestored { asset_id } => fold_deletions(placed, &[*asset_id], None, into)?,
        Fact::BytesFreed { digests } => {
            for digest in digests {
                naming::free(digest, placed.revision, into)?;
            }
        }
        Fact::SegmentKept { first, next, digest, size } => {
            let segment = Segment { first: *first, next: *next };
            copies::fold(&KeptSegment { segment, digest: *digest, size: *size }, into)?;
        }
    }
    Ok(())
}

fn fold_user<B: Get>(placed: Placed<'_>, into: &mut Overlay<'_, B>) -> Result<(), FoldError> {
    match &placed.claim.fact {
        Fact::UserAdded { user_id, name, role, identity } => {
            let row = UserRow {
                user: *user_id.as_bytes(),
                name: name.clone(),
                role: *role,
                is_disabled: false,
                identity: identity.clone(),
                created_ms: placed.claim.created_ms(),
                changed: placed.revision,
            };
            users::fold_added(&row, into)?;
        }
        Fact::UserChanged { user_id, name, role, is_disabled } => {
            let before = into.get::<UserRow>(&Key::user(*user_id))?;
            let before = before.ok_or(placed.contradicts("the user does not exist"))?;
            let row = UserRow {
                name: name.as_ref().unwrap_or(&before.name).clone(),
                role: role.unwrap_or(before.role),
                is_disabled: is_disabled.unwrap_or(before.is_disabled),
                changed: placed.revision,
                ..before.clone()
            };
            users::fold_changed(&before, &row, into)?;
        }
        _ => {}
    }
    Ok(())
}

/// The project that a claim touches.
fn project_of(
    fact: &Fact,
    owner: UserId,
    rows: &impl Get,
) -> Result<Option<ProjectId>, TablesError> {
    Ok(match fact {
        Fact::UserAdded { .. }
        | Fact::UserChanged { .. }
        | Fact::BytesFreed { .. }
        | Fact::SegmentKept { .. } => None,
        Fact::ProjectCreated { project_id, .. }
        | Fact::ProjectChanged { project_id, .. }
        | Fact::ProjectDeleted { project_id }
        | Fact::ProjectRestored { project_id }
        | Fact::SceneAdded { project_id, .. }
        | Fact::SceneChanged { project_id, .. }
        | Fact::SceneDeleted { project_id, .. }
        | Fact::SceneRestored { project_id, .. }
        | Fact::ScenesReordered { project_id, .. }
        | Fact::ElementAdded { project_id, .. }
        | Fact::ElementChanged { project_id, .. }
        | Fact::ElementDeleted { project_id, .. }
        | Fact::ElementRestored { project_id, .. } => Some(project_id.clone()),
        Fact::AssetsDeleted { scope, .. }
        | Fact::AssetsRestored { scope, .. }
        | Fact::BestSet { scope, .. }
        | Fact::HistoryHidden { scope, .. } => Some(scope.project.clone()),
        Fact::AssetAdded(added) => {
            added.placement.as_ref().map(|placement| placement.scope.project.clone())
        }
        Fact::AssetPlaced { placement, .. } => Some(placement.scope.project.clone()),
        Fact::AssetChanged(changed) => project_of_asset(changed.asset_id, owner, rows)?,
        Fact::AssetDeleted { asset_id } | Fact::AssetRestored { asset_id } => {
            project_of_asset(*asset_id, owner, rows)?
        }
    })
}

fn project_of_asset(
    id: AssetId,
    owner: UserId,
    rows: &impl Get,
) -> Result<Option<ProjectId>, TablesError> {
    let row = rows.get::<AssetRow>(&Key::asset(owner, id))?;
    Ok(row.and_then(|row| row.place).map(|place| place.project))
}

/// Deletes or restores assets.
fn fold_deletions<B: Get>(
    placed: Placed<'_>,
    ids: &[AssetId],
    cause: Option<Cause>,
    into: &mut Overlay<'_, B>,
) -> Result<(), FoldError> {
    let (revision, at_ms) = (placed.revision, placed.claim.created_ms());
    let deleted = cause.map(|cause| Deletion { revision, at_ms, cause });
    ids.iter().try_for_each(|id| fold_deletion(placed, *id, deleted, into))
}

/// All assets of a scope have followed it.
fn end_follow<B: Get>(placed: Placed<'_>, scope: &Scope, is_last: bool, into: &mut Overlay<'_, B>) {
    if is_last {
        into.remove(Key::follow(placed.claim.by, scope));
    }
}
