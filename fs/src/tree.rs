//! The view with its inodes and open files: what the kernel asks, answered in plain numbers.
//!
//! Knows nothing of the FUSE protocol. No lock is held while the source is asked, except a folder
//! stream's own. Invariant: whatever gets a number here can be dropped by `invalidate.rs`.

use std::ffi::OsStr;
use std::os::fd::BorrowedFd;

use std::sync::{Arc, PoisonError};

use rushes_vault::model::Viewer;
use rushes_vault::source::{Source, SourceError};
use rustix::io::Errno;

use crate::errno;
use crate::handles::{Handles, Opened};
use crate::inodes::Inodes;
use crate::list::Stream;
use crate::node::{Attr, Node, ROOT_INO};
use crate::project_names::ProjectNames;
use crate::save::removals::Removing;
use crate::save::state::{Saves, Written};
use crate::streams::{Listing, Position, Streams};
use crate::view::{Found, Held, View};

/// An entry of a listing, with the position after it.
#[derive(Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What it leads to; `None` for `.`, `..` and what is being written, which count no lookup.
    pub found: Option<Found>,
    /// Whether that is a folder.
    pub is_folder: bool,
    /// Its number.
    pub ino: u64,
    /// Where the listing goes on.
    pub next: u64,
}

/// An inode as the kernel gets it.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Its number in the protocol.
    pub ino: u64,
    /// The number that programs see.
    pub shown_ino: u64,
    /// What `stat` shows.
    pub attr: Attr,
    /// Whether it may be written to.
    pub is_writable: bool,
}

impl Seen {
    /// A node of the view.
    pub fn of(ino: u64, found: &Found) -> Self {
        let is_writable = matches!(
            found.node,
            Node::Current { .. }
                | Node::Folder(_)
                | Node::Assets(_)
                | Node::Projects
                | Node::Scenes(_)
                // From these names go with the folder above.
                | Node::Elements(..)
                | Node::Versions(_)
                | Node::History(_)
                | Node::Lineage(_)
                | Node::Links(..)
        );
        Self { ino, shown_ino: ino, attr: found.attr, is_writable }
    }
}

/// The tree of one session.
#[derive(Debug)]
pub struct Tree<B> {
    /// The pure tree.
    pub view: View,
    /// What the kernel knows of it.
    pub inodes: Inodes,
    /// What is being written.
    pub saves: Saves,
    /// Under which names the kernel knows projects.
    pub(crate) projects: ProjectNames,
    /// The folders that are being removed.
    pub(crate) removing: Removing,
    pub(crate) handles: Handles<B>,
    streams: Streams,
}

/// The positions before the entries of a folder: `.` and `..`.
const DOTS: u64 = 2;

impl<B> Tree<B> {
    /// A tree over a source, of which nothing is known yet.
    pub fn new(source: Arc<dyn Source>, viewer: Viewer) -> Self {
        let view = View::new(source, viewer);
        let inodes = Inodes::new(viewer, view.root());
        let (saves, handles, streams) = (Saves::new(), Handles::new(), Streams::default());
        let (projects, removing) = (ProjectNames::default(), Removing::default());
        Self { view, inodes, saves, projects, removing, handles, streams }
    }

    /// What a name leads to. Counts a lookup.
    pub fn lookup(&self, parent: u64, name: &OsStr) -> Result<Seen, Errno> {
        let folder = self.node(parent)?;
        if !folder.attr.folder {
            return Err(Errno::NOTDIR);
        }
        if name.to_str().is_some_and(|name| self.removing.hides(&folder.node, name)) {
            return Err(Errno::NOENT);
        }
        if let Some(saved) = self.saved_name((parent, &folder.node), name) {
            return saved;
        }
        // All names of the view are UTF-8.
        let name = name.to_str().ok_or(Errno::NOENT)?;
        let found = asked("lookup", parent, self.view.lookup(&folder.node, name))?;
        let found = found.ok_or(Errno::NOENT)?;
        let ino = self.inodes.look_up(&found).ok_or(Errno::IO)?;
        self.projects.saw(name, &found);
        Ok(Seen::of(ino, &found))
    }

    /// The attributes of a node.
    pub fn attr(&self, ino: u64) -> Result<Seen, Errno> {
        match Saves::file_of(ino) {
            Some(id) => self.saved_attr(id),
            None => Ok(Seen::of(ino, &self.node(ino)?)),
        }
    }

    /// The kernel gives lookups back.
    pub fn forget(&self, ino: u64, lookups: u64) {
        match Saves::file_of(ino) {
            Some(id) => self.forget_saved(id, lookups),
            None => self.inodes.forget(ino, lookups),
        }
    }

    /// Opens a file for reading.
    pub fn open(
        &self,
        ino: u64,
        register: impl FnOnce(BorrowedFd<'_>) -> Option<B>,
    ) -> Result<Opened<B>, Errno> {
        let found = self.node(ino)?;
        if found.attr.folder {
            return Err(Errno::ISDIR);
        }
        let opened = match self.handles.join(ino) {
            Some(opened) => opened,
            None => match asked("open", ino, self.view.open(&found.node))? {
                Some(Held::Same(content)) => self.handles.open(ino, content, register),
                Some(Held::Newer(content)) => self.handles.open_alone(content),
                // The kernel looks the name up again, once.
                None => return Err(Errno::STALE),
            },
        };
        self.inodes.opened(ino);
        Ok(opened)
    }

    /// Reads from an open file into the whole buffer; less only at the end.
    pub fn read(
        &self,
        ino: u64,
        handle: u64,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize, Errno> {
        let content = self.handles.content(handle).ok_or(Errno::BADF)?;
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match asked("read", ino, content.read_at(rest, offset + filled as u64))? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(filled)
    }

    /// Closes a file.
    pub fn release(&self, ino: u64, handle: u64, writes: bool) {
        if let Some(id) = Saves::file_of(ino) {
            return self.release_saved(id, handle, writes);
        }
        self.handles.release(ino, handle);
        self.inodes.closed(ino);
    }

    /// Shows the entries of a folder from a position on, until `take` says that it has no room for
    /// one. Position 0 begins a listing.
    pub fn list(
        &self,
        ino: u64,
        from: u64,
        mut take: impl FnMut(&Row) -> bool,
    ) -> Result<(), Errno> {
        let mut from = Position::unpack(from);
        let listing = if let Some(listing) = self.streams.find(ino, from.stream) {
            listing
        } else {
            let (number, listing) = self.streams.begin(ino, self.listing(ino)?);
            from.stream = number;
            listing
        };
        let mut listing = listing.lock().unwrap_or_else(PoisonError::into_inner);
        let Listing { stream, saved } = &mut *listing;
        let next = |is_saved, row| Position { stream: from.stream, is_saved, row }.pack();
        let mut is_end = true;
        for position in from.row.. {
            if from.is_saved {
                break;
            }
            let row = if position < DOTS {
                self.dot(ino, stream, position, next(false, position + 1))
            } else {
                let entry = stream.at(&self.view, position - DOTS);
                let Some(entry) = asked("readdir", ino, entry)? else { break };
                // What was being written is listed behind what the view shows.
                let is_saved = saved.binary_search_by(|name| (**name).cmp(&entry.name)).is_ok();
                let is_removed = self.removing.hides(&stream.folder, &entry.name);
                if entry.is_gone || is_saved || is_removed {
                    continue;
                }
                self.row(entry.name, entry.found, next(false, position + 1))
            };
            is_end = false;
            if !take(&row) {
                return Ok(());
            }
        }
        let skipped =
            if from.is_saved { usize::try_from(from.row).unwrap_or(usize::MAX) } else { 0 };
        for (position, name) in (1..).zip(&*saved).skip(skipped) {
            let row = self.saved_row((ino, &stream.folder), name, next(true, position))?;
            let Some(row) = row else { continue };
            is_end = false;
            if !take(&row) {
                break;
            }
        }
        if is_end {
            self.streams.end(ino, from.stream);
        }
        Ok(())
    }

    fn listing(&self, ino: u64) -> Result<Listing, Errno> {
        let found = self.node(ino)?;
        if !found.attr.folder {
            return Err(Errno::NOTDIR);
        }
        let saved = self.saved_names(&found.node);
        self.removing.listed(&found.node, self.saves.now());
        Ok(Listing { stream: Stream::new(found.node), saved })
    }

    /// What a name leads to that was being written when its folder's listing began: it may be a
    /// version's by now.
    fn saved_row(
        &self,
        (ino, folder): (u64, &Node),
        name: &str,
        next: u64,
    ) -> Result<Option<Row>, Errno> {
        let row = |ino| {
            let name = name.to_owned();
            Some(Row { name, found: None, is_folder: false, ino, next })
        };
        // It may settle between the two questions, once.
        match self.written_ino(folder, name) {
            Written::File(ino) => return Ok(row(ino)),
            Written::Gone => return Ok(None),
            Written::Not => {}
        }
        let found = asked("readdir", ino, self.view.lookup(folder, name))?;
        if let Some(found) = found {
            return Ok(Some(self.row(name.to_owned(), found, next)));
        }
        Ok(match self.written_ino(folder, name) {
            Written::File(ino) => row(ino),
            Written::Gone | Written::Not => None,
        })
    }

    fn row(&self, name: String, found: Found, next: u64) -> Row {
        let ino = self.inodes.number(&found.node);
        let is_folder = found.attr.folder;
        Row { name, found: Some(found), is_folder, ino, next }
    }

    /// Takes note of a change that the source already shows: what open folders have read ahead is
    /// looked up again before the kernel gets it. Comes before the kernel is told to drop anything.
    pub fn changed(&self) {
        self.view.changed();
    }

    /// Bytes that are used and free.
    pub fn space(&self) -> Result<(u64, u64), Errno> {
        asked("statfs", ROOT_INO, self.view.source.space(self.view.viewer))
    }

    fn dot(&self, ino: u64, stream: &Stream, position: u64, next: u64) -> Row {
        let above = || stream.folder.above().map_or(ROOT_INO, |above| self.inodes.number(&above));
        let (name, ino) = if position == 0 { (".", ino) } else { ("..", above()) };
        Row { name: name.to_owned(), found: None, is_folder: true, ino, next }
    }

    pub(crate) fn node(&self, ino: u64) -> Result<Found, Errno> {
        self.inodes.get(ino).ok_or(Errno::STALE)
    }
}

/// The source's answer, or its error as the kernel takes it.
pub fn asked<T>(
    operation: &'static str,
    ino: u64,
    answer: Result<T, SourceError>,
) -> Result<T, Errno> {
    answer.map_err(|error| errno::answer(operation, ino, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Bytes, Fake, VIEWER, scene};
    use crate::handles::Way;

    fn tree() -> (Arc<Fake>, Tree<u32>) {
        let fake = Arc::new(Fake::default());
        fake.add_project("fox");
        fake.add_scene("fox", 1);
        fake.add(&scene("fox", 1), ("clip", "mp4"), Bytes::in_file(b"old"));
        (Arc::clone(&fake), Tree::new(fake, VIEWER))
    }

    fn walk(tree: &Tree<u32>, path: &str) -> u64 {
        let step = |at, name: &str| tree.lookup(at, OsStr::new(name)).unwrap().ino;
        path.split('/').fold(ROOT_INO, step)
    }

    fn text(tree: &Tree<u32>, ino: u64) -> (Way<u32>, Vec<u8>) {
        let opened = tree.open(ino, |_| Some(1)).unwrap();
        let mut bytes = vec![0; 100];
        let count = tree.read(ino, opened.handle, 0, &mut bytes).unwrap();
        bytes.truncate(count);
        tree.release(ino, opened.handle, false);
        (opened.way, bytes)
    }

    #[test]
    fn an_open_of_a_stale_current_file_gets_the_old_content() {
        let (fake, tree) = tree();
        let old = walk(&tree, "projects/fox/scenes/1/clip.mp4");
        fake.add(&scene("fox", 1), ("clip", "mp4"), Bytes::in_file(b"new"));
        let new = walk(&tree, "projects/fox/scenes/1/clip.mp4");
        assert_ne!(old, new);
        assert_eq!(text(&tree, old).1, b"old");
        assert_eq!(text(&tree, new).1, b"new");
    }

    #[test]
    fn an_open_of_a_stale_record_gets_the_new_text_past_the_pages_of_the_old_one() {
        let (fake, tree) = tree();
        let record = walk(&tree, "projects/fox/scenes/1/scene.json");
        let (way, old) = text(&tree, record);
        assert!(matches!(way, Way::Cached));
        let held = tree.open(record, |_| None).unwrap();
        fake.fail(&scene("fox", 1), "clip");
        tree.changed();
        assert_eq!(text(&tree, record).1, old, "while somebody holds the old text");
        tree.release(record, held.handle, false);
        let (way, new) = text(&tree, record);
        assert!(matches!(way, Way::Direct) && new != old);
        let fresh = walk(&tree, "projects/fox/scenes/1/scene.json");
        assert!(fresh != record && text(&tree, fresh).1 == new);
    }

    #[test]
    fn an_open_folder_never_hands_out_a_node_that_a_change_made_old() {
        let (fake, tree) = tree();
        let folder = walk(&tree, "projects/fox/scenes/1");
        let names = |from, room| {
            let mut rows = Vec::new();
            let take = |row: &Row| {
                rows.push((row.name.clone(), row.ino, row.next));
                rows.len() < room
            };
            tree.list(folder, from, take).unwrap();
            rows
        };
        let first = names(0, 3);
        let old = walk(&tree, "projects/fox/scenes/1/clip.mp4");
        fake.add(&scene("fox", 1), ("clip", "mp4"), Bytes::in_file(b"new"));
        tree.changed();
        let rest = names(first[2].2, 100);
        let listed: Vec<_> = first.iter().chain(&rest).map(|(name, ..)| name.as_str()).collect();
        assert_eq!(listed, [".", "..", "scene.json", "versions", "clip.mp4"]);
        assert_ne!(rest[1].1, old);
    }

    #[test]
    fn what_is_unknown_is_stale_and_what_is_wrong_is_refused() {
        let (_, tree) = tree();
        let folder = walk(&tree, "projects/fox");
        assert_eq!(tree.attr(4711).unwrap_err(), Errno::STALE);
        assert_eq!(tree.open(folder, |_| None).unwrap_err(), Errno::ISDIR);
        let record = walk(&tree, "projects/fox/project.json");
        assert_eq!(tree.list(record, 0, |_| true).unwrap_err(), Errno::NOTDIR);
        assert_eq!(tree.lookup(record, OsStr::new("x")).unwrap_err(), Errno::NOTDIR);
        assert_eq!(tree.lookup(folder, OsStr::new("x")).unwrap_err(), Errno::NOENT);
    }
}
