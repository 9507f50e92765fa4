//! One blob, every byte.
//!
//! Invariant: what is said to be right was read from the disk and hashed just now.

use std::sync::Arc;

use rushes_digest::{Digest, Hasher};

use crate::cutter::BLOCK_BYTES;
use crate::error::{Damage, StoreError};
use crate::heal::{Judged, judge_whole};
use crate::layout;
use crate::leases::Held;
use crate::place::Place;
use crate::read;
use crate::shelf::Shelf;

/// How a blob is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// As a record of a pack.
    Packed,
    /// As a file of its own.
    Whole,
    /// As ranges of other files.
    Ranges,
}

/// A blob whose bytes are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Its name.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// How it is kept.
    pub kept: Kept,
    /// Whether it was damaged until now.
    pub was_healed: bool,
}

/// Reads a blob; `None` when there is no trace of it.
pub fn verify(shelf: &Arc<Shelf>, digest: &Digest) -> Result<Option<Verified>, StoreError> {
    let _lease = shelf.leases.wait_to_share(Held::Blob(*digest));
    let place = shelf.index.blob(digest)?;
    let is_whole = !matches!(place, Some(Place::Packed(_))) && shelf.open_whole(digest)?.is_some();
    let mut was_healed = false;
    if is_whole {
        match judge_whole(shelf, digest, &mut Vec::new(), &mut |_| true)? {
            Judged::Healed => was_healed = true,
            Judged::Lost | Judged::Unreadable => {
                let (place, damage) = (layout::whole(digest), Damage::Content);
                return Err(StoreError::Damaged { digest: *digest, place, damage });
            }
            Judged::Sound | Judged::Gone | Judged::Stopped => {}
        }
    }
    let Some(reader) = read::open(shelf, digest)? else { return Ok(None) };
    let kept = match (place, is_whole) {
        (Some(Place::Packed(_)), _) => Kept::Packed,
        (_, true) => Kept::Whole,
        (_, false) => Kept::Ranges,
    };
    let verified = Verified { digest: *digest, size: reader.size(), kept, was_healed };
    if kept == Kept::Ranges {
        let (mut hasher, mut buffer) = (Hasher::new(), vec![0; BLOCK_BYTES]);
        while hasher.count() < reader.size() {
            let got = reader.read_at(&mut buffer, hasher.count())?;
            if got == 0 {
                break;
            }
            hasher.update(buffer.get(..got).unwrap_or_default());
        }
        if hasher.finish() != *digest {
            let (place, damage) = (layout::whole(digest), Damage::Content);
            return Err(StoreError::Damaged { digest: *digest, place, damage });
        }
    }
    shelf.ledger.healed(digest);
    Ok(Some(verified))
}
