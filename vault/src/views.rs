//! What a door shows of a project, a scene and a history: facts joined, in a few scans.

use std::collections::HashMap;

use rushes_catalog::QueryError;
use rushes_catalog::command::{PartRef, SceneRef};
use rushes_catalog::ids::{AssetId, AssetKey, ProjectId, SceneId};
use rushes_catalog::model::{
    Asset, ElementKind, HistoryEntry, Part, Project, Scene, Scope, Viewer,
};

use crate::Vault;
use crate::assets::AssetView;
use crate::source::SourceError;

/// Most scenes, histories or versions that one view holds.
pub const ENTRIES_MAX: usize = 10_000;

/// A scene with its histories in short.
#[derive(Debug, Clone)]
pub struct SceneView {
    /// The scene.
    pub scene: Scene,
    /// Its histories, by key.
    pub histories: Vec<HistoryEntry>,
}

/// A project with everything in it, in short.
#[derive(Debug, Clone)]
pub struct ProjectView {
    /// The project.
    pub project: Project,
    /// Its scenes, by number.
    pub scenes: Vec<SceneView>,
    /// Its own histories, by key.
    pub histories: Vec<HistoryEntry>,
}

/// A history with its versions in full.
#[derive(Debug, Clone)]
pub struct HistoryView {
    /// The history.
    pub entry: HistoryEntry,
    /// Its versions, by number.
    pub versions: Vec<AssetView>,
}

impl Vault {
    /// Projects by id, after a cursor.
    pub fn projects(
        &self,
        viewer: Viewer,
        after: Option<&ProjectId>,
        limit: usize,
    ) -> Result<Vec<Project>, QueryError> {
        self.catalog.projects(viewer, after, limit)
    }

    /// A project without what is in it, by its id as it was written when it was made.
    pub fn project(&self, viewer: Viewer, id: &ProjectId) -> Result<Option<Project>, QueryError> {
        self.catalog.project(viewer, id)
    }

    /// A whole project: three scans, whatever it holds.
    pub fn project_view(
        &self,
        viewer: Viewer,
        id: &ProjectId,
    ) -> Result<Option<ProjectView>, QueryError> {
        let Some(project) = self.catalog.project(viewer, id)? else { return Ok(None) };
        let scope = Scope::of_project(id.clone());
        let histories = self.catalog.histories(viewer, &scope, None, ENTRIES_MAX)?;
        let mut of_scenes: HashMap<SceneId, Vec<HistoryEntry>> = HashMap::new();
        for (scene, history) in self.catalog.scene_histories(viewer, id)? {
            of_scenes.entry(scene).or_default().push(history);
        }
        let scenes = self.catalog.scenes(viewer, id, None, ENTRIES_MAX)?.into_iter();
        let scenes = scenes
            .map(|scene| {
                let histories = of_scenes.remove(&scene.id).unwrap_or_default();
                SceneView { scene, histories }
            })
            .collect();
        Ok(Some(ProjectView { project, scenes, histories }))
    }

    /// A scene of a project, by id or number.
    pub fn resolve_scene(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        scene: SceneRef,
    ) -> Result<Option<Scene>, QueryError> {
        self.catalog.scene(viewer, project, scene)
    }

    /// A part of a project as a scope, with its number where it is a scene; `None` when there is no
    /// such part.
    pub fn resolve_part(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        part: PartRef,
    ) -> Result<Option<(Scope, Option<u32>)>, QueryError> {
        let (kind, id, part) = match part {
            PartRef::Scene(scene) => {
                let scene = self.catalog.scene(viewer, project, scene)?;
                return Ok(scene.map(|scene| {
                    (Scope::of_scene(project.clone(), scene.id), Some(scene.scene_number))
                }));
            }
            PartRef::Character(id) => (ElementKind::Character, id, Part::Character(id)),
            PartRef::Location(id) => (ElementKind::Location, id, Part::Location(id)),
            PartRef::Mood(id) => (ElementKind::Mood, id, Part::Mood(id)),
        };
        let is_there = self.catalog.has_element(viewer, project, (kind, id))?;
        let scope = Scope { project: project.clone(), part: Some(part) };
        Ok(is_there.then_some((scope, None)))
    }

    /// The histories of a scope, by key: one scan.
    pub fn histories_of(
        &self,
        viewer: Viewer,
        scope: &Scope,
    ) -> Result<Vec<HistoryEntry>, QueryError> {
        self.catalog.histories(viewer, scope, None, ENTRIES_MAX)
    }

    /// A scene with its histories: one look-up and one scan.
    pub fn scene_view(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        scene: SceneRef,
    ) -> Result<Option<SceneView>, QueryError> {
        let Some(scene) = self.catalog.scene(viewer, project, scene)? else { return Ok(None) };
        let scope = Scope::of_scene(project.clone(), scene.id);
        let histories = self.catalog.histories(viewer, &scope, None, ENTRIES_MAX)?;
        Ok(Some(SceneView { scene, histories }))
    }

    /// A history with all its versions. Metadata that is a blob of its own stays there: an answer
    /// must not grow by it for each version; the asset alone holds it.
    pub fn history(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
    ) -> Result<Option<HistoryView>, QueryError> {
        let Some(entry) = self.catalog.history(viewer, scope, key)? else { return Ok(None) };
        let versions = self.catalog.version_assets(viewer, (scope, key), None, ENTRIES_MAX)?;
        let versions = self.asset_views(viewer, versions)?;
        Ok(Some(HistoryView { entry, versions }))
    }

    /// An asset. A deleted one has a time that says so; metadata that is a blob of its own may be
    /// gone with its bytes then.
    pub fn asset(&self, viewer: Viewer, id: AssetId) -> Result<Option<Asset>, QueryError> {
        let mut asset = self.catalog.asset(viewer, id)?;
        if let Some(asset) = asset.as_mut() {
            self.fill_metadata(asset);
        }
        Ok(asset)
    }

    /// Puts metadata that lies in a blob into the record.
    pub(crate) fn with_metadata(
        &self,
        mut asset: Asset,
    ) -> Result<Asset, (Box<Asset>, SourceError)> {
        let Some(digest) = asset.marks.metadata_digest else { return Ok(asset) };
        let json = match self.read_all(&digest) {
            Ok(json) => json,
            Err(error) => return Err((Box::new(asset), error)),
        };
        match serde_json::from_slice(&json) {
            Ok(metadata) => {
                asset.marks.metadata = metadata;
                Ok(asset)
            }
            Err(error) => Err((Box::new(asset), SourceError::Damaged(error.to_string()))),
        }
    }

    /// The same for a listing: a record whose metadata is damaged is shown without it, and its
    /// digest says that there is some.
    fn fill_metadata(&self, asset: &mut Asset) {
        if asset.marks.metadata_digest.is_none() {
            return;
        }
        match self.with_metadata(asset.clone()) {
            Ok(filled) => *asset = filled,
            // It goes with the bytes.
            Err(_) if asset.deleted_at.is_some() => {}
            Err((_, error)) => tracing::error!(%error, asset = %asset.id, "metadata is unreadable"),
        }
    }
}
