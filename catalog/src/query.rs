//! What can be asked of the facts. Every query runs in a viewer's name space and is a bounded
//! number of range scans and look-ups.

use crate::Catalog;
use crate::claim::{Claim, Fact};
use crate::command::SceneRef;
use crate::ids::{AssetId, AssetKey, ElementId, ProjectId, SceneId};
use crate::journal::Position;
use crate::model::{
    Asset, AssetEntry, ElementKind, HistoryEntry, Project, Revision, Scene, Scope, User, Version,
    VersionEntry, Viewer,
};
use crate::records::asset_made;
use crate::tables::{
    AssetRow, ContentRow, ElementRow, Get, HistoryRow, Key, PlaceRow, ProjectRow, SceneRow,
    UserRow, VersionRow,
};
use rushes_digest::Digest;

pub use crate::records::{Answer, QueryError};

/// Most rows that one query returns.
pub const ROWS_MAX: usize = 10_000;

impl Catalog {
    /// A user by name.
    pub fn user_named(&self, name: &str) -> Answer<Option<User>> {
        let row = self.tables.read()?.get::<UserRow>(&Key::user_named(name))?;
        Ok(row.map(|row| User { id: row.id(), name: row.name }))
    }

    /// All users, in the order in which they came, at most `ROWS_MAX`.
    pub fn users(&self) -> Answer<Vec<User>> {
        let rows = self.tables.read()?.scan::<UserRow>(&Key::users(), None, ROWS_MAX)?;
        Ok(rows.into_iter().map(|(_, row)| User { id: row.id(), name: row.name }).collect())
    }

    /// Projects by id, after a cursor.
    pub fn projects(
        &self,
        viewer: Viewer,
        after: Option<&ProjectId>,
        limit: usize,
    ) -> Answer<Vec<Project>> {
        let prefix = Key::projects(viewer.user);
        let after = after.map(|id| Key::project(viewer.user, id));
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<ProjectRow>(&prefix, after.as_ref(), limit)?;
        rows.into_iter().map(|(_, row)| self.project_of(&row)).collect()
    }

    /// A project, by its id as it was written when it was made.
    pub fn project(&self, viewer: Viewer, id: &ProjectId) -> Answer<Option<Project>> {
        let row = self.tables.read()?.get::<ProjectRow>(&Key::project(viewer.user, id))?;
        row.filter(|row| row.project == *id).map(|row| self.project_of(&row)).transpose()
    }

    /// Scenes of a project by number, after a cursor.
    pub fn scenes(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        after: Option<u32>,
        limit: usize,
    ) -> Answer<Vec<Scene>> {
        let prefix = Key::scenes(viewer.user, project);
        let after = after.map(|number| Key::scene(viewer.user, project, number));
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<SceneRow>(&prefix, after.as_ref(), limit)?;
        rows.into_iter().map(|(_, row)| self.scene_of(&row)).collect()
    }

    /// A scene of a project, by id or number.
    pub fn scene(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        scene: SceneRef,
    ) -> Answer<Option<Scene>> {
        let key = match scene {
            SceneRef::Id(id) => Key::scene_by_id(viewer.user, id),
            SceneRef::Number(number) => Key::scene(viewer.user, project, number),
        };
        let row = self.tables.read()?.get::<SceneRow>(&key)?;
        row.filter(|row| row.project == *project).map(|row| self.scene_of(&row)).transpose()
    }

    /// The number of a scene, wherever it is.
    pub fn scene_number(&self, viewer: Viewer, scene: SceneId) -> Answer<Option<u32>> {
        let row = self.tables.read()?.get::<SceneRow>(&Key::scene_by_id(viewer.user, scene))?;
        Ok(row.map(|row| row.number))
    }

    /// Whether a project has an element of a kind.
    pub fn has_element(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        (kind, id): (ElementKind, ElementId),
    ) -> Answer<bool> {
        let row = self.tables.read()?.get::<ElementRow>(&Key::element(viewer.user, id))?;
        Ok(row.is_some_and(|row| row.project == *project && row.kind == kind))
    }

    /// Histories of a scope by key, after a cursor.
    pub fn histories(
        &self,
        viewer: Viewer,
        scope: &Scope,
        after: Option<&AssetKey>,
        limit: usize,
    ) -> Answer<Vec<HistoryEntry>> {
        let prefix = Key::histories(viewer.user, scope);
        let after = after.map(|key| Key::history(viewer.user, scope, key));
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<HistoryRow>(&prefix, after.as_ref(), limit)?;
        Ok(rows.into_iter().map(|(_, row)| history_entry(row)).collect())
    }

    /// The histories of all scenes of a project: one scan, at most `ROWS_MAX` of them.
    pub fn scene_histories(
        &self,
        viewer: Viewer,
        project: &ProjectId,
    ) -> Answer<Vec<(SceneId, HistoryEntry)>> {
        let prefix = Key::scene_histories(viewer.user, project);
        let rows = self.tables.read()?.scan::<HistoryRow>(&prefix, None, ROWS_MAX)?;
        let entry = |(key, row): (Vec<u8>, HistoryRow)| {
            let (scene, _) = key.split_first_chunk::<16>()?;
            Some((SceneId::from_bytes(*scene), history_entry(row)))
        };
        Ok(rows.into_iter().filter_map(entry).collect())
    }

    /// A history, by its key as it was first written.
    pub fn history(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
    ) -> Answer<Option<HistoryEntry>> {
        let row = self.tables.read()?.get::<HistoryRow>(&Key::history(viewer.user, scope, key))?;
        Ok(row.filter(|row| row.asset_key == *key).map(history_entry))
    }

    /// Versions of a history by number, after a cursor.
    pub fn versions(
        &self,
        viewer: Viewer,
        (scope, key): (&Scope, &AssetKey),
        after: Option<Version>,
        limit: usize,
    ) -> Answer<Vec<VersionEntry>> {
        let rows = self.version_rows(viewer, (scope, key), after, limit)?;
        Ok(rows.iter().map(VersionRow::entry).collect())
    }

    /// The assets of a history's versions, in full, by number, after a cursor.
    pub fn version_assets(
        &self,
        viewer: Viewer,
        (scope, key): (&Scope, &AssetKey),
        after: Option<Version>,
        limit: usize,
    ) -> Answer<Vec<Asset>> {
        let rows = self.version_rows(viewer, (scope, key), after, limit)?;
        rows.iter().map(|row| self.version_now((scope, key), row)).collect()
    }

    /// One version.
    pub fn version(
        &self,
        viewer: Viewer,
        (scope, key): (&Scope, &AssetKey),
        version: Version,
    ) -> Answer<Option<VersionEntry>> {
        let key = Key::version(viewer.user, scope, key, version);
        Ok(self.tables.read()?.get::<VersionRow>(&key)?.map(|row| row.entry()))
    }

    /// An asset.
    pub fn asset(&self, viewer: Viewer, id: AssetId) -> Answer<Option<Asset>> {
        let row = self.tables.read()?.get::<AssetRow>(&Key::asset(viewer.user, id))?;
        row.map(|row| self.asset_now(&row)).transpose()
    }

    /// Assets by id, deleted ones too, after a cursor.
    pub fn assets(
        &self,
        viewer: Viewer,
        after: Option<AssetId>,
        limit: usize,
    ) -> Answer<Vec<Asset>> {
        let prefix = Key::assets(viewer.user);
        let after = after.map(|id| Key::asset(viewer.user, id));
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<AssetRow>(&prefix, after.as_ref(), limit)?;
        rows.iter().map(|(_, row)| self.asset_now(row)).collect()
    }

    /// Where an asset shows, without reading its record.
    pub fn asset_entry(&self, viewer: Viewer, id: AssetId) -> Answer<Option<AssetEntry>> {
        let row = self.tables.read()?.get::<AssetRow>(&Key::asset(viewer.user, id))?;
        Ok(row.map(|row| AssetEntry {
            digest: row.digest(),
            placement: row.place.as_ref().map(PlaceRow::placement),
        }))
    }

    /// Digests that assets of the viewer name that are not deleted, with their sizes, in order,
    /// after a cursor.
    pub fn contents(
        &self,
        viewer: Viewer,
        after: Option<&Digest>,
        limit: usize,
    ) -> Answer<Vec<(Digest, u64)>> {
        let prefix = Key::contents(viewer.user);
        let after = after.map(|digest| Key::content(viewer.user, digest));
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<ContentRow>(&prefix, after.as_ref(), limit)?;
        let entry = |(key, row): &(Vec<u8>, ContentRow)| Some((Digest::from_slice(key)?, row.size));
        Ok(rows.iter().filter_map(entry).collect())
    }

    /// The size of a content; `None` unless an asset of the viewer's names it that is not deleted.
    pub fn content(&self, viewer: Viewer, digest: &Digest) -> Answer<Option<u64>> {
        let row = self.tables.read()?.get::<ContentRow>(&Key::content(viewer.user, digest))?;
        Ok(row.map(|row| row.size))
    }

    /// Whether an asset of the viewer's that is not deleted names this blob of metadata.
    pub fn has_metadata(&self, viewer: Viewer, digest: &Digest) -> Answer<bool> {
        Ok(self.tables.read()?.get::<u64>(&Key::metadata(viewer.user, digest))?.is_some())
    }

    /// The sum of the sizes of all the viewer's assets that are not deleted, in bytes, whatever
    /// they share.
    pub fn logical_bytes(&self, viewer: Viewer) -> Answer<u64> {
        let sum = self.tables.read()?.get::<u64>(&Key::logical_bytes(viewer.user))?;
        Ok(sum.unwrap_or(0))
    }

    /// The project that a claim made.
    pub fn project_at(&self, revision: Revision, at: Position) -> Answer<Project> {
        let Claim { at: created_at, by, fact, .. } = self.reader.read(revision, at)?;
        let Fact::ProjectCreated { project_id, name, description } = fact else {
            return Err(QueryError::Mismatch(revision));
        };
        Ok(Project { id: project_id, name, description, user_id: by, created_at, revision })
    }

    /// The scene that a claim made.
    pub fn scene_at(&self, revision: Revision, at: Position) -> Answer<Scene> {
        let Claim { at: created_at, fact, .. } = self.reader.read(revision, at)?;
        let Fact::SceneAdded {
            scene_id: id,
            project_id,
            scene_number,
            title,
            description,
            duration_seconds,
        } = fact
        else {
            return Err(QueryError::Mismatch(revision));
        };
        Ok(Scene {
            id,
            project_id,
            scene_number,
            title,
            description,
            duration_seconds,
            created_at,
            revision,
        })
    }

    /// The asset that a claim made, as that claim says it.
    pub fn asset_at(&self, revision: Revision, at: Position) -> Answer<Asset> {
        asset_made(&self.reader, revision, at)
    }

    fn version_rows(
        &self,
        viewer: Viewer,
        (scope, key): (&Scope, &AssetKey),
        after: Option<Version>,
        limit: usize,
    ) -> Answer<Vec<VersionRow>> {
        let prefix = Key::versions(viewer.user, scope, key);
        let after = after.map(|version| Key::version(viewer.user, scope, key, version));
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan(&prefix, after.as_ref(), limit)?;
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    fn project_of(&self, row: &ProjectRow) -> Answer<Project> {
        self.project_at(row.revision, row.position)
    }

    fn scene_of(&self, row: &SceneRow) -> Answer<Scene> {
        self.scene_at(row.revision, row.position)
    }
}

/// What a query answers of a history's row.
pub fn history_entry(row: HistoryRow) -> HistoryEntry {
    HistoryEntry {
        current: row.current.as_ref().map(VersionRow::entry),
        best: row.best(),
        asset_key: row.asset_key,
        latest: row.latest,
        revision: row.revision,
    }
}
