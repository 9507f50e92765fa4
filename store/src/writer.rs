//! The pack writer: many callers share one write and one sync.
//!
//! Invariant: a record enters the index after its sync and before its caller hears of it. A pack
//! whose write or sync failed takes nothing more; the next batch goes to a new one.

use std::sync::Arc;

use rushes_disk::{Batch, Committer, Disk};

use crate::error::StoreError;
use crate::footer::ENTRIES_MAX;
use crate::index::{BATCH_ENTRIES_MAX, Index};
use crate::pack::OpenPack;
use crate::place::RecordAt;
use crate::record::Record;

/// How long a pack may grow before it is sealed, in bytes: few files, each quick to read through.
const PACK_BYTES: u64 = 128 << 20;
/// How the writer's queue and batches are bounded: a batch is one of the index's, and what waits
/// stays within a few MiB of small blobs.
pub const BATCH: Batch =
    Batch { queue_max: 256, items_max: BATCH_ENTRIES_MAX, weight_max: 8 << 20 };

/// What runs behind the queue.
#[derive(Debug)]
pub struct PackWriter {
    disk: Arc<dyn Disk>,
    index: Arc<Index>,
    pack: Option<OpenPack>,
}

impl PackWriter {
    /// Begins without a pack: the first batch makes one.
    pub fn new(disk: Arc<dyn Disk>, index: Arc<Index>) -> Self {
        Self { disk, index, pack: None }
    }

    /// Seals the pack, so that the next start finds nothing unfinished.
    pub fn finish(mut self) -> Result<(), StoreError> {
        self.seal()
    }

    /// Writes records durably and tells where each one lies.
    fn write(&mut self, records: Vec<Record>) -> Result<Vec<RecordAt>, StoreError> {
        let mut pack = match self.pack.take() {
            Some(pack) => pack,
            None => OpenPack::create(&*self.disk)?,
        };
        // Only a pack that took the batch durably comes back.
        let id = pack.id();
        let places = pack.append(records)?.iter().map(|entry| entry.at(id)).collect();
        pack.sync()?;
        let pack = self.pack.insert(pack);
        self.index.enter(id, &pack.take_fresh())?;
        let is_full =
            pack.end() >= PACK_BYTES || pack.entries().len() + BATCH_ENTRIES_MAX > ENTRIES_MAX;
        if is_full && let Err(error) = self.seal() {
            tracing::warn!(%error, "a pack stays unsealed until the next start");
        }
        Ok(places)
    }

    fn seal(&mut self) -> Result<(), StoreError> {
        let Some(mut pack) = self.pack.take() else { return Ok(()) };
        let size = pack.seal()?;
        Ok(self.index.set_sealed(pack.id(), size)?)
    }
}

impl Committer for PackWriter {
    type Item = Record;
    type Done = Result<RecordAt, StoreError>;

    fn weight(record: &Record) -> usize {
        record.len()
    }

    fn commit(&mut self, records: Vec<Record>) -> Vec<Self::Done> {
        let count = records.len();
        match self.write(records) {
            Ok(places) => places.into_iter().map(Ok).collect(),
            Err(error) => {
                tracing::error!(%error, records = count, "a batch could not be kept");
                (0..count).map(|_| Err(error.again())).collect()
            }
        }
    }
}
