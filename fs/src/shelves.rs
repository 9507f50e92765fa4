//! Assets beside their projects: `library/`, `tags/`, `recent/` and `search/`.
//!
//! Knows neither inodes nor the kernel. Every name ends in the claim that made the asset, so it is
//! found without a list. What is new or found is asked for once a moment, and bounded.

use std::sync::Arc;

use rushes_vault::ShelfOf;
use rushes_vault::model::ShelfEntry;
use rushes_vault::source::SourceError;

use crate::answers::Shown;
use crate::list::{Cursor, Page};
use crate::names;
use crate::node::{Attr, Keep, Node, Shelf};
use crate::view::{Found, View, version_attr};

/// Newest assets that are shown.
pub const RECENT_MAX: usize = 500;
/// Assets that are shown of a search: the best ones.
pub const FOUND_MAX: usize = 1000;
impl View {
    /// `library/` and `tags/`.
    pub(crate) fn in_shelves(&self, of: ShelfOf, name: &str) -> Result<Option<Found>, SourceError> {
        let word = self.source.shelf(self.viewer, of, name)?;
        Ok(word.map(|word| self.shelf_folder(of, &word, name)))
    }

    /// `library/<type>/` and `tags/<tag>/`.
    pub(crate) fn in_shelf(&self, one: &Shelf, name: &str) -> Result<Option<Found>, SourceError> {
        let Some(made) = names::revision_of(name) else { return Ok(None) };
        let entry = self.source.shelved_at(self.viewer, (one.of, &one.word), made)?;
        let entry = entry.filter(|entry| names::shelved(entry) == name);
        Ok(entry.as_ref().map(version))
    }

    /// `search/`, in which only those names are that are looked for. None begins with a dot:
    /// programs look for such names everywhere.
    pub(crate) fn in_searches(&self, name: &str) -> Result<Option<Found>, SourceError> {
        if name.starts_with('.') {
            return Ok(None);
        }
        let folder = Node::Search(name.into());
        let shown = self.shown_now(&folder)?;
        Ok(shown.map(|_| Found { node: folder, attr: Attr::moment_folder() }))
    }

    /// `recent/` and `search/<words>/`.
    pub(crate) fn in_shown(&self, folder: &Node, name: &str) -> Result<Option<Found>, SourceError> {
        let shown = self.shown_now(folder)?;
        let entry = shown.iter().flat_map(|shown| shown.iter()).find(|(own, _)| own == name);
        Ok(entry.map(|(_, found)| found.clone()))
    }

    pub(crate) fn list_shelves(
        &self,
        of: ShelfOf,
        after: &Cursor,
        limit: usize,
    ) -> Result<Page, SourceError> {
        let after = if let Cursor::Word(word) = after { Some(word.as_str()) } else { None };
        let facts = self.source.shelves(self.viewer, of, after, limit)?;
        let mut page = Page::default();
        for (word, folder) in &facts {
            page.add(folder.as_str(), self.shelf_folder(of, word, folder));
        }
        let last = facts.last().map(|(word, _)| Cursor::Word(word.clone()));
        Ok(page.after(facts.len(), limit, last))
    }

    pub(crate) fn list_shelf(
        &self,
        one: &Shelf,
        after: &Cursor,
        limit: usize,
    ) -> Result<Page, SourceError> {
        let after = if let Cursor::Made(made) = after { Some(*made) } else { None };
        let facts = self.source.shelved(self.viewer, (one.of, &one.word), after, limit)?;
        let mut page = Page::default();
        for entry in &facts {
            page.add(names::shelved(entry), version(entry));
        }
        let last = facts.last().map(|entry| Cursor::Made(entry.revision));
        Ok(page.after(facts.len(), limit, last))
    }

    pub(crate) fn list_shown(&self, folder: &Node) -> Result<Page, SourceError> {
        let mut page = Page::default();
        for (name, found) in self.shown_now(folder)?.iter().flat_map(|shown| shown.iter()) {
            page.add(name.as_str(), found.clone());
        }
        Ok(page)
    }

    /// What is new or found now; `None` for words that cannot be searched for.
    fn shown_now(&self, folder: &Node) -> Result<Option<Shown<Found>>, SourceError> {
        if let Some(shown) = self.answers.get(folder) {
            return Ok(Some(shown));
        }
        let entries = match folder {
            Node::Search(words) => self.source.search(self.viewer, words, FOUND_MAX)?,
            _ => Some(self.source.recent(self.viewer, RECENT_MAX)?),
        };
        let Some(entries) = entries else { return Ok(None) };
        let shown = entries.iter().map(|entry| {
            let Found { node, attr } = version(entry);
            (names::shelved(entry), Found { node, attr: attr.kept(Keep::Moment) })
        });
        let shown: Shown<Found> = shown.collect();
        self.answers.put(folder, &shown);
        Ok(Some(shown))
    }

    fn shelf_folder(&self, of: ShelfOf, word: &str, folder: &str) -> Found {
        let one = Shelf { of, word: word.into(), folder: folder.into() };
        let attr = Attr::folder(self.made_ms, 2);
        Found { node: Node::Shelf(Arc::new(one)), attr }
    }
}

/// An asset's content: the same node under every name.
pub fn version(entry: &ShelfEntry) -> Found {
    let (asset, digest) = (entry.asset, entry.content.digest);
    let attr =
        version_attr(&entry.content, entry.created_ms, entry.tags, entry.placement.is_some());
    Found { node: Node::Version { asset, digest }, attr }
}
