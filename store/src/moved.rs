//! What follows when chunks lie elsewhere: manifests that name the new places.
//!
//! Knows nothing of why they moved. Invariant: a newer manifest names the same chunks in the same
//! order; a chunk that did not move keeps its old place.

use std::collections::HashMap;

use rushes_digest::Digest;

use crate::error::StoreError;
use crate::index::Index;
use crate::manifest::{Container, Manifest, Piece};
use crate::packs::Packs;
use crate::place::{ManifestAt, PackId, Place, RecordAt};

/// How many entries of the index are looked at together.
const PAGE: usize = 256;

/// A chunk of a container: where it starts, and what it is.
pub type Spot = (u64, Digest);

/// Where the chunks of a container lie now.
pub type Moves = HashMap<Spot, RecordAt>;

/// A manifest after a move.
#[derive(Debug)]
pub struct Followed {
    /// The next generation.
    pub manifest: Manifest,
    /// Whether any chunk has moved.
    pub has_moved: bool,
    /// Whether any chunk is still named at its old place.
    pub has_rest: bool,
}

/// Calls `each` with the newest manifest of every blob whose chunks lie in a container, as far as
/// those manifests can be read.
pub fn each_in(
    index: &Index,
    packs: &Packs,
    container: &Container,
    each: &mut dyn FnMut(Digest, Manifest) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = index.dependents(container, after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        for blob in page {
            let Some(known) = index.manifest(&blob)? else { continue };
            match packs.manifest(&blob, &known.at) {
                Ok(manifest) if manifest.containers.contains(container) => each(blob, manifest)?,
                Ok(_) | Err(StoreError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// A blob's manifest once chunks of a container have moved.
pub fn follow(manifest: &Manifest, from: &Container, moves: &Moves) -> Followed {
    let (mut containers, mut numbers) = (Vec::new(), HashMap::new());
    let (mut has_moved, mut has_rest) = (false, false);
    let mut pieces = Vec::with_capacity(manifest.pieces.len());
    for piece in &manifest.pieces {
        let Some(container) = manifest.containers.get(piece.container as usize) else { continue };
        let (mut container, mut offset) = (*container, piece.offset);
        if container == *from {
            match moves.get(&(offset, piece.chunk.digest)) {
                Some(at) => {
                    has_moved = true;
                    (container, offset) = (Container::Pack(at.pack), at.offset);
                }
                None => has_rest = true,
            }
        }
        let number = *numbers.entry(container).or_insert_with(|| {
            containers.push(container);
            u32::try_from(containers.len() - 1).unwrap_or(u32::MAX)
        });
        pieces.push(Piece { chunk: piece.chunk, container: number, offset });
    }
    let (generation, size) = (manifest.generation + 1, manifest.size);
    Followed { manifest: Manifest { generation, size, containers, pieces }, has_moved, has_rest }
}

/// What the index still places in a pack.
#[derive(Debug, Default)]
pub struct Placed {
    /// Blobs.
    pub blobs: Vec<(Digest, Place)>,
    /// Manifests.
    pub manifests: Vec<(Digest, ManifestAt)>,
}

/// Looks through the index for what lies in a pack. Slow: for damage only.
pub fn placed_in(index: &Index, pack: PackId) -> Result<Placed, StoreError> {
    let mut placed = Placed::default();
    let mut after = None;
    loop {
        let page = index.blobs(after.as_ref(), PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        let is_in = |place: &Place| matches!(place, Place::Packed(at) if at.pack == pack);
        placed.blobs.extend(page.into_iter().filter(|(_, place)| is_in(place)));
    }
    let mut after = None;
    loop {
        let page = index.manifests(after.as_ref(), PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(placed) };
        after = Some(*last);
        placed.manifests.extend(page.into_iter().filter(|(_, known)| known.at.pack == pack));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cutter::Chunk;

    #[test]
    fn moved_chunks_are_followed_and_lost_ones_stay_named() {
        let (old, new, film) = (PackId([1; 16]), PackId([2; 16]), Digest::of(b"film"));
        let piece = |content: &[u8], container, offset| {
            let chunk = Chunk { digest: Digest::of(content), length: 1 };
            Piece { chunk, container, offset }
        };
        let manifest = Manifest {
            generation: 4,
            size: 3,
            containers: vec![Container::Whole(film), Container::Pack(old)],
            pieces: vec![piece(b"a", 1, 32), piece(b"b", 0, 9), piece(b"c", 1, 99)],
        };
        let at = |offset| RecordAt { pack: new, offset, stored_len: 1 };
        let (a, b, c) = (Digest::of(b"a"), Digest::of(b"b"), Digest::of(b"c"));
        let from = Container::Pack(old);
        let moves = HashMap::from([((32, a), at(5)), ((99, c), at(6)), ((9, b), at(7))]);
        let all = follow(&manifest, &from, &moves);
        assert!(all.has_moved && !all.has_rest);
        assert_eq!(all.manifest.generation, 5);
        assert_eq!(all.manifest.containers, [Container::Pack(new), Container::Whole(film)]);
        assert_eq!(all.manifest.pieces, [piece(b"a", 0, 5), piece(b"b", 1, 9), piece(b"c", 0, 6)]);
        // What another blob has at the same place is not this one's.
        let some = follow(&manifest, &from, &HashMap::from([((32, a), at(5)), ((99, b), at(6))]));
        assert!(some.has_moved && some.has_rest);
        assert_eq!(some.manifest.pieces[2], piece(b"c", 2, 99));
        assert_eq!(some.manifest.containers[2], Container::Pack(old));
    }
}
