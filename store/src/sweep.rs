//! The sweep: frees what was released.
//!
//! Knows nothing of facts: its caller names the candidates, and says of each whether it is free.
//! Invariant: one candidate that fails costs itself only; what others need of a whole is moved away
//! before the whole goes.

use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use rushes_digest::Digest;

use crate::compact;
use crate::error::StoreError;
use crate::free::{IsFree, free};
use crate::leases::Held;
use crate::manifest::Container;
use crate::moving;
use crate::place::PackId;
use crate::shelf::Shelf;
use crate::swept::{Left, Packs, Run, Swept};

/// Frees the candidates that are free, then packs that are mostly dead. Told to stop, it takes no
/// further pack; whoever names the candidates ends them.
pub fn sweep(
    shelf: &Shelf,
    candidates: &mut dyn Iterator<Item = Digest>,
    how: (IsFree<'_>, Run),
    (which, stop): (Packs, &AtomicBool),
) -> Result<Swept, StoreError> {
    let _one_at_a_time = shelf.moving.lock().unwrap_or_else(PoisonError::into_inner);
    let mut swept = Swept::default();
    let mut packs = BTreeSet::new();
    for candidate in candidates {
        match one(shelf, &candidate, how, &mut swept) {
            Ok(less) => packs.extend(less),
            Err(left) => swept.leave(candidate, left)?,
        }
    }
    if which == Packs::All {
        packs.extend(shelf.index.sealed_packs()?);
    }
    let mut packs = packs.into_iter().take_while(|_| !stop.load(Ordering::Relaxed));
    compact::packs(shelf, &mut packs, how, &mut swept)?;
    Ok(swept)
}

/// Compacts all packs that are mostly dead.
pub fn compact(shelf: &Shelf, how: (IsFree<'_>, Run)) -> Result<Swept, StoreError> {
    let _one_at_a_time = shelf.moving.lock().unwrap_or_else(PoisonError::into_inner);
    let mut swept = Swept::default();
    compact::packs(shelf, shelf.index.sealed_packs()?.into_iter(), how, &mut swept)?;
    Ok(swept)
}

fn one(
    shelf: &Shelf,
    digest: &Digest,
    (is_free, run): (IsFree<'_>, Run),
    swept: &mut Swept,
) -> Result<Vec<PackId>, Left> {
    if !is_free(digest) {
        return Err(Left::Named);
    }
    // Asked again later; now it saves the moving.
    if shelf.leases.is_held(Held::Blob(*digest)) {
        return Err(Left::Held);
    }
    let mut packs = moving::all_from(shelf, Container::Whole(*digest), (is_free, run), swept)?;
    packs.extend(free(shelf, digest, (is_free, run), swept)?);
    Ok(packs)
}
