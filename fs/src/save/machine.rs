//! Which names of the folder are being written, and when each of them is a save.
//!
//! Pure: the time is passed in, bytes are elsewhere. Invariant: a name leads to one file at most, a
//! file has one name at most, and a change under a name that counts is due exactly once.

mod scopes;

use std::collections::HashMap;
use std::sync::Arc;

use rushes_vault::Digest;
use rushes_vault::ids::AssetId;
use rushes_vault::model::Scope;

use crate::save::names::is_scratch;

/// How long after the last writer's close a save settles: some programs close and open again.
pub const SETTLE_MS: u64 = 300;
/// How long an empty file may stay empty before that is a save (`ImageMagick` truncates, closes,
/// opens again and writes), and how long a file that nobody changed waits to be opened.
pub const SETTLE_EMPTY_MS: u64 = 3_000;
/// How long after a save that failed it is tried again.
const RETRY_MS: u64 = 5_000;
/// Most files that are being written, temporary ones included.
pub const FILES_MAX: usize = 10_000;

/// Number of a file that is being written; never given twice in a session.
pub type FileId = u64;

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// What the folder stands for: it may be shown in two places.
    pub scope: Scope,
    /// The name in it.
    pub name: Arc<str>,
}

/// A version: what a file shows until somebody writes to it, and what a new version comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// Its asset.
    pub asset: AssetId,
    /// Its bytes.
    pub digest: Digest,
    /// How many.
    pub size: u64,
}

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A file that is being written.
    File(FileId),
    /// Nothing: the name was taken away from what the view still shows.
    Gone {
        /// When.
        since: u64,
        /// What the view shows.
        base: Option<Base>,
    },
}

/// A file that is being written, or was.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// Its name; `None` once it was removed, replaced or saved.
    pub at: Option<Place>,
    /// Where it comes from.
    pub base: Option<Base>,
    /// Bytes, as far as its owner told.
    pub size: u64,
    /// The time that it shows, milliseconds since 1970.
    pub mtime_ms: i64,
    writers: u32,
    opens: u32,
    lookups: u64,
    /// Counts its changes, and up to which of them it is saved.
    changes: u64,
    saved: u64,
    settling: Option<(u64, Place)>,
    /// Its name is not the one of the version that it shows.
    has_moved: bool,
    /// What it is was promised to last.
    pub is_promised: bool,
    /// There is a note beside it, so that it comes back after a kill.
    pub is_noted: bool,
    /// Under which name it was saved, after which it has none.
    pub saved_at: Option<Place>,
    waits_from: u64,
    waits_ms: u64,
}

/// A save that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    /// Of which file.
    pub id: FileId,
    /// Under which name.
    pub place: Place,
    /// What it comes from.
    pub base: Option<Base>,
    /// Whether its bytes are still those of the base.
    pub is_base: bool,
    /// The time that it shows.
    pub mtime_ms: i64,
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// A save; its outcome is told to [`Machine::settled`].
    Save(Save),
    /// A name that was taken away and did not come back; told to [`Machine::hidden`].
    Hide(Place),
}

/// Why a change is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no such name.
    Missing,
    /// The name is taken.
    Taken,
    /// Too many files are being written.
    Many,
}

/// What a rename or removal left over.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Displaced {
    /// The file that has no name any more.
    pub file: Option<FileId>,
    /// What of it was promised and must be saved now, before anything else under that name.
    pub save: Option<Save>,
}

/// Everything that is being written.
#[derive(Debug, Default)]
pub struct Machine {
    slots: HashMap<Place, Slot>,
    files: HashMap<FileId, File>,
    last: FileId,
    dropped: Vec<FileId>,
}

impl Machine {
    /// What is known of a name here; `None` leaves it to the view.
    pub fn slot(&self, place: &Place) -> Option<Slot> {
        self.slots.get(place).copied()
    }

    /// A file.
    pub fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(&id)
    }

    /// The files with bytes that are not saved, under names that count.
    pub fn unsaved(&self) -> impl Iterator<Item = Save> {
        let files = self.files.iter().filter(|(_, file)| file.has_own_bytes() && file.size > 0);
        let saves = files.filter_map(|(id, file)| file.save(*id));
        saves.filter(|save| !is_scratch(&save.place.name))
    }

    /// The names that are known here in a folder.
    pub fn names(&self, scope: &Scope) -> Vec<(Arc<str>, Slot)> {
        let own = self.slots.iter().filter(|(place, _)| place.scope == *scope);
        own.map(|(place, slot)| (Arc::clone(&place.name), *slot)).collect()
    }

    /// Makes a new, empty file under a name that is free, or was just taken away.
    pub fn create(&mut self, place: &Place, now: u64) -> Result<FileId, Refused> {
        let base = match self.slot(place) {
            Some(Slot::File(_)) => return Err(Refused::Taken),
            Some(Slot::Gone { base, .. }) => base,
            None => None,
        };
        let id = self.add(place, base, now)?;
        self.changed(id, 0, now);
        Ok(id)
    }

    /// Puts a file before a version that somebody is about to write to. It shows that version.
    pub fn adopt(&mut self, place: &Place, base: Base, now: u64) -> Result<FileId, Refused> {
        match self.slot(place) {
            Some(Slot::File(id)) => Ok(id),
            Some(Slot::Gone { .. }) => Err(Refused::Missing),
            None => {
                let id = self.add(place, Some(base), now)?;
                if let Some(file) = self.files.get_mut(&id) {
                    file.size = base.size;
                }
                Ok(id)
            }
        }
    }

    fn add(&mut self, place: &Place, base: Option<Base>, now: u64) -> Result<FileId, Refused> {
        if self.files.len() >= FILES_MAX {
            return Err(Refused::Many);
        }
        self.last += 1;
        let (at, waits_ms) = (Some(place.clone()), SETTLE_EMPTY_MS);
        let file = File { at, base, waits_from: now, waits_ms, ..File::default() };
        self.files.insert(self.last, file);
        self.slots.insert(place.clone(), Slot::File(self.last));
        Ok(self.last)
    }

    /// The kernel knows the file once more.
    pub fn looked_up(&mut self, id: FileId) {
        if let Some(file) = self.files.get_mut(&id) {
            file.lookups += 1;
        }
    }

    /// The kernel forgets.
    pub fn forgotten(&mut self, id: FileId, lookups: u64) {
        if let Some(file) = self.files.get_mut(&id) {
            file.lookups = file.lookups.saturating_sub(lookups);
        }
        self.drop_unused(id);
    }

    /// Somebody opened it. What a writer finds that was promised must be saved before it writes.
    pub fn opened(&mut self, id: FileId, writes: bool, now: u64) -> Option<Save> {
        let cut = if writes { self.cut(id, now) } else { None };
        let file = self.files.get_mut(&id)?;
        file.opens += 1;
        file.writers += u32::from(writes);
        cut
    }

    /// Somebody closed it.
    pub fn released(&mut self, id: FileId, writes: bool, now: u64) {
        if let Some(file) = self.files.get_mut(&id) {
            file.opens = file.opens.saturating_sub(1);
            if writes {
                file.writers = file.writers.saturating_sub(1);
                file.wait_from(now);
            }
        }
        self.drop_unused(id);
    }

    /// Its bytes changed; it has so many now.
    pub fn changed(&mut self, id: FileId, size: u64, now: u64) {
        if let Some(file) = self.files.get_mut(&id) {
            file.changes += 1;
            file.size = size;
            file.is_promised = false;
            file.is_noted &= file.settling.is_none(); // Else it is written to a copy.
            file.wait_from(now);
        }
    }

    /// A program set its time, or a change did.
    pub fn set_time(&mut self, id: FileId, mtime_ms: i64, now: u64) {
        if let Some(file) = self.files.get_mut(&id) {
            file.mtime_ms = mtime_ms;
            file.wait_from(now);
        }
    }

    /// There is a note beside it; where it `lasts`, what it is now was promised.
    pub fn promised(&mut self, id: FileId, lasts: bool) {
        if let Some(file) = self.files.get_mut(&id) {
            file.is_promised |= lasts;
            file.is_noted = true;
        }
    }

    /// The note beside it names what it is no more.
    pub fn outdate_note(&mut self, id: FileId) {
        if let Some(file) = self.files.get_mut(&id) {
            file.is_noted = false;
        }
    }

    /// Renames, replacing what the new name led to. `seen` is what the view shows under both.
    pub fn rename(
        &mut self,
        (from, to): (&Place, &Place),
        seen: (Option<Base>, Option<Base>),
        now: u64,
    ) -> Result<Displaced, Refused> {
        let id = match (self.slot(from), seen.0) {
            (Some(Slot::File(id)), _) => id,
            (Some(Slot::Gone { .. }), _) | (None, None) => return Err(Refused::Missing),
            (None, Some(base)) => self.adopt(from, base, now)?,
        };
        if from == to {
            return Ok(Displaced::default());
        }
        let over = match self.slot(to) {
            Some(Slot::Gone { base, .. }) => base,
            _ => seen.1,
        };
        let displaced = self.displace(to, now);
        self.slots.remove(from);
        let Some(file) = self.files.get_mut(&id) else { return Err(Refused::Missing) };
        if seen.0.is_some() || file.settling.is_some() {
            self.slots.insert(from.clone(), Slot::Gone { since: now, base: seen.0 });
        }
        file.at = Some(to.clone());
        file.has_moved = true;
        file.base = file.base.or(over);
        file.wait_from(now);
        self.slots.insert(to.clone(), Slot::File(id));
        Ok(displaced)
    }

    /// Takes a name away. `seen` is what the view shows under it.
    pub fn unlink(
        &mut self,
        place: &Place,
        seen: Option<Base>,
        now: u64,
    ) -> Result<Displaced, Refused> {
        let settles = match self.slot(place) {
            Some(Slot::Gone { .. }) => return Err(Refused::Missing),
            Some(Slot::File(id)) => self.files.get(&id).is_some_and(|file| file.settling.is_some()),
            None if seen.is_none() => return Err(Refused::Missing),
            None => false,
        };
        let displaced = self.displace(place, now);
        if seen.is_some() || settles || displaced.save.is_some() {
            self.slots.insert(place.clone(), Slot::Gone { since: now, base: seen });
        }
        Ok(displaced)
    }

    fn displace(&mut self, place: &Place, now: u64) -> Displaced {
        let Some(Slot::File(id)) = self.slot(place) else { return Displaced::default() };
        let save = self.cut(id, now);
        self.slots.remove(place);
        if let Some(file) = self.files.get_mut(&id) {
            file.at = None;
        }
        self.drop_unused(id);
        Displaced { file: Some(id), save }
    }

    /// What of a file was promised under a name that counts, and is not saved: it counts as saved
    /// from here on.
    fn cut(&mut self, id: FileId, now: u64) -> Option<Save> {
        let file = self.files.get_mut(&id)?;
        let counts = file.at.as_ref().is_some_and(|place| !is_scratch(&place.name));
        let settles = file.settling.as_ref().is_some_and(|(count, _)| *count == file.changes);
        if !(file.is_promised && counts && file.writers == 0 && file.is_changed()) || settles {
            return None;
        }
        let save = file.save(id)?;
        file.saved = file.changes;
        file.has_moved = false;
        (file.is_promised, file.is_noted) = (false, false);
        file.wait_from(now);
        Some(save)
    }

    /// What is due now. A save is not due again before its outcome is known.
    pub fn due(&mut self, now: u64) -> Vec<Due> {
        self.due_by(
            |file| file.due_at().is_some_and(|at| at <= now),
            |since| since + SETTLE_MS <= now,
        )
    }

    /// Everything that nobody writes to, whatever the time: the session ends.
    pub fn due_at_end(&mut self) -> Vec<Due> {
        self.due_by(|file| file.due_at().is_some(), |_| true)
    }

    fn due_by(
        &mut self,
        is_due: impl Fn(&File) -> bool,
        is_gone: impl Fn(u64) -> bool,
    ) -> Vec<Due> {
        let mut due = Vec::new();
        let mut unchanged = Vec::new();
        for (id, file) in self.files.iter_mut().filter(|(_, file)| is_due(file)) {
            let Some(save) = file.save(*id) else { continue };
            if file.is_changed() {
                file.settling = Some((file.changes, save.place.clone()));
                due.push(Due::Save(save));
            } else {
                unchanged.push((*id, save.place));
            }
        }
        for (id, place) in unchanged {
            self.slots.remove(&place);
            self.files.entry(id).and_modify(|file| file.saved_at = file.at.take());
            self.drop_unused(id);
        }
        let gone = self.slots.iter().filter_map(|(place, slot)| match slot {
            Slot::Gone { since, .. } if is_gone(*since) => Some(Due::Hide(place.clone())),
            _ => None,
        });
        due.extend(gone);
        due
    }

    /// When something is due next.
    pub fn next_due(&self) -> Option<u64> {
        let files = self.files.values().filter_map(File::due_at);
        let gone = self.slots.values().filter_map(|slot| match slot {
            Slot::Gone { since, .. } => Some(since + SETTLE_MS),
            Slot::File(_) => None,
        });
        files.chain(gone).min()
    }

    /// A save came to its end: `Ok` with the version that has its bytes now. Its name is left to
    /// the view unless the file was written to, opened or renamed meanwhile.
    pub fn settled(&mut self, id: FileId, saved: Result<Base, ()>, now: u64) {
        let Some(file) = self.files.get_mut(&id) else { return };
        let Some((count, place)) = file.settling.take() else { return };
        let Ok(base) = saved else {
            file.waits_from = now;
            file.waits_ms = RETRY_MS;
            return;
        };
        file.saved = file.saved.max(count);
        file.base = Some(base);
        file.is_noted = false;
        if file.at.as_ref() != Some(&place) {
            self.drop_unused(id);
            return;
        }
        file.has_moved = false;
        file.wait_from(now);
        if file.writers == 0 && !file.is_changed() {
            file.at = None;
            self.slots.remove(&place);
            file.saved_at = Some(place);
            self.drop_unused(id);
        }
    }

    /// A save failed for the last time: its file keeps its name, and is not due any more.
    pub fn give_up(&mut self, id: FileId) {
        if let Some(file) = self.files.get_mut(&id) {
            file.settling = None;
            file.saved = file.changes;
            file.has_moved = false;
        }
    }

    /// A name that was taken away is hidden by the source, or could not be: it is the view's now.
    pub fn hidden(&mut self, place: &Place) {
        if let Some(Slot::Gone { .. }) = self.slot(place) {
            self.slots.remove(place);
        }
    }

    /// The files of which nothing is left since this was asked last.
    pub fn take_dropped(&mut self) -> Vec<FileId> {
        std::mem::take(&mut self.dropped)
    }

    fn drop_unused(&mut self, id: FileId) {
        let unused = self.files.get(&id).is_some_and(|file| {
            file.at.is_none() && file.lookups == 0 && file.opens == 0 && file.settling.is_none()
        });
        if unused {
            self.files.remove(&id);
            self.dropped.push(id);
        }
    }
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

    fn wait_from(&mut self, now: u64) {
        self.waits_from = now;
        let waits = self.is_changed() && (self.size > 0 || self.changes == self.saved);
        self.waits_ms = if waits { SETTLE_MS } else { SETTLE_EMPTY_MS };
    }

    fn due_at(&self) -> Option<u64> {
        let counts = self.at.as_ref().is_some_and(|place| !is_scratch(&place.name));
        let quiet = counts && self.writers == 0 && self.settling.is_none();
        quiet.then_some(self.waits_from + self.waits_ms)
    }

    fn save(&self, id: FileId) -> Option<Save> {
        let is_base = self.changes == self.saved;
        let (place, base, mtime_ms) = (self.at.clone()?, self.base, self.mtime_ms);
        Some(Save { id, place, base, is_base, mtime_ms })
    }
}
