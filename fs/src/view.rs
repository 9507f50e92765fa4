//! The tree as the facts make it: what a name in a folder leads to, and what a file holds.
//!
//! Pure questions to the source; knows neither inodes nor the kernel. Invariant: `lookup` finds
//! exactly the names that `list` shows (`list.rs`), and both say the same about them.

use std::sync::Arc;

use jiff::Timestamp;
use rushes_vault::Digest;
use rushes_vault::ids::{AssetKey, ProjectId};
use rushes_vault::model::{HistoryEntry, Project, Scene, Scope, VersionEntry, Viewer};
use rushes_vault::source::{OpenContent, RecordOf, Source, SourceError};

use crate::names::{self, State};
use crate::node::{Attr, History, Node, Owner, digest_start};

/// Links of a folder whose folders are known: itself, `.`, and one `..` for each of them.
const LINKS_ROOT: u32 = 4;
const LINKS_PROJECT: u32 = 4;
const LINKS_SCENE: u32 = 3;
const LINKS_LEAF: u32 = 2;
/// Links of a folder whose folders would have to be counted.
const LINKS_UNCOUNTED: u32 = 1;

/// A node and what `stat` shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The node.
    pub node: Node,
    /// Its attributes.
    pub attr: Attr,
}

/// What a file holds when it is opened.
#[derive(Debug)]
pub enum Held {
    /// What the node says.
    Same(Arc<dyn OpenContent>),
    /// The record changed since the node was looked up: its text now.
    Newer(Arc<dyn OpenContent>),
}

/// The tree of one viewer.
#[derive(Debug)]
pub struct View {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) viewer: Viewer,
    /// When the three folders above all projects were made: with the view.
    made_ms: i64,
}

impl View {
    /// A tree over a source.
    pub fn new(source: Arc<dyn Source>, viewer: Viewer) -> Self {
        let made_ms = Timestamp::now().as_millisecond();
        Self { source, viewer, made_ms }
    }

    /// The root.
    pub fn root(&self) -> Found {
        Found { node: Node::Root, attr: Attr::folder(self.made_ms, LINKS_ROOT) }
    }

    /// What a name in a folder leads to; `None` where there is nothing of that name.
    pub fn lookup(&self, folder: &Node, name: &str) -> Result<Option<Found>, SourceError> {
        match folder {
            Node::Root => Ok(self.in_root(name)),
            Node::Projects => match name.parse::<ProjectId>() {
                Ok(id) => Ok(self.source.project(self.viewer, &id)?.as_ref().map(project_folder)),
                Err(_) => Ok(None),
            },
            Node::Folder(owner) => self.in_folder(owner, name),
            Node::Scenes(owner) => {
                let Some(number) = names::scene_number(name) else { return Ok(None) };
                let scene = self.source.scene(self.viewer, &owner.scope.project, number)?;
                Ok(scene.as_ref().map(scene_folder))
            }
            Node::Versions(owner) => self.in_versions(owner, name),
            Node::History(history) => self.in_history(history, name),
            Node::Blobs => match name.parse::<Digest>() {
                Ok(digest) => {
                    let size = self.source.blob(self.viewer, &digest)?;
                    Ok(size.map(|size| blob_file(digest, size)))
                }
                Err(_) => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// Opens what a file holds; `None` when it is gone.
    pub fn open(&self, node: &Node) -> Result<Option<Held>, SourceError> {
        if let Some(digest) = node.digest() {
            return Ok(self.source.open(self.viewer, digest)?.map(Held::Same));
        }
        let Node::Record { of, text } = node else { return Ok(None) };
        let Some(now) = self.source.record(self.viewer, of)? else { return Ok(None) };
        let same = text_start(&now) == *text;
        let content: Arc<dyn OpenContent> = Arc::new(Text(now));
        Ok(Some(if same { Held::Same(content) } else { Held::Newer(content) }))
    }

    pub(crate) fn in_root(&self, name: &str) -> Option<Found> {
        let node = match name {
            "projects" => Node::Projects,
            "blobs" => Node::Blobs,
            _ => return None,
        };
        let links = if node == Node::Blobs { LINKS_LEAF } else { LINKS_UNCOUNTED };
        Some(Found { node, attr: Attr::folder(self.made_ms, links) })
    }

    fn in_folder(&self, owner: &Arc<Owner>, name: &str) -> Result<Option<Found>, SourceError> {
        if let Some(found) = self.fixed(owner, name)? {
            return Ok(Some(found));
        }
        // A key that ends in its extension is a name itself.
        for key in names::key_of_current(name).into_iter().chain(name.parse().ok()) {
            let entry = self.source.history(self.viewer, &owner.scope, &key)?;
            let Some(entry) = entry else { continue };
            let found = self.current(owner, &entry)?.and_then(|shown| called(name, shown));
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The name and node of what stands for a history; `None` while nothing does.
    pub(crate) fn current(
        &self,
        owner: &Arc<Owner>,
        entry: &HistoryEntry,
    ) -> Result<Option<(String, Found)>, SourceError> {
        let version = entry.current.as_ref().filter(|_| !entry.is_hidden);
        let Some(version) = version else { return Ok(None) };
        let Some(content) = &version.content else { return Ok(None) };
        let key = entry.asset_key.clone();
        let name = self.current_name(&owner.scope, &key, &content.extension)?;
        let node = Node::Current {
            history: Arc::new(History { owner: Arc::clone(owner), key }),
            asset: version.asset,
            digest: content.digest,
            extension: content.extension.as_str().into(),
        };
        let ms = content.modified_ms.unwrap_or(version.created_ms);
        Ok(Some((name, Found { node, attr: Attr::file(content.size, ms) })))
    }

    /// The name of a current file. A key that ends in its extension is the name, unless the history
    /// of the stem has it.
    pub(crate) fn current_name(
        &self,
        scope: &Scope,
        key: &AssetKey,
        extension: &str,
    ) -> Result<String, SourceError> {
        let name = names::current(key, extension);
        let stem = names::key_of_current(&name).filter(|_| name == key.as_str());
        let Some(stem) = stem else { return Ok(name) };
        let entry = self.source.history(self.viewer, scope, &stem)?;
        let content = entry.and_then(|entry| entry.current).and_then(|current| current.content);
        let is_taken = content.is_some_and(|content| {
            names::current(&stem, &content.extension).eq_ignore_ascii_case(&name)
        });
        Ok(if is_taken { names::current_apart(key, extension) } else { name })
    }

    fn in_versions(&self, owner: &Arc<Owner>, name: &str) -> Result<Option<Found>, SourceError> {
        let Ok(key) = name.parse::<AssetKey>() else { return Ok(None) };
        let entry = self.source.history(self.viewer, &owner.scope, &key)?;
        Ok(entry.and_then(|entry| called(name, history_folder(owner, &entry))))
    }

    /// The names of a project's or scene's folder that are always there.
    pub(crate) fn fixed_names(owner: &Owner) -> &'static [&'static str] {
        match owner.number {
            None => &[names::PROJECT_RECORD, names::SCENES, names::VERSIONS],
            Some(_) => &[names::SCENE_RECORD, names::VERSIONS],
        }
    }

    pub(crate) fn fixed(
        &self,
        owner: &Arc<Owner>,
        name: &str,
    ) -> Result<Option<Found>, SourceError> {
        if !Self::fixed_names(owner).contains(&name) {
            return Ok(None);
        }
        let made_ms = self.made_ms_of(owner)?;
        Ok(match name {
            names::SCENES => Some(Found {
                node: Node::Scenes(Arc::clone(owner)),
                attr: Attr::folder(made_ms, LINKS_UNCOUNTED),
            }),
            names::VERSIONS => Some(Found {
                node: Node::Versions(Arc::clone(owner)),
                attr: Attr::folder(made_ms, LINKS_UNCOUNTED),
            }),
            _ => {
                let project = owner.scope.project.clone();
                let of = match owner.scope.scene() {
                    None => RecordOf::Project(project),
                    Some(scene) => RecordOf::Scene(project, scene),
                };
                self.record(of, made_ms)?
            }
        })
    }

    fn made_ms_of(&self, owner: &Owner) -> Result<i64, SourceError> {
        let project = &owner.scope.project;
        let created_at = match owner.number {
            None => self.source.project(self.viewer, project)?.map(|project| project.created_at),
            Some(number) => {
                self.source.scene(self.viewer, project, number)?.map(|scene| scene.created_at)
            }
        };
        Ok(created_at.as_deref().map_or(0, milliseconds))
    }

    /// A record as a file, as it is now.
    pub(crate) fn record(&self, of: RecordOf, ms: i64) -> Result<Option<Found>, SourceError> {
        Ok(self.source.record(self.viewer, &of)?.map(|text| Found {
            attr: Attr::file(text.len() as u64, ms),
            node: Node::Record { of, text: text_start(&text) },
        }))
    }

    fn in_history(&self, history: &History, name: &str) -> Result<Option<Found>, SourceError> {
        let Some(number) = names::version_of(name) else { return Ok(None) };
        let scope = &history.owner.scope;
        let entry = self.source.version(self.viewer, scope, &history.key, number)?;
        let Some(entry) = entry else { return Ok(None) };
        if let Some(found) = version_file(&entry).and_then(|shown| called(name, shown)) {
            return Ok(Some(found));
        }
        if names::version_record(number, State::of(&entry)) != name {
            return Ok(None);
        }
        self.record(RecordOf::Asset(entry.asset), entry.created_ms)
    }
}

/// What is shown under a name, where that is exactly the name that was asked for: a key also stands
/// for its other spellings.
fn called(name: &str, (shown, found): (String, Found)) -> Option<Found> {
    (shown == name).then_some(found)
}

/// The name and node of a history's folder.
pub(crate) fn history_folder(owner: &Arc<Owner>, entry: &HistoryEntry) -> (String, Found) {
    let key = entry.asset_key.clone();
    let (name, owner) = (key.to_string(), Arc::clone(owner));
    let ms = entry.current.as_ref().map_or(0, |version| version.created_ms);
    let node = Node::History(Arc::new(History { owner, key }));
    (name, Found { node, attr: Attr::folder(ms, LINKS_LEAF) })
}

/// The name and node of a version's content; `None` for a failed attempt and a deleted version.
pub(crate) fn version_file(entry: &VersionEntry) -> Option<(String, Found)> {
    let content = entry.content.as_ref().filter(|_| !entry.is_deleted)?;
    let name = names::version_content(entry.version, &content.extension);
    let node = Node::Version { asset: entry.asset, digest: content.digest };
    let ms = content.modified_ms.unwrap_or(entry.created_ms);
    Some((name, Found { node, attr: Attr::file(content.size, ms) }))
}

pub(crate) fn project_folder(project: &Project) -> Found {
    let scope = Scope::of_project(project.id.clone());
    let attr = Attr::folder(milliseconds(&project.created_at), LINKS_PROJECT);
    Found { node: Node::Folder(Arc::new(Owner { scope, number: None })), attr }
}

pub(crate) fn scene_folder(scene: &Scene) -> Found {
    let scope = Scope::of_scene(scene.project_id.clone(), scene.id);
    let owner = Owner { scope, number: Some(scene.scene_number) };
    let attr = Attr::folder(milliseconds(&scene.created_at), LINKS_SCENE);
    Found { node: Node::Folder(Arc::new(owner)), attr }
}

/// A content by its digest. It has no time of its own: always the same one, so that copies of the
/// folder by time find nothing new.
pub(crate) fn blob_file(digest: Digest, size: u64) -> Found {
    Found { node: Node::Blob(digest), attr: Attr::file(size, 0) }
}

/// RFC 3339 in milliseconds since 1970; 1970 for what is none.
fn milliseconds(time: &str) -> i64 {
    time.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond)
}

fn text_start(text: &[u8]) -> u64 {
    digest_start(&Digest::of(text))
}

/// A record's text, rendered once for one open.
#[derive(Debug)]
struct Text(Arc<[u8]>);

impl OpenContent for Text {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, SourceError> {
        let rest = usize::try_from(offset).ok().and_then(|start| self.0.get(start..));
        let count = rest.unwrap_or_default().len().min(buffer.len());
        buffer.iter_mut().zip(rest.unwrap_or_default()).for_each(|(to, from)| *to = *from);
        Ok(count)
    }

    fn exact_file(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        None
    }
}
