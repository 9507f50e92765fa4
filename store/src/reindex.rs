//! Reindex, while everything else goes on: enters what the index lacks, drops what is not there.
//!
//! Invariant: no byte is deleted, nothing enters that was not there, and what is dropped is written
//! down as damage.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use rushes_digest::Digest;
use rushes_disk::{DiskError, Kind, Verb};

use crate::error::{IndexError, StoreError};
use crate::footer::{Entry, read_footer};
use crate::index::BATCH_ENTRIES_MAX;
use crate::layout;
use crate::leases::Held;
use crate::place::{PackId, Place, WholeStat};
use crate::record::{BLOB, MANIFEST};
use crate::recover::{whole_of, with_traces};
use crate::repack::lose_pack;
use crate::scrub::lose;
use crate::shelf::Shelf;

type Result<T> = std::result::Result<T, StoreError>;

/// How many entries of the index are looked at together.
const PAGE: usize = 256;

/// What a reindex has done, or how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reindexed {
    /// Packs and wholes that were looked at.
    pub files: u64,
    /// Entries that were missing or different.
    pub entered: u64,
    /// Entries whose target is not there.
    pub dropped: u64,
    /// Files that could not be used: damaged, or the disk does not give them out.
    pub refused: u64,
}

/// Brings the index up to date with the disk.
pub fn reindex(shelf: &Shelf, progress: &mut dyn FnMut(&Reindexed)) -> Result<Reindexed> {
    let mut done = Reindexed::default();
    let packs: HashSet<PackId> = layout::packs(&*shelf.disk)?.into_iter().collect();
    for id in &packs {
        match enter_pack(shelf, *id, &packs) {
            Ok(count) => done.entered += count,
            Err(error) => refuse(&mut done, error)?,
        }
        done.files += 1;
        progress(&done);
    }
    for dir in layout::whole_dirs() {
        for entry in shelf.disk.list(&dir)? {
            let Some(digest) = whole_of(&entry.name).filter(|_| entry.kind == Kind::File) else {
                continue;
            };
            match enter_whole(shelf, &digest) {
                Ok(is_new) => done.entered += u64::from(is_new),
                Err(error) => refuse(&mut done, error)?,
            }
            done.files += 1;
        }
        progress(&done);
    }
    done.dropped = drop_wholes(shelf)? + drop_packs(shelf)?;
    progress(&done);
    Ok(done)
}

/// One bad file is not the end; a store that is being closed is.
fn refuse(done: &mut Reindexed, error: StoreError) -> Result<()> {
    if matches!(error, StoreError::Index(IndexError::Closed) | StoreError::Stopped) {
        return Err(error);
    }
    tracing::warn!(%error, "a file is not entered into the index");
    done.refused += 1;
    Ok(())
}

/// Enters the records of a sealed pack that the index does not know. What it places in another pack
/// that is there stays so.
fn enter_pack(shelf: &Shelf, id: PackId, packs: &HashSet<PackId>) -> Result<u64> {
    let Some(_lease) = shelf.leases.share(Held::Pack(id)) else { return Ok(0) };
    let path = layout::pack(id);
    let file = shelf.disk.open_read(&path)?;
    let size = file.stat()?.size;
    let known = shelf.index.sealed(id)?;
    let Some(entries) = read_footer(id, &*file, &path, size)? else {
        // The open pack has none yet.
        return if known.is_none() { Ok(0) } else { Err(damaged(&path)) };
    };
    let mut missing = Vec::new();
    for entry in entries {
        if lacks(shelf, &entry, packs)? {
            missing.push(entry);
        }
    }
    let count = missing.len() as u64;
    for some in with_traces(id, &*file, missing)?.chunks(BATCH_ENTRIES_MAX) {
        // In parts: others enter what was put meanwhile.
        shelf.index.enter(id, some)?;
    }
    if known != Some(size) {
        shelf.index.set_sealed(id, size)?;
    }
    Ok(count)
}

fn damaged(path: &Path) -> StoreError {
    let source = io::Error::new(io::ErrorKind::InvalidData, "its footer is damaged: scrub");
    StoreError::Disk(DiskError::new(Verb::Read, path, source))
}

fn lacks(shelf: &Shelf, entry: &Entry, packs: &HashSet<PackId>) -> Result<bool> {
    let digest = &entry.head.digest;
    let is_there = |pack| packs.contains(&pack) || shelf.disk.stat(&layout::pack(pack)).is_ok();
    Ok(match entry.head.kind {
        BLOB => match shelf.index.blob(digest)? {
            Some(Place::Packed(at)) => !is_there(at.pack),
            Some(Place::Whole { .. }) => false,
            None => true,
        },
        MANIFEST => match shelf.index.manifest(digest)? {
            Some(known) if is_there(known.at.pack) => known.generation < entry.generation,
            Some(known) => shelf.index.forget_manifest_if(digest, &known)?,
            None => true,
        },
        _ => false,
    })
}

/// Enters a whole that the index does not know as it looks now, once it was read through.
fn enter_whole(shelf: &Shelf, digest: &Digest) -> Result<bool> {
    let Some(_lease) = shelf.leases.share(Held::Blob(*digest)) else { return Ok(false) };
    let Some(whole) = shelf.open_whole(digest)? else { return Ok(false) };
    let is_known = |stat: WholeStat| stat == whole.stat;
    match shelf.index.blob(digest)? {
        Some(Place::Whole { stat, .. }) if is_known(stat) => Ok(false),
        _ => shelf.adopt(digest, &whole).map(|_| true),
    }
}

fn drop_wholes(shelf: &Shelf) -> Result<u64> {
    let (mut dropped, mut after) = (0, None);
    loop {
        let page = shelf.index.blobs(after.as_ref(), PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(dropped) };
        after = Some(*last);
        for (digest, place) in page {
            if matches!(place, Place::Whole { .. }) {
                dropped += u64::from(lose(shelf, &digest, &place)?);
            }
        }
    }
}

/// Drops what lies in packs that are gone, and writes down what is lost with each.
fn drop_packs(shelf: &Shelf) -> Result<u64> {
    let mut dropped = 0;
    for pack in shelf.index.sealed_packs()? {
        let Some(_lease) = shelf.leases.share(Held::Pack(pack)) else { continue };
        let is_gone = shelf.disk.stat(&layout::pack(pack)).is_err_and(|error| error.is_missing());
        if is_gone {
            dropped += lose_pack(shelf, pack)?;
        }
    }
    Ok(dropped)
}
