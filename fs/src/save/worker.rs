//! The threads that make versions of what was saved, and the one that tells the kernel of it.
//!
//! Invariant: what is due is frozen under the lock under which it was found to be due; nothing else
//! happens under it. The kernel is told by a thread that does nothing else: it may have to wait for
//! a request that waits for a save.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_vault::source::{SavedAs, SourceError, Unsaved};

use crate::invalidate::Notify;
use crate::save::machine::{Base, Failed, File, FileId, Place, Save, Slot};
use crate::save::state::{Job, Saves, Stale, discard, wait};
use crate::save::target::{save_as, shown_at};
use crate::tree::Tree;

/// How long a thread sleeps when nothing is due: it is woken for everything else.
const IDLE: Duration = Duration::from_mins(1);

/// One thing to do.
enum Task {
    Job(Job),
    /// A file was closed: what it holds should survive a power cut soon.
    Keep(FileId),
}

/// Makes versions until the session has ended and nothing is left to save.
pub fn work<B>(tree: &Arc<Tree<B>>) {
    while let Some(task) = tree.saves.next() {
        // What was promised comes back at the next start, and the other saves go on.
        if catch_unwind(AssertUnwindSafe(|| tree.work_on(&task))).is_err() {
            tracing::error!("a save has panicked: it is left to the next start");
        }
        tree.saves.done(&task);
    }
    tree.saves.left();
}

/// Has the kernel drop what is not so any more, until the session has ended.
pub fn tell<B>(tree: &Arc<Tree<B>>, notify: &impl Notify) {
    while let Some(stale) = tree.saves.next_stale() {
        for stale in stale {
            let told = match &stale {
                Stale::Name(folder, name) => notify.entry(*folder, name),
                Stale::Listing(folder) => notify.inode(*folder),
            };
            if let Err(error) = told {
                tracing::debug!(%error, "the kernel does not know a name any more");
            }
        }
    }
}

impl Saves {
    /// Says that a thread is about to save.
    pub fn begin(&self) {
        self.state().workers += 1;
    }

    /// Waits for something to do; `None` at the end.
    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            if state.is_cut {
                return None;
            }
            let now = self.now();
            state.find_due(now);
            if let Some(job) = state.pick() {
                self.wake(&state);
                return Some(Task::Job(job));
            }
            if state.is_ended && state.jobs.is_empty() {
                return None;
            }
            if !state.is_keeping
                && let Some(id) = state.next_closed()
            {
                state.is_keeping = true;
                self.wake(&state);
                return Some(Task::Keep(id));
            }
            // One of those that sleep looks at the clock.
            match state.machine.next_due().filter(|due| state.watched.is_none_or(|at| *due < at)) {
                Some(due) => {
                    state.watched = Some(due);
                    let time = Duration::from_millis(due.saturating_sub(now).max(1));
                    state = wait(&self.woken, state, time.min(IDLE));
                    state.watched = None;
                }
                None => state = wait(&self.woken, state, IDLE),
            }
        }
    }

    fn done(&self, task: &Task) {
        let mut state = self.state();
        match task {
            Task::Job(job) => state.done(job),
            Task::Keep(_) => state.is_keeping = false,
        }
        self.eased.notify_all();
        if state.is_ended {
            self.woken.notify_all();
        }
    }

    fn left(&self) {
        self.state().workers -= 1;
        self.woken.notify_all();
        self.told.notify_all();
        self.eased.notify_all();
    }

    /// Waits for something to tell the kernel; `None` at the end.
    fn next_stale(&self) -> Option<Vec<Stale>> {
        let mut state = self.state();
        while state.stale.is_empty() {
            if state.is_ended && (state.is_cut || state.workers == 0) {
                return None;
            }
            state = wait(&self.told, state, IDLE);
        }
        Some(std::mem::take(&mut state.stale))
    }

    /// The session is over: what nobody writes to is saved at once, what takes long at last. Waits
    /// for that, at most so long; says whether all is saved.
    fn end(&self, longest: Duration) -> bool {
        let until = Instant::now() + longest;
        let mut state = self.state();
        state.is_ended = true;
        self.woken.notify_all();
        self.told.notify_all();
        while state.workers > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.is_cut = true;
                self.told.notify_all();
                return false;
            }
            state = wait(&self.eased, state, left);
        }
        true
    }
}

impl<B> Tree<B> {
    fn work_on(&self, task: &Task) {
        match task {
            Task::Job(Job::Save(save, written)) => self.settle(save, written.as_deref()),
            Task::Job(Job::Cut(save, written)) => {
                let made = self.make(save, written.as_deref()).inspect_err(|error| {
                    let name = &*save.place.name;
                    tracing::error!(%error, name, "a save is left to the next start");
                });
                self.saves.state().machine.cut_settled(&save.place, made.ok());
            }
            Task::Job(Job::Hide(place, number)) => self.hide(place, *number),
            Task::Keep(id) => self.keep(*id),
        }
    }

    fn make(&self, save: &Save, written: Option<&dyn Unsaved>) -> Result<Base, SourceError> {
        let target = save_as(&self.view, &save.place, (save.base, save.mtime_ms))?;
        let (source, viewer) = (&self.view.source, self.view.viewer);
        let saved = match (written, save.base) {
            (Some(file), _) => source.save(viewer, &target, file)?,
            (None, Some(base)) => source.save_known(viewer, &target, &base.digest)?,
            (None, None) => return Err(SourceError::Failed("there is nothing to save".to_owned())),
        };
        let SavedAs { asset, made, digest, size, .. } = saved;
        Ok(Base { asset, made, digest, size })
    }

    /// Ends the saving: what is not saved in time, and what programs still write to, comes back at
    /// the next start as it is now.
    pub fn end_saves(&self, longest: Duration) {
        self.end_removals();
        let is_all = self.saves.end(longest);
        let state = self.saves.state();
        let open: Vec<_> = state.machine.unsaved().collect();
        let open = open.into_iter().filter_map(|save| {
            let bytes = Arc::clone(state.bytes.get(&save.id)?);
            Some((save, bytes))
        });
        let open: Vec<_> = open.collect();
        let late: Vec<Job> = state.busy.iter().chain(&state.jobs).cloned().collect();
        drop(state);
        if !is_all {
            tracing::warn!(saves = late.len(), "saves take too long: the next start goes on");
        }
        for (save, bytes) in open {
            let target = save_as(&self.view, &save.place, (save.base, save.mtime_ms));
            // A sync may take as long as a save.
            if let Err(error) = target.and_then(|target| bytes.promise(&target, is_all)) {
                tracing::error!(%error, name = &*save.place.name, "an unfinished save is lost");
            }
        }
        for (save, written) in late.iter().filter_map(Job::written) {
            let target = save_as(&self.view, &save.place, (save.base, save.mtime_ms));
            if let Err(error) = target.and_then(|target| written.promise(&target, false)) {
                tracing::error!(%error, name = &*save.place.name, "an unfinished save is lost");
            }
        }
    }

    fn settle(&self, save: &Save, written: Option<&dyn Unsaved>) {
        let made = self.make(save, written);
        if let Err(error) = &made {
            self.explain(save, written, error);
        }
        let now = self.saves.now();
        let mut state = self.saves.state();
        let bytes = state.bytes.get(&save.id).map(Arc::clone);
        match made {
            Ok(base) => {
                let parents = state.machine.file(save.id).map(|file| file.parents.clone());
                if state.machine.settled(save.id, Ok(base), now) {
                    bytes.inspect(|bytes| bytes.rest_on(base));
                    // The name is the version's now: the kernel forgets this file, if not open.
                    let name = |parent| Stale::Name(parent, save.place.name.as_ref().into());
                    state.stale.extend(parents.unwrap_or_default().into_iter().map(name));
                }
            }
            Err(error) => {
                let has_name = state.machine.file(save.id).is_some_and(|file| file.at.is_some());
                if has_name && !state.is_ended {
                    bytes.inspect(|bytes| bytes.give_back());
                }
                state.failed(save, Failed::of(&error), now);
            }
        }
        let dropped = state.sweep();
        self.saves.wake(&state);
        drop(state);
        discard(&dropped);
    }

    /// Says, once, why something is not saved. What the facts do not allow, or what is not tried
    /// again by this session, comes back at every start until it can be saved.
    fn explain(&self, save: &Save, written: Option<&dyn Unsaved>, error: &SourceError) {
        let name = &*save.place.name;
        let state = self.saves.state();
        let was_refused = state.machine.file(save.id).is_some_and(File::was_refused);
        let is_ended = state.is_ended;
        drop(state);
        match Failed::of(error) {
            Failed::Refused if was_refused => return,
            Failed::Refused => tracing::error!(%error, name, "a save waits until it is allowed"),
            Failed::Now if is_ended => tracing::error!(%error, name, "the next start saves it"),
            Failed::Now => return tracing::error!(%error, name, "a save is tried again"),
        }
        let Some(written) = written else { return };
        let target = save_as(&self.view, &save.place, (save.base, save.mtime_ms));
        if let Err(error) = target.and_then(|target| written.promise(&target, true)) {
            tracing::error!(%error, name, "a save would be lost by a kill");
        }
    }

    /// Makes what was closed survive a power cut, before it is a version.
    fn keep(&self, id: FileId) {
        let changes = self.saves.state().machine.file(id).map(File::changes);
        let (Some(changes), Ok(true)) = (changes, self.note(id, true)) else { return };
        self.saves.state().machine.kept(id, changes);
    }

    /// Takes a name away for good, if nobody gave it to something else meanwhile, and nothing newer
    /// came there.
    fn hide(&self, place: &Place, number: u64) {
        let slot = self.saves.state().machine.slot(place);
        let Some(Slot::Gone { number: now, base }) = slot else { return };
        if now != number {
            return;
        }
        let source = &self.view.source;
        let hidden = base.map_or(Ok(()), |base| source.hide(self.view.viewer, base.asset));
        self.saves.state().machine.hidden(place, number);
        // Where it was not hidden the kernel's listings miss it.
        let is_told = shown_at(&self.view, place).and_then(|shown| match shown {
            Some(_) => self.shown_again(&place.scope),
            None => Ok(()),
        });
        if let Err(error) = hidden.and(is_told) {
            tracing::error!(%error, name = &*place.name, "a name that was removed comes back");
        }
    }
}
