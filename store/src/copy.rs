//! Makes the copy of a blob in ranges, on a thread of its own.
//!
//! Invariant: every chunk was verified on its way, and a stop of the store waits for a moment only.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rushes_digest::Digest;

use crate::error::StoreError;
use crate::leases::Held;
use crate::pieces::Pieces;
use crate::shelf::Shelf;
use crate::unfinished::Unfinished;

/// How much is read and written at a time, in bytes; at least as long as a chunk.
const STEP_BYTES: usize = 1 << 20;

/// Makes a blob's copy behind the caller's back. What goes wrong leaves nothing behind.
pub fn start(shelf: &Arc<Shelf>, digest: Digest, size: u64, pieces: Arc<Pieces>) {
    let maker = Arc::clone(shelf);
    let Some(lease) = shelf.leases.share(Held::Blob(digest)) else {
        shelf.cache.give_up();
        return;
    };
    let make = move || {
        // What is being freed gets no copy.
        let _lease = lease;
        let made = make(&maker, &digest, size, &pieces);
        if !matches!(made, Ok(true)) {
            maker.cache.give_up();
        }
        match made {
            Ok(true) => tracing::debug!(blob = %digest, size, "made a copy that is one file"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "a copy could not be made"),
        }
    };
    let spawn = || std::thread::Builder::new().name("copy".to_owned()).spawn(make);
    if let Err(error) = shelf.cache.start(spawn) {
        tracing::warn!(%error, "cannot start a thread");
    }
}

fn make(shelf: &Shelf, digest: &Digest, size: u64, pieces: &Pieces) -> Result<bool, StoreError> {
    if !shelf.cache.has_room(size) {
        return Ok(false);
    }
    let (unfinished, file) = Unfinished::create(&shelf.disk)?;
    let mut step = vec![0; STEP_BYTES];
    let mut done = 0;
    while let Some(located) = pieces.at(done) {
        if shelf.cache.is_closing.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let count = pieces.load_row(shelf, None, (digest, &located), &mut step)?;
        file.write_all_at(step.get(..count).unwrap_or_default(), done)?;
        done += count as u64;
    }
    // The kernel hands it out unverified: what cannot be written must show now.
    file.sync()?;
    let file = shelf.disk.open_read(unfinished.path())?;
    shelf.cache.keep(digest, unfinished, &*file)?;
    Ok(true)
}
