//! Lists everything that is stored, in the order of digests, whether a fact names it or not.
//!
//! Knows nothing of facts. Invariant: a page reads no more than the front of one record a blob, and
//! the next page begins behind the last blob of this one.

use std::collections::VecDeque;

use rushes_digest::Digest;

use crate::error::{IndexError, StoreError};
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
    let mut blobs = Pages::new(after, |after, count| shelf.index.blobs(after, count));
    let mut manifests = Pages::new(after, |after, count| shelf.index.manifests(after, count));
    let mut listed = Vec::new();
    while listed.len() < count {
        let next_blob = blobs.peek()?.copied();
        let next_manifest = manifests.peek()?.copied();
        match (next_blob, next_manifest) {
            (None, None) => break,
            (Some((blob, place)), manifest) if manifest.is_none_or(|(other, _)| blob <= other) => {
                blobs.pop();
                if manifest.is_some_and(|(other, _)| blob == other) {
                    manifests.pop();
                }
                listed.push(placed(shelf, blob, &place)?);
            }
            (_, Some((digest, known))) => {
                manifests.pop();
                listed.extend(in_ranges(shelf, digest, &known)?);
            }
            (Some(_), None) => break,
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

/// A list of the index, read in pages.
struct Pages<T, F> {
    read: F,
    after: Option<Digest>,
    page: VecDeque<(Digest, T)>,
    is_last: bool,
}

impl<T, F> Pages<T, F>
where
    F: Fn(Option<&Digest>, usize) -> Result<Vec<(Digest, T)>, IndexError>,
{
    fn new(after: Option<&Digest>, read: F) -> Self {
        Self { read, after: after.copied(), page: VecDeque::new(), is_last: false }
    }

    fn peek(&mut self) -> Result<Option<&(Digest, T)>, IndexError> {
        if self.page.is_empty() && !self.is_last {
            let page = (self.read)(self.after.as_ref(), PAGE)?;
            self.is_last = page.len() < PAGE;
            self.after = page.last().map(|(digest, _)| *digest).or(self.after);
            self.page = page.into();
        }
        Ok(self.page.front())
    }

    fn pop(&mut self) {
        self.page.pop_front();
    }
}
