//! Found bytes: contents that are stored and that no claim ever named.
//!
//! Invariant: they are listed, and freed only when somebody names them; a content that a claim
//! named once is the sweep's, whoever asks.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use rushes_catalog::model::Claimed;
use rushes_digest::Digest;
pub use rushes_store::{BlobInfo, StoredAs};
use rushes_store::{Packs, Run, Swept};

use crate::Vault;
use crate::sweep::SweepError;

/// Most contents that are looked at for one page: a fraction of a second's work.
const LOOK_MAX: usize = 16_384;
/// Contents that are looked at in one go.
const LOOK: usize = 1024;

/// A page of found contents.
#[derive(Debug, Default)]
pub struct Found {
    /// The contents, by digest; perhaps none, even where there is another page.
    pub contents: Vec<BlobInfo>,
    /// Behind which digest the next page begins; `None` on the last one.
    pub next: Option<Digest>,
}

impl Vault {
    /// The next found contents behind a digest, at most `count`. Errors: `ReadOnly`, because facts
    /// that may not be what was recorded would call too much found.
    pub fn found(&self, after: Option<Digest>, count: usize) -> Result<Found, SweepError> {
        self.facts_stand()?;
        let (mut page, mut looked) = (Found { next: after, ..Found::default() }, 0);
        while looked < LOOK_MAX {
            let blobs = self.store.blobs(page.next.as_ref(), LOOK)?;
            let is_last = blobs.len() < LOOK;
            looked += blobs.len();
            for blob in blobs {
                if page.contents.len() == count {
                    return Ok(page);
                }
                page.next = Some(blob.digest);
                if self.catalog.claimed(&blob.digest)? == Claimed::Never {
                    page.contents.push(blob);
                }
            }
            if is_last {
                return Ok(Found { next: None, ..page });
            }
        }
        Ok(page)
    }

    /// Frees those of some contents that are found. Errors as for a sweep.
    pub fn free_found(&self, digests: &[Digest], run: Run) -> Result<Swept, SweepError> {
        self.may_free()?;
        let asked: BTreeSet<_> = digests.iter().copied().collect();
        // Bytes that were just put and whose claim is still to come look found as well. Whoever put
        // them holds their lease until the claim is recorded, and the store asks this while nobody
        // holds them: so either the lease is in the way, or the claim is seen here.
        let is_free =
            |digest: &Digest| asked.contains(digest) && self.fate(digest) == Some(Claimed::Never);
        let mut candidates = asked.iter().copied();
        let never = AtomicBool::new(false);
        Ok(self.store.sweep_until(&mut candidates, (&is_free, run), Packs::Touched, &never)?)
    }
}
