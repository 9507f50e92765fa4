//! The tree as the facts make it: what a name in a folder leads to, and what a file holds.
//!
//! Pure questions to the source; knows neither inodes nor the kernel. Invariant: `lookup` finds
//! exactly the names that `list` shows (`list.rs`), and both say the same about them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use rushes_vault::element::ElementRef;
use rushes_vault::ids::{AssetKey, ElementId, ProjectId};
use rushes_vault::model::{
    ElementKind, HistoryEntry, Part, Project, Scene, Scope, VersionContent, VersionEntry, Viewer,
};
use rushes_vault::source::{Facts, OpenContent, Place, RecordOf, Source, SourceError};
use rushes_vault::{Digest, ShelfOf};

use crate::answers::Answers;
use crate::names::{self, State};
use crate::node::{Attr, History, Node, Owner, digest_start};
use crate::sizes::{Sized, Sizes};

/// Links of a folder whose folders are known: itself, `.`, and one `..` for each of them.
const LINKS_ROOT: u32 = 9;
const LINKS_PROJECT: u32 = 8;
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
    /// What projects are made of: the source, or what it knows of a moment.
    pub(crate) facts: Arc<dyn Facts>,
    /// Whether that is a moment that is over.
    pub(crate) is_past: bool,
    pub(crate) viewer: Viewer,
    /// When the folders above all projects were made: with the view.
    pub(crate) made_ms: i64,
    /// What was new or found a moment ago.
    pub(crate) answers: Answers<Found>,
    pub(crate) sizes: Sizes,
    /// Counts the changes of which the kernel is told.
    pub(crate) epoch: AtomicU64,
}

impl View {
    /// A tree over a source.
    pub fn new(source: Arc<dyn Source>, viewer: Viewer) -> Self {
        let made_ms = Timestamp::now().as_millisecond();
        let facts = Arc::clone(&source) as Arc<dyn Facts>;
        Self {
            source,
            facts,
            is_past: false,
            viewer,
            made_ms,
            answers: Answers::none(),
            sizes: Sizes::default(),
            epoch: AtomicU64::new(0),
        }
    }

    /// How many changes there were.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// Takes note of a change that the source already shows.
    pub fn changed(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// The root.
    pub fn root(&self) -> Found {
        Found { node: Node::Root, attr: Attr::folder(self.made_ms, LINKS_ROOT) }
    }

    /// What a name in a folder leads to; `None` where there is nothing of that name.
    pub fn lookup(&self, folder: &Node, name: &str) -> Result<Option<Found>, SourceError> {
        match folder {
            Node::Root => Ok(self.in_root(name)),
            Node::Projects => {
                Ok(self.source.project_in(self.viewer, name)?.as_ref().map(project_of))
            }
            Node::Moments => self.in_moments(name),
            Node::Moment(moment) => Ok(self.in_moment(moment, name)),
            Node::Past(moment) => self.in_past(moment, name),
            Node::Then(then) => self.in_then(then, name),
            Node::Folder(owner) => self.in_folder(owner, name),
            Node::Scenes(owner) => {
                let Some(number) = names::scene_number(name) else { return Ok(None) };
                let scene = self.facts.scene(self.viewer, &owner.scope.project, number)?;
                Ok(scene.as_ref().map(scene_folder))
            }
            Node::Elements(owner, kind) => self.in_elements(owner, *kind, name),
            Node::Assets(owner) => self.in_currents(owner, name),
            Node::Versions(owner) => self.in_versions(owner, name),
            Node::History(history) => self.in_history(history, name),
            Node::Lineage(made) => Ok(self.in_lineage(made, name)),
            Node::Links(made, links) => self.in_links(made, *links, name),
            Node::Shelves(of) => self.in_shelves(*of, name),
            Node::Shelf(one) => self.in_shelf(one, name),
            Node::Searches => self.in_searches(name),
            Node::Recent | Node::Search(_) => self.in_shown(folder, name),
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
            let mut opened = self.source.open(self.viewer, digest)?;
            if let (None, Some(asset)) = (&opened, node.asset()) {
                opened = self.source.open_kept(self.viewer, asset, digest)?;
            }
            return Ok(opened.map(Held::Same));
        }
        let (of, text) = match node {
            Node::Record { of, text } => (of, text),
            Node::Then(then) => return self.open_then(then),
            _ => return Ok(None),
        };
        let Some(now) = self.facts.record(self.viewer, of)? else { return Ok(None) };
        let same = text_start(&now) == *text;
        let content: Arc<dyn OpenContent> = Arc::new(Text(now));
        Ok(Some(if same { Held::Same(content) } else { Held::Newer(content) }))
    }

    pub(crate) fn in_root(&self, name: &str) -> Option<Found> {
        let node = match name {
            "projects" => Node::Projects,
            "library" => Node::Shelves(ShelfOf::Kind),
            "tags" => Node::Shelves(ShelfOf::Tag),
            "recent" => Node::Recent,
            "search" => Node::Searches,
            "at" => Node::Moments,
            "blobs" => Node::Blobs,
            _ => return None,
        };
        let attr = match node {
            Node::Recent => Attr::moment_folder(),
            Node::Blobs => Attr::folder(self.made_ms, LINKS_LEAF),
            _ => Attr::folder(self.made_ms, LINKS_UNCOUNTED),
        };
        Some(Found { node, attr })
    }

    fn in_folder(&self, owner: &Arc<Owner>, name: &str) -> Result<Option<Found>, SourceError> {
        if let Some(found) = self.fixed(owner, name)? {
            return Ok(Some(found));
        }
        self.in_currents(owner, name)
    }

    fn in_currents(&self, owner: &Arc<Owner>, name: &str) -> Result<Option<Found>, SourceError> {
        for key in names::keys_of_current(name) {
            let entry = self.facts.history(self.viewer, &owner.scope, &key)?;
            let Some(entry) = entry else { continue };
            let shown = self.current(owner, &entry)?.and_then(|shown| called(name, shown));
            if shown.is_some() {
                return Ok(shown);
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
        if self.is_past && !self.source.is_kept(self.viewer, version.asset, &content.digest)? {
            return Ok(None);
        }
        let key = entry.asset_key.clone();
        let name = self.current_name(&owner.scope, &key, &content.extension)?;
        let node = Node::Current {
            history: Arc::new(History { owner: Arc::clone(owner), key }),
            asset: version.asset,
            digest: content.digest,
            extension: content.extension.as_str().into(),
        };
        let ms = content.modified_ms.unwrap_or(version.created_ms);
        // A project's own are in its folder and in `assets/`.
        let links = if owner.scope.part.is_none() { 2 } else { 1 };
        let attr = Attr { links, ..Attr::file(content.size, ms) };
        Ok(Some((name, Found { node, attr })))
    }

    /// The name of a current file. A key that ends in its extension is the name, unless the history
    /// of the stem has it.
    pub(crate) fn current_name(
        &self,
        scope: &Scope,
        key: &AssetKey,
        extension: &str,
    ) -> Result<String, SourceError> {
        let name = names::current(scope, key, extension);
        let is_plain = name == key.as_str();
        let stem = names::keys_of_current(&name).next().filter(|_| is_plain);
        let Some(stem) = stem else { return Ok(name) };
        let entry = self.facts.history(self.viewer, scope, &stem)?;
        let content = entry.and_then(|entry| entry.current).and_then(|current| current.content);
        let is_taken = content.is_some_and(|content| {
            names::current(scope, &stem, &content.extension).eq_ignore_ascii_case(&name)
        });
        Ok(if is_taken { names::current_apart(key, extension) } else { name })
    }

    fn in_versions(&self, owner: &Arc<Owner>, name: &str) -> Result<Option<Found>, SourceError> {
        let Ok(key) = name.parse::<AssetKey>() else { return Ok(None) };
        let entry = self.facts.history(self.viewer, &owner.scope, &key)?;
        Ok(entry.and_then(|entry| called(name, history_folder(owner, &entry))))
    }

    /// The names of a project's folder, or of a part of it, that are always there, but for a
    /// storyboard.
    pub(crate) fn fixed_names(owner: &Owner) -> impl Iterator<Item = &'static str> {
        let of_project =
            [names::STORYBOARD, names::SCENES, "characters", "locations", "moods", names::ASSETS];
        let of_project = of_project.into_iter().filter(|_| owner.scope.part.is_none());
        [names::record(&owner.scope)].into_iter().chain(of_project).chain([names::VERSIONS])
    }

    pub(crate) fn fixed(
        &self,
        owner: &Arc<Owner>,
        name: &str,
    ) -> Result<Option<Found>, SourceError> {
        if !Self::fixed_names(owner).any(|fixed| fixed == name) {
            return Ok(None);
        }
        let made_ms = self.made_ms_of(owner)?;
        let node = match name {
            names::SCENES => Node::Scenes(Arc::clone(owner)),
            names::VERSIONS => Node::Versions(Arc::clone(owner)),
            names::ASSETS => Node::Assets(Arc::clone(owner)),
            names::STORYBOARD => {
                return self.record(RecordOf::Storyboard(owner.scope.project.clone()), made_ms);
            }
            _ => match names::kind_of_elements(name) {
                Some(kind) => Node::Elements(Arc::clone(owner), kind),
                None => return self.record(record_of(owner), made_ms),
            },
        };
        let links = if name == names::ASSETS { LINKS_LEAF } else { LINKS_UNCOUNTED };
        Ok(Some(Found { node, attr: Attr::folder(made_ms, links) }))
    }

    fn made_ms_of(&self, owner: &Owner) -> Result<i64, SourceError> {
        let project = &owner.scope.project;
        let created_at = match (owner.scope.part, owner.number) {
            (Some(_), Some(number)) => {
                self.facts.scene(self.viewer, project, number)?.map(|scene| scene.created_at)
            }
            (Some(_), None) => {
                let place = self.source.place(self.viewer, &owner.scope)?;
                let Some(Place::Element(element)) = place else { return Ok(0) };
                return Ok(element.created_ms);
            }
            _ => self.facts.project(self.viewer, project)?.map(|project| project.created_at),
        };
        Ok(created_at.as_deref().map_or(0, milliseconds))
    }

    /// A record as a file, as it is now. It stays the same as long as nothing changes.
    pub(crate) fn record(&self, of: RecordOf, ms: i64) -> Result<Option<Found>, SourceError> {
        self.record_at(of, self.epoch(), ms)
    }

    /// The record of a version. It stays the same until a claim changes the asset; that of a
    /// deleted one loses metadata with its bytes.
    pub(crate) fn version_record(
        &self,
        entry: &VersionEntry,
    ) -> Result<Option<Found>, SourceError> {
        let (of, ms) = (RecordOf::Asset(entry.asset), entry.created_ms);
        if entry.is_deleted {
            return Ok(self.rendered(&of)?.map(|sized| record_file(of, sized, ms)));
        }
        self.record_at(of, entry.changed, ms)
    }

    fn record_at(&self, of: RecordOf, stamp: u64, ms: i64) -> Result<Option<Found>, SourceError> {
        if let Some(sized) = self.sizes.get(&of, stamp) {
            return Ok(Some(record_file(of, sized, ms)));
        }
        let Some(sized) = self.rendered(&of)? else { return Ok(None) };
        self.sizes.put(of.clone(), stamp, sized);
        Ok(Some(record_file(of, sized, ms)))
    }

    fn rendered(&self, of: &RecordOf) -> Result<Option<Sized>, SourceError> {
        let text = self.facts.record(self.viewer, of)?;
        Ok(text.map(|text| Sized { bytes: text.len() as u64, text: text_start(&text) }))
    }

    fn in_history(&self, history: &Arc<History>, name: &str) -> Result<Option<Found>, SourceError> {
        let Some(number) = names::version_of(name) else { return Ok(None) };
        let scope = &history.owner.scope;
        let entry = self.facts.version(self.viewer, scope, &history.key, number)?;
        let Some(entry) = entry else { return Ok(None) };
        let shown = self.version_file(&entry)?.and_then(|shown| called(name, shown));
        if shown.is_some() {
            return Ok(shown);
        }
        if name == names::lineage(number) {
            return Ok(self.lineage(history, &entry)?.map(|(_, found)| found));
        }
        if names::version_record(number, State::of(&entry)) != name {
            return Ok(None);
        }
        self.version_record(&entry)
    }

    /// The name and node of a version's content; `None` for a failed attempt, a deleted version,
    /// and one of the past whose bytes are gone.
    pub(crate) fn version_file(
        &self,
        entry: &VersionEntry,
    ) -> Result<Option<(String, Found)>, SourceError> {
        let Some(content) = entry.content.as_ref().filter(|_| !entry.is_deleted) else {
            return Ok(None);
        };
        let name = names::version_content(entry.version, &content.extension);
        let node = Node::Version { asset: entry.asset, digest: content.digest };
        let attr = version_attr(content, entry.created_ms, entry.tags, true);
        let found = Found { node, attr };
        let found = if self.is_past { self.as_now(found)? } else { Some(found) };
        Ok(found.map(|found| (name, found)))
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
    (name, Found { node, attr: Attr::folder(ms, LINKS_UNCOUNTED) })
}

/// The attributes of an asset's content: one name among all assets of its kind, one for each tag,
/// and one in its history.
pub(crate) fn version_attr(content: &VersionContent, ms: i64, tags: u32, is_placed: bool) -> Attr {
    let links = tags.saturating_add(1).saturating_add(u32::from(is_placed));
    Attr { links, ..Attr::file(content.size, content.modified_ms.unwrap_or(ms)) }
}

/// The record of a project or of a part of it.
fn record_of(owner: &Owner) -> RecordOf {
    let project = owner.scope.project.clone();
    match owner.scope.part {
        None => RecordOf::Project(project),
        Some(Part::Scene(scene)) => RecordOf::Scene(project, scene),
        Some(Part::Character(id)) => element_record(project, ElementKind::Character, id),
        Some(Part::Location(id)) => element_record(project, ElementKind::Location, id),
        Some(Part::Mood(id)) => element_record(project, ElementKind::Mood, id),
    }
}

const fn element_record(project: ProjectId, kind: ElementKind, id: ElementId) -> RecordOf {
    RecordOf::Element(project, ElementRef { kind, id })
}

pub(crate) fn project_of(project: &Project) -> Found {
    project_folder(&project.id, milliseconds(&project.created_at))
}

pub(crate) fn project_folder(id: &ProjectId, created_ms: i64) -> Found {
    let scope = Scope::of_project(id.clone());
    let attr = Attr::folder(created_ms, LINKS_PROJECT);
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

fn record_file(of: RecordOf, sized: Sized, ms: i64) -> Found {
    Found { attr: Attr::file(sized.bytes, ms), node: Node::Record { of, text: sized.text } }
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
