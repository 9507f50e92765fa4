//! What puts and reads share: the disk, the index, the packs and the pack writer.
//!
//! Knows nothing of staging and readers.

use std::sync::{Arc, Mutex, RwLock};

use rushes_digest::Digest;
use rushes_disk::{Disk, GroupCommit};

use crate::cache::Cache;
use crate::error::StoreError;
use crate::index::Index;
use crate::leases::Leases;
use crate::packs::Packs;
use crate::writer::PackWriter;

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
    /// Copies of blobs in ranges.
    pub cache: Cache,
    /// Who relies on what right now.
    pub leases: Arc<Leases>,
    /// Read while a whole is put in place, written while one is taken away: nobody takes away what
    /// has just been healed.
    pub wholes: RwLock<()>,
    /// One sweep or compaction at a time: what one has just written, no other takes for dead.
    pub freeing: Mutex<()>,
}

impl Shelf {
    /// The generation that a blob's next manifest gets.
    pub fn next_generation(&self, digest: &Digest) -> Result<u64, StoreError> {
        Ok(self.index.next_generation(digest)?)
    }
}
