//! What the tests of the whole share: a running daemon, a client, media, and cleaning up.
//!
//! Everything runs on loopback, on ports that the system picks, below temporary directories; what a
//! test starts ends with it, whatever the test's outcome.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking, and so does what it is made of"
)]

mod client;
mod daemon;
mod dice;
mod upkeep;

pub use client::{Client, Form};
pub use daemon::{Daemon, Start, program};
pub use dice::{Dice, setting};
pub use upkeep::Job;

use std::path::Path;
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until something holds.
///
/// # Panics
/// When it does not hold in [`PATIENCE`].
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Bytes that do not compress and differ by seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// A content with a few KiB more near its front, as an edit leaves it: the rest moves, and is the
/// same. Edits of one seed are the same.
pub fn edited(content: &[u8], seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let at = usize::try_from(dice.below(100_000)).unwrap().min(content.len());
    let more = usize::try_from(1 + dice.below(8 << 10)).unwrap();
    let (front, rest) = content.split_at(at);
    [front, &noise(dice.roll(), more), rest].concat()
}

/// All files below a directory.
pub fn files_below(path: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}
