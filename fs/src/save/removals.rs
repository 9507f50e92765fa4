//! The removals of a session, as its threads share them.
//!
//! Invariant: neither lock is held while anything else is asked or locked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;

use crate::node::Node;
use crate::save::removal::{Ended, Removals, TooMany};

impl From<TooMany> for Errno {
    fn from(_: TooMany) -> Self {
        Self::NFILE
    }
}

/// The folders that are being removed.
#[derive(Debug, Default)]
pub struct Removing {
    removals: Mutex<Removals>,
    /// How many there are: mostly none, and then no name is looked at.
    running: AtomicUsize,
    /// Those that are over and of which the kernel was not told yet.
    ended: Mutex<Vec<Ended>>,
}

impl Removing {
    /// Whether a name in a folder is hidden.
    pub fn hides(&self, folder: &Node, name: &str) -> bool {
        self.is_running() && self.removals().hides(folder, name)
    }

    /// Whether a folder is being removed, of which somebody removes something now; `Some(true)`
    /// where that was refused.
    pub(super) fn over(&self, folder: &Node, now: u64) -> Option<bool> {
        if !self.is_running() {
            return None;
        }
        let mut removals = self.removals();
        removals.step(folder, now);
        removals.over(folder)
    }

    /// Somebody looks through a folder: who removes it is not done.
    pub fn listed(&self, folder: &Node, now: u64) {
        if self.is_running() {
            self.removals().listed(folder, now);
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.running.load(Ordering::SeqCst) > 0
    }

    pub(super) fn removals(&self) -> MutexGuard<'_, Removals> {
        self.removals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Removals) -> T) -> T {
        let mut removals = self.removals();
        let changed = change(&mut removals);
        self.running.store(removals.count(), Ordering::SeqCst);
        changed
    }

    pub(super) fn ended(&self) -> MutexGuard<'_, Vec<Ended>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
