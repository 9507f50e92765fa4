//! The pack writer: many callers share one write and one sync.
//!
//! Invariant: a record enters the index after its sync and before its caller hears of it. A pack
//! whose write or sync failed takes nothing more; the next batch goes to a new one. What was
//! acknowledged outlives the removal of its pack by hand.

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
        self.restore()?;
        self.seal()
    }

    /// Writes records durably and tells where each one lies.
    fn write(&mut self, records: Vec<Record>) -> Result<Vec<RecordAt>, StoreError> {
        self.restore()?;
        let mut pack = match self.pack.take() {
            Some(pack) => pack,
            None => OpenPack::create(&*self.disk)?,
        };
        // Only a pack that took the batch durably takes another one.
        let places = match append(&mut pack, records) {
            Ok(places) => places,
            Err(error) => {
                self.give_up(pack);
                return Err(error.into());
            }
        };
        let pack = self.pack.insert(pack);
        self.index.enter(pack.id(), &pack.take_fresh())?;
        let is_full =
            pack.end() >= PACK_BYTES || pack.entries().len() + BATCH_ENTRIES_MAX > ENTRIES_MAX;
        if is_full && let Err(error) = self.seal() {
            tracing::warn!(%error, "a pack stays unsealed until the next start");
        }
        Ok(places)
    }

    fn seal(&mut self) -> Result<(), StoreError> {
        let Some(mut pack) = self.pack.take() else { return Ok(()) };
        match pack.seal() {
            Ok(size) => Ok(self.index.set_sealed(pack.id(), size)?),
            Err(error) => {
                self.give_up(pack);
                Err(error.into())
            }
        }
    }

    /// Lets go of a pack that has failed. One that somebody has removed stays until it is restored:
    /// nobody else has its bytes.
    fn give_up(&mut self, mut pack: OpenPack) {
        if pack.is_nameless() {
            self.pack = Some(pack);
        } else if let Err(error) = pack.cut_failed() {
            tracing::warn!(%error, "the next start may find what could not be kept");
        }
    }

    /// Gives a pack that somebody has removed its name back, with all that was acknowledged. It is
    /// sealed then: who has the old file open would miss what came later.
    fn restore(&mut self) -> Result<(), StoreError> {
        let Some(pack) = self.pack.as_mut().filter(|pack| pack.is_nameless()) else {
            return Ok(());
        };
        if pack.is_empty() {
            self.pack = None;
            return Ok(());
        }
        pack.restore(&*self.disk)?;
        let path = pack.path().display();
        tracing::error!(%path, "somebody removed the pack that is being written: it is back");
        self.seal()
    }
}

fn append(pack: &mut OpenPack, records: Vec<Record>) -> rushes_disk::Result<Vec<RecordAt>> {
    let id = pack.id();
    let places = pack.append(records)?.iter().map(|entry| entry.at(id)).collect();
    pack.sync()?;
    Ok(places)
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
