//! Reading a blob.
//!
//! Invariant: every byte that is read was verified since it left the disk. Only
//! [`BlobReader::exact_file`] hands out a file as it is.

use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex, PoisonError};

use rushes_digest::Digest;
use rushes_disk::DiskFile;

use crate::copy;
use crate::error::{Damage, StoreError};
use crate::layout;
use crate::leases::{Held, Lease};
use crate::ledger::Damaged;
use crate::manifest::{Container, Manifest};
use crate::pieces::{Located, Pieces};
use crate::place::{Place, WholeStat};
use crate::shelf::Shelf;
use crate::wholes::OpenWhole;

/// Chunks that an open blob keeps in memory: small reads in order, from two places at once, do not
/// hash a chunk again.
const CHUNKS_KEPT: usize = 2;

/// An open blob. Many threads may read at once.
#[derive(Debug)]
pub struct BlobReader {
    digest: Digest,
    size: u64,
    body: Body,
    /// What is open is not freed.
    _lease: Lease,
}

#[derive(Debug)]
enum Body {
    /// A small blob, verified when it was opened.
    Memory(Vec<u8>),
    Chunked(Chunked),
}

#[derive(Debug)]
struct Chunked {
    shelf: Arc<Shelf>,
    /// The file that is exactly the blob, where there is one.
    whole: Option<OpenWhole>,
    /// A copy of a blob in ranges that is exactly the blob, where there is one.
    copy: Option<Arc<dyn DiskFile>>,
    /// Whether it looks as the index says, and no damage was met in it.
    is_exact: bool,
    /// Loaded by the first read: passthrough never needs them.
    pieces: Mutex<Option<Arc<Pieces>>>,
    kept: Mutex<VecDeque<(usize, Arc<Vec<u8>>)>>,
}

/// Opens a blob; `None` when there is no trace of it.
pub fn open(shelf: &Arc<Shelf>, digest: &Digest) -> Result<Option<BlobReader>, StoreError> {
    let lease = shelf.leases.wait_to_share(Held::Blob(*digest));
    let found = match find(shelf, digest) {
        // Records are copied before their pack goes: the index tells where to by now.
        Err(StoreError::Damaged { damage: Damage::Missing, .. }) => find(shelf, digest),
        found => found,
    };
    let Some((size, body)) = found? else { return Ok(None) };
    Ok(Some(BlobReader { digest: *digest, size, body, _lease: lease }))
}

fn find(shelf: &Arc<Shelf>, digest: &Digest) -> Result<Option<(u64, Body)>, StoreError> {
    let missing = |place| StoreError::Damaged { digest: *digest, place, damage: Damage::Missing };
    match shelf.index.blob(digest)? {
        Some(Place::Packed(at)) => {
            let content = shelf.packs.content(digest, digest, &at)?;
            let size = content.len() as u64;
            Ok(Some((size, Body::Memory(content))))
        }
        Some(Place::Whole { stat, sound }) => {
            let whole = shelf.open_whole(digest)?.ok_or_else(|| missing(layout::whole(digest)))?;
            of_whole(shelf, digest, whole, Some((stat, sound))).map(Some)
        }
        None => match shelf.open_whole(digest)? {
            Some(whole) => of_whole(shelf, digest, whole, None).map(Some),
            None => match (of_ranges(shelf, digest)?, shelf.ledger.of(digest)) {
                (None, Some(Damaged { place, .. })) => {
                    let damage = Damage::Quarantined;
                    Err(StoreError::Damaged { digest: *digest, place, damage })
                }
                (found, _) => Ok(found),
            },
        },
    }
}

fn of_whole(
    shelf: &Arc<Shelf>,
    digest: &Digest,
    whole: OpenWhole,
    known: Option<(WholeStat, bool)>,
) -> Result<(u64, Body), StoreError> {
    let (is_exact, pieces) = match known {
        Some((stat, sound)) if stat == whole.stat => (sound, None),
        _ => (true, Some(Arc::new(Pieces::new(shelf.adopt(digest, &whole)?)))),
    };
    let size = whole.stat.size;
    Ok((size, chunked(shelf, (Some(whole), None), is_exact, pieces)))
}

fn of_ranges(shelf: &Arc<Shelf>, digest: &Digest) -> Result<Option<(u64, Body)>, StoreError> {
    let Some(known) = shelf.index.manifest(digest)? else { return Ok(None) };
    let manifest = shelf.packs.manifest(digest, &known.at)?;
    let is_own = manifest.containers == [Container::Whole(*digest)];
    if is_own && shelf.ledger.of(digest).is_none() {
        // The manifest of a whole that is not there, and perhaps never was, durably.
        return Ok(None);
    }
    let size = manifest.size;
    let pieces = Some(Arc::new(Pieces::new(manifest)));
    let copy = shelf.cache.get(digest);
    Ok(Some((size, chunked(shelf, (None, copy), false, pieces))))
}

fn chunked(
    shelf: &Arc<Shelf>,
    (whole, copy): (Option<OpenWhole>, Option<Arc<dyn DiskFile>>),
    is_exact: bool,
    pieces: Option<Arc<Pieces>>,
) -> Body {
    Body::Chunked(Chunked {
        shelf: Arc::clone(shelf),
        copy,
        whole,
        is_exact,
        pieces: Mutex::new(pieces),
        kept: Mutex::default(),
    })
}

impl BlobReader {
    /// The blob's name.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The file that is exactly this blob, read-only, where there is one; for kernel passthrough.
    /// What is read from it is not verified: size, time and inode were compared when it was opened.
    pub fn exact_file(&self) -> Option<BorrowedFd<'_>> {
        match &self.body {
            Body::Chunked(Chunked { whole: Some(whole), is_exact: true, .. }) => whole.file.fd(),
            Body::Chunked(Chunked { copy: Some(copy), .. }) => copy.fd(),
            _ => None,
        }
    }

    /// Reads at an offset; fewer bytes than asked for only at the end. On an error the buffer holds
    /// nothing of use.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, StoreError> {
        match &self.body {
            Body::Memory(content) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX).min(content.len());
                Ok(fill(buffer, content.get(from..).unwrap_or_default()))
            }
            Body::Chunked(chunked) => {
                let read = chunked.read_at(&self.digest, buffer, offset);
                if let Ok(count) = read {
                    chunked.count(&self.digest, self.size, count);
                }
                read.inspect_err(|error| {
                    if let StoreError::Damaged { place, .. } = error
                        && let Some(whole) = layout::whole_at(place)
                    {
                        chunked.shelf.doubt(&whole);
                    }
                })
            }
        }
    }
}

impl Chunked {
    fn read_at(
        &self,
        digest: &Digest,
        buffer: &mut [u8],
        offset: u64,
    ) -> Result<usize, StoreError> {
        let pieces = self.pieces(digest)?;
        match self.read_pieces(&pieces, digest, buffer, offset) {
            Err(error @ StoreError::Damaged { damage: Damage::Missing, .. }) => {
                // Chunks are moved before what held them goes: a newer manifest tells where to.
                match self.newer(digest, pieces.generation())? {
                    Some(newer) => self.read_pieces(&newer, digest, buffer, offset),
                    None => Err(error),
                }
            }
            read => read,
        }
    }

    /// Counts what was read of a blob in ranges, which gets a copy when that is often.
    fn count(&self, digest: &Digest, size: u64, count: usize) {
        let is_in_ranges = self.whole.is_none() && self.copy.is_none();
        if is_in_ranges
            && self.shelf.cache.is_wanted(digest, size, count)
            && let Ok(pieces) = self.pieces(digest)
        {
            copy::start(&self.shelf, *digest, size, pieces);
        }
    }

    fn read_pieces(
        &self,
        pieces: &Pieces,
        digest: &Digest,
        buffer: &mut [u8],
        offset: u64,
    ) -> Result<usize, StoreError> {
        let mut done = 0;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let Some(located) = pieces.at(offset + done as u64) else { break };
            let length = located.piece.chunk.length as usize;
            done += if located.within == 0 && length <= rest.len() {
                // What is wanted in full goes straight to where it is wanted.
                pieces.load_row(&self.shelf, self.own_file(), (digest, &located), rest)?
            } else {
                let chunk = self.chunk(pieces, digest, &located)?;
                fill(rest, chunk.get(located.within..).unwrap_or_default())
            };
        }
        Ok(done)
    }

    /// The blob's manifest, if there is a newer one than that of a generation.
    fn newer(&self, digest: &Digest, than: u64) -> Result<Option<Arc<Pieces>>, StoreError> {
        let known = self.shelf.index.manifest(digest)?;
        let Some(known) = known.filter(|known| known.generation > than) else { return Ok(None) };
        let pieces = Arc::new(Pieces::new(self.shelf.packs.manifest(digest, &known.at)?));
        let mut slot = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(Arc::clone(&pieces));
        Ok(Some(pieces))
    }

    fn chunk(
        &self,
        pieces: &Pieces,
        digest: &Digest,
        located: &Located<'_>,
    ) -> Result<Arc<Vec<u8>>, StoreError> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, chunk)) = kept().iter().find(|(number, _)| *number == located.number) {
            return Ok(Arc::clone(chunk));
        }
        let mut chunk = vec![0; located.piece.chunk.length as usize];
        pieces.load(&self.shelf, self.own_file(), (digest, located), &mut chunk)?;
        let chunk = Arc::new(chunk);
        let mut kept = kept();
        if kept.len() >= CHUNKS_KEPT {
            kept.pop_front();
        }
        kept.push_back((located.number, Arc::clone(&chunk)));
        Ok(chunk)
    }

    /// The list of chunks; for a whole without a good one it is made again from the file.
    fn pieces(&self, digest: &Digest) -> Result<Arc<Pieces>, StoreError> {
        let mut slot = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pieces) = &*slot {
            return Ok(Arc::clone(pieces));
        }
        let manifest = match (self.kept_manifest(digest)?, &self.whole) {
            (Some(manifest), _) => manifest,
            // Its manifest may be on its way still.
            (None, Some(whole)) => self.shelf.verified(digest, whole)?,
            (None, None) => {
                let place = layout::whole(digest);
                return Err(StoreError::Damaged {
                    digest: *digest,
                    place,
                    damage: Damage::Missing,
                });
            }
        };
        let pieces = Arc::new(Pieces::new(manifest));
        *slot = Some(Arc::clone(&pieces));
        Ok(pieces)
    }

    fn kept_manifest(&self, digest: &Digest) -> Result<Option<Manifest>, StoreError> {
        let Some(known) = self.shelf.index.manifest(digest)? else { return Ok(None) };
        match self.shelf.packs.manifest(digest, &known.at) {
            // One from before there was this file may name what is gone.
            Ok(manifest)
                if self.whole.is_some() && manifest.containers != [Container::Whole(*digest)] =>
            {
                Ok(None)
            }
            Ok(manifest) => Ok(Some(manifest)),
            Err(StoreError::Damaged { .. }) if self.whole.is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn own_file(&self) -> Option<&OpenWhole> {
        self.whole.as_ref()
    }
}

fn fill(to: &mut [u8], from: &[u8]) -> usize {
    let count = from.len().min(to.len());
    if let (Some(to), Some(from)) = (to.get_mut(..count), from.get(..count)) {
        to.copy_from_slice(from);
    }
    count
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rushes_disk::{CrashDisk, Disk};

    use super::*;
    use crate::cutter::Chunk;
    use crate::hints::Familiar;
    use crate::manifest::Piece;
    use crate::open;
    use crate::pack::OpenPack;
    use crate::record::Record;
    use crate::staging::Staging;

    fn piece(content: &[u8], container: u32, offset: u64) -> Piece {
        let length = u32::try_from(content.len()).unwrap();
        Piece { chunk: Chunk { digest: Digest::of(content), length }, container, offset }
    }

    #[test]
    fn a_blob_in_ranges_is_read_by_its_newest_manifest() {
        let (disk, above) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let disk: Arc<dyn Disk> = Arc::new(disk);
        let open =
            |above: &Path| open::open(Arc::clone(&disk), above, None, &|_, _, _| {}).unwrap();
        // A whole to point into.
        let shelf = Arc::new(open(above.path()).0);
        let film: Vec<u8> = (0..300_000u32).flat_map(u32::to_le_bytes).collect();
        let mut staging = Staging::begin(&shelf, Familiar::with_none()).unwrap();
        staging.write(&film).unwrap();
        let put = shelf.put(staging.finish().unwrap()).unwrap();
        drop((put, shelf));
        // A blob of a packed chunk, a part of the whole, and the packed chunk once more.
        let (title, part) = (b"title ".as_slice(), &film[5000..105_000]);
        let blob = [title, part, title].concat();
        let digest = Digest::of(&blob);
        let mut pack = OpenPack::create(&*disk).unwrap();
        let at = pack.append(vec![Record::chunk(Digest::of(title), title)]).unwrap()[0].offset;
        let manifest = |generation, offset| {
            let pieces = vec![piece(title, 0, at), piece(part, 1, offset), piece(title, 0, at)];
            let containers = vec![Container::Pack(pack.id()), Container::Whole(Digest::of(&film))];
            Manifest { generation, size: blob.len() as u64, containers, pieces }
        };
        let records =
            [manifest(7, 5000), manifest(6, 1)].map(|manifest| Record::manifest(digest, &manifest));
        pack.append(records.into()).unwrap();
        pack.sync().unwrap();
        pack.seal().unwrap();
        // The rebuild finds the manifests; the older one points to wrong bytes.
        let fresh = tempfile::tempdir().unwrap();
        let shelf = Arc::new(open(fresh.path()).0);
        let reader = super::open(&shelf, &digest).unwrap().unwrap();
        let mut read = vec![0; blob.len() + 10];
        assert_eq!(reader.read_at(&mut read, 0).unwrap(), blob.len());
        assert!(read[..blob.len()] == blob);
        assert_eq!(reader.read_at(&mut read[..9], 3).unwrap(), 9);
        assert_eq!(read[..9], blob[3..12]);
        assert!(reader.exact_file().is_none());
    }
}
