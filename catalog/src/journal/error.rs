//! What can be wrong with a journal.

use rushes_disk::DiskError;

use super::files::file_name;
use crate::model::Revision;

/// Damage that a torn last line cannot explain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("journal file {file} is damaged at line {line}: {reason}")]
pub struct Damage {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// What does not match.
    pub reason: String,
}

/// Damage in the file that starts at `first`.
pub fn damage(first: Revision, line: u64, reason: String) -> Damage {
    Damage { file: file_name(first), line, reason }
}

/// Why a journal cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A line would be too long, or there is no file for it. Nothing was written.
    #[error("a line of {bytes} bytes cannot be written")]
    Line {
        /// Its length.
        bytes: usize,
    },
    /// A file is there that this program does not understand.
    #[error("journal file {file}, line {line}: {reason}")]
    Unreadable {
        /// The file's name.
        file: String,
        /// The line in it, from 1.
        line: u64,
        /// What is wrong with it and what helps.
        reason: String,
    },
}
