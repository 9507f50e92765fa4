//! Claims: the immutable facts that the journal keeps, as they stand there.
//!
//! A claim is one JSON object. It is never changed and never taken back; a later claim says what is
//! true now. `docs/format.md` documents every kind; an unknown kind or a newer form of a known one
//! is refused, never guessed.

use rushes_digest::Digest;
use rushes_disk::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::AssetKey;
use crate::ids::{AssetId, ProjectId, SceneId, UserId};
use crate::marks::Marks;
use crate::model::{Content, Generation, Placement, Scope, Status, Version};

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
    /// ([`crate::model::Viewer::NOBODY`]).
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
    },
    /// A project exists.
    ProjectCreated {
        /// Its id, and its folder's name.
        project_id: ProjectId,
        /// What people call it.
        name: String,
        /// What it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// A scene exists.
    SceneAdded {
        /// Its id.
        scene_id: SceneId,
        /// The project it belongs to.
        project_id: ProjectId,
        /// Its number there.
        scene_number: u32,
        /// Its title.
        title: String,
        /// What happens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// How long it should be, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration_seconds: Option<f64>,
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
        let fact = Fact::UserAdded { user_id: UserId::generate(), name: "a".to_owned() };
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
