//! Bytes: put, read and keep blobs by digest, in wholes and packs, over an index that can be thrown
//! away.
//!
//! Knows nothing of assets, users or HTTP. Invariant: what [`Store::put`] has answered is durable,
//! and what a [`BlobReader`] reads is what was put, or an error.

mod aside;
mod bytes;
mod cache;
mod check;
mod compact;

mod copy;
mod counts;
mod cutter;
mod draft;
mod error;
mod footer;
mod found;
mod free;
mod heal;
mod hints;
mod index;
mod layout;
mod leases;
mod ledger;
mod loose;
mod manifest;
mod moved;
mod moving;
mod open;
mod pack;
mod packs;
mod pieces;
mod place;
mod progress;
mod put;
mod ranges;
mod read;
mod record;
mod recover;
mod reindex;
mod repack;
mod room;
mod scan;
mod scrub;
mod shelf;
mod sources;
mod staging;
mod stats;
#[cfg(test)]
mod stop_tests;
mod sweep;
#[cfg(test)]
mod sweep_tests;
mod swept;
mod traces;
mod trail;
mod unfinished;
mod upkeep;
mod verify;
mod wholes;
mod writer;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use rushes_digest::Digest;
use rushes_disk::{Derived, Disk, DiskFile, Tell};

pub use check::{Checked, Finding};
pub use counts::{Count, Stats};
pub use error::{Damage, IndexError, StoreError};
pub use found::{BlobInfo, StoredAs};
pub use hints::Familiar;
pub use leases::Lease;
pub use ledger::{Damaged, Observer};
pub use loose::{Loose, Promised};
pub use progress::{Pace, ScrubState};
pub use put::{Put, Stored};
pub use read::BlobReader;
pub use reindex::Reindexed;
pub use scrub::Scrubbed;
pub use staging::{SMALL_BYTES_MAX, Staged, Staging};
pub use swept::{LEFT_MAX, Left, Packs, Run, Swept};
pub use verify::{Kept, Verified};

use free::How;
use leases::Held;
use ledger::Aside;
use shelf::Shelf;

/// Longest content of the daemon's own that goes into one record, in bytes.
pub const PACKED_BYTES_MAX: usize = 64 << 20;

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
        Self::open_telling(disk, index_above, boot, &|_, _, _| {})
    }

    /// The same, and says how far it has come: sealed packs that the index knows, then directories
    /// of wholes where it is made anew.
    pub fn open_telling(
        disk: Arc<dyn Disk>,
        index_above: &Path,
        boot: Option<&str>,
        tell: Tell<'_>,
    ) -> Result<Self, StoreError> {
        let (shelf, derived) = open::open(disk, index_above, boot, tell)?;
        Ok(Self { shelf: Arc::new(shelf), derived: Mutex::new(Some(derived)) })
    }

    /// Begins an upload of a user who references what `familiar` knows: only that may stand in for
    /// bytes of the upload. Errors: `Full` when nothing may be written beside the reserve.
    pub fn stage(&self, familiar: Familiar) -> Result<Staging, StoreError> {
        Staging::begin(&self.shelf, familiar)
    }

    /// Begins a file that is written at any offset; `familiar` as for [`Store::stage`]. With a blob
    /// it begins as a copy of it, which shares the disk's blocks where it can.
    pub fn begin(&self, familiar: Familiar, from: Option<&Digest>) -> Result<Loose, StoreError> {
        let loose = Loose::create(&self.shelf, familiar)?;
        if let Some(from) = from {
            loose::copy_blob(&self.shelf, from, &loose)?;
        }
        Ok(loose)
    }

    /// The files that were promised by a process that is gone.
    pub fn promised(&self) -> Result<Vec<Promised>, StoreError> {
        loose::promised(&*self.shelf.disk)
    }

    /// Opens a promised file for reading.
    pub fn open_promised(&self, promised: &Promised) -> Result<Arc<dyn DiskFile>, StoreError> {
        loose::open_promised(&*self.shelf.disk, &promised.name)
    }

    /// Removes a promised file: it is saved, or nobody can want it.
    pub fn forget_promised(&self, promised: &Promised) -> Result<(), StoreError> {
        loose::forget(&*self.shelf.disk, &promised.name)
    }

    /// Keeps a content, durably on return. After an error nobody may rely on it, and putting it
    /// again is safe.
    pub fn put(&self, staged: Staged) -> Result<Put, StoreError> {
        self.shelf.put(staged)
    }

    /// Keeps a content of the daemon's own, compressed where that pays, in a pack; durably on
    /// return. All of it is in memory, and so it is when it is read: it should not be longer than
    /// [`PACKED_BYTES_MAX`], beyond which it is put like any other.
    pub fn put_packed(&self, content: &[u8]) -> Result<Put, StoreError> {
        if content.len() <= PACKED_BYTES_MAX {
            return self.shelf.put_packed(content);
        }
        let mut staging = self.stage(Familiar::with_none())?;
        staging.write(content)?;
        self.put(staging.finish()?)
    }

    /// Takes a damaged file that is not the store's own into quarantine, with a note that says why.
    /// It keeps its name, too, where it is still there. Durable on return.
    pub fn set_aside(&self, path: &Path, why: &str) -> Result<(), StoreError> {
        let aside = match self.shelf.disk.stat(path) {
            Ok(_) => Aside::Linked,
            Err(error) if error.is_missing() => Aside::Gone,
            Err(error) => return Err(error.into()),
        };
        self.shelf.ledger.set_aside(path, why, &[], aside)
    }

    /// Opens a blob for reading; `None` when there is no trace of it. Errors: `Damaged` when it
    /// should be there and is not, or is not what it was.
    pub fn open_blob(&self, digest: &Digest) -> Result<Option<BlobReader>, StoreError> {
        read::open(&self.shelf, digest)
    }

    /// Keeps a blob where it is, if it is there, until the lease is dropped. `None` while it is
    /// being freed.
    pub fn hold(&self, digest: &Digest) -> Option<Lease> {
        self.shelf.leases.share(Held::Blob(*digest))
    }

    /// The blobs that are stored, behind the given one, in the order of their digests: at most
    /// `count`, fewer only at the end.
    pub fn blobs(&self, after: Option<&Digest>, count: usize) -> Result<Vec<BlobInfo>, StoreError> {
        found::list(&self.shelf, after, count)
    }

    /// Frees those of the candidates that are free, then compacts the packs that they leave mostly
    /// dead. `is_free` says whether a blob was released, its grace is over and nothing names it; it
    /// is asked several times, at last while nobody holds the blob. It may also be asked of blobs
    /// that are no candidates, and what it calls free may go.
    ///
    /// A candidate that fails is reported as left. Errors: the index or the writer is gone.
    pub fn sweep(
        &self,
        candidates: &mut dyn Iterator<Item = Digest>,
        is_free: &dyn Fn(&Digest) -> bool,
        run: Run,
    ) -> Result<Swept, StoreError> {
        self.sweep_until(candidates, (is_free, run), Packs::Touched, &AtomicBool::new(false))
    }

    /// The same, with a say in which packs are compacted. Once it is told to stop it ends within
    /// moments, whatever it is at; the next one goes on from what was moved by then.
    pub fn sweep_until(
        &self,
        candidates: &mut dyn Iterator<Item = Digest>,
        (is_free, run): (&dyn Fn(&Digest) -> bool, Run),
        packs: Packs,
        stop: &AtomicBool,
    ) -> Result<Swept, StoreError> {
        sweep::sweep(&self.shelf, candidates, How { is_free, run, stop }, packs)
    }

    /// Compacts every sealed pack of which less than half is needed; `is_free` as for a sweep.
    pub fn compact(
        &self,
        is_free: &dyn Fn(&Digest) -> bool,
        run: Run,
    ) -> Result<Swept, StoreError> {
        let stop = &AtomicBool::new(false);
        sweep::compact(&self.shelf, How { is_free, run, stop })
    }

    /// Takes no more bytes, seals the open pack and leaves the marker of a clean stop. Blobs that
    /// are open can still be read in part; nothing can be opened. A second call does nothing.
    pub fn close(&self) -> Result<(), StoreError> {
        let derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.shelf.cache.close();
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
