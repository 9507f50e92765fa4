//! The chunks of an open blob: which one covers an offset, and its bytes.
//!
//! Invariant: a chunk that was loaded hashes to its digest, whatever holds it.

use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::DiskFile;

use crate::error::{Damage, StoreError};
use crate::layout;
use crate::manifest::{Container, Manifest, Piece};
use crate::shelf::Shelf;
use crate::wholes::OpenWhole;

/// A manifest, ready for look-ups.
#[derive(Debug)]
pub struct Pieces {
    manifest: Manifest,
    /// Where each chunk starts in the blob.
    starts: Vec<u64>,
}

/// The chunk that covers an offset.
#[derive(Debug, Clone, Copy)]
pub struct Located<'a> {
    /// Which chunk, counted from 0.
    pub number: usize,
    /// The chunk and where it lies.
    pub piece: &'a Piece,
    /// Where it starts in the blob.
    pub start: u64,
    /// The offset's distance from there.
    pub within: usize,
}

impl Pieces {
    /// Makes a manifest ready.
    pub fn new(manifest: Manifest) -> Self {
        let mut start = 0;
        let starts = manifest.pieces.iter().map(|piece| {
            let here = start;
            start += u64::from(piece.chunk.length);
            here
        });
        Self { starts: starts.collect(), manifest }
    }

    /// The chunk that covers an offset; `None` behind the end.
    pub fn at(&self, offset: u64) -> Option<Located<'_>> {
        if offset >= self.manifest.size {
            return None;
        }
        let number = self.starts.partition_point(|start| *start <= offset).checked_sub(1)?;
        let (piece, start) = (self.manifest.pieces.get(number)?, *self.starts.get(number)?);
        let within = usize::try_from(offset - start).ok()?;
        Some(Located { number, piece, start, within })
    }

    /// Reads a chunk and checks it. `own` is the blob's own file where it is a whole; `place` is
    /// exactly as long as the chunk.
    pub fn load(
        &self,
        from: &Shelf,
        own: Option<&OpenWhole>,
        (of, located): (&Digest, &Located<'_>),
        place: &mut [u8],
    ) -> Result<(), StoreError> {
        let Piece { chunk, container, offset } = located.piece;
        let damage = Damage::Chunk { offset: located.start };
        let file_of = match self.manifest.containers.get(*container as usize) {
            Some(Container::Pack(pack)) => {
                let content = from.packs.chunk(of, &chunk.digest, *pack, *offset)?;
                if content.len() == place.len() {
                    place.copy_from_slice(&content);
                    return Ok(());
                }
                let place = layout::pack(*pack);
                return Err(StoreError::Damaged { digest: *of, place, damage });
            }
            Some(Container::Whole(digest)) => *digest,
            None => {
                return Err(StoreError::Damaged { digest: *of, place: layout::whole(of), damage });
            }
        };
        let holder = file(from, own, of, &file_of)?;
        let is_right = |file: &dyn DiskFile, place: &mut [u8]| -> Result<bool, StoreError> {
            let got = file.read_at(place, *offset)?;
            Ok(got == place.len() && Digest::of(place) == chunk.digest)
        };
        if let Some(holder) = &holder
            && is_right(&**holder, place)?
        {
            return Ok(());
        }
        // What was taken away as damaged may be right in this chunk.
        for path in from.ledger.quarantined(&file_of) {
            if from.disk.open_read(&path).is_ok_and(|file| is_right(&*file, place).unwrap_or(false))
            {
                return Ok(());
            }
        }
        let damage = if holder.is_some() { damage } else { Damage::Missing };
        Err(StoreError::Damaged { digest: *of, place: layout::whole(&file_of), damage })
    }
}

/// The file of a whole that holds chunks of the blob `of`; `None` when it is not there.
fn file(
    shelf: &Shelf,
    own: Option<&OpenWhole>,
    of: &Digest,
    digest: &Digest,
) -> Result<Option<Arc<dyn DiskFile>>, StoreError> {
    match own {
        Some(own) if of == digest => Ok(Some(Arc::clone(&own.file))),
        _ => Ok(shelf.open_whole(digest)?.map(|whole| whole.file)),
    }
}
