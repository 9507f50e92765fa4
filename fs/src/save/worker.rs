//! The thread that makes versions of what was saved.
//!
//! One thread, so that two saves of one name keep their order. Invariant: what is due is frozen
//! under the lock under which it was found to be due; nothing else happens under it.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use rushes_vault::source::{SourceError, Unsaved};

use crate::invalidate::Notify;
use crate::save::machine::{Base, Due, Place, Save};
use crate::save::state::{Job, Moved, Saves, State, discard};
use crate::save::target::{save_as, shown_at};
use crate::tree::Tree;

/// How long it sleeps when nothing is due: it is woken for everything else.
const IDLE: Duration = Duration::from_mins(1);

/// Makes versions until the session has ended and nothing is left to save.
pub fn work<B>(tree: &Arc<Tree<B>>, notify: &impl Notify) {
    while let Some((job, moved)) = tree.saves.next() {
        for (folder, name) in moved {
            if let Err(error) = notify.entry(folder, &name) {
                tracing::debug!(%error, "a name that was moved is not known any more");
            }
        }
        match job {
            Some(Job::Save(save, written)) => tree.settle(&save, written.as_deref()),
            Some(Job::Cut(save, written)) => {
                if let Err(error) = tree.make(&save, written.as_deref()) {
                    let name = &*save.place.name;
                    tracing::error!(%error, name, "a save is left to the next start");
                }
            }
            Some(Job::Hide(place)) => tree.hide(&place),
            None => {}
        }
    }
    tree.promise_rest();
}

impl Saves {
    /// Waits for something to do; `None` at the end.
    fn next(&self) -> Option<(Option<Job>, Vec<Moved>)> {
        let mut state = self.state();
        loop {
            let now = self.now();
            state.find_due(now);
            let moved = std::mem::take(&mut state.stale);
            let job = state.jobs.pop_front();
            if job.is_some() || !moved.is_empty() {
                return Some((job, moved));
            }
            if state.is_ended {
                return None;
            }
            let wait = state.machine.next_due().map_or(IDLE, |due| {
                Duration::from_millis(due.saturating_sub(now).max(1)).min(IDLE)
            });
            let woken = self.woken.wait_timeout(state, wait);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The session is over: what nobody writes to is saved at once, then the worker ends.
    pub fn end(&self) {
        self.state().is_ended = true;
        self.woken.notify_all();
    }
}

impl State {
    fn find_due(&mut self, now: u64) {
        let due = if self.is_ended { self.machine.due_at_end() } else { self.machine.due(now) };
        for due in due {
            match due {
                Due::Hide(place) => {
                    if !self.jobs.iter().any(|job| matches!(job, Job::Hide(of) if *of == place)) {
                        self.jobs.push_back(Job::Hide(place));
                    }
                }
                Due::Save(save) if save.is_base => self.jobs.push_back(Job::Save(save, None)),
                Due::Save(save) => match self.bytes.get(&save.id).map(|bytes| bytes.hand_over()) {
                    Some(Ok(written)) => self.jobs.push_back(Job::Save(save, Some(written))),
                    Some(Err(error)) => {
                        tracing::error!(%error, name = &*save.place.name, "cannot be saved now");
                        self.failed(&save, now);
                    }
                    None => self.failed(&save, now),
                },
            }
        }
    }

    fn failed(&mut self, save: &Save, now: u64) {
        if self.is_ended {
            // It is not tried again: what was promised comes back at the next start.
            self.machine.give_up(save.id);
        } else {
            self.machine.settled(save.id, Err(()), now);
        }
    }
}

impl<B> Tree<B> {
    fn make(&self, save: &Save, written: Option<&dyn Unsaved>) -> Result<Base, SourceError> {
        let target = save_as(&self.view, &save.place, (save.base, save.mtime_ms))?;
        let (source, viewer) = (&self.view.source, self.view.viewer);
        let saved = match (written, save.base) {
            (Some(file), _) => source.save(viewer, &target, file)?,
            (None, Some(base)) => source.save_known(viewer, &target, &base.digest)?,
            (None, None) => return Err(SourceError::Failed("there is nothing to save".to_owned())),
        };
        Ok(Base { asset: saved.asset, digest: saved.digest, size: saved.size })
    }

    /// Files that programs still write to while the session ends come back at the next start, as
    /// they are now.
    fn promise_rest(&self) {
        let state = self.saves.state();
        let left: Vec<_> = state.machine.unsaved().collect();
        let left = left.into_iter().filter_map(|save| {
            let bytes = Arc::clone(state.bytes.get(&save.id)?);
            Some((save, bytes))
        });
        let left: Vec<_> = left.collect();
        drop(state);
        for (save, bytes) in left {
            let target = save_as(&self.view, &save.place, (save.base, save.mtime_ms));
            if let Err(error) = target.and_then(|target| bytes.promise(&target, true)) {
                tracing::error!(%error, name = &*save.place.name, "an unfinished save is lost");
            }
        }
    }

    fn settle(&self, save: &Save, written: Option<&dyn Unsaved>) {
        let made = self.make(save, written);
        if let Err(error) = &made {
            tracing::error!(%error, name = &*save.place.name, "a save is tried again");
        }
        let now = self.saves.now();
        let mut state = self.saves.state();
        if let Ok(base) = made {
            state.machine.settled(save.id, Ok(base), now);
        } else {
            if !state.is_ended {
                state.bytes.get(&save.id).inspect(|bytes| bytes.give_back());
            }
            state.failed(save, now);
        }
        let dropped = state.sweep();
        drop(state);
        discard(&dropped);
    }

    /// Takes a name away for good, if nobody gave it to something else meanwhile.
    fn hide(&self, place: &Place) {
        let hidden = shown_at(&self.view, place).and_then(|shown| match shown {
            Some((key, _)) => self.view.source.hide(self.view.viewer, &place.scope, &key),
            None => Ok(()),
        });
        if let Err(error) = hidden {
            tracing::error!(%error, name = &*place.name, "a name that was removed comes back");
        }
        self.saves.state().machine.hidden(place);
    }
}
