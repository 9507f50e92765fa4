//! Counting what lies on the disk: mostly from the index, in a thread of its own.
//!
//! Invariant: whoever asks waits for nothing; the answer may be a minute old.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::counts::{Counted, Stats};
use crate::error::StoreError;
use crate::footer::{Entry, read_footer};
use crate::layout;
use crate::place::{PackId, Place};
use crate::record::BLOB;
use crate::shelf::Shelf;

type Result<T> = std::result::Result<T, StoreError>;

/// How many entries of the index are looked at together.
const PAGE: usize = 256;

/// What was counted last; begins to count again when that is old. `None` until the first count is
/// done.
pub fn stats(shelf: &Arc<Shelf>) -> Option<Arc<Stats>> {
    let mut counted = lock(&shelf.counted);
    if counted.is_old() && !counted.is_counting {
        counted.is_counting = true;
        let shelf = Arc::clone(shelf);
        let counting = move || {
            let stats = count(&shelf);
            let mut counted = lock(&shelf.counted);
            counted.is_counting = false;
            match stats {
                Ok(stats) => counted.last = Some((Arc::new(stats), Instant::now())),
                Err(error) => tracing::warn!(%error, "the bytes were not counted"),
            }
        };
        if std::thread::Builder::new().name("count".to_owned()).spawn(counting).is_err() {
            counted.is_counting = false;
        }
    }
    counted.last.as_ref().map(|(stats, _)| Arc::clone(stats))
}

fn lock(counted: &Mutex<Counted>) -> MutexGuard<'_, Counted> {
    counted.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts everything. Slow where there are many blobs.
pub fn count(shelf: &Shelf) -> Result<Stats> {
    let began = Instant::now();
    let mut stats = Stats::default();
    // A blob's full length, by where it lies: the index knows only the stored one.
    let mut raw = HashMap::new();
    for id in layout::packs(&*shelf.disk)? {
        stats.packs.add(shelf.disk.stat(&layout::pack(id))?.size);
        for entry in entries(shelf, id).unwrap_or_default() {
            stats.records_stored.add(u64::from(entry.head.stored_len));
            stats.records_raw.add(u64::from(entry.head.raw_len));
            if entry.head.kind == BLOB && entry.head.raw_len != entry.head.stored_len {
                raw.insert((id, entry.offset), entry.head.raw_len);
            }
        }
    }
    let mut after = None;
    loop {
        let page = shelf.index.blobs(after.as_ref(), PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        for (_, place) in page {
            match place {
                Place::Whole { stat, .. } => {
                    stats.wholes.add(stat.size);
                    stats.logical.add(stat.size);
                }
                Place::Packed(at) => {
                    stats.packed.add(u64::from(at.stored_len));
                    let raw = raw.get(&(at.pack, at.offset)).copied();
                    stats.logical.add(u64::from(raw.unwrap_or(at.stored_len)));
                }
            }
        }
    }
    drop(raw);
    manifests(shelf, &mut stats)?;
    for entry in shelf.disk.list(Path::new(layout::QUARANTINE))? {
        if !layout::is_why(&entry.name) {
            let path = Path::new(layout::QUARANTINE).join(&entry.name);
            stats.quarantine.add(shelf.disk.stat(&path)?.size);
        }
    }
    stats.damaged = shelf.ledger.damage().len() as u64;
    stats.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(stats)
}

fn manifests(shelf: &Shelf, stats: &mut Stats) -> Result<()> {
    let mut after = None;
    loop {
        let page = shelf.index.manifests(after.as_ref(), PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(*last);
        for (digest, known) in page {
            stats.manifests.add(u64::from(known.at.stored_len));
            if shelf.index.blob(&digest)?.is_some() {
                continue;
            }
            // One that cannot be read is a damaged blob, and counted as such.
            if let Ok(manifest) = shelf.packs.manifest(&digest, &known.at) {
                stats.ranges.add(manifest.size);
                stats.logical.add(manifest.size);
            }
        }
    }
}

fn entries(shelf: &Shelf, id: PackId) -> Option<Vec<Entry>> {
    shelf.index.sealed(id).ok()??;
    let path = layout::pack(id);
    let file = shelf.disk.open_read(&path).ok()?;
    read_footer(id, &*file, &path, file.stat().ok()?.size).ok()?
}
