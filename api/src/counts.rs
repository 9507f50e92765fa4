//! Costs, tags and counts on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::{Id, ProjectId};

/// What generations cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CostReport {
    /// What they are summed by: project, scene, provider, model or month.
    pub group_by: String,
    /// A page of groups, in the order of their names.
    pub groups: Vec<CostGroup>,
    /// All groups together, those of other pages too.
    pub total: Costs,
    /// Asks for the next page as `?cursor=`; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// What one group cost. A name is absent where nobody said one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CostGroup {
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProjectId>)]
    pub project_id: Option<String>,
    /// The scene.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Id>)]
    pub scene_id: Option<String>,
    /// Who ran the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The month, as `2026-11`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
    /// What it cost.
    #[serde(flatten)]
    pub costs: Costs,
}

/// Generations that say what they cost, and the cost in millionths of the account's currency.
/// Deleted ones count too: that they are gone gives nothing back. All = failed + picked + unpicked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Costs {
    /// How many.
    pub count: u64,
    /// What they cost.
    pub micros: u64,
    /// How many failed.
    pub failed_count: u64,
    /// What those cost.
    pub failed_micros: u64,
    /// How many stand for their history: the chosen version, else the latest ready one.
    pub picked_count: u64,
    /// What those cost.
    pub picked_micros: u64,
    /// How many succeeded and stand for nothing.
    pub unpicked_count: u64,
    /// What those cost.
    pub unpicked_micros: u64,
}

/// A page of tags, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagPage {
    /// At most as many as the limit.
    pub tags: Vec<TagCount>,
    /// Asks for the next page as `?cursor=`; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagCount {
    /// The word.
    pub tag: String,
    /// How many assets have it that are not deleted.
    pub count: u64,
}

/// How many assets there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatsReply {
    /// How many stand where: ready, failed, archived, deleted.
    pub by_status: BTreeMap<String, u64>,
    /// How many that are not deleted are of each kind of media.
    pub by_type: BTreeMap<String, u64>,
    /// The sum of the sizes of those, whatever they share.
    pub logical_bytes: u64,
}
