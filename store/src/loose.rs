//! A file that a program is writing: at any offset, read while it is written, and sealed at last.
//!
//! Invariant: from [`Loose::freeze`] on nothing writes to the file, and only then may it become a
//! blob. What was promised is there after a kill until it is dropped by name; everything else is
//! removed with the value, at the latest by the next start.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use rushes_digest::Digest;
use rushes_disk::{Disk, DiskFile, Kind};

use crate::cutter::BLOCK_BYTES;
use crate::error::{Damage, StoreError};
use crate::hints::Familiar;
use crate::layout;
use crate::read;
use crate::room::check_room;
use crate::shelf::Shelf;
use crate::staging::{SMALL_BYTES_MAX, Staged, Staging};
use crate::unfinished::Unfinished;

/// How often the free space is looked at while bytes come in.
const ROOM_CHECK_BYTES: u64 = 16 << 20;
/// Longest sidecar, in bytes: a few ids, names and times.
pub const SIDECAR_BYTES_MAX: u64 = 16 << 10;

/// A file in `staging/` that can be written to at any offset, from many threads.
#[derive(Debug)]
pub struct Loose {
    shelf: Arc<Shelf>,
    path: PathBuf,
    /// Held for reading by every write: who freezes waits for them.
    open: RwLock<Open>,
    /// What was hashed as it came; `None` once a write went back.
    hashed: Mutex<Option<Staging>>,
    hashed_end: AtomicU64,
    size: AtomicU64,
    written_bytes: AtomicU64,
    is_promised: AtomicBool,
    familiar: Familiar,
}

#[derive(Debug)]
struct Open {
    /// Read-only once it is frozen.
    file: Arc<dyn DiskFile>,
    is_frozen: bool,
}

impl Loose {
    /// Makes an empty one. Errors: `Full` when nothing may be written beside the reserve.
    pub(crate) fn create(shelf: &Arc<Shelf>, familiar: Familiar) -> Result<Self, StoreError> {
        check_room(&*shelf.disk, 0)?;
        let path = layout::new_staging();
        let file = shelf.disk.create_new(&path)?;
        let hashed = Staging::over(shelf, familiar.clone());
        Ok(Self {
            shelf: Arc::clone(shelf),
            path,
            open: RwLock::new(Open { file, is_frozen: false }),
            hashed: Mutex::new(Some(hashed)),
            hashed_end: AtomicU64::new(0),
            size: AtomicU64::new(0),
            written_bytes: AtomicU64::new(0),
            is_promised: AtomicBool::new(false),
            familiar,
        })
    }

    /// Length in bytes.
    pub fn size(&self) -> u64 {
        self.size.load(Ordering::SeqCst)
    }

    /// The name of the file in `staging/`, which no other one ever has.
    pub fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// Reads at an offset; fewer bytes than asked for only at the end.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, StoreError> {
        let file = Arc::clone(&self.open().file);
        Ok(file.read_at(buffer, offset)?)
    }

    /// Writes all bytes at an offset. Nothing is durable. Errors: `Frozen`, and then nothing was
    /// written; `Full`.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), StoreError> {
        let open = self.open();
        if open.is_frozen {
            return Err(StoreError::Frozen);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let count = bytes.len() as u64;
        let before = self.written_bytes.fetch_add(count, Ordering::SeqCst);
        if before / ROOM_CHECK_BYTES != (before + count) / ROOM_CHECK_BYTES {
            check_room(&*self.shelf.disk, 0)?;
        }
        let mut hashed = self.hashed.lock().unwrap_or_else(PoisonError::into_inner);
        let in_order = hashed.is_some() && self.hashed_end.load(Ordering::SeqCst) == offset;
        if in_order {
            open.file.write_all_at(bytes, offset)?;
            let taken = hashed.as_mut().is_some_and(|staging| staging.write(bytes).is_ok());
            self.hashed_end.fetch_add(count, Ordering::SeqCst);
            if !taken {
                *hashed = None;
            }
        } else {
            // What goes on behind the end may still come in order later; what goes back may not.
            if offset < self.hashed_end.load(Ordering::SeqCst) {
                *hashed = None;
            }
            drop(hashed);
            open.file.write_all_at(bytes, offset)?;
        }
        self.size.fetch_max(offset + count, Ordering::SeqCst);
        Ok(())
    }

    /// Makes it shorter, or longer with zeros. Errors: `Frozen`, `Full`.
    pub fn set_len(&self, size: u64) -> Result<(), StoreError> {
        let open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if open.is_frozen {
            return Err(StoreError::Frozen);
        }
        let mut hashed = self.hashed.lock().unwrap_or_else(PoisonError::into_inner);
        if size < self.hashed_end.load(Ordering::SeqCst) {
            *hashed = (size == 0).then(|| Staging::over(&self.shelf, self.familiar.clone()));
            self.hashed_end.store(0, Ordering::SeqCst);
        }
        open.file.set_len(size)?;
        self.size.store(size, Ordering::SeqCst);
        Ok(())
    }

    /// From now on nothing is written to it, and no handle that could is left. Waits for writes
    /// that are under way.
    pub fn freeze(&self) -> Result<(), StoreError> {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.is_frozen = true;
        open.file = self.shelf.disk.open_read(&self.path)?;
        Ok(())
    }

    /// Whether nothing may be written to it any more.
    pub fn is_frozen(&self) -> bool {
        self.open().is_frozen
    }

    fn open(&self) -> RwLockReadGuard<'_, Open> {
        self.open.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes what was written so far come back after a kill, with a note of the caller's; where it
    /// `lasts`, after a power cut too.
    pub fn promise(&self, note: &[u8], lasts: bool) -> Result<(), StoreError> {
        let disk = &self.shelf.disk;
        if lasts {
            self.open().file.sync()?;
        }
        let (sidecar, new) = (layout::sidecar(&self.path), layout::new_staging());
        let written = write_note(&**disk, &new, note, lasts)
            .and_then(|()| disk.rename(&new, &sidecar))
            .and_then(|()| if lasts { disk.sync_dir(Path::new(layout::STAGING)) } else { Ok(()) });
        if let Err(error) = written {
            disk.remove(&new).ok();
            return Err(error.into());
        }
        self.is_promised.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Takes the promise back, unless it is frozen: then it is about to be saved.
    pub fn withdraw(&self) {
        if !self.is_frozen() && self.is_promised.swap(false, Ordering::SeqCst) {
            report(self.shelf.disk.remove(&layout::sidecar(&self.path)));
        }
    }

    /// Whether it comes back after a kill.
    pub fn is_promised(&self) -> bool {
        self.is_promised.load(Ordering::SeqCst)
    }

    /// Names what it holds, and freezes it where nobody has yet. The file stays until
    /// [`Loose::discard`], so that a failed put loses nothing.
    pub fn seal(&self) -> Result<Staged, StoreError> {
        self.freeze()?;
        let file = Arc::clone(&self.open().file);
        let hashed = self.hashed.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (mut staging, mut at) = match hashed {
            Some(hashed) => (hashed, self.hashed_end.load(Ordering::SeqCst)),
            None => (Staging::over(&self.shelf, self.familiar.clone()), 0),
        };
        let (size, mut block) = (self.size(), vec![0; BLOCK_BYTES]);
        while at < size {
            let wanted = usize::try_from(size - at).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
            let Some(room) = block.get_mut(..wanted) else { break };
            match file.read_at(room, at)? {
                0 => break,
                got => {
                    staging.write(room.get(..got).unwrap_or_default())?;
                    at += got as u64;
                }
            }
        }
        if size <= SMALL_BYTES_MAX as u64 {
            return staging.finish();
        }
        // A second name of the same file: it becomes the whole, or is removed with the draft.
        let twin = layout::new_staging();
        self.shelf.disk.hard_link(&self.path, &twin)?;
        let unfinished = Unfinished::adopt(&self.shelf.disk, twin);
        staging.finish_over(unfinished, file)
    }

    /// Removes it with its promise: it is saved, or not wanted. Whoever reads it goes on.
    pub fn discard(&self) {
        let disk = &self.shelf.disk;
        if self.is_promised.swap(false, Ordering::SeqCst) {
            // First the promise: a file without one is removed by the next start.
            report(disk.remove(&layout::sidecar(&self.path)));
        }
        report(disk.remove(&self.path));
    }
}

fn report(removed: rushes_disk::Result<()>) {
    if let Err(error) = removed.or_else(|e| if e.is_missing() { Ok(()) } else { Err(e) }) {
        tracing::warn!(%error, "an unfinished file stays until the next start");
    }
}

fn write_note(disk: &dyn Disk, path: &Path, note: &[u8], lasts: bool) -> rushes_disk::Result<()> {
    let file = disk.create_new(path)?;
    file.write_all_at(note, 0)?;
    if lasts { file.sync() } else { Ok(()) }
}

impl Drop for Loose {
    fn drop(&mut self) {
        if !self.is_promised() {
            report(self.shelf.disk.remove(&self.path));
        }
    }
}

/// Begins a file with the bytes of a blob, which must be there.
pub fn copy_blob(shelf: &Arc<Shelf>, from: &Digest, to: &Loose) -> Result<(), StoreError> {
    let lost = || StoreError::Damaged {
        digest: *from,
        place: layout::whole(from),
        damage: Damage::Missing,
    };
    let blob = read::open(shelf, from)?.ok_or_else(lost)?;
    let size = blob.size();
    if let Some(file) = blob.exact_file()
        && to.open().file.reflink(file)
    {
        *to.hashed.lock().unwrap_or_else(PoisonError::into_inner) = None;
        to.size.store(size, Ordering::SeqCst);
        return Ok(());
    }
    check_room(&*shelf.disk, size)?;
    let (mut at, mut block) = (0, vec![0; BLOCK_BYTES]);
    while at < size {
        let got = blob.read_at(&mut block, at)?;
        to.write_at(block.get(..got).unwrap_or_default(), at)?;
        at += got as u64;
    }
    Ok(())
}

/// A file that was promised and whose program is gone.
#[derive(Debug)]
pub struct Promised {
    /// What was noted with it.
    pub note: Vec<u8>,
    /// Its name in `staging/`.
    pub name: String,
    file: Arc<dyn DiskFile>,
}

impl Promised {
    /// Reads at an offset; fewer bytes than asked for only at the end.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, StoreError> {
        Ok(self.file.read_at(buffer, offset)?)
    }
}

/// The files that were promised, in the order of their names, which is the one in which they were
/// made. A note that cannot be read leaves its file where it is.
pub fn promised(disk: &dyn Disk) -> Result<Vec<Promised>, StoreError> {
    let mut all = Vec::new();
    for entry in disk.list(Path::new(layout::STAGING))? {
        let Some(name) = entry.name.strip_suffix(layout::SIDECAR_END) else { continue };
        let path = Path::new(layout::STAGING).join(name);
        let sidecar = layout::sidecar(&path);
        let stat = disk.stat(&sidecar)?;
        if stat.kind != Kind::File || stat.size > SIDECAR_BYTES_MAX {
            tracing::error!(name, "a note of an unfinished file is not one: it stays");
            continue;
        }
        let file = match disk.open_read(&path) {
            Ok(file) => file,
            Err(error) if error.is_missing() => {
                disk.remove(&sidecar)?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let mut note = vec![0; usize::try_from(stat.size).unwrap_or_default()];
        let got = disk.open_read(&sidecar)?.read_at(&mut note, 0)?;
        note.truncate(got);
        all.push(Promised { note, name: name.to_owned(), file });
    }
    Ok(all)
}

/// Removes a promised file: it is saved, or nobody can want it.
pub fn forget(disk: &dyn Disk, name: &str) -> Result<(), StoreError> {
    let path = Path::new(layout::STAGING).join(name);
    disk.remove(&layout::sidecar(&path))?;
    Ok(disk.remove(&path)?)
}
