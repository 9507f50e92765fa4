//! Listings of the tree, page by page, and the streams that serve them to open folders.
//!
//! Knows neither inodes nor the kernel. Memory is bounded: one page of entries, and one cursor for
//! each page that was passed. Invariant: an entry that is there from the opening of a folder to its
//! end is shown, whatever is added meanwhile; after seeking back it may be shown again.

use rushes_vault::Digest;
use rushes_vault::ids::{AssetKey, ElementId, ProjectId};
use rushes_vault::model::{Revision, Version};
use rushes_vault::source::SourceError;

use crate::names::{self, State};
use crate::node::Node;
use crate::view::{Found, View, blob_file, history_folder, project_of, scene_folder};

/// Facts asked for at a time: a history shows two names for each, and the kernel's buffer holds
/// about as many.
pub const PAGE: usize = 128;

/// Where a listing goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// At the beginning.
    Start,
    /// After a project.
    Project(ProjectId),
    /// After a scene.
    Scene(u32),
    /// After an element.
    Element(ElementId),
    /// After a kind of media, a tag or a project's folder.
    Word(String),
    /// After an asset, by the claim that made it.
    Made(Revision),
    /// After a history.
    Key(AssetKey),
    /// After a version.
    Version(Version),
    /// After a content.
    Blob(Digest),
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// What it leads to.
    pub found: Found,
    /// Whether it was removed after the page was loaded.
    pub is_gone: bool,
}

/// A part of a listing.
#[derive(Debug, Default)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Listed>,
    /// Where it goes on; `None` at the end.
    pub next: Option<Cursor>,
}

impl Page {
    pub(crate) fn add(&mut self, name: impl Into<String>, found: Found) {
        self.entries.push(Listed { name: name.into(), found, is_gone: false });
    }

    /// Ends a page after so many facts: fewer than asked for are the last ones.
    pub(crate) fn after(mut self, facts: usize, limit: usize, last: Option<Cursor>) -> Self {
        self.next = last.filter(|_| facts >= limit);
        self
    }
}

impl View {
    /// Entries of a folder after a cursor: those of at most `limit` facts, at the start with the
    /// names that are always there. A page may be empty and not the last.
    pub fn list(&self, folder: &Node, after: &Cursor, limit: usize) -> Result<Page, SourceError> {
        match folder {
            Node::Root => {
                let mut page = Page::default();
                for name in ["projects", "library", "tags", "recent", "search", "at", "blobs"] {
                    if let Some(found) = self.in_root(name) {
                        page.add(name, found);
                    }
                }
                Ok(page)
            }
            Node::Projects => self.list_projects(after, limit),
            Node::Scenes(owner) => self.list_scenes(&owner.scope.project, after, limit),
            Node::Elements(owner, kind) => self.list_elements((owner, *kind), after, limit),
            Node::Folder(_) | Node::Assets(_) | Node::Versions(_) => {
                self.list_histories(folder, after, limit)
            }
            Node::Lineage(made) => Ok(self.list_lineage(made)),
            Node::Links(made, links) => self.list_links(made, *links),
            Node::Shelves(of) => self.list_shelves(*of, after, limit),
            Node::Shelf(one) => self.list_shelf(one, after, limit),
            Node::Recent | Node::Search(_) => self.list_shown(folder),
            Node::History(_) => self.list_versions(folder, after, limit),
            Node::Blobs => self.list_blobs(after, limit),
            Node::Moment(moment) => Ok(self.list_moment(moment)),
            Node::Past(moment) => self.list_past(moment, after, limit),
            Node::Then(then) => self.list_then(then, after, limit),
            _ => Ok(Page::default()),
        }
    }

    fn list_projects(&self, after: &Cursor, limit: usize) -> Result<Page, SourceError> {
        let after = if let Cursor::Project(id) = after { Some(id) } else { None };
        let facts = self.source.projects(self.viewer, after, limit)?;
        let mut page = Page::default();
        for project in &facts {
            page.add(project.folder(), project_of(project));
        }
        let last = facts.last().map(|project| Cursor::Project(project.id.clone()));
        Ok(page.after(facts.len(), limit, last))
    }

    fn list_scenes(
        &self,
        project: &ProjectId,
        after: &Cursor,
        limit: usize,
    ) -> Result<Page, SourceError> {
        let after = if let Cursor::Scene(number) = after { Some(*number) } else { None };
        let facts = self.facts.scenes(self.viewer, project, after, limit)?;
        let mut page = Page::default();
        for scene in &facts {
            page.add(scene.scene_number.to_string(), scene_folder(scene));
        }
        let last = facts.last().map(|scene| Cursor::Scene(scene.scene_number));
        Ok(page.after(facts.len(), limit, last))
    }

    fn list_histories(
        &self,
        folder: &Node,
        after: &Cursor,
        limit: usize,
    ) -> Result<Page, SourceError> {
        let (Node::Folder(owner) | Node::Assets(owner) | Node::Versions(owner)) = folder else {
            return Ok(Page::default());
        };
        let currents = !matches!(folder, Node::Versions(_));
        let mut page = Page::default();
        if matches!(folder, Node::Folder(_)) && *after == Cursor::Start {
            for name in Self::fixed_names(owner) {
                if let Some(found) = self.fixed(owner, name)? {
                    page.add(name, found);
                }
            }
        }
        let after = if let Cursor::Key(key) = after { Some(key) } else { None };
        let facts = self.facts.histories(self.viewer, &owner.scope, after, limit)?;
        for entry in &facts {
            let shown = if currents {
                self.current(owner, entry)?
            } else {
                Some(history_folder(owner, entry))
            };
            if let Some((name, found)) = shown {
                page.add(name, found);
            }
        }
        let last = facts.last().map(|entry| Cursor::Key(entry.asset_key.clone()));
        Ok(page.after(facts.len(), limit, last))
    }

    fn list_versions(
        &self,
        folder: &Node,
        after: &Cursor,
        limit: usize,
    ) -> Result<Page, SourceError> {
        let Node::History(history) = folder else { return Ok(Page::default()) };
        let after = if let Cursor::Version(version) = after { Some(*version) } else { None };
        let scope = &history.owner.scope;
        let facts = self.facts.versions(self.viewer, scope, &history.key, after, limit)?;
        let mut page = Page::default();
        for entry in &facts {
            if let Some((name, found)) = self.version_file(entry)? {
                page.add(name, found);
            }
            if let Some((name, found)) = self.lineage(history, entry)? {
                page.add(name, found);
            }
            if let Some(found) = self.version_record(entry)? {
                page.add(names::version_record(entry.version, State::of(entry)), found);
            }
        }
        let last = facts.last().map(|entry| Cursor::Version(entry.version));
        Ok(page.after(facts.len(), limit, last))
    }

    fn list_blobs(&self, after: &Cursor, limit: usize) -> Result<Page, SourceError> {
        let after = if let Cursor::Blob(digest) = after { Some(digest) } else { None };
        let facts = self.source.blobs(self.viewer, after, limit)?;
        let mut page = Page::default();
        for (digest, size) in &facts {
            page.add(digest.to_hex(), blob_file(*digest, *size));
        }
        let last = facts.last().map(|(digest, _)| Cursor::Blob(*digest));
        Ok(page.after(facts.len(), limit, last))
    }
}

/// A folder that is open: entries by position, in one order.
#[derive(Debug)]
pub struct Stream {
    /// The folder.
    pub folder: Node,
    /// Where each page begins, as far as they were reached.
    starts: Vec<(u64, Cursor)>,
    /// The page at hand and the position of its first entry.
    page: Page,
    first: u64,
    /// How much had changed when the page was loaded.
    epoch: u64,
}

impl Stream {
    /// Opens a folder.
    pub fn new(folder: Node) -> Self {
        Self { folder, starts: vec![(0, Cursor::Start)], page: Page::default(), first: 0, epoch: 0 }
    }

    /// The entry at a position, counted from 0; `None` after the last one.
    ///
    /// An entry of a page that is older than the last change is looked up again: the kernel would
    /// remember it, and nothing would ever drop it. One that is gone since keeps its place in the
    /// listing and says so.
    pub fn at(&mut self, view: &View, position: u64) -> Result<Option<Listed>, SourceError> {
        let epoch = view.epoch();
        if self.index(position).is_none() {
            self.epoch = epoch;
            if !self.load(view, position)? {
                return Ok(None);
            }
        }
        let index = self.index(position);
        let Some(entry) = index.and_then(|index| self.page.entries.get_mut(index)) else {
            return Ok(None);
        };
        if self.epoch != epoch {
            match view.lookup(&self.folder, &entry.name)? {
                Some(found) => (entry.found, entry.is_gone) = (found, false),
                None => entry.is_gone = true,
            }
        }
        Ok(Some(entry.clone()))
    }

    fn index(&self, position: u64) -> Option<usize> {
        let index = usize::try_from(position.checked_sub(self.first)?).ok()?;
        (index < self.page.entries.len()).then_some(index)
    }

    /// Loads the page that holds a position; false when there is none.
    ///
    /// What was known about later pages is dropped: a page that is read again may end elsewhere,
    /// and going on from there is what leaves nothing out.
    fn load(&mut self, view: &View, position: u64) -> Result<bool, SourceError> {
        let known = self.starts.partition_point(|(first, _)| *first <= position);
        self.starts.truncate(known.max(1));
        while let Some((first, cursor)) = self.starts.last() {
            let first = *first;
            let page = view.list(&self.folder, cursor, PAGE)?;
            let end = first + page.entries.len() as u64;
            let next = page.next.clone();
            (self.page, self.first) = (page, first);
            let more = next.is_some();
            self.starts.extend(next.map(|next| (end, next)));
            if position < end {
                return Ok(true);
            }
            if !more {
                break;
            }
        }
        Ok(false)
    }
}
