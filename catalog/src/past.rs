//! A project as it was: its claims up to a revision, folded anew.
//!
//! Invariant: what is answered is what the queries said when that revision was the last one.

use std::sync::Arc;

use crate::Catalog;
use crate::command::SceneRef;
use crate::element::ElementRef;
use crate::find;
use crate::fold::{FoldError, Placed, fold};
use crate::graph::{ProjectRows, element_of, project_of, scene_of};
use crate::ids::{AssetId, AssetKey, ElementId, ProjectId, UserId};
use crate::journal::{JournalReader, Position};
use crate::look;
use crate::model::{
    Asset, Element, ElementEntry, ElementKind, HistoryEntry, Project, ProjectFacts, Revision,
    Scene, Scope, Version, VersionEntry, Viewer,
};
use crate::query::{QueryError, ROWS_MAX};
use crate::records::asset_now;
use crate::tables::{AssetRow, Get, Key, Nothing, Overlay, VersionRow};
use crate::too_much::TooMuch;

/// Claims that are looked up at a time.
const CLAIMS: usize = 1024;
/// Most claims that are folded for one answer: their rows are all in memory, and each is read.
pub const PAST_CLAIMS_MAX: usize = 100_000;

type Answer<T> = Result<T, QueryError>;

/// A project as of a revision. Its methods are those of [`Catalog`] that have the same names.
#[derive(Debug)]
pub struct ProjectPast {
    rows: Overlay<'static, Nothing>,
    reader: Arc<JournalReader>,
    claims: usize,
}

impl ProjectPast {
    /// How many claims it was made from, which is what it takes in memory.
    pub const fn claims(&self) -> usize {
        self.claims
    }

    /// The project with what was in it.
    pub fn project_facts(&self, viewer: Viewer, id: &ProjectId) -> Answer<Option<ProjectFacts>> {
        let rows = ProjectRows::of(viewer.user, id, &self.rows)?;
        rows.map(|rows| rows.told(viewer.user, &self.reader)).transpose()
    }

    /// The project.
    pub fn project(&self, viewer: Viewer, id: &ProjectId) -> Answer<Option<Project>> {
        let row = find::project(viewer.user, id, &self.rows)?;
        row.map(|row| project_of(viewer.user, row, &self.reader)).transpose()
    }

    /// Its scenes by number, after a cursor.
    pub fn scenes(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        after: Option<u32>,
        limit: usize,
    ) -> Answer<Vec<Scene>> {
        let rows = look::scenes(viewer.user, project, (after, limit), &self.rows)?;
        rows.into_iter().map(|row| scene_of(row, &self.reader)).collect()
    }

    /// A scene of it, by id or number.
    pub fn scene(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        scene: SceneRef,
    ) -> Answer<Option<Scene>> {
        let row = find::scene(viewer.user, project, scene, &self.rows)?;
        row.map(|row| scene_of(row, &self.reader)).transpose()
    }

    /// An element of it.
    pub fn element(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        element: ElementRef,
    ) -> Answer<Option<Element>> {
        let row = find::element(viewer.user, project, element, &self.rows)?;
        row.map(|row| element_of(row, &self.reader)).transpose()
    }

    /// The folders of its elements of a kind, by id, after a cursor.
    pub fn element_entries(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        after: Option<ElementId>,
        limit: usize,
    ) -> Answer<Vec<ElementEntry>> {
        look::element_entries(viewer.user, of, (after, limit), &self.rows)
    }

    /// The element whose folder had a name.
    pub fn element_in(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        folder: &str,
    ) -> Answer<Option<ElementEntry>> {
        look::element_in(viewer.user, of, folder, &self.rows)
    }

    /// Histories of a scope by key, after a cursor.
    pub fn histories(
        &self,
        viewer: Viewer,
        scope: &Scope,
        after: Option<&AssetKey>,
        limit: usize,
    ) -> Answer<Vec<HistoryEntry>> {
        look::histories(viewer.user, scope, (after, limit), &self.rows)
    }

    /// A history, by its key as it was first written.
    pub fn history(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
    ) -> Answer<Option<HistoryEntry>> {
        let entry = look::history_like(viewer.user, (scope, key), &self.rows)?;
        Ok(entry.filter(|entry| entry.asset_key == *key))
    }

    /// Versions that a history had, by number, after a cursor.
    pub fn versions(
        &self,
        viewer: Viewer,
        of: (&Scope, &AssetKey),
        after: Option<Version>,
        limit: usize,
    ) -> Answer<Vec<VersionEntry>> {
        let limit = limit.min(ROWS_MAX);
        let rows = look::versions(viewer.user, of, (after, limit), &self.rows)?;
        Ok(rows.iter().map(VersionRow::entry).collect())
    }

    /// One of them.
    pub fn version(
        &self,
        viewer: Viewer,
        of: (&Scope, &AssetKey),
        version: Version,
    ) -> Answer<Option<VersionEntry>> {
        look::version(viewer.user, of, version, &self.rows)
    }

    /// An asset that was in it.
    pub fn asset(&self, viewer: Viewer, id: AssetId) -> Answer<Option<Asset>> {
        let row = self.rows.get::<AssetRow>(&Key::asset(viewer.user, id))?;
        row.map(|row| asset_now(&self.reader, &row)).transpose()
    }
}

impl Catalog {
    /// A project as it was when a revision was the last one; `None` when there was none, or it was
    /// deleted. It takes as long as the project has claims until then, and is refused above
    /// [`PAST_CLAIMS_MAX`] of them.
    pub fn project_as_of(
        &self,
        viewer: Viewer,
        id: &ProjectId,
        revision: Revision,
    ) -> Answer<Option<ProjectPast>> {
        let positions = self.project_claims(viewer.user, id, revision)?;
        let (mut rows, claims) = (Overlay::over(&Nothing), positions.len());
        for (of, position) in positions {
            let claim = self.reader.read(of, position)?;
            let placed = Placed { revision: of, position, claim: &claim };
            fold(placed, &mut rows).map_err(|error| not_folded(error, of))?;
        }
        if find::project(viewer.user, id, &rows)?.is_none() {
            return Ok(None);
        }
        rows.keep(Key::is_of_project);
        Ok(Some(ProjectPast { rows, reader: Arc::clone(&self.reader), claims }))
    }

    /// Where the claims of a project stand, up to a revision.
    fn project_claims(
        &self,
        owner: UserId,
        id: &ProjectId,
        until: Revision,
    ) -> Answer<Vec<(Revision, Position)>> {
        let prefix = Key::project_claims(owner, id);
        let mut positions = Vec::new();
        loop {
            let after = positions.last().map(|(of, _)| Key::project_claim(owner, id, *of));
            let found = self.tables.read()?.scan::<Position>(&prefix, after.as_ref(), CLAIMS)?;
            let is_last = found.len() < CLAIMS;
            for (key, position) in found {
                let of = key.try_into().map_or(Revision::MAX, Revision::from_be_bytes);
                if of > until {
                    return Ok(positions);
                }
                positions.push((of, position));
            }
            if positions.len() > PAST_CLAIMS_MAX {
                let instead = "ask for an earlier revision, or for the project as it is";
                let max = PAST_CLAIMS_MAX as u64;
                return Err(TooMuch { max, of: "claims", instead }.into());
            }
            if is_last {
                return Ok(positions);
            }
        }
    }
}

fn not_folded(error: FoldError, revision: Revision) -> QueryError {
    match error {
        FoldError::Tables(error) => error.into(),
        FoldError::Contradiction { .. } => QueryError::Mismatch(revision),
    }
}
