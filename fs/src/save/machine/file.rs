//! A file that is being written, or was: who has it, what of it is saved, and when it is due.
//!
//! Pure. Invariant: a file is due only under a name that counts, while nobody writes to it and no
//! save of it is under way.

use crate::save::machine::terms::{Base, FileId, Place, SETTLE_EMPTY_MS, SETTLE_MS, Save};
use crate::save::names::is_scratch;

/// A file that is being written, or was.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct File {
    /// Its name; `None` once it was removed, replaced or saved.
    pub at: Option<Place>,
    /// Where it comes from.
    pub base: Option<Base>,
    /// What was shown, or saved, last under the name that it has.
    pub(super) over: Option<Base>,
    /// Bytes, as far as its owner told.
    pub size: u64,
    /// The time that it shows, milliseconds since 1970.
    pub mtime_ms: i64,
    pub(super) writers: u32,
    pub(super) opens: u32,
    pub(super) lookups: u64,
    /// Counts its changes, and up to which of them it is saved.
    pub(super) changes: u64,
    pub(super) saved: u64,
    pub(super) settling: Option<(u64, Place)>,
    /// Its name is not the one of the version that it shows.
    pub(super) has_moved: bool,
    /// What it is was promised to last.
    pub is_promised: bool,
    /// There is a note beside it, so that it comes back after a kill.
    pub is_noted: bool,
    /// What it is and its note are on the disk, though nobody has asked for that.
    pub is_kept: bool,
    /// Under which name it was saved, after which it has none.
    pub saved_at: Option<Place>,
    /// The folders in which the kernel has looked it up.
    pub parents: Vec<u64>,
    pub(super) was_refused: bool,
    pub(super) waits_from: u64,
    pub(super) waits_ms: u64,
    /// For when it stands among the timers.
    pub(super) timer: Option<u64>,
}

impl File {
    /// Whether there is something to save.
    pub const fn is_changed(&self) -> bool {
        self.changes != self.saved || self.has_moved
    }

    /// What is kept of it is worth a promise: it has bytes of its own that no version has.
    pub const fn has_own_bytes(&self) -> bool {
        self.changes != self.saved
    }

    /// How often it was changed.
    pub const fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether the last try to save it was one that the facts do not allow.
    pub const fn was_refused(&self) -> bool {
        self.was_refused
    }

    /// Whether somebody writes to it.
    pub const fn has_writers(&self) -> bool {
        self.writers > 0
    }

    /// Whether a save of it is under way.
    pub const fn is_settling(&self) -> bool {
        self.settling.is_some()
    }

    /// Whether it has what its base has, its name too, and nobody writes to it.
    pub fn is_resting(&self) -> bool {
        !self.is_changed() && self.writers == 0 && self.settling.is_none() && self.base.is_some()
    }

    /// How many names it has: one as well after it was saved, until that one is taken away.
    pub fn links(&self) -> u32 {
        u32::from(self.at.is_some() || self.saved_at.is_some())
    }

    /// Whether its name is one that is saved.
    pub fn counts(&self) -> bool {
        self.at.as_ref().is_some_and(|place| !is_scratch(&place.name))
    }

    pub(super) fn wait_from(&mut self, now: u64) {
        self.waits_from = now;
        self.was_refused = false;
        let waits = self.is_changed() && (self.size > 0 || self.changes == self.saved);
        self.waits_ms = if waits { SETTLE_MS } else { SETTLE_EMPTY_MS };
    }

    pub(super) fn due_at(&self) -> Option<u64> {
        let quiet = self.counts() && self.writers == 0 && self.settling.is_none();
        quiet.then_some(self.waits_from + self.waits_ms)
    }

    pub(super) fn is_unused(&self) -> bool {
        self.at.is_none() && self.lookups == 0 && self.opens == 0 && self.settling.is_none()
    }

    pub(super) fn save(&self, id: FileId) -> Option<Save> {
        let is_base = self.changes == self.saved;
        let (place, base, mtime_ms) = (self.at.clone()?, self.base, self.mtime_ms);
        Some(Save { id, place, base, is_base, mtime_ms })
    }
}
