//! The sweep: frees what was released.
//!
//! Knows nothing of facts: its caller names the candidates, and says of each whether it is free.
//! Invariant: one candidate that fails costs itself only; what others need of a whole is moved away
//! before the whole goes. Told to stop, it ends with the chunk or record that it is at; what was
//! moved stays moved.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use rushes_digest::Digest;

use crate::compact;
use crate::error::StoreError;
use crate::free::{How, free};
use crate::leases::Held;
use crate::manifest::Container;
use crate::moving;
use crate::place::PackId;
use crate::shelf::Shelf;
use crate::swept::{Left, Packs, Swept};

/// Frees the candidates that are free, then packs that are mostly dead.
pub fn sweep(
    shelf: &Shelf,
    candidates: &mut dyn Iterator<Item = Digest>,
    how: How<'_>,
    which: Packs,
) -> Result<Swept, StoreError> {
    let _one_at_a_time = shelf.moving.lock().unwrap_or_else(PoisonError::into_inner);
    let mut swept = Swept::default();
    let mut packs = BTreeSet::new();
    for candidate in candidates.take_while(|_| how.check().is_ok()) {
        match one(shelf, &candidate, how, &mut swept) {
            Ok(less) => packs.extend(less),
            Err(left) => swept.leave(candidate, left)?,
        }
    }
    if which == Packs::All {
        packs.extend(shelf.index.sealed_packs()?);
    }
    compact::packs(shelf, packs.into_iter(), how, &mut swept)?;
    Ok(swept)
}

/// Compacts all packs that are mostly dead.
pub fn compact(shelf: &Shelf, how: How<'_>) -> Result<Swept, StoreError> {
    let _one_at_a_time = shelf.moving.lock().unwrap_or_else(PoisonError::into_inner);
    let mut swept = Swept::default();
    compact::packs(shelf, shelf.index.sealed_packs()?.into_iter(), how, &mut swept)?;
    Ok(swept)
}

fn one(
    shelf: &Shelf,
    digest: &Digest,
    how: How<'_>,
    swept: &mut Swept,
) -> Result<Vec<PackId>, Left> {
    if !(how.is_free)(digest) {
        return Err(Left::Named);
    }
    // Asked again later; now it saves the moving.
    if shelf.leases.is_held(Held::Blob(*digest)) {
        return Err(Left::Held);
    }
    let mut packs = moving::all_from(shelf, Container::Whole(*digest), how, swept)?;
    packs.extend(free(shelf, digest, how, swept)?);
    Ok(packs)
}
