//! Bytes: put, read and keep blobs by digest, in wholes and packs, over an index that can be thrown
//! away.
//!
//! Knows nothing of assets, users or HTTP. Invariant: what [`Store::put`] has answered is durable,
//! and what a [`BlobReader`] reads is what was put, or an error.

mod bytes;
mod check;
mod copies;
mod counts;
mod cutter;
mod error;
mod footer;
mod heal;
mod index;
mod layout;
mod leases;
mod ledger;
mod manifest;
mod moved;
mod open;
mod pack;
mod packs;
mod pieces;
mod place;
mod progress;
mod put;
mod read;
mod record;
mod recover;
mod reindex;
mod repack;
mod scan;
mod scrub;
mod shelf;
mod staging;
mod stats;
mod traces;
mod upkeep;
mod verify;
mod wholes;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rushes_digest::Digest;
use rushes_disk::{Derived, Disk};

pub use check::{Checked, Finding};
pub use counts::{Count, Stats};
pub use error::{Damage, IndexError, StoreError};
pub use leases::Lease;
pub use ledger::{Damaged, Observer};
pub use progress::{Pace, ScrubState};
pub use put::{Known, Put, Stored};
pub use read::BlobReader;
pub use reindex::Reindexed;
pub use scrub::Scrubbed;
pub use staging::{SMALL_BYTES_MAX, Staged, Staging};
pub use verify::{Kept, Verified};

use shelf::Shelf;

/// The bytes of a data directory.
#[derive(Debug)]
pub struct Store {
    shelf: Arc<Shelf>,
    /// `None` once the store was closed.
    derived: Mutex<Option<Derived>>,
}

impl Store {
    /// Opens the bytes of a data directory, and makes the directories where there are none.
    ///
    /// `index_above` is a real directory for the index, which is trusted, brought up to date or
    /// rebuilt; `boot` is [`rushes_disk::boot_id`]. Unfinished uploads are gone and every pack is
    /// sealed on return.
    pub fn open(
        disk: Arc<dyn Disk>,
        index_above: &Path,
        boot: Option<&str>,
    ) -> Result<Self, StoreError> {
        let (shelf, derived) = open::open(disk, index_above, boot)?;
        Ok(Self { shelf: Arc::new(shelf), derived: Mutex::new(Some(derived)) })
    }

    /// Begins an upload. Errors: `Full` when nothing may be written beside the reserve.
    pub fn stage(&self) -> Result<Staging, StoreError> {
        Staging::begin(&self.shelf.disk)
    }

    /// Keeps a content, durably on return. After an error nobody may rely on it, and putting it
    /// again is safe.
    pub fn put(&self, staged: Staged, known: Known) -> Result<Put, StoreError> {
        self.shelf.put(staged, known)
    }

    /// Opens a blob for reading; `None` when there is no trace of it. Errors: `Damaged` when it
    /// should be there and is not, or is not what it was.
    pub fn open_blob(&self, digest: &Digest) -> Result<Option<BlobReader>, StoreError> {
        read::open(&self.shelf, digest)
    }

    /// Takes no more bytes, seals the open pack and leaves the marker of a clean stop. Blobs that
    /// are open can still be read in part; nothing can be opened. A second call does nothing.
    pub fn close(&self) -> Result<(), StoreError> {
        let derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner).take();
        let finished = self.shelf.writer.stop().ok_or(StoreError::Stopped);
        let sealed = finished.and_then(writer::PackWriter::finish);
        let closed = self.shelf.index.close();
        let Some(derived) = derived else { return Ok(()) };
        // Only an index that says all there is gets the marker.
        sealed?;
        closed?;
        derived
            .close("closed")
            .map_err(|error| IndexError::directory(Path::new(open::INDEX), &error).into())
    }
}
