//! What of a project has a folder beside its scenes: `characters/`, `locations/`, `moods/` and
//! `assets/`.
//!
//! Knows neither inodes nor the kernel. Invariant: an element's folder has the same name for good.

use std::sync::Arc;

use rushes_vault::element::{ElementRef, part_of};
use rushes_vault::model::{ElementEntry, ElementKind, Scope};
use rushes_vault::source::SourceError;

use crate::list::{Cursor, Page};
use crate::node::{Attr, Node, Owner};
use crate::view::{Found, View};

/// Links of an element's folder: itself, `.`, and `..` of `versions/`.
const LINKS_ELEMENT: u32 = 3;

impl View {
    pub(crate) fn in_elements(
        &self,
        project: &Owner,
        kind: ElementKind,
        name: &str,
    ) -> Result<Option<Found>, SourceError> {
        let entry = self.facts.element(self.viewer, (&project.scope.project, kind), name)?;
        Ok(entry.and_then(|entry| element_folder(project, &entry)))
    }

    pub(crate) fn list_elements(
        &self,
        (project, kind): (&Owner, ElementKind),
        after: &Cursor,
        limit: usize,
    ) -> Result<Page, SourceError> {
        let after = if let Cursor::Element(id) = after { Some(*id) } else { None };
        let of = (&project.scope.project, kind);
        let facts = self.facts.elements(self.viewer, of, after, limit)?;
        let mut page = Page::default();
        for entry in &facts {
            if let Some(found) = element_folder(project, entry) {
                page.add(entry.folder.as_str(), found);
            }
        }
        let last = facts.last().map(|entry| Cursor::Element(entry.id));
        Ok(page.after(facts.len(), limit, last))
    }
}

/// The folder of an element; `None` for a kind that has none.
pub fn element_folder(project: &Owner, entry: &ElementEntry) -> Option<Found> {
    let part = part_of(ElementRef { kind: entry.kind, id: entry.id })?;
    let scope = Scope { project: project.scope.project.clone(), part: Some(part) };
    let node = Node::Folder(Arc::new(Owner { scope, number: None }));
    Some(Found { node, attr: Attr::folder(entry.created_ms, LINKS_ELEMENT) })
}
