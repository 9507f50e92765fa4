//! What stands behind a name of the folder: the nodes, their identity and their attributes.
//!
//! Knows neither the source nor the kernel. Invariant: two nodes are equal exactly when they are
//! the same thing with the same content, and the inode number of a node depends on nothing else,
//! so that numbers are the same after every restart without a table of them on the disk.

use std::sync::Arc;

use rushes_vault::Digest;
use rushes_vault::ids::{AssetId, AssetKey};
use rushes_vault::model::{Scope, Viewer};
use rushes_vault::source::RecordOf;

/// The root's inode number, fixed by the protocol.
pub const ROOT_INO: u64 = 1;

/// Inode numbers stay below this: programs that hold them in a double (every JavaScript one) can
/// compare them. At ten million live nodes one collision is expected in two hundred mounts, and a
/// collision only costs the later node its stable number.
const INO_BITS: u32 = 53;

/// What histories belong to, with the number under which a scene is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The project, or a scene of it.
    pub scope: Scope,
    /// The scene's number; present exactly when the scope is a scene.
    pub number: Option<u32>,
}

/// A history: the versions of one asset key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct History {
    /// What it belongs to.
    pub owner: Arc<Owner>,
    /// Its key there.
    pub key: AssetKey,
}

/// A folder or file of the view.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    /// `/`
    Root,
    /// `/projects`
    Projects,
    /// `/blobs`
    Blobs,
    /// `/projects/<id>` or `/projects/<id>/scenes/<n>`
    Folder(Arc<Owner>),
    /// `scenes/` of a project.
    Scenes(Arc<Owner>),
    /// `versions/` of a project or scene.
    Versions(Arc<Owner>),
    /// `versions/<asset_key>/`
    History(Arc<History>),
    /// `<asset_key>.<ext>`: what stands for a history now. Another version is another node, so
    /// that whoever holds the old one goes on reading the old content.
    Current {
        /// The history it stands for.
        history: Arc<History>,
        /// Which version of it.
        asset: AssetId,
        /// Its content.
        digest: Digest,
        /// The extension in its name.
        extension: Box<str>,
    },
    /// A version's content: every read-only name of one asset is this node.
    Version {
        /// The asset.
        asset: AssetId,
        /// Its content.
        digest: Digest,
    },
    /// A record as JSON. A changed text is another node, so that no reader sees two of them mixed.
    Record {
        /// Whose record.
        of: RecordOf,
        /// The start of the text's digest.
        text: u64,
    },
    /// `/blobs/<digest>`
    Blob(Digest),
}

impl Node {
    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        match self {
            Self::Root
            | Self::Projects
            | Self::Blobs
            | Self::Folder(_)
            | Self::Scenes(_)
            | Self::Versions(_)
            | Self::History(_) => true,
            Self::Current { .. } | Self::Version { .. } | Self::Record { .. } | Self::Blob(_) => {
                false
            }
        }
    }

    /// The content, where it is a stored one.
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Current { digest, .. } | Self::Version { digest, .. } | Self::Blob(digest) => {
                Some(digest)
            }
            _ => None,
        }
    }

    /// The folder above, for `..`; `None` for a file, which may have several.
    pub fn above(&self) -> Option<Self> {
        match self {
            Self::Root | Self::Projects | Self::Blobs => Some(Self::Root),
            Self::Folder(owner) => match owner.number {
                None => Some(Self::Projects),
                Some(_) => Some(Self::Scenes(Arc::new(Owner {
                    scope: Scope::of_project(owner.scope.project.clone()),
                    number: None,
                }))),
            },
            Self::Scenes(owner) | Self::Versions(owner) => Some(Self::Folder(Arc::clone(owner))),
            Self::History(history) => Some(Self::Versions(Arc::clone(&history.owner))),
            _ => None,
        }
    }

    /// The number that it gets unless another live node has it: a hash of what it is.
    pub fn ino(&self, viewer: Viewer) -> u64 {
        if *self == Self::Root {
            return ROOT_INO;
        }
        let mut identity = Identity::new(viewer);
        self.identify(&mut identity);
        identity.number().max(ROOT_INO + 1)
    }

    fn identify(&self, identity: &mut Identity) {
        match self {
            Self::Root => identity.add(b"root"),
            Self::Projects => identity.add(b"projects"),
            Self::Blobs => identity.add(b"blobs"),
            Self::Folder(owner) => identity.add(b"folder").owner(owner),
            Self::Scenes(owner) => identity.add(b"scenes").owner(owner),
            Self::Versions(owner) => identity.add(b"versions").owner(owner),
            Self::History(history) => identity.add(b"history").history(history),
            Self::Current { history, asset, .. } => {
                identity.add(b"current").history(history).add(asset.as_bytes())
            }
            Self::Version { asset, .. } => identity.add(b"version").add(asset.as_bytes()),
            Self::Record { of, text } => {
                identity.add(b"record").record(of).add(&text.to_le_bytes())
            }
            Self::Blob(digest) => identity.add(b"blob").add(digest.as_bytes()),
        };
    }
}

/// What an inode number is a hash of: fields, each with its length before it.
struct Identity(Vec<u8>);

impl Identity {
    fn new(viewer: Viewer) -> Self {
        let mut identity = Self(Vec::with_capacity(256));
        identity.add(viewer.user.as_bytes());
        identity
    }

    fn add(&mut self, field: &[u8]) -> &mut Self {
        self.0.extend_from_slice(&(field.len() as u64).to_le_bytes());
        self.0.extend_from_slice(field);
        self
    }

    fn owner(&mut self, owner: &Owner) -> &mut Self {
        self.add(owner.scope.project.as_str().as_bytes());
        if let Some(part) = &owner.scope.part {
            self.add(part.as_bytes()).add(&owner.number.unwrap_or_default().to_le_bytes());
        }
        self
    }

    fn history(&mut self, history: &History) -> &mut Self {
        self.owner(&history.owner).add(history.key.as_str().as_bytes())
    }

    fn record(&mut self, of: &RecordOf) -> &mut Self {
        match of {
            RecordOf::Project(project) => self.add(b"project").add(project.as_str().as_bytes()),
            RecordOf::Scene(project, scene) => {
                self.add(b"scene").add(project.as_str().as_bytes()).add(scene.as_bytes())
            }
            RecordOf::Asset(asset) => self.add(b"asset").add(asset.as_bytes()),
        }
    }

    fn number(&self) -> u64 {
        digest_start(&Digest::of(&self.0)) >> (u64::BITS - INO_BITS)
    }
}

/// The first eight bytes of a digest: enough to tell two texts or two nodes apart in one mount.
pub fn digest_start(digest: &Digest) -> u64 {
    let mut start = [0; 8];
    start.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(start)
}

/// What `stat` shows of a node, apart from what is the same for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attr {
    /// Whether it is a folder.
    pub folder: bool,
    /// Bytes.
    pub size: u64,
    /// When it was made, milliseconds since 1970.
    pub mtime_ms: i64,
    /// Names of it; 1 for a folder whose folders are not counted (btrfs does the same).
    pub links: u32,
}

impl Attr {
    /// A file with one name.
    pub const fn file(size: u64, mtime_ms: i64) -> Self {
        Self { folder: false, size, mtime_ms, links: 1 }
    }

    /// A folder.
    pub const fn folder(mtime_ms: i64, links: u32) -> Self {
        Self { folder: true, size: 0, mtime_ms, links }
    }
}

#[cfg(test)]
mod tests {
    use rushes_vault::ids::UserId;

    use super::*;

    fn version(asset: AssetId) -> Node {
        Node::Version { asset, digest: Digest::of(b"x") }
    }

    #[test]
    fn numbers_are_stable_distinct_and_exact_in_a_double() {
        let viewer = Viewer { user: UserId::from_bytes([7; 16]) };
        let asset = AssetId::from_bytes([9; 16]);
        let ino = version(asset).ino(viewer);
        assert_eq!(ino, version(asset).ino(viewer));
        assert_ne!(ino, version(AssetId::from_bytes([8; 16])).ino(viewer));
        assert_ne!(ino, version(asset).ino(Viewer { user: UserId::from_bytes([6; 16]) }));
        assert!(ino > ROOT_INO && ino < 1 << INO_BITS);
        assert_eq!(Node::Root.ino(viewer), ROOT_INO);
    }
}
