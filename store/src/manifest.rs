//! Manifests: where the chunks of a blob lie. The byte map is in `docs/format.md`.
//!
//! Knows nothing of files. Invariant: a manifest that was decoded adds up to its size, and each of
//! its chunks names a container that it lists.

use rushes_digest::Digest;

use crate::bytes::Fields;
use crate::cutter::{CHUNK_BYTES_MAX, CHUNKS_MAX, Chunk};
use crate::place::PackId;

/// Most containers that a blob may be spread over.
pub const CONTAINERS_MAX: usize = 64 << 10;
/// Longest encoded manifest, in bytes.
pub const MANIFEST_BYTES_MAX: usize =
    HEAD_BYTES + CONTAINERS_MAX * (1 + Digest::BYTES) + CHUNKS_MAX * PIECE_BYTES;

/// How much of a manifest tells its [`Front`], in bytes.
pub const FRONT_BYTES: usize = HEAD_BYTES + 1 + Digest::BYTES;

const VERSION: u16 = 1;
const HEAD_BYTES: usize = 32;
const PIECE_BYTES: usize = 48;
const WHOLE_TAG: u8 = 1;
const PACK_TAG: u8 = 2;

/// What holds chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// A whole: a chunk's offset is its place in the file.
    Whole(Digest),
    /// A pack: a chunk's offset is that of its record.
    Pack(PackId),
}

/// A chunk and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Name and length.
    pub chunk: Chunk,
    /// Which of the manifest's containers.
    pub container: u32,
    /// Where in the container.
    pub offset: u64,
}

/// Where a blob's chunks lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Of all manifests of a blob the one with the highest generation counts.
    pub generation: u64,
    /// The blob's length in bytes.
    pub size: u64,
    /// What holds its chunks.
    pub containers: Vec<Container>,
    /// Its chunks, in order.
    pub pieces: Vec<Piece>,
}

/// What the first bytes of a manifest tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Front {
    /// The blob's length in bytes.
    pub size: u64,
    /// Whether the blob's own whole is all that holds its chunks.
    pub is_of_own_whole: bool,
}

impl Front {
    /// Reads the front of the manifest of `blob`; the bytes may end anywhere behind it.
    pub fn parse(blob: &Digest, bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        if fields.u16()? != VERSION {
            return None;
        }
        fields.take(2)?;
        let container_count = fields.u32()?;
        let (_generation, size) = (fields.u64()?, fields.u64()?);
        fields.take(8)?;
        let is_of_own_whole =
            container_count == 1 && container(&mut fields) == Some(Container::Whole(*blob));
        Some(Self { size, is_of_own_whole })
    }
}

impl Manifest {
    /// The first manifest of a blob that is a whole.
    pub fn of_whole(digest: Digest, chunks: &[Chunk]) -> Self {
        let mut size = 0;
        let mut pieces = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            pieces.push(Piece { chunk: *chunk, container: 0, offset: size });
            size += u64::from(chunk.length);
        }
        Self { generation: 1, size, containers: vec![Container::Whole(digest)], pieces }
    }

    /// The byte form.
    pub fn encode(&self) -> Vec<u8> {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes();
        let mut bytes = Vec::with_capacity(HEAD_BYTES + 33 + self.pieces.len() * PIECE_BYTES);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend([0; 2]);
        bytes.extend(count(self.containers.len()));
        bytes.extend(self.generation.to_le_bytes());
        bytes.extend(self.size.to_le_bytes());
        bytes.extend(count(self.pieces.len()));
        bytes.extend([0; 4]);
        for container in &self.containers {
            match container {
                Container::Whole(digest) => {
                    bytes.push(WHOLE_TAG);
                    bytes.extend(digest.as_bytes());
                }
                Container::Pack(PackId(id)) => {
                    bytes.push(PACK_TAG);
                    bytes.extend(id);
                }
            }
        }
        for piece in &self.pieces {
            bytes.extend(piece.chunk.digest.as_bytes());
            bytes.extend(piece.chunk.length.to_le_bytes());
            bytes.extend(piece.container.to_le_bytes());
            bytes.extend(piece.offset.to_le_bytes());
        }
        bytes
    }

    /// Reads the byte form; `None` when it is not one, or contradicts itself.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        if fields.u16()? != VERSION {
            return None;
        }
        fields.take(2)?;
        let container_count = fields.u32()? as usize;
        let (generation, size) = (fields.u64()?, fields.u64()?);
        let piece_count = fields.u32()? as usize;
        fields.take(4)?;
        if container_count > CONTAINERS_MAX || piece_count > CHUNKS_MAX {
            return None;
        }
        let containers =
            (0..container_count).map(|_| container(&mut fields)).collect::<Option<Vec<_>>>()?;
        if fields.0.len() != piece_count * PIECE_BYTES {
            return None;
        }
        let pieces = (0..piece_count).map(|_| piece(&mut fields)).collect::<Option<Vec<_>>>()?;
        let fits = |piece: &Piece| {
            (1..=CHUNK_BYTES_MAX).contains(&(piece.chunk.length as usize))
                && (piece.container as usize) < containers.len()
        };
        let total: u64 = pieces.iter().map(|piece| u64::from(piece.chunk.length)).sum();
        (total == size && pieces.iter().all(fits)).then_some(Self {
            generation,
            size,
            containers,
            pieces,
        })
    }
}

fn container(fields: &mut Fields<'_>) -> Option<Container> {
    match fields.u8()? {
        WHOLE_TAG => fields.digest().map(Container::Whole),
        PACK_TAG => fields.array().map(|id| Container::Pack(PackId(id))),
        _ => None,
    }
}

fn piece(fields: &mut Fields<'_>) -> Option<Piece> {
    let chunk = Chunk { digest: fields.digest()?, length: fields.u32()? };
    Some(Piece { chunk, container: fields.u32()?, offset: fields.u64()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        let chunks = [b"ab".as_slice(), b"c"].map(|part| Chunk {
            digest: Digest::of(part),
            length: u32::try_from(part.len()).unwrap(),
        });
        let mut manifest = Manifest::of_whole(Digest::of(b"abc"), &chunks);
        manifest.containers.push(Container::Pack(PackId([9; 16])));
        manifest.pieces[1] = Piece { container: 1, offset: 77, ..manifest.pieces[1] };
        manifest.generation = 3;
        manifest
    }

    #[test]
    fn comes_back_as_it_was() {
        let bytes = sample().encode();
        assert_eq!(Manifest::decode(&bytes), Some(sample()));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let good = sample().encode();
        for cut in 0..good.len() {
            assert_eq!(Manifest::decode(&good[..cut]), None, "cut at {cut}");
        }
        let breaks: [fn(&mut Manifest); 3] = [
            |manifest| manifest.size += 1,
            |manifest| manifest.pieces[0].container = 2,
            |manifest| {
                manifest.pieces[0].chunk.length = 0;
                manifest.size = 1;
            },
        ];
        for wrong in breaks {
            let mut manifest = sample();
            wrong(&mut manifest);
            assert_eq!(Manifest::decode(&manifest.encode()), None);
        }
    }
}
