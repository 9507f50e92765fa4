//! A file that only grows, and knows how far it is durable.
//!
//! Invariant: after a failed write or sync it takes nothing more. The kernel may have marked the
//! lost pages clean, so a later sync of the same file would report success for bytes that are not
//! there (fsync(2), "Error handling"; what `PostgreSQL` met in 2018). Whoever owns it goes on
//! in a new file and carries over what it still needs. A file whose name somebody has removed
//! counts as failed with its next sync; as long as it is open its bytes are there, and can be
//! restored.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Disk, DiskError, DiskFile, Result, Verb, copy_front};

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

    /// Makes everything that was appended durable. Errors: also when the file has no name any more.
    pub fn sync(&mut self) -> Result<()> {
        self.check()?;
        let synced = self.file.sync().and_then(|()| self.check_name());
        synced.inspect_err(|_| self.failed = true)?;
        self.synced = self.end;
        Ok(())
    }

    /// Whether somebody has removed the file's name: then its bytes go when it is closed.
    pub fn is_nameless(&self) -> bool {
        self.file.stat().is_ok_and(|stat| stat.links == 0)
    }

    /// Gives what is known to be durable the file's name again, durably, in a copy, and goes on
    /// there. `fresh` is where the copy is made, on the same file system. After an error it can be
    /// tried again.
    pub fn restore(&mut self, disk: &dyn Disk, fresh: &Path) -> Result<()> {
        match disk.remove(fresh) {
            Err(error) if !error.is_missing() => return Err(error),
            _ => {}
        }
        let file = disk.create_new(fresh)?;
        copy_front(&*self.file, &self.path, self.synced, &*file)?;
        file.sync()?;
        disk.rename(fresh, &self.path)?;
        disk.sync_dir(self.path.parent().unwrap_or(Path::new("")))?;
        (self.file, self.failed) = (file, false);
        (self.end, self.grown) = (self.synced, self.synced);
        Ok(())
    }

    /// Cuts off what is not known to be durable, for good: after a failure the file may show bytes
    /// that nobody was promised. It takes nothing more all the same.
    pub fn cut_failed(&mut self) -> Result<()> {
        self.failed = true;
        self.file.set_len(self.synced)?;
        self.file.sync()
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

    fn check_name(&self) -> Result<()> {
        if self.file.stat()?.links > 0 {
            return Ok(());
        }
        let source = io::Error::new(io::ErrorKind::NotFound, "somebody has removed the file");
        Err(DiskError::new(Verb::Sync, &self.path, source))
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
    use crate::{CrashDisk, Fault, RealDisk, RecordingDisk};

    fn read(disk: &dyn Disk, path: &Path) -> Vec<u8> {
        let mut bytes = vec![0; 100];
        let count = disk.open_read(path).unwrap().read_at(&mut bytes, 0).unwrap();
        bytes.truncate(count);
        bytes
    }

    #[test]
    fn a_file_that_somebody_removes_fails_and_is_restored_with_what_was_durable() {
        let above = tempfile::tempdir().unwrap();
        let disks: [Box<dyn Disk>; 2] =
            [Box::new(CrashDisk::new()), Box::new(RealDisk::open(above.path()).unwrap())];
        let (path, fresh) = (Path::new("f"), Path::new("fresh"));
        for disk in disks {
            let mut file = AppendFile::create(&*disk, path).unwrap();
            file.append_ahead(b"kept").unwrap();
            file.sync().unwrap();
            assert!(!file.is_nameless());
            disk.remove(path).unwrap();
            assert!(file.is_nameless());
            file.append(b" and lost").unwrap();
            assert!(file.sync().unwrap_err().is_missing() && file.has_failed());
            file.restore(&*disk, fresh).unwrap();
            assert!(!file.is_nameless() && disk.stat(fresh).is_err());
            assert_eq!(read(&*disk, path), b"kept");
            file.append(b" on").unwrap();
            file.sync().unwrap();
            assert_eq!(read(&*disk, path), b"kept on");
        }
    }

    #[test]
    fn a_restored_file_is_durable_whatever_failed_before() {
        let (path, fresh) = (Path::new("f"), Path::new("fresh"));
        for call in 1.. {
            let disk = CrashDisk::new();
            let mut file = AppendFile::create(&disk, path).unwrap();
            file.append(b"kept").unwrap();
            file.sync().unwrap();
            disk.remove(path).unwrap();
            disk.fail_at(call, Fault::Io);
            let restored = file.restore(&disk, fresh);
            assert_eq!(restored.is_err(), disk.struck_at().is_some(), "call {call}");
            disk.call_off();
            file.restore(&disk, fresh).unwrap();
            assert_eq!(read(&disk.reboot_bare(), path), b"kept", "call {call}");
            if restored.is_ok() {
                assert!(call > 5);
                return;
            }
        }
    }

    #[test]
    fn what_a_failed_sync_leaves_behind_is_cut_off() {
        let (disk, path) = (CrashDisk::new(), Path::new("f"));
        let mut file = AppendFile::create(&disk, path).unwrap();
        file.append(b"kept").unwrap();
        file.sync().unwrap();
        file.append(b" and lost").unwrap();
        disk.fail_at(1, Fault::Io);
        assert!(file.sync().is_err());
        assert_eq!(read(&disk.restart(), path), b"kept and lost");
        file.cut_failed().unwrap();
        assert_eq!(read(&disk.restart(), path), b"kept");
        assert_eq!(read(&disk.reboot_bare(), path), b"kept");
        assert!(file.append(b"x").is_err());
    }

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
