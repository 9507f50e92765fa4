//! Hashes a file that is being written, behind whoever writes it: on a thread of its own while much
//! of it is new, so that neither waits for the other.
//!
//! Invariant: what was hashed is never written again without being thrown away, and nothing is
//! hashed that a write may still be changing.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rushes_disk::{DiskFile, read_exact_at};

use crate::cutter::BLOCK_BYTES;
use crate::error::StoreError;
use crate::hints::Familiar;
use crate::shelf::Shelf;
use crate::staging::Staging;

/// How much is written in order before a thread begins to hash it, in bytes: shorter files are
/// hashed faster than a thread is started.
const AHEAD_BYTES: u64 = 4 << 20;
/// Threads that hash at a time, in the process; further files are hashed when they are sealed.
const THREADS_MAX: usize = 2;
/// How long a thread waits for more bytes before it ends.
const PATIENCE: Duration = Duration::from_millis(200);

static THREADS: AtomicUsize = AtomicUsize::new(0);

/// What is known of a file's front.
#[derive(Debug)]
pub struct Trail {
    shelf: Arc<Shelf>,
    familiar: Familiar,
    path: PathBuf,
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug)]
struct State {
    /// What was hashed; `None` while the thread has it, and once a write went back.
    staging: Option<Staging>,
    /// Up to where it is hashed, or the thread is at.
    end: u64,
    /// Up to where it was written in order.
    written: u64,
    /// Counts how often it began anew: what an older thread brings is not wanted.
    round: u64,
    is_running: bool,
    /// Somebody waits for the thread.
    is_over: bool,
}

/// The turn of one writer.
pub struct Turn<'a>(MutexGuard<'a, State>, &'a Arc<Trail>);

impl Trail {
    /// Of an empty file.
    pub fn new(shelf: &Arc<Shelf>, familiar: Familiar, path: PathBuf) -> Arc<Self> {
        let staging = Some(Staging::over(shelf, familiar.clone()));
        let state =
            State { staging, end: 0, written: 0, round: 0, is_running: false, is_over: false };
        let (shelf, state) = (Arc::clone(shelf), Mutex::new(state));
        Arc::new(Self { shelf, familiar, path, state, moved: Condvar::new() })
    }

    /// Waits for the turn to write somewhere.
    pub fn turn(self: &Arc<Self>, offset: u64) -> Turn<'_> {
        let mut state = self.state();
        if offset < state.end {
            state.lose();
        }
        Turn(state, self)
    }

    /// The file was made so long, or is about to be.
    pub fn set_len(&self, size: u64) {
        let mut state = self.state();
        if size < state.end {
            state.lose();
        }
        if size == 0 {
            state.staging = Some(Staging::over(&self.shelf, self.familiar.clone()));
            (state.end, state.written) = (0, 0);
        }
        state.written = state.written.min(size);
    }

    /// Its bytes are others altogether.
    pub fn lose(&self) {
        self.state().lose();
    }

    /// Takes what was hashed, with how much that is; `None` where all is to be hashed anew. Nothing
    /// is written any more.
    pub fn take(&self) -> Option<(Staging, u64)> {
        let mut state = self.state();
        state.is_over = true;
        self.moved.notify_all();
        while state.is_running {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let end = state.end;
        state.staging.take().map(|staging| (staging, end))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(self: &Arc<Self>, state: &mut State) {
        if THREADS.fetch_add(1, Ordering::SeqCst) >= THREADS_MAX {
            THREADS.fetch_sub(1, Ordering::SeqCst);
            return;
        }
        let (trail, round) = (Arc::clone(self), state.round);
        let run = move || {
            if let Err(error) = trail.follow(round) {
                tracing::debug!(%error, "a file is hashed when it is saved");
            }
            let mut state = trail.state();
            if state.round == round {
                state.is_running = false;
            }
            drop(state);
            trail.moved.notify_all();
            THREADS.fetch_sub(1, Ordering::SeqCst);
        };
        match thread::Builder::new().name("rushes-hash".to_owned()).spawn(run) {
            Ok(_) => state.is_running = true,
            Err(error) => {
                tracing::debug!(%error, "a file is hashed when it is saved");
                THREADS.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    /// Hashes what is written, as far as it is, until there is no more.
    fn follow(&self, round: u64) -> Result<(), StoreError> {
        let file = self.shelf.disk.open_read(&self.path)?;
        let mut block = vec![0; BLOCK_BYTES];
        let mut state = self.state();
        loop {
            let mut has_waited = false;
            while state.round == round && !state.is_over && state.written == state.end {
                if has_waited {
                    return Ok(());
                }
                let waited = self.moved.wait_timeout(state, PATIENCE);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                has_waited = true;
            }
            if state.round != round || state.is_over {
                return Ok(());
            }
            let Some(mut staging) = state.staging.take() else { return Ok(()) };
            let at = state.end;
            let ahead = usize::try_from(state.written - at).unwrap_or(BLOCK_BYTES);
            let room = block.get_mut(..ahead.min(BLOCK_BYTES)).unwrap_or_default();
            state.end += room.len() as u64;
            drop(state);
            let hashed = self.hash(&*file, room, at, &mut staging);
            state = self.state();
            if state.round != round {
                return Ok(());
            }
            match hashed {
                Ok(()) => state.staging = Some(staging),
                Err(error) => {
                    state.lose();
                    return Err(error);
                }
            }
        }
    }

    fn hash(
        &self,
        file: &dyn DiskFile,
        room: &mut [u8],
        at: u64,
        staging: &mut Staging,
    ) -> Result<(), StoreError> {
        read_exact_at(file, &self.path, room, at)?;
        staging.write(room)
    }
}

impl Turn<'_> {
    /// So many bytes were written at an offset.
    pub fn wrote(mut self, offset: u64, count: u64) {
        let Self(state, trail) = &mut self;
        if state.written != offset {
            return;
        }
        state.written += count;
        if state.is_running {
            trail.moved.notify_all();
        } else if state.staging.is_some() && state.written - state.end >= AHEAD_BYTES {
            trail.start(state);
        }
    }
}

impl State {
    /// What was hashed is written again.
    fn lose(&mut self) {
        self.staging = None;
        self.round += 1;
        self.is_running = false;
        (self.end, self.written) = (0, 0);
    }
}
