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
mod kept;
mod reader;
mod scan;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rushes_disk::{AppendFile, Disk, DiskError};

pub use error::{Damage, JournalError};
pub use files::{JOURNAL_DIR, segment_path};
pub use kept::{
    KeptSegment, Segment, closed_segments, is_intact, kept_segments, put_back, read_segment,
};
pub use reader::{JournalReader, Position, ReadError};

use crate::line::{Head, LINE_BYTES_MAX, LineBuilder};
use crate::model::Revision;
use files::{create_fresh, file_name, fresh_path, segments};
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
                let damage = lost(clean, Head::default(), 1, 1);
                let journal = Self { disk, active: None, head: Head::default() };
                return Ok(Found { journal, damage });
            };
            let scan = Scan::of(&*disk, newest, None)?;
            if scan.head.is_none() && scan.damage.is_none() {
                // It was made, and then nothing was recorded in it: all commands were refused, a
                // write failed, or the power went. What was there before decides.
                tracing::warn!(
                    file = file_name(newest),
                    "a journal file without a line is set aside"
                );
                disk.rename(&segment_path(newest), &torn_path(newest))?;
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
        let damage = scan.damage.clone().or_else(|| lost(clean, head, newest, scan.lines + 1));
        if damage.is_some() {
            let journal = Self { disk, active: None, head };
            return Ok(Found { journal, damage });
        }
        let path = segment_path(newest);
        if scan.torn_bytes > 0 {
            let (file, bytes) = (file_name(newest), scan.torn_bytes);
            tracing::warn!(file, bytes, "the last line of the journal is torn and left out");
            set_aside(&*disk, newest)?;
        }
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
    /// Starts a new file first where the old one is full, a write to it failed, or somebody has
    /// removed it.
    pub fn next_line(&mut self) -> Result<(LineBuilder, Revision, u64), JournalError> {
        let first = self.head.revision + 1;
        self.restore()?;
        let fits = |file: &AppendFile| !file.has_failed() && file.end() < SEGMENT_BYTES_MAX;
        if !self.active.as_ref().is_some_and(|(_, file)| fits(file)) {
            self.active = None;
            self.active = Some((first, self.create(first)?));
        }
        let (start, end) =
            self.active.as_ref().map_or((first, 0), |(start, file)| (*start, file.end()));
        Ok((LineBuilder::after(self.head), start, end))
    }

    /// Writes a line and makes it durable. On an error nobody knows whether it is there, unless the
    /// error is that of a full disk: then it is not.
    pub fn append(&mut self, line: LineBuilder) -> Result<Head, JournalError> {
        let (text, head) = line.finish();
        let Some((_, file)) = self.active.as_mut().filter(|_| text.len() <= LINE_BYTES_MAX) else {
            return Err(JournalError::Line { bytes: text.len() });
        };
        file.append(text.as_bytes())?;
        file.sync()?;
        self.head = head;
        Ok(head)
    }

    /// Gives the newest file its name back where somebody has removed it, with every line that was
    /// acknowledged. The next line goes to a new file: who reads has the old one open.
    fn restore(&mut self) -> Result<(), DiskError> {
        if let Some((first, file)) = self.active.as_mut().filter(|(_, file)| file.is_nameless()) {
            file.restore(&*self.disk, &fresh_path(file.path()))?;
            tracing::error!(
                file = file_name(*first),
                "somebody removed the journal file that is being written: it is back"
            );
            self.active = None;
        }
        Ok(())
    }

    /// Makes the file of the next line. One of that name was left by a failure: nothing in it was
    /// ever acknowledged.
    fn create(&self, first: Revision) -> Result<AppendFile, DiskError> {
        let path = segment_path(first);
        match AppendFile::create(&*self.disk, &path) {
            Err(error) if error.is_taken() => {
                self.disk.rename(&path, &torn_path(first))?;
                AppendFile::create(&*self.disk, &path)
            }
            created => created,
        }
    }
}

/// What a clean stop vouches for and the journal does not hold.
fn lost(clean: Option<Head>, head: Head, file: Revision, line: u64) -> Option<Damage> {
    let clean = clean.filter(|clean| clean.revision > head.revision)?;
    let reason = format!("revision {} was there at the last stop and is gone", clean.revision);
    Some(error::damage(file, line, reason))
}

/// Where what is left of a file is kept that nobody reads any more.
fn torn_path(first: Revision) -> PathBuf {
    segment_path(first).with_extension("torn")
}

/// Keeps a file as it is under another name, for whoever wants to look at its torn end.
fn set_aside(disk: &dyn Disk, first: Revision) -> Result<(), DiskError> {
    let aside = torn_path(first);
    match disk.remove(&aside) {
        Err(error) if !error.is_missing() => Err(error),
        _ => disk.hard_link(&segment_path(first), &aside),
    }
}

/// Replaces a file by a durable copy of its first `end` bytes.
fn copy_over(disk: &dyn Disk, path: &Path, end: u64) -> Result<(), DiskError> {
    let from = disk.open_read(path)?;
    let (fresh, to) = create_fresh(disk, path)?;
    rushes_disk::copy_front(&*from, path, end, &*to)?;
    to.sync()?;
    disk.rename(&fresh, path)?;
    disk.sync_dir(path.parent().unwrap_or(Path::new("")))
}
