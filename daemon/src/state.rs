//! What every request may use.
//!
//! Knows no route. Invariant: nothing here changes while the daemon serves, except the mount.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rushes_fs::Mount;
use rushes_vault::Vault;

use crate::crossing::Crossing;
use crate::front::Front;
use crate::jobs::Jobs;
use crate::jwt::Issuer;
use crate::sign::Signer;
use crate::tokens::Tokens;
use crate::users::Users;

/// The daemon.
#[derive(Debug)]
pub struct App {
    /// What was there before.
    pub front: Arc<Front>,
    /// Bytes and facts.
    pub vault: Arc<Vault>,
    /// The way to them.
    pub crossing: Crossing,
    /// With what one may ask.
    pub tokens: Tokens,
    /// Who may ask.
    pub users: Users,
    /// What runs for long.
    pub jobs: Jobs,
    /// Whose tokens are taken beside our own.
    pub issuer: Option<Issuer>,
    /// What signs URLs.
    pub signer: Signer,
    /// Largest file of an upload.
    pub upload_bytes_max: u64,
    /// The mounts, while there are any.
    pub mounts: Mutex<Vec<Mount>>,
}

impl App {
    /// The mounts, while there are any.
    pub fn mounts(&self) -> MutexGuard<'_, Vec<Mount>> {
        self.mounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
