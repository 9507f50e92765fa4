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
    /// Up to here the file is written, with zeros behind `end`.
    grown: u64,
    synced: u64,
    failed: bool,
}

/// How far a file grows ahead at most, in bytes: some hundred small records, and written in less
/// time than a few syncs take.
const AHEAD_BYTES_MAX: u64 = 1 << 20;
/// How far a file grows ahead at least, in bytes; then by as much as it is long.
const AHEAD_BYTES_MIN: u64 = 4 << 10;

impl AppendFile {
    /// Makes a new, empty file; its name is durable on return.
    pub fn create(disk: &dyn Disk, path: &Path) -> Result<Self> {
        let file = disk.create_new(path)?;
        disk.sync_dir(path.parent().unwrap_or(Path::new("")))?;
        Ok(Self { file, path: path.to_owned(), end: 0, grown: 0, synced: 0, failed: false })
    }

    /// Goes on behind the first `end` bytes of an existing file, which the caller knows to be
    /// durable: after a clean stop, never after a kill.
    pub fn resume(disk: &dyn Disk, path: &Path, end: u64) -> Result<Self> {
        let file = disk.open_write(path)?;
        Ok(Self { file, path: path.to_owned(), end, grown: end, synced: end, failed: false })
    }

    /// Writes bytes at the end and tells where they start. Nothing is durable yet.
    pub fn append(&mut self, bytes: &[u8]) -> Result<u64> {
        self.check()?;
        let at = self.end;
        self.file.write_all_at(bytes, at).inspect_err(|_| self.failed = true)?;
        self.end += bytes.len() as u64;
        self.grown = self.grown.max(self.end);
        Ok(at)
    }

    /// The same, and where a few bytes pass the file's length, zeros are written behind them: later
    /// appends go there, and their syncs need not wait for a new length to be recorded, which takes
    /// longer than the bytes. [`AppendFile::cut`] takes the rest away.
    pub fn append_ahead(&mut self, bytes: &[u8]) -> Result<u64> {
        let end = self.end + bytes.len() as u64;
        let ahead = end.clamp(AHEAD_BYTES_MIN, AHEAD_BYTES_MAX);
        // Where bytes come in by the megabyte, zeros would cost more than they save.
        if end <= self.grown || bytes.len() as u64 > AHEAD_BYTES_MAX / 4 {
            return self.append(bytes);
        }
        let zeros = usize::try_from(ahead).unwrap_or_default();
        let mut longer = Vec::with_capacity(bytes.len() + zeros);
        longer.extend_from_slice(bytes);
        longer.resize(bytes.len() + zeros, 0);
        let at = self.append(&longer)?;
        self.end = end;
        Ok(at)
    }

    /// Ends the file where its bytes end. Nothing is durable yet.
    pub fn cut(&mut self) -> Result<()> {
        self.check()?;
        if self.grown > self.end {
            self.file.set_len(self.end).inspect_err(|_| self.failed = true)?;
            self.grown = self.end;
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CrashDisk, RecordingDisk};

    #[test]
    fn a_file_that_grows_ahead_changes_its_length_seldom_and_ends_where_it_is_cut() {
        let disk = RecordingDisk::over(Arc::new(CrashDisk::new()));
        let mut file = AppendFile::create(&disk, Path::new("f")).unwrap();
        let mut lengths = std::collections::BTreeSet::new();
        for number in 0..100 {
            assert_eq!(file.append_ahead(&[7; 1000]).unwrap(), number * 1000);
            file.sync().unwrap();
            assert_eq!((file.end(), file.synced()), (number * 1000 + 1000, number * 1000 + 1000));
            lengths.insert(file.file().stat().unwrap().size);
        }
        assert!(lengths.len() < 10, "{lengths:?}");
        file.cut().unwrap();
        file.sync().unwrap();
        let mut bytes = vec![0; 200_000];
        let count = file.file().read_at(&mut bytes, 0).unwrap();
        assert_eq!(bytes.get(..count), Some(&*vec![7; 100_000]));
    }

    #[test]
    fn many_bytes_at_once_do_not_grow_the_file_ahead() {
        let disk = CrashDisk::new();
        let mut file = AppendFile::create(&disk, Path::new("f")).unwrap();
        file.append_ahead(&vec![7; 1 << 20]).unwrap();
        assert_eq!(file.file().stat().unwrap().size, 1 << 20);
    }
}
