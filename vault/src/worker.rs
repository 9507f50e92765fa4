//! A thread that does what is due whenever it is called, until it is stopped.
//!
//! Knows nothing of what that is. Invariant: what is due stands elsewhere, so that a call that is
//! lost to a stop costs nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Calls a worker; many may hold one.
#[derive(Debug, Clone)]
pub struct Bell(SyncSender<()>);

/// What a worker hears.
#[derive(Debug)]
pub struct Calls(Receiver<()>);

impl Bell {
    /// A bell, and what its worker is started with. It has been rung once.
    pub fn new() -> (Self, Calls) {
        // One call that waits covers all that come before it is taken.
        let (calls, called) = sync_channel(1);
        let bell = Self(calls);
        bell.ring();
        (bell, Calls(called))
    }

    /// Calls the worker, and never waits; `false` when there is none any more.
    pub fn ring(&self) -> bool {
        !matches!(self.0.try_send(()), Err(TrySendError::Disconnected(())))
    }
}

/// The thread.
#[derive(Debug)]
pub struct Worker {
    name: &'static str,
    bell: Bell,
    stop: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Worker {
    /// Starts one, which works once for each call. `work` looks at what it is given now and then,
    /// and returns when that is set.
    pub fn start(
        name: &'static str,
        (bell, calls): (Bell, Calls),
        work: impl Fn(&AtomicBool) + Send + 'static,
    ) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let run = move || {
            while calls.0.recv().is_ok() && !stopped.load(Ordering::SeqCst) {
                work(&stopped);
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Self { name, bell, stop, thread: Mutex::new(Some(thread)) })
    }

    /// Calls it, and never waits; `false` when it is gone.
    pub fn call(&self) -> bool {
        self.bell.ring()
    }

    /// Ends it after the step that is under way. A second call does nothing.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.bell.ring();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!(thread = self.name, "a thread has failed");
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}
