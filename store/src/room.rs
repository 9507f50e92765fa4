//! The room that is always left on the disk.

use rushes_disk::Disk;

use crate::error::StoreError;

/// What is always kept free, in bytes, or a twentieth of the disk where that is less: the journal
/// and the index still need room when uploads are refused.
const RESERVE_BYTES_MAX: u64 = 1 << 30;

/// Refuses when so many more bytes would not leave the reserve free.
pub fn check_room(disk: &dyn Disk, more_bytes: u64) -> Result<(), StoreError> {
    let space = disk.space()?;
    let reserve = (space.total / 20).min(RESERVE_BYTES_MAX);
    let is_enough = space.free.checked_sub(more_bytes).is_some_and(|left| left >= reserve);
    if is_enough { Ok(()) } else { Err(StoreError::Full) }
}
