//! The values of the tables: positions in the journal, and what listings need without reading it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::TablesError;
use crate::ids::{AssetId, AssetKey, ElementId, ProjectId};
use crate::journal::Position;
use crate::model::{ElementKind, Identity, Revision, Role, Version};

/// Room that most rows need, in bytes.
const ROW_BYTES: usize = 192;

/// A value of the tables, in postcard's form (<https://postcard.jamesmunns.com/wire-format>).
pub trait Row: Serialize + DeserializeOwned {
    /// The bytes to store.
    fn encode(&self) -> Result<Vec<u8>, TablesError> {
        postcard::to_extend(self, Vec::with_capacity(ROW_BYTES)).map_err(|_| TablesError::Row)
    }

    /// The row in stored bytes.
    fn decode(bytes: &[u8]) -> Result<Self, TablesError> {
        postcard::from_bytes(bytes).map_err(|_| TablesError::Row)
    }
}

impl Row for u32 {}
impl Row for i64 {}
impl Row for u64 {}
impl Row for String {}

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
    /// What its folder is called.
    pub folder: String,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// The newest claim that holds its record.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
    /// The claim that last changed it.
    pub changed: Revision,
}

/// Whether a name was a project's folder after a claim.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LifeRow {
    /// The project's id as it was first written.
    pub project: ProjectId,
    /// The name as it was written.
    pub folder: String,
    /// When the project was made, milliseconds since 1970.
    pub created_ms: i64,
    /// Whether the project was there under that name.
    pub is_there: bool,
}

/// A scene.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SceneRow {
    /// Its id.
    pub scene: [u8; 16],
    /// Its project.
    pub project: ProjectId,
    /// Its number there; of a deleted one the number that it had.
    pub number: u32,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// The newest claim that holds its record.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
    /// The claim that last changed it.
    pub changed: Revision,
    /// The claim that deleted it.
    pub deleted: Option<Revision>,
}

/// How many scenes a project has.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct SceneCountRow {
    /// The highest number that one has or had since they were last put in order.
    pub last: u32,
    /// Those that are not deleted.
    pub live: u32,
}

/// An element of a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ElementRow {
    /// Its id.
    pub element: [u8; 16],
    /// Its project.
    pub project: ProjectId,
    /// What it is.
    pub kind: ElementKind,
    /// The name of its folder, for good; empty for a kind that has none.
    pub folder: String,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// The newest claim that holds its record.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
    /// The claim that last changed it.
    pub changed: Revision,
    /// The claim that deleted it.
    pub deleted: Option<Revision>,
}

/// Assets that are to be deleted or restored, because what they are for was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowRow {
    /// Whose.
    pub owner: [u8; 16],
    /// The project.
    pub project: ProjectId,
    /// The part of it: a letter for its kind, and its id.
    pub part: Option<(u8, [u8; 16])>,
    /// Whether they are to be restored.
    pub is_restored: bool,
    /// The claim that says so: whoever is under way for another one begins anew.
    pub since: Revision,
}

/// Where a claim stands, by which number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRow {
    /// Its number.
    pub revision: Revision,
    /// Where it stands.
    pub position: Position,
}

/// An asset: what changing, deleting and counting it must know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssetRow {
    /// The claim that made it.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
    /// The claim that last said its marks, when that is a later one.
    pub marks: Option<ClaimRow>,
    /// The claim that last changed it.
    pub changed: Revision,
    /// The kind of media.
    pub kind: String,
    /// Digest, size, extension and time of its bytes.
    pub content: Option<([u8; 32], u64, String, Option<i64>)>,
    /// Its metadata that is a blob of its own.
    pub metadata: Option<[u8; 32]>,
    /// Which version of what it is.
    pub place: Option<PlaceRow>,
    /// When it was recorded, milliseconds since 1970.
    pub created_ms: i64,
    /// What its file was called when it came.
    pub filename: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether it was put away.
    pub is_archived: bool,
    /// What it cost.
    pub cost: Option<CostRow>,
    /// Whether it is deleted.
    pub deleted: Option<Deletion>,
}

/// What an asset cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostRow {
    /// In millionths of the account's currency.
    pub micros: u64,
    /// Who ran the model; empty when nobody said.
    pub provider: String,
    /// Which model; empty when nobody said.
    pub model: String,
    /// When, as `2026-11`.
    pub month: String,
}

/// What costs are summed over: each asset's is in one sum of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostsOf {
    /// Everything, with one model in one month.
    All,
    /// A project in one month.
    Project,
    /// A project, with one model in one month.
    ProjectModel,
    /// A scene, or all of a project that is in none, in one month.
    Scene,
}

impl CostsOf {
    /// Each of them.
    pub const EACH: [Self; 4] = [Self::All, Self::Project, Self::ProjectModel, Self::Scene];

    /// The letter that its keys have.
    pub const fn tag(self) -> u8 {
        match self {
            Self::All => b't',
            Self::Project => b'p',
            Self::ProjectModel => b'm',
            Self::Scene => b's',
        }
    }
}

/// What assets cost in one month. Names that a sum goes over are empty. A row that would count none
/// is removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostsRow {
    /// What they are for, with the scene; `None` for assets without a history.
    pub scope: Option<(ProjectId, Option<[u8; 16]>)>,
    /// Who ran the model; empty when nobody said.
    pub provider: String,
    /// Which model; empty when nobody said.
    pub model: String,
    /// When, as `2026-11`.
    pub month: String,
    /// All of them.
    pub all: SumRow,
    /// Those that failed.
    pub failed: SumRow,
    /// Those that stand for their history.
    pub picked: SumRow,
}

/// How many, and what they cost together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SumRow {
    /// How many.
    pub count: u64,
    /// Millionths of the account's currency. 128 bits: no number of assets can overflow it.
    pub micros: u128,
}

/// How many assets, and their bytes together, whatever they share.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyRow {
    /// How many. A row that would count none is removed.
    pub count: u64,
    /// Bytes.
    pub bytes: u64,
}

/// By which words assets are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShelfOf {
    /// Their kind of media.
    Kind,
    /// A tag.
    Tag,
}

impl ShelfOf {
    /// The letter that its keys have.
    pub const fn tag(self) -> u8 {
        match self {
            Self::Kind => b'k',
            Self::Tag => b't',
        }
    }

    /// What a letter stands for.
    pub const fn of(tag: u8) -> Option<Self> {
        match tag {
            b'k' => Some(Self::Kind),
            b't' => Some(Self::Tag),
            _ => None,
        }
    }
}

/// The assets that share a word: a kind of media, or a tag. Only those are in it that have bytes
/// and are not deleted. A row that would count none is removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelfRow {
    /// The name of its folder, for as long as there is one.
    pub folder: String,
    /// How many.
    pub count: u64,
}

/// In which ways an asset was made from another one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRow {
    /// It is one of its sources.
    pub is_source: bool,
    /// It is what it replaces or varies.
    pub is_parent: bool,
}

/// A place in a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// With what.
    pub cause: Cause,
}

/// With what an asset was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// By itself.
    Itself,
    /// With its scene, character, location or mood.
    Part,
    /// With its project.
    Project,
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

/// A second copy of a closed journal file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRow {
    /// The first revision of the next file.
    pub next: Revision,
    /// The copy's digest.
    pub digest: [u8; 32],
    /// Its length in bytes.
    pub size: u64,
}

/// A version of a history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VersionRow {
    /// Its number.
    pub version: Version,
    /// Its asset.
    pub asset: [u8; 16],
    /// Digest, size, extension and time of its bytes.
    pub content: Option<([u8; 32], u64, String, Option<i64>)>,
    /// When it was recorded, milliseconds since 1970.
    pub created_ms: i64,
    /// The claim that made it.
    pub revision: Revision,
    /// Where that claim stands.
    pub position: Position,
    /// The claim that last said its marks, when that is a later one.
    pub marks: Option<ClaimRow>,
    /// The claim that last changed its asset.
    pub changed: Revision,
    /// Whether its asset says what it cost.
    pub has_cost: bool,
    /// How many tags its asset has.
    pub tags: u32,
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
    /// Whether its name was taken away after its last version.
    pub is_hidden: bool,
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
impl Row for LifeRow {}
impl Row for SceneRow {}
impl Row for SceneCountRow {}
impl Row for ElementRow {}
impl Row for FollowRow {}
impl Row for Position {}
impl Row for AssetRow {}
impl Row for VersionRow {}
impl Row for ContentRow {}
impl Row for NamingRow {}
impl Row for SegmentRow {}
impl Row for CostsRow {}
impl Row for TallyRow {}
impl Row for LinkRow {}
impl Row for ShelfRow {}
impl Row for AssetId {}
impl Row for ElementId {}
impl Row for ProjectId {}
impl Row for HistoryRow {}
impl Row for RequestRow {}
