//! What can be asked of the catalogue, and every way in which it is refused.
//!
//! Plain values: `check` looks at lengths and counts, `decide` at the facts.

use rushes_digest::Digest;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::ids::{AssetId, AssetKey, ElementId, ProjectId, SceneId};
use crate::marks::AssetPatch;
use crate::model::{Content, Generation, Revision, Scope, Status, Version};

/// Longest name or title, in bytes.
pub const NAME_BYTES_MAX: usize = 500;
/// Longest description, prompt or error, in bytes: prompts with whole scripts in them exist.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Most tags on an asset.
pub const TAGS_MAX: usize = 64;
/// Longest tag, provider, model, client id, type or idempotency key, in bytes.
pub const WORD_BYTES_MAX: usize = 200;
/// Most sources of one asset.
pub const SOURCES_MAX: usize = 256;
/// Largest metadata kept in the claim itself, as JSON text in bytes; larger ones are stored as a
/// blob and named by digest.
pub const METADATA_INLINE_BYTES_MAX: usize = 4 * 1024;
/// Longest text of a metadata member that looks like bytes, in bytes: thumbnails in records are
/// what lists cannot bear.
pub const METADATA_TEXT_BYTES_MAX: usize = 64 * 1024;
/// Largest evaluation, as JSON text in bytes.
pub const EVALUATION_BYTES_MAX: usize = 4 * 1024;
/// Highest cost of one generation: sums over all that there may ever be stay exact.
pub const COST_MAX: f64 = 1_000_000.0;
/// Highest scene number.
pub const SCENE_NUMBER_MAX: u32 = 1_000_000;
/// Most contents that one claim frees: it stays far below the length of a line.
pub const DIGESTS_MAX: usize = 4096;

/// Everything that can be asked.
#[derive(Debug, Clone, Serialize)]
pub enum Command {
    /// Make a user.
    AddUser {
        /// Its name, unique.
        name: String,
    },
    /// Make a project.
    CreateProject(NewProject),
    /// Add a scene to a project.
    AddScene(NewScene),
    /// Record an asset.
    AddAsset(Box<NewAsset>),
    /// Say something again of an asset, make it a version, or both.
    ChangeAsset(Box<ChangeAsset>),
    /// Choose a version.
    SetBest(SetBest),
    /// Delete an asset; deleting it again changes nothing.
    DeleteAsset {
        /// Which one.
        id: AssetId,
    },
    /// Restore a deleted asset; restoring one that is not deleted changes nothing.
    RestoreAsset {
        /// Which one.
        id: AssetId,
    },
    /// Record that bytes go. Of the digests, those that an asset names now, and those that none
    /// ever named, are left out. Only the daemon itself asks this, for nobody.
    FreeBytes {
        /// Which contents, at most [`DIGESTS_MAX`].
        digests: Vec<Digest>,
    },
}

/// A project to be made.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NewProject {
    /// Its id; `None` makes one from the name.
    pub id: Option<ProjectId>,
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
}

/// A scene to be added.
#[derive(Debug, Clone, Serialize)]
pub struct NewScene {
    /// To which project.
    pub project: ProjectId,
    /// Its number; `None` puts it behind the last one.
    pub scene_number: Option<u32>,
    /// Its title.
    pub title: String,
    /// What happens.
    pub description: Option<String>,
    /// How long it should be, in seconds.
    pub duration_seconds: Option<f64>,
}

/// Where a new asset goes.
#[derive(Debug, Clone, Serialize)]
pub struct Target {
    /// The project.
    pub project: ProjectId,
    /// The part of it; `None` is the project itself.
    pub part: Option<PartRef>,
    /// The history it becomes a version of.
    pub asset_key: AssetKey,
    /// Whether it becomes the best version in the same step.
    pub set_best: bool,
}

/// A part of a project, as clients name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PartRef {
    /// A scene, by id or by number.
    Scene(SceneRef),
    /// A character.
    Character(ElementId),
    /// A location.
    Location(ElementId),
    /// A mood.
    Mood(ElementId),
}

/// A scene, as clients name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum SceneRef {
    /// By id.
    Id(SceneId),
    /// By its number in the project.
    Number(u32),
}

/// An asset to be recorded. Its bytes are durable before this is asked.
#[derive(Debug, Clone, Serialize)]
pub struct NewAsset {
    /// Its id, made anew for each try: a retry is recognised by its Idempotency-Key.
    #[serde(skip)]
    pub id: AssetId,
    /// The kind of media.
    pub kind: String,
    /// Its role.
    pub asset_type: Option<String>,
    /// Ready with bytes, or failed with an error.
    pub status: Status,
    /// A safe name to show (see [`crate::names::display_name`]).
    pub filename: String,
    /// The bytes; present exactly when the status is ready.
    pub content: Option<Content>,
    /// Where it goes; `None` keeps it without a history.
    pub target: Option<Target>,
    /// Free words.
    pub tags: Vec<String>,
    /// The id that the client gave it.
    pub client_id: Option<String>,
    /// How it was made.
    pub generation: Generation,
    /// Whatever else was sent, when it is small.
    pub metadata: Map<String, Value>,
    /// The digest of the metadata's JSON, when it is large; `metadata` is empty then.
    pub metadata_digest: Option<Digest>,
}

/// What is to be said again of an asset, and which version it is to become.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeAsset {
    /// Which one; it must not be deleted.
    pub id: AssetId,
    /// What is said. Patches of different fields that come at once all hold.
    pub patch: AssetPatch,
    /// The revision that its record must have; `None` takes any. A retry is recognised without it.
    #[serde(skip)]
    pub expected: Option<Revision>,
    /// What the patch makes of the metadata; needed when it names any.
    #[serde(skip)]
    pub merged: Option<MergedMetadata>,
    /// Where it goes; it must belong to no history yet.
    pub target: Option<Target>,
}

/// The metadata that a patch leads to, worked out of a record that was read before.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedMetadata {
    /// The revision of the record that it was worked out of: it holds for that one only.
    pub seen: Revision,
    /// All of it, when it is small.
    pub metadata: Map<String, Value>,
    /// The digest of its JSON, when it is large; `metadata` is empty then.
    pub digest: Option<Digest>,
}

/// The choice of a best version.
#[derive(Debug, Clone, Serialize)]
pub struct SetBest {
    /// Whose history.
    pub scope: Scope,
    /// Which history.
    pub asset_key: AssetKey,
    /// Which version; it must exist, have bytes and not be deleted.
    pub version: Version,
}

/// Why a command was refused. Nothing was recorded, except where a variant says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// A field is not acceptable; the text says what would be.
    #[error("{field}: {reason}")]
    Invalid {
        /// The field's name on the wire.
        field: &'static str,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// What the command is about does not exist for this viewer.
    #[error("there is no such {what}")]
    Missing {
        /// project, scene, history, version, asset.
        what: &'static str,
    },
    /// A reference inside the command resolves to nothing.
    #[error("{field}: there is no such {what}")]
    Unresolved {
        /// The field's name on the wire.
        field: &'static str,
        /// What it should name.
        what: &'static str,
    },
    /// The id or number is taken.
    #[error("{field} is taken: choose another one or leave it out")]
    Taken {
        /// The field's name on the wire.
        field: &'static str,
    },
    /// The asset is deleted, and what was asked is for those that are not.
    #[error("this {what} is deleted: restore it first")]
    Deleted {
        /// asset.
        what: &'static str,
    },
    /// It is not any more what the command expects.
    #[error("it was changed meanwhile: read it again")]
    Changed {
        /// The claim that last changed it.
        revision: Revision,
    },
    /// The bytes were freed after the asset was deleted.
    #[error("the bytes of this {what} were freed after it was deleted: upload them again")]
    Gone {
        /// asset.
        what: &'static str,
    },
    /// The idempotency key was used for something else.
    #[error("this Idempotency-Key was used for another request: use a new one")]
    KeyReused,
    /// The journal could not be written for lack of room. Nothing was recorded.
    #[error("the disk is full: free some space and try again")]
    DiskFull,
    /// The write failed and nobody knows whether it was kept.
    #[error("outcome unknown: retry with the same Idempotency-Key")]
    OutcomeUnknown,
    /// The journal is damaged or the daemon is stopping: nothing can be recorded.
    #[error("the catalogue takes no writes: {reason}")]
    ReadOnly {
        /// Why.
        reason: String,
    },
}
