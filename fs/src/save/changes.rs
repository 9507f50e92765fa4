//! What the kernel asks of files that are being written, and of names that change.
//!
//! Invariant: whatever a version shows is never written to: who opens it for writing gets a file
//! that stands before it, by way of ESTALE, which makes the kernel look the name up again.

use std::ffi::OsStr;
use std::sync::Arc;

use rushes_vault::Digest;
use rushes_vault::source::OpenContent;
use rustix::io::Errno;

use crate::errno;
use crate::node::{Attr, Keep, Node, digest_start};
use crate::save::bytes::Bytes;
use crate::save::machine::{Displaced, FileId, Place, Refused, Slot};
use crate::save::names::{Fits, are_one, fits, is_scratch};
use crate::save::state::{Saves, State, discard, file_at, wall_ms};
use crate::save::target::{save_as, shown_at};
use crate::tree::{Seen, Tree, asked};
use crate::view::View;

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Whether it may be written to.
    pub writes: bool,
    /// Whether it is emptied.
    pub truncates: bool,
}

/// What a program sets of a file.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewTimes {
    /// Its length.
    pub size: Option<u64>,
    /// Its time, milliseconds since 1970.
    pub mtime_ms: Option<i64>,
}

impl From<Refused> for Errno {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Missing => Self::NOENT,
            Refused::Taken => Self::EXIST,
            Refused::Many => Self::NFILE,
        }
    }
}

pub(crate) type Done<T> = Result<T, Errno>;

impl<B> Tree<B> {
    /// What a name leads to here; `None` leaves it to the view. Counts a lookup.
    pub(crate) fn saved_name(&self, folder: &Node, name: &OsStr) -> Option<Done<Seen>> {
        let place = Place { scope: scope_of(folder)?, name: name.to_str()?.into() };
        let mut state = self.saves.state();
        let id = match state.machine.slot(&place)? {
            Slot::Gone { .. } => return Some(Err(Errno::NOENT)),
            Slot::File(id) => id,
        };
        state.machine.looked_up(id);
        drop(state);
        Some(self.saved_attr(id))
    }

    /// What `stat` shows of a file that is being written.
    pub(crate) fn saved_attr(&self, id: FileId) -> Done<Seen> {
        let state = self.saves.state();
        let file = state.machine.file(id).ok_or(Errno::STALE)?;
        let (links, mtime_ms) = (u32::from(file.at.is_some()), file.mtime_ms);
        let bytes = state.bytes.get(&id).map(Arc::clone).ok_or(Errno::STALE)?;
        drop(state); // The bytes may be busy with a long copy.
        let keep = Keep::Never;
        let attr = Attr { links, keep, ..Attr::file(bytes.size(), mtime_ms) };
        Ok(Seen { ino: Saves::ino_of(id), shown_ino: bytes.shown_ino, attr, is_writable: true })
    }

    /// Opens a file that is being written.
    pub(crate) fn open_saved(&self, id: FileId, how: Opening) -> Done<u64> {
        let now = self.saves.now();
        let mut state = self.saves.state();
        let file = state.machine.file(id).ok_or(Errno::STALE)?;
        if how.writes
            && let Some(place) = file.saved_at.clone().filter(|_| file.at.is_none())
        {
            // It was saved since it was looked up: its name leads to a version by now.
            drop(state);
            self.stand_before(&place, None)?;
            return Err(Errno::STALE);
        }
        let cut = state.machine.opened(id, how.writes, now);
        state.cut(cut);
        let bytes = state.bytes.get(&id).map(Arc::clone).ok_or(Errno::STALE)?;
        drop(state);
        self.saves.wake();
        if how.truncates
            && let Err(errno) = self.set_saved_len(id, &bytes, 0)
        {
            self.saves.state().machine.released(id, how.writes, now);
            return Err(errno);
        }
        Ok(self.handles.open_alone(bytes).handle)
    }

    /// Somebody opens or shortens a version's file for writing: a file that is to be written stands
    /// before it from now on. Always an error, which sends the kernel there.
    pub(crate) fn stand_before_current(&self, ino: u64, node: &Node) -> Errno {
        let Node::Current { history, extension, .. } = node else { return Errno::ROFS };
        let scope = &history.owner.scope;
        let name = match self.view.current_name(scope, &history.key, extension) {
            Ok(name) => name,
            Err(error) => return errno::answer("open", ino, &error),
        };
        let place = Place { scope: history.owner.scope.clone(), name: name.into() };
        match self.stand_before(&place, Some(ino)) {
            Ok(()) => Errno::STALE,
            Err(errno) => errno,
        }
    }

    /// The same for whatever is behind a number.
    pub(crate) fn stand_before_node(&self, ino: u64) -> Errno {
        match self.node(ino) {
            Ok(found) if found.attr.folder => Errno::ISDIR,
            Ok(found) => self.stand_before_current(ino, &found.node),
            Err(errno) => errno,
        }
    }

    fn stand_before(&self, place: &Place, shown_ino: Option<u64>) -> Done<()> {
        let shown = asked("open", 0, shown_at(&self.view, place))?;
        let Some((_, base)) = shown else { return Ok(()) };
        let now = self.saves.now();
        let mut state = self.saves.state();
        match state.machine.adopt(place, base, now) {
            Ok(id) => {
                let shown_ino = shown_ino.unwrap_or_else(|| ino_of(place));
                let known = state.bytes.contains_key(&id);
                state.bytes_of(self.of(), id, shown_ino, Some(base));
                if !known {
                    state.machine.set_time(id, wall_ms(), now);
                }
            }
            // Another name for what was there: the kernel looks again.
            Err(Refused::Missing | Refused::Taken) => {}
            Err(refused) => return Err(refused.into()),
        }
        drop(state);
        self.saves.wake();
        Ok(())
    }

    /// Makes a new file and opens it.
    pub(crate) fn create(&self, parent: u64, name: &OsStr, exclusive: bool) -> Done<(Seen, u64)> {
        let (place, _) = self.place(parent, name)?;
        let there = if exclusive { Errno::EXIST } else { Errno::STALE };
        let seen = asked("create", parent, shown_at(&self.view, &place))?;
        self.free(parent, &place, None)?;
        let now = self.saves.now();
        let mut state = self.saves.state();
        match state.machine.slot(&place) {
            Some(Slot::File(_)) => return Err(there),
            None if seen.is_some() => return Err(there),
            _ => {}
        }
        let id = state.machine.create(&place, now)?;
        state.machine.set_time(id, wall_ms(), now);
        state.machine.looked_up(id);
        state.machine.opened(id, true, now);
        let bytes = state.bytes_of(self.of(), id, ino_of(&place), None);
        drop(state);
        let handle = self.handles.open_alone(bytes).handle;
        Ok((self.saved_attr(id)?, handle))
    }

    /// Writes to an open file.
    pub(crate) fn write(&self, ino: u64, bytes: &[u8], offset: u64) -> Done<()> {
        let id = Saves::file_of(ino).ok_or(Errno::BADF)?;
        let file = self.saves.state().bytes.get(&id).map(Arc::clone).ok_or(Errno::STALE)?;
        asked("write", ino, file.write_at(bytes, offset))?;
        self.was_changed(id, &file);
        Ok(())
    }

    /// Sets the length or the time of a file.
    pub(crate) fn set(&self, ino: u64, new: NewTimes) -> Done<Seen> {
        let Some(id) = Saves::file_of(ino) else { return self.set_of_node(ino, new) };
        if let Some(size) = new.size {
            self.cut_off(id, size)?;
        }
        if let Some(mtime_ms) = new.mtime_ms {
            let now = self.saves.now();
            self.saves.state().machine.set_time(id, mtime_ms, now);
        }
        self.saved_attr(id)
    }

    /// Sets the length of a file, as somebody who opens it for that and closes it again.
    fn cut_off(&self, id: FileId, size: u64) -> Done<()> {
        let mut state = self.saves.state();
        let file = state.machine.file(id).ok_or(Errno::STALE)?;
        if let Some(place) = file.saved_at.clone().filter(|_| file.at.is_none()) {
            drop(state);
            self.stand_before(&place, None)?;
            return Err(Errno::STALE);
        }
        let cut = state.machine.opened(id, true, self.saves.now());
        state.cut(cut);
        let bytes = state.bytes.get(&id).map(Arc::clone);
        drop(state);
        let done = bytes.ok_or(Errno::STALE).and_then(|bytes| self.set_saved_len(id, &bytes, size));
        let now = self.saves.now();
        self.saves.state().machine.released(id, true, now);
        self.saves.wake();
        done
    }

    fn set_of_node(&self, ino: u64, new: NewTimes) -> Done<Seen> {
        let seen = self.attr(ino)?;
        match new.size {
            _ if !seen.is_writable => Err(Errno::ROFS),
            // What touch and chmod say of a version is not kept: it is what it is.
            None => Ok(seen),
            Some(_) if seen.attr.folder => Err(Errno::ISDIR),
            Some(_) => Err(self.stand_before_current(ino, &self.node(ino)?.node)),
        }
    }

    fn set_saved_len(&self, id: FileId, bytes: &Bytes, size: u64) -> Done<()> {
        asked("truncate", Saves::ino_of(id), bytes.set_len(size))?;
        self.was_changed(id, bytes);
        Ok(())
    }

    fn was_changed(&self, id: FileId, bytes: &Bytes) {
        let (now, size) = (self.saves.now(), bytes.size());
        let mut state = self.saves.state();
        state.machine.changed(id, size, now);
        state.machine.set_time(id, wall_ms(), now);
    }

    /// Makes what a file holds come back after a kill; where it `lasts`, after a power cut too.
    pub(crate) fn promise(&self, ino: u64, lasts: bool) -> Done<()> {
        let Some(id) = Saves::file_of(ino) else { return Ok(()) };
        let state = self.saves.state();
        let Some(file) = state.machine.file(id).filter(|file| file.has_own_bytes()) else {
            return Ok(());
        };
        let Some(place) = file.at.clone() else { return Ok(()) };
        let (base, mtime_ms) = (file.base, file.mtime_ms);
        if file.size == 0 || (!lasts && (is_scratch(&place.name) || file.is_noted)) {
            return Ok(());
        }
        let bytes = state.bytes.get(&id).map(Arc::clone).ok_or(Errno::STALE)?;
        drop(state);
        let target = asked("fsync", ino, save_as(&self.view, &place, (base, mtime_ms)))?;
        asked("fsync", ino, bytes.promise(&target, lasts))?;
        self.saves.state().machine.promised(id, lasts);
        Ok(())
    }

    /// Closes a file that is being written.
    pub(crate) fn release_saved(&self, id: FileId, handle: u64, writes: bool) {
        self.handles.release(Saves::ino_of(id), handle);
        let now = self.saves.now();
        let mut state = self.saves.state();
        state.machine.released(id, writes, now);
        let dropped = state.sweep();
        drop(state);
        self.saves.wake();
        discard(&dropped);
    }

    /// The kernel gives lookups of a file back.
    pub(crate) fn forget_saved(&self, id: FileId, lookups: u64) {
        let mut state = self.saves.state();
        state.machine.forgotten(id, lookups);
        let dropped = state.sweep();
        drop(state);
        discard(&dropped);
    }

    /// Takes a name away.
    pub(crate) fn unlink(&self, parent: u64, name: &OsStr) -> Done<()> {
        let (place, folder) = self
            .place(parent, name)
            .map_err(|errno| if errno == Errno::INVAL { Errno::NOENT } else { errno })?;
        let seen = asked("unlink", parent, shown_at(&self.view, &place))?.map(|(_, base)| base);
        let now = self.saves.now();
        let mut state = self.saves.state();
        let displaced = match state.machine.unlink(&place, seen, now) {
            Err(Refused::Missing) if state.machine.slot(&place).is_none() => {
                drop(state);
                let other = asked("unlink", parent, self.view.lookup(&folder, &place.name))?;
                return Err(if other.is_some() { Errno::ROFS } else { Errno::NOENT });
            }
            displaced => displaced?,
        };
        let nameless = nameless(&state, &displaced);
        state.cut(displaced.save);
        let dropped = state.sweep();
        drop(state);
        self.saves.wake();
        nameless.inspect(|bytes| bytes.withdraw());
        discard(&dropped);
        Ok(())
    }

    /// Renames a file, replacing what the new name leads to unless `keeps`.
    pub(crate) fn rename(
        &self,
        (parent, name): (u64, &OsStr),
        (new_parent, new_name): (u64, &OsStr),
        keeps: bool,
    ) -> Done<()> {
        let (from, folder) = self.place(parent, name)?;
        let (to, _) = self.place(new_parent, new_name)?;
        let shown = |place| asked("rename", parent, shown_at(&self.view, place));
        let seen = (shown(&from)?.map(|(_, base)| base), shown(&to)?.map(|(_, base)| base));
        self.free(new_parent, &to, Some(&from))?;
        let now = self.saves.now();
        let mut state = self.saves.state();
        let (old, new) = (state.machine.slot(&from), state.machine.slot(&to));
        if keeps && (file_at(new).is_some() || (new.is_none() && seen.1.is_some())) {
            return Err(Errno::EXIST);
        }
        if old.is_none() && seen.0.is_none() {
            drop(state);
            let other = asked("rename", parent, self.view.lookup(&folder, &from.name))?;
            return Err(if other.is_some() { Errno::ROFS } else { Errno::NOENT });
        }
        let displaced = state.machine.rename((&from, &to), seen, now)?;
        let nameless = nameless(&state, &displaced);
        state.cut(displaced.save);
        let id = file_at(state.machine.slot(&to)).ok_or(Errno::IO)?;
        if !state.bytes.contains_key(&id) {
            // A version's file was moved: the kernel believes that its inode moved with it.
            state.bytes_of(self.of(), id, ino_of(&to), seen.0);
            state.machine.set_time(id, wall_ms(), now);
            state.stale.push((new_parent, to.name.as_ref().into()));
        }
        // What was closed under a temporary name has no note yet.
        let was_noted = state.machine.file(id).is_some_and(|file| file.is_noted);
        let is_due = was_noted || is_scratch(&from.name);
        let moved = state.bytes.get(&id).map(Arc::clone);
        let is_promised = state.machine.file(id).is_some_and(|file| file.is_promised);
        state.machine.outdate_note(id);
        let dropped = state.sweep();
        drop(state);
        self.saves.wake();
        // First the new name: the old bytes come back until it has a note.
        let promise = || self.promise(Saves::ino_of(id), is_promised);
        let promised = if is_due { promise() } else { Ok(()) };
        if is_scratch(&to.name) && !is_promised {
            // Its note names what it was called before.
            moved.inspect(|bytes| bytes.withdraw());
        }
        nameless.inspect(|bytes| bytes.withdraw());
        discard(&dropped);
        promised
    }

    /// The names of a folder that the view does not show, or shows no more.
    pub(crate) fn saved_names(&self, folder: &Node) -> Vec<(Arc<str>, Slot)> {
        let Some(scope) = scope_of(folder) else { return Vec::new() };
        let mut names = self.saves.state().machine.names(&scope);
        names.sort_by(|one, other| one.0.cmp(&other.0));
        names
    }

    fn of(&self) -> (&Arc<dyn rushes_vault::source::Source>, rushes_vault::model::Viewer) {
        (&self.view.source, self.view.viewer)
    }

    /// Refuses a name that differs from another one in case or composition alone: both would be
    /// one history, which has one name. `from` is what is to get the name.
    fn free(&self, parent: u64, place: &Place, from: Option<&Place>) -> Done<()> {
        let twin = |name: &str| name != &*place.name && are_one(name, &place.name);
        let written = self.saves.state().machine.names(&place.scope);
        let is_written = |(name, slot): &(Arc<str>, Slot)| {
            matches!(slot, Slot::File(_))
                && twin(name)
                && from.is_none_or(|from| from.scope != place.scope || from.name != *name)
        };
        if written.iter().any(is_written) {
            return Err(Errno::EXIST);
        }
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
    fn place(&self, parent: u64, name: &OsStr) -> Done<(Place, Node)> {
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
        }
        Ok((Place { scope: owner.scope.clone(), name: text.into() }, folder))
    }
}

/// The bytes of a file whose name was taken away, and that nobody wants saved.
fn nameless(state: &State, displaced: &Displaced) -> Option<Arc<Bytes>> {
    let id = displaced.file.filter(|_| displaced.save.is_none())?;
    state.bytes.get(&id).map(Arc::clone)
}

/// What a folder that can be written to stands for.
fn scope_of(folder: &Node) -> Option<rushes_vault::model::Scope> {
    match folder {
        Node::Folder(owner) | Node::Assets(owner) => Some(owner.scope.clone()),
        _ => None,
    }
}

/// The inode number that a new file shows.
fn ino_of(place: &Place) -> u64 {
    let text = format!("{:?}", (&place.scope, &place.name));
    digest_start(&Digest::of(text.as_bytes())) >> 11
}
