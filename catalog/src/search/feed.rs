//! What the index has not seen yet: a bounded list that the sequencer adds to without waiting.
//!
//! Invariant: what was taken together with a head, and everything taken before, is all that changed
//! up to that head; when the list cannot hold that, it says so, and the journal does.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::claim::{Claim, Fact};
use crate::ids::{AssetId, UserId};
use crate::line::Head;
use crate::model::Revision;

/// Most assets that wait: some megabytes, and seconds of writing at full speed.
const WAITING_MAX: usize = 50_000;

/// Assets that claims were about, each with whether it is new: then the index has nothing of it.
pub type Touched = BTreeMap<(UserId, AssetId), bool>;

/// What is to be done.
#[derive(Debug)]
pub enum Work {
    /// These changed up to a head.
    Assets(Touched, Head),
    /// The journal must be read up to a revision.
    Journal(Revision),
    /// The catalogue closes, and everything is done.
    Close,
}

/// The list.
#[derive(Debug)]
pub struct Feed {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug)]
struct Waiting {
    assets: Touched,
    head: Head,
    is_lost: bool,
    is_closing: bool,
}

impl Feed {
    /// A list that begins with everything in the journal up to a head.
    pub fn new(head: Head) -> Self {
        let waiting = Waiting { assets: Touched::new(), head, is_lost: true, is_closing: false };
        Self { waiting: Mutex::new(waiting), changed: Condvar::new() }
    }

    /// Adds a line's claims. Waits for nothing but the list's own lock.
    pub fn add(&self, claims: &[(Revision, Claim)], head: Head) {
        let mut waiting = self.lock();
        waiting.head = head;
        if !waiting.is_lost {
            for (_, claim) in claims {
                touch(claim, &mut waiting.assets);
            }
            if waiting.assets.len() > WAITING_MAX {
                waiting.assets.clear();
                waiting.is_lost = true;
            }
        }
        drop(waiting);
        self.changed.notify_all();
    }

    /// How far the journal is.
    pub fn head(&self) -> Head {
        self.lock().head
    }

    /// Waits until there is something to do for an index that has everything up to `done`.
    pub fn take(&self, done: Head) -> Work {
        let mut waiting = self.lock();
        if waiting.head == done {
            waiting.is_lost = false;
            waiting.assets.clear();
        }
        let idle = |waiting: &mut Waiting| waiting.head == done && !waiting.is_closing;
        let waited = self.changed.wait_while(waiting, idle);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner);
        if waiting.head == done {
            return Work::Close;
        }
        if std::mem::take(&mut waiting.is_lost) {
            return Work::Journal(waiting.head.revision);
        }
        Work::Assets(std::mem::take(&mut waiting.assets), waiting.head)
    }

    /// The index begins anew: the journal must be read again.
    pub fn lose(&self) {
        let mut waiting = self.lock();
        waiting.assets.clear();
        waiting.is_lost = true;
    }

    /// Waits a while, or until the catalogue closes: then the answer is `true`.
    pub fn pause(&self, time: Duration) -> bool {
        let open = |waiting: &mut Waiting| !waiting.is_closing;
        let waited = self.changed.wait_timeout_while(self.lock(), time, open);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_closing
    }

    /// Whether the catalogue closes.
    pub fn is_closing(&self) -> bool {
        self.lock().is_closing
    }

    /// Nothing more will be added.
    pub fn close(&self) {
        self.lock().is_closing = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes the assets that a claim is about.
pub fn touch(claim: &Claim, touched: &mut Touched) {
    let mut note = |asset, is_new| *touched.entry((claim.by, asset)).or_default() |= is_new;
    match &claim.fact {
        Fact::AssetAdded(added) => note(added.asset_id, true),
        Fact::AssetChanged(changed) => note(changed.asset_id, false),
        Fact::AssetPlaced { asset_id, .. }
        | Fact::AssetDeleted { asset_id }
        | Fact::AssetRestored { asset_id } => note(*asset_id, false),
        Fact::AssetsDeleted { asset_ids, .. } | Fact::AssetsRestored { asset_ids, .. } => {
            for id in asset_ids {
                note(*id, false);
            }
        }
        _ => {}
    }
}
