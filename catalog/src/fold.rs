//! How a claim changes the tables. The same code runs when a claim is new and when it is replayed.
//!
//! Knows neither sled nor the journal's files. Invariant: what it writes depends on the claim and
//! on the rows before it alone.

mod assets;
mod placed;

use crate::claim::Fact;
use crate::naming;
use crate::tables::{Deletion, Get, Key, Overlay, ProjectRow, RequestRow, SceneRow, UserRow};

use assets::{fold_asset, fold_best, fold_deletion, fold_marks, fold_placement};

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
    match &placed.claim.fact {
        Fact::UserAdded { user_id, name } => {
            let row = UserRow { user: *user_id.as_bytes(), name: name.clone() };
            into.put(Key::user_named(name), &row)?;
            into.put(Key::user(*user_id), &row)?;
        }
        Fact::ProjectCreated { project_id, .. } => {
            let row = ProjectRow { project: project_id.clone(), revision, position };
            into.put(Key::project(owner, project_id), &row)?;
        }
        Fact::SceneAdded { scene_id, project_id, scene_number: number, .. } => {
            let (scene, project) = (*scene_id.as_bytes(), project_id.clone());
            let row = SceneRow { scene, project, number: *number, revision, position };
            into.put(Key::scene(owner, project_id, *number), &row)?;
            into.put(Key::scene_by_id(owner, *scene_id), &row)?;
            let last = Key::last_scene(owner, project_id);
            let highest = into.get::<u32>(&last)?.unwrap_or(0).max(*number);
            into.put(last, &highest)?;
        }
        Fact::AssetAdded(added) => fold_asset(placed, added, into)?,
        Fact::AssetChanged(changed) => fold_marks(placed, changed, into)?,
        Fact::AssetPlaced { asset_id, placement } => {
            fold_placement(placed, *asset_id, placement, into)?;
        }
        Fact::BestSet { scope, asset_key, version } => {
            fold_best(placed, (scope, asset_key), *version, into)?;
        }
        Fact::AssetDeleted { asset_id } => {
            let deleted = Deletion { revision, at_ms: placed.claim.created_ms() };
            fold_deletion(placed, *asset_id, Some(deleted), into)?;
        }
        Fact::AssetRestored { asset_id } => fold_deletion(placed, *asset_id, None, into)?,
        Fact::BytesFreed { digests } => {
            for digest in digests {
                naming::free(digest, revision, into)?;
            }
        }
    }
    Ok(())
}
