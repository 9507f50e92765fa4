//! A whole is read through; one that is wrong is made again from second copies, or goes to
//! quarantine.
//!
//! Invariant: a file is replaced only by one that hashes to its name, and nothing is taken away
//! that was healed meanwhile.

use std::collections::BTreeSet;

use rushes_digest::{Digest, Hasher};
use rushes_disk::DiskFile;

use crate::cutter::{BLOCK_BYTES, Chunk};
use crate::error::StoreError;
use crate::layout;
use crate::ledger::Aside;
use crate::manifest::Manifest;
use crate::room::check_room;
use crate::shelf::Shelf;
use crate::sources::{Search, Source, Sources, load};
use crate::unfinished::Unfinished;
use crate::wholes::OpenWhole;

/// What became of a file that was read through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// It is right.
    Sound,
    /// It is not there any more: freed, or replaced by a put.
    Gone,
    /// It was wrong, and everything that counts in it is whole again.
    Healed,
    /// It was wrong, and bytes are lost.
    Lost,
    /// The disk does not give it out, or refuses to heal it: it stays where it is.
    Unreadable,
    /// The work was stopped before the end.
    Stopped,
}

/// Called with how many bytes were read since the last time; `false` stops the work.
pub type Step<'a> = dyn FnMut(u64) -> bool + 'a;

/// How a file compares with its name.
enum Compared {
    Right,
    Wrong,
    Unreadable,
    Stopped,
}

/// Reads a whole through, and heals it or takes it away when it is wrong.
pub fn judge_whole(
    shelf: &Shelf,
    digest: &Digest,
    buffer: &mut Vec<u8>,
    step: &mut Step<'_>,
) -> Result<Judged, StoreError> {
    let Some(whole) = shelf.open_whole(digest)? else { return Ok(Judged::Gone) };
    match compare(digest, &*whole.file, buffer, step) {
        Compared::Right => {
            shelf.ledger.healed(digest);
            Ok(Judged::Sound)
        }
        Compared::Stopped => Ok(Judged::Stopped),
        Compared::Wrong => heal(shelf, digest, &whole, (true, step)),
        Compared::Unreadable => heal(shelf, digest, &whole, (false, step)),
    }
}

fn compare(
    digest: &Digest,
    file: &dyn DiskFile,
    buffer: &mut Vec<u8>,
    step: &mut Step<'_>,
) -> Compared {
    buffer.resize(BLOCK_BYTES, 0);
    let mut hasher = Hasher::new();
    loop {
        let got = match file.read_at(buffer, hasher.count()) {
            Ok(0) => break,
            Ok(got) => got,
            Err(error) => {
                tracing::warn!(%error, blob = %digest, "a whole cannot be read to its end");
                return Compared::Unreadable;
            }
        };
        hasher.update(buffer.get(..got).unwrap_or_default());
        if !step(got as u64) {
            return Compared::Stopped;
        }
    }
    if hasher.finish() == *digest { Compared::Right } else { Compared::Wrong }
}

/// Makes a wrong whole again, or takes it away. `is_wrong` when it was read to its end: a file that
/// the disk does not give out today is never taken away.
fn heal(
    shelf: &Shelf,
    digest: &Digest,
    whole: &OpenWhole,
    (is_wrong, step): (bool, &mut Step<'_>),
) -> Result<Judged, StoreError> {
    let manifest = match shelf.index.manifest(digest)? {
        Some(known) => shelf.packs.manifest(digest, &known.at).ok(),
        None => None,
    };
    let mut wrong = BTreeSet::new();
    if let Some(manifest) = &manifest {
        wrong = wrong_chunks(manifest, &*whole.file, step);
        if !step(0) {
            return Ok(Judged::Stopped);
        }
        if !is_wrong && wrong.is_empty() {
            return Ok(Judged::Sound);
        }
        let sources = sources(shelf, digest, (manifest, &wrong), step)?;
        if !step(0) {
            return Ok(Judged::Stopped);
        }
        match replace(shelf, digest, whole, (manifest, &wrong, &sources)) {
            Ok(Some(judged)) => return Ok(judged),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, blob = %digest, "a damaged whole cannot be healed now");
                shelf.index.doubt(digest, &whole.stat)?;
                return Ok(Judged::Unreadable);
            }
        }
    }
    if !is_wrong {
        shelf.index.doubt(digest, &whole.stat)?;
        return Ok(Judged::Unreadable);
    }
    let wrong = manifest.as_ref().map(|manifest| (manifest, &wrong));
    let was_there = shelf.take_away(digest, whole.stat, wrong)?;
    Ok(if was_there { Judged::Lost } else { Judged::Gone })
}

/// Chunks that the file does not hold where it should, counted from 0.
fn wrong_chunks(manifest: &Manifest, file: &dyn DiskFile, step: &mut Step<'_>) -> BTreeSet<usize> {
    let (mut wrong, mut start) = (BTreeSet::new(), 0);
    for (number, Chunk { digest, length }) in chunks(manifest).enumerate() {
        if read_chunk(file, start, digest, length).is_none() {
            wrong.insert(number);
        }
        start += u64::from(length);
        if !step(0) {
            break;
        }
    }
    wrong
}

fn chunks(manifest: &Manifest) -> impl Iterator<Item = Chunk> {
    manifest.pieces.iter().map(|piece| piece.chunk)
}

fn read_chunk(file: &dyn DiskFile, at: u64, digest: Digest, length: u32) -> Option<Vec<u8>> {
    let mut content = vec![0; length as usize];
    let got = file.read_at(&mut content, at).ok()?;
    (got == content.len() && Digest::of(&content) == digest).then_some(content)
}

fn sources(
    shelf: &Shelf,
    blob: &Digest,
    (manifest, wrong): (&Manifest, &BTreeSet<usize>),
    step: &mut Step<'_>,
) -> Result<Sources, StoreError> {
    let is_wrong =
        |(number, chunk): (usize, Chunk)| wrong.contains(&number).then_some(chunk.digest);
    let mut goes_on = || step(0);
    let mut search =
        Search::new(shelf, chunks(manifest).enumerate().filter_map(is_wrong), &mut goes_on);
    // What was taken away before may be right where this one is wrong.
    for path in shelf.ledger.quarantined(blob) {
        let mut offset = 0;
        for Chunk { digest, length } in chunks(manifest) {
            search.consider(&digest, Source::File { path: path.clone(), offset, length });
            offset += u64::from(length);
        }
    }
    search.near(blob, manifest);
    search.everywhere()
}

/// Builds a new file and puts it in place; `None` when a chunk is nowhere to be found.
fn replace(
    shelf: &Shelf,
    digest: &Digest,
    whole: &OpenWhole,
    (manifest, wrong, sources): (&Manifest, &BTreeSet<usize>, &Sources),
) -> Result<Option<Judged>, StoreError> {
    check_room(&*shelf.disk, manifest.size)?;
    let (unfinished, file) = Unfinished::create(&shelf.disk)?;
    let mut hasher = Hasher::new();
    for (number, Chunk { digest, length }) in chunks(manifest).enumerate() {
        let at = hasher.count();
        let content = if wrong.contains(&number) {
            sources.get(&digest).and_then(|source| load(shelf, &digest, source))
        } else {
            read_chunk(&*whole.file, at, digest, length)
        };
        let Some(content) = content else { return Ok(None) };
        file.write_all_at(&content, at)?;
        hasher.update(&content);
    }
    if hasher.finish() != *digest {
        return Ok(None);
    }
    drop(file);
    if !shelf.is_still(digest, whole.stat)? {
        return Ok(Some(Judged::Gone));
    }
    let why = format!("{} of its chunks were wrong; healed from second copies", wrong.len());
    shelf.ledger.set_aside(&layout::whole(digest), &why, &[*digest], Aside::Linked)?;
    let chunks: Vec<_> = chunks(manifest).collect();
    shelf.place_whole(digest, &chunks, unfinished)?;
    shelf.ledger.healed(digest);
    Ok(Some(Judged::Healed))
}
