//! Upkeep, as the store offers it: scrub, verify, reindex, check, stats, and what is damaged.
//!
//! Knows nothing of how any of it works.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rushes_digest::Digest;

use crate::Store;
use crate::check::{self, Checked};
use crate::counts::Stats;
use crate::error::StoreError;
use crate::ledger::{Damaged, Observer};
use crate::progress::{Pace, ScrubState};
use crate::reindex::{self, Reindexed};
use crate::scrub::{self, Scrubbed};
use crate::shelf::Shelf;
use crate::stats;
use crate::verify::{self, Verified};

impl Store {
    /// Reads everything at rest again and compares it with its digest; what is wrong is healed from
    /// second copies or goes to quarantine. Goes on where the last call was stopped, also by a
    /// restart. Errors: `Scrubbing` when one runs already. A bad file is no error.
    pub fn scrub(&self, pace: Pace, stop: &AtomicBool) -> Result<Scrubbed, StoreError> {
        scrub::scrub(&self.shelf, pace, stop)
    }

    /// How far a scrub has come, whether or not one is under way.
    pub fn scrub_state(&self) -> ScrubState {
        self.shelf.scrubbing.state()
    }

    /// Reads one blob, every byte of it, and heals it like a scrub; `None` when there is no trace
    /// of it. Errors: `Damaged` when bytes of it are lost.
    pub fn verify(&self, digest: &Digest) -> Result<Option<Verified>, StoreError> {
        verify::verify(&self.shelf, digest)
    }

    /// Brings the index up to date with the disk while everything else goes on. `progress` is
    /// called often. Nothing is deleted; blobs whose bytes are gone are damage afterwards.
    pub fn reindex(&self, progress: &mut dyn FnMut(&Reindexed)) -> Result<Reindexed, StoreError> {
        let done = reindex::reindex(&self.shelf, progress)?;
        for damaged in self.shelf.ledger.damage() {
            // What was put back is not damaged any more; what is still wrong is listed already.
            if let Err(error) = verify::verify(&self.shelf, &damaged.digest) {
                tracing::debug!(%error, "still damaged");
            }
        }
        Ok(done)
    }

    /// Whether there is a trace of a blob, sound or damaged. Reads no content.
    pub fn has_trace(&self, digest: &Digest) -> Result<bool, StoreError> {
        let Shelf { index, ledger, packs, .. } = &*self.shelf;
        if index.blob(digest)?.is_some() || ledger.of(digest).is_some() {
            return Ok(true);
        }
        let Some(known) = index.manifest(digest)? else { return Ok(false) };
        match packs.manifest_front(digest, &known.at) {
            Ok(front) => Ok(!front.is_of_own_whole),
            Err(StoreError::Damaged { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Looks at names and sizes, and says what is wrong and what to do.
    pub fn check(&self) -> Result<Checked, StoreError> {
        check::check(&self.shelf)
    }

    /// What the store holds, as it was counted last. Never waits: `None` until the first count,
    /// which this call begins, is done.
    pub fn stats(&self) -> Option<Arc<Stats>> {
        stats::stats(&self.shelf)
    }

    /// Counts what the store holds, now. Slow where there are many blobs.
    pub fn count(&self) -> Result<Stats, StoreError> {
        stats::count(&self.shelf)
    }

    /// Blobs that are damaged and not healed, by digest.
    pub fn damage(&self) -> Vec<Damaged> {
        self.shelf.ledger.damage()
    }

    /// Calls somebody for each blob that is found damaged from now on. Only the first call counts.
    pub fn on_damage(&self, observer: Observer) {
        self.shelf.ledger.observe(observer);
    }
}
