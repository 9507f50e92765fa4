//! Lists everything that is stored, in the order of digests, whether a fact names it or not.
//!
//! Knows nothing of facts. Invariant: a page reads no more than the front of one record a blob, and
//! the next page begins behind the last blob of this one.

use rushes_digest::Digest;

use crate::error::StoreError;
use crate::place::{ManifestAt, Place};
use crate::shelf::Shelf;

/// Entries that are read from the index at once.
const PAGE: usize = 256;

/// How a blob is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredAs {
    /// A file of its own.
    Whole,
    /// A record of a pack.
    Packed,
    /// Ranges of wholes and chunks in packs.
    Ranges,
}

/// A blob that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobInfo {
    /// Its name.
    pub digest: Digest,
    /// Its length in bytes; `None` when the record that tells it is damaged.
    pub size: Option<u64>,
    /// How it is stored.
    pub stored_as: StoredAs,
}

/// The next blobs, at most `count`; fewer only at the end.
pub fn list(
    shelf: &Shelf,
    after: Option<&Digest>,
    count: usize,
) -> Result<Vec<BlobInfo>, StoreError> {
    let mut listed = Vec::new();
    let mut after = after.copied();
    while listed.len() < count {
        let page = shelf.index.stored(after.as_ref(), PAGE.min(count - listed.len()))?;
        let Some((last, ..)) = page.last() else { break };
        after = Some(*last);
        for (digest, place, manifest) in page {
            match (place, manifest) {
                (Some(place), _) => listed.push(placed(shelf, digest, &place)?),
                (None, Some(known)) => listed.extend(in_ranges(shelf, digest, &known)?),
                (None, None) => {}
            }
        }
    }
    Ok(listed)
}

fn placed(shelf: &Shelf, digest: Digest, place: &Place) -> Result<BlobInfo, StoreError> {
    Ok(match place {
        Place::Whole { stat, .. } => {
            BlobInfo { digest, size: Some(stat.size), stored_as: StoredAs::Whole }
        }
        Place::Packed(at) => {
            let head = told(shelf.packs.head(&digest, at.pack, at.offset))?;
            let size = head.map(|head| u64::from(head.raw_len));
            BlobInfo { digest, size, stored_as: StoredAs::Packed }
        }
    })
}

/// `None` for the manifest of a whole that is not there.
fn in_ranges(
    shelf: &Shelf,
    digest: Digest,
    known: &ManifestAt,
) -> Result<Option<BlobInfo>, StoreError> {
    let front = told(shelf.packs.manifest_front(&digest, &known.at))?;
    let size = front.map(|front| front.size);
    let info = BlobInfo { digest, size, stored_as: StoredAs::Ranges };
    Ok((!front.is_some_and(|front| front.is_of_own_whole)).then_some(info))
}

/// What a record says; damage is no reason not to list the others.
fn told<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::Damaged { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
