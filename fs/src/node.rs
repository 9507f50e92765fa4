//! What stands behind a name of the folder: the nodes, their identity and their attributes.
//!
//! Knows neither the source nor the kernel. Invariant: two nodes are equal exactly when they are
//! the same thing with the same content, and the inode number of a node depends on nothing else,
//! so that numbers are the same after every restart without a table of them on the disk.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rushes_vault::Digest;
use rushes_vault::element::element_of;
use rushes_vault::ids::{AssetId, AssetKey, ProjectId};
use rushes_vault::model::{ElementKind, Revision, Scope, Version, Viewer};
use rushes_vault::source::RecordOf;
use rushes_vault::{Links, ShelfOf};

/// The root's inode number, fixed by the protocol.
pub const ROOT_INO: u64 = 1;

/// Inode numbers stay below this: programs that hold them in a double (every JavaScript one) can
/// compare them. At ten million live nodes one collision is expected in two hundred mounts, and a
/// collision only costs the later node its stable number.
const INO_BITS: u32 = 53;
/// Everything but the records of folders has this bit: programs that remove a folder's names in the
/// order of their numbers begin with the record, like those that do it in the order of the listing.
const LATER: u64 = 1 << (INO_BITS - 1);

/// What histories belong to, with the number under which a scene is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The project, or a part of it.
    pub scope: Scope,
    /// The scene's number; present exactly when the scope is a scene.
    pub number: Option<u32>,
}

impl Owner {
    /// The project that it is or lies in.
    pub fn above(&self) -> Arc<Self> {
        let scope = Scope::of_project(self.scope.project.clone());
        Arc::new(Self { scope, number: None })
    }
}

/// A history: the versions of one asset key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct History {
    /// What it belongs to.
    pub owner: Arc<Owner>,
    /// Its key there.
    pub key: AssetKey,
}

/// A version, whose lineage is a folder beside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Made {
    /// Its history.
    pub history: Arc<History>,
    /// Its number there.
    pub version: Version,
    /// Its asset.
    pub asset: AssetId,
}

/// The assets that have a word, as a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shelf {
    /// What the word is.
    pub of: ShelfOf,
    /// The word.
    pub word: Box<str>,
    /// The folder's name.
    pub folder: Box<str>,
}

/// A moment that is over, under one of its names: two names are two folders.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The name below `at/`.
    pub name: Box<str>,
    /// The last claim then.
    pub revision: Revision,
}

/// A folder or file of a project as it was at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Then {
    /// When.
    pub moment: Arc<Moment>,
    /// The project.
    pub project: ProjectId,
    /// What it would be if it were so now.
    pub node: Node,
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
    /// `/projects/<id>`, or below it `scenes/<n>`, `characters/<name>`, `locations/<name>`,
    /// `moods/<name>`.
    Folder(Arc<Owner>),
    /// `scenes/` of a project.
    Scenes(Arc<Owner>),
    /// `characters/`, `locations/` or `moods/` of a project.
    Elements(Arc<Owner>, ElementKind),
    /// `assets/` of a project.
    Assets(Arc<Owner>),
    /// `versions/` of a project or a part of it.
    Versions(Arc<Owner>),
    /// `versions/<asset_key>/`
    History(Arc<History>),
    /// `versions/<asset_key>/v002/`
    Lineage(Arc<Made>),
    /// `sources/` or `used-in/` of a version.
    Links(Arc<Made>, Links),
    /// `/library` or `/tags`
    Shelves(ShelfOf),
    /// `/library/<type>` or `/tags/<tag>`
    Shelf(Arc<Shelf>),
    /// `/recent`
    Recent,
    /// `/search`
    Searches,
    /// `/search/<words>`
    Search(Box<str>),
    /// `/at`
    Moments,
    /// `/at/<moment>`
    Moment(Arc<Moment>),
    /// `/at/<moment>/projects`
    Past(Arc<Moment>),
    /// Everything below, but for versions' contents, which are what they are now.
    Then(Arc<Then>),
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
            Self::Current { .. } | Self::Version { .. } | Self::Record { .. } | Self::Blob(_) => {
                false
            }
            Self::Then(then) => then.node.is_folder(),
            _ => true,
        }
    }

    /// Whether it belongs to a moment that is over: nothing there can be changed.
    pub const fn is_past(&self) -> bool {
        matches!(self, Self::Moments | Self::Moment(_) | Self::Past(_) | Self::Then(_))
    }

    /// The content, where it is a stored one.
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Current { digest, .. } | Self::Version { digest, .. } | Self::Blob(digest) => {
                Some(digest)
            }
            Self::Then(then) => then.node.digest(),
            _ => None,
        }
    }

    /// The asset, where it is one's content.
    pub fn asset(&self) -> Option<AssetId> {
        match self {
            Self::Current { asset, .. } | Self::Version { asset, .. } => Some(*asset),
            Self::Then(then) => then.node.asset(),
            _ => None,
        }
    }

    /// The folder above, for `..`; `None` for a file, which may have several.
    pub fn above(&self) -> Option<Self> {
        match self {
            Self::Root
            | Self::Projects
            | Self::Blobs
            | Self::Shelves(_)
            | Self::Recent
            | Self::Searches
            | Self::Moments => Some(Self::Root),
            Self::Moment(_) => Some(Self::Moments),
            Self::Past(moment) => Some(Self::Moment(Arc::clone(moment))),
            Self::Then(then) => then.above(),
            Self::Folder(owner) => Some(match owner.scope.part {
                None => Self::Projects,
                Some(part) => match element_of(part) {
                    None => Self::Scenes(owner.above()),
                    Some(element) => Self::Elements(owner.above(), element.kind),
                },
            }),
            Self::Scenes(owner)
            | Self::Elements(owner, _)
            | Self::Assets(owner)
            | Self::Versions(owner) => Some(Self::Folder(Arc::clone(owner))),
            Self::History(history) => Some(Self::Versions(Arc::clone(&history.owner))),
            Self::Lineage(made) => Some(Self::History(Arc::clone(&made.history))),
            Self::Links(made, _) => Some(Self::Lineage(Arc::clone(made))),
            Self::Shelf(one) => Some(Self::Shelves(one.of)),
            Self::Search(_) => Some(Self::Searches),
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
        let number = identity.number();
        if self.is_first() {
            return (number & !LATER).max(ROOT_INO + 1);
        }
        number | LATER
    }

    /// Whether it is the record of a folder, which is removed before everything else in it.
    const fn is_first(&self) -> bool {
        use RecordOf::{Element, Project, Scene};
        matches!(self, Self::Record { of: Project(_) | Scene(..) | Element(..), .. })
    }

    fn identify(&self, identity: &mut Identity) {
        match self {
            Self::Root => identity.add(b"root"),
            Self::Projects => identity.add(b"projects"),
            Self::Blobs => identity.add(b"blobs"),
            Self::Folder(owner) => identity.add(b"folder").owner(owner),
            Self::Scenes(owner) => identity.add(b"scenes").owner(owner),
            Self::Elements(owner, kind) => {
                identity.add(b"elements").owner(owner).add(kind.word().as_bytes())
            }
            Self::Assets(owner) => identity.add(b"assets").owner(owner),
            Self::Versions(owner) => identity.add(b"versions").owner(owner),
            Self::Lineage(made) => identity.add(b"lineage").made(made),
            Self::Links(made, Links::Sources) => identity.add(b"sources").made(made),
            Self::Links(made, Links::Uses) => identity.add(b"used in").made(made),
            Self::Shelves(of) => identity.add(b"shelves").add(&[of.tag()]),
            Self::Shelf(one) => {
                let (word, folder) = (one.word.as_bytes(), one.folder.as_bytes());
                identity.add(b"shelf").add(&[one.of.tag()]).add(word).add(folder)
            }
            Self::Recent => identity.add(b"recent"),
            Self::Searches => identity.add(b"searches"),
            Self::Moments => identity.add(b"moments"),
            Self::Moment(moment) => identity.add(b"moment").moment(moment),
            Self::Past(moment) => identity.add(b"past").moment(moment),
            Self::Then(then) => {
                then.node.identify(identity.add(b"then").moment(&then.moment));
                identity
            }
            Self::Search(words) => identity.add(b"search").add(words.as_bytes()),
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

impl Then {
    /// The folder above; `None` for a file, as of a node of now.
    fn above(&self) -> Option<Node> {
        Some(match self.node.above()? {
            Node::Projects => Node::Past(Arc::clone(&self.moment)),
            node => Node::Then(Arc::new(Self { node, ..self.clone() })),
        })
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

    fn moment(&mut self, moment: &Moment) -> &mut Self {
        self.add(moment.name.as_bytes()).add(&moment.revision.to_le_bytes())
    }

    fn history(&mut self, history: &History) -> &mut Self {
        self.owner(&history.owner).add(history.key.as_str().as_bytes())
    }

    fn made(&mut self, made: &Made) -> &mut Self {
        self.history(&made.history).add(&made.version.to_le_bytes()).add(made.asset.as_bytes())
    }

    fn record(&mut self, of: &RecordOf) -> &mut Self {
        match of {
            RecordOf::Project(project) => self.add(b"project").add(project.as_str().as_bytes()),
            RecordOf::Scene(project, scene) => {
                self.add(b"scene").add(project.as_str().as_bytes()).add(scene.as_bytes())
            }
            RecordOf::Storyboard(project) => {
                self.add(b"storyboard").add(project.as_str().as_bytes())
            }
            RecordOf::Element(project, element) => {
                let (kind, id) = (element.kind.word().as_bytes(), element.id.as_bytes());
                self.add(b"element").add(project.as_str().as_bytes()).add(kind).add(id)
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

/// How long the kernel may keep a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Until it is told to drop it.
    Always,
    /// A moment: nobody tells it.
    Moment,
    /// Not at all.
    Never,
}

/// How long an answer stands that nobody is told of when it changes.
pub const MOMENT: Duration = Duration::from_secs(1);

impl Keep {
    /// How long; `None` for as long as nothing is told.
    pub const fn time(self) -> Option<Duration> {
        match self {
            Self::Always => None,
            Self::Moment => Some(MOMENT),
            Self::Never => Some(Duration::ZERO),
        }
    }
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
    /// Names of it; 1 for a folder whose folders are not counted (btrfs does the same). Of an
    /// asset's content those below `versions/`, `library/` and `tags/`.
    pub links: u32,
    /// How long the name may be kept under which it was found, and a folder's listing.
    pub keep: Keep,
}

impl Attr {
    /// A file with one name.
    pub const fn file(size: u64, mtime_ms: i64) -> Self {
        Self { folder: false, size, mtime_ms, links: 1, keep: Keep::Always }
    }

    /// A folder.
    pub const fn folder(mtime_ms: i64, links: u32) -> Self {
        Self { folder: true, size: 0, mtime_ms, links, keep: Keep::Always }
    }

    /// A folder without folders whose changes nobody tells. Its time is that of the question: the
    /// kernel lists it anew when that is another one.
    pub fn moment_folder() -> Self {
        let now_ms = Timestamp::now().as_millisecond();
        Self { keep: Keep::Moment, ..Self::folder(now_ms, 2) }
    }

    /// The same for a while only.
    #[must_use]
    pub const fn kept(self, keep: Keep) -> Self {
        Self { keep, ..self }
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
        let record = Node::Record { of: RecordOf::Project("fox".parse().unwrap()), text: 1 };
        assert!(record.ino(viewer) < ino && record.ino(viewer) > ROOT_INO);
    }
}
