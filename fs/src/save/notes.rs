//! Notes beside files that are being written: what makes them come back.
//!
//! Invariant: a note that was written while its file got another name, or lost it, does not stay as
//! it is.

use std::sync::Arc;

use rustix::io::Errno;

use crate::save::bytes::Bytes;
use crate::save::machine::{FileId, Place};
use crate::save::names::is_scratch;
use crate::save::state::Saves;
use crate::save::target::save_as;
use crate::tree::{Tree, asked};

impl<B> Tree<B> {
    /// Makes what a file holds come back after a kill; where it `lasts`, after a power cut too.
    pub(crate) fn promise(&self, ino: u64, lasts: bool) -> Result<(), Errno> {
        let Some(id) = Saves::file_of(ino) else { return Ok(()) };
        if self.note(id, lasts)? {
            self.saves.state().machine.promised(id, lasts);
        }
        Ok(())
    }

    /// Writes the note that a file needs; says whether it has one now.
    pub(super) fn note(&self, id: FileId, lasts: bool) -> Result<bool, Errno> {
        let Some((bytes, mut place)) = self.to_note(id, lasts) else { return Ok(false) };
        let ino = Saves::ino_of(id);
        loop {
            let state = self.saves.state();
            let file = state.machine.file(id).map(|file| (file.base, file.mtime_ms));
            drop(state);
            let Some(shown) = file else { return Ok(false) };
            let target = asked("fsync", ino, save_as(&self.view, &place, shown))?;
            asked("fsync", ino, bytes.promise(&target, lasts))?;
            match self.saves.state().machine.file(id).and_then(|file| file.at.clone()) {
                Some(now) if now == place => return Ok(true),
                Some(now) if lasts || !is_scratch(&now.name) => place = now,
                _ => {
                    bytes.withdraw();
                    return Ok(false);
                }
            }
        }
    }

    /// What is to be noted, and under which name.
    fn to_note(&self, id: FileId, lasts: bool) -> Option<(Arc<Bytes>, Place)> {
        let state = self.saves.state();
        let file = state.machine.file(id).filter(|file| file.has_own_bytes() && file.size > 0)?;
        let place = file.at.clone()?;
        if !lasts && (is_scratch(&place.name) || file.is_noted) {
            return None;
        }
        Some((Arc::clone(state.bytes.get(&id)?), place))
    }
}
