//! A disk that keeps a list of what was asked of it, so that tests can assert order and amount.

use std::fmt;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use crate::{Disk, DiskFile, Entry, Result, Space, Stat, Verb};

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What was asked.
    pub verb: Verb,
    /// Of which path; of the new name for links and renames.
    pub path: PathBuf,
    /// Bytes read or written.
    pub bytes: usize,
}

/// Called before each call, on the thread that makes it; it may wait for others.
pub type Watcher = Box<dyn Fn(&Call) + Send + Sync>;

#[derive(Default)]
struct Calls {
    all: Mutex<Vec<Call>>,
    watcher: OnceLock<Watcher>,
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all.fmt(f)
    }
}

impl Calls {
    fn note(&self, verb: Verb, path: &Path, bytes: usize) {
        let call = Call { verb, path: path.to_owned(), bytes };
        if let Some(watcher) = self.watcher.get() {
            watcher(&call);
        }
        if let Ok(mut all) = self.all.lock() {
            all.push(call);
        }
    }
}

/// Passes everything on to another disk and records it, failed calls included.
#[derive(Debug)]
pub struct RecordingDisk {
    inner: Arc<dyn Disk>,
    calls: Arc<Calls>,
}

impl RecordingDisk {
    /// Records what is asked of `inner` from now on.
    pub fn over(inner: Arc<dyn Disk>) -> Self {
        Self { inner, calls: Arc::default() }
    }

    /// Takes the calls so far.
    pub fn take(&self) -> Vec<Call> {
        self.calls.all.lock().map(|mut calls| std::mem::take(&mut *calls)).unwrap_or_default()
    }

    /// Shows every call from now on to somebody before it is made. Only the first one is shown.
    pub fn watch(&self, watcher: Watcher) {
        let _ = self.calls.watcher.set(watcher);
    }

    fn note(&self, verb: Verb, path: &Path) {
        self.calls.note(verb, path, 0);
    }

    fn file(&self, path: &Path, inner: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
        Arc::new(RecordingFile { inner, path: path.to_owned(), calls: Arc::clone(&self.calls) })
    }
}

impl Disk for RecordingDisk {
    fn create_new(&self, path: &Path) -> Result<Arc<dyn DiskFile>> {
        self.note(Verb::Create, path);
        Ok(self.file(path, self.inner.create_new(path)?))
    }

    fn open_read(&self, path: &Path) -> Result<Arc<dyn DiskFile>> {
        self.note(Verb::Open, path);
        Ok(self.file(path, self.inner.open_read(path)?))
    }

    fn open_write(&self, path: &Path) -> Result<Arc<dyn DiskFile>> {
        self.note(Verb::Open, path);
        Ok(self.file(path, self.inner.open_write(path)?))
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<()> {
        self.note(Verb::Link, to);
        self.inner.hard_link(from, to)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.note(Verb::Rename, to);
        self.inner.rename(from, to)
    }

    fn remove(&self, path: &Path) -> Result<()> {
        self.note(Verb::Remove, path);
        self.inner.remove(path)
    }

    fn create_dir_all(&self, path: &Path) -> Result<()> {
        self.note(Verb::Create, path);
        self.inner.create_dir_all(path)
    }

    fn sync_dir(&self, path: &Path) -> Result<()> {
        self.note(Verb::Sync, path);
        self.inner.sync_dir(path)
    }

    fn list(&self, path: &Path) -> Result<Vec<Entry>> {
        self.note(Verb::List, path);
        self.inner.list(path)
    }

    fn stat(&self, path: &Path) -> Result<Stat> {
        self.note(Verb::Stat, path);
        self.inner.stat(path)
    }

    fn set_read_only(&self, path: &Path) -> Result<()> {
        self.note(Verb::Protect, path);
        self.inner.set_read_only(path)
    }

    fn space(&self) -> Result<Space> {
        self.note(Verb::Stat, Path::new(""));
        self.inner.space()
    }
}

#[derive(Debug)]
struct RecordingFile {
    inner: Arc<dyn DiskFile>,
    path: PathBuf,
    calls: Arc<Calls>,
}

impl DiskFile for RecordingFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        self.calls.note(Verb::Read, &self.path, buffer.len());
        self.inner.read_at(buffer, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        self.calls.note(Verb::Write, &self.path, bytes.len());
        self.inner.write_all_at(bytes, offset)
    }

    fn set_len(&self, size: u64) -> Result<()> {
        self.calls.note(Verb::Write, &self.path, 0);
        self.inner.set_len(size)
    }

    fn next_kept(&self, from: u64) -> Range<u64> {
        self.inner.next_kept(from)
    }

    fn sync(&self) -> Result<()> {
        self.calls.note(Verb::Sync, &self.path, 0);
        self.inner.sync()
    }

    fn stat(&self) -> Result<Stat> {
        self.calls.note(Verb::Stat, &self.path, 0);
        self.inner.stat()
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.inner.fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CrashDisk;

    #[test]
    fn every_call_is_on_record_in_its_order() {
        let disk = RecordingDisk::over(Arc::new(CrashDisk::new()));
        let path = Path::new("x");
        let file = disk.create_new(path).unwrap();
        file.write_all_at(b"abc", 0).unwrap();
        file.sync().unwrap();
        disk.sync_dir(Path::new("")).unwrap();
        let verbs: Vec<_> = disk.take().into_iter().map(|call| (call.verb, call.bytes)).collect();
        let expected =
            [(Verb::Create, 0), (Verb::Write, 3), (Verb::Sync, 0), (Verb::Sync, 0)].to_vec();
        assert_eq!(verbs, expected);
    }
}
