//! What puts and reads share: the disk, the index, the packs and the pack writer.
//!
//! Knows nothing of staging and readers.

use std::sync::{Arc, Mutex, RwLock};

use rushes_digest::Digest;
use rushes_disk::{Disk, GroupCommit};

use crate::counts::Counted;
use crate::error::StoreError;
use crate::index::Index;
use crate::leases::Leases;
use crate::ledger::Ledger;
use crate::manifest::Manifest;
use crate::packs::Packs;
use crate::progress::Progress;
use crate::record::Record;
use crate::writer::PackWriter;

/// What is always kept free, in bytes, or a twentieth of the disk where that is less: the journal
/// and the index still need room when uploads are refused.
const RESERVE_BYTES_MAX: u64 = 1 << 30;

/// The parts of an open store.
#[derive(Debug)]
pub struct Shelf {
    /// The data directory.
    pub disk: Arc<dyn Disk>,
    /// What lies where.
    pub index: Arc<Index>,
    /// Packs, for reading.
    pub packs: Packs,
    /// The pack writer.
    pub writer: GroupCommit<PackWriter>,
    /// Who relies on what right now.
    pub leases: Arc<Leases>,
    /// Read while a whole is put in place, written while one is taken away: nobody takes away what
    /// has just been healed.
    pub wholes: RwLock<()>,
    /// What is damaged.
    pub ledger: Ledger,
    /// Held from reading a blob's manifest until a newer one of it is in the index: of two that
    /// move its chunks at once, one would undo what the other did.
    pub moving: Mutex<()>,
    /// How far a scrub has come.
    pub scrubbing: Progress,
    /// What was counted last.
    pub counted: Mutex<Counted>,
}

impl Shelf {
    /// Hands a manifest to the pack writer and does not wait: it can be made again from the whole.
    pub fn keep_manifest(&self, digest: Digest, manifest: &Manifest) -> Result<(), StoreError> {
        let _nobody_waits = self.writer.submit(Record::manifest(digest, manifest))?;
        Ok(())
    }
}

/// Refuses when so many more bytes would not leave the reserve free.
pub fn check_room(disk: &dyn Disk, more_bytes: u64) -> Result<(), StoreError> {
    let space = disk.space()?;
    let reserve = (space.total / 20).min(RESERVE_BYTES_MAX);
    let is_enough = space.free.checked_sub(more_bytes).is_some_and(|left| left >= reserve);
    if is_enough { Ok(()) } else { Err(StoreError::Full) }
}
