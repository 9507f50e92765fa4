//! Stops a disk before a chosen request, so that a cut falls where it can do harm and what was
//! acknowledged before it is known exactly: while the disk stands still, an answer can only rest on
//! what was done before.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// How long a cut waits for its request; on an idle disk it then falls anywhere.
const ARMED: Duration = Duration::from_millis(300);
/// How long a disk stands still at most: nobody may hang when the rig has failed.
const FROZEN: Duration = Duration::from_secs(20);

/// What changes a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A write.
    Write,
    /// A flush.
    Flush,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Open,
    Armed {
        before: Change,
        left: u64,
    },
    Frozen,
}

/// What every change of a disk goes through.
#[derive(Debug, Default)]
pub struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

impl Gate {
    /// Lets a change through, unless the disk stands still before it.
    pub fn pass(&self, change: Change) {
        let mut state = self.state.lock().unwrap();
        if let State::Armed { before, left } = &mut *state
            && *before == change
        {
            if let Some(less) = left.checked_sub(1) {
                *left = less;
            } else {
                *state = State::Frozen;
                self.changed.notify_all();
            }
        }
        let is_frozen = |state: &mut State| matches!(state, State::Frozen);
        drop(self.changed.wait_timeout_while(state, FROZEN, is_frozen).unwrap());
    }

    /// Lets some more changes of a kind through; the disk stands still before the next one when
    /// this returns.
    pub fn freeze(&self, before: Change, left: u64) {
        let mut state = self.state.lock().unwrap();
        *state = State::Armed { before, left };
        let is_armed = |state: &mut State| matches!(state, State::Armed { .. });
        let (mut state, _) = self.changed.wait_timeout_while(state, ARMED, is_armed).unwrap();
        *state = State::Frozen;
    }

    /// Goes on.
    pub fn thaw(&self) {
        *self.state.lock().unwrap() = State::Open;
        self.changed.notify_all();
    }
}
