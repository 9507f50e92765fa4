//! What a change makes old beside projects and histories: elements, assets by word, lineage.
//!
//! The rules are those of [`super`], of which this is a part.

use std::sync::Arc;

use rushes_vault::Links;
use rushes_vault::ids::{AssetId, ProjectId};
use rushes_vault::model::{ElementEntry, Scope, ShelfEntry};
use rushes_vault::source::{AssetLine, Place, SourceError};

use super::{Plan, Target};
use crate::names;
use crate::node::{History, Made, Node, Owner};
use crate::parts::element_folder;
use crate::shelves;

/// Assets on one side of another one whose folders are looked for.
const NEIGHBOURS_MAX: usize = 10_000;

impl<B> Plan<'_, B> {
    /// The folder of an element, and the records of it and of its project.
    pub(super) fn element(&mut self, project: &ProjectId, entry: &ElementEntry) {
        let owner = Arc::new(Owner { scope: Scope::of_project(project.clone()), number: None });
        let view = &self.tree.view;
        let found = view.source.element(view.viewer, (project, entry.kind), &entry.folder);
        self.project(project);
        let elements = Node::Elements(Arc::clone(&owner), entry.kind);
        self.folder(&elements);
        let is_there = found.is_ok_and(|found| found.is_some_and(|found| found.id == entry.id));
        match element_folder(&owner, entry).map(|found| found.node) {
            Some(Node::Folder(owner)) if is_there => self.owner(&owner),
            _ => self.entry(&elements, &entry.folder),
        }
    }

    /// Everything that shows an asset beside its history.
    pub(super) fn asset(&mut self, id: AssetId, is_new: bool) {
        let view = &self.tree.view;
        let told = match view.source.line(view.viewer, id) {
            Ok(None) => Ok(()), // it never had bytes
            Ok(Some(line)) => self.line(&line, is_new),
            Err(error) => Err(error),
        };
        if let Err(error) = told {
            tracing::error!(%error, "a changed asset cannot be read: everything is dropped");
            self.everything();
        }
    }

    fn line(&mut self, line: &AssetLine, is_new: bool) -> Result<(), SourceError> {
        let (source, viewer) = (Arc::clone(&self.tree.view.source), self.tree.view.viewer);
        self.folder(&Node::Recent);
        let name = names::shelved(&line.entry);
        for (of, _) in &line.words {
            self.folder(&Node::Shelves(*of));
        }
        for one in self.tree.inodes.shelves() {
            let has = |(of, word): &(_, String)| *of == one.of && **word == *one.word;
            let is_in = !line.is_deleted && line.words.iter().any(has);
            if is_new && !is_in {
                continue;
            }
            let folder = Node::Shelf(Arc::clone(&one));
            self.folder(&folder);
            if is_in {
                continue;
            }
            self.entry(&folder, &name);
            let word = source.shelf(viewer, one.of, &one.folder)?;
            if word.as_deref() != Some(&*one.word) {
                self.entry(&Node::Shelves(one.of), &one.folder);
                self.folder(&Node::Shelves(one.of));
            }
        }
        // It may have more names, or fewer.
        let found = shelves::version(&line.entry);
        if !is_new && let Some(ino) = self.tree.inodes.refresh(&found) {
            self.target(Target::Inode(ino));
        }
        self.neighbours((line.entry.asset, Links::Sources), is_new)?;
        if is_new { Ok(()) } else { self.neighbours((line.entry.asset, Links::Uses), false) }
    }

    /// The folders of what an asset was made from, or of what was made from it, in which it is.
    fn neighbours(
        &mut self,
        (asset, side): (AssetId, Links),
        is_new: bool,
    ) -> Result<(), SourceError> {
        let (source, viewer) = (Arc::clone(&self.tree.view.source), self.tree.view.viewer);
        let other = match side {
            Links::Sources => Links::Uses,
            Links::Uses => Links::Sources,
        };
        for neighbour in source.linked(viewer, (asset, side), NEIGHBOURS_MAX)? {
            let Some(made) = self.made(&neighbour)? else { continue };
            if is_new {
                // It may be the first one.
                self.folder(&Node::History(Arc::clone(&made.history)));
            }
            self.folder(&Node::Links(made, other));
        }
        Ok(())
    }

    fn made(&self, entry: &ShelfEntry) -> Result<Option<Arc<Made>>, SourceError> {
        let Some(placement) = &entry.placement else { return Ok(None) };
        let view = &self.tree.view;
        let number = match view.source.place(view.viewer, &placement.scope)? {
            Some(Place::Scene(number)) => Some(number),
            _ => None,
        };
        let owner = Arc::new(Owner { scope: placement.scope.clone(), number });
        let history = Arc::new(History { owner, key: placement.asset_key.clone() });
        let (version, asset) = (placement.version, entry.asset);
        Ok(Some(Arc::new(Made { history, version, asset })))
    }

    /// The listings of moments, in which names may be whose bytes are gone. Such a name itself is
    /// kept for a moment only.
    pub(super) fn freed(&mut self) {
        let is_past = |node: &Node| node.is_past() && node.is_folder();
        for (ino, _) in self.tree.inodes.all(is_past) {
            self.listing(ino);
        }
    }

    /// The second round, where everything may have changed: every asset that is known.
    pub(super) fn add_assets(&mut self) {
        if !self.all {
            return;
        }
        let nodes = self.tree.inodes.all(|node| matches!(node, Node::Version { .. }));
        for asset in nodes.iter().filter_map(|(_, node)| node.asset()) {
            self.asset(asset, false);
        }
    }
}
