//! The words of the machine.
//!
//! Invariant: they know nothing of each other's state.

use std::sync::Arc;

use rushes_vault::Digest;
use rushes_vault::ids::AssetId;
use rushes_vault::model::{Revision, Scope};
use rushes_vault::source::SourceError;

/// How long after the last writer's close a save settles: some programs close and open again.
pub const SETTLE_MS: u64 = 300;
/// How long an empty file may stay empty before that is a save (`ImageMagick` truncates, closes,
/// opens again and writes), and how long a file that nobody changed waits to be opened.
pub const SETTLE_EMPTY_MS: u64 = 3_000;
/// Number of a file that is being written; never given twice in a session.
pub type FileId = u64;

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// What the folder stands for: it may be shown in two places.
    pub scope: Scope,
    /// The name in it.
    pub name: Arc<str>,
}

/// A version: what a file shows until somebody writes to it, and what a new version comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// Its asset.
    pub asset: AssetId,
    /// The claim that made it: a newer version has a higher one.
    pub made: Revision,
    /// Its bytes.
    pub digest: Digest,
    /// How many.
    pub size: u64,
}

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A file that is being written.
    File(FileId),
    /// Nothing: the name was taken away from what the view still shows.
    Gone {
        /// Which taking away it was.
        number: u64,
        /// What was shown, or saved, there last: a newer version that the view shows came since.
        base: Option<Base>,
    },
}

/// A save that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    /// Of which file.
    pub id: FileId,
    /// Under which name.
    pub place: Place,
    /// What it comes from.
    pub base: Option<Base>,
    /// Whether its bytes are still those of the base.
    pub is_base: bool,
    /// The time that it shows.
    pub mtime_ms: i64,
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// A save; its outcome is told to `Machine::settled`.
    Save(Save),
    /// A name that was taken away and did not come back, with the number of that; told to
    /// `Machine::hidden`.
    Hide(Place, u64),
}

/// Why a change is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no such name.
    Missing,
    /// The name is taken.
    Taken,
    /// Too many files are being written.
    Many,
}

/// What a rename or removal left over.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Displaced {
    /// The file that has no name any more.
    pub file: Option<FileId>,
    /// What of it was promised and must be saved now, before anything else under that name.
    pub save: Option<Save>,
}

/// What a timer is for. Saves come before the names that were taken away at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A file.
    File(FileId),
    /// A name that was taken away.
    Gone(u64),
}

/// Why a save failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// It may work a little later.
    Now,
    /// The facts do not allow it.
    Refused,
}

impl Failed {
    /// What an error of the source means.
    pub const fn of(error: &SourceError) -> Self {
        match error {
            SourceError::Refused(_) => Self::Refused,
            _ => Self::Now,
        }
    }
}
