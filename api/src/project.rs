//! Projects, scenes and histories on the wire.

use std::collections::BTreeMap;

use rushes_digest::Digest;
use serde::{Deserialize, Serialize};

use crate::asset::AssetReply;

/// Asks for a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// Its id and its folder's name; made from the name when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call it.
    pub name: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Asks for a scene.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewScene {
    /// Its number; it goes behind the last scene when it is left out.
    #[serde(default, alias = "sceneNumber", skip_serializing_if = "Option::is_none")]
    pub scene_number: Option<u32>,
    /// Its title; may be empty.
    #[serde(default)]
    pub title: String,
    /// What happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How long it should be, in seconds.
    #[serde(default, alias = "durationSeconds", skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
}

/// Chooses the best version of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetBest {
    /// Which version; it must have bytes and not be deleted.
    pub version: u32,
}

/// A project without what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectReply {
    /// Its id and its folder's name.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who owns it.
    pub user_id: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// The claim that last changed the record.
    pub revision: u64,
    /// Its folder in the mount, relative to the mount's root.
    pub path: String,
}

/// A page of projects, by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectPage {
    /// At most as many as the limit.
    pub projects: Vec<ProjectReply>,
    /// Asks for the next page as `?cursor=`; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A complete project: its scenes in order, each with its histories, and its own histories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectView {
    /// The project.
    #[serde(flatten)]
    pub project: ProjectReply,
    /// Its scenes by number.
    pub scenes: Vec<SceneReply>,
    /// The project's own histories by asset key.
    pub assets: BTreeMap<String, HistorySummary>,
}

/// A scene with its histories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SceneReply {
    /// Its id, a UUID.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// Its place in the project, from 1.
    pub scene_number: u32,
    /// Its title.
    pub title: String,
    /// What happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How long it should be, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<f64>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// The claim that last changed the record.
    pub revision: u64,
    /// Its folder in the mount, relative to the mount's root.
    pub path: String,
    /// Its histories by asset key.
    #[serde(default)]
    pub assets: BTreeMap<String, HistorySummary>,
}

/// The scenes of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenePage {
    /// All of them, by number.
    pub scenes: Vec<SceneReply>,
}

/// A history in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistorySummary {
    /// Its key.
    pub asset_key: String,
    /// The version that was chosen; absent while nobody chose, and while it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<u32>,
    /// The newest version that is not deleted, failed or not; 0 when all are.
    pub latest: u32,
    /// What stands for the history: the best version, else the latest one with bytes that is not
    /// deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<VersionSummary>,
    /// The claim that last changed it.
    pub revision: u64,
}

/// A version with bytes, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionSummary {
    /// Its number, from 1.
    pub version: u32,
    /// Its asset.
    pub asset_id: String,
    /// Where its bytes are, absolute; needs the bearer token.
    pub url: String,
    /// BLAKE3-256 of the bytes.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
    /// The history's current file in the mount, relative to the mount's root; absent where the
    /// mount does not show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// A history with all its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryReply {
    /// Its key.
    pub asset_key: String,
    /// The version that was chosen; absent while nobody chose, and while it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<u32>,
    /// The newest version that is not deleted, failed or not; 0 when all are.
    pub latest: u32,
    /// What stands for the history: the best version, else the latest one with bytes that is not
    /// deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<VersionSummary>,
    /// Every version from 1 on, failed and deleted ones too.
    pub versions: Vec<AssetReply>,
    /// The claim that last changed it; also its `ETag`.
    pub revision: u64,
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
