//! What is being written in several folders at once: below one that is to be removed.
//!
//! The rules are those of [`super`], of which this is a part.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Base, File, FileId, Machine, Place, Slot};
use crate::save::names::is_scratch;
use rushes_vault::model::Scope;

impl Machine {
    /// Whether a file there has bytes, or a name, that no version has yet.
    pub fn is_unsaved_in(&self, covers: impl Fn(&Scope) -> bool) -> bool {
        let counts = |at: &Place| covers(&at.scope) && !is_scratch(&at.name);
        let is_waiting = |file: &File| file.is_changed() && file.size > 0;
        let mut files = self.files.values();
        self.saving.keys().any(counts)
            || files.any(|file| is_waiting(file) && file.at.as_ref().is_some_and(counts))
    }

    /// Whether a name there leads to a file that is being written.
    pub fn has_files_in(&self, covers: impl Fn(&Scope) -> bool) -> bool {
        let is_file = |slot: &Slot| matches!(slot, Slot::File(_));
        let below = self.slots.iter().filter(|(scope, _)| covers(scope));
        below.flat_map(|(_, names)| names.values()).any(is_file)
    }

    /// The files there that stand before a version, unchanged, and that nobody writes to.
    pub fn resting_in(&self, scope: &Scope) -> Vec<(FileId, Place, Option<Base>)> {
        let names = self.slots.get(scope).into_iter().flat_map(HashMap::values);
        let resting = names.filter_map(|slot| match slot {
            Slot::File(id) => Some((*id, self.files.get(id).filter(|file| file.is_resting())?)),
            Slot::Gone { .. } => None,
        });
        resting.filter_map(|(id, file)| Some((id, file.at.clone()?, file.base))).collect()
    }

    /// The names there that were taken away and are not hidden yet, with the number of that and
    /// what was shown.
    pub fn gone_in(&self, scope: &Scope) -> Vec<(Place, u64, Option<Base>)> {
        let names = self.slots.get(scope).into_iter().flatten();
        let gone = names.filter_map(|(name, slot)| match slot {
            Slot::Gone { number, base } => {
                let place = Place { scope: scope.clone(), name: Arc::clone(name) };
                Some((place, *number, *base))
            }
            Slot::File(_) => None,
        });
        gone.collect()
    }

    /// The view shows something else under the name of such a file: it is the view's again.
    pub fn let_go(&mut self, id: FileId) {
        let file = self.files.get(&id).filter(|file| file.is_resting());
        if let Some(place) = file.and_then(|file| file.at.clone()) {
            self.leave(id, &place);
        }
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
