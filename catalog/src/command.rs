//! What can be asked of the catalogue, and every way in which it is refused.
//!
//! Plain values: `check` looks at lengths and counts, `decide` at the facts.

use rushes_digest::Digest;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::element::ElementRecord;
use crate::ids::{AssetId, AssetKey, ElementId, ProjectId, SceneId, UserId};
use crate::journal::KeptSegment;
use crate::model::{Content, Generation, Identity, Revision, Role, Scope, Status, Version};
use crate::record::{ProjectRecord, SceneRecord};
use crate::too_much::TooMuch;

pub use crate::element::ElementRef;
use crate::marks::AssetPatch;

/// Longest name or title, in characters: what a schema can say (JSON Schema counts these).
pub const NAME_CHARS_MAX: usize = 500;
/// Longest name of a folder, in bytes, as everywhere (`NAME_MAX`, limits.h).
pub const FOLDER_BYTES_MAX: usize = 255;
/// Longest description, prompt or error, in characters: prompts with whole scripts in them exist.
pub const TEXT_CHARS_MAX: usize = 64 * 1024;
/// Most tags on an asset.
pub const TAGS_MAX: usize = 64;
/// Longest tag, provider, model, client id or type, in characters.
pub const WORD_CHARS_MAX: usize = 200;
/// Longest idempotency key, in characters: a client's, and which entry of its request.
pub const REQUEST_KEY_CHARS_MAX: usize = WORD_CHARS_MAX + 8;
/// Most sources of one asset.
pub const SOURCES_MAX: usize = 256;
/// Largest metadata kept in the claim itself, as JSON text in bytes; larger ones are stored as a
/// blob and named by digest.
pub const METADATA_INLINE_BYTES_MAX: usize = 4 * 1024;
/// Most users: one scan lists them, and who they are is kept in memory.
pub const USERS_MAX: u32 = 10_000;
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

/// Most assets that one claim deletes or restores: it stays far below the length of a line, and
/// its rows a batch that sled takes at once.
pub const FOLLOWED_MAX: usize = 1000;
/// Most scenes of a project at a time: a claim that names all of them stays far below the length of
/// a line.
pub const SCENES_MAX: usize = 10_000;
/// Most characters, locations, moods and timelines of a project at a time, of each: they come with
/// their project.
pub const ELEMENTS_MAX: usize = 10_000;
/// Most prompts of a project at a time.
pub const PROMPTS_MAX: usize = 100_000;
/// Most scenes, and most elements, that a project is made with: with the longest body their claims
/// stay below the length of a line.
pub const MADE_WITH_MAX: usize = 2000;
/// Most entries of a list in a record: assets, references, clips, colours, words.
pub const LIST_MAX: usize = 1000;
/// Largest metadata of a project, scene or element, as JSON text in bytes.
pub const RECORD_METADATA_BYTES_MAX: usize = 64 * 1024;
/// Longest record of a project, scene or element, as JSON text in bytes.
pub const RECORD_BYTES_MAX: usize = 512 * 1024;
/// Longest project with all that it is made with, as JSON text in bytes.
pub const PROJECT_BYTES_MAX: usize = 4 << 20;

/// Everything that can be asked.
#[derive(Debug, Clone, Serialize)]
pub enum Command {
    /// Make a user. Only an admin asks this, and the daemon itself.
    AddUser(NewUser),
    /// Change a user. Only an admin asks this.
    ChangeUser(UserChange),
    /// Make a project, with what is in it.
    CreateProject(Box<NewProject>),
    /// Merge a change into a project's record.
    ChangeProject {
        /// Which one.
        id: ProjectId,
        /// What changes.
        change: Change,
    },
    /// Call a project's folder otherwise, and the project itself where it was called like the
    /// folder.
    NameProject {
        /// Which one.
        id: ProjectId,
        /// The folder's name from now on.
        folder: String,
    },
    /// Delete a project with everything in it.
    DeleteProject {
        /// Which one.
        id: ProjectId,
        /// Only when this is its revision.
        expected: Option<Revision>,
    },
    /// Restore a deleted project; restoring one that is not deleted changes nothing.
    RestoreProject {
        /// Which one.
        id: ProjectId,
    },
    /// Add a scene to a project.
    AddScene {
        /// To which project.
        project: ProjectId,
        /// The scene.
        scene: NewScene,
    },
    /// Merge a change into a scene's record.
    ChangeScene {
        /// Of which project.
        project: ProjectId,
        /// Which one.
        scene: SceneRef,
        /// What changes.
        change: Change,
    },
    /// Delete a scene; the others keep their numbers.
    DeleteScene {
        /// Of which project.
        project: ProjectId,
        /// Which one.
        scene: SceneRef,
        /// Only when this is its revision.
        expected: Option<Revision>,
    },
    /// Restore a deleted scene; restoring one that is not deleted changes nothing.
    RestoreScene {
        /// Of which project.
        project: ProjectId,
        /// Which one.
        id: SceneId,
    },
    /// Number the scenes of a project anew, from 1.
    ReorderScenes {
        /// Whose.
        project: ProjectId,
        /// Each of them once, in the wanted order.
        scene_ids: Vec<SceneId>,
    },
    /// Add a character, location, mood, timeline or prompt to a project.
    AddElement {
        /// To which project.
        project: ProjectId,
        /// The element.
        element: NewElement,
    },
    /// Merge a change into an element's record.
    ChangeElement {
        /// Of which project.
        project: ProjectId,
        /// Which one.
        element: ElementRef,
        /// What changes.
        change: Change,
    },
    /// Delete an element.
    DeleteElement {
        /// Of which project.
        project: ProjectId,
        /// Which one.
        element: ElementRef,
        /// Only when this is its revision.
        expected: Option<Revision>,
    },
    /// Restore a deleted element; restoring one that is not deleted changes nothing.
    RestoreElement {
        /// Of which project.
        project: ProjectId,
        /// Which one.
        element: ElementRef,
    },
    /// Delete assets because their project, or its part, is deleted; or restore those that were
    /// deleted like that, because it was restored. Those whose turn it is not are left out.
    FollowScope {
        /// The project or part.
        scope: Scope,
        /// The claim that deleted or restored it; once another one did, this is refused.
        since: Revision,
        /// At most [`FOLLOWED_MAX`] assets of it.
        asset_ids: Vec<AssetId>,
        /// Whether there are no more.
        is_last: bool,
    },
    /// Record an asset.
    AddAsset(Box<NewAsset>),
    /// Say something again of an asset, make it a version, or both.
    ChangeAsset(Box<ChangeAsset>),
    /// Choose a version.
    SetBest(SetBest),
    /// Do not show the name of a history until its next version; one that is not shown already
    /// stays so. Refused with [`CommandError::Changed`] where a newer version, or one that was
    /// chosen, is shown by now.
    HideHistory {
        /// The version that was shown under that name.
        shown: AssetId,
    },
    /// Delete an asset; deleting it again changes nothing.
    DeleteAsset {
        /// Which one.
        id: AssetId,
        /// Only when this is its revision.
        expected: Option<Revision>,
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
    /// Record that a closed journal file has a second copy, which is durable. Only the daemon
    /// itself asks this, for nobody.
    KeepSegment(KeptSegment),
}

/// A user to be made.
#[derive(Debug, Clone, Serialize)]
pub struct NewUser {
    /// Its name, unique. With an identity, a taken one gets a number behind it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Who says that it is who it is.
    pub identity: Option<Identity>,
}

/// What becomes of a user; `None` leaves a thing as it is.
#[derive(Debug, Clone, Serialize)]
pub struct UserChange {
    /// Which user.
    pub id: UserId,
    /// Its new name.
    pub name: Option<String>,
    /// Its new role.
    pub role: Option<Role>,
    /// Whether nothing is answered to it any more.
    pub is_disabled: Option<bool>,
}

/// A project to be made, with what is in it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NewProject {
    /// Its id; `None` makes one from the name.
    pub id: Option<ProjectId>,
    /// What is said about it.
    pub record: ProjectRecord,
    /// Its scenes; those without a number go behind the ones before.
    pub scenes: Vec<NewScene>,
    /// Its characters, locations, moods, timelines and prompts.
    pub elements: Vec<NewElement>,
}

impl NewProject {
    /// A project of a name with nothing in it.
    pub fn named(name: impl Into<String>) -> Self {
        let record = ProjectRecord { name: name.into(), ..ProjectRecord::default() };
        Self { record, ..Self::default() }
    }
}

/// A scene to be added.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NewScene {
    /// Its id; `None` makes one.
    pub id: Option<SceneId>,
    /// Its number; `None` puts it behind the last one.
    pub scene_number: Option<u32>,
    /// What is said about it.
    pub record: SceneRecord,
}

/// An element to be added.
#[derive(Debug, Clone, Serialize)]
pub struct NewElement {
    /// Its id; `None` makes one.
    pub id: Option<ElementId>,
    /// What is said about it.
    pub record: ElementRecord,
}

/// A change of a record.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Change {
    /// What is merged into it (JSON Merge Patch, RFC 7396).
    pub patch: Map<String, Value>,
    /// The revision that it must be of; `None` takes it as it is. No part of what is asked: a retry
    /// is recognised whatever it expects.
    #[serde(skip)]
    pub expected: Option<Revision>,
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
    /// Only when this is the history's revision.
    pub expected: Option<Revision>,
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
    /// The record is not of the expected revision any more.
    #[error("it was changed meanwhile, by revision {revision}: look at it and try again")]
    Changed {
        /// The revision it is of.
        revision: Revision,
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
    /// The bytes were freed after the asset was deleted.
    #[error("the bytes of this {what} were freed after it was deleted: upload them again")]
    Gone {
        /// asset.
        what: &'static str,
    },
    /// Only an admin may ask this.
    #[error("only an admin may do this")]
    NotAllowed,
    /// The idempotency key was used for something else.
    #[error("this Idempotency-Key was used for another request: use a new one")]
    KeyReused,
    /// The journal could not be written for lack of room. Nothing was recorded.
    #[error("the disk is full: free some space and try again")]
    DiskFull,
    /// The write failed and nobody knows whether it was kept.
    #[error("outcome unknown: retry with the same Idempotency-Key")]
    OutcomeUnknown,
    /// It was recorded, and what it changed is more than one answer may hold.
    #[error("it was recorded; {0}")]
    TooMuch(#[from] TooMuch),
    /// The journal is damaged or the daemon is stopping: nothing can be recorded.
    #[error("the catalogue takes no writes: {reason}")]
    ReadOnly {
        /// Why.
        reason: String,
    },
}
