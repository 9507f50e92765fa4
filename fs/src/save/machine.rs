//! Which names of the folder are being written, and when each of them is a save.
//!
//! Pure: the time is passed in, bytes are elsewhere. Invariant: a name leads to one file at most, a
//! file has one name at most, and a change under a name that counts is due exactly once.

mod due;
mod file;
mod scopes;
mod terms;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rushes_vault::model::Scope;

use crate::save::names::folded;

pub use file::File;
use terms::Timer;
pub use terms::{
    Base, Displaced, Due, Failed, FileId, Place, Refused, SETTLE_EMPTY_MS, SETTLE_MS, Save, Slot,
};

/// Most files that have a name and are not saved, temporary ones included: each of them is an open
/// file of this process.
pub const FILES_MAX: usize = 10_000;

/// Everything that is being written.
#[derive(Debug, Default)]
pub struct Machine {
    slots: HashMap<Scope, HashMap<Arc<str>, Slot>>,
    files: HashMap<FileId, File>,
    /// The names of files that stand for one history, as it is spelled in lower case.
    twins: HashMap<Place, Vec<Arc<str>>>,
    /// The file that was saved last under a name, as long as anybody has it.
    saved: HashMap<Place, FileId>,
    timers: BTreeSet<(u64, Timer)>,
    gone: HashMap<u64, Place>,
    /// How many saves are under way for a name.
    saving: HashMap<Place, usize>,
    last_gone: u64,
    /// How many files have a name.
    named: usize,
    last: FileId,
    dropped: Vec<FileId>,
}

impl Machine {
    /// What is known of a name here; `None` leaves it to the view.
    pub fn slot(&self, place: &Place) -> Option<Slot> {
        self.slots.get(&place.scope)?.get(&place.name).copied()
    }

    /// A file.
    pub fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(&id)
    }

    /// The names that are known here in a folder.
    pub fn names(&self, scope: &Scope) -> Vec<(Arc<str>, Slot)> {
        let own = self.slots.get(scope).into_iter().flatten();
        own.map(|(name, slot)| (Arc::clone(name), *slot)).collect()
    }

    /// The names of files that differ from a name in case or composition at most, itself included.
    pub fn twins(&self, place: &Place) -> &[Arc<str>] {
        folded_place(place).and_then(|place| self.twins.get(&place)).map_or(&[], Vec::as_slice)
    }

    /// Whether there is no room for one more file before another one is saved or removed.
    pub const fn is_full(&self) -> bool {
        self.named >= FILES_MAX
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
                self.change(id, |file| file.size = base.size);
                Ok(id)
            }
        }
    }

    fn add(&mut self, place: &Place, base: Option<Base>, now: u64) -> Result<FileId, Refused> {
        if self.is_full() {
            return Err(Refused::Many);
        }
        self.last += 1;
        let file = File {
            base,
            over: base,
            waits_from: now,
            waits_ms: SETTLE_EMPTY_MS,
            ..File::default()
        };
        self.files.insert(self.last, file);
        self.give_name(self.last, place);
        Ok(self.last)
    }

    /// The kernel knows the file once more, by its name in a folder.
    pub fn looked_up(&mut self, id: FileId, parent: u64) {
        if let Some(file) = self.files.get_mut(&id) {
            file.lookups += 1;
        }
        self.seen_in(id, parent);
    }

    /// The kernel knows the file by its name in a folder.
    pub fn seen_in(&mut self, id: FileId, parent: u64) {
        if let Some(file) = self.files.get_mut(&id)
            && !file.parents.contains(&parent)
        {
            file.parents.push(parent);
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
        self.change(id, |file| {
            file.opens += 1;
            file.writers += u32::from(writes);
        });
        cut
    }

    /// Somebody closed it.
    pub fn released(&mut self, id: FileId, writes: bool, now: u64) {
        self.change(id, |file| {
            file.opens = file.opens.saturating_sub(1);
            if writes {
                file.writers = file.writers.saturating_sub(1);
                file.wait_from(now);
            }
        });
        self.drop_unused(id);
    }

    /// Its bytes changed; it has so many now.
    pub fn changed(&mut self, id: FileId, size: u64, now: u64) {
        self.change(id, |file| {
            file.changes += 1;
            file.size = size;
            (file.is_promised, file.is_kept) = (false, false);
            file.is_noted &= file.settling.is_none(); // Else it is written to a copy.
            file.wait_from(now);
        });
    }

    /// A program set its time, or a change did.
    pub fn set_time(&mut self, id: FileId, mtime_ms: i64, now: u64) {
        self.change(id, |file| {
            file.mtime_ms = mtime_ms;
            file.wait_from(now);
        });
    }

    /// There is a note beside it; where it `lasts`, what it is now was promised.
    pub fn promised(&mut self, id: FileId, lasts: bool) {
        self.change(id, |file| {
            file.is_promised |= lasts;
            file.is_noted = true;
        });
    }

    /// What it was after so many changes is on the disk with its note, though nobody asked.
    pub fn kept(&mut self, id: FileId, changes: u64) {
        self.change(id, |file| {
            file.is_noted = true;
            file.is_kept = file.changes == changes;
        });
    }

    /// The note beside it names what it is no more.
    pub fn outdate_note(&mut self, id: FileId) {
        self.change(id, |file| (file.is_noted, file.is_kept) = (false, false));
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
        let (left, over) = (self.known_at(from, seen.0), self.known_at(to, seen.1));
        let displaced = self.displace(to, now);
        self.take_name(id);
        if seen.0.is_some() || self.is_saving(from) {
            self.take_away(from, left, now);
        }
        self.give_name(id, to);
        self.change(id, |file| {
            file.has_moved = true;
            (file.base, file.over) = (file.base.or(over), over);
            file.wait_from(now);
        });
        Ok(displaced)
    }

    /// Takes a name away. `seen` is what the view shows under it.
    pub fn unlink(
        &mut self,
        place: &Place,
        seen: Option<Base>,
        now: u64,
    ) -> Result<Displaced, Refused> {
        match self.slot(place) {
            Some(Slot::Gone { .. }) => return Err(Refused::Missing),
            None if seen.is_none() => return Err(Refused::Missing),
            _ => {}
        }
        let left = self.known_at(place, seen);
        let displaced = self.displace(place, now);
        if seen.is_some() || self.is_saving(place) {
            self.take_away(place, left, now);
        }
        Ok(displaced)
    }

    /// What was shown, or saved, last under a name: what the view shows by now may have come since.
    fn known_at(&self, place: &Place, seen: Option<Base>) -> Option<Base> {
        match self.slot(place) {
            Some(Slot::Gone { base, .. }) => base,
            Some(Slot::File(id)) => self.files.get(&id).and_then(|file| file.over),
            None => seen,
        }
    }

    fn displace(&mut self, place: &Place, now: u64) -> Displaced {
        let saved = self.saved.remove(place).and_then(|id| self.files.get_mut(&id));
        if let Some(file) = saved {
            file.saved_at = None;
        }
        let Some(Slot::File(id)) = self.slot(place) else { return Displaced::default() };
        let save = self.cut(id, now);
        self.take_name(id);
        self.drop_unused(id);
        Displaced { file: Some(id), save }
    }

    /// What of a file was promised under a name that counts, and is not saved: it counts as saved
    /// from here on.
    fn cut(&mut self, id: FileId, now: u64) -> Option<Save> {
        let file = self.files.get(&id)?;
        let settles = file.settling.as_ref().is_some_and(|(count, _)| *count == file.changes);
        let is_due = file.is_promised && file.counts() && file.writers == 0 && file.is_changed();
        if !is_due || settles {
            return None;
        }
        let save = file.save(id)?;
        self.begin_save(&save.place);
        self.change(id, |file| {
            file.saved = file.changes;
            file.has_moved = false;
            (file.is_promised, file.is_noted, file.is_kept) = (false, false, false);
            file.wait_from(now);
        });
        Some(save)
    }

    /// The files of which nothing is left since this was asked last.
    pub fn take_dropped(&mut self) -> Vec<FileId> {
        std::mem::take(&mut self.dropped)
    }

    fn drop_unused(&mut self, id: FileId) {
        if !self.files.get(&id).is_some_and(File::is_unused) {
            return;
        }
        let file = self.files.remove(&id);
        if let Some(place) = file.and_then(|file| file.saved_at)
            && self.saved.get(&place) == Some(&id)
        {
            self.saved.remove(&place);
        }
        self.dropped.push(id);
    }

    /// Changes a file and sets its timer anew.
    fn change<T>(&mut self, id: FileId, change: impl FnOnce(&mut File) -> T) -> Option<T> {
        let file = self.files.get_mut(&id)?;
        let done = change(file);
        let due = file.due_at();
        if let Some(at) = file.timer.filter(|_| file.timer != due) {
            self.timers.remove(&(at, Timer::File(id)));
        }
        if let Some(at) = due.filter(|_| file.timer != due) {
            self.timers.insert((at, Timer::File(id)));
        }
        file.timer = due;
        Some(done)
    }

    /// Gives a file a name that leads to no other one.
    fn give_name(&mut self, id: FileId, place: &Place) {
        self.set_slot(place, Slot::File(id));
        self.named += 1;
        if let Some(twin) = folded_place(place) {
            self.twins.entry(twin).or_default().push(Arc::clone(&place.name));
        }
        self.change(id, |file| file.at = Some(place.clone()));
    }

    /// Takes a file's name from it.
    fn take_name(&mut self, id: FileId) {
        let Some(Some(place)) = self.change(id, |file| file.at.take()) else { return };
        self.remove_slot(&place);
        self.named -= 1;
        let Some(twin) = folded_place(&place) else { return };
        if let Some(names) = self.twins.get_mut(&twin) {
            names.retain(|name| *name != place.name);
            if names.is_empty() {
                self.twins.remove(&twin);
            }
        }
    }

    fn set_slot(&mut self, place: &Place, slot: Slot) {
        // A name that was taken away and comes back is not hidden.
        if let Some(Slot::Gone { number, .. }) = self.slot(place) {
            self.gone.remove(&number);
        }
        self.put_slot(place, slot);
    }

    fn put_slot(&mut self, place: &Place, slot: Slot) {
        let folder = self.slots.entry(place.scope.clone()).or_default();
        folder.insert(Arc::clone(&place.name), slot);
    }

    fn remove_slot(&mut self, place: &Place) {
        if let Some(folder) = self.slots.get_mut(&place.scope) {
            folder.remove(&place.name);
            if folder.is_empty() {
                self.slots.remove(&place.scope);
            }
        }
    }
}

/// How the history of a name is spelled in lower case; `None` for a name that is never saved.
fn folded_place(place: &Place) -> Option<Place> {
    Some(Place { scope: place.scope.clone(), name: folded(&place.name)?.into() })
}
