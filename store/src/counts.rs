//! What lies on the disk, in numbers.
//!
//! Knows nothing of how it is counted.

use std::sync::Arc;
use std::time::{Duration, Instant};

/// A number of things and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Count {
    /// Adds one more.
    pub fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }
}

/// What a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Each blob once, at its full length.
    pub logical: Count,
    /// Wholes.
    pub wholes: Count,
    /// Packs, the open one included.
    pub packs: Count,
    /// Records of sealed packs, as they are stored.
    pub records_stored: Count,
    /// The same records, unpacked: against the stored ones it gives the ratio of compression.
    pub records_raw: Count,
    /// Blobs in packs, at the length of their records.
    pub packed: Count,
    /// Manifests that count, at the length of their records.
    pub manifests: Count,
    /// Blobs in ranges, at their full length.
    pub ranges: Count,
    /// What lies in quarantine.
    pub quarantine: Count,
    /// Blobs that are damaged and not healed.
    pub damaged: u64,
    /// How long counting took, in milliseconds.
    pub took_ms: u64,
}

/// What was counted last, and whether somebody is counting.
#[derive(Debug, Default)]
pub struct Counted {
    /// The result and when it was there.
    pub last: Option<(Arc<Stats>, Instant)>,
    /// Whether a thread is at it.
    pub is_counting: bool,
}

/// How old a count may be before it is made again.
const AGE_MIN: Duration = Duration::from_mins(1);
/// How many times as long as it took: counting costs a twentieth of one core at most.
const AGE_FACTOR: u64 = 20;

impl Counted {
    /// Whether it is time to count again.
    pub fn is_old(&self) -> bool {
        self.last.as_ref().is_none_or(|(stats, at)| {
            at.elapsed() > AGE_MIN.max(Duration::from_millis(stats.took_ms * AGE_FACTOR))
        })
    }
}
