//! A disk in memory that takes away everything that was not made durable.
//!
//! It keeps two images: what a running process sees, and what a power cut leaves. Content moves to
//! the second with [`DiskFile::sync`], names with [`Disk::sync_dir`]; neither does the other's
//! work, which is stricter than ext4 and what POSIX allows. What was pending at a cut survives in
//! part: nothing, all, a prefix, any subset, or torn sectors. It can also fail the k-th call, and a
//! failed sync loses its pages for good while reads go on showing them, as Linux does.
//!
//! It sees nothing of what sled writes: tests that restart over it must try every state of the
//! derived directories.

mod image;
mod plan;

use std::io::{Error, ErrorKind};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use image::{Image, Node};
pub use plan::{Cut, Fault, Lie};
use plan::{Planned, Saved};

use crate::{Disk, DiskError, DiskFile, Entry, Kind, Result, Space, Stat, Verb};

#[derive(Debug, Default)]
struct State {
    image: Image,
    calls: u64,
    syncs: u64,
    cut_at: Option<(u64, Cut)>,
    fail_at: Option<Planned>,
    struck_at: Option<u64>,
    lie: Option<(Lie, PathBuf)>,
    /// What was promised and comes with the next sync.
    owed: Option<Saved>,
    is_cut: bool,
    free: Option<u64>,
    /// A file whose bytes do not come back.
    unreadable: Option<u64>,
}

/// The disk. Cloning gives another handle to the same one.
#[derive(Debug, Clone, Default)]
pub struct CrashDisk(Arc<Mutex<State>>);

impl CrashDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cuts the power at the n-th sync from now, counted from 1; every later call fails.
    pub fn cut_at(&self, sync: u64, side: Cut) {
        let mut state = self.state();
        state.cut_at = Some((state.syncs + sync, side));
    }

    /// Cuts the power between two calls; every later call fails.
    pub fn cut_now(&self) {
        self.state().is_cut = true;
    }

    /// Fails the n-th call from now, counted from 1; later calls work again.
    pub fn fail_at(&self, call: u64, fault: Fault) {
        let mut state = self.state();
        state.fail_at = Some(Planned { since: state.calls, call, fault });
        state.struck_at = None;
    }

    /// Which call the fault has struck, counted as for [`CrashDisk::fail_at`].
    pub fn struck_at(&self) -> Option<u64> {
        self.state().struck_at
    }

    /// Calls off a fault that is still to come.
    pub fn call_off(&self) {
        self.state().fail_at = None;
    }

    /// Says what is not so of every sync from now on of what lies below a path; an empty path is
    /// everything.
    pub fn lie(&self, lie: Lie, below: impl Into<PathBuf>) {
        self.state().lie = Some((lie, below.into()));
    }

    /// Tells the truth again.
    pub fn be_honest(&self) {
        self.state().lie = None;
    }

    /// Pretends that this many bytes are free; `None` is plenty.
    pub fn set_free(&self, free: Option<u64>) {
        self.state().free = free;
    }

    /// Syncs so far, of contents and directories.
    pub fn syncs(&self) -> u64 {
        self.state().syncs
    }

    /// Calls so far that a fault could hit.
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Whether the power has gone.
    pub fn is_cut(&self) -> bool {
        self.state().is_cut
    }

    /// What the machine finds after a power cut. Equal seeds lose the same things.
    #[must_use]
    pub fn reboot(&self, seed: u64) -> Self {
        Self::holding(self.state().image.after_power_cut(seed))
    }

    /// What the machine finds when nothing survives that was not made durable.
    #[must_use]
    pub fn reboot_bare(&self) -> Self {
        Self::holding(self.state().image.durable())
    }

    /// What a new process finds after a kill: all of it, and the kernel's page cache with it.
    #[must_use]
    pub fn restart(&self) -> Self {
        Self::holding(self.state().image.clone())
    }

    /// Changes a file's bytes behind everybody's back, durably: rot.
    pub fn damage(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        let mut state = self.state();
        let file = state.image.file(path).map_err(|kind| failed(Verb::Write, path, kind))?;
        state.image.damage(file, change);
        Ok(())
    }

    /// Lets every read of a file fail with EIO, until another one takes its name.
    pub fn make_unreadable(&self, path: &Path) -> Result<()> {
        let mut state = self.state();
        let file = state.image.file(path).map_err(|kind| failed(Verb::Read, path, kind))?;
        state.unreadable = Some(file);
        Ok(())
    }

    fn holding(image: Image) -> Self {
        Self(Arc::new(Mutex::new(State { image, ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call; tells whether it must fail, and how.
    fn enter(&self, verb: Verb, path: &Path) -> Result<(MutexGuard<'_, State>, Option<Fault>)> {
        let mut state = self.state();
        if state.is_cut {
            return Err(failed(verb, path, ErrorKind::Other));
        }
        state.calls += 1;
        let calls = state.calls;
        let struck = state.fail_at.take_if(|planned| planned.strikes(verb, calls));
        if let Some(planned) = struck {
            state.struck_at = Some(calls - planned.since);
        }
        Ok((state, struck.map(|planned| planned.fault)))
    }

    fn call<T>(
        &self,
        verb: Verb,
        path: &Path,
        body: impl FnOnce(&mut Image) -> std::result::Result<T, ErrorKind>,
    ) -> Result<T> {
        let (mut state, fault) = self.enter(verb, path)?;
        if let Some(fault) = fault {
            return Err(failed(verb, path, kind_of(fault)));
        }
        body(&mut state.image).map_err(|kind| failed(verb, path, kind))
    }

    fn sync(&self, path: &Path, sync: Saved) -> Result<()> {
        let (mut state, fault) = self.enter(Verb::Sync, path)?;
        if let Some(fault) = fault {
            state.image.lose(&sync);
            return Err(failed(Verb::Sync, path, kind_of(fault)));
        }
        state.syncs += 1;
        let cut = state.cut_at.filter(|(sync, _)| *sync == state.syncs).map(|(_, side)| side);
        if cut != Some(Cut::Before) {
            let lie = state.lie.as_ref().filter(|(_, below)| path.starts_with(below));
            let done = match (lie.map(|(lie, _)| *lie), &sync) {
                (Some(Lie::Late), _) => state.owed.replace(sync),
                (Some(Lie::Contents), Saved::Content(_)) | (Some(Lie::Names), Saved::Names(_)) => {
                    None
                }
                _ => Some(sync),
            };
            let done = done.map_or(Ok(()), |sync| state.image.make_durable(&sync));
            done.map_err(|kind| failed(Verb::Sync, path, kind))?;
        }
        state.is_cut = cut.is_some();
        if state.is_cut { Err(failed(Verb::Sync, path, ErrorKind::Other)) } else { Ok(()) }
    }

    fn handle(&self, path: &Path, inode: u64, writable: bool) -> Arc<dyn DiskFile> {
        Arc::new(CrashFile { disk: self.clone(), path: path.to_owned(), inode, writable })
    }
}

fn kind_of(fault: Fault) -> ErrorKind {
    match fault {
        Fault::Io => ErrorKind::Other,
        Fault::Full => ErrorKind::StorageFull,
        Fault::Short => ErrorKind::WriteZero,
    }
}

fn failed(verb: Verb, path: &Path, kind: ErrorKind) -> DiskError {
    DiskError::new(verb, path, Error::from(kind))
}

impl Image {
    fn make_durable(&mut self, sync: &Saved) -> std::result::Result<(), ErrorKind> {
        match sync {
            Saved::Content(inode) => {
                self.sync(*inode);
                Ok(())
            }
            Saved::Names(path) => self.sync_dir(path),
        }
    }

    fn lose(&mut self, sync: &Saved) {
        match sync {
            Saved::Content(inode) => self.lose_bytes(*inode),
            Saved::Names(path) => self.lose_names(path),
        }
    }
}

impl Disk for CrashDisk {
    fn create_new(&self, path: &Path) -> Result<Arc<dyn DiskFile>> {
        let inode = self.call(Verb::Create, path, |image| image.create(path))?;
        Ok(self.handle(path, inode, true))
    }

    fn open_read(&self, path: &Path) -> Result<Arc<dyn DiskFile>> {
        let inode = self.call(Verb::Open, path, |image| image.file(path))?;
        Ok(self.handle(path, inode, false))
    }

    fn open_write(&self, path: &Path) -> Result<Arc<dyn DiskFile>> {
        let inode = self.call(Verb::Open, path, |image| image.writable_file(path))?;
        Ok(self.handle(path, inode, true))
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<()> {
        self.call(Verb::Link, to, |image| {
            let inode = image.file(from)?;
            image.put(to, Node::File(inode))
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.call(Verb::Rename, to, |image| image.rename(from, to))
    }

    fn remove(&self, path: &Path) -> Result<()> {
        self.call(Verb::Remove, path, |image| image.remove(path))
    }

    fn create_dir_all(&self, path: &Path) -> Result<()> {
        self.call(Verb::Create, path, |image| image.create_dirs(path))
    }

    fn sync_dir(&self, path: &Path) -> Result<()> {
        self.sync(path, Saved::Names(path.to_owned()))
    }

    fn list(&self, path: &Path) -> Result<Vec<Entry>> {
        self.call(Verb::List, path, |image| {
            let names = image.list(path)?;
            Ok(names.into_iter().map(|(name, kind)| Entry { name, kind }).collect())
        })
    }

    fn stat(&self, path: &Path) -> Result<Stat> {
        self.call(Verb::Stat, path, |image| match image.node(path)? {
            Node::File(inode) => Ok(image.stat(inode)),
            Node::Dir => {
                let (kind, inode) = (Kind::Directory, u64::MAX);
                Ok(Stat { kind, size: 0, modified_ns: 0, inode, links: 1 })
            }
        })
    }

    fn set_read_only(&self, path: &Path) -> Result<()> {
        self.call(Verb::Protect, path, |image| {
            let inode = image.file(path)?;
            image.protect(inode);
            Ok(())
        })
    }

    fn space(&self) -> Result<Space> {
        let free = self.state().free.unwrap_or(1 << 40);
        Ok(Space { free, total: 1 << 40 })
    }
}

#[derive(Debug)]
struct CrashFile {
    disk: CrashDisk,
    path: PathBuf,
    inode: u64,
    writable: bool,
}

impl DiskFile for CrashFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        if self.disk.state().unreadable == Some(self.inode) {
            let error = Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error());
            return Err(DiskError::new(Verb::Read, &self.path, error));
        }
        self.disk.call(Verb::Read, &self.path, |image| Ok(image.read(self.inode, buffer, offset)))
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        let (mut state, fault) = self.disk.enter(Verb::Write, &self.path)?;
        if !self.writable {
            return Err(failed(Verb::Write, &self.path, ErrorKind::PermissionDenied));
        }
        let kept = match fault {
            None => bytes,
            Some(Fault::Short) => bytes.split_last().map_or(bytes, |(_, kept)| kept),
            Some(_) => bytes.get(..bytes.len() / 2).unwrap_or_default(),
        };
        state.image.write(self.inode, kept, offset);
        match fault {
            None => Ok(()),
            Some(fault) => Err(failed(Verb::Write, &self.path, kind_of(fault))),
        }
    }

    fn set_len(&self, size: u64) -> Result<()> {
        if !self.writable {
            return Err(failed(Verb::Write, &self.path, ErrorKind::PermissionDenied));
        }
        self.disk.call(Verb::Write, &self.path, |image| {
            image.set_len(self.inode, size);
            Ok(())
        })
    }

    fn sync(&self) -> Result<()> {
        self.disk.sync(&self.path, Saved::Content(self.inode))
    }

    fn stat(&self) -> Result<Stat> {
        self.disk.call(Verb::Stat, &self.path, |image| Ok(image.stat(self.inode)))
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(disk: &CrashDisk, path: &str) -> Option<Vec<u8>> {
        let file = disk.open_read(Path::new(path)).ok()?;
        let mut bytes = vec![0; usize::try_from(file.stat().unwrap().size).unwrap()];
        file.read_at(&mut bytes, 0).unwrap();
        Some(bytes)
    }

    fn written(disk: &CrashDisk, path: &str, bytes: &[u8]) -> Arc<dyn DiskFile> {
        let file = disk.create_new(Path::new(path)).unwrap();
        file.write_all_at(bytes, 0).unwrap();
        file
    }

    #[test]
    fn a_name_and_its_content_are_durable_apart() {
        let disk = CrashDisk::new();
        written(&disk, "both", b"x").sync().unwrap();
        disk.sync_dir(Path::new("")).unwrap();
        written(&disk, "content-only", b"x").sync().unwrap();
        let outcomes: Vec<_> = (0..64).map(|seed| disk.reboot(seed)).collect();
        assert!(outcomes.iter().all(|after| read(after, "both").as_deref() == Some(b"x")));
        assert!(outcomes.iter().any(|after| read(after, "content-only").is_none()));
        assert!(outcomes.iter().any(|after| read(after, "content-only").is_some()));
    }

    #[test]
    fn pending_bytes_survive_in_every_possible_part() {
        let disk = CrashDisk::new();
        let file = written(&disk, "f", &[1; 2048]);
        disk.sync_dir(Path::new("")).unwrap();
        file.write_all_at(&[2; 2048], 2048).unwrap();
        let seen: std::collections::BTreeSet<_> =
            (0..200).map(|seed| read(&disk.reboot(seed), "f").unwrap()).collect();
        let all = [[1; 2048], [2; 2048]].concat();
        assert!(seen.contains(&Vec::new()) && seen.contains(&all));
        assert!(seen.iter().any(|bytes| !all.starts_with(bytes)), "a hole is never seen");
    }

    #[test]
    fn a_length_is_pending_like_bytes() {
        let disk = CrashDisk::new();
        let file = written(&disk, "f", &[1; 100]);
        file.sync().unwrap();
        disk.sync_dir(Path::new("")).unwrap();
        file.set_len(10).unwrap();
        assert_eq!(read(&disk, "f"), Some(vec![1; 10]));
        let lengths = || (0..64).map(|seed| read(&disk.reboot(seed), "f").unwrap().len());
        assert!(lengths().any(|length| length == 10) && lengths().any(|length| length == 100));
        file.sync().unwrap();
        assert!(lengths().all(|length| length == 10));
    }

    #[test]
    fn the_power_goes_at_the_chosen_sync_and_on_the_chosen_side() {
        for (side, kept) in [(Cut::Before, false), (Cut::After, true)] {
            let disk = CrashDisk::new();
            written(&disk, "f", b"x").sync().unwrap();
            disk.cut_at(1, side);
            assert!(disk.sync_dir(Path::new("")).is_err());
            assert!(disk.is_cut() && disk.stat(Path::new("f")).is_err());
            assert_eq!((0..32).all(|seed| read(&disk.reboot(seed), "f").is_some()), kept);
        }
    }

    #[test]
    fn a_failed_sync_loses_its_bytes_although_reads_show_them() {
        let disk = CrashDisk::new();
        let file = written(&disk, "f", b"x");
        disk.sync_dir(Path::new("")).unwrap();
        disk.fail_at(1, Fault::Io);
        assert!(file.sync().is_err());
        assert!(file.sync().is_ok(), "the kernel reports success the second time");
        assert_eq!(read(&disk, "f").as_deref(), Some(&b"x"[..]));
        assert_eq!(read(&disk.reboot(1), "f").as_deref(), Some(&[0u8; 1][..]));
    }

    #[test]
    fn a_full_disk_keeps_half_a_write_and_links_never_replace() {
        let disk = CrashDisk::new();
        let file = written(&disk, "f", b"ab");
        disk.fail_at(1, Fault::Full);
        assert!(file.write_all_at(b"cdef", 2).unwrap_err().is_full());
        assert_eq!(read(&disk, "f").as_deref(), Some(&b"abcd"[..]));
        written(&disk, "g", b"");
        assert!(disk.hard_link(Path::new("f"), Path::new("g")).unwrap_err().is_taken());
    }

    #[test]
    fn a_short_write_strikes_the_next_write_and_no_other_call() {
        let disk = CrashDisk::new();
        let file = written(&disk, "f", b"");
        disk.fail_at(1, Fault::Short);
        file.sync().unwrap();
        assert!(file.write_all_at(b"abc", 0).is_err());
        assert_eq!(disk.struck_at(), Some(2));
        assert_eq!(read(&disk, "f").unwrap(), b"ab");
        file.write_all_at(b"abc", 0).unwrap();
    }

    #[test]
    fn a_bare_reboot_keeps_what_was_synced_and_a_lie_takes_that_too() {
        let kept = |lie| {
            let disk = CrashDisk::new();
            disk.sync_dir(Path::new("")).unwrap();
            if let Some(lie) = lie {
                disk.lie(lie, "");
            }
            let file = written(&disk, "f", b"x");
            disk.sync_dir(Path::new("")).unwrap();
            file.sync().unwrap();
            read(&disk.reboot_bare(), "f")
        };
        assert_eq!(kept(None).unwrap(), b"x");
        assert_eq!(kept(Some(Lie::Contents)).unwrap(), b"");
        assert_eq!(kept(Some(Lie::Names)), None);
        assert_eq!(kept(Some(Lie::Late)).unwrap(), b"");
    }

    #[test]
    fn nothing_works_once_the_power_is_cut() {
        let disk = CrashDisk::new();
        let file = written(&disk, "f", b"x");
        disk.cut_now();
        assert!(file.write_all_at(b"y", 0).is_err() && disk.list(Path::new("")).is_err());
        assert_eq!(read(&disk.restart(), "f").unwrap(), b"x");
    }
}
