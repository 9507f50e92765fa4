//! What a sweep or a compaction did, or would do, and what it left alone and why.
//!
//! Knows nothing of files. Invariant: the lists are bounded, the counts are not.

use std::path::PathBuf;

use rushes_digest::Digest;
use rushes_disk::{DiskError, Stopped};

use crate::error::{Damage, IndexError, StoreError};

/// Most blobs, and most packs, that a report lists as left.
pub const LEFT_MAX: usize = 1000;

/// Whether anything is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// Nothing is: the report says what would be done.
    Plan,
    /// Bytes are freed.
    Really,
}

/// Which packs a sweep looks at when its candidates are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packs {
    /// Those in which it has left less that lives.
    Touched,
    /// All that are sealed.
    All,
}

/// Why something was left alone.
#[derive(Debug, thiserror::Error)]
pub enum Left {
    /// Somebody reads it, writes it or keeps it right now.
    #[error("is in use right now")]
    Held,
    /// A fact names it, or its time has not come.
    #[error("is not free")]
    Named,
    /// Bytes that would have to be moved away first are damaged.
    #[error("needs bytes that are damaged: {} {damage}", place.display())]
    Damaged {
        /// The file, relative to the data directory.
        place: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// The work was told to stop before it came to the end of this.
    #[error("was not reached before the stop")]
    Stopped,
    /// The disk or the index failed.
    #[error(transparent)]
    Failed(StoreError),
}

impl From<StoreError> for Left {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged { place, damage, .. } => Self::Damaged { place, damage },
            other => Self::Failed(other),
        }
    }
}

impl From<IndexError> for Left {
    fn from(error: IndexError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<DiskError> for Left {
    fn from(error: DiskError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Stopped> for Left {
    fn from(stopped: Stopped) -> Self {
        Self::Failed(stopped.into())
    }
}

/// The report of a sweep or a compaction; of a plan, what it would do as things stand.
#[derive(Debug, Default)]
pub struct Swept {
    /// Blobs that are no longer kept.
    pub blobs: u64,
    /// Bytes of files that are gone.
    pub bytes_freed: u64,
    /// Bytes of records that nothing needs any more. A compaction frees them once they are most of
    /// their pack.
    pub bytes_dead: u64,
    /// Bytes that were written anew because others need them.
    pub bytes_moved: u64,
    /// Packs that are gone.
    pub packs_compacted: u64,
    /// Blobs that were left alone, the first thousand of them.
    pub left: Vec<(Digest, Left)>,
    /// How many there were in all.
    pub left_count: u64,
    /// Packs that are mostly dead and were left alone, the first thousand of them.
    pub packs_left: Vec<(PathBuf, Left)>,
}

impl Swept {
    /// Notes a blob that is left. Errors: the store as a whole cannot go on.
    pub(crate) fn leave(&mut self, digest: Digest, left: Left) -> Result<(), StoreError> {
        let left = unless_at_an_end(left)?;
        self.left_count += 1;
        if self.left.len() < LEFT_MAX {
            self.left.push((digest, left));
        }
        Ok(())
    }

    /// Notes a pack that is left. Errors: the store as a whole cannot go on.
    pub(crate) fn leave_pack(&mut self, path: PathBuf, left: Left) -> Result<(), StoreError> {
        let left = unless_at_an_end(left)?;
        tracing::warn!(pack = %path.display(), %left, "a pack is not compacted");
        if self.packs_left.len() < LEFT_MAX {
            self.packs_left.push((path, left));
        }
        Ok(())
    }
}

/// What concerns one blob is noted; without the index or the writer there is no next one.
fn unless_at_an_end(left: Left) -> Result<Left, StoreError> {
    match left {
        Left::Failed(error @ (StoreError::Index(_) | StoreError::Stopped)) => Err(error),
        left => Ok(left),
    }
}
