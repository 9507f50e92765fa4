//! Projects, scenes and histories on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::element::{
    CharacterReply, LocationReply, MoodReply, NewFigure, NewMood, NewPrompt, NewTimeline,
    TimelineReply,
};
use crate::history::HistorySummary;
use crate::record::{Composition, ProjectRecord, Reference, SceneRecord, Storyboard};
use crate::schema::{
    ExternalCodes, FolderName, Id, Metadata, Name, ProjectId, Text, Time, Title, Word,
};

/// Asks for a project, with what is in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewProject {
    /// Its id; made from the name when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProjectId>)]
    pub id: Option<String>,
    /// What people call it.
    #[schema(value_type = Name, required = true)]
    pub name: String,
    /// What its folder in the mount is called, if not as its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<FolderName>)]
    pub folder: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub description: Option<String>,
    /// What it should become. Its selected mood is one of `moods`, by the id given there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storyboard: Option<Storyboard>,
    /// Assets of the brand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Id>, max_items = 1000)]
    pub brand_asset_ids: Vec<String>,
    /// Assets of the characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Id>, max_items = 1000)]
    pub character_asset_ids: Vec<String>,
    /// Assets of backgrounds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Id>, max_items = 1000)]
    pub background_asset_ids: Vec<String>,
    /// What other systems call it, by the system's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = ExternalCodes)]
    pub external_codes: BTreeMap<String, String>,
    /// What it refers to outside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    pub references: Vec<Reference>,
    /// Free words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Word>, max_items = 64)]
    pub tags: Vec<String>,
    /// Since when it is archived, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub archived_at: Option<String>,
    /// Whatever else there is to keep, as it was sent.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Metadata)]
    pub metadata: Map<String, Value>,
    /// Its scenes; those without a number go behind the ones before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub scenes: Vec<NewScene>,
    /// Its characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub characters: Vec<NewFigure>,
    /// Its locations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub locations: Vec<NewFigure>,
    /// Its moods.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub moods: Vec<NewMood>,
    /// Its timelines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub timelines: Vec<NewTimeline>,
    /// Its prompts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub prompts: Vec<NewPrompt>,
}

/// Asks for a scene.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewScene {
    /// Its id, a UUID; made when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Id>)]
    pub id: Option<String>,
    /// Its number; it goes behind the last scene when it is left out.
    #[serde(alias = "sceneNumber", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub scene_number: Option<u32>,
    /// Its title; may be empty.
    #[schema(value_type = Title, default = json!(""))]
    pub title: String,
    /// What happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Text>)]
    pub description: Option<String>,
    /// How long it should be, in seconds.
    #[serde(alias = "durationSeconds", skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub duration_seconds: Option<f64>,
    /// How it is composed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub composition: Option<Composition>,
    /// Whatever else there is to keep, as it was sent.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Metadata)]
    pub metadata: Map<String, Value>,
}

/// Asks for another order of a project's scenes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reorder {
    /// Each scene once, by id, in the wanted order.
    #[schema(value_type = Vec<Id>, max_items = 10_000)]
    pub scene_ids: Vec<String>,
}

/// A project without what is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectReply {
    /// Its id and its folder's name.
    #[schema(value_type = ProjectId)]
    pub id: String,
    /// What is said about it.
    #[serde(flatten)]
    pub record: ProjectRecord,
    /// Who owns it.
    #[schema(value_type = Id)]
    pub user_id: String,
    /// When it was made, RFC 3339.
    #[schema(value_type = Time)]
    pub created_at: String,
    /// When its record was last written, RFC 3339.
    #[schema(value_type = Time)]
    pub updated_at: String,
    /// The claim that last changed the record.
    pub revision: u64,
    /// Its folder in the mount, relative to the mount's root.
    pub path: String,
}

/// How far a project is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectStats {
    /// Its scenes.
    pub total_scenes: usize,
    /// Those whose `scene_video` has a version with bytes that stands for it.
    pub completed_scenes: usize,
    /// When anything in it was last changed, RFC 3339.
    #[schema(value_type = Time)]
    pub last_activity: String,
}

/// A page of projects, by id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectPage {
    /// At most as many as the limit.
    pub projects: Vec<ProjectReply>,
    /// Asks for the next page as `?cursor=`; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A complete project: its scenes in order, its elements and its own histories. Prompts are listed
/// apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectView {
    /// The project.
    #[serde(flatten)]
    pub project: ProjectReply,
    /// Its scenes by number.
    pub scenes: Vec<SceneReply>,
    /// Its characters.
    pub characters: Vec<CharacterReply>,
    /// Its locations.
    pub locations: Vec<LocationReply>,
    /// Its moods.
    pub moods: Vec<MoodReply>,
    /// Its timelines.
    pub timelines: Vec<TimelineReply>,
    /// The project's own histories by asset key.
    pub assets: BTreeMap<String, HistorySummary>,
    /// How far it is.
    pub stats: ProjectStats,
}

/// A scene with its histories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SceneReply {
    /// Its id, a UUID.
    #[schema(value_type = Id)]
    pub id: String,
    /// The project it belongs to.
    #[schema(value_type = ProjectId)]
    pub project_id: String,
    /// Its place in the project, from 1.
    pub scene_number: u32,
    /// What is said about it.
    #[serde(flatten)]
    pub record: SceneRecord,
    /// When it was made, RFC 3339.
    #[schema(value_type = Time)]
    pub created_at: String,
    /// When its record was last written, RFC 3339.
    #[schema(value_type = Time)]
    pub updated_at: String,
    /// The claim that last changed the record.
    pub revision: u64,
    /// Its folder in the mount, relative to the mount's root.
    pub path: String,
    /// Its histories.
    #[serde(default)]
    #[schema(required = true)]
    pub assets: SceneAssets,
}

/// The histories of a scene by asset key, and beside them where the files are that stand for the
/// four that every scene may have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SceneAssets {
    /// The current file of `composition`, relative to the mount's root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composition_path: Option<String>,
    /// The current file of `scene_video`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_path: Option<String>,
    /// The current file of `scene_audio`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_path: Option<String>,
    /// The current file of `scene_thumbnail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_path: Option<String>,
    /// When the newest of these was recorded, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub generated_at: Option<String>,
    /// The histories by asset key.
    #[serde(flatten)]
    pub histories: BTreeMap<String, HistorySummary>,
}

/// The scenes of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScenePage {
    /// At most as many as the limit, by number.
    pub scenes: Vec<SceneReply>,
    /// Asks for the next page as `?cursor=`; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_fields_are_read_in_camel_case() {
        let scene: NewScene =
            serde_json::from_str(r#"{"sceneNumber":3,"title":"x","durationSeconds":1.5}"#).unwrap();
        assert_eq!((scene.scene_number, scene.duration_seconds), (Some(3), Some(1.5)));
    }

    #[test]
    fn unknown_fields_are_refused_by_name() {
        let refused = serde_json::from_str::<NewProject>(r#"{"name":"x","colour":1}"#);
        assert!(refused.unwrap_err().to_string().contains("`colour`"));
    }
}
