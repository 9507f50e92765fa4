//! How far a scrub has come, and how fast it may go.
//!
//! Knows nothing of files. Invariant: at a gentle pace most of the time goes by asleep.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::bytes::Fields;

/// How many times as long as it worked a gentle scrub sleeps: a tenth of one core and of the disk.
const GENTLE_FACTOR: u32 = 9;
/// Work is done in stretches of this length before it sleeps: shorter sleeps would only be late.
const STRETCH: Duration = Duration::from_millis(5);
/// How long it sleeps before it looks whether it must stop.
const NAP: Duration = Duration::from_millis(50);

/// How fast a scrub goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// In the background: it sleeps nine times as long as each step took.
    Gentle,
    /// As fast as two threads can.
    Full,
}

/// How far a scrub has come.
#[derive(Debug, Default)]
pub struct Progress {
    is_running: AtomicBool,
    began_ms: AtomicI64,
    ended_ms: AtomicI64,
    files: AtomicU64,
    bytes: AtomicU64,
    files_total: AtomicU64,
    bytes_total: AtomicU64,
    damaged: AtomicU64,
    healed: AtomicU64,
    unreadable: AtomicU64,
}

/// How far a scrub has come, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScrubState {
    /// Whether one is under way in this process.
    pub is_running: bool,
    /// When the pass began, milliseconds since 1970; 0 before the first one.
    pub began_ms: i64,
    /// When the last complete pass ended; 0 before the first one.
    pub ended_ms: i64,
    /// Files that this pass has read, also before a restart.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that there were when it began or went on.
    pub files_total: u64,
    /// Their bytes.
    pub bytes_total: u64,
    /// Damaged files that this pass has met.
    pub damaged: u64,
    /// How many of them are whole again.
    pub healed: u64,
    /// Files that could not be read or judged for another reason: the disk, or no room to heal.
    pub unreadable: u64,
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub enum Tally {
    /// A file that was read to its end.
    File,
    /// Bytes that were read.
    Bytes(u64),
    /// A damaged file.
    Damaged,
    /// One that is whole again.
    Healed,
    /// One that could not be judged.
    Unreadable,
}

impl Progress {
    /// Marks a scrub as running; `false` when one is already.
    pub fn begin(&self) -> bool {
        !self.is_running.swap(true, Ordering::AcqRel)
    }

    /// Marks that it is not running any more.
    pub fn end(&self) {
        self.is_running.store(false, Ordering::Release);
    }

    /// Counts.
    pub fn add(&self, tally: Tally) {
        let (counter, by) = match tally {
            Tally::File => (&self.files, 1),
            Tally::Bytes(count) => (&self.bytes, count),
            Tally::Damaged => (&self.damaged, 1),
            Tally::Healed => (&self.healed, 1),
            Tally::Unreadable => (&self.unreadable, 1),
        };
        counter.fetch_add(by, Ordering::Relaxed);
    }

    /// How it stands.
    pub fn state(&self) -> ScrubState {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ScrubState {
            is_running: self.is_running.load(Ordering::Acquire),
            began_ms: self.began_ms.load(Ordering::Relaxed),
            ended_ms: self.ended_ms.load(Ordering::Relaxed),
            files: get(&self.files),
            bytes: get(&self.bytes),
            files_total: get(&self.files_total),
            bytes_total: get(&self.bytes_total),
            damaged: get(&self.damaged),
            healed: get(&self.healed),
            unreadable: get(&self.unreadable),
        }
    }

    /// Goes on from a state; whether it runs stays as it is.
    pub fn set(&self, state: &ScrubState) {
        let set = |counter: &AtomicU64, to| counter.store(to, Ordering::Relaxed);
        self.began_ms.store(state.began_ms, Ordering::Relaxed);
        self.ended_ms.store(state.ended_ms, Ordering::Relaxed);
        set(&self.files, state.files);
        set(&self.bytes, state.bytes);
        set(&self.files_total, state.files_total);
        set(&self.bytes_total, state.bytes_total);
        set(&self.damaged, state.damaged);
        set(&self.healed, state.healed);
        set(&self.unreadable, state.unreadable);
    }
}

impl ScrubState {
    /// The byte form, for the index.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(self.began_ms.to_le_bytes());
        bytes.extend(self.ended_ms.to_le_bytes());
        let counts = [
            self.files,
            self.bytes,
            self.files_total,
            self.bytes_total,
            self.damaged,
            self.healed,
            self.unreadable,
        ];
        bytes.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
        bytes
    }

    /// Takes the byte form off the front; `None` when it is not one.
    pub fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            is_running: false,
            began_ms: i64::from_le_bytes(fields.array()?),
            ended_ms: i64::from_le_bytes(fields.array()?),
            files: fields.u64()?,
            bytes: fields.u64()?,
            files_total: fields.u64()?,
            bytes_total: fields.u64()?,
            damaged: fields.u64()?,
            healed: fields.u64()?,
            unreadable: fields.u64()?,
        })
    }
}

/// Keeps background work to its share of the time: it sleeps in proportion to how long its own
/// steps took, so that it gives way where the disk is busy.
#[derive(Debug)]
pub struct Throttle<'a> {
    pace: Pace,
    stop: &'a AtomicBool,
    woke: Instant,
}

impl<'a> Throttle<'a> {
    /// Begins to measure.
    pub fn new(pace: Pace, stop: &'a AtomicBool) -> Self {
        Self { pace, stop, woke: Instant::now() }
    }

    /// After a step: sleeps when it is time to. `false` when the work must stop.
    pub fn goes_on(&mut self) -> bool {
        let worked = self.woke.elapsed();
        if self.pace == Pace::Gentle && worked >= STRETCH {
            let mut rest = worked * GENTLE_FACTOR;
            while !rest.is_zero() && !self.is_stopped() {
                let nap = rest.min(NAP);
                std::thread::sleep(nap);
                rest -= nap;
            }
            self.woke = Instant::now();
        }
        !self.is_stopped()
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_and_goes_on() {
        let progress = Progress::default();
        assert!(progress.begin() && !progress.begin());
        progress.add(Tally::Bytes(7));
        progress.add(Tally::Damaged);
        let state = ScrubState { is_running: false, ended_ms: -3, ..progress.state() };
        let bytes = state.encode();
        assert_eq!(ScrubState::decode(&mut Fields(&bytes)), Some(state));
        assert_eq!(ScrubState::decode(&mut Fields(&bytes[1..])), None);
        progress.end();
        progress.set(&state);
        progress.add(Tally::Bytes(1));
        assert_eq!(progress.state(), ScrubState { bytes: 8, ..state });
    }

    #[test]
    fn a_stop_is_heard_at_either_pace() {
        let stop = AtomicBool::new(false);
        for pace in [Pace::Gentle, Pace::Full] {
            assert!(Throttle::new(pace, &stop).goes_on());
        }
        stop.store(true, Ordering::Release);
        for pace in [Pace::Gentle, Pace::Full] {
            assert!(!Throttle::new(pace, &stop).goes_on());
        }
    }
}
