//! What can go wrong in the store, and what is said about it.

use std::io;
use std::path::{Path, PathBuf};

use rushes_digest::Digest;
use rushes_disk::DiskError;

/// What is wrong with bytes that were stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The file is gone.
    #[error("is missing")]
    Missing,
    /// A file does not hash to its name.
    #[error("holds something else, and was moved to quarantine/")]
    Content,
    /// A record does not hold what it should.
    #[error("holds a wrong record at byte {offset}")]
    Record {
        /// Where the record starts.
        offset: u64,
    },
    /// It was found damaged before, and nothing has healed it since.
    #[error("was damaged and is in quarantine/")]
    Quarantined,
    /// A chunk of the blob does not hash to its digest.
    #[error("holds a wrong chunk for byte {offset} of the content")]
    Chunk {
        /// Where the chunk starts in the blob.
        offset: u64,
    },
}

/// The index failed: the machine, or sled itself. The bytes are not concerned.
#[derive(Debug, Clone, thiserror::Error)]
pub enum IndexError {
    /// sled failed.
    #[error("the index failed: {0}; stop the daemon and start it again")]
    Failed(String),
    /// It was closed: the daemon is stopping.
    #[error("the daemon is stopping")]
    Closed,
    /// A value is not one of ours.
    #[error("an entry of the index is damaged; stop the daemon, remove index/ and start it again")]
    Value,
    /// Its directory cannot be used.
    #[error("cannot use {}: {what}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        what: String,
    },
}

impl IndexError {
    /// An error of the system, met on a directory.
    pub fn directory(path: &Path, source: &io::Error) -> Self {
        Self::Directory { path: path.to_owned(), what: source.to_string() }
    }
}

/// Why bytes could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room is left beside the reserve.
    #[error("the disk is full: free some space, then try again")]
    Full,
    /// The file is complete and belongs to nobody any more: nothing was written.
    #[error("the file is being saved: write to a copy of it")]
    Frozen,
    /// The content has more chunks than a manifest may list.
    #[error("the content is too large: it has more than {chunks_max} chunks")]
    TooLarge {
        /// The limit.
        chunks_max: usize,
    },
    /// Stored bytes are not what they were. None of them was handed out.
    #[error(
        "the bytes of {digest} are damaged: {} {damage}; upload the same content again to heal it",
        place.display()
    )]
    Damaged {
        /// The blob.
        digest: Digest,
        /// The file, relative to the data directory.
        place: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// A file has a form that this version does not know.
    #[error("{} has version {version}: update rushes", path.display())]
    Newer {
        /// The file, relative to the data directory.
        path: PathBuf,
        /// Its version.
        version: u16,
    },
    /// An upload went on after one of its writes had failed.
    #[error("an earlier write of this upload failed: start it again")]
    Broken,
    /// The disk failed.
    #[error(transparent)]
    Disk(DiskError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Only one scrub runs at a time.
    #[error("a scrub is already under way: wait for it, or stop it first")]
    Scrubbing,
    /// The writer's thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    /// The writer is gone, by a stop or a panic. Reads go on.
    #[error("the store takes no more bytes: restart the daemon")]
    Stopped,
}

impl From<DiskError> for StoreError {
    fn from(error: DiskError) -> Self {
        if error.is_full() { Self::Full } else { Self::Disk(error) }
    }
}

impl From<rushes_disk::Stopped> for StoreError {
    fn from(_: rushes_disk::Stopped) -> Self {
        Self::Stopped
    }
}

impl StoreError {
    /// The same failure once more, for each caller of a batch.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Full => Self::Full,
            Self::Index(error) => Self::Index(error.clone()),
            Self::Disk(DiskError { verb, path, source }) => {
                let source = source.raw_os_error().map_or_else(
                    || io::Error::new(source.kind(), source.to_string()),
                    io::Error::from_raw_os_error,
                );
                Self::Disk(DiskError::new(*verb, path, source))
            }
            _ => Self::Stopped,
        }
    }
}
