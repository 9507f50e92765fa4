//! The journal: every claim, in order, in files of lines.
//!
//! `journal/<revision>.jsonl` holds the lines from that revision on, up to where the next file
//! starts. Invariant: a line is acknowledged only after its own sync, and the next line is written
//! only after that, so that a power cut can tear the last line and nothing else. Any other mismatch
//! is damage, and is named, not repaired.
//!
//! After a failed write or sync the next line goes to a new file; what the failed call left behind
//! the last good line of the old one is superseded by it. After a kill the newest file is copied
//! before anything is served from it, because a sync that failed just before may have left lines in
//! the page cache that the disk never saw.

mod error;
mod files;
mod reader;
mod scan;

use std::path::Path;
use std::sync::Arc;

use rushes_disk::{AppendFile, Disk, DiskError};

pub use error::{Damage, JournalError};
pub use files::{JOURNAL_DIR, segment_path};
pub use reader::{JournalReader, Position, ReadError};

use crate::line::{Head, LineBuilder};
use crate::model::Revision;
use files::segments;
use scan::Scan;

/// A file that has grown past this is closed and a new one started, in bytes: small enough that
/// copying the newest one at start takes no time.
pub const SEGMENT_BYTES_MAX: u64 = 16 << 20;

/// The writing end. There is one; the sequencer owns it.
#[derive(Debug)]
pub struct Journal {
    disk: Arc<dyn Disk>,
    active: Option<(Revision, AppendFile)>,
    head: Head,
}

/// A journal as it was found.
#[derive(Debug)]
pub struct Found {
    /// The writing end.
    pub journal: Journal,
    /// What is wrong with it: then it must not be written.
    pub damage: Option<Damage>,
}

impl Journal {
    /// Opens the journal, and makes an empty one where there is none.
    ///
    /// `clean` is the head that a clean stop left: with it, and when the file agrees, writing goes
    /// on in the newest file. Without it that file is copied and the copy is durable on return; a
    /// torn last line is left out of the copy.
    pub fn open(disk: Arc<dyn Disk>, clean: Option<Head>) -> Result<Found, JournalError> {
        disk.create_dir_all(Path::new(JOURNAL_DIR))?;
        disk.sync_dir(Path::new(""))?;
        loop {
            let starts = segments(&*disk)?;
            let Some(newest) = starts.last().copied() else {
                let journal = Self { disk, active: None, head: Head::default() };
                return Ok(Found { journal, damage: None });
            };
            let scan = Scan::of(&*disk, newest, None)?;
            if scan.head.is_none() && scan.damage.is_none() {
                // A power cut came before the first line of this file was durable.
                let aside = segment_path(newest).with_extension("torn");
                disk.rename(&segment_path(newest), &aside)?;
                disk.sync_dir(Path::new(JOURNAL_DIR))?;
                continue;
            }
            return Self::take_up(disk, newest, &scan, clean);
        }
    }

    fn take_up(
        disk: Arc<dyn Disk>,
        newest: Revision,
        scan: &Scan,
        clean: Option<Head>,
    ) -> Result<Found, JournalError> {
        let head = scan.head.unwrap_or_default();
        if let Some(damage) = &scan.damage {
            let journal = Self { disk, active: None, head };
            return Ok(Found { journal, damage: Some(damage.clone()) });
        }
        let path = segment_path(newest);
        if clean != Some(head) || scan.torn_bytes > 0 {
            copy_over(&*disk, &path, scan.end)?;
        }
        let file = AppendFile::resume(&*disk, &path, scan.end)?;
        Ok(Found { journal: Self { disk, active: Some((newest, file)), head }, damage: None })
    }

    /// The last claim that is durable.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Starts the next line and tells in which file and where it will stand.
    ///
    /// Starts a new file first where the old one is full or a write to it failed.
    pub fn next_line(&mut self) -> Result<(LineBuilder, Revision, u64), JournalError> {
        let first = self.head.revision + 1;
        let fits = |file: &AppendFile| !file.has_failed() && file.end() < SEGMENT_BYTES_MAX;
        if !self.active.as_ref().is_some_and(|(_, file)| fits(file)) {
            if let Some((start, failed)) = self.active.take()
                && start == first
            {
                // Nothing in it was ever acknowledged, and its name is needed.
                self.disk.rename(failed.path(), &failed.path().with_extension("torn"))?;
            }
            let file = AppendFile::create(&*self.disk, &segment_path(first))?;
            self.active = Some((first, file));
        }
        let (start, end) =
            self.active.as_ref().map_or((first, 0), |(start, file)| (*start, file.end()));
        Ok((LineBuilder::after(self.head), start, end))
    }

    /// Writes a line and makes it durable. On an error nobody knows whether it is there, unless the
    /// error is that of a full disk: then it is not.
    pub fn append(&mut self, line: LineBuilder) -> Result<Head, JournalError> {
        let (text, head) = line.finish();
        if let Some((_, file)) = self.active.as_mut() {
            file.append(text.as_bytes())?;
            file.sync()?;
            self.head = head;
        }
        Ok(self.head)
    }
}

/// Replaces a file by a durable copy of its first `end` bytes.
fn copy_over(disk: &dyn Disk, path: &Path, end: u64) -> Result<(), DiskError> {
    const PIECE_BYTES: usize = 1 << 20;
    let fresh = path.with_extension("new");
    match disk.remove(&fresh) {
        Err(error) if !error.is_missing() => return Err(error),
        _ => {}
    }
    let from = disk.open_read(path)?;
    let to = disk.create_new(&fresh)?;
    let mut piece = vec![0; PIECE_BYTES];
    let mut at = 0;
    while at < end {
        let wanted = usize::try_from(end - at).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
        let Some(buffer) = piece.get_mut(..wanted) else { break };
        rushes_disk::read_exact_at(&*from, path, buffer, at)?;
        to.write_all_at(buffer, at)?;
        at += wanted as u64;
    }
    to.sync()?;
    disk.rename(&fresh, path)?;
    disk.sync_dir(path.parent().unwrap_or(Path::new("")))
}
