//! Reads through the records of a pack, and finds them again behind damaged bytes.
//!
//! Knows nothing of the index. Invariant: only intact records are reported; all other bytes are
//! counted.

use rushes_digest::Digest;
use rushes_disk::{DiskFile, Result};

use crate::footer::{ENTRIES_MAX, HEADER_BYTES};
use crate::place::PackId;
use crate::record::{self, BLOB, HEAD_BYTES, Head, MAGIC, MANIFEST};

/// How much is read at once, in bytes.
const WINDOW_BYTES: usize = 1 << 20;

/// What was met beside intact records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Bytes that no record covers, with an intact record behind them: never the trace of a power
    /// cut, because a batch is written only once the one before it is durable.
    pub inner_bytes: u64,
    /// Bytes behind the last intact record, unless all of them are zeros: a pack grows ahead.
    pub tail_bytes: u64,
    /// Which blobs the damaged records among the inner bytes were of, as far as their fronts can be
    /// read. Nothing vouches for that.
    pub inner_digests: Vec<Digest>,
}

/// Hands each intact record of a pack to `each`, in order, with its offset. `size` is where the
/// records end: where the footer begins, or the file ends.
pub fn scan<E: From<rushes_disk::DiskError>>(
    pack: PackId,
    file: &dyn DiskFile,
    size: u64,
    mut each: impl FnMut(u64, Head, &[u8]) -> std::result::Result<(), E>,
) -> std::result::Result<Gaps, E> {
    let mut window = Window { file, start: 0, bytes: Vec::new() };
    let (mut gaps, mut in_gap) = (Gaps::default(), Vec::new());
    let mut at = HEADER_BYTES as u64;
    while at < size {
        if let Some((head, payload)) = window.record(pack, at, size)? {
            each(at, head, payload)?;
            at += head.record_bytes() as u64;
            gaps.inner_bytes += std::mem::take(&mut gaps.tail_bytes);
            gaps.inner_digests.append(&mut in_gap);
        } else if gaps.tail_bytes == 0 && window.is_empty(at, size)? {
            break;
        } else {
            let head = Head::parse(window.get(at, HEAD_BYTES)?);
            let of_blob = head.filter(|head| matches!(head.kind, BLOB | MANIFEST));
            if gaps.inner_digests.len() + in_gap.len() < ENTRIES_MAX {
                in_gap.extend(of_blob.map(|head| head.digest));
            }
            let next = window.next_magic(at + 1, size)?;
            gaps.tail_bytes += next - at;
            at = next;
        }
    }
    Ok(gaps)
}

struct Window<'a> {
    file: &'a dyn DiskFile,
    start: u64,
    bytes: Vec<u8>,
}

impl Window<'_> {
    /// Bytes at an offset, `count` of them or fewer at the end of the file.
    fn get(&mut self, at: u64, count: usize) -> Result<&[u8]> {
        let within = at.checked_sub(self.start).and_then(|within| usize::try_from(within).ok());
        let from = match within {
            Some(from) if from + count <= self.bytes.len() => from,
            _ => {
                self.bytes.resize(count.max(WINDOW_BYTES), 0);
                let got = self.file.read_at(&mut self.bytes, at)?;
                self.bytes.truncate(got);
                self.start = at;
                0
            }
        };
        let end = self.bytes.len().min(from + count);
        Ok(self.bytes.get(from..end).unwrap_or_default())
    }

    fn record(&mut self, pack: PackId, at: u64, size: u64) -> Result<Option<(Head, &[u8])>> {
        let Some(head) = Head::parse(self.get(at, HEAD_BYTES)?) else { return Ok(None) };
        if size - at < head.record_bytes() as u64 {
            return Ok(None);
        }
        Ok(record::open(pack, self.get(at, head.record_bytes())?))
    }

    /// Whether nothing but zeros follows.
    fn is_empty(&mut self, mut at: u64, size: u64) -> Result<bool> {
        while at < size {
            let bytes = self.get(at, WINDOW_BYTES / 2)?;
            if bytes.is_empty() || bytes.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            at += bytes.len() as u64;
        }
        Ok(true)
    }

    /// Where the next record may start; the end of the file when there is none.
    fn next_magic(&mut self, mut at: u64, size: u64) -> Result<u64> {
        while at < size {
            let bytes = self.get(at, WINDOW_BYTES / 2)?;
            let found = bytes.windows(MAGIC.len()).position(|four| four == MAGIC);
            if let Some(found) = found {
                return Ok(at + found as u64);
            }
            // A magic may lie across the edge.
            at += bytes.len().saturating_sub(MAGIC.len() - 1).max(1) as u64;
        }
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rushes_digest::Digest;
    use rushes_disk::{CrashDisk, Disk, DiskError};

    use super::*;
    use crate::footer::header;
    use crate::record::Record;

    const PACK: PackId = PackId([8; 16]);

    fn content(number: u8) -> Vec<u8> {
        [&[number][..], &MAGIC, &[number; 200]].concat()
    }

    /// A pack of ten records and where each one starts.
    fn pack() -> (Vec<u8>, Vec<usize>) {
        let mut bytes = header(PACK);
        let mut starts = Vec::new();
        for number in 0..10 {
            starts.push(bytes.len());
            let content = content(number);
            Record::blob(Digest::of(&content), &content).write(PACK, &mut bytes);
        }
        (bytes, starts)
    }

    fn found(bytes: &[u8]) -> (Vec<Digest>, Gaps) {
        let file = CrashDisk::new().create_new(Path::new("p")).unwrap();
        file.write_all_at(bytes, 0).unwrap();
        let mut found = Vec::new();
        let gaps = scan::<DiskError>(PACK, &*file, bytes.len() as u64, |_, head, _| {
            found.push(head.digest);
            Ok(())
        });
        (found, gaps.unwrap())
    }

    fn all_but(lost: usize) -> Vec<Digest> {
        let all = (0..10u8).map(|number| Digest::of(&content(number)));
        all.enumerate().filter(|(at, _)| *at != lost).map(|(_, digest)| digest).collect()
    }

    #[test]
    fn one_flipped_bit_costs_one_record() {
        let (good, starts) = pack();
        assert_eq!(found(&good), (all_but(99), Gaps::default()));
        for byte in 32..good.len() {
            let mut bytes = good.clone();
            bytes[byte] ^= 0x10;
            let lost = starts.iter().rposition(|start| *start <= byte).unwrap();
            let (digests, gaps) = found(&bytes);
            assert_eq!(digests, all_but(lost), "byte {byte}");
            let length = starts.get(lost + 1).unwrap_or(&good.len()) - starts[lost];
            let tail_bytes = if lost == 9 { length as u64 } else { 0 };
            let inner_bytes = if lost == 9 { 0 } else { length as u64 };
            assert_eq!(
                (gaps.inner_bytes, gaps.tail_bytes),
                (inner_bytes, tail_bytes),
                "byte {byte}"
            );
            let number = u8::try_from(lost).unwrap();
            let is_told = gaps.inner_digests.contains(&Digest::of(&content(number)));
            let is_front_intact = byte - starts[lost] >= HEAD_BYTES;
            assert!(is_told || lost == 9 || !is_front_intact, "byte {byte}");
            assert!(!is_told || lost != 9, "byte {byte}");
        }
    }

    #[test]
    fn zeros_behind_the_last_record_are_nothing_but_other_bytes_are_damage() {
        let (mut bytes, _) = pack();
        bytes.resize(bytes.len() + 2 * WINDOW_BYTES, 0);
        assert_eq!(found(&bytes), (all_but(99), Gaps::default()));
        let end = bytes.len();
        bytes[end - 1] = 1;
        let gaps = Gaps { tail_bytes: 2 * WINDOW_BYTES as u64, ..Gaps::default() };
        assert_eq!(found(&bytes), (all_but(99), gaps));
    }

    #[test]
    fn a_record_of_another_pack_inside_a_payload_is_not_found() {
        let mut bytes = header(PACK);
        let mut other = Vec::new();
        Record::blob(Digest::of(b"x"), b"x").write(PackId([9; 16]), &mut other);
        Record::blob(Digest::of(&other), &other).write(PACK, &mut bytes);
        bytes[40] ^= 1; // the outer one is damaged
        assert_eq!(found(&bytes).0, []);
    }

    #[test]
    fn records_are_found_behind_a_long_gap() {
        let (good, starts) = pack();
        let mut bytes = good[..starts[5]].to_vec();
        bytes.resize(bytes.len() + 3 * WINDOW_BYTES, 0);
        bytes.extend(&good[starts[5]..]);
        let (digests, gaps) = found(&bytes);
        assert_eq!(digests, all_but(99));
        assert_eq!(gaps, Gaps { inner_bytes: 3 * WINDOW_BYTES as u64, ..Gaps::default() });
    }
}
