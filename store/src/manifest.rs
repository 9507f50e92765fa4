//! Where the chunks of a blob lie. Payload of a manifest record; never part of the blob's identity.
//!
//! Little-endian: form (2), generation (8), blob size (8), number of containers (4), number of
//! entries (4); each container: tag (1), then a whole's digest (32) or a pack's id (16); each entry:
//! chunk digest (32), length (4), container's number (4), offset (8).

use rushes_digest::Digest;

use crate::bytes::Fields;
use crate::chunker::Chunk;
use crate::layout::PackId;

/// The form that is written, and the newest one that is read.
const FORM: u16 = 1;
const TAG_WHOLE: u8 = 1;
const TAG_PACK: u8 = 2;
/// Bytes of an entry.
const ENTRY_BYTES: usize = 48;

/// Something that chunks lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A whole: the offset is where the chunk's bytes are.
    Whole(Digest),
    /// A pack: the offset is where the chunk's record starts.
    Pack(PackId),
}

/// A chunk and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The chunk's name.
    pub digest: Digest,
    /// Its length in bytes.
    pub length: u32,
    /// Which of the manifest's containers.
    pub container: u32,
    /// Where in it.
    pub offset: u64,
}

/// The chunks of a blob, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Of several manifests of one blob the highest holds.
    pub generation: u64,
    /// The blob's length in bytes.
    pub size: u64,
    /// What the entries point into.
    pub containers: Vec<Container>,
    /// The chunks.
    pub entries: Vec<Entry>,
}

impl Manifest {
    /// The manifest of a blob that is a whole: each chunk where it was cut.
    pub fn of_whole(digest: Digest, chunks: &[Chunk]) -> Self {
        let mut offset = 0;
        let entries: Vec<_> = chunks
            .iter()
            .map(|chunk| {
                let at = offset;
                offset += u64::from(chunk.length);
                Entry { digest: chunk.digest, length: chunk.length, container: 0, offset: at }
            })
            .collect();
        let containers = vec![Container::Whole(digest)];
        Self { generation: 1, size: offset, containers, entries }
    }

    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        let mut payload = Vec::with_capacity(64 + self.entries.len() * ENTRY_BYTES);
        payload.extend_from_slice(&FORM.to_le_bytes());
        payload.extend_from_slice(&self.generation.to_le_bytes());
        payload.extend_from_slice(&self.size.to_le_bytes());
        payload.extend_from_slice(&count(self.containers.len()));
        payload.extend_from_slice(&count(self.entries.len()));
        for container in &self.containers {
            match container {
                Container::Whole(digest) => {
                    payload.push(TAG_WHOLE);
                    payload.extend_from_slice(digest.as_bytes());
                }
                Container::Pack(pack) => {
                    payload.push(TAG_PACK);
                    payload.extend_from_slice(pack.as_bytes());
                }
            }
        }
        for entry in &self.entries {
            payload.extend_from_slice(entry.digest.as_bytes());
            payload.extend_from_slice(&entry.length.to_le_bytes());
            payload.extend_from_slice(&entry.container.to_le_bytes());
            payload.extend_from_slice(&entry.offset.to_le_bytes());
        }
        payload
    }

    /// Reads a payload; `None` when it is not a manifest of a known form, or contradicts itself.
    pub fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(payload);
        if fields.u16()? != FORM {
            return None;
        }
        let (generation, size) = (fields.u64()?, fields.u64()?);
        let (container_count, entry_count) = (fields.u32()?, fields.u32()?);
        let mut containers = Vec::new();
        for _ in 0..container_count {
            containers.push(match fields.u8()? {
                TAG_WHOLE => Container::Whole(Digest::from_bytes(fields.array()?)),
                TAG_PACK => Container::Pack(PackId::from_bytes(fields.array()?)),
                _ => return None,
            });
        }
        if fields.rest().len() != entry_count as usize * ENTRY_BYTES {
            return None;
        }
        let mut entries = Vec::with_capacity(entry_count as usize);
        let mut covered = 0u64;
        for _ in 0..entry_count {
            let digest = Digest::from_bytes(fields.array()?);
            let (length, container, offset) = (fields.u32()?, fields.u32()?, fields.u64()?);
            covered = covered.checked_add(u64::from(length))?;
            if container >= container_count || length == 0 {
                return None;
            }
            entries.push(Entry { digest, length, container, offset });
        }
        (covered == size).then_some(Self { generation, size, containers, entries })
    }

    /// The generation in a payload, without reading the rest.
    pub fn generation_of(payload: &[u8]) -> Option<u64> {
        let mut fields = Fields::of(payload);
        fields.u16().filter(|form| *form == FORM)?;
        fields.u64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let chunks = [("a", 3), ("b", 5)]
            .map(|(name, length)| Chunk { digest: Digest::of(name.as_bytes()), length });
        let mut manifest = Manifest::of_whole(Digest::of(b"whole"), &chunks);
        manifest.containers.push(Container::Pack(PackId::generate()));
        manifest.entries[1].container = 1;
        manifest
    }

    #[test]
    fn a_manifest_comes_back() {
        let manifest = manifest();
        assert_eq!(manifest.size, 8);
        let payload = manifest.encode();
        assert_eq!(Manifest::decode(&payload), Some(manifest));
        assert_eq!(Manifest::generation_of(&payload), Some(1));
    }

    #[test]
    fn one_that_contradicts_itself_is_none() {
        let good = manifest();
        assert_eq!(Manifest::decode(&Manifest { size: 9, ..good.clone() }.encode()), None);
        let mut astray = good.clone();
        astray.entries[0].container = 2;
        assert_eq!(Manifest::decode(&astray.encode()), None);
        let payload = good.encode();
        for cut in 0..payload.len() {
            assert_eq!(Manifest::decode(&payload[..cut]), None, "cut at {cut}");
        }
    }
}
