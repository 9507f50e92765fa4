//! What is kept of moments: the first claim of each second, and when a name was a project's folder.
//!
//! Invariant: a second's row never changes. Where the clock was set back, claims count as of the
//! latest second that was seen before them, so that time only goes on.

use crate::folders::folded;
use crate::ids::UserId;
use crate::model::Revision;
use crate::tables::{Get, Key, LifeRow, Overlay, ProjectRow, TablesError};

/// A claim was recorded in a second: the first one there is the one before which the second before
/// it ends.
pub fn fold_second<B: Get>(
    revision: Revision,
    created_ms: i64,
    into: &mut Overlay<'_, B>,
) -> Result<(), TablesError> {
    let second = u64::try_from(created_ms / 1000).unwrap_or_default();
    let last = into.get::<u64>(&Key::last_second())?;
    if last.is_none_or(|last| last < second) {
        into.put(Key::last_second(), &second)?;
        into.put(Key::second(second), &revision)?;
    }
    Ok(())
}

/// A project is there under a folder's name from a claim on, or is not.
pub fn fold_life<B: Get>(
    (owner, revision): (UserId, Revision),
    row: &ProjectRow,
    is_there: bool,
    into: &mut Overlay<'_, B>,
) -> Result<(), TablesError> {
    let (project, folder) = (row.project.clone(), row.folder.clone());
    let key = folded(&folder);
    let life = LifeRow { project, folder, created_ms: row.created_ms, is_there };
    into.put(Key::life(owner, &key, revision), &life)
}
