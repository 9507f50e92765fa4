//! What the kernel asks of files that are being written, and of names that change.
//!
//! Invariant: whatever a version shows is never written to: who opens it for writing gets a file
//! that stands before it, by way of ESTALE, which makes the kernel look the name up again.

use std::ffi::OsStr;
use std::ops::Range;
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use rushes_vault::source::OpenContent;
use rustix::io::Errno;

use crate::errno;
use crate::node::{Attr, Keep, Node};
use crate::save::bytes::Bytes;
use crate::save::machine::{Displaced, FileId, Place, Refused, Slot};
use crate::save::names::is_scratch;
use crate::save::places::{ino_of, scope_of};
use crate::save::state::{Saves, Stale, State, discard, file_at, wall_ms};
use crate::save::target::shown_at;
use crate::tree::{Seen, Tree, asked};
use crate::view::View;

/// How long a new file waits for others to be saved when there are too many: the folder's lock is
/// held meanwhile, by the kernel.
const ROOM_WAIT_MAX: Duration = Duration::from_secs(10);

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
    pub(crate) fn saved_name(
        &self,
        (parent, folder): (u64, &Node),
        name: &OsStr,
    ) -> Option<Done<Seen>> {
        let place = Place { scope: scope_of(folder)?, name: name.to_str()?.into() };
        let mut state = self.saves.state();
        let id = match state.machine.slot(&place)? {
            Slot::Gone { .. } => return Some(Err(Errno::NOENT)),
            Slot::File(id) => id,
        };
        state.machine.looked_up(id, parent);
        drop(state);
        Some(self.saved_attr(id))
    }

    /// What `stat` shows of a file that is being written.
    pub(crate) fn saved_attr(&self, id: FileId) -> Done<Seen> {
        let state = self.saves.state();
        let file = state.machine.file(id).ok_or(Errno::STALE)?;
        let (links, mtime_ms) = (file.links(), file.mtime_ms);
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
        self.saves.wake(&state);
        drop(state);
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
        let Some(base) = shown else { return Ok(()) };
        let mut state = self.state_with_room();
        let now = self.saves.now();
        match state.machine.adopt(place, base, now) {
            Ok(id) => {
                let shown_ino = shown_ino.unwrap_or_else(|| ino_of(place));
                let known = state.bytes.contains_key(&id);
                state.bytes_of(self.of(), id, shown_ino, Some(base));
                if !known {
                    state.machine.set_time(id, wall_ms(), now);
                    state.stale.extend(self.other_names(place, None));
                }
            }
            // Another name for what was there: the kernel looks again.
            Err(Refused::Missing | Refused::Taken) => {}
            Err(refused) => return Err(refused.into()),
        }
        self.saves.wake(&state);
        Ok(())
    }

    /// All that is being written, once there is room for one more file, or there will be none soon.
    fn state_with_room(&self) -> MutexGuard<'_, State> {
        let until = Instant::now() + ROOM_WAIT_MAX;
        loop {
            let state = self.saves.state();
            if !state.machine.is_full() {
                return state;
            }
            drop(state);
            if !self.saves.wait_for_room(until) {
                return self.saves.state();
            }
        }
    }

    /// Makes a new file and opens it.
    pub(crate) fn create(&self, parent: u64, name: &OsStr, exclusive: bool) -> Done<(Seen, u64)> {
        let (place, _) = self.place(parent, name)?;
        let View { source, viewer, .. } = &self.view;
        if !asked("create", parent, source.is_there(*viewer, &place.scope))? {
            return Err(Errno::NOENT);
        }
        let there = if exclusive { Errno::EXIST } else { Errno::STALE };
        let seen = asked("create", parent, shown_at(&self.view, &place))?;
        self.free(parent, &place, None)?;
        let mut state = self.state_with_room();
        let now = self.saves.now();
        match state.machine.slot(&place) {
            Some(Slot::File(_)) => return Err(there),
            None if seen.is_some() => return Err(there),
            _ => {}
        }
        let id = state.machine.create(&place, now)?;
        state.machine.set_time(id, wall_ms(), now);
        state.machine.looked_up(id, parent);
        state.machine.opened(id, true, now);
        let bytes = state.bytes_of(self.of(), id, ino_of(&place), None);
        state.stale.extend(self.other_names(&place, Some(parent)));
        self.saves.wake(&state);
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

    /// Makes room in an open file, which gets longer where it `grows`.
    pub(crate) fn allocate(&self, ino: u64, range: Range<u64>, grows: bool) -> Done<()> {
        let id = Saves::file_of(ino).ok_or(Errno::BADF)?;
        let file = self.saves.state().bytes.get(&id).map(Arc::clone).ok_or(Errno::STALE)?;
        let is_longer = range.end > file.size();
        if is_longer && !grows {
            // What lies behind the end of a file is no part of a version.
            return Err(Errno::OPNOTSUPP);
        }
        if !asked("fallocate", ino, file.allocate(&range))? {
            return Err(Errno::OPNOTSUPP);
        }
        if is_longer {
            self.was_changed(id, &file);
        }
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
        let mut state = self.saves.state();
        state.machine.released(id, true, now);
        state.was_closed(id);
        self.saves.wake(&state);
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

    /// Closes a file that is being written.
    pub(crate) fn release_saved(&self, id: FileId, handle: u64, writes: bool) {
        self.handles.release(Saves::ino_of(id), handle);
        let now = self.saves.now();
        let mut state = self.saves.state();
        state.machine.released(id, writes, now);
        if writes {
            state.was_closed(id);
        }
        let dropped = state.sweep();
        self.saves.wake(&state);
        drop(state);
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
        let seen = asked("unlink", parent, shown_at(&self.view, &place))?;
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
        state.stale.extend(self.other_names(&place, Some(parent)));
        let dropped = state.sweep();
        self.saves.wake(&state);
        drop(state);
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
        let seen = (shown(&from)?, shown(&to)?);
        self.free(new_parent, &to, Some(&from))?;
        let mut state = self.state_with_room();
        let now = self.saves.now();
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
            state.stale.push(Stale::Name(new_parent, to.name.as_ref().into()));
        }
        state.machine.seen_in(id, new_parent);
        state.stale.extend(self.other_names(&from, Some(parent)));
        state.stale.extend(self.other_names(&to, Some(new_parent)));
        // What was closed under a temporary name has no note yet.
        let was_noted = state.machine.file(id).is_some_and(|file| file.is_noted);
        let is_due = was_noted || is_scratch(&from.name);
        let moved = state.bytes.get(&id).map(Arc::clone);
        let is_promised = state.machine.file(id).is_some_and(|file| file.is_promised);
        state.machine.outdate_note(id);
        let dropped = state.sweep();
        self.saves.wake(&state);
        drop(state);
        // First the new name: the old bytes come back until it has a note.
        let promise = || self.promise(Saves::ino_of(id), is_promised);
        // The name has moved, whatever becomes of its note.
        if is_due && let Err(errno) = promise() {
            let name = &*to.name;
            tracing::warn!(%errno, name, "a kill would bring a file back under its old name");
        }
        if is_scratch(&to.name) && !is_promised {
            // Its note names what it was called before.
            moved.inspect(|bytes| bytes.withdraw());
        }
        nameless.inspect(|bytes| bytes.withdraw());
        discard(&dropped);
        Ok(())
    }

    fn of(&self) -> (&Arc<dyn rushes_vault::source::Source>, rushes_vault::model::Viewer) {
        (&self.view.source, self.view.viewer)
    }
}

/// The bytes of a file whose name was taken away, and that nobody wants saved.
fn nameless(state: &State, displaced: &Displaced) -> Option<Arc<Bytes>> {
    let id = displaced.file.filter(|_| displaced.save.is_none())?;
    state.bytes.get(&id).map(Arc::clone)
}
