//! A record of a pack: a chunk, a small blob or a manifest, with everything needed to check it.
//!
//! Little-endian: magic (4), kind (1), flags (1), reserved (2), stored length (4), raw length (4),
//! digest (32), payload, check (16): the first half of BLAKE3 over all that comes before it.

use rushes_digest::Digest;

use crate::bytes::Fields;

/// Bytes before the payload.
pub const HEADER_BYTES: usize = 48;
/// Bytes behind it.
pub const CHECK_BYTES: usize = 16;
/// Largest payload, in bytes: the manifest of a blob of some 350 GB.
pub const PAYLOAD_BYTES_MAX: usize = 256 << 20;
/// Starts every record.
pub const MAGIC: [u8; 4] = *b"RREC";

/// The payload is a zstd frame.
const FLAG_ZSTD: u8 = 1;
/// Compressed payloads are kept when they are smaller than this share of the raw ones, in percent.
const WORTH_PERCENT: usize = 90;
/// Fast: what packs hold is small and compresses early or never.
const ZSTD_LEVEL: i32 = 1;
/// Payloads smaller than this are not worth a frame, in bytes.
const ZSTD_BYTES_MIN: usize = 128;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A piece of a blob; the digest is the piece's.
    Chunk = 1,
    /// A blob; the digest is its name.
    Blob = 2,
    /// Where a blob's chunks lie; the digest is the blob's name.
    Manifest = 3,
}

impl Kind {
    /// The kind of a stored byte; `None` for one that a newer program wrote.
    pub const fn of(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Chunk),
            2 => Some(Self::Blob),
            3 => Some(Self::Manifest),
            _ => None,
        }
    }
}

/// What a record says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What it holds, see [`Kind::of`].
    pub kind: u8,
    /// How the payload is stored.
    pub flags: u8,
    /// Length of the payload as it is stored.
    pub stored: u32,
    /// Length of the payload itself.
    pub raw: u32,
    /// Of the payload, or of the blob that a manifest describes.
    pub digest: Digest,
}

impl Header {
    /// Reads the first bytes of a record; `None` when they are not that.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        if fields.array::<4>()? != MAGIC {
            return None;
        }
        let (kind, flags) = (fields.u8()?, fields.u8()?);
        fields.u16()?;
        let (stored, raw) = (fields.u32()?, fields.u32()?);
        let digest = Digest::from_bytes(fields.array()?);
        let fits = stored as usize <= PAYLOAD_BYTES_MAX && raw as usize <= PAYLOAD_BYTES_MAX;
        fits.then_some(Self { kind, flags, stored, raw, digest })
    }

    /// Length of the whole record.
    pub const fn record_bytes(&self) -> usize {
        HEADER_BYTES + self.stored as usize + CHECK_BYTES
    }
}

/// Why bytes are not a record, or not the one that was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The bytes are not those that were written.
    #[error("the record's check does not match")]
    Check,
    /// The payload is not the content of the digest.
    #[error("the record's content does not match its digest")]
    Content,
    /// It is stored in a way that this program does not know.
    #[error("the record was written by a newer version of rushes")]
    Newer,
}

/// Makes a record. The payload is compressed where that pays.
///
/// `None` when the payload is larger than [`PAYLOAD_BYTES_MAX`].
pub fn encode(kind: Kind, digest: &Digest, raw: &[u8]) -> Option<Vec<u8>> {
    let packed = compressed(raw);
    let (flags, stored) = packed.as_deref().map_or((0, raw), |packed| (FLAG_ZSTD, packed));
    let lengths = (u32::try_from(stored.len()).ok()?, u32::try_from(raw.len()).ok()?);
    if raw.len() > PAYLOAD_BYTES_MAX {
        return None;
    }
    let mut record = Vec::with_capacity(HEADER_BYTES + stored.len() + CHECK_BYTES);
    record.extend_from_slice(&MAGIC);
    record.extend_from_slice(&[kind as u8, flags, 0, 0]);
    record.extend_from_slice(&lengths.0.to_le_bytes());
    record.extend_from_slice(&lengths.1.to_le_bytes());
    record.extend_from_slice(digest.as_bytes());
    record.extend_from_slice(stored);
    let check = Digest::of(&record);
    record.extend(check.as_bytes().iter().take(CHECK_BYTES));
    Some(record)
}

fn compressed(raw: &[u8]) -> Option<Vec<u8>> {
    if raw.len() < ZSTD_BYTES_MIN {
        return None;
    }
    let packed = zstd::bulk::compress(raw, ZSTD_LEVEL).ok()?;
    (packed.len() * 100 < raw.len() * WORTH_PERCENT).then_some(packed)
}

/// Checks a record's bytes as they were written.
pub fn check(record: &[u8]) -> Result<Header, RecordError> {
    let header = Header::parse(record).ok_or(RecordError::Check)?;
    let body = record.get(..header.record_bytes() - CHECK_BYTES).ok_or(RecordError::Check)?;
    let check = record.get(body.len()..header.record_bytes()).ok_or(RecordError::Check)?;
    let computed = Digest::of(body);
    if computed.as_bytes().get(..CHECK_BYTES) == Some(check) {
        Ok(header)
    } else {
        Err(RecordError::Check)
    }
}

/// Takes the payload out of a record, and checks it against its digest where that is its own.
pub fn decode(record: &[u8]) -> Result<(Header, Vec<u8>), RecordError> {
    let header = check(record)?;
    let stored = record
        .get(HEADER_BYTES..HEADER_BYTES + header.stored as usize)
        .ok_or(RecordError::Check)?;
    let raw = match header.flags {
        0 => stored.to_vec(),
        FLAG_ZSTD => {
            zstd::bulk::decompress(stored, header.raw as usize).map_err(|_| RecordError::Content)?
        }
        _ => return Err(RecordError::Newer),
    };
    let is_named = matches!(Kind::of(header.kind), Some(Kind::Blob | Kind::Chunk));
    if raw.len() != header.raw as usize || (is_named && Digest::of(&raw) != header.digest) {
        return Err(RecordError::Content);
    }
    Ok((header, raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_and_text_gets_smaller() {
        for (raw, smaller) in [(b"".to_vec(), false), (b"{\"a\":1}".repeat(100), true)] {
            let record = encode(Kind::Blob, &Digest::of(&raw), &raw).unwrap();
            let (header, payload) = decode(&record).unwrap();
            assert_eq!(payload, raw);
            assert_eq!(header.record_bytes(), record.len());
            assert_eq!((header.stored as usize) < raw.len(), smaller);
        }
    }

    #[test]
    fn no_flipped_bit_goes_unnoticed() {
        let raw = b"take one".repeat(40);
        let record = encode(Kind::Blob, &Digest::of(&raw), &raw).unwrap();
        for bit in 0..record.len() * 8 {
            let mut rotten = record.clone();
            rotten[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&rotten).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_record_whose_content_is_another_is_refused() {
        let record = encode(Kind::Blob, &Digest::of(b"one"), b"two").unwrap();
        assert_eq!(decode(&record), Err(RecordError::Content));
    }
}
