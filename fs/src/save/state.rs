//! What a session holds of all that is being written, and what its workers are to do.
//!
//! Invariant: no call to the source is made under the lock, but for freezing a file that is due;
//! of saves that may go to one history one is done at a time, in their order.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rushes_vault::model::Viewer;
use rushes_vault::source::{Source, Unsaved};

use crate::save::bytes::Bytes;
use crate::save::machine::{
    Base, Due, FILES_MAX, Failed, File, FileId, Machine, Place, Save, Slot,
};
use crate::save::names::lane;

/// Inode numbers of files that are being written begin here, far above those of nodes.
const INO_BASE: u64 = 1 << 62;

/// Threads that save: enough that they share syncs, and that a long save holds up few others.
pub const WORKERS: usize = 4;
/// What takes long: at least one worker is always left for the others, in bytes.
const LONG_BYTES: u64 = 64 << 20;
/// Files that are frozen ahead of the workers though they could be saved at once: who writes to one
/// of them meanwhile gets a copy.
const JOBS_MAX: usize = 4 * WORKERS;

/// Everything that is being written in a session.
#[derive(Debug)]
pub struct Saves {
    state: Mutex<State>,
    /// Wakes a worker.
    pub(super) woken: Condvar,
    /// Wakes the thread that tells the kernel.
    pub(super) told: Condvar,
    /// Wakes who waits for room, or for the end.
    pub(super) eased: Condvar,
    started: Instant,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) machine: Machine,
    pub(super) bytes: HashMap<FileId, Arc<Bytes>>,
    /// What was handed over and is to be saved next, in order.
    pub(super) jobs: VecDeque<Job>,
    /// What is being done.
    pub(super) busy: Vec<Job>,
    /// Files that were closed and are not on the disk yet.
    pub(super) closed: VecDeque<FileId>,
    pub(super) is_keeping: bool,
    /// What the kernel remembers and is not so any more.
    pub(super) stale: Vec<Stale>,
    /// When a worker that sleeps looks at the clock.
    pub(super) watched: Option<u64>,
    /// How many workers are left.
    pub(super) workers: usize,
    pub(super) is_ended: bool,
    /// The end has taken too long: what is left comes back at the next start.
    pub(super) is_cut: bool,
}

/// Something that the kernel is to drop.
#[derive(Debug)]
pub(super) enum Stale {
    /// A name in a folder that the kernel knows by its number.
    Name(u64, Box<str>),
    /// A folder's listing.
    Listing(u64),
}

/// What a name stands for among what is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A file, by the number that it shows.
    File(u64),
    /// Nothing: it was taken away.
    Gone,
    /// Nothing that is known here.
    Not,
}

/// One thing for a worker.
#[derive(Debug, Clone)]
pub(super) enum Job {
    /// A save, with its bytes where it has some of its own.
    Save(Save, Option<Arc<dyn Unsaved>>),
    /// A save of what was replaced before it settled.
    Cut(Save, Option<Arc<dyn Unsaved>>),
    /// A name that was taken away.
    Hide(Place, u64),
}

impl Job {
    pub(super) fn place(&self) -> &Place {
        match self {
            Self::Save(save, _) | Self::Cut(save, _) => &save.place,
            Self::Hide(place, _) => place,
        }
    }

    /// What of it comes back after a kill.
    pub(super) fn written(&self) -> Option<(&Save, &Arc<dyn Unsaved>)> {
        match self {
            Self::Save(save, Some(written)) | Self::Cut(save, Some(written)) => {
                Some((save, written))
            }
            _ => None,
        }
    }

    fn lane(&self) -> Place {
        let Place { scope, name } = self.place();
        Place { scope: scope.clone(), name: lane(name).into() }
    }

    fn is_long(&self) -> bool {
        self.written().is_some_and(|(_, written)| written.size() > LONG_BYTES)
    }

    /// Whether it gives a version's bytes another name.
    const fn is_move(&self) -> bool {
        matches!(self, Self::Save(_, None) | Self::Cut(_, None))
    }
}

impl Saves {
    /// Nothing is being written.
    pub fn new() -> Self {
        Self {
            state: Mutex::default(),
            woken: Condvar::new(),
            told: Condvar::new(),
            eased: Condvar::new(),
            started: Instant::now(),
        }
    }

    /// The file behind an inode number, if it is one that is being written.
    pub const fn file_of(ino: u64) -> Option<FileId> {
        ino.checked_sub(INO_BASE)
    }

    pub(super) const fn ino_of(id: FileId) -> u64 {
        INO_BASE + id
    }

    /// Something may be due, or to be done, earlier than the workers know.
    pub(super) fn wake(&self, state: &MutexGuard<'_, State>) {
        let due = state.machine.next_due();
        let due = due.is_some_and(|due| state.watched.is_none_or(|at| due < at));
        if due || !state.jobs.is_empty() || !state.closed.is_empty() {
            self.woken.notify_one();
        }
        if !state.stale.is_empty() {
            self.told.notify_one();
        }
        if !state.machine.is_full() {
            self.eased.notify_all();
        }
    }

    /// Waits until there may be room for one more file; `false` when there will be none soon.
    pub(super) fn wait_for_room(&self, until: Instant) -> bool {
        let mut state = self.state();
        loop {
            if !state.machine.is_full() {
                return true;
            }
            let is_moving = !(state.jobs.is_empty() && state.busy.is_empty())
                || state.machine.next_due().is_some();
            let left = until.saturating_duration_since(Instant::now());
            if !is_moving || left.is_zero() {
                return false;
            }
            state = wait(&self.eased, state, left);
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since the session began: what timers run on.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
impl Saves {
    /// How many things are being done.
    pub fn busy(&self) -> usize {
        self.state().busy.len()
    }

    /// When something is due.
    pub fn next_due(&self) -> Option<u64> {
        self.state().machine.next_due()
    }

    /// What the kernel is to be told.
    pub fn take_stale(&self) -> Vec<String> {
        let stale = std::mem::take(&mut self.state().stale);
        let text = |stale: &Stale| match stale {
            Stale::Name(folder, name) => format!("{folder} {name}"),
            Stale::Listing(folder) => folder.to_string(),
        };
        stale.iter().map(text).collect()
    }
}

/// Waits to be woken, or for some time.
pub(super) fn wait<'a>(
    bell: &Condvar,
    state: MutexGuard<'a, State>,
    time: Duration,
) -> MutexGuard<'a, State> {
    bell.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
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
                self.machine.cut_settled(&save.place, None);
            }
        }
    }

    /// Takes over what is due, as far as workers may want it soon.
    pub(super) fn find_due(&mut self, now: u64) {
        let now = if self.is_ended { u64::MAX } else { now };
        // What waits for others, or takes long, is no reason to leave the rest alone.
        let room = JOBS_MAX.saturating_sub(self.ready(false, JOBS_MAX).len());
        for due in self.machine.due(now, room) {
            match due {
                Due::Hide(place, number) => self.jobs.push_back(Job::Hide(place, number)),
                Due::Save(save) if save.is_base => self.jobs.push_back(Job::Save(save, None)),
                Due::Save(save) => match self.bytes.get(&save.id).map(|bytes| bytes.hand_over()) {
                    Some(Ok(written)) => self.jobs.push_back(Job::Save(save, Some(written))),
                    Some(Err(error)) => {
                        tracing::error!(%error, name = &*save.place.name, "cannot be saved now");
                        self.failed(&save, Failed::Now, now);
                    }
                    None => self.failed(&save, Failed::Now, now),
                },
            }
        }
    }

    pub(super) fn failed(&mut self, save: &Save, why: Failed, now: u64) {
        if self.is_ended {
            // It is not tried again: what was promised comes back at the next start.
            self.machine.give_up(save.id);
        } else {
            self.machine.settled(save.id, Err(why), now);
        }
    }

    /// The next thing that may be done now: nothing of a history of which something is being done
    /// or comes before it, and nothing long while all but one worker are at that. At the end what
    /// takes long comes last.
    pub(super) fn pick(&mut self) -> Option<Job> {
        let short = self.ready(false, 1).first().copied();
        let is_room = self.busy.iter().filter(|job| job.is_long()).count() < WORKERS - 1;
        let at = match short {
            Some(at) if self.is_ended => Some(at),
            short if is_room => self.ready(true, 1).first().copied().or(short),
            short => short,
        };
        let job = self.jobs.remove(at?)?;
        self.busy.push(job.clone());
        Some(job)
    }

    /// Where the first jobs are that may be done now.
    fn ready(&self, may_be_long: bool, count_max: usize) -> Vec<usize> {
        let mut ready = Vec::new();
        let mut taken: HashSet<Place> = self.busy.iter().map(Job::lane).collect();
        let mut is_moving = self.busy.iter().any(Job::is_move);
        for (at, job) in self.jobs.iter().enumerate() {
            if ready.len() >= count_max {
                break;
            }
            // A name goes only after what was moved away from it has its new one.
            let waits = is_moving && matches!(job, Job::Hide(..));
            is_moving |= job.is_move();
            if taken.insert(job.lane()) && !waits && (may_be_long || !job.is_long()) {
                ready.push(at);
            }
        }
        ready
    }

    /// A job came to its end.
    pub(super) fn done(&mut self, job: &Job) {
        let same = |other: &Job| other.place() == job.place();
        if let Some(at) = self.busy.iter().position(same) {
            self.busy.swap_remove(at);
        }
    }

    /// A file was closed: it is synced when there is nothing better to do. With more of them than
    /// can wait to be saved the first ones are saved by now.
    pub(super) fn was_closed(&mut self, id: FileId) {
        if self.machine.file(id).is_some_and(is_to_keep) {
            self.closed.push_back(id);
        }
        if self.closed.len() > FILES_MAX {
            self.closed.pop_front();
        }
    }

    /// A file that was closed and that no version holds yet.
    pub(super) fn next_closed(&mut self) -> Option<FileId> {
        while let Some(id) = self.closed.pop_front() {
            let file = self.machine.file(id);
            if file.is_some_and(|file| is_to_keep(file) && !file.is_settling()) {
                return Some(id);
            }
        }
        None
    }
}

/// Whether what a file holds would be missed after a power cut.
fn is_to_keep(file: &File) -> bool {
    file.has_own_bytes()
        && file.size > 0
        && file.counts()
        && !(file.has_writers() || file.is_kept || file.is_promised)
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
