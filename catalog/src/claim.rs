//! Claims: the immutable facts that the journal keeps, as they stand there.
//!
//! A claim is one JSON object. It is never changed and never taken back; a later claim says what is
//! true now. `docs/format.md` documents every kind; an unknown kind or a newer form of a known one
//! is refused, never guessed.

use rushes_digest::Digest;
use rushes_disk::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::element::ElementRecord;
use crate::ids::{AssetId, AssetKey, ElementId, ProjectId, SceneId, UserId};
use crate::marks::Marks;
use crate::model::{
    Content, Generation, Identity, Placement, Revision, Role, Scope, Status, Version,
};
use crate::record::{ProjectRecord, SceneRecord};

/// Newest form of a claim that this program reads and the one that it writes.
pub const CLAIM_FORM: u16 = 1;

/// A claim: who says what, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// The form of this kind of claim, from 1.
    pub v: u16,
    /// When, RFC 3339 in UTC with milliseconds.
    pub at: String,
    /// In whose name; also the owner of what it makes. What the daemon does for nobody is nobody's
    /// ([`crate::model::Viewer::NOBODY`]), and a user that it makes is its own.
    pub by: UserId,
    /// The request it answers, where the client gave it a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestKey>,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

/// How a retried request is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestKey {
    /// The `Idempotency-Key` that the client sent.
    pub key: String,
    /// The digest of what was asked, so that another request under the same key is told apart.
    pub digest: Digest,
}

/// What a claim says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    /// A user exists.
    UserAdded {
        /// Its id.
        user_id: UserId,
        /// Its name.
        name: String,
        /// What it may do.
        role: Role,
        /// Who says that it is who it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<Identity>,
    },
    /// A user is another one in what is named.
    UserChanged {
        /// Which user.
        user_id: UserId,
        /// Its name from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// What it may do from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// Whether nothing is answered to it from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        is_disabled: Option<bool>,
    },
    /// A project exists.
    ProjectCreated {
        /// Its id.
        project_id: ProjectId,
        /// What is said about it.
        record: Box<ProjectRecord>,
    },
    /// Something else is said about a project.
    ProjectChanged {
        /// Which one.
        project_id: ProjectId,
        /// All that is said about it now.
        record: Box<ProjectRecord>,
    },
    /// A project is no longer wanted, nor is anything in it.
    ProjectDeleted {
        /// Which one.
        project_id: ProjectId,
    },
    /// A deleted project is wanted again.
    ProjectRestored {
        /// Which one.
        project_id: ProjectId,
    },
    /// A scene exists.
    SceneAdded {
        /// Its id.
        scene_id: SceneId,
        /// The project it belongs to.
        project_id: ProjectId,
        /// Its number there.
        scene_number: u32,
        /// What is said about it.
        record: Box<SceneRecord>,
    },
    /// Something else is said about a scene.
    SceneChanged {
        /// Which one.
        scene_id: SceneId,
        /// The project it belongs to.
        project_id: ProjectId,
        /// All that is said about it now.
        record: Box<SceneRecord>,
    },
    /// A scene is no longer wanted. The others keep their numbers.
    SceneDeleted {
        /// Which one.
        scene_id: SceneId,
        /// The project it belongs to.
        project_id: ProjectId,
    },
    /// A deleted scene is wanted again.
    SceneRestored {
        /// Which one.
        scene_id: SceneId,
        /// The project it belongs to.
        project_id: ProjectId,
        /// Its number from now on.
        scene_number: u32,
    },
    /// The scenes of a project have another order: their numbers are 1, 2, 3, …
    ScenesReordered {
        /// Whose.
        project_id: ProjectId,
        /// All of them, in order.
        scene_ids: Vec<SceneId>,
    },
    /// A character, location, mood, timeline or prompt exists.
    ElementAdded {
        /// Its id.
        element_id: ElementId,
        /// The project it belongs to.
        project_id: ProjectId,
        /// Its kind, and what is said about it.
        #[serde(flatten)]
        record: Box<ElementRecord>,
    },
    /// Something else is said about an element.
    ElementChanged {
        /// Which one.
        element_id: ElementId,
        /// The project it belongs to.
        project_id: ProjectId,
        /// Its kind, and all that is said about it now.
        #[serde(flatten)]
        record: Box<ElementRecord>,
    },
    /// An element is no longer wanted.
    ElementDeleted {
        /// Which one.
        element_id: ElementId,
        /// The project it belongs to.
        project_id: ProjectId,
    },
    /// A deleted element is wanted again.
    ElementRestored {
        /// Which one.
        element_id: ElementId,
        /// The project it belongs to.
        project_id: ProjectId,
    },
    /// Assets are no longer wanted, because what they are for is deleted.
    AssetsDeleted {
        /// What was deleted.
        #[serde(flatten)]
        scope: Scope,
        /// Which ones.
        asset_ids: Vec<AssetId>,
        /// Whether all of its assets are deleted now.
        is_last: bool,
    },
    /// Assets are wanted again, because what they are for was restored.
    AssetsRestored {
        /// What was restored.
        #[serde(flatten)]
        scope: Scope,
        /// Which ones.
        asset_ids: Vec<AssetId>,
        /// Whether these are the last ones.
        is_last: bool,
    },
    /// A file was generated, or an attempt failed.
    AssetAdded(Box<AssetAdded>),
    /// Something was said again of an asset. Neither its bytes nor how they were made change.
    AssetChanged(Box<AssetChanged>),
    /// An asset that had no history became a version of one.
    AssetPlaced {
        /// Which one.
        asset_id: AssetId,
        /// Which version of what.
        #[serde(flatten)]
        placement: Placement,
    },
    /// A version was chosen.
    BestSet {
        /// Whose history.
        #[serde(flatten)]
        scope: Scope,
        /// Which history.
        asset_key: AssetKey,
        /// Which version.
        version: Version,
    },
    /// The name of a history is not shown until its next version, or until one is chosen. All of
    /// its versions stay what they are.
    HistoryHidden {
        /// Whose history.
        #[serde(flatten)]
        scope: Scope,
        /// Which history.
        asset_key: AssetKey,
    },
    /// An asset is no longer wanted. Its record and its version's number stay.
    AssetDeleted {
        /// Which one.
        asset_id: AssetId,
    },
    /// A deleted asset is wanted again.
    AssetRestored {
        /// Which one.
        asset_id: AssetId,
    },
    /// No asset that is wanted names these contents, and their bytes go. Recorded before any byte
    /// does.
    BytesFreed {
        /// The contents.
        digests: Vec<Digest>,
    },
    /// A closed journal file has a second copy among the bytes.
    SegmentKept {
        /// The file's first revision.
        first: Revision,
        /// The first revision of the next file.
        next: Revision,
        /// The digest of its lines.
        digest: Digest,
        /// How long they are, in bytes.
        size: u64,
    },
}

/// A new asset, with everything that was said about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssetAdded {
    /// Its id.
    pub asset_id: AssetId,
    /// The kind of media.
    pub kind: String,
    /// Its role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_type: Option<String>,
    /// Whether there are bytes.
    pub status: Status,
    /// A safe name to show.
    pub filename: String,
    /// The bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// Which version of what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// Free words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The client's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// How it was made.
    #[serde(default)]
    pub generation: Generation,
    /// Whatever else was sent.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// Where it lies when it is large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_digest: Option<Digest>,
}

/// What is said of an asset from now on, in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssetChanged {
    /// Which one.
    pub asset_id: AssetId,
    /// What is said.
    #[serde(flatten)]
    pub marks: Marks,
}

impl AssetAdded {
    /// What was said of it that may be said again.
    pub fn marks(&self) -> Marks {
        Marks {
            filename: self.filename.clone(),
            asset_type: self.asset_type.clone(),
            tags: self.tags.clone(),
            metadata: self.metadata.clone(),
            metadata_digest: self.metadata_digest,
            ..Marks::default()
        }
    }
}

impl Claim {
    /// The claim's time in milliseconds since 1970; a text that is no time counts as 0.
    pub fn created_ms(&self) -> i64 {
        self.at.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond)
    }
}

/// A time as claims and records write it: RFC 3339, UTC, milliseconds.
pub fn rfc3339(time: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(time.0).unwrap_or_default();
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_with_milliseconds_and_come_back() {
        let text = rfc3339(Timestamp(1_795_228_331_045));
        assert_eq!(text, "2026-11-21T02:32:11.045Z");
        let digests = Vec::new();
        let fact = Fact::BytesFreed { digests };
        let claim = Claim { v: 1, at: text, by: UserId::generate(), request: None, fact };
        assert_eq!(claim.created_ms(), 1_795_228_331_045);
    }

    #[test]
    fn claims_of_the_released_forms_are_read_and_written_as_they_stand() {
        for line in include_str!("../tests/claims.jsonl").lines() {
            let claim: Claim = serde_json::from_str(line).unwrap();
            assert_eq!(serde_json::to_string(&claim).unwrap(), line);
        }
    }

    #[test]
    fn a_claim_comes_back_from_its_json_and_an_unknown_one_does_not() {
        let scope = Scope::of_scene("fox".parse().unwrap(), SceneId::generate());
        let asset_key = "scene_video".parse().unwrap();
        let fact = Fact::BestSet { scope, asset_key, version: 3 };
        let at = rfc3339(Timestamp(0));
        let claim = Claim { v: 1, at, by: UserId::generate(), request: None, fact };
        let json = serde_json::to_string(&claim).unwrap();
        assert_eq!(serde_json::from_str::<Claim>(&json).unwrap(), claim);
        let newer = json.replace("best_set", "best_unset");
        assert!(serde_json::from_str::<Claim>(&newer).is_err());
    }
}
