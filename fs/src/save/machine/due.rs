//! What is due when, and what becomes of a save.
//!
//! Invariant: a file or a name that was taken away has one timer at most, and none while what was
//! due of it is being done.

use crate::save::machine::terms::Timer;
use crate::save::machine::{Base, Due, Failed, FileId, Machine, Place, SETTLE_MS, Save, Slot};

/// How long after a save that failed it is tried again.
const RETRY_MS: u64 = 5_000;
/// The same where the facts do not allow it: somebody has to restore something first.
const RETRY_REFUSED_MS: u64 = 600_000;

impl Machine {
    /// What is due now, the first ones of it. A save is not due again before its outcome is known.
    pub fn due(&mut self, now: u64, count_max: usize) -> Vec<Due> {
        let mut due = Vec::new();
        while due.len() < count_max
            && let Some((at, timer)) = self.timers.first().copied()
            && at <= now
        {
            self.timers.remove(&(at, timer));
            match timer {
                Timer::File(id) => due.extend(self.file_due(id)),
                Timer::Gone(number) => {
                    let place = self.gone.remove(&number);
                    due.extend(place.map(|place| Due::Hide(place, number)));
                }
            }
        }
        due
    }

    /// What nobody changed is let go.
    fn file_due(&mut self, id: FileId) -> Option<Due> {
        let file = self.files.get_mut(&id)?;
        file.timer = None;
        let save = file.save(id)?;
        if file.is_changed() {
            file.settling = Some((file.changes, save.place.clone()));
            self.begin_save(&save.place);
            return Some(Due::Save(save));
        }
        self.leave(id, &save.place);
        None
    }

    /// When something is due next.
    pub fn next_due(&self) -> Option<u64> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// A save came to its end: `Ok` with the version that has its bytes now. Its name is left to
    /// the view unless the file was written to, opened or renamed meanwhile; says whether it is.
    pub fn settled(&mut self, id: FileId, saved: Result<Base, Failed>, now: u64) -> bool {
        let settling = self.files.get_mut(&id).and_then(|file| file.settling.take());
        if let Some((_, place)) = &settling {
            self.end_save(place, saved.ok());
        }
        let ended = self.change(id, |file| {
            let (count, place) = settling?;
            let base = match saved {
                Ok(base) => base,
                Err(failed) => {
                    file.waits_from = now;
                    file.was_refused = failed == Failed::Refused;
                    file.waits_ms = if file.was_refused { RETRY_REFUSED_MS } else { RETRY_MS };
                    return None;
                }
            };
            file.saved = file.saved.max(count);
            file.base = Some(base);
            (file.is_noted, file.is_kept) = (false, false);
            let is_there = file.at.as_ref() == Some(&place);
            if is_there {
                file.has_moved = false;
                file.wait_from(now);
            }
            Some((is_there && file.writers == 0 && !file.is_changed()).then_some(place))
        });
        if let Some(Some(Some(place))) = &ended {
            self.leave(id, place);
            return true;
        }
        self.drop_unused(id);
        false
    }

    /// A name is the view's from now on.
    pub(super) fn leave(&mut self, id: FileId, place: &Place) {
        self.take_name(id);
        if let Some(file) = self.files.get_mut(&id) {
            file.saved_at = Some(place.clone());
            self.saved.insert(place.clone(), id);
        }
        self.drop_unused(id);
    }

    /// A save failed for the last time: its file keeps its name, and is not due any more.
    pub fn give_up(&mut self, id: FileId) {
        if let Some((_, place)) = self.files.get_mut(&id).and_then(|file| file.settling.take()) {
            self.end_save(&place, None);
        }
        self.change(id, |file| {
            file.saved = file.changes;
            file.has_moved = false;
        });
    }

    /// A save that was cut came to its end, with the version that has its bytes.
    pub fn cut_settled(&mut self, place: &Place, saved: Option<Base>) {
        self.end_save(place, saved);
    }

    /// Whether a save is under way for a name.
    pub fn is_saving(&self, place: &Place) -> bool {
        self.saving.contains_key(place)
    }

    pub(super) fn begin_save(&mut self, place: &Place) {
        *self.saving.entry(place.clone()).or_default() += 1;
    }

    /// What was saved is what the view shows under the name, whatever has it by now.
    fn end_save(&mut self, place: &Place, saved: Option<Base>) {
        if let Some(count) = self.saving.get_mut(place) {
            *count -= 1;
            if *count == 0 {
                self.saving.remove(place);
            }
        }
        match self.slot(place).filter(|_| saved.is_some()) {
            Some(Slot::Gone { number, .. }) => {
                self.put_slot(place, Slot::Gone { number, base: saved });
            }
            Some(Slot::File(id)) => {
                self.files.get_mut(&id).into_iter().for_each(|file| file.over = saved);
            }
            None => {}
        }
    }

    /// A name that was taken away is hidden by the source, or could not be: it is the view's now.
    pub fn hidden(&mut self, place: &Place, number: u64) {
        if matches!(self.slot(place), Some(Slot::Gone { number: now, .. }) if now == number) {
            self.remove_slot(place);
        }
    }

    /// Takes a name away from what the view shows under it.
    pub(super) fn take_away(&mut self, place: &Place, base: Option<Base>, now: u64) {
        self.last_gone += 1;
        let number = self.last_gone;
        self.set_slot(place, Slot::Gone { number, base });
        self.gone.insert(number, place.clone());
        self.timers.insert((now + SETTLE_MS, Timer::Gone(number)));
    }

    /// The files with bytes that are not saved, under names that count.
    pub fn unsaved(&self) -> impl Iterator<Item = Save> {
        let files = self.files.iter().filter(|(_, file)| file.has_own_bytes() && file.size > 0);
        files.filter(|(_, file)| file.counts()).filter_map(|(id, file)| file.save(*id))
    }
}
