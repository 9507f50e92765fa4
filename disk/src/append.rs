//! A file that only grows, and knows how far it is durable.
//!
//! Invariant: after a failed write or sync it takes nothing more. The kernel may have marked the
//! lost pages clean, so a later sync of the same file would report success for bytes that are not
//! there (fsync(2), "Error handling"; what `PostgreSQL` met in 2018). Whoever owns it goes on
//! in a new file and carries over what it still needs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Disk, DiskError, DiskFile, Result, Verb};

/// An append-only file.
#[derive(Debug)]
pub struct AppendFile {
    file: Arc<dyn DiskFile>,
    path: PathBuf,
    end: u64,
    synced: u64,
    failed: bool,
}

impl AppendFile {
    /// Makes a new, empty file; its name is durable on return.
    pub fn create(disk: &dyn Disk, path: &Path) -> Result<Self> {
        let file = disk.create_new(path)?;
        disk.sync_dir(path.parent().unwrap_or(Path::new("")))?;
        Ok(Self { file, path: path.to_owned(), end: 0, synced: 0, failed: false })
    }

    /// Goes on behind the first `end` bytes of an existing file, which the caller knows to be
    /// durable: after a clean stop, never after a kill.
    pub fn resume(disk: &dyn Disk, path: &Path, end: u64) -> Result<Self> {
        let file = disk.open_write(path)?;
        Ok(Self { file, path: path.to_owned(), end, synced: end, failed: false })
    }

    /// Writes bytes at the end and tells where they start. Nothing is durable yet.
    pub fn append(&mut self, bytes: &[u8]) -> Result<u64> {
        self.check()?;
        let at = self.end;
        self.file.write_all_at(bytes, at).inspect_err(|_| self.failed = true)?;
        self.end += bytes.len() as u64;
        Ok(at)
    }

    /// Makes everything that was appended durable.
    pub fn sync(&mut self) -> Result<()> {
        self.check()?;
        self.file.sync().inspect_err(|_| self.failed = true)?;
        self.synced = self.end;
        Ok(())
    }

    /// Bytes written so far.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Bytes known to be durable.
    pub fn synced(&self) -> u64 {
        self.synced
    }

    /// Whether a write or sync failed: then only a new file helps.
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// The file's path in the data directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The open file, for readers of what is durable.
    pub fn file(&self) -> &Arc<dyn DiskFile> {
        &self.file
    }

    fn check(&self) -> Result<()> {
        if !self.failed {
            return Ok(());
        }
        let source = io::Error::other("an earlier write failed; go on in a new file");
        Err(DiskError::new(Verb::Write, &self.path, source))
    }
}
