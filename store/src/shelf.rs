//! What puts and reads share: the disk, the index, the packs and the pack writer.
//!
//! Knows nothing of staging and readers.

use std::sync::{Arc, RwLock};

use rushes_digest::Digest;
use rushes_disk::{Disk, GroupCommit};

use crate::error::StoreError;
use crate::index::Index;
use crate::leases::Leases;
use crate::packs::Packs;
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
}

impl Shelf {
    /// The generation that a blob's next manifest gets.
    pub fn next_generation(&self, digest: &Digest) -> Result<u64, StoreError> {
        Ok(self.index.manifest(digest)?.map_or(1, |known| known.generation.saturating_add(1)))
    }
}

/// Refuses when so many more bytes would not leave the reserve free.
pub fn check_room(disk: &dyn Disk, more_bytes: u64) -> Result<(), StoreError> {
    let space = disk.space()?;
    let reserve = (space.total / 20).min(RESERVE_BYTES_MAX);
    let is_enough = space.free.checked_sub(more_bytes).is_some_and(|left| left >= reserve);
    if is_enough { Ok(()) } else { Err(StoreError::Full) }
}
