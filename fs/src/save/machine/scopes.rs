//! What is being written in several folders at once: below one that is to be removed.
//!
//! The rules are those of [`super`], of which this is a part.

use std::sync::Arc;

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
        let below = self.slots.iter().filter(|(scope, _)| covers(scope));
        below.flat_map(|(_, names)| names.values()).any(is_file)
    }

    /// The names there that were taken away and are not hidden yet: they are the view's again.
    pub fn take_gone(&mut self, covers: impl Fn(&Scope) -> bool) -> Vec<(Place, Option<Base>)> {
        let below = self.slots.iter().filter(|(scope, _)| covers(scope));
        let names = below.flat_map(|(scope, names)| names.iter().map(move |one| (scope, one)));
        let gone = names.filter_map(|(scope, (name, slot))| match slot {
            Slot::Gone { base, .. } => {
                Some((Place { scope: scope.clone(), name: Arc::clone(name) }, *base))
            }
            Slot::File(_) => None,
        });
        let taken: Vec<_> = gone.collect();
        for (place, _) in &taken {
            self.remove_slot(place);
        }
        taken
    }
}
