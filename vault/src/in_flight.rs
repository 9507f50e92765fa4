//! One turn for each user's each content.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, PoisonError};

use rushes_catalog::model::Viewer;
use rushes_digest::Digest;

/// Contents that are on their way in: a user's equal uploads go one after the other, so that the
/// second one finds the first.
#[derive(Debug, Default)]
pub struct InFlight {
    busy: Mutex<HashSet<(Viewer, Digest)>>,
    freed: Condvar,
}

/// A turn; dropping it lets the next one go.
#[derive(Debug)]
pub struct Turn<'a> {
    all: &'a InFlight,
    mine: (Viewer, Digest),
}

impl InFlight {
    /// Waits for the turn of one user's one content.
    pub fn take(&self, mine: (Viewer, Digest)) -> Turn<'_> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        while !busy.insert(mine) {
            busy = self.freed.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        Turn { all: self, mine }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.all.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.mine);
        self.all.freed.notify_all();
    }
}
