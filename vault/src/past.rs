//! Projects as they were: folds, a few of which are kept.
//!
//! Invariant: one project at one revision is folded by one caller while the others wait for it, and
//! no other lock is held meanwhile. What is kept was made from at most [`PAST_CLAIMS_MAX`] claims,
//! or it is one fold.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rushes_catalog::command::SceneRef;
use rushes_catalog::element::part_of;
use rushes_catalog::ids::{AssetKey, ElementId, ProjectId};
use rushes_catalog::model::{
    ElementEntry, ElementKind, HistoryEntry, Project, ProjectEntry, Revision, Scene, Scope,
    Version, VersionEntry, Viewer,
};
use rushes_catalog::{PAST_CLAIMS_MAX, ProjectPast, QueryError};
use rushes_disk::{Clock, RealClock};
use rushes_store::Store;

use crate::source::{Facts, Moment, Moments, RecordOf, SourceError};
use crate::views::{ENTRIES_MAX, ElementView, SceneView, view_of};
use crate::{Vault, metadata, records};

/// Folds that are kept: those of the projects that somebody walks through.
const FOLDS_MAX: usize = 16;

type Answer<T> = Result<T, SourceError>;

/// What is folded.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Of {
    viewer: Viewer,
    project: ProjectId,
    revision: Revision,
}

/// A fold, once it is made; its lock is held while it is.
type Fold = Arc<Mutex<Option<Option<Arc<ProjectPast>>>>>;

#[derive(Debug)]
struct Kept {
    of: Of,
    fold: Fold,
    /// The claims that it was made from; 0 until it is made.
    claims: usize,
}

/// The folds that were asked for last, the newest first.
#[derive(Debug, Default)]
pub struct Folds(Mutex<VecDeque<Kept>>);

impl Folds {
    /// The fold, made by whoever is the first to ask. One that could not be made is tried again.
    fn get(
        &self,
        of: &Of,
        make: impl FnOnce() -> Result<Option<ProjectPast>, QueryError>,
    ) -> Result<Option<Arc<ProjectPast>>, QueryError> {
        let fold = self.place(of);
        let mut folded = fold.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(past) = &*folded {
            return Ok(past.clone());
        }
        let past = make()?.map(Arc::new);
        *folded = Some(past.clone());
        drop(folded);
        self.weigh(of, past.as_ref().map_or(0, |past| past.claims()));
        Ok(past)
    }

    fn place(&self, of: &Of) -> Fold {
        let mut kept = self.kept();
        let known = kept.iter().position(|one| one.of == *of).and_then(|at| kept.remove(at));
        let new = || Kept { of: of.clone(), fold: Fold::default(), claims: 0 };
        let one = known.unwrap_or_else(new);
        let fold = Arc::clone(&one.fold);
        kept.push_front(one);
        kept.truncate(FOLDS_MAX);
        fold
    }

    /// Takes note of what a fold takes, and lets the oldest ones go.
    fn weigh(&self, of: &Of, claims: usize) {
        let mut kept = self.kept();
        if let Some(one) = kept.iter_mut().find(|one| one.of == *of) {
            one.claims = claims;
        }
        let mut all = 0;
        let fits = |one: &Kept| {
            all += one.claims;
            all <= PAST_CLAIMS_MAX
        };
        let fitting = kept.iter().map(fits).take_while(|fits| *fits).count();
        let first_gone = fitting.max(1).min(kept.len());
        let gone = kept.split_off(first_gone);
        drop(kept);
        drop(gone); // Freeing a large one takes its time.
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use rushes_catalog::ids::UserId;

    use super::*;

    fn of(revision: Revision) -> Of {
        let viewer = Viewer { user: UserId::from_bytes([1; 16]) };
        Of { viewer, project: "fox".parse().unwrap(), revision }
    }

    fn revisions(folds: &Folds) -> Vec<Revision> {
        folds.kept().iter().map(|one| one.of.revision).collect()
    }

    #[test]
    fn however_many_ask_one_folds_and_what_failed_is_tried_again() {
        let (folds, calls) = (Folds::default(), AtomicU64::new(0));
        let failed = folds.get(&of(1), || Err(QueryError::Mismatch(7)));
        assert!(failed.is_err());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let make = || {
                        calls.fetch_add(1, Ordering::SeqCst);
                        Ok(None)
                    };
                    assert!(folds.get(&of(1), make).unwrap().is_none());
                });
            }
        });
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn what_is_kept_is_bounded_in_number_and_in_claims() {
        let folds = Folds::default();
        let last = FOLDS_MAX as u64 + 3;
        for revision in 1..=last {
            folds.get(&of(revision), || Ok(None)).unwrap();
        }
        folds.get(&of(10), || unreachable!("it is kept")).unwrap();
        let kept = revisions(&folds);
        assert_eq!((kept.len(), kept[0], kept[1]), (FOLDS_MAX, 10, last));
        for revision in [5, 6, 7] {
            folds.weigh(&of(revision), PAST_CLAIMS_MAX / 2);
        }
        // The newest ones stay, as far as they fit.
        let kept = revisions(&folds);
        assert!(kept.contains(&7) && kept.contains(&6) && !kept.contains(&5), "{kept:?}");
        folds.weigh(&of(10), PAST_CLAIMS_MAX * 2);
        assert_eq!(revisions(&folds), [10], "one is always kept");
    }
}
