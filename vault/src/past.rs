//! Projects as they were, as the folder asks for them.
//!
//! Invariant: the facts of a moment answer whoever they were folded for, and nobody else.

use std::sync::Arc;

use rushes_catalog::command::SceneRef;
use rushes_catalog::element::part_of;
use rushes_catalog::ids::{AssetKey, ElementId, ProjectId};
use rushes_catalog::model::{
    ElementEntry, ElementKind, HistoryEntry, Project, ProjectEntry, Revision, Scene, Scope,
    Version, VersionEntry, Viewer,
};
use rushes_catalog::{ProjectPast, QueryError};
use rushes_disk::{Clock, RealClock};
use rushes_store::Store;

use crate::folds::Of;
use crate::source::{Facts, Moment, Moments, RecordOf, SourceError};
use crate::views::{ENTRIES_MAX, ElementView, SceneView, view_of};
use crate::{Vault, metadata, records};

type Answer<T> = Result<T, SourceError>;

/// A project of a moment, with the store that has its large metadata.
#[derive(Debug)]
struct Past {
    past: Arc<ProjectPast>,
    store: Arc<Store>,
}

impl Vault {
    /// A project as it was at a revision, or as it is where that is not reached yet.
    pub(crate) fn project_at(
        &self,
        viewer: Viewer,
        id: &ProjectId,
        revision: Revision,
    ) -> Result<Option<Arc<ProjectPast>>, QueryError> {
        let revision = revision.min(self.catalog.revision());
        let of = Of { viewer, project: id.clone(), revision };
        self.folds.get(&of, || self.catalog.project_as_of(viewer, id, revision))
    }
}

impl Moments for Vault {
    fn moment(&self, moment: Moment) -> Answer<Option<Revision>> {
        let revision = match moment {
            Moment::Revision(revision) if revision > self.catalog.revision() => return Ok(None),
            Moment::Revision(revision) => revision,
            Moment::EndOf(second) => {
                let now = u64::try_from(RealClock.now().0 / 1000).unwrap_or_default();
                if second >= now {
                    return Ok(None);
                }
                self.catalog.revision_at(second)?
            }
        };
        Ok(Some(revision).filter(|revision| *revision > 0))
    }

    fn past_projects(
        &self,
        viewer: Viewer,
        revision: Revision,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<ProjectEntry>> {
        Ok(self.catalog.past_projects(viewer, revision, after, limit)?)
    }

    fn past_project(
        &self,
        viewer: Viewer,
        revision: Revision,
        folder: &str,
    ) -> Answer<Option<ProjectEntry>> {
        Ok(self.catalog.past_project(viewer, revision, folder)?)
    }

    fn past(
        &self,
        viewer: Viewer,
        revision: Revision,
        id: &ProjectId,
    ) -> Answer<Option<Arc<dyn Facts>>> {
        let past = self.project_at(viewer, id, revision)?;
        let facts = |past| Arc::new(Past { past, store: Arc::clone(&self.store) }) as _;
        Ok(past.map(facts))
    }
}

impl Past {
    fn histories_of(&self, viewer: Viewer, scope: &Scope) -> Answer<Vec<HistoryEntry>> {
        Ok(self.past.histories(viewer, scope, None, ENTRIES_MAX)?)
    }

    fn record_text(&self, viewer: Viewer, of: &RecordOf) -> Answer<Option<Vec<u8>>> {
        match of {
            RecordOf::Project(id) => {
                let facts = self.past.project_facts(viewer, id)?;
                facts.map(|facts| records::of_project(&view_of(facts))).transpose()
            }
            RecordOf::Scene(project, id) => {
                let scene = self.past.scene(viewer, project, SceneRef::Id(*id))?;
                let Some(scene) = scene else { return Ok(None) };
                let scope = Scope::of_scene(project.clone(), *id);
                let histories = self.histories_of(viewer, &scope)?;
                records::of_scene(&SceneView { scene, histories }).map(Some)
            }
            RecordOf::Storyboard(id) => {
                let storyboard =
                    self.past.project(viewer, id)?.and_then(|one| one.record.storyboard);
                storyboard.map(|storyboard| records::text(&storyboard)).transpose()
            }
            RecordOf::Element(project, element) => {
                let found = self.past.element(viewer, project, *element)?;
                let Some(found) = found else { return Ok(None) };
                let scope = Scope { project: project.clone(), part: part_of(*element) };
                let histories = self.histories_of(viewer, &scope)?;
                records::of_element(&ElementView { element: found, histories }).map(Some)
            }
            RecordOf::Asset(id) => {
                let Some(asset) = self.past.asset(viewer, *id)? else { return Ok(None) };
                // What was freed since is left out; its digest says that there was something.
                let asset =
                    metadata::filled(&self.store, asset).unwrap_or_else(|(asset, _)| *asset);
                records::of_asset(&asset).map(Some)
            }
        }
    }
}

impl Facts for Past {
    fn project(&self, viewer: Viewer, id: &ProjectId) -> Answer<Option<Project>> {
        Ok(self.past.project(viewer, id)?)
    }

    fn scenes(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        after: Option<u32>,
        limit: usize,
    ) -> Answer<Vec<Scene>> {
        Ok(self.past.scenes(viewer, project, after, limit)?)
    }

    fn scene(&self, viewer: Viewer, project: &ProjectId, number: u32) -> Answer<Option<Scene>> {
        Ok(self.past.scene(viewer, project, SceneRef::Number(number))?)
    }

    fn histories(
        &self,
        viewer: Viewer,
        scope: &Scope,
        after: Option<&AssetKey>,
        limit: usize,
    ) -> Answer<Vec<HistoryEntry>> {
        Ok(self.past.histories(viewer, scope, after, limit)?)
    }

    fn history(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
    ) -> Answer<Option<HistoryEntry>> {
        Ok(self.past.history(viewer, scope, key)?)
    }

    fn elements(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        after: Option<ElementId>,
        limit: usize,
    ) -> Answer<Vec<ElementEntry>> {
        Ok(self.past.element_entries(viewer, of, after, limit)?)
    }

    fn element(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        folder: &str,
    ) -> Answer<Option<ElementEntry>> {
        Ok(self.past.element_in(viewer, of, folder)?)
    }

    fn versions(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
        after: Option<Version>,
        limit: usize,
    ) -> Answer<Vec<VersionEntry>> {
        Ok(self.past.versions(viewer, (scope, key), after, limit)?)
    }

    fn version(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
        version: Version,
    ) -> Answer<Option<VersionEntry>> {
        Ok(self.past.version(viewer, (scope, key), version)?)
    }

    fn record(&self, viewer: Viewer, of: &RecordOf) -> Answer<Option<Arc<[u8]>>> {
        Ok(self.record_text(viewer, of)?.map(Arc::from))
    }
}
