//! `at/<moment>/projects/`: projects as they were.
//!
//! Knows neither inodes nor the kernel. The tree of a project is the one that the view makes of any
//! facts, here of those of the moment. Invariant: nothing in it changes but that bytes go: nobody
//! knows which names led to them, so a name is kept for a moment only.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rushes_vault::model::ProjectEntry;
use rushes_vault::source::SourceError;

use crate::answers::Answers;
use crate::list::{Cursor, Page};
use crate::names;
use crate::node::{Attr, Keep, Moment, Node, Then};
use crate::shelves;
use crate::sizes::Sizes;
use crate::view::{Found, Held, View, project_folder};

/// The folder of a moment's projects.
const PROJECTS: &str = "projects";
/// Links of a moment: itself, `.`, and `..` of `projects/`.
const LINKS_MOMENT: u32 = 3;
/// Links of a folder whose folders would have to be counted.
const LINKS_UNCOUNTED: u32 = 1;

impl View {
    /// `at/`, in which only those names are that are looked for.
    pub(crate) fn in_moments(&self, name: &str) -> Result<Option<Found>, SourceError> {
        let Some(moment) = names::moment(name) else { return Ok(None) };
        let Some(revision) = self.source.moment(moment)? else { return Ok(None) };
        let node = Node::Moment(Arc::new(Moment { name: name.into(), revision }));
        Ok(Some(Found { node, attr: self.of_moment(LINKS_MOMENT) }))
    }

    pub(crate) fn in_moment(&self, moment: &Arc<Moment>, name: &str) -> Option<Found> {
        let node = Node::Past(Arc::clone(moment));
        (name == PROJECTS).then(|| Found { node, attr: self.of_moment(LINKS_UNCOUNTED) })
    }

    pub(crate) fn list_moment(&self, moment: &Arc<Moment>) -> Page {
        let mut page = Page::default();
        if let Some(found) = self.in_moment(moment, PROJECTS) {
            page.add(PROJECTS, found);
        }
        page
    }

    pub(crate) fn in_past(
        &self,
        moment: &Arc<Moment>,
        name: &str,
    ) -> Result<Option<Found>, SourceError> {
        let entry = self.source.past_project(self.viewer, moment.revision, name)?;
        Ok(entry.map(|entry| past_project(moment, &entry)))
    }

    pub(crate) fn list_past(
        &self,
        moment: &Arc<Moment>,
        after: &Cursor,
        limit: usize,
    ) -> Result<Page, SourceError> {
        let after = if let Cursor::Word(folder) = after { Some(folder.as_str()) } else { None };
        let facts = self.source.past_projects(self.viewer, moment.revision, after, limit)?;
        let mut page = Page::default();
        for entry in &facts {
            page.add(entry.folder.as_str(), past_project(moment, entry));
        }
        let last = facts.last().map(|entry| Cursor::Word(entry.folder.clone()));
        Ok(page.after(facts.len(), limit, last))
    }

    /// A name in a project of a moment.
    pub(crate) fn in_then(&self, then: &Then, name: &str) -> Result<Option<Found>, SourceError> {
        let Some(view) = self.at(then)? else { return Ok(None) };
        Ok(view.lookup(&then.node, name)?.map(|found| then.past(found)))
    }

    pub(crate) fn list_then(
        &self,
        then: &Then,
        after: &Cursor,
        limit: usize,
    ) -> Result<Page, SourceError> {
        let Some(view) = self.at(then)? else { return Ok(Page::default()) };
        let mut page = view.list(&then.node, after, limit)?;
        for entry in &mut page.entries {
            entry.found = then.past(entry.found.clone());
        }
        Ok(page)
    }

    pub(crate) fn open_then(&self, then: &Then) -> Result<Option<Held>, SourceError> {
        let Some(view) = self.at(then)? else { return Ok(None) };
        view.open(&then.node)
    }

    /// A content of the past with the names that it has now; `None` when its bytes are gone.
    pub(crate) fn as_now(&self, found: Found) -> Result<Option<Found>, SourceError> {
        let Node::Version { asset, digest } = found.node else { return Ok(None) };
        if !self.source.is_kept(self.viewer, asset, &digest)? {
            return Ok(None);
        }
        let line = self.source.line(self.viewer, asset)?.filter(|line| !line.is_deleted);
        let attr = Attr { links: 1, ..found.attr };
        Ok(Some(line.map_or(Found { attr, ..found }, |line| shelves::version(&line.entry))))
    }

    /// The view of a project's facts at a moment.
    fn at(&self, then: &Then) -> Result<Option<Self>, SourceError> {
        let facts = self.source.past(self.viewer, then.moment.revision, &then.project)?;
        Ok(facts.map(|facts| Self {
            source: Arc::clone(&self.source),
            facts,
            is_past: true,
            viewer: self.viewer,
            made_ms: self.made_ms,
            answers: Answers::none(),
            sizes: Sizes::default(),
            epoch: AtomicU64::new(0),
        }))
    }

    const fn of_moment(&self, links: u32) -> Attr {
        Attr::folder(self.made_ms, links).kept(Keep::Moment)
    }
}

impl Then {
    /// What was found in a project of this moment. A version's content is what it is now.
    fn past(&self, found: Found) -> Found {
        let Found { node, attr } = found;
        let node = match node {
            Node::Version { .. } => node,
            node => Node::Then(Arc::new(Self { node, ..self.clone() })),
        };
        Found { node, attr: attr.kept(Keep::Moment) }
    }
}

fn past_project(moment: &Arc<Moment>, entry: &ProjectEntry) -> Found {
    let Found { node, attr } = project_folder(&entry.id, entry.created_ms);
    let (moment, project) = (Arc::clone(moment), entry.id.clone());
    let node = Node::Then(Arc::new(Then { moment, project, node }));
    Found { node, attr: attr.kept(Keep::Moment) }
}
