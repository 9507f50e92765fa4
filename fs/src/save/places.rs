//! Names in folders that can be written to: which of them may be, what they stand for here, and
//! what the kernel remembers of them.
//!
//! Invariant: one history has one name in a folder.

use std::ffi::OsStr;
use std::sync::Arc;

use rushes_vault::Digest;
use rushes_vault::model::Scope;
use rushes_vault::source::{self, SourceError};
use rustix::io::Errno;

use crate::node::{Node, Owner, digest_start};
use crate::save::machine::{Place, Slot};
use crate::save::names::{Fits, are_one, fits};
use crate::save::state::{Stale, Written};
use crate::save::target::{save_as, shown_at};
use crate::tree::{Tree, asked};
use crate::view::View;

type Done<T> = Result<T, Errno>;

impl<B> Tree<B> {
    /// Refuses a name that differs from another one in case or composition alone: both would be
    /// one history, which has one name. `from` is what is to get the name.
    pub(super) fn free(&self, parent: u64, place: &Place, from: Option<&Place>) -> Done<()> {
        let twin = |name: &str| name != &*place.name && are_one(name, &place.name);
        let state = self.saves.state();
        let is_other = |name: &&Arc<str>| {
            **name != place.name
                && from.is_none_or(|from| from.scope != place.scope || from.name != **name)
        };
        if state.machine.twins(place).iter().any(|name| is_other(&name)) {
            return Err(Errno::EXIST);
        }
        drop(state);
        let target = asked("create", parent, save_as(&self.view, place, (None, 0)))?;
        let Some(key) = target.asset_key else { return Ok(()) };
        let View { source, viewer, .. } = &self.view;
        let entry = asked("create", parent, source.history_like(*viewer, &place.scope, &key))?;
        let Some(entry) = entry.filter(|entry| !entry.is_hidden) else { return Ok(()) };
        let Some(content) = entry.current.and_then(|current| current.content) else {
            return Ok(());
        };
        let name = self.view.current_name(&place.scope, &entry.asset_key, &content.extension);
        let name = asked("create", parent, name)?;
        // The name of a file without an extension is shown with one.
        let shown = Place { scope: place.scope.clone(), name: name.as_str().into() };
        if let Some(Slot::Gone { .. }) = self.saves.state().machine.slot(&shown) {
            return Ok(());
        }
        let is_itself = from.is_some_and(|from| from.scope == place.scope && *from.name == *name);
        if twin(&name) || (is_itself && name != *place.name) {
            return Err(Errno::EXIST);
        }
        Ok(())
    }

    /// A name in a folder that may be written to.
    pub(super) fn place(&self, parent: u64, name: &OsStr) -> Done<(Place, Node)> {
        let folder = self.node(parent)?.node;
        let (Node::Folder(owner) | Node::Assets(owner)) = &folder else {
            return Err(Errno::ROFS);
        };
        let text = name.to_str().ok_or(Errno::INVAL)?;
        let fixed: Vec<_> = View::fixed_names(owner).collect();
        match fits(text, &fixed) {
            Fits::Version | Fits::Scratch => {}
            Fits::Fixed => return Err(Errno::ROFS),
            Fits::Nowhere => return Err(Errno::INVAL),
            Fits::Long => return Err(Errno::NAMETOOLONG),
        }
        Ok((Place { scope: owner.scope.clone(), name: text.into() }, folder))
    }

    /// What the kernel may remember of a project's file in the other one of its two folders: the
    /// name, and a listing without it.
    pub(super) fn other_names(&self, place: &Place, parent: Option<u64>) -> Vec<Stale> {
        if place.scope.part.is_some() {
            return Vec::new();
        }
        let owner = Arc::new(Owner { scope: place.scope.clone(), number: None });
        let folders = [Node::Folder(Arc::clone(&owner)), Node::Assets(owner)];
        let live = folders.iter().filter_map(|folder| self.inodes.live(folder));
        let stale = |ino| [Stale::Name(ino, place.name.as_ref().into()), Stale::Listing(ino)];
        live.filter(|ino| Some(*ino) != parent).flat_map(stale).collect()
    }

    /// A history of a folder changed: what stands before a version that is not shown any more, and
    /// was not written to, hides nothing; nor does a name that was taken away from an older one.
    pub(crate) fn view_changed(&self, scope: &Scope) -> Result<(), SourceError> {
        let resting = self.saves.state().machine.resting_in(scope);
        for (id, place, base) in resting {
            let shown = shown_at(&self.view, &place)?.map(|base| base.asset);
            if shown != base.map(|base| base.asset) {
                self.saves.state().machine.let_go(id);
            }
        }
        let gone = self.saves.state().machine.gone_in(scope);
        for (place, number, base) in gone {
            let shown = shown_at(&self.view, &place)?;
            let is_newer =
                shown.is_some_and(|shown| base.is_none_or(|base| shown.made > base.made));
            let machine = &mut self.saves.state().machine;
            // What this session saves under that name goes with it.
            let is_so = machine.slot(&place) == Some(Slot::Gone { number, base });
            if is_newer && is_so && !machine.is_saving(&place) {
                machine.hidden(&place, number);
            }
        }
        Ok(())
    }

    /// Names of a folder come back: the kernel may remember listings without them.
    pub(super) fn shown_again(&self, scope: &Scope) -> Result<(), SourceError> {
        let View { source, viewer, .. } = &self.view;
        let number = match source.place(*viewer, scope)? {
            Some(source::Place::Scene(number)) => Some(number),
            _ => None,
        };
        let owner = Arc::new(Owner { scope: scope.clone(), number });
        let folders = [Node::Folder(Arc::clone(&owner)), Node::Assets(owner)];
        let live = folders.iter().filter_map(|folder| self.inodes.live(folder));
        let listings: Vec<_> = live.map(Stale::Listing).collect();
        let mut state = self.saves.state();
        state.stale.extend(listings);
        self.saves.wake(&state);
        Ok(())
    }

    /// The names of a folder that the view does not show, or shows no more, sorted.
    pub(crate) fn saved_names(&self, folder: &Node) -> Vec<Arc<str>> {
        let Some(scope) = scope_of(folder) else { return Vec::new() };
        let names = self.saves.state().machine.names(&scope);
        let mut names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
        names.sort();
        names
    }

    /// What a name stands for here, without a lookup.
    pub(crate) fn written_ino(&self, folder: &Node, name: &str) -> Written {
        let Some(scope) = scope_of(folder) else { return Written::Not };
        let state = self.saves.state();
        match state.machine.slot(&Place { scope, name: name.into() }) {
            None => Written::Not,
            Some(Slot::Gone { .. }) => Written::Gone,
            Some(Slot::File(id)) => {
                state.bytes.get(&id).map_or(Written::Gone, |bytes| Written::File(bytes.shown_ino))
            }
        }
    }
}

/// What a folder that can be written to stands for.
pub(super) fn scope_of(folder: &Node) -> Option<Scope> {
    match folder {
        Node::Folder(owner) | Node::Assets(owner) => Some(owner.scope.clone()),
        _ => None,
    }
}

/// The inode number that a new file shows.
pub(super) fn ino_of(place: &Place) -> u64 {
    let text = format!("{:?}", (&place.scope, &place.name));
    digest_start(&Digest::of(text.as_bytes())) >> 11
}
