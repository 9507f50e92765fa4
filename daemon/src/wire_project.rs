//! Projects, scenes and elements as wire values.
//!
//! Asks nothing; what it needs it is given. A record has the same members on both sides, so it is
//! carried over by its JSON.

use std::collections::BTreeMap;

use rushes_api::record::{Figure, Mood, ProjectRecord, Prompt, Timeline};
use rushes_api::{
    ElementReply, HistorySummary, ProjectReply, ProjectStats, ProjectView, SceneAssets, SceneReply,
};
use rushes_vault::model::{ElementKind, Project};
use rushes_vault::{ElementView, SceneView, Stats};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::edge::Links;
use crate::error::Refusal;
use crate::wire;

/// A project without what is in it.
pub fn project(project: Project) -> Result<ProjectReply, Refusal> {
    let folder = project.folder().to_owned();
    let record: ProjectRecord = carried(&project.record)?;
    Ok(ProjectReply {
        path: format!("projects/{folder}"),
        id: project.id.into(),
        record: ProjectRecord { folder: Some(folder), ..record },
        user_id: project.user_id.to_string(),
        created_at: project.created_at,
        updated_at: project.updated_at,
        revision: project.revision,
    })
}

/// A complete project.
pub fn project_view(
    links: &Links,
    view: rushes_vault::ProjectView,
) -> Result<ProjectView, Refusal> {
    let project = project(view.project)?;
    let scenes = view.scenes.into_iter().map(|scene| scene_view(links, scene));
    let scenes = scenes.collect::<Result<_, _>>()?;
    let assets = wire::histories(links, Some(&project.path), view.histories);
    let (mut characters, mut locations) = (Vec::new(), Vec::new());
    let (mut moods, mut timelines) = (Vec::new(), Vec::new());
    for view in view.elements {
        match view.element.record.kind() {
            ElementKind::Character => characters.push(element(links, view)?),
            ElementKind::Location => locations.push(element(links, view)?),
            ElementKind::Mood => moods.push(element(links, view)?),
            ElementKind::Timeline => timelines.push(element(links, view)?),
            ElementKind::Prompt => {}
        }
    }
    let Stats { total_scenes, completed_scenes, last_activity } = view.stats;
    let stats = ProjectStats { total_scenes, completed_scenes, last_activity };
    Ok(ProjectView { project, scenes, characters, locations, moods, timelines, assets, stats })
}

/// A scene with its histories.
pub fn scene_view(links: &Links, view: SceneView) -> Result<SceneReply, Refusal> {
    let SceneView { scene, histories } = view;
    let path = format!("{}/scenes/{}", links.folder(&scene.project_id), scene.scene_number);
    let histories = wire::histories(links, Some(&path), histories);
    Ok(SceneReply {
        path,
        id: scene.id.to_string(),
        project_id: scene.project_id.into(),
        scene_number: scene.scene_number,
        record: carried(&scene.record)?,
        created_at: scene.created_at,
        updated_at: scene.updated_at,
        revision: scene.revision,
        assets: scene_assets(histories),
    })
}

/// An element of a kind, as JSON.
pub fn element_value(links: &Links, view: ElementView) -> Result<Value, Refusal> {
    let value = match view.element.record.kind() {
        ElementKind::Character | ElementKind::Location => {
            serde_json::to_value(element::<Figure>(links, view)?)
        }
        ElementKind::Mood => serde_json::to_value(element::<Mood>(links, view)?),
        ElementKind::Timeline => serde_json::to_value(element::<Timeline>(links, view)?),
        ElementKind::Prompt => serde_json::to_value(element::<Prompt>(links, view)?),
    };
    value.map_err(Refusal::failed)
}

fn element<R: DeserializeOwned>(
    links: &Links,
    view: ElementView,
) -> Result<ElementReply<R>, Refusal> {
    let ElementView { element, histories } = view;
    let members = element.record.members().map_err(Refusal::failed)?;
    Ok(ElementReply {
        id: element.id.to_string(),
        project_id: element.project_id.into(),
        record: serde_json::from_value(Value::Object(members)).map_err(Refusal::failed)?,
        assets: wire::histories(links, None, histories),
        created_at: element.created_at,
        updated_at: element.updated_at,
        revision: element.revision,
    })
}

fn scene_assets(histories: BTreeMap<String, HistorySummary>) -> SceneAssets {
    let current = |key: &str| histories.get(key)?.current.as_ref();
    let path = |key: &str| current(key)?.path.clone();
    let made = ["composition", "scene_video", "scene_audio", "scene_thumbnail"]
        .map(|key| current(key).map(|current| current.created_at.clone()));
    SceneAssets {
        composition_path: path("composition"),
        video_path: path("scene_video"),
        audio_path: path("scene_audio"),
        thumbnail_path: path("scene_thumbnail"),
        generated_at: made.into_iter().flatten().max(),
        histories,
    }
}

fn carried<R: DeserializeOwned>(record: &impl Serialize) -> Result<R, Refusal> {
    serde_json::to_value(record).and_then(serde_json::from_value).map_err(Refusal::failed)
}
