//! What the facts are about: projects, scenes, assets with their generation, histories.
//!
//! Plain values, as queries answer them. They serialise to the JSON that the journal's claims and
//! the folder's records show: `snake_case`, absent rather than null.

use rushes_digest::Digest;
use rushes_disk::Timestamp;
use serde::{Deserialize, Serialize};

use crate::element::ElementRecord;
use crate::ids::{AssetId, AssetKey, ElementId, ProjectId, SceneId, UserId};
use crate::record::{ProjectRecord, SceneRecord};

pub use crate::element::ElementKind;
pub use crate::marks::Marks;
pub use crate::scope::{Part, Scope};

/// A claim's number in the journal, from 1.
pub type Revision = u64;

/// A version's number in its history, from 1.
pub type Version = u32;

/// On whose behalf a query or command runs. Only authentication makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// Whose name space every id and name is resolved in.
    pub user: UserId,
}

impl Viewer {
    /// The daemon itself: what it records for nobody. Nothing belongs to it.
    pub const NOBODY: Self = Self { user: UserId::from_bytes([0; 16]) };
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its name, unique.
    pub name: String,
    /// What it may do beside looking after its own things.
    pub role: Role,
    /// Whether nothing is answered to it any more.
    pub is_disabled: bool,
    /// Who says that it is who it is; `None` where only the daemon's own tokens do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// The claim that last changed it.
    pub revision: Revision,
}

/// What a user may do beside looking after its own things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nothing.
    User,
    /// Look after the daemon: its store and its users.
    Admin,
}

/// A user as an issuer of tokens knows it (RFC 7519, sections 4.1.1 and 4.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Who issues the tokens.
    pub issuer: String,
    /// Whom they are about; unique for the issuer.
    pub subject: String,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Its id, which is also its folder's name unless the record says another one.
    pub id: ProjectId,
    /// What is said about it.
    #[serde(flatten)]
    pub record: ProjectRecord,
    /// Who owns it.
    pub user_id: UserId,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When its record was last written, RFC 3339.
    pub updated_at: String,
    /// The claim that last changed it.
    pub revision: Revision,
}

impl Project {
    /// What its folder is called.
    pub fn folder(&self) -> &str {
        self.record.folder.as_deref().unwrap_or(self.id.as_str())
    }
}

/// A scene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Its id.
    pub id: SceneId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Its place in the project, from 1; also its folder's name.
    pub scene_number: u32,
    /// What is said about it.
    #[serde(flatten)]
    pub record: SceneRecord,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When its record was last written, RFC 3339.
    pub updated_at: String,
    /// The claim that last changed it.
    pub revision: Revision,
}

/// A character, location, mood, timeline or prompt of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Its id.
    pub id: ElementId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// What is said about it.
    pub record: ElementRecord,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When its record was last written, RFC 3339.
    pub updated_at: String,
    /// The claim that last changed it.
    pub revision: Revision,
}

/// A project and what is in it, as of one moment. Each list holds 10,000 entries at most.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectFacts {
    /// The project.
    pub project: Project,
    /// Its scenes, by number.
    pub scenes: Vec<Scene>,
    /// Its characters, locations, moods and timelines, by kind and id.
    pub elements: Vec<Element>,
    /// All its histories, by part and key; without a part they are its own.
    pub histories: Vec<(Option<Part>, HistoryEntry)>,
    /// When anything in it was last changed, RFC 3339.
    pub last_activity: String,
}

/// A place in a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// What the history belongs to.
    #[serde(flatten)]
    pub scope: Scope,
    /// The history's key there.
    pub asset_key: AssetKey,
    /// The version's number, from 1.
    pub version: Version,
}

/// Where a generation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There are bytes.
    Ready,
    /// The attempt failed: there is an error and no bytes.
    Failed,
}

/// The bytes of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Their name.
    pub digest: Digest,
    /// How many.
    pub size: u64,
    /// Their media type (RFC 6838), found in the bytes or else from the file's name.
    pub media_type: String,
    /// The extension that shows that type, without a dot.
    pub extension: String,
    /// When their file was changed last, as it said itself, milliseconds since 1970: files that
    /// were saved in the folder keep the time that their program gave them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_ms: Option<i64>,
}

/// One run of a generator. Everything is optional: what was not said is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Generation {
    /// Who ran the model: fal, kie, elevenlabs, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Which model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// The asset this one replaces or varies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<AssetId>,
    /// The assets it was made from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_asset_ids: Vec<AssetId>,
    /// The workflow that ran, under the id that its program gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// The prompt record that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_id: Option<String>,
    /// What it cost, in the account's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_cost: Option<f64>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation_time_ms: Option<u64>,
    /// When the generator was done, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One generated file, or one failed attempt, and how it was made. Its bytes and how they were made
/// never change; its [`Marks`] may be said again, and it can be deleted and restored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// Who owns it.
    pub user_id: UserId,
    /// The kind of media: image, video, audio, thumbnail, other, … An open set.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether there are bytes.
    pub status: Status,
    /// The bytes; `None` for a failed attempt.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// Which version of which history it is; `None` for an asset that belongs to nothing yet.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// What may be said again of it.
    #[serde(flatten)]
    pub marks: Marks,
    /// The id that the client gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// How it was made.
    #[serde(flatten)]
    pub generation: Generation,
    /// When it was recorded, RFC 3339.
    pub created_at: String,
    /// When it was deleted, RFC 3339; `None` while it is not. Its status stays what it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<String>,
    /// The claim that last changed it.
    pub revision: Revision,
}

/// Where an asset shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetEntry {
    /// Its bytes; `None` for a failed attempt.
    pub digest: Option<Digest>,
    /// Which version of which history it is.
    pub placement: Option<Placement>,
}

/// One line of a history: enough to list and name it without reading its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionEntry {
    /// Its number.
    pub version: Version,
    /// Its asset.
    pub asset: AssetId,
    /// Its bytes; `None` for a failed attempt.
    pub content: Option<VersionContent>,
    /// Whether its asset is deleted: then its bytes are not shown, and may be gone.
    pub is_deleted: bool,
    /// When it was recorded, milliseconds since 1970.
    pub created_ms: i64,
    /// How many tags its asset has.
    pub tags: u32,
    /// The claim that made it.
    pub revision: Revision,
    /// The claim that last changed its asset: with the same one, its record is the same.
    pub changed: Revision,
}

/// An asset with bytes that is not deleted: enough to show it as a file without reading its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfEntry {
    /// The asset.
    pub asset: AssetId,
    /// The claim that made it.
    pub revision: Revision,
    /// What its file was called when it came.
    pub filename: String,
    /// Its bytes.
    pub content: VersionContent,
    /// When it was recorded, milliseconds since 1970.
    pub created_ms: i64,
    /// How many tags it has.
    pub tags: u32,
    /// Which version of which history it is.
    pub placement: Option<Placement>,
}

/// A project that has a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectEntry {
    /// Its id.
    pub id: ProjectId,
    /// The name of its folder.
    pub folder: String,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
}

/// An element that has a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementEntry {
    /// What it is.
    pub kind: ElementKind,
    /// Its id.
    pub id: ElementId,
    /// The name of its folder: from when it was made on, whatever it is called later.
    pub folder: String,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
}

/// The bytes of a version, as far as a listing needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionContent {
    /// Their name.
    pub digest: Digest,
    /// How many.
    pub size: u64,
    /// The extension to show, without a dot.
    pub extension: String,
    /// When their file was changed last, milliseconds since 1970, where it said so itself.
    pub modified_ms: Option<i64>,
}

impl VersionContent {
    /// The content of a row: its digest, size, extension and time.
    pub fn of((digest, size, extension, ms): &([u8; 32], u64, String, Option<i64>)) -> Self {
        let (digest, extension) = (Digest::from_bytes(*digest), extension.clone());
        Self { digest, size: *size, extension, modified_ms: *ms }
    }
}

/// The versions of one asset key in one scope, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Its key.
    pub asset_key: AssetKey,
    /// The version that was chosen; `None` while nobody chose, and while it is deleted.
    pub best: Option<Version>,
    /// The newest version that is not deleted, failed or not; 0 when all are.
    pub latest: Version,
    /// What stands for the history: the best version, else the latest one with bytes that is not
    /// deleted.
    pub current: Option<VersionEntry>,
    /// The claim that last changed it.
    pub revision: Revision,
    /// Whether its name is not shown until its next version.
    pub is_hidden: bool,
}

/// Whether anybody's facts name a content, or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// An asset that is not deleted names it.
    Named,
    /// Every asset that named it is deleted.
    Released {
        /// When the last one was.
        at: Timestamp,
    },
    /// It was released, and a claim said that its bytes go.
    Freed,
    /// No asset ever named it.
    Never,
}
