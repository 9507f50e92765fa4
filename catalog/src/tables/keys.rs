//! The keys of the tables: a tag, the owner, and what is looked up, in the order of listing.
//!
//! Everything but users, the stamp and what the sweep asks (who names a content, whoever it is)
//! starts with its owner, so a query in one user's name cannot reach a row of another's. Texts end
//! in a zero byte, which none of them contains; numbers are big-endian, so that they sort.

use rushes_digest::Digest;

use crate::ids::{AssetId, AssetKey, ElementId, ProjectId, SceneId, UserId};
use crate::model::{Identity, Scope, Version};

/// A key, or the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(Vec<u8>);

impl Key {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Takes the bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// How far the journal is in the tables.
    pub fn stamp() -> Self {
        Self(b"!stamp".to_vec())
    }

    /// A user by its name.
    pub fn user_named(name: &str) -> Self {
        Self(b"U".to_vec()).text(name)
    }

    /// A user by what an issuer calls it.
    pub fn user_identified(identity: &Identity) -> Self {
        Self(b"@".to_vec()).text(&identity.issuer).text(&identity.subject)
    }

    /// How many users there are.
    pub fn user_count() -> Self {
        Self(b"#users".to_vec())
    }

    /// All users.
    pub fn users() -> Self {
        Self(b"u".to_vec())
    }

    /// A user.
    pub fn user(user: UserId) -> Self {
        Self::owned(b'u', user)
    }

    /// An owner's projects.
    pub fn projects(owner: UserId) -> Self {
        Self::owned(b'P', owner)
    }

    /// A project, whatever the case of its id.
    pub fn project(owner: UserId, project: &ProjectId) -> Self {
        Self::projects(owner).text(&project.folded())
    }

    /// A project's scenes, by number.
    pub fn scenes(owner: UserId, project: &ProjectId) -> Self {
        Self::owned(b'S', owner).text(&project.folded())
    }

    /// A scene by its number.
    pub fn scene(owner: UserId, project: &ProjectId, number: u32) -> Self {
        Self::scenes(owner, project).bytes(&number.to_be_bytes())
    }

    /// A scene by its id.
    pub fn scene_by_id(owner: UserId, scene: SceneId) -> Self {
        Self::owned(b's', owner).bytes(scene.as_bytes())
    }

    /// An element of a project by its id.
    pub fn element(owner: UserId, element: ElementId) -> Self {
        Self::owned(b'e', owner).bytes(element.as_bytes())
    }

    /// The highest scene number of a project.
    pub fn last_scene(owner: UserId, project: &ProjectId) -> Self {
        Self::owned(b'N', owner).text(&project.folded())
    }

    /// An owner's assets.
    pub fn assets(owner: UserId) -> Self {
        Self::owned(b'A', owner)
    }

    /// An asset.
    pub fn asset(owner: UserId, asset: AssetId) -> Self {
        Self::assets(owner).bytes(asset.as_bytes())
    }

    /// The histories of a scope.
    pub fn histories(owner: UserId, scope: &Scope) -> Self {
        Self::owned(b'H', owner).scope(scope)
    }

    /// The histories of a project's scenes, all of them.
    pub fn scene_histories(owner: UserId, project: &ProjectId) -> Self {
        Self::owned(b'H', owner).text(&project.folded()).bytes(b"s")
    }

    /// A history.
    pub fn history(owner: UserId, scope: &Scope, key: &AssetKey) -> Self {
        Self::histories(owner, scope).text(&key.folded())
    }

    /// The versions of a history.
    pub fn versions(owner: UserId, scope: &Scope, key: &AssetKey) -> Self {
        Self::owned(b'V', owner).scope(scope).text(&key.folded())
    }

    /// A version.
    pub fn version(owner: UserId, scope: &Scope, key: &AssetKey, version: Version) -> Self {
        Self::versions(owner, scope, key).bytes(&version.to_be_bytes())
    }

    /// The contents that an owner's assets name, as far as they are not deleted.
    pub fn contents(owner: UserId) -> Self {
        Self::owned(b'D', owner)
    }

    /// A content that an owner's assets name.
    pub fn content(owner: UserId, digest: &Digest) -> Self {
        Self::contents(owner).bytes(digest.as_bytes())
    }

    /// Metadata of an owner that is a blob of its own.
    pub fn metadata(owner: UserId, digest: &Digest) -> Self {
        Self::owned(b'M', owner).bytes(digest.as_bytes())
    }

    /// Whether anybody names a content.
    pub fn naming(digest: &Digest) -> Self {
        Self(b"C".to_vec()).bytes(digest.as_bytes())
    }

    /// The contents that nobody names any more and whose bytes are still there.
    pub fn all_released() -> Self {
        Self(b"R".to_vec())
    }

    /// Such a content.
    pub fn released(digest: &Digest) -> Self {
        Self::all_released().bytes(digest.as_bytes())
    }

    /// The sum of the sizes of an owner's assets that are not deleted.
    pub fn logical_bytes(owner: UserId) -> Self {
        Self::owned(b'B', owner)
    }

    /// A request that was answered.
    pub fn request(owner: UserId, key: &str) -> Self {
        Self::owned(b'I', owner).text(key)
    }

    fn owned(tag: u8, owner: UserId) -> Self {
        Self(vec![tag]).bytes(owner.as_bytes())
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes()).bytes(&[0])
    }

    fn scope(self, scope: &Scope) -> Self {
        let key = self.text(&scope.project.folded());
        match scope.part {
            None => key.bytes(b"p"),
            Some(part) => key.bytes(&[part.tag()]).bytes(part.as_bytes()),
        }
    }
}
