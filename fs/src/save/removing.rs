//! Removing the folder of a project, scene or element with everything in it.
//!
//! Programs do that name by name, and most of these names stand for what is never removed. So the
//! first step, which is the record's name (it is listed first, and has the lowest number), begins a
//! removal; while it runs every name below is hidden from this session; the last step deletes what
//! the folder stands for, with a single claim. Invariant: without the last step nothing is deleted,
//! and no lock is held while the source is asked.

use std::ffi::OsStr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use rushes_vault::model::{ElementKind, Revision, Scope};
use rushes_vault::source::{self, RecordOf};
use rustix::io::Errno;

use crate::list::{Cursor, PAGE};
use crate::names;
use crate::node::{Node, Owner};
use crate::save::changes::Done;
use crate::save::machine::{Base, Place, Slot};
use crate::save::removal::{Ended, Removals, covers};
use crate::save::state::{Job, Written};
use crate::save::target::shown_at;
use crate::tree::{Seen, Tree, asked};
use crate::view::View;

/// How long a removal waits for saves that are about to be made; a program that still writes after
/// that keeps the folder.
const UNSAVED_MS: u64 = 2_000;
/// How often it looks.
const LOOK: Duration = Duration::from_millis(10);

impl<B> Tree<B> {
    /// Takes a file's name away.
    pub(crate) fn remove_name(&self, parent: u64, name: &OsStr) -> Done<()> {
        let folder = self.node(parent)?.node;
        let Some(text) = name.to_str() else { return self.unlink(parent, name) };
        match (self.removing.over(&folder, self.saves.now()), &folder) {
            (Some(true), _) => Err(Errno::BUSY),
            (Some(false), _) => self.remove_below((parent, &folder), text),
            (None, Node::Folder(owner)) if text == names::record(&owner.scope) => {
                let there = asked("unlink", parent, self.view.lookup(&folder, text))?;
                if there.is_none() {
                    return Err(Errno::NOENT);
                }
                self.begin_removal(owner)?;
                self.hide_name(&folder, (text, None))
            }
            _ => self.unlink(parent, name),
        }
    }

    /// Removes a folder: with everything in it if that went before, else one that never had
    /// anything.
    pub(crate) fn remove_folder(&self, parent: u64, name: &OsStr) -> Done<()> {
        let folder = self.node(parent)?.node;
        let text = name.to_str().ok_or(Errno::NOENT)?;
        if self.removing.hides(&folder, text) {
            return Err(Errno::NOENT);
        }
        let found = asked("rmdir", parent, self.view.lookup(&folder, text))?.ok_or(Errno::NOENT)?;
        if !found.attr.folder {
            return Err(Errno::NOTDIR);
        }
        if folder.is_past() {
            return Err(Errno::ROFS);
        }
        match self.removing.over(&folder, self.saves.now()) {
            Some(true) => return Err(Errno::BUSY),
            Some(false) if !self.is_cleared(&found.node)? => return Err(Errno::NOTEMPTY),
            Some(false) => {
                let (now, of) = (self.saves.now(), (&folder, text));
                return Ok(self.removing.removals().hide_folder(of, &found.node, now)?);
            }
            None => {}
        }
        let Node::Folder(owner) = &found.node else { return Err(Errno::PERM) };
        match self.removing.over(&found.node, self.saves.now()) {
            Some(true) => return Err(Errno::BUSY),
            Some(false) => {
                let since = self.removing.removals().since(&owner.scope).ok_or(Errno::BUSY)?;
                if !self.is_cleared(&found.node)? || self.has_arrivals(&owner.scope, since)? {
                    return Err(Errno::NOTEMPTY);
                }
            }
            None if self.is_bare(owner)? => {}
            None => return Err(Errno::NOTEMPTY),
        }
        asked("rmdir", parent, self.view.source.archive(self.view.viewer, &owner.scope))?;
        self.removing.change(|removals| removals.end_of(&owner.scope));
        Ok(())
    }

    /// Makes a new file: where it is made nothing is being removed.
    pub(crate) fn create_in(
        &self,
        parent: u64,
        name: &OsStr,
        exclusive: bool,
    ) -> Done<(Seen, u64)> {
        self.keep_folder(parent)?;
        self.create(parent, name, exclusive)
    }

    /// Ends the removals of which a folder is part: somebody makes a name there.
    pub(crate) fn keep_folder(&self, folder: u64) -> Done<()> {
        if self.removing.is_running() {
            let folder = self.node(folder)?.node;
            let ended = self.removing.change(|removals| removals.end_over(&folder));
            self.bring_back(&ended);
            self.removing.ended().extend(ended);
        }
        Ok(())
    }

    /// The removals that are over, whose names the kernel does not show yet.
    pub(crate) fn take_ended(&self) -> Vec<Ended> {
        let mut ended = std::mem::take(&mut *self.removing.ended());
        if self.removing.is_running() {
            let now = self.saves.now();
            let lapsed = self.removing.change(|removals| removals.end_lapsed(now));
            self.bring_back(&lapsed);
            ended.extend(lapsed);
        }
        ended
    }

    /// The session is over.
    pub(crate) fn end_removals(&self) {
        let ended = self.removing.change(Removals::end_all);
        self.bring_back(&ended);
    }

    /// Removals ended without their last step. Where nothing but names in the folder itself were
    /// removed, they were meant: those of current files are hidden as ever.
    fn bring_back(&self, ended: &[Ended]) {
        let of_owner = |folder: &Node| match folder {
            Node::Folder(owner) => Some(owner.scope.clone()),
            _ => None,
        };
        let flat = ended.iter().filter(|ended| !ended.is_deep).flat_map(|ended| &ended.gone);
        for (folder, names) in flat {
            let Some(scope) = of_owner(folder) else { continue };
            for (name, shown) in names {
                let place = Place { scope: scope.clone(), name: name.as_ref().into() };
                if let Some(base) = shown.as_deref() {
                    let now = self.saves.now();
                    // Missing: the other folder of a project's files had it, too.
                    self.saves.state().machine.unlink(&place, Some(*base), now).ok();
                }
            }
        }
        self.saves.wake(&self.saves.state());
    }

    /// Begins to remove a folder: what is not saved yet is a version first.
    fn begin_removal(&self, owner: &Owner) -> Done<()> {
        let is_below = |scope: &Scope| covers(&owner.scope, scope);
        let now = self.saves.now();
        if !self.is_saved(is_below) {
            self.removing.change(|removals| removals.refuse(&owner.scope, now))?;
            return Err(Errno::BUSY);
        }
        let (since, now) = (self.view.source.revision(), self.saves.now());
        self.removing.change(|removals| removals.begin(&owner.scope, since, now))?;
        // What was removed a moment ago goes with the folder.
        let mut state = self.saves.state();
        let gone = state.machine.take_gone(is_below);
        state.jobs.retain(|job| !matches!(job, Job::Hide(place, _) if is_below(&place.scope)));
        drop(state);
        gone.iter().try_for_each(|(place, base)| self.hide_place(place, *base))
    }

    /// Waits for saves below a folder that are on their way. `false` where a program goes on
    /// writing, or a save cannot be made.
    fn is_saved(&self, is_below: impl Fn(&Scope) -> bool) -> bool {
        let until = self.saves.now() + UNSAVED_MS;
        let mut state = self.saves.state();
        while state.machine.is_unsaved_in(&is_below) {
            if self.saves.now() >= until {
                return false;
            }
            let woken = self.saves.woken.wait_timeout(state, LOOK);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Removes a file's name in a folder that is being removed.
    fn remove_below(&self, (parent, folder): (u64, &Node), name: &str) -> Done<()> {
        if self.removing.hides(folder, name) {
            return Err(Errno::NOENT);
        }
        let mut shown = None;
        if let Node::Folder(owner) | Node::Assets(owner) = folder {
            let place = Place { scope: owner.scope.clone(), name: name.into() };
            let slot = self.saves.state().machine.slot(&place);
            if let Some(Slot::File(_)) = slot {
                self.unlink(parent, OsStr::new(name))?;
                let gone = self.saves.state().machine.take_gone(|scope| *scope == owner.scope);
                return gone.iter().try_for_each(|(place, base)| self.hide_place(place, *base));
            }
            shown = asked("unlink", parent, shown_at(&self.view, &place))?;
        }
        let found = asked("unlink", parent, self.view.lookup(folder, name))?.ok_or(Errno::NOENT)?;
        if found.attr.folder {
            return Err(Errno::ISDIR);
        }
        self.hide_name(folder, (name, shown))
    }

    fn hide_name(&self, folder: &Node, name: (&str, Option<Base>)) -> Done<()> {
        let now = self.saves.now();
        Ok(self.removing.removals().hide(folder, name, now)?)
    }

    /// Hides a current file's name wherever it is shown.
    fn hide_place(&self, place: &Place, shown: Option<Base>) -> Done<()> {
        let View { source, viewer, .. } = &self.view;
        let number = match asked("unlink", 0, source.place(*viewer, &place.scope))? {
            Some(source::Place::Scene(number)) => Some(number),
            _ => None,
        };
        let owner = Arc::new(Owner { scope: place.scope.clone(), number });
        if place.scope.part.is_none() {
            self.hide_name(&Node::Assets(Arc::clone(&owner)), (&place.name, shown))?;
        }
        self.hide_name(&Node::Folder(owner), (&place.name, shown))
    }

    /// Whether a folder shows nothing any more.
    fn is_cleared(&self, folder: &Node) -> Done<bool> {
        let written = self.saved_names(folder);
        if written.iter().any(|name| matches!(self.written_ino(folder, name), Written::File(_))) {
            return Ok(false);
        }
        let mut after = Cursor::Start;
        loop {
            let page = asked("rmdir", 0, self.view.list(folder, &after, PAGE))?;
            if page.entries.iter().any(|entry| !self.removing.hides(folder, &entry.name)) {
                return Ok(false);
            }
            let Some(next) = page.next else { return Ok(true) };
            after = next;
        }
    }

    /// Whether anything came to what is to be removed after that began.
    fn has_arrivals(&self, scope: &Scope, since: Revision) -> Done<bool> {
        if self.saves.state().machine.has_files_in(|of| covers(scope, of)) {
            return Ok(true);
        }
        let View { source, viewer, .. } = &self.view;
        asked("rmdir", 0, source.has_arrivals(*viewer, scope, since))
    }

    /// Whether nothing was ever in a folder beside its record.
    fn is_bare(&self, owner: &Owner) -> Done<bool> {
        let View { source, viewer, .. } = &self.view;
        let (scope, project) = (&owner.scope, &owner.scope.project);
        let is_written = self.saves.state().machine.has_files_in(|of| covers(scope, of));
        if is_written || !asked("rmdir", 0, source.histories(*viewer, scope, None, 1))?.is_empty() {
            return Ok(false);
        }
        if scope.part.is_some() {
            return Ok(true);
        }
        for kind in ElementKind::ALL {
            if !asked("rmdir", 0, source.elements(*viewer, (project, kind), None, 1))?.is_empty() {
                return Ok(false);
            }
        }
        let storyboard = source.record(*viewer, &RecordOf::Storyboard(project.clone()));
        let scenes = source.scenes(*viewer, project, None, 1);
        Ok(asked("rmdir", 0, storyboard)?.is_none() && asked("rmdir", 0, scenes)?.is_empty())
    }
}
