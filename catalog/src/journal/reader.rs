//! The reading end of the journal: one claim by its position, or all claims after a revision.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rushes_digest::Digest;
use rushes_disk::{Disk, DiskError, DiskFile};
use serde::{Deserialize, Serialize};

use super::error::{Damage, damage};
use super::files::{segment_path, segments};
use super::scan::Lines;
use crate::claim::{CLAIM_FORM, Claim};
use crate::line::{Head, LineError};
use crate::model::Revision;

/// Open journal files kept for reading.
const OPEN_FILES_MAX: usize = 64;

/// Where a claim stands: small enough for a table's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// First revision of its file.
    pub segment: Revision,
    /// First byte of its JSON.
    pub offset: u64,
    /// Length of its JSON in bytes.
    pub length: u32,
    /// First four bytes of its JSON's digest, so that rot does not pass for a fact.
    pub check: u32,
}

impl Position {
    /// The position of a claim whose JSON starts at `offset`.
    pub fn of(segment: Revision, offset: u64, json: &str) -> Self {
        let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
        Self { segment, offset, length, check: check_of(json.as_bytes()) }
    }
}

fn check_of(json: &[u8]) -> u32 {
    let digest = Digest::of(json);
    digest.as_bytes().iter().take(4).fold(0, |check, byte| (check << 8) | u32::from(*byte))
}

/// Why a claim cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The bytes are not those that were written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The claim is of a kind or form that this program does not know.
    #[error(
        "revision {revision} was written by a newer version of rushes: update rushes to \
         read it ({reason})"
    )]
    Newer {
        /// The claim's number.
        revision: Revision,
        /// What the parser says.
        reason: String,
    },
}

/// Reads claims. Many threads may share it.
#[derive(Debug)]
pub struct JournalReader {
    disk: Arc<dyn Disk>,
    open: Mutex<HashMap<Revision, Arc<dyn DiskFile>>>,
}

impl JournalReader {
    /// Reads from a data directory.
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk, open: Mutex::default() }
    }

    /// Reads one claim: one read of the disk, whatever the line holds besides.
    pub fn read(&self, revision: Revision, at: Position) -> Result<Claim, ReadError> {
        let file = self.file(at.segment)?;
        let mut json = vec![0; at.length as usize];
        rushes_disk::read_exact_at(&*file, &segment_path(at.segment), &mut json, at.offset)?;
        if check_of(&json) != at.check {
            let reason = format!("the claim at byte {} is not what was written", at.offset);
            return Err(damage(at.segment, 0, reason).into());
        }
        understand(revision, &json)
    }

    /// Calls `each` for every claim after `from`, in order, and returns the head that it reached.
    ///
    /// `from` must be a line's end that the journal contains: ask [`Self::contains`] first.
    pub fn replay<E: From<ReadError>>(
        &self,
        from: Head,
        mut each: impl FnMut(&[(Revision, Position, Claim)], Head) -> Result<(), E>,
    ) -> Result<Head, E> {
        let starts = segments(&*self.disk).map_err(ReadError::from)?;
        let mut reached = from;
        for (index, start) in starts.iter().enumerate() {
            let next = starts.get(index + 1).copied();
            if next.is_some_and(|next| next <= from.revision + 1) {
                continue;
            }
            if *start > reached.revision + 1 {
                let reason = format!("revision {} is missing before it", reached.revision + 1);
                return Err(ReadError::from(damage(*start, 1, reason)).into());
            }
            reached = self.replay_file(*start, next, reached, &mut each)?;
        }
        Ok(reached)
    }

    /// Whether some line ends exactly at this head.
    pub fn contains(&self, head: Head) -> Result<bool, ReadError> {
        if head == Head::default() {
            return Ok(true);
        }
        let starts = segments(&*self.disk)?;
        let Some(start) = starts.iter().rev().find(|start| **start <= head.revision) else {
            return Ok(false);
        };
        let mut lines = Lines::open(&*self.disk, *start)?;
        while let Some(Ok(line)) = lines.next_line()? {
            let here = line.head();
            if here.revision >= head.revision {
                return Ok(here == head);
            }
        }
        Ok(false)
    }

    fn replay_file<E: From<ReadError>>(
        &self,
        start: Revision,
        next: Option<Revision>,
        mut reached: Head,
        each: &mut impl FnMut(&[(Revision, Position, Claim)], Head) -> Result<(), E>,
    ) -> Result<Head, E> {
        let damaged = |number, reason| ReadError::from(damage(start, number, reason));
        let mut lines = Lines::open(&*self.disk, start).map_err(ReadError::from)?;
        loop {
            // What lies behind the next file's first revision was superseded by it.
            if next.is_some_and(|next| reached.revision + 1 >= next) {
                return Ok(reached);
            }
            let (at, number) = (lines.at, lines.number + 1);
            let line = match lines.next_line().map_err(ReadError::from)? {
                Some(Ok(line)) => line,
                Some(Err(error @ LineError::Newer)) => {
                    let revision = reached.revision + 1;
                    return Err(ReadError::Newer { revision, reason: error.to_string() }.into());
                }
                Some(Err(error)) => return Err(damaged(number, error.to_string()).into()),
                None if next.is_none() => return Ok(reached),
                None => {
                    let reason = format!("the file ends after revision {}", reached.revision);
                    return Err(damaged(number, reason).into());
                }
            };
            if line.head().revision <= reached.revision {
                continue;
            }
            if line.first != reached.revision + 1 || line.prev != reached.sum {
                let reason = "it does not continue the line before".to_owned();
                return Err(damaged(number, reason).into());
            }
            let mut claims = Vec::with_capacity(line.claims.len());
            for ((offset, json), revision) in line.claims.iter().zip(line.first..) {
                let position = Position::of(start, at + *offset as u64, json);
                claims.push((revision, position, understand(revision, json.as_bytes())?));
            }
            reached = line.head();
            each(&claims, reached)?;
        }
    }

    /// Opens a file anew when it is read next.
    pub fn forget(&self, segment: Revision) {
        if let Ok(mut open) = self.open.lock() {
            open.remove(&segment);
        }
    }

    fn file(&self, segment: Revision) -> Result<Arc<dyn DiskFile>, DiskError> {
        let Ok(mut open) = self.open.lock() else {
            return self.disk.open_read(&segment_path(segment));
        };
        if let Some(file) = open.get(&segment) {
            return Ok(Arc::clone(file));
        }
        let file = self.disk.open_read(&segment_path(segment))?;
        if open.len() >= OPEN_FILES_MAX {
            open.clear(); // reads that are under way keep theirs
        }
        open.insert(segment, Arc::clone(&file));
        Ok(file)
    }
}

fn understand(revision: Revision, json: &[u8]) -> Result<Claim, ReadError> {
    let claim: Claim = serde_json::from_slice(json)
        .map_err(|error| ReadError::Newer { revision, reason: error.to_string() })?;
    if claim.v > CLAIM_FORM {
        let reason = format!("form {} of this claim", claim.v);
        return Err(ReadError::Newer { revision, reason });
    }
    Ok(claim)
}
