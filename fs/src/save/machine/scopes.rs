//! What is being written in several folders at once: below one that is to be removed.
//!
//! The rules are those of [`super`], of which this is a part.

use super::{Base, Machine, Place, Slot};
use crate::save::names::is_scratch;
use rushes_vault::model::Scope;

impl Machine {
    /// Whether a file there has bytes, or a name, that no version has yet.
    pub fn is_unsaved_in(&self, covers: impl Fn(&Scope) -> bool) -> bool {
        self.files.values().any(|file| {
            let at = file.at.as_ref().or(file.settling.as_ref().map(|(_, place)| place));
            let counts = at.is_some_and(|at| covers(&at.scope) && !is_scratch(&at.name));
            counts && file.is_changed() && file.size > 0
        })
    }

    /// Whether a name there leads to a file that is being written.
    pub fn has_files_in(&self, covers: impl Fn(&Scope) -> bool) -> bool {
        let is_file = |slot: &Slot| matches!(slot, Slot::File(_));
        self.slots.iter().any(|(place, slot)| is_file(slot) && covers(&place.scope))
    }

    /// The names there that were taken away and are not hidden yet: they are the view's again.
    pub fn take_gone(&mut self, covers: impl Fn(&Scope) -> bool) -> Vec<(Place, Option<Base>)> {
        let gone = |(place, slot): (&Place, &Slot)| match slot {
            Slot::Gone { base, .. } if covers(&place.scope) => Some((place.clone(), *base)),
            _ => None,
        };
        let taken: Vec<_> = self.slots.iter().filter_map(gone).collect();
        for (place, _) in &taken {
            self.slots.remove(place);
        }
        taken
    }
}
