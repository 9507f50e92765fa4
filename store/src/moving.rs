//! Moving what other blobs have in a container, so that the container can go.
//!
//! Knows nothing of when that is worth it. Invariant: a chunk was verified before it is copied, and
//! a blob leaves a container only once a manifest that does without it is durable and in the index.
//! When it is stopped, a manifest says what was moved by then, so that nothing is moved twice.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::{DiskFile, Pending};

use crate::error::{Damage, StoreError};
use crate::free::{How, IsFree, free};
use crate::layout;
use crate::leases::Held;
use crate::manifest::{CONTAINERS_MAX, Container, Manifest, Piece};
use crate::moved::{Followed, Moves, follow};
use crate::place::{PackId, RecordAt};
use crate::record::{self, CHUNK, HEAD_BYTES, Head, MANIFEST, Record};
use crate::room::check_room;
use crate::shelf::Shelf;
use crate::swept::{Left, Run, Swept};

/// Blobs that are looked up at once.
const PAGE: usize = 64;
/// Records that are on their way into a pack: enough to share its syncs.
const WAITING_MAX: usize = 64;
/// The same in bytes: written within moments, so that a stop does not wait.
const WAITING_BYTES_MAX: usize = 1 << 20;
/// Moved chunks that are remembered from one blob to the next: beyond that some are copied twice.
const MOVED_MAX: usize = 64 << 10;
/// How often a blob may change while it is being moved before that is left to the next time.
const ATTEMPTS_MAX: usize = 4;

/// Moves all that other blobs have in `from`, or plans to. Those that are free themselves are given
/// up instead. Tells in which packs that leaves less.
pub fn all_from(
    shelf: &Shelf,
    from: Container,
    how: How<'_>,
    swept: &mut Swept,
) -> Result<Vec<PackId>, Left> {
    let mut packs = Vec::new();
    let mut mover = Mover { shelf, from, how, file: None, moved: Moves::new(), bytes: 0 };
    let mut after = None;
    loop {
        let blobs = shelf.index.dependents(&from, after.as_ref(), PAGE)?;
        for blob in &blobs {
            how.check()?;
            if is_gone(shelf, blob, how.is_free) {
                if how.run == Run::Plan {
                    continue;
                }
                // One that somebody takes up again meanwhile is moved like any other.
                if let Ok(less) = free(shelf, blob, how, swept) {
                    packs.extend(less);
                }
            }
            if how.run == Run::Plan {
                swept.bytes_moved += bytes_in(shelf, blob, &from)?;
                continue;
            }
            let taken = mover.take_away(blob);
            swept.bytes_moved += std::mem::take(&mut mover.bytes);
            taken?;
        }
        match blobs.last() {
            Some(last) if blobs.len() == PAGE => after = Some(*last),
            _ => return Ok(packs),
        }
    }
}

/// Whether a blob would be given up as things stand.
pub fn is_gone(shelf: &Shelf, blob: &Digest, is_free: IsFree<'_>) -> bool {
    is_free(blob) && !shelf.leases.is_held(Held::Blob(*blob))
}

/// The newest manifest of a blob, where it has chunks in a container.
pub fn manifest_in(
    shelf: &Shelf,
    blob: &Digest,
    container: &Container,
) -> Result<Option<Manifest>, StoreError> {
    let Some(known) = shelf.index.manifest(blob)? else { return Ok(None) };
    let manifest = shelf.packs.manifest(blob, &known.at)?;
    Ok(manifest.containers.contains(container).then_some(manifest))
}

/// The offsets in a container at which a blob's chunks lie, and their lengths.
pub fn pieces_in(manifest: &Manifest, container: &Container) -> HashMap<u64, u32> {
    let is_in = |piece: &&Piece| {
        manifest.containers.get(piece.container as usize).is_some_and(|other| other == container)
    };
    manifest.pieces.iter().filter(is_in).map(|piece| (piece.offset, piece.chunk.length)).collect()
}

fn bytes_in(shelf: &Shelf, blob: &Digest, container: &Container) -> Result<u64, StoreError> {
    let manifest = manifest_in(shelf, blob, container)?;
    let pieces = manifest.map(|manifest| pieces_in(&manifest, container)).unwrap_or_default();
    Ok(pieces.values().map(|length| u64::from(*length)).sum())
}

/// Records that were handed to the pack writer. None is on its way any more once this is dropped:
/// it would enter the index behind the back of whoever frees the blob next.
pub struct Waiting<T> {
    records: Vec<(T, Pending<Result<RecordAt, StoreError>>)>,
    bytes: usize,
}

impl<T> Waiting<T> {
    /// None yet.
    pub fn new() -> Self {
        Self { records: Vec::new(), bytes: 0 }
    }

    /// Hands a record in, and waits for those before it when there are many.
    pub fn push(
        &mut self,
        to: &Shelf,
        (name, record): (T, Record),
        done: impl FnMut(T, RecordAt),
    ) -> Result<(), StoreError> {
        if self.records.len() >= WAITING_MAX || self.bytes >= WAITING_BYTES_MAX {
            self.finish(done)?;
        }
        self.bytes += record.len();
        self.records.push((name, to.writer.submit(record)?));
        Ok(())
    }

    /// Waits until all are durable and in the index, and tells where each one lies. Errors: that of
    /// the first one that failed; all are waited for.
    pub fn finish(&mut self, mut done: impl FnMut(T, RecordAt)) -> Result<(), StoreError> {
        self.bytes = 0;
        let mut all = Ok(());
        for (name, pending) in self.records.drain(..) {
            match pending.wait().map_err(StoreError::from).flatten() {
                Ok(at) => done(name, at),
                Err(error) => all = all.and(Err(error)),
            }
        }
        all
    }
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        // Whoever drops this has met an error already.
        let _ = self.finish(|_, _| {});
    }
}

/// Reads an intact record of a pack whose content is what its header says.
pub fn read_record(
    file: &dyn DiskFile,
    (pack, offset): (PackId, u64),
) -> Result<Option<(Head, Vec<u8>)>, StoreError> {
    let mut front = [0; HEAD_BYTES];
    file.read_at(&mut front, offset)?;
    let Some(head) = Head::parse(&front) else { return Ok(None) };
    let mut bytes = vec![0; head.record_bytes()];
    let got = file.read_at(&mut bytes, offset)?;
    let intact = || {
        let (head, payload) = record::open(pack, bytes.get(..got)?)?;
        let names_its_content = matches!(head.kind, CHUNK | record::BLOB);
        let is_right =
            !names_its_content || Digest::of(&record::unpack(&head, payload)?) == head.digest;
        is_right.then(|| (head, payload.to_vec()))
    };
    Ok(intact())
}

struct Mover<'a> {
    shelf: &'a Shelf,
    from: Container,
    how: How<'a>,
    file: Option<Arc<dyn DiskFile>>,
    /// Where the chunks went.
    moved: Moves,
    /// How much was copied.
    bytes: u64,
}

impl Mover<'_> {
    /// The container's file, opened by the first chunk that is wanted.
    fn file(&mut self) -> Result<Arc<dyn DiskFile>, Left> {
        if let Some(file) = &self.file {
            return Ok(Arc::clone(file));
        }
        let place = place(&self.from);
        let opened = self.shelf.disk.open_read(&place).map_err(|error| {
            if error.is_missing() {
                Left::Damaged { place, damage: Damage::Missing }
            } else {
                error.into()
            }
        });
        Ok(Arc::clone(self.file.insert(opened?)))
    }

    /// Gives a blob a manifest without the container.
    fn take_away(&mut self, blob: &Digest) -> Result<(), Left> {
        for _ in 0..ATTEMPTS_MAX {
            let seen = self.shelf.index.manifest(blob)?;
            match manifest_in(self.shelf, blob, &self.from)? {
                Some(manifest) => self.rewrite(blob, &manifest)?,
                None if self.shelf.index.leave(blob, &self.from, seen)? => return Ok(()),
                // It has another manifest by now.
                None => {}
            }
        }
        Err(Left::Held)
    }

    /// Moves a blob's chunks and writes its next manifest, which says what was moved even when that
    /// is not all: then the work was stopped.
    fn rewrite(&mut self, blob: &Digest, old: &Manifest) -> Result<(), Left> {
        if self.moved.len() > MOVED_MAX {
            self.moved.clear();
        }
        self.move_chunks(old)?;
        let Followed { manifest, has_moved, has_rest } = follow(old, &self.from, &self.moved);
        if manifest.containers.len() > CONTAINERS_MAX {
            return Err(Left::Failed(StoreError::TooLarge { chunks_max: CONTAINERS_MAX }));
        }
        if has_moved {
            self.shelf.writer.call(Record::manifest(*blob, &manifest))??;
        }
        if has_rest { Err(Left::Stopped) } else { Ok(()) }
    }

    fn move_chunks(&mut self, old: &Manifest) -> Result<(), Left> {
        let (to, from) = (self.shelf, self.from);
        if matches!(from, Container::Whole(_)) {
            let bytes = pieces_in(old, &from).values().map(|length| u64::from(*length)).sum();
            check_room(&*to.disk, bytes)?;
        }
        let (mut waiting, mut asked, mut start) = (Waiting::new(), HashSet::new(), 0);
        for piece in &old.pieces {
            let is_here = old.containers.get(piece.container as usize) == Some(&from);
            let spot = (piece.offset, piece.chunk.digest);
            if is_here && !self.moved.contains_key(&spot) && asked.insert(spot) {
                if self.how.check().is_err() {
                    break;
                }
                let record = self.chunk(piece, start)?;
                self.bytes += record.len() as u64;
                let moved = &mut self.moved;
                waiting.push(to, (spot, record), |spot, at| moved.extend([(spot, at)]))?;
            }
            start += u64::from(piece.chunk.length);
        }
        Ok(waiting.finish(|spot, at| self.moved.extend([(spot, at)]))?)
    }

    /// A chunk of the container, verified, on its way into a pack.
    fn chunk(&mut self, piece: &Piece, start: u64) -> Result<Record, Left> {
        let (file, container) = (self.file()?, self.from);
        let damaged = || {
            let damage = Damage::Chunk { offset: start };
            Left::Damaged { place: place(&container), damage }
        };
        let digest = piece.chunk.digest;
        match self.from {
            Container::Whole(_) => {
                let mut bytes = vec![0; piece.chunk.length as usize];
                let got = file.read_at(&mut bytes, piece.offset)?;
                let is_right = got == bytes.len() && Digest::of(&bytes) == digest;
                is_right.then(|| Record::chunk(digest, &bytes)).ok_or_else(damaged)
            }
            Container::Pack(pack) => {
                let found = read_record(&*file, (pack, piece.offset))?;
                let found =
                    found.filter(|(head, _)| head.kind != MANIFEST && head.digest == digest);
                let (head, payload) = found.ok_or_else(damaged)?;
                Ok(Record::copy(Head { kind: CHUNK, ..head }, &payload))
            }
        }
    }
}

fn place(container: &Container) -> std::path::PathBuf {
    match container {
        Container::Whole(digest) => layout::whole(digest),
        Container::Pack(pack) => layout::pack(*pack),
    }
}
