//! Copies of blobs in ranges that are read often: a file of their own each, so that the kernel can
//! read them directly.
//!
//! Derived: a start throws them away. Invariant: a copy that is handed out was verified chunk by
//! chunk when it was made, and looks as it did then; all of them stay within their limit.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rushes_digest::Digest;
use rushes_disk::{Disk, DiskFile, Kind};

use crate::error::StoreError;
use crate::place::WholeStat;
use crate::room::check_room;
use crate::unfinished::Unfinished;

/// Directory of the copies.
pub const CACHE: &str = "cache";
/// Most bytes of all copies, or a twentieth of the disk where that is less.
const BYTES_MAX: u64 = 16 << 30;
/// A blob is copied once more than so many times its length was read.
const READ_TIMES: u64 = 2;
/// Of how many blobs the reading is counted; the longest forgotten one gives way.
const COUNTED_MAX: usize = 4096;

/// All copies.
#[derive(Debug)]
pub struct Cache {
    disk: Arc<dyn Disk>,
    state: Mutex<State>,
    /// Who makes a copy stops soon.
    pub is_closing: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    /// From the one that was used longest ago on.
    copies: VecDeque<(Digest, WholeStat)>,
    bytes: u64,
    /// How many bytes were read of a blob that has no copy.
    read: HashMap<Digest, u64>,
    counted: VecDeque<Digest>,
    is_making: bool,
    /// Who makes the newest copy, or made it.
    maker: Option<JoinHandle<()>>,
}

impl Cache {
    /// Begins without copies: what an earlier process left is removed.
    pub fn open(disk: &Arc<dyn Disk>) -> Result<Self, StoreError> {
        disk.create_dir_all(Path::new(CACHE))?;
        for entry in disk.list(Path::new(CACHE))? {
            if entry.kind == Kind::File {
                disk.remove(&Path::new(CACHE).join(&entry.name))?;
            }
        }
        Ok(Self {
            disk: Arc::clone(disk),
            state: Mutex::default(),
            is_closing: AtomicBool::new(false),
        })
    }

    /// A blob's copy, where there is one.
    pub fn get(&self, digest: &Digest) -> Option<Arc<dyn DiskFile>> {
        let stat = {
            let mut state = self.state();
            let at = state.copies.iter().position(|(known, _)| known == digest)?;
            let copy = state.copies.remove(at)?;
            state.copies.push_back(copy);
            copy.1
        };
        let file = self.disk.open_read(&place(digest)).ok()?;
        (WholeStat::from(file.stat().ok()?) == stat).then_some(file)
    }

    /// Counts what is read of a blob, and tells whether a copy should be made now: then the caller
    /// makes it and says so with [`Self::keep`] or [`Self::give_up`].
    pub fn is_wanted(&self, digest: &Digest, size: u64, read_bytes: usize) -> bool {
        let mut state = self.state();
        if !state.read.contains_key(digest) {
            if state.counted.len() >= COUNTED_MAX
                && let Some(oldest) = state.counted.pop_front()
            {
                state.read.remove(&oldest);
            }
            state.counted.push_back(*digest);
        }
        let read = state.read.entry(*digest).or_default();
        *read = read.saturating_add(read_bytes as u64);
        let is_often = *read > size.saturating_mul(READ_TIMES);
        // Who opened it before there was a copy goes on counting.
        let has_copy = || state.copies.iter().any(|(known, _)| known == digest);
        let is_closing = self.is_closing.load(Ordering::Relaxed);
        let is_wanted = is_often && !state.is_making && !is_closing && !has_copy();
        if is_wanted {
            state.read.insert(*digest, 0);
            state.is_making = true;
        }
        is_wanted
    }

    /// Gives a complete and verified file the place of a blob's copy. Older copies make room.
    pub fn keep(
        &self,
        digest: &Digest,
        unfinished: Unfinished,
        file: &dyn DiskFile,
    ) -> Result<(), StoreError> {
        self.disk.set_read_only(unfinished.path())?;
        self.disk.rename(unfinished.path(), &place(digest))?;
        unfinished.keep();
        let stat = WholeStat::from(file.stat()?);
        let limit = self.limit()?;
        let mut state = self.state();
        state.is_making = false;
        state.drop_copy(digest);
        state.copies.push_back((*digest, stat));
        state.bytes += stat.size;
        let mut gone = Vec::new();
        while state.bytes > limit
            && let Some((oldest, stat)) = state.copies.pop_front()
        {
            state.bytes = state.bytes.saturating_sub(stat.size);
            gone.push(oldest);
        }
        drop(state);
        for oldest in gone {
            self.disk.remove(&place(&oldest))?;
        }
        Ok(())
    }

    /// Throws away the copy of a blob that is freed.
    pub fn forget(&self, digest: &Digest) -> Result<(), StoreError> {
        if self.state().drop_copy(digest) {
            self.disk.remove(&place(digest))?;
        }
        Ok(())
    }

    /// Starts who makes the copy that is wanted, unless no more are made.
    pub fn start(&self, spawn: impl FnOnce() -> io::Result<JoinHandle<()>>) -> io::Result<()> {
        // Until he is known nobody may believe that there is none.
        let mut state = self.state();
        state.is_making = false;
        if !self.is_closing.load(Ordering::Relaxed) {
            state.maker = Some(spawn()?);
            state.is_making = true;
        }
        Ok(())
    }

    /// Makes no more copies; on return nothing is written any more.
    pub fn close(&self) {
        let mut state = self.state();
        self.is_closing.store(true, Ordering::Relaxed);
        let maker = state.maker.take();
        drop(state);
        if maker.is_some_and(|maker| maker.join().is_err()) {
            tracing::error!("a copy was not made: its thread panicked");
        }
    }

    /// Says that a copy that was wanted is not made.
    pub fn give_up(&self) {
        self.state().is_making = false;
    }

    /// Whether a blob of this size may have a copy at all.
    pub fn has_room(&self, size: u64) -> bool {
        self.limit().is_ok_and(|limit| size <= limit / 2) && check_room(&*self.disk, size).is_ok()
    }

    fn limit(&self) -> Result<u64, StoreError> {
        Ok((self.disk.space()?.total / 20).min(BYTES_MAX))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a copy off the list; tells whether it was there.
    fn drop_copy(&mut self, digest: &Digest) -> bool {
        let at = self.copies.iter().position(|(known, _)| known == digest);
        let copy = at.and_then(|at| self.copies.remove(at));
        self.bytes = self.bytes.saturating_sub(copy.map_or(0, |(_, stat)| stat.size));
        copy.is_some()
    }
}

fn place(digest: &Digest) -> PathBuf {
    Path::new(CACHE).join(digest.to_hex())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread::spawn;

    use rushes_disk::CrashDisk;

    use super::*;

    fn cache() -> Arc<Cache> {
        let disk: Arc<dyn Disk> = Arc::new(CrashDisk::new());
        Arc::new(Cache::open(&disk).unwrap())
    }

    #[test]
    fn nobody_closes_between_a_start_and_who_is_started() {
        let cache = cache();
        let (go, goes) = channel::<()>();
        let maker = || {
            // A close would wait here, so that it cannot miss who is started.
            assert!(cache.state.try_lock().is_err());
            Ok(spawn(move || goes.recv().unwrap()))
        };
        cache.start(maker).unwrap();
        assert!(cache.state().maker.is_some());
        go.send(()).unwrap();
        cache.close();
        assert!(cache.state().maker.is_none());
        cache.start(|| panic!("somebody is started after the close")).unwrap();
        assert!(!cache.state().is_making);
    }
}
