//! The one way from async code to the vault, whose calls block.
//!
//! Knows nothing of what is called. Invariant: no more threads block at once than the two limits
//! here allow, whatever the number of connections; who finds no room within a bounded time is told
//! that the daemon is busy.

use std::sync::Arc;
use std::time::Duration;

use rushes_api::Code;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tracing::Span;

use crate::error::Refusal;

/// Short calls at once. Most wait for the disk or for a group commit, so many more than cores.
pub const CALLS_MAX: usize = 64;
/// Uploads at once: each holds a thread and a staging file while its bytes arrive.
pub const UPLOADS_MAX: usize = 64;
/// How long a request waits for room before it is told to come again.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The crossing.
#[derive(Debug)]
pub struct Crossing {
    calls: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
}

impl Crossing {
    /// Opens the crossing.
    pub fn new() -> Self {
        Self {
            calls: Arc::new(Semaphore::new(CALLS_MAX)),
            uploads: Arc::new(Semaphore::new(UPLOADS_MAX)),
        }
    }

    /// Runs a short blocking call. It goes on when the caller is dropped, and keeps its room.
    pub async fn call<T, E>(
        &self,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, Refusal>
    where
        T: Send + 'static,
        E: Into<Refusal>,
    {
        let room = room(&self.calls).await?;
        let span = Span::current();
        let task = tokio::task::spawn_blocking(move || {
            let answer = span.in_scope(work).map_err(Into::into);
            drop(room);
            answer
        });
        task.await.unwrap_or_else(|error| Err(Refusal::failed(error)))
    }

    /// Waits for room for one upload.
    pub async fn upload_room(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        room(&self.uploads).await
    }
}

async fn room(of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Refusal> {
    match timeout(WAIT_MAX, Arc::clone(of).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(closed)) => Err(Refusal::failed(closed)),
        Err(_elapsed) => {
            Err(Refusal::new(Code::Busy, "too many requests are waiting: try again in a moment"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_below_refuses_one_request_only() {
        let crossing = Crossing::new();
        let refused = crossing.call(|| -> Result<(), Refusal> { panic!("below") }).await;
        assert_eq!(refused.unwrap_err().problem().code, Code::Internal);
        assert_eq!(crossing.call(|| Ok::<_, Refusal>(7)).await.unwrap(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_room_is_told_to_come_again() {
        let crossing = Crossing::new();
        let all = Arc::clone(&crossing.uploads).acquire_many_owned(64).await;
        assert_eq!(crossing.upload_room().await.unwrap_err().problem().code, Code::Busy);
        drop(all);
        assert!(crossing.upload_room().await.is_ok());
    }
}
