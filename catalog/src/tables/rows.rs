//! The values of the tables: positions in the journal, and what listings need without reading it.

use rushes_digest::Digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::TablesError;
use crate::ids::{AssetId, AssetKey, ProjectId, SceneId, UserId};
use crate::journal::Position;
use crate::model::{Revision, Version, VersionContent, VersionEntry};

/// A value of the tables, in postcard's form (<https://postcard.jamesmunns.com/wire-format>).
pub trait Row: Serialize + DeserializeOwned {
    /// The bytes to store.
    fn encode(&self) -> Result<Vec<u8>, TablesError> {
        postcard::to_stdvec(self).map_err(|_| TablesError::Row)
    }

    /// The row in stored bytes.
    fn decode(bytes: &[u8]) -> Result<Self, TablesError> {
        postcard::from_bytes(bytes).map_err(|_| TablesError::Row)
    }
}

impl Row for u32 {}
impl Row for u64 {}

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserRow {
    /// Its id.
    pub user: [u8; 16],
    /// Its name.
    pub name: String,
}

/// A project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProjectRow {
    /// Its id as it was first written.
    pub project: ProjectId,
    /// The claim that made it.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
}

/// A scene.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SceneRow {
    /// Its id.
    pub scene: [u8; 16],
    /// Its project.
    pub project: ProjectId,
    /// Its number there.
    pub number: u32,
    /// The claim that made it.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
}

/// An asset.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AssetRow {
    /// The claim that made it.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
}

/// A version of a history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VersionRow {
    /// Its number.
    pub version: Version,
    /// Its asset.
    pub asset: [u8; 16],
    /// Digest, size and extension of its bytes.
    pub content: Option<([u8; 32], u64, String)>,
    /// When it was recorded, milliseconds since 1970.
    pub created_ms: i64,
    /// The claim that made it.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
}

/// A history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HistoryRow {
    /// Its key as it was first written.
    pub asset_key: AssetKey,
    /// The chosen version.
    pub best: Option<Version>,
    /// The newest version.
    pub latest: Version,
    /// What stands for the history, in full: a listing of histories is one scan.
    pub current: Option<VersionRow>,
    /// The claim that last changed it.
    pub revision: Revision,
}

/// A request that was answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestRow {
    /// What was asked.
    pub digest: [u8; 32],
    /// The first claim of the answer.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
}

impl Row for UserRow {}
impl Row for ProjectRow {}
impl Row for SceneRow {}
impl Row for AssetRow {}
impl Row for VersionRow {}
impl Row for HistoryRow {}
impl Row for RequestRow {}

impl UserRow {
    /// The user's id.
    pub fn id(&self) -> UserId {
        UserId::from_bytes(self.user)
    }
}

impl SceneRow {
    /// The scene's id.
    pub fn id(&self) -> SceneId {
        SceneId::from_bytes(self.scene)
    }
}

impl VersionRow {
    /// What a query answers.
    pub fn entry(&self) -> VersionEntry {
        VersionEntry {
            version: self.version,
            asset: AssetId::from_bytes(self.asset),
            content: self.content.as_ref().map(|(digest, size, extension)| VersionContent {
                digest: Digest::from_bytes(*digest),
                size: *size,
                extension: extension.clone(),
            }),
            created_ms: self.created_ms,
            revision: self.revision,
        }
    }
}
