//! Deletes and restores the assets of deleted and restored projects and parts, in bounded batches.
//!
//! Runs on a thread of its own. Invariant: how far it is stands in the facts alone, so that it goes
//! on after a restart; what fails is tried again with the next deletion or restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rushes_catalog::command::{Command, CommandError, FOLLOWED_MAX};
use rushes_catalog::{Catalog, Follow, QueryError};

use crate::worker::{Bell, Worker};

/// Scopes that are looked up at a time.
const SCOPES: usize = 64;

/// The thread; it ends with the vault.
#[derive(Debug)]
pub struct Follower(Worker);

/// Why a batch was not recorded.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl Follower {
    /// Starts it; it first goes on with what a stop has interrupted.
    pub fn start(catalog: Arc<Catalog>) -> std::io::Result<Self> {
        let work = move |stop: &AtomicBool| {
            if let Err(error) = follow_scopes(&catalog, stop) {
                tracing::warn!(%error, "assets do not follow their project yet");
            }
        };
        Worker::start("follower", Bell::new(), work).map(Self)
    }

    /// Says that a scope was deleted or restored.
    pub fn call(&self) {
        if !self.0.call() {
            tracing::error!("assets do not follow their projects until a restart");
        }
    }

    /// Ends it after the batch that is under way. A second call does nothing.
    pub fn stop(&self) {
        self.0.stop();
    }
}

fn follow_scopes(catalog: &Catalog, stop: &AtomicBool) -> Result<(), FollowError> {
    let mut after = None;
    loop {
        let follows = catalog.follows(after.as_ref(), SCOPES)?;
        for follow in &follows {
            follow_scope(catalog, follow, stop)?;
        }
        after = follows.last().cloned();
        if follows.len() < SCOPES || stop.load(Ordering::SeqCst) {
            return Ok(());
        }
    }
}

fn follow_scope(catalog: &Catalog, follow: &Follow, stop: &AtomicBool) -> Result<(), FollowError> {
    let mut after = None;
    while !stop.load(Ordering::SeqCst) {
        let found = catalog.following(follow, after, FOLLOWED_MAX)?;
        let is_last = found.next.is_none();
        if !found.is_under_way {
            return Ok(());
        }
        if is_last || !found.asset_ids.is_empty() {
            let command = Command::FollowScope {
                scope: follow.scope.clone(),
                since: follow.since,
                asset_ids: found.asset_ids,
                is_last,
            };
            match catalog.submit(follow.viewer, command, None) {
                Ok(_) => {}
                // It was deleted or restored meanwhile, and the next call goes the other way.
                Err(CommandError::Missing { .. }) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        if is_last {
            return Ok(());
        }
        after = found.next;
    }
    Ok(())
}
