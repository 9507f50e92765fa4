//! What a door shows of a project, a scene and a history: facts joined, in a few scans.

use std::collections::HashMap;

use rushes_catalog::QueryError;
use rushes_catalog::command::{PartRef, SceneRef};
use rushes_catalog::element::{ElementRef, part_of};
use rushes_catalog::ids::{AssetId, AssetKey, ElementId, ProjectId};
use rushes_catalog::model::{
    Asset, Element, ElementKind, HistoryEntry, Part, Project, ProjectFacts, Revision, Scene, Scope,
    Viewer,
};
use rushes_catalog::weight::Page;

use crate::assets::AssetView;
use crate::{Vault, metadata};

/// Most scenes, histories or versions that one view holds.
pub const ENTRIES_MAX: usize = 10_000;
/// The history by which a scene is completed.
const SCENE_VIDEO: &str = "scene_video";

/// A scene with its histories in short.
#[derive(Debug, Clone)]
pub struct SceneView {
    /// The scene.
    pub scene: Scene,
    /// Its histories, by key.
    pub histories: Vec<HistoryEntry>,
}

/// An element with its histories in short; timelines and prompts have none.
#[derive(Debug, Clone)]
pub struct ElementView {
    /// The element.
    pub element: Element,
    /// Its histories, by key.
    pub histories: Vec<HistoryEntry>,
}

/// How far a project is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Its scenes.
    pub total_scenes: usize,
    /// Those whose video has a version that stands for it.
    pub completed_scenes: usize,
    /// When anything in it was last changed, RFC 3339.
    pub last_activity: String,
}

/// A project with everything in it but its prompts, in short.
#[derive(Debug, Clone)]
pub struct ProjectView {
    /// The project.
    pub project: Project,
    /// Its scenes, by number.
    pub scenes: Vec<SceneView>,
    /// Its characters, locations, moods and timelines, by kind and id.
    pub elements: Vec<ElementView>,
    /// Its own histories, by key.
    pub histories: Vec<HistoryEntry>,
    /// How far it is.
    pub stats: Stats,
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
    /// A page of projects by id, after a cursor.
    pub fn projects(
        &self,
        viewer: Viewer,
        after: Option<&ProjectId>,
        limit: usize,
    ) -> Result<Page<Project>, QueryError> {
        self.catalog.project_page(viewer, after, limit)
    }

    /// A project without what is in it, by its id as it was written when it was made.
    pub fn project(&self, viewer: Viewer, id: &ProjectId) -> Result<Option<Project>, QueryError> {
        self.catalog.project(viewer, id)
    }

    /// A whole project: as many scans whatever it holds.
    pub fn project_view(
        &self,
        viewer: Viewer,
        id: &ProjectId,
    ) -> Result<Option<ProjectView>, QueryError> {
        Ok(self.catalog.project_facts(viewer, id)?.map(view_of))
    }

    /// A page of a project's elements by kind and id, after a cursor: one scan, and one
    /// for each that has histories.
    pub fn element_views(
        &self,
        viewer: Viewer,
        (project, kind): (&ProjectId, ElementKind),
        after: Option<ElementId>,
        limit: usize,
    ) -> Result<Page<ElementView>, QueryError> {
        let elements = self.catalog.element_page(viewer, (project, kind), after, limit)?;
        let parts = elements.entries.iter();
        let parts = parts.filter_map(|element| part_of(ElementRef { kind, id: element.id }));
        let mut of_parts = self.catalog.part_histories(viewer, project, parts)?;
        let view = |element: Element| {
            let histories = of_parts.remove(element.id.as_bytes()).unwrap_or_default();
            ElementView { element, histories }
        };
        Ok(elements.map(view))
    }

    /// A page of a project's scenes by number, after a cursor: one scan, and one for each.
    pub fn scene_views(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        after: Option<u32>,
        limit: usize,
    ) -> Result<Page<SceneView>, QueryError> {
        let scenes = self.catalog.scene_page(viewer, project, after, limit)?;
        let parts = scenes.entries.iter().map(|scene| Part::Scene(scene.id));
        let mut of_parts = self.catalog.part_histories(viewer, project, parts)?;
        let view = |scene: Scene| {
            let histories = of_parts.remove(scene.id.as_bytes()).unwrap_or_default();
            SceneView { scene, histories }
        };
        Ok(scenes.map(view))
    }

    /// A whole project as it was at a revision.
    pub fn project_view_as_of(
        &self,
        viewer: Viewer,
        id: &ProjectId,
        revision: Revision,
    ) -> Result<Option<ProjectView>, QueryError> {
        let Some(past) = self.project_at(viewer, id, revision)? else { return Ok(None) };
        Ok(past.project_facts(viewer, id)?.map(view_of))
    }

    /// An element with its histories: one look-up and one scan.
    pub fn element_view(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        element: ElementRef,
    ) -> Result<Option<ElementView>, QueryError> {
        let found = self.catalog.element(viewer, project, element)?;
        let Some(found) = found else { return Ok(None) };
        let histories = match part_of(element) {
            Some(part) => {
                let scope = Scope { project: project.clone(), part: Some(part) };
                self.catalog.histories(viewer, &scope, None, ENTRIES_MAX)?
            }
            None => Vec::new(),
        };
        Ok(Some(ElementView { element: found, histories }))
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
        let part = match part {
            PartRef::Scene(scene) => {
                let scene = self.catalog.scene(viewer, project, scene)?;
                return Ok(scene.map(|scene| {
                    (Scope::of_scene(project.clone(), scene.id), Some(scene.scene_number))
                }));
            }
            PartRef::Character(id) => Part::Character(id),
            PartRef::Location(id) => Part::Location(id),
            PartRef::Mood(id) => Part::Mood(id),
        };
        let scope = Scope { project: project.clone(), part: Some(part) };
        let is_there = self.catalog.is_there(viewer, &scope)?;
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
        let versions = self.catalog.version_assets(viewer, (scope, key))?;
        let versions = self.asset_views(viewer, versions)?;
        Ok(Some(HistoryView { entry, versions }))
    }

    /// An asset. A deleted one has a time that says so; metadata that is a blob of its own may be
    /// gone with its bytes then.
    pub fn asset(&self, viewer: Viewer, id: AssetId) -> Result<Option<Asset>, QueryError> {
        let mut asset = self.catalog.asset(viewer, id)?;
        if let Some(asset) = asset.as_mut() {
            metadata::fill(&self.store, asset);
        }
        Ok(asset)
    }
}

/// The facts of a project, with the histories where they belong.
pub fn view_of(facts: ProjectFacts) -> ProjectView {
    let mut of_parts: HashMap<Option<[u8; 16]>, Vec<HistoryEntry>> = HashMap::new();
    for (part, history) in facts.histories {
        let part = part.map(|part| *part.as_bytes());
        of_parts.entry(part).or_default().push(history);
    }
    let mut histories = |part| of_parts.remove(&part).unwrap_or_default();
    let scenes: Vec<SceneView> = (facts.scenes.into_iter())
        .map(|scene| SceneView { histories: histories(Some(*scene.id.as_bytes())), scene })
        .collect();
    let elements = (facts.elements.into_iter())
        .map(|element| ElementView { histories: histories(Some(*element.id.as_bytes())), element })
        .collect();
    let is_video = |history: &HistoryEntry| {
        history.asset_key.as_str() == SCENE_VIDEO && history.current.is_some()
    };
    let stats = Stats {
        total_scenes: scenes.len(),
        completed_scenes: scenes
            .iter()
            .filter(|scene| scene.histories.iter().any(is_video))
            .count(),
        last_activity: facts.last_activity,
    };
    ProjectView { project: facts.project, scenes, elements, histories: histories(None), stats }
}
