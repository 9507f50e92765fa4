//! A file that a program is writing: at any offset, read while it is written, and sealed at last.
//!
//! Invariant: from [`Loose::freeze`] on nothing writes to the file, and only then may it become a
//! blob. What was promised is there after a kill until it is dropped by name; everything else is
//! removed with the value, at the latest by the next start.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

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
use crate::trail::Trail;
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
    /// What was hashed behind the writes.
    trail: Arc<Trail>,
    size: AtomicU64,
    written_bytes: AtomicU64,
    note: Mutex<Note>,
    /// It was discarded, maybe while a note is written.
    is_gone: AtomicBool,
    familiar: Familiar,
}

#[derive(Debug)]
struct Open {
    /// Read-only once it is frozen.
    file: Arc<dyn DiskFile>,
    is_frozen: bool,
}

/// Whether there is a note beside a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Note {
    None,
    Written,
    /// The file is gone, and there will be none.
    Over,
}

impl Loose {
    /// Makes an empty one. Errors: `Full` when nothing may be written beside the reserve.
    pub(crate) fn create(shelf: &Arc<Shelf>, familiar: Familiar) -> Result<Self, StoreError> {
        check_room(&*shelf.disk, 0)?;
        let path = layout::new_staging();
        let file = shelf.disk.create_new(&path)?;
        Ok(Self {
            shelf: Arc::clone(shelf),
            open: RwLock::new(Open { file, is_frozen: false }),
            trail: Trail::new(shelf, familiar.clone(), path.clone()),
            path,
            size: AtomicU64::new(0),
            written_bytes: AtomicU64::new(0),
            note: Mutex::new(Note::None),
            is_gone: AtomicBool::new(false),
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
        let gap_bytes = offset.saturating_sub(self.size());
        if gap_bytes > 0 || before / ROOM_CHECK_BYTES != (before + count) / ROOM_CHECK_BYTES {
            check_room(&*self.shelf.disk, gap_bytes)?;
        }
        let turn = self.trail.turn(offset);
        open.file.write_all_at(bytes, offset)?;
        self.size.fetch_max(offset + count, Ordering::SeqCst);
        turn.wrote(offset, count);
        Ok(())
    }

    /// Makes it shorter, or longer with zeros. Errors: `Frozen`; `Full` where it would be longer
    /// than what is free, though zeros take no room.
    pub fn set_len(&self, size: u64) -> Result<(), StoreError> {
        let open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if open.is_frozen {
            return Err(StoreError::Frozen);
        }
        if let Some(more_bytes) = size.checked_sub(self.size()).filter(|more| *more > 0) {
            check_room(&*self.shelf.disk, more_bytes)?;
        }
        self.trail.set_len(size);
        open.file.set_len(size)?;
        self.size.store(size, Ordering::SeqCst);
        Ok(())
    }

    /// Makes room for a range, which is zeros where it is new; `false` where the disk cannot.
    /// Errors: `Frozen`; `Full`.
    pub fn allocate(&self, range: Range<u64>) -> Result<bool, StoreError> {
        let open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if open.is_frozen {
            return Err(StoreError::Frozen);
        }
        check_room(&*self.shelf.disk, range.end.saturating_sub(self.size().max(range.start)))?;
        let is_done = open.file.allocate(range.clone())?;
        if is_done {
            self.size.fetch_max(range.end, Ordering::SeqCst);
        }
        Ok(is_done)
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
            let file = Arc::clone(&self.open().file);
            file.sync()?; // Who freezes it meanwhile does not wait.
        }
        let mut held = self.note();
        if *held == Note::Over {
            return Ok(());
        }
        let (sidecar, new) = (layout::sidecar(&self.path), layout::new_staging());
        let written = write_note(&**disk, &new, note, lasts)
            .and_then(|()| disk.rename(&new, &sidecar))
            .and_then(|()| if lasts { disk.sync_dir(Path::new(layout::STAGING)) } else { Ok(()) });
        if let Err(error) = written {
            disk.remove(&new).ok();
            return Err(error.into());
        }
        *held = Note::Written;
        if self.is_gone.load(Ordering::SeqCst) {
            *held = Note::Over;
            report(disk.remove(&sidecar));
        }
        Ok(())
    }

    /// Takes the promise back, unless it is frozen: then it is about to be saved.
    pub fn withdraw(&self) {
        let mut held = self.note();
        if *held == Note::Written && !self.is_frozen() {
            *held = Note::None;
            report(self.shelf.disk.remove(&layout::sidecar(&self.path)));
        }
    }

    /// Whether it comes back after a kill.
    pub fn is_promised(&self) -> bool {
        *self.note() == Note::Written
    }

    fn note(&self) -> MutexGuard<'_, Note> {
        self.note.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names what it holds, and freezes it where nobody has yet. The file stays until
    /// [`Loose::discard`], so that a failed put loses nothing.
    pub fn seal(&self) -> Result<Staged, StoreError> {
        self.freeze()?;
        let file = Arc::clone(&self.open().file);
        let fresh = || (Staging::over(&self.shelf, self.familiar.clone()), 0);
        let (mut staging, mut at) = self.trail.take().unwrap_or_else(fresh);
        let size = self.size();
        let longest = usize::try_from(size).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
        let mut block = vec![0; longest];
        let (zeros, mut kept) = (vec![0; longest], 0..0);
        while at < size {
            if at >= kept.end {
                kept = file.next_kept(at);
            }
            // A hole is not read: it would fill memory with pages of zeros.
            let end = if at < kept.start { kept.start } else { kept.end }.min(size);
            let wanted = usize::try_from(end - at).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
            let Some(room) = block.get_mut(..wanted) else { break };
            let got = if at < kept.start { wanted } else { file.read_at(room, at)? };
            if got == 0 {
                break;
            }
            let bytes = if at < kept.start { &zeros } else { &block };
            staging.write(bytes.get(..got).unwrap_or_default())?;
            at += got as u64;
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

    /// Removes it with its promise: it is saved, or not wanted. Whoever reads it goes on. Waits for
    /// no sync: a note that is being written is removed by who writes it, or by the next start,
    /// which finds no file to it.
    pub fn discard(&self) {
        let disk = &self.shelf.disk;
        self.is_gone.store(true, Ordering::SeqCst);
        let note = self.note.try_lock().map(|mut note| std::mem::replace(&mut *note, Note::Over));
        if note.is_ok_and(|note| note == Note::Written) {
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
        if *self.note() == Note::None {
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
        to.trail.lose();
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
#[derive(Debug, Clone)]
pub struct Promised {
    /// What was noted with it.
    pub note: Vec<u8>,
    /// Its name in `staging/`.
    pub name: String,
    /// Length in bytes.
    pub size: u64,
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
        let size = match disk.stat(&path) {
            Ok(file) => file.size,
            Err(error) if error.is_missing() => {
                disk.remove(&sidecar)?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let mut note = vec![0; usize::try_from(stat.size).unwrap_or_default()];
        let got = disk.open_read(&sidecar)?.read_at(&mut note, 0)?;
        note.truncate(got);
        all.push(Promised { note, name: name.to_owned(), size });
    }
    Ok(all)
}

/// Opens a promised file.
pub fn open_promised(disk: &dyn Disk, name: &str) -> Result<Arc<dyn DiskFile>, StoreError> {
    Ok(disk.open_read(&Path::new(layout::STAGING).join(name))?)
}

/// Removes a promised file: it is saved, or nobody can want it.
pub fn forget(disk: &dyn Disk, name: &str) -> Result<(), StoreError> {
    let path = Path::new(layout::STAGING).join(name);
    disk.remove(&layout::sidecar(&path))?;
    Ok(disk.remove(&path)?)
}
