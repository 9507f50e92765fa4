//! Opening a store: which index may be trusted, and what it has missed.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rushes_disk::{Derived, Disk, GroupCommit, Tell, Trust};

use crate::cache::Cache;
use crate::error::{IndexError, StoreError};
use crate::index::Index;
use crate::layout;
use crate::ledger::Ledger;
use crate::packs::Packs;
use crate::place::PackId;
use crate::progress::Progress;
use crate::recover::{list_wholes, recover_packs};
use crate::scrub::restore;
use crate::shelf::Shelf;
use crate::writer::{BATCH, PackWriter};

/// Name of the index's directory below `index/`.
pub const INDEX: &str = "blobs";

/// Opens everything and starts the pack writer.
pub fn open(
    disk: Arc<dyn Disk>,
    above: &Path,
    boot: Option<&str>,
    tell: Tell<'_>,
) -> Result<(Shelf, Derived), StoreError> {
    layout::prepare(&*disk)?;
    layout::clear_staging(&*disk)?;
    let failed = |error| IndexError::directory(above, &error);
    let (derived, trust) = Derived::open(above, INDEX, boot).map_err(failed)?;
    if let Trust::Rebuild { why } = trust {
        tracing::info!(why, "rebuilding the index of the bytes");
        derived.clear().map_err(failed)?;
    }
    let index = Arc::new(usable_index(&*disk, &derived)?);
    let is_built = index.is_built()?;
    let ledger = Ledger::open(Arc::clone(&disk))?;
    recover_packs(&disk, &index, &ledger, tell)?;
    if !is_built {
        list_wholes(&*disk, &index, tell)?;
        index.set_built()?;
    }
    let writer = PackWriter::new(Arc::clone(&disk), Arc::clone(&index));
    let writer = GroupCommit::start("pack writer", BATCH, writer).map_err(StoreError::Thread)?;
    let packs = Packs::new(Arc::clone(&disk));
    let cache = Cache::open(&disk)?;
    let shelf = Shelf {
        disk,
        index,
        packs,
        writer,
        cache,
        leases: Arc::default(),
        placing: Mutex::default(),
        ledger,
        moving: Mutex::default(),
        scrubbing: Progress::default(),
        counted: Mutex::default(),
    };
    restore(&shelf)?;
    Ok((shelf, derived))
}

/// Opens the index; one that cannot be opened, was never built to its end, or is older than the
/// packs, is thrown away.
fn usable_index(disk: &dyn Disk, derived: &Derived) -> Result<Index, StoreError> {
    let opened = Index::open(derived.path()).and_then(|index| Ok((index.is_built()?, index)));
    match opened {
        Ok((true, index)) if lists_what_is_there(disk, &index)? => return Ok(index),
        Ok((is_built, index)) => {
            tracing::info!(is_built, "the index is not of these packs: rebuilding it");
            drop(index);
        }
        Err(error) => tracing::warn!(%error, "the index cannot be opened: rebuilding it"),
    }
    derived.clear().map_err(|error| IndexError::directory(derived.path(), &error))?;
    Ok(Index::open(derived.path())?)
}

/// Whether every pack that the index lists is there. One that is gone was compacted after this
/// index was left behind, or is lost: what else it says cannot be relied on either.
fn lists_what_is_there(disk: &dyn Disk, index: &Index) -> Result<bool, StoreError> {
    let there: HashSet<PackId> = layout::packs(disk)?.into_iter().collect();
    Ok(index.sealed_packs()?.iter().all(|pack| there.contains(pack)))
}
