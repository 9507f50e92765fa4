//! Which assets follow a deleted or restored project or part.
//!
//! Invariant: an asset of a deleted part follows the part, any other one its project; and only what
//! was deleted with a project or part comes back with it.

use crate::find;
use crate::ids::UserId;
use crate::naming;
use crate::tables::{AssetRow, Cause, FollowRow, Get, TablesError};

/// Whether an asset is still to be deleted, or restored, with a scope.
pub fn is_due(
    owner: UserId,
    follow: &FollowRow,
    asset: &AssetRow,
    rows: &impl Get,
) -> Result<bool, TablesError> {
    let Some(place) = &asset.place else { return Ok(false) };
    if place.project != follow.project || (follow.part.is_some() && follow.part != place.part) {
        return Ok(false);
    }
    match asset.deleted {
        Some(deleted) if follow.is_restored => {
            Ok(deleted.cause == cause(follow) && naming::is_kept(owner, asset, rows)?)
        }
        None if !follow.is_restored => {
            Ok(follow.part.is_some() || !find::is_part_deleted(owner, &place.scope(), rows)?)
        }
        _ => Ok(false),
    }
}

/// What the assets that follow a scope are deleted with.
pub const fn cause(follow: &FollowRow) -> Cause {
    if follow.part.is_some() { Cause::Part } else { Cause::Project }
}
