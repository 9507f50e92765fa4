//! Which assets follow a deleted or restored project or part.
//!
//! Invariant: an asset of a deleted part follows the part, any other one its project; and only what
//! was deleted with a project or part comes back with it. What went with a project while a part of
//! it is deleted waits for the part, whichever of the two is restored first.

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
    let is_of_deleted_part = || find::is_part_deleted(owner, &place.scope(), rows);
    match asset.deleted {
        Some(deleted) if follow.is_restored => {
            let is_its = match deleted.cause {
                Cause::Itself => false,
                Cause::Part => follow.part.is_some(),
                // Nobody restores a part's assets before its project: callers see to that.
                Cause::Project => follow.part.is_some() || !is_of_deleted_part()?,
            };
            Ok(is_its && naming::is_kept(owner, asset, rows)?)
        }
        None if !follow.is_restored => Ok(follow.part.is_some() || !is_of_deleted_part()?),
        _ => Ok(false),
    }
}
