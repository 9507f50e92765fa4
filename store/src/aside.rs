//! Taking a wrong whole away: who misses bytes is written down first, then its name goes.
//!
//! Invariant: nobody takes away what was healed meanwhile, and a blob that is acknowledged as one
//! that lies in the whole is in the note.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use rushes_digest::Digest;

use crate::error::StoreError;
use crate::layout;
use crate::ledger::Aside;
use crate::manifest::{Container, Manifest};
use crate::moved::each_in;
use crate::place::WholeStat;
use crate::shelf::Shelf;

/// A manifest, and which of its chunks are wrong, counted from 0.
pub type Wrong<'a> = (&'a Manifest, &'a BTreeSet<usize>);

impl Shelf {
    /// Moves a whole that was judged wrong to quarantine, unless another file has taken its place
    /// meanwhile; tells whether it did. Without a list of wrong chunks all of it is.
    pub fn take_away(
        &self,
        digest: &Digest,
        judged: WholeStat,
        wrong: Option<Wrong<'_>>,
    ) -> Result<bool, StoreError> {
        // From here on no new manifest names it: what is found now is all that depends on it.
        self.index.doubt(digest, &judged)?;
        let lost = affected(self, digest, wrong)?;
        let (place, why) = (layout::whole(digest), "the content does not hash to the name");
        self.ledger.set_aside_by(&place, (why, &lost), Aside::Moved, &mut |to| {
            let _nobody_places = self.placing.lock().unwrap_or_else(PoisonError::into_inner);
            if !self.is_still(digest, judged)? {
                return Ok(false);
            }
            self.disk.rename(&place, to)?;
            self.index.forget(digest)?;
            Ok(true)
        })
    }

    /// Whether a whole is still the file that was judged.
    pub fn is_still(&self, digest: &Digest, judged: WholeStat) -> Result<bool, StoreError> {
        match self.disk.stat(&layout::whole(digest)) {
            Ok(stat) => Ok(WholeStat::from(stat) == judged),
            Err(error) if error.is_missing() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// The blobs that miss bytes when chunks of a whole are lost; without a list of them, all that lie
/// in it.
pub fn affected(
    shelf: &Shelf,
    digest: &Digest,
    wrong: Option<Wrong<'_>>,
) -> Result<Vec<Digest>, StoreError> {
    let mut lost = Vec::new();
    let own = Container::Whole(*digest);
    let mut spans = Vec::new();
    if let Some((manifest, wrong)) = wrong {
        let mut start = 0;
        for (number, chunk) in manifest.pieces.iter().map(|piece| piece.chunk).enumerate() {
            let end = start + u64::from(chunk.length);
            if wrong.contains(&number) {
                spans.push((start, end));
            }
            start = end;
        }
    }
    lost.push(*digest);
    each_in(&shelf.index, &shelf.packs, &own, &mut |blob, manifest| {
        let is_hit = manifest.pieces.iter().any(|piece| {
            let end = piece.offset + u64::from(piece.chunk.length);
            let is_in = manifest.containers.get(piece.container as usize) == Some(&own);
            let meets = |(from, to): &(u64, u64)| piece.offset < *to && *from < end;
            is_in && (wrong.is_none() || spans.iter().any(meets))
        });
        if is_hit {
            lost.push(blob);
        }
        Ok(())
    })?;
    Ok(lost)
}
