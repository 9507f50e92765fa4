//! The values of the tables: positions in the journal, and what listings need without reading it.

use rushes_digest::Digest;
use rushes_disk::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::TablesError;
use crate::claim::rfc3339;
use crate::ids::{AssetId, AssetKey, ProjectId, SceneId, UserId};
use crate::journal::Position;
use crate::model::{
    ElementKind, Identity, Part, Placement, Revision, Role, Scope, User, Version, VersionContent,
    VersionEntry,
};

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
impl Row for i64 {}
impl Row for u64 {}

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserRow {
    /// Its id.
    pub user: [u8; 16],
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether nothing is answered to it any more.
    pub is_disabled: bool,
    /// Who says that it is who it is.
    pub identity: Option<Identity>,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// The claim that last changed it.
    pub changed: Revision,
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

/// An element of a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ElementRow {
    /// Its project.
    pub project: ProjectId,
    /// What it is.
    pub kind: ElementKind,
    /// The claim that made it.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
}

/// An asset: what deleting and restoring it must know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AssetRow {
    /// The claim that made it.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
    /// The claim that last changed it.
    pub changed: Revision,
    /// Digest and size of its bytes.
    pub content: Option<([u8; 32], u64)>,
    /// Its metadata that is a blob of its own.
    pub metadata: Option<[u8; 32]>,
    /// Which version of what it is.
    pub place: Option<PlaceRow>,
    /// Whether it is deleted.
    pub deleted: Option<Deletion>,
}

/// A place in a history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlaceRow {
    /// The project.
    pub project: ProjectId,
    /// The part of it: a letter for its kind, and its id.
    pub part: Option<(u8, [u8; 16])>,
    /// The history's key.
    pub asset_key: AssetKey,
    /// The version.
    pub version: Version,
}

/// That an asset is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The claim that says so.
    pub revision: Revision,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
}

/// A content that an owner's assets name. A row that would count none is removed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ContentRow {
    /// How many bytes.
    pub size: u64,
    /// How many of the owner's assets that are not deleted name it.
    pub named: u64,
}

/// Who names a content, as its bytes or as its metadata, whoever it is. It stays for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamingRow {
    /// How many assets that are not deleted do.
    pub named: u64,
    /// The claim that last said that its bytes go.
    pub freed: Option<Revision>,
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
    /// The claim that last changed its asset.
    pub changed: Revision,
    /// Whether its asset is deleted.
    pub deleted: Option<Deletion>,
}

/// A history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HistoryRow {
    /// Its key as it was first written.
    pub asset_key: AssetKey,
    /// The chosen version, also while it is deleted: restoring it brings the choice back.
    pub chosen: Option<Version>,
    /// The highest version; the next one is one more.
    pub last: Version,
    /// The newest version that is not deleted; 0 when all are.
    pub latest: Version,
    /// The newest version that has bytes and is not deleted; 0 when there is none.
    pub ready: Version,
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
impl Row for ElementRow {}
impl Row for AssetRow {}
impl Row for VersionRow {}
impl Row for ContentRow {}
impl Row for NamingRow {}
impl Row for HistoryRow {}
impl Row for RequestRow {}

impl UserRow {
    /// The user's id.
    pub fn id(&self) -> UserId {
        UserId::from_bytes(self.user)
    }

    /// What a query answers.
    pub fn entry(self) -> User {
        User {
            id: self.id(),
            name: self.name,
            role: self.role,
            is_disabled: self.is_disabled,
            identity: self.identity,
            created_at: rfc3339(Timestamp(self.created_ms)),
            revision: self.changed,
        }
    }
}

impl SceneRow {
    /// The scene's id.
    pub fn id(&self) -> SceneId {
        SceneId::from_bytes(self.scene)
    }
}

impl PlaceRow {
    /// The row of a placement.
    pub fn of(placement: &Placement) -> Self {
        Self {
            project: placement.scope.project.clone(),
            part: placement.scope.part.map(|part| (part.tag(), *part.as_bytes())),
            asset_key: placement.asset_key.clone(),
            version: placement.version,
        }
    }

    /// What the history belongs to.
    pub fn scope(&self) -> Scope {
        let part = self.part.and_then(|(tag, id)| Part::of_key(tag, id));
        Scope { project: self.project.clone(), part }
    }
}

impl HistoryRow {
    /// The chosen version, unless it is deleted.
    pub fn best(&self) -> Option<Version> {
        let current = self.current.as_ref().map(|current| current.version);
        self.chosen.filter(|chosen| current == Some(*chosen))
    }
}

impl VersionRow {
    /// Whether it may stand for its history.
    pub const fn is_ready(&self) -> bool {
        self.content.is_some() && self.deleted.is_none()
    }

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
            is_deleted: self.deleted.is_some(),
            created_ms: self.created_ms,
            revision: self.revision,
        }
    }
}
