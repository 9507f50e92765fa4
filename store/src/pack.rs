//! A pack's file: header, records, and once it is sealed a footer with its index.
//!
//! Header: magic (8), form (2), reserved (2), feature flags (4), id (16). Footer: one entry a record:
//! digest (32), kind (1), flags (1), reserved (2), stored length (4), raw length (4), offset (8),
//! generation (8). Trailer, the last 64 bytes: footer's offset (8), number of entries (8), BLAKE3 of
//! the footer (32), reserved (8), magic (8). Little-endian.

use std::path::Path;

use rushes_digest::Digest;
use rushes_disk::{DiskError, DiskFile};

use crate::bytes::Fields;
use crate::layout::PackId;
use crate::record::{self, HEADER_BYTES, Header};

/// Length of the file's header in bytes.
pub const FILE_HEADER_BYTES: usize = 32;
/// A pack that has grown past this is sealed, in bytes: small enough to be copied at a start.
pub const PACK_BYTES_MAX: u64 = 128 << 20;

const MAGIC: [u8; 8] = *b"RUSHPACK";
const SEAL: [u8; 8] = *b"RUSHSEAL";
const FORM: u16 = 1;
const ENTRY_BYTES: usize = 60;
const TRAILER_BYTES: usize = 64;
/// How much is searched at a time for the next record behind a gap.
const SEARCH_BYTES: usize = 1 << 20;

/// A record of a pack, as its footer lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackEntry {
    /// What the record says of itself.
    pub header: Header,
    /// Where it starts.
    pub offset: u64,
    /// Of a manifest; 0 otherwise.
    pub generation: u64,
}

/// The first bytes of a pack.
pub fn file_header(id: PackId) -> Vec<u8> {
    let mut header = Vec::with_capacity(FILE_HEADER_BYTES);
    header.extend_from_slice(&MAGIC);
    header.extend_from_slice(&FORM.to_le_bytes());
    header.extend_from_slice(&[0; 6]);
    header.extend_from_slice(id.as_bytes());
    header
}

/// Whether a newer program wrote a pack. One without a header, torn as it was made, is not newer.
pub fn is_newer(file: &dyn DiskFile) -> Result<bool, DiskError> {
    let mut header = [0; FILE_HEADER_BYTES];
    file.read_at(&mut header, 0)?;
    let mut fields = Fields::of(&header);
    let read = (fields.array(), fields.u16(), fields.u16(), fields.u32());
    let (Some(MAGIC), form, _, flags) = read else { return Ok(false) };
    Ok(form != Some(FORM) || flags != Some(0))
}

/// Footer and trailer for the records so far; `at` is where they will stand.
pub fn footer(entries: &[PackEntry], at: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * ENTRY_BYTES + TRAILER_BYTES);
    for entry in entries {
        bytes.extend_from_slice(entry.header.digest.as_bytes());
        bytes.extend_from_slice(&[entry.header.kind, entry.header.flags, 0, 0]);
        bytes.extend_from_slice(&entry.header.stored.to_le_bytes());
        bytes.extend_from_slice(&entry.header.raw.to_le_bytes());
        bytes.extend_from_slice(&entry.offset.to_le_bytes());
        bytes.extend_from_slice(&entry.generation.to_le_bytes());
    }
    let digest = Digest::of(&bytes);
    bytes.extend_from_slice(&at.to_le_bytes());
    bytes.extend_from_slice(&(entries.len() as u64).to_le_bytes());
    bytes.extend_from_slice(digest.as_bytes());
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&SEAL);
    bytes
}

/// Whether a pack ends in a trailer.
pub fn is_sealed(file: &dyn DiskFile, path: &Path) -> Result<bool, DiskError> {
    Ok(trailer(file, path)?.is_some())
}

fn trailer(file: &dyn DiskFile, path: &Path) -> Result<Option<(u64, u64, Digest)>, DiskError> {
    let size = file.stat()?.size;
    let Some(at) = size.checked_sub(TRAILER_BYTES as u64) else { return Ok(None) };
    let mut bytes = [0; TRAILER_BYTES];
    rushes_disk::read_exact_at(file, path, &mut bytes, at)?;
    let mut fields = Fields::of(&bytes);
    let read = (fields.u64(), fields.u64(), fields.array(), fields.u64(), fields.array());
    let (Some(footer), Some(count), Some(digest), Some(_), Some(SEAL)) = read else {
        return Ok(None);
    };
    let fits = count.checked_mul(ENTRY_BYTES as u64).and_then(|bytes| bytes.checked_add(footer));
    Ok((fits == Some(at)).then_some((footer, count, Digest::from_bytes(digest))))
}

/// The records of a sealed pack, from its footer; `None` when it is not sealed, or damaged there.
pub fn read_footer(file: &dyn DiskFile, path: &Path) -> Result<Option<Vec<PackEntry>>, DiskError> {
    let Some((at, count, digest)) = trailer(file, path)? else { return Ok(None) };
    let Ok(length) = usize::try_from(count.saturating_mul(ENTRY_BYTES as u64)) else {
        return Ok(None);
    };
    let mut bytes = vec![0; length];
    rushes_disk::read_exact_at(file, path, &mut bytes, at)?;
    if Digest::of(&bytes) != digest {
        return Ok(None);
    }
    Ok(bytes.chunks_exact(ENTRY_BYTES).map(parse_entry).collect())
}

fn parse_entry(bytes: &[u8]) -> Option<PackEntry> {
    let mut fields = Fields::of(bytes);
    let digest = Digest::from_bytes(fields.array()?);
    let (kind, flags) = (fields.u8()?, fields.u8()?);
    fields.u16()?;
    let (stored, raw) = (fields.u32()?, fields.u32()?);
    let header = Header { kind, flags, stored, raw, digest };
    Some(PackEntry { header, offset: fields.u64()?, generation: fields.u64()? })
}

/// Reads a record as it stands in a pack, unchecked; `None` when there cannot be one.
pub fn read_record(
    file: &dyn DiskFile,
    path: &Path,
    offset: u64,
) -> Result<Option<Vec<u8>>, DiskError> {
    let mut header = [0; HEADER_BYTES];
    if file.read_at(&mut header, offset)? < HEADER_BYTES {
        return Ok(None);
    }
    let Some(length) = Header::parse(&header).map(|header| header.record_bytes()) else {
        return Ok(None);
    };
    if offset.saturating_add(length as u64) > file.stat()?.size {
        return Ok(None);
    }
    let mut bytes = vec![0; length];
    rushes_disk::read_exact_at(file, path, &mut bytes, offset)?;
    Ok(Some(bytes))
}

/// Walks the good records of a pack from an offset on. Bytes that are none are passed over, never
/// removed; how many there were is the answer.
pub fn scan<E: From<DiskError>>(
    file: &dyn DiskFile,
    path: &Path,
    from: u64,
    mut each: impl FnMut(u64, &Header, Vec<u8>) -> Result<(), E>,
) -> Result<u64, E> {
    let size = file.stat()?.size;
    let mut at = from.max(FILE_HEADER_BYTES as u64);
    let mut passed_over = 0;
    while at < size {
        let bytes = read_record(file, path, at)?;
        if let Some((header, bytes)) =
            bytes.and_then(|bytes| Some((record::check(&bytes).ok()?, bytes)))
        {
            let length = bytes.len() as u64;
            each(at, &header, bytes)?;
            at += length;
            continue;
        }
        let next = next_magic(file, at + 1)?.unwrap_or(size);
        passed_over += next - at;
        at = next;
    }
    Ok(passed_over)
}

fn next_magic(file: &dyn DiskFile, mut from: u64) -> Result<Option<u64>, DiskError> {
    let mut window = vec![0; SEARCH_BYTES];
    loop {
        let count = file.read_at(&mut window, from)?;
        let read = window.get(..count).unwrap_or_default();
        if let Some(at) = read.windows(record::MAGIC.len()).position(|four| four == record::MAGIC) {
            return Ok(Some(from + at as u64));
        }
        if count < window.len() {
            return Ok(None);
        }
        from += (count - record::MAGIC.len() + 1) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Kind, encode};
    use rushes_disk::{CrashDisk, Disk};

    fn records() -> Vec<Vec<u8>> {
        [b"one".to_vec(), vec![7; 5000], b"three".to_vec()]
            .iter()
            .map(|raw| encode(Kind::Blob, &Digest::of(raw), raw).unwrap())
            .collect()
    }

    fn found(file: &dyn DiskFile, path: &Path) -> (Vec<u64>, u64) {
        let mut offsets = Vec::new();
        let passed_over = scan(file, path, 0, |at, _, _| {
            offsets.push(at);
            Ok::<_, DiskError>(())
        });
        (offsets, passed_over.unwrap())
    }

    #[test]
    fn a_gap_is_passed_over_and_what_follows_it_is_found() {
        let (disk, path) = (CrashDisk::new(), Path::new("p"));
        let file = disk.create_new(path).unwrap();
        let mut bytes = file_header(PackId::generate());
        let starts: Vec<_> = records()
            .iter()
            .map(|record| {
                bytes.extend_from_slice(record);
                (bytes.len() - record.len()) as u64
            })
            .collect();
        file.write_all_at(&bytes, 0).unwrap();
        assert_eq!(found(&*file, path), (starts.clone(), 0));
        disk.damage(path, |bytes| bytes[FILE_HEADER_BYTES + 60] ^= 1).unwrap();
        let (offsets, passed_over) = found(&*file, path);
        assert_eq!(offsets, starts[1..]);
        assert_eq!(passed_over, starts[1] - starts[0]);
    }

    #[test]
    fn a_footer_lists_what_was_written_and_damage_in_it_is_noticed() {
        let (disk, path) = (CrashDisk::new(), Path::new("p"));
        let file = disk.create_new(path).unwrap();
        let header = Header::parse(&records()[0]).unwrap();
        let entries = vec![PackEntry { header, offset: 32, generation: 3 }];
        file.write_all_at(&[0; 100], 0).unwrap();
        assert!(!is_sealed(&*file, path).unwrap());
        file.write_all_at(&footer(&entries, 100), 100).unwrap();
        assert_eq!(read_footer(&*file, path).unwrap(), Some(entries));
        disk.damage(path, |bytes| bytes[101] ^= 1).unwrap();
        assert_eq!(read_footer(&*file, path).unwrap(), None);
    }

    #[test]
    fn a_pack_of_a_newer_form_or_with_unknown_features_is_newer() {
        for (at, is_newer_then) in [(31, false), (8, true), (12, true)] {
            let (disk, path) = (CrashDisk::new(), Path::new("p"));
            let file = disk.create_new(path).unwrap();
            let mut header = file_header(PackId::generate());
            assert_eq!(header.len(), FILE_HEADER_BYTES);
            header[at] ^= 2;
            file.write_all_at(&header, 0).unwrap();
            assert_eq!(is_newer(&*file).unwrap(), is_newer_then, "byte {at}");
        }
    }
}
