//! A disk with a write cache that a power cut empties: what is durable, what is pending, and what
//! a cut leaves of it.
//!
//! Knows nothing of FUSE. Invariant: a sector that is durable stays so until it is written again;
//! of what is pending, a cut keeps any sectors or none, but never mixes two writes in one sector.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use rushes_harness::Dice;

/// What a disk writes as one.
pub const SECTOR_BYTES: usize = 512;
/// What is kept in one piece here.
const BLOCK_BYTES: usize = 4096;

type Block = [u8; BLOCK_BYTES];

/// What a cut keeps of the writes that no flush has covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Nothing.
    None,
    /// Everything.
    All,
    /// Those before one of them.
    Prefix,
    /// Some.
    Subset,
    /// Some sectors of each.
    Torn,
}

impl FromStr for Kept {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "none" => Self::None,
            "all" => Self::All,
            "prefix" => Self::Prefix,
            "subset" => Self::Subset,
            "torn" => Self::Torn,
            other => return Err(format!("nothing that a cut can keep: {other}")),
        })
    }
}

/// Bytes by place; what was never written is zero. Copies share what is the same.
#[derive(Debug, Clone, Default)]
struct Image(BTreeMap<u64, Arc<Block>>);

impl Image {
    fn read(&self, offset: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        for (number, within, part) in pieces(offset, length) {
            if let Some(block) = self.0.get(&number) {
                bytes[part.clone()].copy_from_slice(&block[within..within + part.len()]);
            }
        }
        bytes
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) {
        for (number, within, part) in pieces(offset, bytes.len()) {
            let fresh = &bytes[part.clone()];
            if part.len() == BLOCK_BYTES && fresh.iter().all(|byte| *byte == 0) {
                self.0.remove(&number);
                continue;
            }
            let block = self.0.entry(number).or_insert_with(|| Arc::new([0; BLOCK_BYTES]));
            Arc::make_mut(block)[within..within + part.len()].copy_from_slice(fresh);
        }
    }
}

/// The blocks that a range touches: number, where in the block, which part of the range.
fn pieces(
    offset: u64,
    length: usize,
) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let within = usize::try_from(at % BLOCK_BYTES as u64).unwrap();
        let piece = (BLOCK_BYTES - within).min(length - done);
        let part = done..done + piece;
        done += piece;
        (piece > 0).then_some((at / BLOCK_BYTES as u64, within, part))
    })
}

#[derive(Debug, Clone)]
struct Write {
    offset: u64,
    bytes: Arc<[u8]>,
}

/// A disk that forgets at a power cut what was not flushed.
#[derive(Debug)]
pub struct Volatile {
    /// How large it is.
    pub bytes: u64,
    /// Whether it says yes to a flush and does nothing.
    pub lies: bool,
    /// How often it was flushed.
    pub flushes: u64,
    durable: Image,
    current: Image,
    pending: Vec<Write>,
}

impl Volatile {
    /// An empty one.
    pub fn new(bytes: u64) -> Self {
        Self {
            bytes,
            lies: false,
            flushes: 0,
            durable: Image::default(),
            current: Image::default(),
            pending: Vec::new(),
        }
    }

    /// What was written last.
    pub fn read(&self, offset: u64, length: usize) -> Vec<u8> {
        let left = usize::try_from(self.bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
        self.current.read(offset, length.min(left))
    }

    /// Takes bytes; they are durable after the next flush. `false` past the end.
    pub fn write(&mut self, offset: u64, bytes: &[u8]) -> bool {
        if offset + bytes.len() as u64 > self.bytes {
            return false;
        }
        self.current.write(offset, bytes);
        self.pending.push(Write { offset, bytes: bytes.into() });
        true
    }

    /// Makes everything durable that was taken before.
    pub fn flush(&mut self) {
        self.flushes += 1;
        if self.lies {
            return;
        }
        for write in self.pending.drain(..) {
            self.durable.write(write.offset, &write.bytes);
        }
    }

    /// How many writes no flush has covered.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// The disk as a power cut at this moment would leave it. This one goes on.
    pub fn cut(&self, kept: Kept, dice: &mut Dice) -> Self {
        let mut durable = self.durable.clone();
        let prefix = dice.below(self.pending.len() as u64 + 1);
        for (number, write) in self.pending.iter().enumerate() {
            let whole = match kept {
                Kept::None => break,
                Kept::Prefix if number as u64 == prefix => break,
                Kept::All | Kept::Prefix => true,
                Kept::Subset => dice.coin(),
                Kept::Torn => {
                    tear(&mut durable, write, dice);
                    continue;
                }
            };
            if whole {
                durable.write(write.offset, &write.bytes);
            }
        }
        let current = durable.clone();
        Self { durable, current, ..Self::new(self.bytes) }
    }
}

/// Keeps some sectors of a write.
fn tear(durable: &mut Image, write: &Write, dice: &mut Dice) {
    let mut at = 0;
    while at < write.bytes.len() {
        let offset = write.offset + at as u64;
        let within = usize::try_from(offset % SECTOR_BYTES as u64).unwrap();
        let end = (at + SECTOR_BYTES - within).min(write.bytes.len());
        if dice.coin() {
            durable.write(offset, &write.bytes[at..end]);
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: usize = SECTOR_BYTES;

    fn disk() -> Volatile {
        let mut disk = Volatile::new(1 << 20);
        assert!(disk.write(0, &[1; 3 * 4096]));
        disk.flush();
        for number in 0..8u8 {
            let offset = u64::from(number) * 2 * S as u64;
            assert!(disk.write(offset, &[10 + number; 2 * S]));
        }
        disk
    }

    /// The first byte of each sector.
    fn sectors(disk: &Volatile) -> Vec<u8> {
        let bytes = disk.read(0, 16 * S);
        bytes.chunks(S).inspect(|s| assert!(s.iter().all(|b| *b == s[0]))).map(|s| s[0]).collect()
    }

    #[test]
    fn a_read_sees_what_was_written_last() {
        let mut disk = disk();
        assert!(disk.write(4090, b"over two blocks"));
        assert_eq!(disk.read(4090, 15), b"over two blocks");
        assert_eq!(disk.read(4089, 1), [13]);
        assert_eq!(disk.read(5 * 4096, 10), [0; 10]);
        assert_eq!(disk.read((1 << 20) - 4, 10).len(), 4);
        assert!(!disk.write((1 << 20) - 4, b"12345"));
    }

    #[test]
    fn a_cut_without_luck_leaves_what_was_flushed() {
        let disk = disk();
        assert_eq!(sectors(&disk.cut(Kept::None, &mut Dice::new(1))), [1; 16]);
        assert_eq!(disk.pending(), 8);
        let mut flushed = disk;
        flushed.flush();
        assert_eq!(sectors(&flushed.cut(Kept::None, &mut Dice::new(1))), sectors(&flushed));
    }

    #[test]
    fn a_cut_keeps_a_prefix_a_subset_or_sectors() {
        let disk = disk();
        let written = sectors(&disk);
        assert_eq!(sectors(&disk.cut(Kept::All, &mut Dice::new(1))), written);
        let mut seen = [false; 3];
        for seed in 0..50 {
            let prefix = sectors(&disk.cut(Kept::Prefix, &mut Dice::new(seed)));
            let kept = prefix.iter().take_while(|byte| **byte != 1).count();
            assert_eq!(prefix[..kept], written[..kept]);
            assert!(kept % 2 == 0 && prefix[kept..].iter().all(|byte| *byte == 1));
            seen[0] |= kept > 0 && kept < 16;
            let subset = sectors(&disk.cut(Kept::Subset, &mut Dice::new(seed)));
            assert!(subset.chunks(2).all(|pair| pair[0] == pair[1]));
            seen[1] |= subset.windows(3).any(|at| at[0] == 1 && at[1] != 1);
            let torn = sectors(&disk.cut(Kept::Torn, &mut Dice::new(seed)));
            assert!(torn.iter().zip(&written).all(|(kept, all)| *kept == 1 || kept == all));
            seen[2] |= torn.chunks(2).any(|pair| pair[0] != pair[1]);
        }
        assert_eq!(seen, [true; 3]);
    }

    #[test]
    fn a_disk_that_lies_keeps_nothing() {
        let mut disk = disk();
        disk.lies = true;
        disk.flush();
        assert_eq!(sectors(&disk.cut(Kept::None, &mut Dice::new(1))), [1; 16]);
    }
}
