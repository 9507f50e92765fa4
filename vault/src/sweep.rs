//! The sweep: which contents go, in which order their going is recorded, and when nothing may go.
//!
//! Knows no files. Invariant: in a real run nothing is free but what a durable claim says was freed
//! and no later one names; whatever cannot be asked is not free.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rushes_catalog::QueryError;
use rushes_catalog::command::{CommandError, DIGESTS_MAX};
use rushes_catalog::model::Claimed;
use rushes_digest::Digest;
use rushes_disk::{Clock, RealClock, Timestamp};
use rushes_store::StoreError;
pub use rushes_store::{Left, Packs, Run, Swept};

use crate::Vault;

/// How long contents stay after their last asset was deleted, when nobody says: a week, so that
/// what was deleted on a Friday can be restored after the weekend.
pub const GRACE: Duration = Duration::from_hours(7 * 24);

/// Stored contents that are looked at in one go; each costs a look-up.
const LOOK: usize = 1024;

/// What a sweep does.
#[derive(Debug, Clone, Copy)]
pub struct Sweep {
    /// How long contents must have been released.
    pub grace: Duration,
    /// Whether anything is changed.
    pub run: Run,
    /// Which packs are compacted.
    pub packs: Packs,
}

/// Why nothing is freed, or nothing more.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The facts may not be what was recorded, and nothing can be recorded.
    #[error("the catalogue takes no writes, so nothing is freed: the log and /health say why")]
    ReadOnly,
    /// What would go may be what is healed from.
    #[error(
        "{count} contents are damaged, and what would go may be what they are healed from: see \
         `rushes store damage`, upload those files again or delete their assets, then sweep again"
    )]
    Damaged {
        /// How many.
        count: usize,
    },
    /// The claims could not be recorded.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The facts cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Vault {
    /// Frees what was released and whose grace is over, and what an earlier sweep recorded as freed
    /// and did not come to; then packs that are mostly dead. A plan changes nothing and records
    /// nothing. `progress` hears how many contents were looked at; told to stop, it ends soon, and
    /// the next one does the rest. Errors: `ReadOnly`, `Damaged`; also in the middle.
    pub fn sweep(
        &self,
        how: Sweep,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Swept, SweepError> {
        self.may_free()?;
        let Sweep { grace, run, packs } = how;
        let grace_ms = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
        let due = Timestamp(RealClock.now().0.saturating_sub(grace_ms));
        let is_free = |digest: &Digest| match self.fate(digest) {
            Some(Claimed::Freed) => true,
            Some(Claimed::Released { at }) => run == Run::Plan && at <= due,
            _ => false,
        };
        let next = Next::LeftOver { after: None };
        let page = Vec::new().into_iter();
        let mut candidates =
            Candidates { vault: self, run, due, stop, progress, next, page, seen: 0, failed: None };
        let swept = self.store.sweep_until(&mut candidates, (&is_free, run), packs, stop);
        match candidates.failed {
            Some(error) => Err(error),
            None => Ok(swept?),
        }
    }

    /// Compacts every pack that is mostly dead. Errors as for a sweep.
    pub fn compact(&self, run: Run, stop: &AtomicBool) -> Result<Swept, SweepError> {
        self.may_free()?;
        let is_free = |digest: &Digest| self.fate(digest) == Some(Claimed::Freed);
        let none = &mut std::iter::empty();
        Ok(self.store.sweep_until(none, (&is_free, run), Packs::All, stop)?)
    }

    /// Whether the tables say what was recorded. One that could not bring them up to the journal's
    /// head takes no writes, so that there is nothing else to ask.
    pub(crate) fn facts_stand(&self) -> Result<(), SweepError> {
        if self.catalog.read_only().is_some() { Err(SweepError::ReadOnly) } else { Ok(()) }
    }

    /// Whether anything may be freed at all.
    pub fn may_free(&self) -> Result<(), SweepError> {
        self.facts_stand()?;
        // Nobody heals what nobody names; what cannot be asked counts.
        let is_missed = |digest| self.fate(digest).is_none_or(|fate| fate == Claimed::Named);
        let count = self.store.damage().iter().filter(|one| is_missed(&one.digest)).count();
        if count == 0 { Ok(()) } else { Err(SweepError::Damaged { count }) }
    }

    /// What the facts say of a content; `None` when they cannot be asked, or do not stand any more:
    /// a claim may be durable that the tables do not show.
    pub(crate) fn fate(&self, digest: &Digest) -> Option<Claimed> {
        self.facts_stand().ok()?;
        let fate = self.catalog.claimed(digest);
        fate.inspect_err(|error| tracing::error!(%error, %digest, "left alone: no facts")).ok()
    }
}

/// Which candidates come next.
enum Next {
    /// Contents that were recorded as freed and are still there: after a crash, or because somebody
    /// held them. First, so that what this sweep cannot free is not met twice.
    LeftOver { after: Option<Digest> },
    /// Contents that were released long enough ago.
    Released { after: Option<Digest> },
    /// There are no more.
    Nothing,
}

/// Names the candidates to the store, page by page. In a real run a page is recorded as freed
/// before the first of it is named; those of it that are not come to are left over for the next
/// sweep.
struct Candidates<'a> {
    vault: &'a Vault,
    run: Run,
    due: Timestamp,
    stop: &'a AtomicBool,
    progress: &'a mut dyn FnMut(u64),
    next: Next,
    page: std::vec::IntoIter<Digest>,
    seen: u64,
    /// Why they ended early.
    failed: Option<SweepError>,
}

impl Iterator for Candidates<'_> {
    type Item = Digest;

    fn next(&mut self) -> Option<Digest> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(digest) = self.page.next() {
                return Some(digest);
            }
            let page = match self.next {
                Next::LeftOver { after } => self.left_over(after),
                Next::Released { after } => self.released(after),
                Next::Nothing => return None,
            };
            match page {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => {
                    (self.failed, self.next) = (Some(error), Next::Nothing);
                    return None;
                }
            }
        }
    }
}

impl Candidates<'_> {
    fn left_over(&mut self, after: Option<Digest>) -> Result<Vec<Digest>, SweepError> {
        self.vault.may_free()?;
        let blobs = self.vault.store.blobs(after.as_ref(), LOOK)?;
        self.next = match blobs.last() {
            Some(last) if blobs.len() == LOOK => Next::LeftOver { after: Some(last.digest) },
            _ => Next::Released { after: None },
        };
        self.look(blobs.len());
        let digests = blobs.into_iter().map(|blob| blob.digest);
        Ok(digests.filter(|digest| self.vault.fate(digest) == Some(Claimed::Freed)).collect())
    }

    fn released(&mut self, after: Option<Digest>) -> Result<Vec<Digest>, SweepError> {
        self.vault.may_free()?;
        let released = self.vault.released_before(self.due, after, DIGESTS_MAX)?;
        let digests: Vec<_> = released.into_iter().map(|(digest, _)| digest).collect();
        self.next = match digests.last() {
            Some(last) if digests.len() == DIGESTS_MAX => Next::Released { after: Some(*last) },
            _ => Next::Nothing,
        };
        self.look(digests.len());
        if self.run == Run::Plan || digests.is_empty() {
            return Ok(digests);
        }
        Ok(self.vault.record_freed(&digests)?)
    }

    fn look(&mut self, count: usize) {
        self.seen = self.seen.saturating_add(count as u64);
        (self.progress)(self.seen);
    }
}
