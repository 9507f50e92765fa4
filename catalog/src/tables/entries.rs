//! Rows as queries answer them, and what follows from a row alone.
//!
//! Knows no key and no claim.

use rushes_digest::Digest;
use rushes_disk::Timestamp;

use super::rows::{
    AssetRow, ElementRow, FollowRow, HistoryRow, PlaceRow, SceneRow, UserRow, VersionRow,
};
use crate::claim::rfc3339;
use crate::ids::{AssetId, ElementId, SceneId, UserId};
use crate::model::{
    ElementEntry, Part, Placement, Scope, User, Version, VersionContent, VersionEntry,
};

impl AssetRow {
    /// The digest of its bytes.
    pub fn digest(&self) -> Option<Digest> {
        self.content.as_ref().map(|(digest, ..)| Digest::from_bytes(*digest))
    }
}

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

impl ElementRow {
    /// The element's id.
    pub fn id(&self) -> ElementId {
        ElementId::from_bytes(self.element)
    }

    /// What a query answers.
    pub fn entry(self) -> ElementEntry {
        let (kind, id) = (self.kind, self.id());
        ElementEntry { kind, id, folder: self.folder, created_ms: self.created_ms }
    }
}

impl FollowRow {
    /// What was deleted or restored.
    pub fn scope(&self) -> Scope {
        let part = self.part.and_then(|(tag, id)| Part::of_key(tag, id));
        Scope { project: self.project.clone(), part }
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

    /// The placement of the row.
    pub fn placement(&self) -> Placement {
        Placement { scope: self.scope(), asset_key: self.asset_key.clone(), version: self.version }
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
            content: self.content.as_ref().map(VersionContent::of),
            is_deleted: self.deleted.is_some(),
            created_ms: self.created_ms,
            tags: self.tags,
            revision: self.revision,
            changed: self.changed,
        }
    }
}
