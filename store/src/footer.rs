//! The ends of a pack: the header of every one, and the footer of one that is sealed, which lists
//! its records. The byte maps are in `docs/format.md`.
//!
//! Invariant: a footer that was read is complete and belongs to its pack.

use std::path::Path;

use rushes_digest::{Digest, Hasher};
use rushes_disk::{DiskFile, Result, read_exact_at};

use crate::bytes::Fields;
use crate::place::{PackId, RecordAt};
use crate::record::{Head, Record};
use crate::traces::Traces;

/// Length of a pack's header in bytes.
pub const HEADER_BYTES: usize = 32;
/// Version of packs that this code writes.
const VERSION: u16 = 1;
/// `RPAK`
const HEADER_MAGIC: [u8; 4] = *b"RPAK";
/// `RPAKSEAL`
const TRAILER_MAGIC: [u8; 8] = *b"RPAKSEAL";
const ENTRY_BYTES: usize = 60;
const TRAILER_BYTES: usize = 56;
/// Most records of a pack: its footer and what the writer remembers stay within a few MiB.
pub const ENTRIES_MAX: usize = 64 << 10;

/// A record, as a footer lists it: enough for the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The record's header.
    pub head: Head,
    /// Where the record starts.
    pub offset: u64,
    /// For a manifest its generation, else 0.
    pub generation: u64,
}

/// A record on its way into the index.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The record.
    pub entry: Entry,
    /// What a manifest leaves beside its own entry.
    pub traces: Option<Traces>,
}

impl Entry {
    /// Lists a record that lies at an offset.
    pub fn of(record: &Record, offset: u64) -> Self {
        Self { head: record.head, offset, generation: record.generation }
    }

    /// Where the record lies.
    pub fn at(&self, pack: PackId) -> RecordAt {
        RecordAt { pack, offset: self.offset, stored_len: self.head.stored_len }
    }
}

/// What a pack's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// It is ours and known.
    Known,
    /// It is damaged or never was one.
    Damaged,
    /// A later version wrote it.
    Newer {
        /// Its version, or the highest when only a feature is unknown.
        version: u16,
    },
}

/// The header of a new pack.
pub fn header(pack: PackId) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    bytes.extend(HEADER_MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend([0; 2]);
    bytes.extend([0; 4]);
    bytes.extend(pack.0);
    let sum = Digest::of(&bytes);
    bytes.extend(sum.as_bytes().iter().take(4));
    bytes
}

/// Reads the header of a pack.
pub fn check_header(pack: PackId, file: &dyn DiskFile) -> Result<Header> {
    let mut bytes = [0; HEADER_BYTES];
    file.read_at(&mut bytes, 0)?;
    Ok(judge(pack, &bytes).unwrap_or(Header::Damaged))
}

fn judge(pack: PackId, bytes: &[u8]) -> Option<Header> {
    let mut fields = Fields(bytes);
    let (magic, version) = (fields.array::<4>()?, fields.u16()?);
    fields.take(2)?;
    let (features, id, sum) = (fields.u32()?, fields.array()?, fields.array::<4>()?);
    let expected = Digest::of(bytes.get(..HEADER_BYTES - 4)?);
    if magic != HEADER_MAGIC || PackId(id) != pack || !expected.as_bytes().starts_with(&sum) {
        return None;
    }
    Some(match (version, features) {
        (VERSION, 0) => Header::Known,
        (version, 0) => Header::Newer { version },
        _ => Header::Newer { version: u16::MAX },
    })
}

/// The footer of a pack whose records end at `offset`.
pub fn footer(pack: PackId, entries: &[Entry], offset: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * ENTRY_BYTES + TRAILER_BYTES);
    for entry in entries {
        let Head { kind, flags, stored_len, raw_len, digest } = entry.head;
        bytes.extend([kind, flags, 0, 0]);
        bytes.extend(stored_len.to_le_bytes());
        bytes.extend(raw_len.to_le_bytes());
        bytes.extend(entry.offset.to_le_bytes());
        bytes.extend(entry.generation.to_le_bytes());
        bytes.extend(digest.as_bytes());
    }
    bytes.extend(u32::try_from(entries.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(offset.to_le_bytes());
    let sum = sum(pack, &bytes);
    bytes.extend(sum.as_bytes());
    bytes.extend(TRAILER_MAGIC);
    bytes
}

/// Reads the footer of a pack; `None` when it has none that is intact.
pub fn read_footer(
    pack: PackId,
    file: &dyn DiskFile,
    path: &Path,
    size: u64,
) -> Result<Option<Vec<Entry>>> {
    let Some(at) = size.checked_sub(TRAILER_BYTES as u64) else { return Ok(None) };
    let mut trailer = [0; TRAILER_BYTES];
    read_exact_at(file, path, &mut trailer, at)?;
    let Some((count, offset)) = trailer_of(&trailer) else { return Ok(None) };
    let length = count * ENTRY_BYTES + TRAILER_BYTES;
    if count > ENTRIES_MAX || size.checked_sub(length as u64) != Some(offset) {
        return Ok(None);
    }
    let mut bytes = vec![0; length];
    read_exact_at(file, path, &mut bytes, offset)?;
    Ok(entries_of(pack, &bytes, count))
}

fn trailer_of(trailer: &[u8]) -> Option<(usize, u64)> {
    let mut fields = Fields(trailer);
    let count = fields.u32()?;
    fields.take(4)?;
    let offset = fields.u64()?;
    fields.digest()?;
    (fields.array()? == TRAILER_MAGIC).then_some((count as usize, offset))
}

fn entries_of(pack: PackId, bytes: &[u8], count: usize) -> Option<Vec<Entry>> {
    let summed = bytes.get(..bytes.len().checked_sub(Digest::BYTES + TRAILER_MAGIC.len())?)?;
    let found = Fields(bytes.get(summed.len()..)?).digest()?;
    if sum(pack, summed) != found {
        return None;
    }
    let mut fields = Fields(bytes);
    (0..count).map(|_| entry(&mut fields)).collect()
}

fn entry(fields: &mut Fields<'_>) -> Option<Entry> {
    let (kind, flags) = (fields.u8()?, fields.u8()?);
    fields.take(2)?;
    let (stored_len, raw_len) = (fields.u32()?, fields.u32()?);
    let (offset, generation) = (fields.u64()?, fields.u64()?);
    let head = Head { kind, flags, stored_len, raw_len, digest: fields.digest()? };
    Some(Entry { head, offset, generation })
}

fn sum(pack: PackId, bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(&pack.0).update(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rushes_disk::{CrashDisk, Disk};

    use super::*;

    fn file(bytes: &[u8]) -> Arc<dyn DiskFile> {
        let file = CrashDisk::new().create_new(Path::new("p")).unwrap();
        file.write_all_at(bytes, 0).unwrap();
        file
    }

    #[test]
    fn a_footer_comes_back_and_no_flipped_bit_passes() {
        let pack = PackId([4; 16]);
        let entries: Vec<_> = (0..3u8)
            .map(|n| Entry::of(&Record::blob(Digest::of(&[n]), &[n]), 32 + u64::from(n) * 65))
            .collect();
        let mut bytes = vec![0; 300];
        bytes.extend(footer(pack, &entries, 300));
        let read = |pack, bytes: &[u8]| {
            read_footer(pack, &*file(bytes), Path::new("p"), bytes.len() as u64).unwrap()
        };
        assert_eq!(read(pack, &bytes), Some(entries));
        assert_eq!(read(PackId([5; 16]), &bytes), None);
        for bit in 300 * 8..bytes.len() * 8 {
            let mut wrong = bytes.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(pack, &wrong), None, "bit {bit}");
        }
        for short in 0..bytes.len() {
            assert_eq!(read(pack, &bytes[..short]), None, "{short} bytes");
        }
    }

    #[test]
    fn a_header_says_whether_this_version_may_touch_the_pack() {
        let pack = PackId([4; 16]);
        let check = |bytes: &[u8]| check_header(pack, &*file(bytes)).unwrap();
        let good = header(pack);
        assert_eq!(good.len(), HEADER_BYTES);
        assert_eq!(check(&good), Header::Known);
        assert_eq!(check(&good[..20]), Header::Damaged);
        assert_eq!(check(&header(PackId([5; 16]))), Header::Damaged);
        let mut newer = good[..HEADER_BYTES - 4].to_vec();
        newer[4] = 9;
        newer.extend(&Digest::of(&newer).as_bytes()[..4]);
        assert_eq!(check(&newer), Header::Newer { version: 9 });
        newer[5] = 9;
        assert_eq!(check(&newer), Header::Damaged);
    }
}
