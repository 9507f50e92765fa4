//! What there is of the daemon before its data directory is open.
//!
//! Knows no vault and no route. Invariant: nothing here changes while the daemon serves, except the
//! phase and what is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use rushes_api::{Code, Progress as Told};
use rushes_vault::{Progress, Step};

use crate::cors::Origins;
use crate::error::Refusal;
use crate::hosts::{BaseUrl, Hosts};
use crate::metrics::Metrics;

/// Where the daemon is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Its data directory is not open yet, or its mount is not there.
    Starting,
    /// It serves.
    Ready,
    /// It finishes what it began.
    Stopping,
}

/// The daemon's outside.
#[derive(Debug)]
pub struct Front {
    /// Which other origins' pages may ask.
    pub origins: Origins,
    /// Under which names.
    pub hosts: Hosts,
    /// What links begin with; `None` takes the request's host.
    pub base_url: Option<BaseUrl>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// How far the start has come.
    pub progress: Progress,
    /// When the daemon started.
    pub started: Instant,
    /// Where the daemon is in its life.
    pub phase: AtomicPhase,
}

impl Front {
    /// Refuses what has to wait until the daemon is ready.
    pub fn not_ready(&self) -> Refusal {
        if self.phase.get() == Phase::Stopping {
            return Refusal::new(Code::Busy, "the daemon is stopping");
        }
        let Step { phase, done, total } = self.progress.step();
        Refusal::starting(Told { phase: phase.to_owned(), done, total })
    }
}

/// A phase that threads share.
#[derive(Debug)]
pub struct AtomicPhase(AtomicU8);

impl AtomicPhase {
    /// Begins at the beginning.
    pub const fn new() -> Self {
        Self(AtomicU8::new(Phase::Starting as u8))
    }

    /// The phase now.
    pub fn get(&self) -> Phase {
        match self.0.load(Ordering::SeqCst) {
            0 => Phase::Starting,
            1 => Phase::Ready,
            _ => Phase::Stopping,
        }
    }

    /// Goes on to a phase.
    pub fn set(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::SeqCst);
    }
}
