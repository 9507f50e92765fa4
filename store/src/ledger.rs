//! The ledger of damage: what lies in `quarantine/`, why, and which blobs miss bytes because of it.
//!
//! Knows nothing of the index and of packs. Invariant: a file leaves its place only after the note
//! that says why is durable; a blob stays listed until its content is whole again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rushes_digest::Digest;
use rushes_disk::{Clock, Disk, RealClock, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::layout::{self, QUARANTINE};

type Result<T> = std::result::Result<T, StoreError>;

/// Version of the notes that this code writes.
const VERSION: u32 = 1;
/// Longest note that is read, in bytes.
const NOTE_BYTES_MAX: usize = 64 << 20;
/// Most blobs that a note names: then it is no longer than what is read, also once each is listed
/// again as healed. A damaged pack loses at most 65,536 of its own.
const DIGESTS_MAX: usize = NOTE_BYTES_MAX / 256;

/// A blob that misses bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// The blob.
    pub digest: Digest,
    /// The file that was damaged, relative to the data directory.
    pub place: PathBuf,
    /// What is wrong with it.
    pub why: String,
    /// When it was noticed.
    pub since: Timestamp,
}

/// What is told of each blob that is found damaged.
pub type Observer = Box<dyn Fn(&Damaged) + Send + Sync>;

/// What becomes of the damaged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    /// It moves to quarantine.
    Moved,
    /// It keeps its name beside a new one in quarantine: a sound file is about to replace it.
    Linked,
    /// There is no file any more.
    Gone,
}

/// A note beside a damaged file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note {
    version: u32,
    file: PathBuf,
    why: String,
    since_ms: i64,
    digests: Vec<Digest>,
    #[serde(default)]
    healed: Vec<Digest>,
}

#[derive(Debug)]
struct Entry {
    path: PathBuf,
    note: Note,
    open: HashSet<Digest>,
}

#[derive(Debug, Default)]
struct State {
    entries: BTreeMap<u64, Entry>,
    next: u64,
    /// Which entries a blob is open in.
    open: HashMap<Digest, Vec<u64>>,
    /// Quarantined wholes.
    wholes: HashMap<Digest, Vec<PathBuf>>,
}

/// All damage of a data directory that was noticed.
pub struct Ledger {
    disk: Arc<dyn Disk>,
    state: Mutex<State>,
    /// How many blobs are damaged: asked after every put.
    count: AtomicUsize,
    /// Held while a note is written, so that no older state of it lands last.
    writing: Mutex<()>,
    observer: OnceLock<Observer>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Reads the notes. One that cannot be read counts for the whole that it lies beside.
    pub fn open(disk: Arc<dyn Disk>) -> Result<Self> {
        let mut state = State::default();
        for entry in disk.list(Path::new(QUARANTINE))? {
            let path = Path::new(QUARANTINE).join(&entry.name);
            let front = entry.name.split('.').next().unwrap_or_default();
            let whole = front.parse::<Digest>().ok();
            if !layout::is_why(&entry.name) {
                if let Some(digest) = whole {
                    state.wholes.entry(digest).or_default().push(path);
                }
            } else if let Some(note) = read(&*disk, &path).or_else(|| whole.map(unreadable)) {
                state.add(path, note);
            }
        }
        let count = AtomicUsize::new(state.open.len());
        let (state, writing) = (Mutex::new(state), Mutex::default());
        Ok(Self { disk, state, count, writing, observer: OnceLock::new() })
    }

    /// Tells somebody of each blob that is found damaged from now on. Only the first one is told.
    pub fn observe(&self, observer: Observer) {
        // A second observer has nothing to say: the vault sets one when it opens.
        let _ = self.observer.set(observer);
    }

    /// Writes down that a file is damaged and which blobs miss bytes by it, durably, and takes it
    /// aside.
    pub fn set_aside(&self, path: &Path, why: &str, lost: &[Digest], aside: Aside) -> Result<()> {
        let mut take = |to: &Path| {
            match aside {
                Aside::Moved => self.disk.rename(path, to)?,
                Aside::Linked => self.disk.hard_link(path, to)?,
                Aside::Gone => {}
            }
            Ok(true)
        };
        self.set_aside_by(path, (why, lost), aside, &mut take).map(drop)
    }

    /// The same, where the caller takes the file aside, to the path that it is given, once the note
    /// is durable: `false` says that this is not the file any more, and withdraws the note. Tells
    /// what the caller said.
    pub fn set_aside_by(
        &self,
        path: &Path,
        (why, lost): (&str, &[Digest]),
        aside: Aside,
        take: &mut dyn FnMut(&Path) -> Result<bool>,
    ) -> Result<bool> {
        let to = layout::quarantined(path);
        let beside = layout::why(&to);
        let note = Note::new(path, why, lost);
        write(&*self.disk, &beside, &note, true)?;
        let number = self.change(|state| state.add(beside.clone(), note.clone()));
        if !take(&to)? {
            self.withdraw(number, &beside)?;
            return Ok(false);
        }
        self.disk.sync_dir(Path::new(QUARANTINE))?;
        if aside == Aside::Moved {
            self.disk.sync_dir(path.parent().unwrap_or(Path::new("")))?;
        }
        tracing::error!(
            file = %path.display(), to = %to.display(), why = note.why, blobs = lost.len(),
            "damage: see quarantine/"
        );
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(digest) = name.parse::<Digest>().ok().filter(|_| aside != Aside::Gone) {
            self.state().wholes.entry(digest).or_default().push(to);
        }
        if let Some(observer) = self.observer.get() {
            note.digests.iter().for_each(|digest| observer(&note.damaged(*digest)));
        }
        Ok(true)
    }

    fn withdraw(&self, number: u64, beside: &Path) -> Result<()> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.change(|state| state.withdraw(number));
        Ok(self.disk.remove(beside)?)
    }

    /// Closes what is open of a blob whose content is whole again. Cheap where nothing is damaged.
    pub fn healed(&self, digest: &Digest) {
        if self.of(digest).is_none() {
            return;
        }
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = self.change(|state| state.close(digest));
        for (path, note) in changed {
            if let Err(error) = write(&*self.disk, &path, &note, false) {
                tracing::warn!(%error, "damage that is healed is listed again after a restart");
            }
        }
    }

    /// What is damaged, by digest; a blob that misses bytes of two files is there once.
    pub fn damage(&self) -> Vec<Damaged> {
        let state = self.state();
        let mut all: Vec<_> = state.open.keys().filter_map(|digest| state.of(digest)).collect();
        all.sort_unstable_by_key(|damaged| damaged.digest);
        all
    }

    /// What is known to be wrong with a blob.
    pub fn of(&self, digest: &Digest) -> Option<Damaged> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        self.state().of(digest)
    }

    /// Files in quarantine that were a whole: parts of them may still be right.
    pub fn quarantined(&self, digest: &Digest) -> Vec<PathBuf> {
        self.state().wholes.get(digest).cloned().unwrap_or_default()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let done = change(&mut state);
        self.count.store(state.open.len(), Ordering::Release);
        done
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, path: PathBuf, note: Note) -> u64 {
        let number = self.next;
        self.next += 1;
        let healed: HashSet<_> = note.healed.iter().collect();
        let open: HashSet<_> =
            note.digests.iter().filter(|digest| !healed.contains(digest)).copied().collect();
        for digest in &open {
            self.open.entry(*digest).or_default().push(number);
        }
        if !open.is_empty() {
            self.entries.insert(number, Entry { path, note, open });
        }
        number
    }

    /// Takes back what was added.
    fn withdraw(&mut self, number: u64) {
        for digest in self.entries.remove(&number).map(|entry| entry.open).unwrap_or_default() {
            self.leave(number, digest);
        }
    }

    /// A blob is not open any more in an entry.
    fn leave(&mut self, number: u64, digest: Digest) {
        let numbers = self.open.entry(digest).or_default();
        numbers.retain(|open| *open != number);
        if numbers.is_empty() {
            self.open.remove(&digest);
        }
    }

    fn of(&self, digest: &Digest) -> Option<Damaged> {
        let number = self.open.get(digest)?.first()?;
        Some(self.entries.get(number)?.note.damaged(*digest))
    }

    /// Closes a blob's entries; where it is the file itself that is whole again, those of all blobs
    /// that missed its bytes. Returns the notes that changed.
    fn close(&mut self, digest: &Digest) -> Vec<(PathBuf, Note)> {
        let mut changed = Vec::new();
        for number in self.open.get(digest).cloned().unwrap_or_default() {
            let Some(entry) = self.entries.get_mut(&number) else { continue };
            let is_file = entry.note.file == layout::whole(digest);
            let closed: Vec<_> = if is_file { entry.open.drain().collect() } else { vec![*digest] };
            entry.note.healed.extend(&closed);
            entry.open.remove(digest);
            changed.push((entry.path.clone(), entry.note.clone()));
            if entry.open.is_empty() {
                self.entries.remove(&number);
            }
            for digest in closed {
                self.leave(number, digest);
            }
        }
        changed
    }
}

impl Note {
    /// A new one, of now. Of more blobs than it can name it says how many there are.
    fn new(path: &Path, why: &str, lost: &[Digest]) -> Self {
        let digests: Vec<_> = lost.iter().take(DIGESTS_MAX).copied().collect();
        let why = match lost.len() - digests.len() {
            0 => why.to_owned(),
            more => format!("{why}; {more} more blobs miss bytes by it than are listed"),
        };
        let (file, since_ms) = (path.to_owned(), RealClock.now().0);
        Self { version: VERSION, file, why, since_ms, digests, healed: Vec::new() }
    }

    fn damaged(&self, digest: Digest) -> Damaged {
        let (place, why) = (self.file.clone(), self.why.clone());
        Damaged { digest, place, why, since: Timestamp(self.since_ms) }
    }
}

fn read(disk: &dyn Disk, path: &Path) -> Option<Note> {
    let file = disk.open_read(path).ok()?;
    let size = usize::try_from(file.stat().ok()?.size).ok().filter(|size| *size <= NOTE_BYTES_MAX);
    let mut bytes = vec![0; size?];
    let got = file.read_at(&mut bytes, 0).ok()?;
    serde_json::from_slice(bytes.get(..got)?).ok()
}

fn unreadable(digest: Digest) -> Note {
    let (file, why) = (layout::whole(&digest), "the note beside it cannot be read".to_owned());
    let digests = vec![digest];
    Note { version: VERSION, file, why, since_ms: 0, digests, healed: Vec::new() }
}

/// Writes a note durably; a new one in place, an old one by a rename.
fn write(disk: &dyn Disk, path: &Path, note: &Note, is_new: bool) -> Result<()> {
    let mut bytes = serde_json::to_vec(note).unwrap_or_default();
    bytes.push(b'\n');
    let at = if is_new { path.to_owned() } else { layout::new_staging() };
    let file = disk.create_new(&at)?;
    file.write_all_at(&bytes, 0)?;
    file.sync()?;
    if !is_new {
        disk.rename(&at, path)?;
    }
    Ok(disk.sync_dir(Path::new(QUARANTINE))?)
}

#[cfg(test)]
mod tests {
    use rushes_disk::CrashDisk;

    use super::*;

    fn disk() -> Arc<CrashDisk> {
        let disk = CrashDisk::new();
        layout::prepare(&disk).unwrap();
        Arc::new(disk)
    }

    fn reopened(disk: &Arc<CrashDisk>) -> Ledger {
        Ledger::open(Arc::new(disk.reboot(1))).unwrap()
    }

    #[test]
    fn damage_survives_a_power_cut_and_so_does_its_end() {
        let (disk, digests) = (disk(), [b"a", b"b"].map(|content| Digest::of(content)));
        let ledger = Ledger::open(Arc::clone(&disk) as Arc<dyn Disk>).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&seen);
        ledger.observe(Box::new(move |damaged| told.lock().unwrap().push(damaged.digest)));
        let pack = Path::new("packs/x.pack");
        disk.create_new(pack).unwrap();
        ledger.set_aside(pack, "a wrong record", &digests, Aside::Moved).unwrap();
        assert_eq!(*seen.lock().unwrap(), digests);
        let after = reopened(&disk);
        assert_eq!(after.damage(), ledger.damage());
        let found = after.of(&digests[0]).unwrap();
        assert_eq!((found.place.as_path(), found.why.as_str()), (pack, "a wrong record"));
        ledger.healed(&digests[0]);
        assert!(ledger.of(&digests[0]).is_none());
        assert_eq!(reopened(&disk).damage(), ledger.damage());
        ledger.healed(&digests[1]);
        assert_eq!(reopened(&disk).damage(), []);
        assert_eq!(disk.list(Path::new(layout::STAGING)).unwrap(), []);
    }

    #[test]
    fn a_whole_that_is_back_heals_all_that_missed_its_bytes() {
        let (disk, film, cut) = (disk(), Digest::of(b"film"), Digest::of(b"cut"));
        let ledger = Ledger::open(Arc::clone(&disk) as Arc<dyn Disk>).unwrap();
        let place = layout::whole(&film);
        disk.create_new(&place).unwrap();
        ledger.set_aside(&place, "rot", &[film, cut], Aside::Moved).unwrap();
        assert_eq!(ledger.quarantined(&film).len(), 1);
        ledger.healed(&film);
        assert_eq!(ledger.damage(), []);
        assert_eq!(reopened(&disk).quarantined(&film).len(), 1);
    }

    #[test]
    fn a_note_that_cannot_be_read_counts_for_its_whole() {
        let (disk, film) = (disk(), Digest::of(b"film"));
        let path = Path::new(QUARANTINE).join(format!("{film}.1.why"));
        disk.create_new(&path).unwrap().write_all_at(b"whole/ab: old\n", 0).unwrap();
        let ledger = Ledger::open(Arc::clone(&disk) as Arc<dyn Disk>).unwrap();
        assert_eq!(ledger.damage().len(), 1);
        ledger.healed(&film);
        assert_eq!(ledger.damage(), []);
    }
}
