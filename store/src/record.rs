//! Records, the content of packs: a header, a payload, a checksum. The byte map is in
//! `docs/format.md`.
//!
//! Knows nothing of files. Invariant: a record is valid in one pack only, because its checksum
//! covers the pack's id. Bytes that merely look like a record (a pack that somebody uploads, blocks
//! of a removed pack) never pass for one.

use std::borrow::Cow;
use std::cell::RefCell;

use rushes_digest::{Digest, Hasher};
use zstd::bulk::{Compressor, Decompressor};

use crate::bytes::Fields;
use crate::manifest::{MANIFEST_BYTES_MAX, Manifest};
use crate::place::PackId;
use crate::traces::Traces;

/// A chunk of a blob, which only manifests name.
pub const CHUNK: u8 = 1;
/// A complete, small blob.
pub const BLOB: u8 = 2;
/// Where a blob's chunks lie.
pub const MANIFEST: u8 = 3;

/// The payload is compressed (zstd, RFC 8878).
const ZSTD: u8 = 1;
/// `RREC`
pub const MAGIC: [u8; 4] = *b"RREC";
/// Length of the header in bytes.
pub const HEAD_BYTES: usize = 48;
/// Length of the checksum in bytes.
const SUM_BYTES: usize = 16;
/// What a record is longer than its payload, in bytes.
pub const FRAME_BYTES: usize = HEAD_BYTES + SUM_BYTES;
/// Fast, and as good as slower levels on what comes in small: JSON and text shrink to a third.
const LEVEL: i32 = 1;
/// How much of a payload is tried before all of it is compressed, in bytes.
const SAMPLE_BYTES: usize = 16 << 10;

/// A record's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// What the record is; one that is not known is kept and passed over.
    pub kind: u8,
    /// How the payload is stored.
    pub flags: u8,
    /// Length of the payload as it is stored.
    pub stored_len: u32,
    /// Length of the payload once unpacked.
    pub raw_len: u32,
    /// Of the unpacked payload; for a manifest that of its blob.
    pub digest: Digest,
}

impl Head {
    /// Reads a header; `None` when it is not one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        if fields.array()? != MAGIC {
            return None;
        }
        let (kind, flags) = (fields.u8()?, fields.u8()?);
        fields.take(2)?;
        let (stored_len, raw_len) = (fields.u32()?, fields.u32()?);
        let head = Self { kind, flags, stored_len, raw_len, digest: fields.digest()? };
        let longest = stored_len.max(raw_len) as usize;
        (longest <= MANIFEST_BYTES_MAX).then_some(head)
    }

    /// Length of the complete record in bytes.
    pub fn record_bytes(&self) -> usize {
        FRAME_BYTES + self.stored_len as usize
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(MAGIC);
        bytes.extend([self.kind, self.flags, 0, 0]);
        bytes.extend(self.stored_len.to_le_bytes());
        bytes.extend(self.raw_len.to_le_bytes());
        bytes.extend(self.digest.as_bytes());
    }
}

/// A record on its way into a pack: all but the checksum.
#[derive(Debug)]
pub struct Record {
    /// Its header.
    pub head: Head,
    /// For a manifest its generation, else 0.
    pub generation: u64,
    /// What a manifest leaves in the index beside its own entry.
    pub traces: Option<Traces>,
    bytes: Vec<u8>,
}

impl Record {
    /// A small blob, compressed when that saves a tenth.
    pub fn blob(digest: Digest, content: &[u8]) -> Self {
        Self::content(BLOB, digest, content)
    }

    /// A chunk, compressed when that saves a tenth.
    pub fn chunk(digest: Digest, content: &[u8]) -> Self {
        Self::content(CHUNK, digest, content)
    }

    fn content(kind: u8, digest: Digest, content: &[u8]) -> Self {
        let packed = compressed(content);
        let flags = if packed.is_some() { ZSTD } else { 0 };
        let payload = packed.as_deref().unwrap_or(content);
        let head =
            Head { kind, flags, stored_len: length(payload), raw_len: length(content), digest };
        Self::framed(head, payload)
    }

    /// A blob's manifest. Digests do not compress.
    pub fn manifest(digest: Digest, manifest: &Manifest) -> Self {
        let payload = manifest.encode();
        let len = length(&payload);
        let head = Head { kind: MANIFEST, flags: 0, stored_len: len, raw_len: len, digest };
        let traces = Some(Traces::of(&digest, manifest));
        Self { generation: manifest.generation, traces, ..Self::framed(head, &payload) }
    }

    /// A record that was found elsewhere, of whatever kind.
    pub fn copy(head: Head, payload: &[u8]) -> Self {
        let framed = Self::framed(head, payload);
        let manifest = if head.kind == MANIFEST { Manifest::decode(payload) } else { None };
        let Some(manifest) = manifest else { return framed };
        let traces = Some(Traces::of(&head.digest, &manifest));
        Self { generation: manifest.generation, traces, ..framed }
    }

    /// Length of the complete record in bytes.
    pub fn len(&self) -> usize {
        self.bytes.len() + SUM_BYTES
    }

    /// Appends the complete record, as one of `pack`.
    pub fn write(&self, pack: PackId, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.bytes);
        into.extend(sum(pack, &self.bytes));
    }

    fn framed(head: Head, payload: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + payload.len());
        head.write(&mut bytes);
        bytes.extend_from_slice(payload);
        Self { head, generation: 0, traces: None, bytes }
    }
}

/// Takes a record of `pack` apart; `None` when the bytes are not exactly one, intact.
pub fn open(pack: PackId, bytes: &[u8]) -> Option<(Head, &[u8])> {
    let head = Head::parse(bytes)?;
    let (framed, found) = bytes.split_at_checked(bytes.len().checked_sub(SUM_BYTES)?)?;
    (head.record_bytes() == bytes.len() && found == sum(pack, framed))
        .then(|| framed.get(HEAD_BYTES..).map(|payload| (head, payload)))?
}

/// The content of a record's payload; `None` when it cannot be unpacked to the promised length.
pub fn unpack<'a>(head: &Head, payload: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    let raw_len = head.raw_len as usize;
    let content = match head.flags {
        0 => Cow::Borrowed(payload),
        ZSTD => Cow::Owned(decompressed(payload, raw_len)?),
        _ => return None,
    };
    (content.len() == raw_len).then_some(content)
}

fn sum(pack: PackId, framed: &[u8]) -> [u8; SUM_BYTES] {
    let mut hasher = Hasher::new();
    hasher.update(&pack.0).update(framed);
    let digest = hasher.finish();
    let mut sum = [0; SUM_BYTES];
    for (to, from) in sum.iter_mut().zip(digest.as_bytes()) {
        *to = *from;
    }
    sum
}

fn decompressed(payload: &[u8], raw_len: usize) -> Option<Vec<u8>> {
    let decompress = |with: &RefCell<Decompressor<'_>>| {
        with.try_borrow_mut().ok()?.decompress(payload, raw_len).ok()
    };
    DECOMPRESSOR.with(|with| with.as_ref().and_then(decompress))
}

fn length(payload: &[u8]) -> u32 {
    u32::try_from(payload.len()).unwrap_or(u32::MAX)
}

thread_local! {
    // Making one takes longer than compressing a small record.
    static COMPRESSOR: Option<RefCell<Compressor<'static>>> =
        Compressor::new(LEVEL).ok().map(RefCell::new);
    static DECOMPRESSOR: Option<RefCell<Decompressor<'static>>> =
        Decompressor::new().ok().map(RefCell::new);
}

fn compressed(content: &[u8]) -> Option<Vec<u8>> {
    let saves = |part: &[u8]| {
        let compress =
            |with: &RefCell<Compressor<'_>>| with.try_borrow_mut().ok()?.compress(part).ok();
        let packed = COMPRESSOR.with(|with| with.as_ref().and_then(compress))?;
        (packed.len() < part.len() / 10 * 9).then_some(packed)
    };
    let sample = content.get(..SAMPLE_BYTES).unwrap_or(content);
    let packed = saves(sample)?;
    if sample.len() == content.len() { Some(packed) } else { saves(content) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: PackId = PackId([1; 16]);

    fn written(content: &[u8]) -> Vec<u8> {
        let record = Record::blob(Digest::of(content), content);
        let mut bytes = Vec::new();
        record.write(PACK, &mut bytes);
        assert_eq!(bytes.len(), record.len());
        bytes
    }

    #[test]
    fn comes_back_and_is_compressed_only_where_it_pays() {
        let noise: Vec<u8> =
            (0..1250u32).flat_map(|at| *Digest::of(&at.to_le_bytes()).as_bytes()).collect();
        let text = vec![b'a'; 100_000];
        let contents = [(&b""[..], false), (b"short", false), (&text, true), (&noise, false)];
        for (content, is_packed) in contents {
            let bytes = written(content);
            let (head, payload) = open(PACK, &bytes).unwrap();
            assert_eq!(head.digest, Digest::of(content));
            assert_eq!(unpack(&head, payload).unwrap(), content);
            assert_eq!(payload.len() < content.len(), is_packed);
        }
    }

    #[test]
    fn any_flipped_bit_and_any_other_pack_is_noticed() {
        let good = written(b"take one");
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(open(PACK, &bytes).is_none(), "bit {bit}");
        }
        assert!(open(PackId([2; 16]), &good).is_none());
        assert!(open(PACK, &good[..good.len() - 1]).is_none());
    }

    #[test]
    fn a_lying_length_unpacks_to_nothing() {
        let bytes = written(&vec![b'a'; 100_000]);
        let (head, payload) = open(PACK, &bytes).unwrap();
        for raw_len in [0, 99_999, 100_001] {
            assert!(unpack(&Head { raw_len, ..head }, payload).is_none(), "{raw_len}");
        }
    }
}
