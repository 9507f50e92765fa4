//! What may be freed: what was released long enough ago, and what was found and is said to go.
//!
//! Knows no files. Invariant: a claim that the bytes go is durable before any of them does, found
//! ones apart, which no claim ever named; nothing goes while facts or bytes are in doubt.

use std::collections::HashSet;
use std::time::Duration;

use rushes_catalog::QueryError;
use rushes_catalog::command::CommandError;
use rushes_catalog::model::Claimed;
use rushes_digest::Digest;
use rushes_disk::{Clock, RealClock, Timestamp};
use rushes_store::{Run, StoreError, Swept};

use crate::Vault;

/// How long a deleted asset's bytes are kept unless somebody says otherwise.
pub const GRACE: Duration = Duration::from_hours(7 * 24);
/// Contents that go at a time: between two lots a sweep can be stopped.
const LOT: usize = 256;
/// Contents that are looked at for one page of found ones.
const LOOKED_AT_MAX: usize = 50_000;
/// Contents that a report names as left alone.
const NAMED_MAX: usize = 100;

/// Why nothing is freed.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// What there is is in doubt.
    #[error("nothing is freed while {why}")]
    NotNow {
        /// Why.
        why: String,
    },
    /// That bytes go cannot be recorded.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The facts cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was freed, or would be.
#[derive(Debug, Default)]
pub struct Freed {
    /// Contents.
    pub contents: u64,
    /// Bytes of files that are gone.
    pub bytes: u64,
    /// Bytes in packs that nothing needs any more, and that go with their packs.
    pub bytes_dead: u64,
    /// Bytes that others need and that were written anew.
    pub bytes_moved: u64,
    /// Packs that are gone.
    pub packs: u64,
    /// Contents that were left alone.
    pub left_count: u64,
    /// The first of them, and why.
    pub left: Vec<(Digest, String)>,
}

/// Bytes that no claim names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Their name.
    pub digest: Digest,
    /// How many; `None` when that is damaged.
    pub size: Option<u64>,
}

impl Vault {
    /// Frees the bytes of contents that were released at least `grace` ago, or says which it would.
    /// `goes_on` hears how far it is and says whether to go on.
    pub fn sweep(
        &self,
        grace: Duration,
        is_dry: bool,
        goes_on: &mut dyn FnMut(&Freed) -> bool,
    ) -> Result<(), SweepError> {
        let grace_ms = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
        let until = Timestamp(RealClock.now().0.saturating_sub(grace_ms));
        let mut freed = Freed::default();
        let mut after = None;
        loop {
            self.may_free()?;
            let lot = self.catalog.released_before(until, after, LOT)?;
            let Some((last, _)) = lot.last() else { break };
            after = Some(*last);
            let digests: Vec<Digest> = lot.iter().map(|(digest, _)| *digest).collect();
            if is_dry {
                let is_due = |digest: &Digest| match self.catalog.claimed(digest) {
                    Ok(Claimed::Released { at }) => at.0 <= until.0,
                    Ok(Claimed::Freed) => true,
                    _ => false,
                };
                let plan = self.store.sweep(&mut digests.into_iter(), &is_due, Run::Plan)?;
                freed.add(plan);
            } else {
                let recorded = self.record_freed(&digests)?;
                let swept = self.store.sweep(
                    &mut recorded.into_iter(),
                    &|digest| self.is_freed(digest),
                    Run::Really,
                )?;
                freed.add(swept);
            }
            if !goes_on(&freed) {
                return Ok(());
            }
        }
        self.sweep_again(is_dry, &mut freed, goes_on)
    }

    /// Frees what was recorded as freed before and is still there: somebody used it then, or the
    /// daemon ended in between.
    fn sweep_again(
        &self,
        is_dry: bool,
        freed: &mut Freed,
        goes_on: &mut dyn FnMut(&Freed) -> bool,
    ) -> Result<(), SweepError> {
        let run = if is_dry { Run::Plan } else { Run::Really };
        let named: HashSet<Digest> = freed.left.iter().map(|(digest, _)| *digest).collect();
        let mut after = None;
        loop {
            self.may_free()?;
            let page = self.store.blobs(after.as_ref(), LOT)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.digest);
            let again = page.iter().map(|blob| blob.digest);
            let mut again = again.filter(|digest| !named.contains(digest) && self.is_freed(digest));
            let swept = self.store.sweep(&mut again, &|digest| self.is_freed(digest), run)?;
            freed.add(swept);
            if !goes_on(freed) {
                return Ok(());
            }
        }
    }

    /// Bytes that no claim ever named, by digest, behind the given one: at most `count`, and where
    /// to look on. What is being uploaded is among them for a moment.
    pub fn found(
        &self,
        after: Option<Digest>,
        count: usize,
    ) -> Result<(Vec<Found>, Option<Digest>), SweepError> {
        let (mut found, mut after, mut looked_at) = (Vec::new(), after, 0);
        while found.len() < count && looked_at < LOOKED_AT_MAX {
            let page = self.store.blobs(after.as_ref(), LOT)?;
            let is_last = page.len() < LOT;
            looked_at += page.len();
            for blob in page {
                if found.len() == count {
                    return Ok((found, after));
                }
                after = Some(blob.digest);
                if self.catalog.claimed(&blob.digest)? == Claimed::Never {
                    found.push(Found { digest: blob.digest, size: blob.size });
                }
            }
            if is_last {
                return Ok((found, None));
            }
        }
        Ok((found, after))
    }

    /// Frees found bytes, or says what that would do. What a claim names is left alone, and so is
    /// what is being uploaded.
    pub fn free_found(&self, digests: &[Digest], is_dry: bool) -> Result<Freed, SweepError> {
        self.may_free()?;
        let wanted: HashSet<Digest> = digests.iter().copied().collect();
        let is_free = |digest: &Digest| match self.catalog.claimed(digest) {
            Ok(Claimed::Never) => wanted.contains(digest),
            Ok(Claimed::Freed) => true,
            _ => false,
        };
        let run = if is_dry { Run::Plan } else { Run::Really };
        let mut freed = Freed::default();
        freed.add(self.store.sweep(&mut digests.iter().copied(), &is_free, run)?);
        Ok(freed)
    }

    /// Refuses while it is not sure what there is.
    fn may_free(&self) -> Result<(), SweepError> {
        if let Some(why) = self.catalog.read_only() {
            tracing::warn!(why, "nothing is freed");
            let why = "the catalogue takes no writes: /health says why".to_owned();
            return Err(SweepError::NotNow { why });
        }
        match self.damage_count() {
            0 => Ok(()),
            count => {
                let why = format!("{count} contents are damaged: heal them first");
                Err(SweepError::NotNow { why })
            }
        }
    }

    /// Whether the last that was said of a content is that its bytes go.
    fn is_freed(&self, digest: &Digest) -> bool {
        matches!(self.catalog.claimed(digest), Ok(Claimed::Freed))
    }
}

impl Freed {
    fn add(&mut self, swept: Swept) {
        self.contents += swept.blobs;
        self.bytes += swept.bytes_freed;
        self.bytes_dead += swept.bytes_dead;
        self.bytes_moved += swept.bytes_moved;
        self.packs += swept.packs_compacted;
        self.left_count += swept.left_count;
        let room = NAMED_MAX.saturating_sub(self.left.len());
        let left = swept.left.into_iter().take(room);
        self.left.extend(left.map(|(digest, why)| (digest, why.to_string())));
    }
}
