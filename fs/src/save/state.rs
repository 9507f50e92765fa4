//! What a session holds of all that is being written, and what its worker is to do.
//!
//! Invariant: no call to the source is made under the lock, but for freezing a file that is due.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rushes_vault::model::Viewer;
use rushes_vault::source::{Source, Unsaved};

use crate::save::bytes::Bytes;
use crate::save::machine::{Base, FileId, Machine, Place, Save, Slot};

/// Inode numbers of files that are being written begin here, far above those of nodes.
const INO_BASE: u64 = 1 << 62;

/// Everything that is being written in a session.
#[derive(Debug)]
pub struct Saves {
    state: Mutex<State>,
    pub(super) woken: Condvar,
    started: Instant,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) machine: Machine,
    pub(super) bytes: HashMap<FileId, Arc<Bytes>>,
    /// What was handed over and is to be saved next, in order.
    pub(super) jobs: VecDeque<Job>,
    /// Names that the kernel leads to another inode than they have now.
    pub(super) stale: Vec<Moved>,
    pub(super) is_ended: bool,
}

/// A name in a folder that the kernel knows by its number.
pub(super) type Moved = (u64, Box<str>);

/// One thing for the worker.
#[derive(Debug)]
pub(super) enum Job {
    /// A save, with its bytes where it has some of its own.
    Save(Save, Option<Arc<dyn Unsaved>>),
    /// A save of what was replaced before it settled.
    Cut(Save, Option<Arc<dyn Unsaved>>),
    /// A name that was taken away.
    Hide(Place),
}

impl Saves {
    /// Nothing is being written.
    pub fn new() -> Self {
        Self { state: Mutex::default(), woken: Condvar::new(), started: Instant::now() }
    }

    /// The file behind an inode number, if it is one that is being written.
    pub const fn file_of(ino: u64) -> Option<FileId> {
        ino.checked_sub(INO_BASE)
    }

    pub(super) const fn ino_of(id: FileId) -> u64 {
        INO_BASE + id
    }

    /// Something may be due earlier than the worker knows.
    pub(super) fn wake(&self) {
        self.woken.notify_all();
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since the session began: what timers run on.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Milliseconds since 1970: what files show.
pub(super) fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl State {
    /// Lets go what nobody has any more.
    pub(super) fn sweep(&mut self) -> Vec<Arc<Bytes>> {
        let dropped = self.machine.take_dropped();
        dropped.into_iter().filter_map(|id| self.bytes.remove(&id)).collect()
    }

    /// The bytes of a file, which are those of its base when nobody has asked for them yet.
    pub(super) fn bytes_of(
        &mut self,
        of: (&Arc<dyn Source>, Viewer),
        id: FileId,
        shown_ino: u64,
        base: Option<Base>,
    ) -> Arc<Bytes> {
        let fresh = || Arc::new(Bytes::new(of, shown_ino, base));
        Arc::clone(self.bytes.entry(id).or_insert_with(fresh))
    }

    /// Takes over what must be saved before anything else happens to its name.
    pub(super) fn cut(&mut self, save: Option<Save>) {
        let Some(save) = save else { return };
        let bytes = self.bytes.get(&save.id).filter(|_| !save.is_base).map(Arc::clone);
        match bytes.map(|bytes| bytes.hand_over()).transpose() {
            Ok(written) => self.jobs.push_back(Job::Cut(save, written)),
            Err(error) => {
                let name = &*save.place.name;
                tracing::error!(%error, name, "a save is left to the next start");
            }
        }
    }
}

/// What a name leads to here.
pub(super) fn file_at(slot: Option<Slot>) -> Option<FileId> {
    match slot {
        Some(Slot::File(id)) => Some(id),
        _ => None,
    }
}

/// Lets bytes go that nobody wants any more: not under the lock.
pub(super) fn discard(dropped: &[Arc<Bytes>]) {
    for bytes in dropped {
        bytes.discard();
    }
}
