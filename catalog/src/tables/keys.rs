//! The keys of the tables: a tag, the owner, and what is looked up, in the order of listing.
//!
//! Everything but users, the stamp and what the sweep asks (who names a content, whoever it is)
//! starts with its owner, so a query in one user's name cannot reach a row of another's. Texts end
//! in a zero byte, which none of them contains; numbers are big-endian, so that they sort.

use rushes_digest::Digest;

use crate::ids::{AssetId, AssetKey, ElementId, ProjectId, SceneId, UserId};
use crate::model::{Revision, Scope, Version};

use super::rows::CostRow;

/// What assets are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tally {
    /// Where they stand.
    Status,
    /// Their kind of media.
    Kind,
}

impl Tally {
    const fn tag(self) -> u8 {
        match self {
            Self::Status => b's',
            Self::Kind => b'k',
        }
    }
}

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

    /// The histories of a project and of its parts.
    pub fn project_histories(owner: UserId, project: &ProjectId) -> Self {
        Self::owned(b'H', owner).text(&project.folded())
    }

    /// A history.
    pub fn history(owner: UserId, scope: &Scope, key: &AssetKey) -> Self {
        Self::histories(owner, scope).text(&key.folded())
    }

    /// The versions of all histories of a scope.
    pub fn scope_versions(owner: UserId, scope: &Scope) -> Self {
        Self::owned(b'V', owner).scope(scope)
    }

    /// The versions of a history.
    pub fn versions(owner: UserId, scope: &Scope, key: &AssetKey) -> Self {
        Self::scope_versions(owner, scope).text(&key.folded())
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

    /// The assets that were made from an asset.
    pub fn uses(owner: UserId, source: AssetId) -> Self {
        Self::owned(b'x', owner).bytes(source.as_bytes())
    }

    /// That an asset was made from another one, by that one.
    pub fn used_by(owner: UserId, source: AssetId, user: AssetId) -> Self {
        Self::uses(owner, source).bytes(user.as_bytes())
    }

    /// The assets that an asset was made from.
    pub fn sources(owner: UserId, user: AssetId) -> Self {
        Self::owned(b'l', owner).bytes(user.as_bytes())
    }

    /// That an asset was made from another one, by itself.
    pub fn made_from(owner: UserId, user: AssetId, source: AssetId) -> Self {
        Self::sources(owner, user).bytes(source.as_bytes())
    }

    /// The assets that a workflow made.
    pub fn workflow(owner: UserId, workflow: &str) -> Self {
        Self::owned(b'w', owner).text(workflow)
    }

    /// An asset that a workflow made.
    pub fn workflow_asset(owner: UserId, workflow: &str, asset: AssetId) -> Self {
        Self::workflow(owner, workflow).bytes(asset.as_bytes())
    }

    /// The assets that were made from a prompt record.
    pub fn prompt(owner: UserId, prompt: &str) -> Self {
        Self::owned(b'y', owner).text(prompt)
    }

    /// An asset that was made from a prompt record.
    pub fn prompt_asset(owner: UserId, prompt: &str, asset: AssetId) -> Self {
        Self::prompt(owner, prompt).bytes(asset.as_bytes())
    }

    /// An owner's tags.
    pub fn tags(owner: UserId) -> Self {
        Self::owned(b'T', owner)
    }

    /// A tag.
    pub fn tag(owner: UserId, tag: &str) -> Self {
        Self::tags(owner).text(tag)
    }

    /// An owner's assets that are neither deleted nor archived, the newest first.
    pub fn recent(owner: UserId) -> Self {
        Self::owned(b'r', owner)
    }

    /// Such an asset, by the claim that made it.
    pub fn recent_asset(owner: UserId, revision: Revision) -> Self {
        Self::recent(owner).bytes(&(Revision::MAX - revision).to_be_bytes())
    }

    /// How many of an owner's assets stand where, or are of which kind.
    pub fn tallies(owner: UserId, of: Tally) -> Self {
        Self::owned(b'K', owner).bytes(&[of.tag()])
    }

    /// How many stand there, or are of that kind.
    pub fn tally(owner: UserId, of: Tally, word: &str) -> Self {
        Self::tallies(owner, of).text(word)
    }

    /// What an owner's assets cost.
    pub fn costs(owner: UserId) -> Self {
        Self::owned(b'O', owner)
    }

    /// What those of a project cost.
    pub fn project_costs(owner: UserId, project: &ProjectId) -> Self {
        Self::costs(owner).text(&project.folded())
    }

    /// What those of a scope, or of none, cost with a model in a month.
    pub fn cost(owner: UserId, scope: Option<&Scope>, cost: &CostRow) -> Self {
        let key = match scope {
            Some(scope) => Self::costs(owner).scope(scope),
            None => Self::costs(owner).text(""),
        };
        key.text(&cost.provider).text(&cost.model).text(&cost.month)
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
