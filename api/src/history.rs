//! Histories on the wire.

use rushes_digest::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::asset::AssetReply;
use crate::schema::{AssetKey, DigestText, Id, Time, Url};

/// Chooses the best version of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetBest {
    /// Which version; it must have bytes and not be deleted.
    pub version: u32,
}

/// A history in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistorySummary {
    /// Its key.
    #[schema(value_type = AssetKey)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionSummary {
    /// Its number, from 1.
    pub version: u32,
    /// Its asset.
    #[schema(value_type = Id)]
    pub asset_id: String,
    /// Where its bytes are, absolute; needs the bearer token.
    #[schema(value_type = Url)]
    pub url: String,
    /// BLAKE3-256 of the bytes.
    #[schema(value_type = DigestText)]
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
    /// When it was recorded, RFC 3339.
    #[schema(value_type = Time)]
    pub created_at: String,
    /// The history's current file in the mount, relative to the mount's root; absent where the
    /// mount does not show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// A history with all its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HistoryReply {
    /// Its key.
    #[schema(value_type = AssetKey)]
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
