//! What puts and reads share: the disk, the index, the packs and the pack writer.
//!
//! Knows nothing of staging and readers.

use std::sync::{Arc, Mutex};

use rushes_digest::Digest;
use rushes_disk::{Disk, GroupCommit};

use crate::cache::Cache;
use crate::counts::Counted;
use crate::error::StoreError;
use crate::index::Index;
use crate::leases::Leases;
use crate::ledger::Ledger;
use crate::packs::Packs;
use crate::progress::Progress;
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
    /// Held while a whole gets its name, and while one that was judged wrong loses it: nobody takes
    /// away what has just been healed. Never held over a sync.
    pub placing: Mutex<()>,
    /// What is damaged.
    pub ledger: Ledger,
    /// One sweep, compaction or repacking at a time: of two that move a blob's chunks at once, one
    /// would undo what the other did, or take for dead what it has just written.
    pub moving: Mutex<()>,
    /// How far a scrub has come.
    pub scrubbing: Progress,
    /// What was counted last.
    pub counted: Mutex<Counted>,
}

impl Shelf {
    /// The generation that a blob's next manifest gets.
    pub fn next_generation(&self, digest: &Digest) -> Result<u64, StoreError> {
        Ok(self.index.next_generation(digest)?)
    }
}
