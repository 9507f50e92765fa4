//! A sealed pack is read through; out of one that is damaged everything intact moves to new packs,
//! what is damaged is healed where a second copy exists, and the pack goes to quarantine.
//!
//! Invariant: the old pack leaves its place only once everything that was intact and counted in it
//! is durable elsewhere and nothing but lost bytes is still sought in it.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

use rushes_digest::Digest;
use rushes_disk::DiskFile;

use crate::error::StoreError;
use crate::footer::{Entry, Header, check_header, read_footer};
use crate::heal::{Judged, Step};
use crate::layout;
use crate::leases::{Held, Lease};
use crate::ledger::Aside;
use crate::manifest::{Container, Manifest, Piece};
use crate::moved::{Moves, Placed, Spot, each_in, follow, placed_in};
use crate::moving::Waiting;
use crate::place::{PackId, Place, RecordAt};
use crate::record::{self, BLOB, CHUNK, Head, MANIFEST, Record};
use crate::scan::scan;
use crate::shelf::Shelf;
use crate::sources::{Search, load};

/// How often moved manifests are looked at again, while others move the same blobs.
const ROUNDS_MAX: usize = 8;

/// Reads a sealed pack through, and repacks it when it is damaged. Packs that are not sealed are
/// left alone: the writer has them.
pub fn judge_pack(shelf: &Shelf, id: PackId, step: &mut Step<'_>) -> Result<Judged, StoreError> {
    let Some(size) = shelf.index.sealed(id)? else { return Ok(Judged::Gone) };
    let Some(lease) = shelf.leases.share(Held::Pack(id)) else { return Ok(Judged::Gone) };
    let path = layout::pack(id);
    let file = match shelf.disk.open_read(&path) {
        Ok(file) => file,
        Err(error) if error.is_missing() => {
            // Compaction forgets one before its file goes, and not while somebody holds it.
            return Ok(if lose_pack(shelf, id)? == 0 { Judged::Gone } else { Judged::Lost });
        }
        Err(error) => return Err(error.into()),
    };
    let header = check_header(id, &*file)?;
    if let Header::Newer { version } = header {
        return Err(StoreError::Newer { path, version });
    }
    let entries = read_footer(id, &*file, &path, file.stat()?.size)?;
    let is_complete = header == Header::Known && file.stat()?.size == size;
    let (wrong, why) = match &entries {
        None => (0, "its footer is damaged".to_owned()),
        Some(entries) => {
            let right = count_right(id, &*file, entries, step)?;
            let Some(right) = right else { return Ok(Judged::Stopped) };
            if right == entries.len() && is_complete {
                return Ok(Judged::Sound);
            }
            let wrong = entries.len() - right;
            (wrong, format!("{wrong} of {} records are wrong, header {header:?}", entries.len()))
        }
    };
    tracing::warn!(pack = %id, wrong, why, "a damaged pack is taken apart");
    let end = entries
        .as_deref()
        .and_then(|entries| entries.last())
        .map_or(size, |last| last.offset + last.head.record_bytes() as u64);
    let repack = Repack { shelf, id, file: &*file, end };
    repack.run(lease, &why, step)
}

/// Writes down what is lost with a sealed pack that is gone; tells how many blobs, at least 1, or 0
/// when it was compacted.
pub fn lose_pack(shelf: &Shelf, id: PackId) -> Result<u64, StoreError> {
    if shelf.index.sealed(id)?.is_none() {
        return Ok(0);
    }
    let mut lost = Vec::new();
    each_in(&shelf.index, &shelf.packs, &Container::Pack(id), &mut |blob, _| {
        lost.push(blob);
        Ok(())
    })?;
    let placed = placed_in(&shelf.index, id)?;
    lost.extend(placed.blobs.iter().map(|(digest, _)| *digest));
    for (digest, _) in &placed.manifests {
        if shelf.index.blob(digest)?.is_none() {
            lost.push(*digest);
        }
    }
    lost.sort_unstable();
    lost.dedup();
    shelf.ledger.set_aside(&layout::pack(id), "the file is gone", &lost, Aside::Gone)?;
    forget(shelf, &placed)?;
    shelf.index.forget_pack(id)?;
    shelf.packs.forget(id);
    Ok(lost.len().max(1) as u64)
}

/// How many records of a pack are right; `None` when the work was stopped.
fn count_right(
    id: PackId,
    file: &dyn DiskFile,
    entries: &[Entry],
    step: &mut Step<'_>,
) -> Result<Option<usize>, StoreError> {
    let listed: HashMap<u64, &Head> =
        entries.iter().map(|entry| (entry.offset, &entry.head)).collect();
    let end = entries.last().map_or(0, |last| last.offset + last.head.record_bytes() as u64);
    let (mut right, mut stopped) = (0, false);
    scan::<StoreError>(id, file, end, |at, head, payload| {
        if !stopped && listed.get(&at) == Some(&&head) && holds(&head, payload) {
            right += 1;
        }
        stopped = stopped || !step(head.record_bytes() as u64);
        Ok(())
    })?;
    Ok((!stopped).then_some(right))
}

/// Whether a record whose checksum is right holds what its header says.
fn holds(head: &Head, payload: &[u8]) -> bool {
    match head.kind {
        BLOB | CHUNK => {
            record::unpack(head, payload).is_some_and(|content| Digest::of(&content) == head.digest)
        }
        MANIFEST => record::unpack(head, payload)
            .is_some_and(|content| Manifest::decode(&content).is_some()),
        // What a later version has written is kept as it is.
        _ => true,
    }
}

struct Repack<'a> {
    shelf: &'a Shelf,
    id: PackId,
    file: &'a dyn DiskFile,
    end: u64,
}

impl Repack<'_> {
    fn run(&self, lease: Lease, why: &str, step: &mut Step<'_>) -> Result<Judged, StoreError> {
        let Self { shelf, id, .. } = *self;
        let _nobody_else_moves = shelf.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let named = self.named()?;
        let mut moves = self.copy_intact(&named, step)?;
        let missing: HashSet<_> =
            named.into_iter().filter(|spot| !moves.contains_key(spot)).collect();
        let is_healed = self.heal_chunks(&missing, &mut moves, step)?;
        let left = self.heal_placed(step)?;
        if !step(0) {
            return Ok(Judged::Stopped);
        }
        drop(lease);
        let Some(_alone) = shelf.leases.alone(Held::Pack(id)) else {
            // Somebody reads from it right now: the next pass finds nothing left but to move it.
            return Ok(Judged::Unreadable);
        };
        // Nobody begins to rely on the pack any more.
        let is_known = |spot: &Spot| moves.contains_key(spot) || missing.contains(spot);
        if !self.named()?.iter().all(is_known) {
            // Somebody did meanwhile: the next pass moves that too.
            return Ok(Judged::Unreadable);
        }
        let mut lost = self.follow(&moves)?;
        lost.extend(names(&left));
        lost.sort_unstable();
        lost.dedup();
        shelf.ledger.set_aside(&layout::pack(id), why, &lost, Aside::Moved)?;
        forget(shelf, &left)?;
        shelf.index.forget_pack(id)?;
        shelf.packs.forget(id);
        Ok(if lost.is_empty() && is_healed { Judged::Healed } else { Judged::Lost })
    }

    /// The chunks of the pack that manifests name.
    fn named(&self) -> Result<HashSet<Spot>, StoreError> {
        let own = Container::Pack(self.id);
        let mut named = HashSet::new();
        each_in(&self.shelf.index, &self.shelf.packs, &own, &mut |_, manifest| {
            let is_here =
                |piece: &&Piece| manifest.containers.get(piece.container as usize) == Some(&own);
            let here = manifest.pieces.iter().filter(is_here);
            named.extend(here.map(|piece| (piece.offset, piece.chunk.digest)));
            Ok(())
        })?;
        Ok(named)
    }

    /// Copies what is intact and counts, and tells where the chunks lie now.
    fn copy_intact(&self, named: &HashSet<Spot>, step: &mut Step<'_>) -> Result<Moves, StoreError> {
        let (mut moves, mut waiting) = (Moves::new(), Waiting::new());
        scan::<StoreError>(self.id, self.file, self.end, |at, head, payload| {
            step(head.record_bytes() as u64);
            let lease = match head.kind {
                CHUNK if !named.contains(&(at, head.digest)) => return Ok(()),
                BLOB | MANIFEST if !self.counts(at, &head)? => return Ok(()),
                BLOB | MANIFEST => match self.shelf.leases.share(Held::Blob(head.digest)) {
                    Some(lease) => Some(lease),
                    None => return Ok(()),
                },
                _ => None,
            };
            if !holds(&head, payload) {
                return Ok(());
            }
            let what = ((at, head.digest), head.kind, lease);
            let record = Record::copy(head, payload);
            waiting.push(self.shelf, (what, record), |what, at| note(&mut moves, &what, at))
        })?;
        waiting.finish(|what, at| note(&mut moves, &what, at))?;
        Ok(moves)
    }

    /// Whether the index places a blob or a manifest exactly here.
    fn counts(&self, offset: u64, head: &Head) -> Result<bool, StoreError> {
        let here = RecordAt { pack: self.id, offset, stored_len: head.stored_len };
        let index = &self.shelf.index;
        Ok(match head.kind {
            BLOB => index.blob(&head.digest)? == Some(Place::Packed(here)),
            _ => index.manifest(&head.digest)?.is_some_and(|known| known.at == here),
        })
    }

    /// Writes chunks again from second copies; whether all of them.
    fn heal_chunks(
        &self,
        missing: &HashSet<Spot>,
        moves: &mut Moves,
        step: &mut Step<'_>,
    ) -> Result<bool, StoreError> {
        let mut goes_on = || step(0);
        let search =
            Search::new(self.shelf, missing.iter().map(|(_, digest)| *digest), &mut goes_on);
        let sources = search.everywhere()?;
        let mut all = true;
        for (offset, digest) in missing {
            let content = sources.get(digest).and_then(|source| load(self.shelf, digest, source));
            if let Some(content) = content {
                let at = self.shelf.writer.call(Record::chunk(*digest, &content))??;
                moves.insert((*offset, *digest), at);
            } else {
                all = false;
            }
        }
        Ok(all)
    }

    /// Heals the blobs and manifests that the index still places here; returns those that are lost,
    /// or not healed yet when the work was stopped.
    fn heal_placed(&self, step: &mut Step<'_>) -> Result<Placed, StoreError> {
        let Self { shelf, id, .. } = *self;
        let placed = placed_in(&shelf.index, id)?;
        let mut lost = Placed::default();
        let wanted: Vec<_> = placed.blobs.iter().map(|(digest, _)| *digest).collect();
        let mut goes_on = || step(0);
        let sources = Search::new(shelf, wanted, &mut goes_on).everywhere()?;
        for (digest, place) in placed.blobs {
            let copy = sources.get(&digest).and_then(|source| load(shelf, &digest, source));
            if let Some(content) = copy {
                shelf.writer.call(Record::blob(digest, &content))??;
                shelf.ledger.healed(&digest);
            } else {
                lost.blobs.push((digest, place));
            }
        }
        for (digest, known) in placed.manifests {
            let is_packed = matches!(shelf.index.blob(&digest)?, Some(Place::Packed(_)));
            match shelf.open_whole(&digest)? {
                // It is made again from the file, as the first generation.
                Some(whole) => {
                    if shelf.index.forget_manifest_if(&digest, &known)? {
                        drop(shelf.derive(&digest, &*whole.file)?);
                    }
                }
                None if is_packed => drop(shelf.index.forget_manifest_if(&digest, &known)?),
                None => lost.manifests.push((digest, known)),
            }
        }
        Ok(lost)
    }

    /// Writes newer manifests for the blobs whose chunks have moved; returns those that miss some.
    fn follow(&self, moves: &Moves) -> Result<Vec<Digest>, StoreError> {
        let (store, own) = (self.shelf, Container::Pack(self.id));
        for _ in 0..ROUNDS_MAX {
            let (mut newer, mut lost) = (Vec::new(), Vec::new());
            each_in(&store.index, &store.packs, &own, &mut |blob, manifest| {
                let followed = follow(&manifest, &own, moves);
                if followed.has_rest {
                    lost.push(blob);
                }
                if followed.has_moved {
                    let record = Record::manifest(blob, &followed.manifest);
                    newer.push((blob, store.writer.submit(record)?, followed.has_rest));
                }
                Ok(())
            })?;
            if newer.is_empty() {
                return Ok(lost);
            }
            for (blob, pending, has_lost) in newer {
                pending.wait()??;
                if !has_lost {
                    store.index.set_independent(&blob, &own)?;
                }
            }
        }
        Err(StoreError::Stopped)
    }
}

/// The blobs that are lost with what the index places in a pack.
fn names(placed: &Placed) -> impl Iterator<Item = Digest> {
    let blobs = placed.blobs.iter().map(|(digest, _)| *digest);
    blobs.chain(placed.manifests.iter().map(|(digest, _)| *digest))
}

/// Forgets what was lost, once that is written down.
fn forget(shelf: &Shelf, placed: &Placed) -> Result<(), StoreError> {
    for (digest, place) in &placed.blobs {
        shelf.index.forget_if(digest, place)?;
    }
    for (digest, known) in &placed.manifests {
        shelf.index.forget_manifest_if(digest, known)?;
    }
    Ok(())
}

/// Remembers where a chunk has come to.
fn note(moves: &mut Moves, (spot, kind, _lease): &(Spot, u8, Option<Lease>), at: RecordAt) {
    if *kind == CHUNK {
        moves.insert(*spot, at);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use rushes_disk::{CrashDisk, Disk};

    use super::*;
    use crate::cutter::Chunk;
    use crate::manifest::Piece;
    use crate::open::open;
    use crate::read;

    const TITLE: &[u8] = &[7; 3000];
    const END: &[u8] = b"the end, and nothing but the end";

    fn opened(disk: &CrashDisk, above: &Path) -> Arc<Shelf> {
        Arc::new(
            open(Arc::new(disk.clone()) as Arc<dyn Disk>, above, Some("boot"), &|_, _, _| {})
                .unwrap()
                .0,
        )
    }

    /// Seals the open pack, as a clean stop does.
    fn closed(shelf: &Arc<Shelf>) {
        shelf.writer.stop().unwrap().finish().unwrap();
        shelf.index.close().unwrap();
    }

    fn piece(content: &[u8], at: u64) -> Piece {
        let length = u32::try_from(content.len()).unwrap();
        Piece { chunk: Chunk { digest: Digest::of(content), length }, container: 0, offset: at }
    }

    /// A blob of two packed chunks, its manifest beside them; where the chunks lie.
    fn put(shelf: &Shelf) -> (Digest, [RecordAt; 2]) {
        let chunk = |content: &[u8]| {
            let record = Record::chunk(Digest::of(content), content);
            shelf.writer.call(record).unwrap().unwrap()
        };
        let (title, end) = (chunk(TITLE), chunk(END));
        let blob = [TITLE, END].concat();
        let digest = Digest::of(&blob);
        let pieces = vec![piece(TITLE, title.offset), piece(END, end.offset)];
        let containers = vec![Container::Pack(title.pack)];
        let size = blob.len() as u64;
        let manifest = Manifest { generation: 3, size, containers, pieces };
        shelf.writer.call(Record::manifest(digest, &manifest)).unwrap().unwrap();
        (digest, [title, end])
    }

    fn read(shelf: &Arc<Shelf>, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        let reader = read::open(shelf, digest)?.unwrap();
        let mut bytes = vec![0; 9000];
        let got = reader.read_at(&mut bytes, 0)?;
        bytes.truncate(got);
        Ok(bytes)
    }

    #[test]
    fn a_pack_that_was_never_sealed_keeps_its_name_and_its_places() {
        let (disk, above) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let shelf = opened(&disk, above.path());
        let (digest, [old, _]) = put(&shelf);
        drop(shelf);
        let fresh = tempfile::tempdir().unwrap();
        for above in [above.path(), fresh.path()] {
            let shelf = opened(&disk.restart(), above);
            assert!(read(&shelf, &digest).unwrap() == [TITLE, END].concat());
            assert!(shelf.index.sealed(old.pack).unwrap().is_some());
        }
    }

    #[test]
    fn intact_chunks_move_and_a_wrong_one_is_lost_unless_it_has_a_copy() {
        for has_copy in [false, true] {
            let (disk, above) = (CrashDisk::new(), tempfile::tempdir().unwrap());
            let shelf = opened(&disk, above.path());
            if has_copy {
                shelf.writer.call(Record::blob(Digest::of(END), END)).unwrap().unwrap();
                closed(&shelf);
            }
            drop(shelf);
            let shelf = opened(&disk, above.path());
            let (digest, [title, end]) = put(&shelf);
            closed(&shelf);
            drop(shelf);
            let shelf = opened(&disk, above.path());
            let path = layout::pack(end.pack);
            let at = usize::try_from(end.offset).unwrap() + 50;
            disk.damage(&path, |bytes| bytes[at] ^= 1).unwrap();
            let judged = judge_pack(&shelf, end.pack, &mut |_| true).unwrap();
            assert_eq!(judged, if has_copy { Judged::Healed } else { Judged::Lost });
            assert!(disk.stat(&path).is_err() && title.pack == end.pack);
            let fresh = tempfile::tempdir().unwrap();
            let again = opened(&disk.restart(), fresh.path());
            for shelf in [shelf, again] {
                let damage = shelf.ledger.damage();
                if has_copy {
                    assert!(read(&shelf, &digest).unwrap() == [TITLE, END].concat());
                    assert_eq!(damage, []);
                } else {
                    assert!(matches!(read(&shelf, &digest), Err(StoreError::Damaged { .. })));
                    assert_eq!(damage.len(), 1);
                    let reader = read::open(&shelf, &digest).unwrap().unwrap();
                    let mut front = vec![0; TITLE.len()];
                    assert_eq!(reader.read_at(&mut front, 0).unwrap(), front.len());
                    assert!(front == TITLE);
                }
            }
        }
    }
}
