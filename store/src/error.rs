//! Everything that can go wrong with bytes.

use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::{DiskError, Stopped};

use crate::index::IndexError;

/// Why bytes could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room; some is kept back for the journal.
    #[error("the disk is full: free some space and try again")]
    Full,
    /// The bytes are not what their name promises. Wrong bytes are never handed out.
    #[error("blob {digest} is damaged: {reason}")]
    Damaged {
        /// Which blob.
        digest: Digest,
        /// Where, and in which way.
        reason: String,
    },
    /// The blob is larger than a manifest can describe.
    #[error("{size} bytes are too many for one blob")]
    TooLarge {
        /// Its size.
        size: u64,
    },
    /// The disk failed.
    #[error(transparent)]
    Disk(DiskError),
    /// A write that many shared failed.
    #[error(transparent)]
    Write(Arc<DiskError>),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The directory of derived files cannot be used.
    #[error("cannot use the index directory: {0}")]
    Derived(std::io::Error),
    /// A pack is there that this program does not understand.
    #[error("pack {pack} was written by a newer version of rushes: update rushes to read it")]
    Newer {
        /// Its id.
        pack: String,
    },
    /// Nothing is written any more: the store was closed, or its writer failed.
    #[error("the store takes no writes: restart the daemon")]
    Stopped,
}

impl From<DiskError> for StoreError {
    fn from(error: DiskError) -> Self {
        if error.is_full() { Self::Full } else { Self::Disk(error) }
    }
}

impl From<Arc<DiskError>> for StoreError {
    fn from(error: Arc<DiskError>) -> Self {
        if error.is_full() { Self::Full } else { Self::Write(error) }
    }
}

impl From<Stopped> for StoreError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}
