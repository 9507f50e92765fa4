//! What versions were made from and what was made from them, as folders of plain files:
//! `versions/<asset_key>/v002/sources/` and `used-in/`.
//!
//! Knows neither inodes nor the kernel. Invariant: a folder shows at most [`LINKS_MAX`] assets,
//! each under a name that no other has there, whatever the case; only plain files are in it, so no
//! walk goes round.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rushes_vault::Links;
use rushes_vault::folders::folded;
use rushes_vault::model::{Scope, VersionEntry};
use rushes_vault::source::{Place, SourceError};

use crate::list::Page;
use crate::names;
use crate::node::{Attr, History, Keep, Made, Node};
use crate::shelves::version;
use crate::view::{Found, View};

/// Assets that one folder shows: the first ones that were made.
pub const LINKS_MAX: usize = 1000;
/// Links of the folder of a version: itself, `.`, and `..` of `sources/` and `used-in/`.
const LINKS_LINEAGE: u32 = 4;

impl View {
    /// The folder of a version's lineage, where there is any. None of the past.
    pub(crate) fn lineage(
        &self,
        history: &Arc<History>,
        entry: &VersionEntry,
    ) -> Result<Option<(String, Found)>, SourceError> {
        let is_shown = entry.content.is_some() && !entry.is_deleted && !self.is_past;
        if !is_shown || !self.source.has_links(self.viewer, entry.asset)? {
            return Ok(None);
        }
        let (history, version, asset) = (Arc::clone(history), entry.version, entry.asset);
        let node = Node::Lineage(Arc::new(Made { history, version, asset }));
        let attr = Attr::folder(entry.created_ms, LINKS_LINEAGE);
        Ok(Some((names::lineage(version), Found { node, attr })))
    }

    /// `sources/` and `used-in/` of a version.
    pub(crate) fn in_lineage(&self, made: &Arc<Made>, name: &str) -> Option<Found> {
        let links = match name {
            names::SOURCES => Links::Sources,
            names::USED_IN => Links::Uses,
            _ => return None,
        };
        let attr = Attr::folder(self.made_ms, 2);
        Some(Found { node: Node::Links(Arc::clone(made), links), attr })
    }

    pub(crate) fn list_lineage(&self, made: &Arc<Made>) -> Page {
        let mut page = Page::default();
        for name in [names::SOURCES, names::USED_IN] {
            if let Some(found) = self.in_lineage(made, name) {
                page.add(name, found);
            }
        }
        page
    }

    /// The assets on one side of a version.
    pub(crate) fn list_links(&self, made: &Made, links: Links) -> Result<Page, SourceError> {
        let own = &made.history.owner.scope.project;
        let entries = self.source.linked(self.viewer, (made.asset, links), LINKS_MAX)?;
        let mut places: HashMap<Scope, Option<Place>> = HashMap::new();
        let (mut seen, mut page) = (HashSet::new(), Page::default());
        for entry in &entries {
            let scope = entry.placement.as_ref().map(|placement| &placement.scope);
            if let Some(scope) = scope.filter(|scope| !places.contains_key(*scope)) {
                places.insert(scope.clone(), self.source.place(self.viewer, scope)?);
            }
            let place = scope.and_then(|scope| places.get(scope)?.as_ref());
            let is_other = scope.is_some_and(|scope| scope.project != *own);
            let mut name = names::linked(entry, place, is_other);
            if !seen.insert(folded(&name)) {
                name = names::shelved(entry);
            }
            let Found { node, attr } = version(entry);
            // Where an asset comes from can get another name, and nobody knows its old one then.
            page.add(name, Found { node, attr: attr.kept(Keep::Never) });
        }
        Ok(page)
    }

    pub(crate) fn in_links(
        &self,
        made: &Made,
        links: Links,
        name: &str,
    ) -> Result<Option<Found>, SourceError> {
        let page = self.list_links(made, links)?;
        let entry = page.entries.into_iter().find(|entry| entry.name == name);
        Ok(entry.map(|entry| entry.found))
    }
}
