//! One error for every call on a disk: which verb, which path, what the system said.

use std::io;
use std::path::{Path, PathBuf};

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Making a file or directory.
    Create,
    /// Opening.
    Open,
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Making content or names durable.
    Sync,
    /// Giving a second name.
    Link,
    /// Renaming.
    Rename,
    /// Removing a name.
    Remove,
    /// Listing a directory.
    List,
    /// Asking for attributes or free space.
    Stat,
    /// Changing permissions.
    Protect,
}

impl Verb {
    const fn text(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Open => "open",
            Self::Read => "read",
            Self::Write => "write",
            Self::Sync => "sync",
            Self::Link => "link",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::List => "list",
            Self::Stat => "stat",
            Self::Protect => "protect",
        }
    }
}

/// A call on a disk that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {} {}: {source}", verb.text(), path.display())]
pub struct DiskError {
    /// What was being done.
    pub verb: Verb,
    /// To which path, relative to the data directory.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl DiskError {
    /// Puts verb and path to an error of the system.
    pub fn new(verb: Verb, path: &Path, source: io::Error) -> Self {
        Self { verb, path: path.to_owned(), source }
    }

    /// Whether the file system, or the user's part of it, has no room left.
    pub fn is_full(&self) -> bool {
        matches!(
            self.source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        )
    }

    /// Whether the medium did not give bytes back that are there (EIO, read(2)).
    pub fn is_unreadable(&self) -> bool {
        self.verb == Verb::Read
            && self.source.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
    }

    /// Whether the name is not there.
    pub fn is_missing(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }

    /// Whether the name is there already.
    pub fn is_taken(&self) -> bool {
        self.source.kind() == io::ErrorKind::AlreadyExists
    }
}
