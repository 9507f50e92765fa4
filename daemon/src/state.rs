//! What every request may use.
//!
//! Knows no route. Invariant: nothing here changes while the daemon serves, except the phase and
//! the mount.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rushes_fs::Mount;
use rushes_vault::Vault;

use crate::cors::Origins;
use crate::crossing::Crossing;
use crate::hosts::{BaseUrl, Hosts};
use crate::jobs::Jobs;
use crate::jwt::Issuer;
use crate::metrics::Metrics;
use crate::sign::Signer;
use crate::tokens::Tokens;
use crate::users::Users;

/// Where the daemon is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// It answers, but the mount is not there yet.
    Starting,
    /// It serves.
    Ready,
    /// It finishes what it began.
    Stopping,
}

/// The daemon.
#[derive(Debug)]
pub struct App {
    /// Bytes and facts.
    pub vault: Arc<Vault>,
    /// The way to them.
    pub crossing: Crossing,
    /// With what one may ask.
    pub tokens: Tokens,
    /// Who may ask.
    pub users: Users,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What runs for long.
    pub jobs: Jobs,
    /// Whose tokens are taken beside our own.
    pub issuer: Option<Issuer>,
    /// What signs URLs.
    pub signer: Signer,
    /// Which other origins' pages may ask.
    pub origins: Origins,
    /// Under which names.
    pub hosts: Hosts,
    /// What links begin with; `None` takes the request's host.
    pub base_url: Option<BaseUrl>,
    /// Largest file of an upload.
    pub upload_bytes_max: u64,
    /// When the daemon started.
    pub started: Instant,
    /// The mount, while there is one.
    pub mount: Mutex<Option<Mount>>,
    /// Where the daemon is in its life.
    pub phase: AtomicPhase,
}

impl App {
    /// The mount, while there is one.
    pub fn mount(&self) -> MutexGuard<'_, Option<Mount>> {
        self.mount.lock().unwrap_or_else(PoisonError::into_inner)
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
