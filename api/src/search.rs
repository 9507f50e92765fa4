//! What a search found, on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::asset::AssetReply;

/// A page of what a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssetsFound {
    /// At most as many as the limit, in the order that was asked for.
    pub assets: Vec<AssetReply>,
    /// Asks for the next page of the same search as `?cursor=`; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How many there are on all pages.
    pub total: u64,
    /// For each field that was asked for its values over all pages, the most frequent first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<BTreeMap<String, Vec<FacetCount>>>,
}

/// How often a value is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FacetCount {
    /// The value, as the parameter of the field's name takes it.
    pub value: String,
    /// How many of the assets that were found have it.
    pub count: u64,
}
