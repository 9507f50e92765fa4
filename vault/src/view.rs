//! The vault as what stands behind the folder, and how its contents are opened.

use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rushes_catalog::QueryError;
use rushes_catalog::command::SceneRef;
use rushes_catalog::ids::{AssetId, AssetKey, ElementId, ProjectId};
use rushes_catalog::model::{
    ElementEntry, ElementKind, HistoryEntry, Project, Revision, Scene, Scope, Version,
    VersionEntry, Viewer,
};
use rushes_digest::Digest;
use rushes_store::{BlobReader, StoreError};

use crate::source::{
    Change, Facts, Follower, OpenContent, RecordOf, SaveAs, SavedAs, Source, SourceError, Unsaved,
};
use crate::{Vault, records};

impl From<QueryError> for SourceError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::TooMuch(much) => Self::TooMuch(much.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<StoreError> for SourceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged { .. } => Self::Damaged(error.to_string()),
            StoreError::Full => Self::Full,
            StoreError::Frozen => Self::Frozen,
            error => Self::Failed(error.to_string()),
        }
    }
}

#[derive(Debug)]
struct Opened(BlobReader);

impl OpenContent for Opened {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, SourceError> {
        Ok(self.0.read_at(buffer, offset)?)
    }

    fn exact_file(&self) -> Option<BorrowedFd<'_>> {
        self.0.exact_file()
    }
}

impl Vault {
    /// Opens a content that the viewer references. Reads are verified.
    pub fn open_content(
        &self,
        viewer: Viewer,
        digest: &Digest,
    ) -> Result<Option<Arc<dyn OpenContent>>, SourceError> {
        if self.catalog.content(viewer, digest)?.is_none() {
            return Ok(None);
        }
        self.open_stored(digest).map(Some)
    }

    pub(crate) fn open_stored(&self, digest: &Digest) -> Result<Arc<dyn OpenContent>, SourceError> {
        let Some(reader) = self.store.open_blob(digest)? else {
            let lost = format!("the bytes of {digest} are not in the store");
            return Err(SourceError::Damaged(lost));
        };
        Ok(Arc::new(Opened(reader)))
    }

    fn record_text(&self, viewer: Viewer, of: &RecordOf) -> Result<Option<Vec<u8>>, SourceError> {
        match of {
            RecordOf::Project(id) => {
                let view = self.project_view(viewer, id)?;
                view.map(|view| records::of_project(&view)).transpose()
            }
            RecordOf::Scene(project, id) => {
                let view = self.scene_view(viewer, project, SceneRef::Id(*id))?;
                view.map(|view| records::of_scene(&view)).transpose()
            }
            RecordOf::Storyboard(id) => {
                let storyboard = self.project(viewer, id)?.and_then(|one| one.record.storyboard);
                storyboard.map(|storyboard| records::text(&storyboard)).transpose()
            }
            RecordOf::Element(project, element) => {
                let view = self.element_view(viewer, project, *element)?;
                view.map(|view| records::of_element(&view)).transpose()
            }
            RecordOf::Asset(id) => {
                let asset = self.asset(viewer, *id)?;
                asset.map(|asset| records::of_asset(&asset)).transpose()
            }
        }
    }
}

impl Facts for Vault {
    fn project(&self, viewer: Viewer, id: &ProjectId) -> Result<Option<Project>, SourceError> {
        Ok(self.catalog.project(viewer, id)?)
    }

    fn scenes(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        after: Option<u32>,
        limit: usize,
    ) -> Result<Vec<Scene>, SourceError> {
        Ok(self.catalog.scenes(viewer, project, after, limit)?)
    }

    fn scene(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        number: u32,
    ) -> Result<Option<Scene>, SourceError> {
        Ok(self.catalog.scene(viewer, project, SceneRef::Number(number))?)
    }

    fn histories(
        &self,
        viewer: Viewer,
        scope: &Scope,
        after: Option<&AssetKey>,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, SourceError> {
        Ok(self.catalog.histories(viewer, scope, after, limit)?)
    }

    fn history(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
    ) -> Result<Option<HistoryEntry>, SourceError> {
        Ok(self.catalog.history(viewer, scope, key)?)
    }

    fn versions(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
        after: Option<Version>,
        limit: usize,
    ) -> Result<Vec<VersionEntry>, SourceError> {
        Ok(self.catalog.versions(viewer, (scope, key), after, limit)?)
    }

    fn version(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
        version: Version,
    ) -> Result<Option<VersionEntry>, SourceError> {
        Ok(self.catalog.version(viewer, (scope, key), version)?)
    }

    fn record(&self, viewer: Viewer, of: &RecordOf) -> Result<Option<Arc<[u8]>>, SourceError> {
        Ok(self.record_text(viewer, of)?.map(Arc::from))
    }

    fn elements(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        after: Option<ElementId>,
        limit: usize,
    ) -> Result<Vec<ElementEntry>, SourceError> {
        Ok(self.catalog.element_entries(viewer, of, after, limit)?)
    }

    fn element(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        folder: &str,
    ) -> Result<Option<ElementEntry>, SourceError> {
        Ok(self.catalog.element_in(viewer, of, folder)?)
    }
}

impl Source for Vault {
    fn projects(
        &self,
        viewer: Viewer,
        after: Option<&ProjectId>,
        limit: usize,
    ) -> Result<Vec<Project>, SourceError> {
        Ok(self.catalog.projects(viewer, after, limit)?)
    }

    fn history_like(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
    ) -> Result<Option<HistoryEntry>, SourceError> {
        Ok(self.catalog.history_like(viewer, scope, key)?)
    }

    fn blobs(
        &self,
        viewer: Viewer,
        after: Option<&Digest>,
        limit: usize,
    ) -> Result<Vec<(Digest, u64)>, SourceError> {
        Ok(self.catalog.contents(viewer, after, limit)?)
    }

    fn blob(&self, viewer: Viewer, digest: &Digest) -> Result<Option<u64>, SourceError> {
        Ok(self.catalog.content(viewer, digest)?)
    }

    fn open(
        &self,
        viewer: Viewer,
        digest: &Digest,
    ) -> Result<Option<Arc<dyn OpenContent>>, SourceError> {
        self.open_content(viewer, digest)
    }

    fn begin(
        &self,
        viewer: Viewer,
        from: Option<&Digest>,
    ) -> Result<Arc<dyn Unsaved>, SourceError> {
        self.begin_file(viewer, from)
    }

    fn save(
        &self,
        viewer: Viewer,
        save: &SaveAs,
        file: &dyn Unsaved,
    ) -> Result<SavedAs, SourceError> {
        self.save_file(viewer, save, file)
    }

    fn save_known(
        &self,
        viewer: Viewer,
        save: &SaveAs,
        digest: &Digest,
    ) -> Result<SavedAs, SourceError> {
        Self::save_known(self, viewer, save, digest)
    }

    fn hide(&self, viewer: Viewer, shown: AssetId) -> Result<(), SourceError> {
        self.hide_name(viewer, shown)
    }

    fn is_there(&self, viewer: Viewer, scope: &Scope) -> Result<bool, SourceError> {
        let project = Scope::of_project(scope.project.clone());
        let is_there = self.catalog.is_there(viewer, &project)?;
        Ok(is_there && (scope.part.is_none() || self.catalog.is_there(viewer, scope)?))
    }

    fn space(&self, viewer: Viewer) -> Result<(u64, u64), SourceError> {
        Ok((self.catalog.logical_bytes(viewer)?, self.space_free()))
    }

    fn changes(&self) -> (Follower, Receiver<Change>) {
        self.changes.listen()
    }

    fn shown(&self, follower: Follower, revision: Revision) {
        self.changes.shown(follower, revision);
    }
}
