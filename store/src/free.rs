//! Giving up one blob: its entries, and its file where it is a whole.
//!
//! Knows nothing of candidates and packs. Invariant: whether a blob is free is asked again while
//! nobody else holds it; the index forgets it before its bytes go, so that a crash in between
//! leaves bytes that no entry names, never an entry without bytes.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use rushes_digest::Digest;

use crate::error::StoreError;
use crate::layout;
use crate::leases::Held;
use crate::manifest::Container;
use crate::place::{ManifestAt, PackId, Place};
use crate::record::FRAME_BYTES;
use crate::shelf::Shelf;
use crate::swept::{Left, Run, Swept};

/// Says whether a blob was released, its grace is over and nothing names it.
pub type IsFree<'a> = &'a dyn Fn(&Digest) -> bool;

/// How bytes are freed.
#[derive(Clone, Copy)]
pub struct How<'a> {
    /// Which blobs are free.
    pub is_free: IsFree<'a>,
    /// Whether anything is changed.
    pub run: Run,
    /// Told to stop, the work ends with the next chunk or record.
    pub stop: &'a AtomicBool,
}

impl How<'_> {
    /// Goes on unless it was told to stop.
    pub fn check(&self) -> Result<(), Left> {
        if self.stop.load(Ordering::Relaxed) { Err(Left::Stopped) } else { Ok(()) }
    }
}

/// Everything that there is of a blob.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    place: Option<Place>,
    manifest: Option<ManifestAt>,
    /// Length of its file in `whole/`.
    file_bytes: Option<u64>,
}

impl Seen {
    fn of(shelf: &Shelf, digest: &Digest) -> Result<Self, StoreError> {
        let place = shelf.index.blob(digest)?;
        let manifest = shelf.index.manifest(digest)?;
        let file_bytes = match place {
            Some(Place::Packed(_)) => None,
            _ => match shelf.disk.stat(&layout::whole(digest)) {
                Ok(stat) => Some(stat.size),
                Err(error) if error.is_missing() => None,
                Err(error) => return Err(error.into()),
            },
        };
        Ok(Self { place, manifest, file_bytes })
    }

    /// Bytes of its records.
    fn record_bytes(&self) -> u64 {
        let blob = match self.place {
            Some(Place::Packed(at)) => Some(at),
            _ => None,
        };
        let records = blob.into_iter().chain(self.manifest.map(|manifest| manifest.at));
        records.map(|at| FRAME_BYTES as u64 + u64::from(at.stored_len)).sum()
    }

    /// The packs in which bytes are dead once the blob is gone.
    fn packs(&self, containers: &[Container]) -> Vec<PackId> {
        let on = containers.iter().filter_map(|container| match container {
            Container::Pack(pack) => Some(*pack),
            Container::Whole(_) => None,
        });
        let packed = match self.place {
            Some(Place::Packed(at)) => Some(at.pack),
            _ => None,
        };
        on.chain(packed).chain(self.manifest.map(|manifest| manifest.at.pack)).collect()
    }
}

/// Gives up a blob on whose whole no other blob depends. Tells in which packs there is less that
/// lives now. `Run::Plan` changes nothing.
pub fn free(
    shelf: &Shelf,
    digest: &Digest,
    How { is_free, run, .. }: How<'_>,
    swept: &mut Swept,
) -> Result<Vec<PackId>, Left> {
    let seen = Seen::of(shelf, digest)?;
    if seen == (Seen { place: None, manifest: None, file_bytes: None }) {
        if run == Run::Really {
            shelf.ledger.healed(digest);
        }
        return Ok(Vec::new());
    }
    // Without its manifest the entries that it left are passed over, and removed by whoever does.
    let manifest = seen.manifest.map(|known| shelf.packs.manifest(digest, &known.at));
    let containers = match manifest {
        Some(Ok(manifest)) => manifest.containers,
        Some(Err(StoreError::Damaged { .. })) | None => Vec::new(),
        Some(Err(error)) => return Err(error.into()),
    };
    if run == Run::Really {
        let set_aside = forget(shelf, digest, (&seen, &containers), is_free)?;
        // Nobody misses the bytes any more.
        shelf.ledger.healed(digest);
        if let Err(error) = shelf.cache.forget(digest) {
            tracing::warn!(%error, "the copy of a blob that was freed stays until the next start");
        }
        if let Some(path) = set_aside {
            shelf.disk.sync_dir(&layout::whole_dir(digest))?;
            shelf.disk.remove(&path)?;
        }
    } else if shelf.leases.is_held(Held::Blob(*digest)) {
        return Err(Left::Held);
    }
    swept.blobs += 1;
    swept.bytes_freed += seen.file_bytes.unwrap_or(0);
    swept.bytes_dead += seen.record_bytes();
    Ok(seen.packs(&containers))
}

/// What may happen only while nobody holds the blob: moments, whatever its length. Its file is
/// given another name, because freeing the blocks of a long one takes its time.
fn forget(
    shelf: &Shelf,
    digest: &Digest,
    (seen, containers): (&Seen, &[Container]),
    is_free: IsFree<'_>,
) -> Result<Option<PathBuf>, Left> {
    let _alone = shelf.leases.alone(Held::Blob(*digest)).ok_or(Left::Held)?;
    if !is_free(digest) {
        return Err(Left::Named);
    }
    let own = Container::Whole(*digest);
    if Seen::of(shelf, digest)? != *seen || !shelf.index.dependents(&own, None, 1)?.is_empty() {
        return Err(Left::Held);
    }
    shelf.index.forget(digest)?;
    shelf.index.forget_manifest(digest)?;
    for container in containers {
        shelf.index.set_independent(digest, container)?;
    }
    if seen.file_bytes.is_none() {
        return Ok(None);
    }
    // A killed process must not come back to an entry whose file is gone.
    shelf.index.flush()?;
    let aside = layout::new_staging();
    if let Err(error) = shelf.disk.rename(&layout::whole(digest), &aside) {
        // It is still there, so it stays known.
        if let Some(Place::Whole { stat, sound }) = seen.place {
            shelf.index.enter_wholes(&[(*digest, stat)])?;
            if !sound {
                shelf.index.doubt(digest, &stat)?;
            }
        }
        return Err(error.into());
    }
    Ok(Some(aside))
}
