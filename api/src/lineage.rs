//! What was made from what, and how two assets differ, on the wire.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::asset::{AssetReply, Status};
use crate::schema::{AssetKey, Id, ProjectId, Url};

/// What an asset was made from and what was made from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Lineage {
    /// The asset first, then what it was made from, nearest first, then what was made from it; at
    /// last workflows and prompts.
    pub nodes: Vec<LineageNode>,
    /// Which of them was made from which.
    pub edges: Vec<LineageEdge>,
    /// Whether there is more than this.
    pub truncated: bool,
}

/// An asset, a workflow or a prompt record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LineageNode {
    /// Its id.
    pub id: String,
    /// `asset`, `workflow` or `prompt`.
    pub node: String,
    /// An asset's kind of media.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where an asset stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// An asset's name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// Where its bytes are, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Url>)]
    pub url: Option<String>,
    /// The project whose history it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProjectId>)]
    pub project_id: Option<String>,
    /// The scene in that project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Id>)]
    pub scene_id: Option<String>,
    /// The history's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<AssetKey>)]
    pub asset_key: Option<String>,
    /// Its version there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Whether it was made from a version that no longer stands for its history.
    #[serde(default)]
    #[schema(required = true)]
    pub outdated: bool,
    /// Those versions' assets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Id>)]
    pub outdated_sources: Vec<String>,
}

/// That something was made from something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineageEdge {
    /// What was there before.
    pub from: String,
    /// What was made from it.
    pub to: String,
    /// `source`, `parent`, `workflow` or `prompt`.
    pub kind: String,
}

/// A page of assets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssetPage {
    /// At most as many as the limit.
    pub assets: Vec<AssetReply>,
    /// Asks for the next page as `?cursor=`; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// How two assets differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// One.
    pub a: AssetReply,
    /// The other one.
    pub b: AssetReply,
    /// Whether they have the same bytes.
    pub same_content: bool,
    /// What differs, by field; members of objects are named as `metadata.seed`. Ids, links and
    /// times of recording always differ and are left out.
    pub differences: Vec<Difference>,
}

/// One field that differs; null where an asset does not have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// Which one.
    pub field: String,
    /// What it is of the one.
    pub a: Value,
    /// What it is of the other.
    pub b: Value,
}
