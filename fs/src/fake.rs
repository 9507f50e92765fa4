//! A small world in memory that answers as the vault does, for the tests of this crate.
//!
//! Contents are real; facts change under one lock, and a change is sent after it can be seen.

#[path = "fake/beside.rs"]
pub mod beside;
#[path = "fake/bytes.rs"]
mod bytes;
#[path = "fake/facts.rs"]
mod facts;
#[path = "fake/folders.rs"]
mod folders;
#[path = "fake/past.rs"]
mod past;
#[path = "fake/saving.rs"]
pub mod saving;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use rushes_vault::Digest;
use rushes_vault::ids::{AssetId, AssetKey, ProjectId, SceneId, UserId};
use rushes_vault::model::{
    ElementEntry, HistoryEntry, Placement, Project, Revision, Scene, Scope, Version,
    VersionContent, VersionEntry, Viewer,
};
use rushes_vault::record::{ProjectRecord, SceneRecord};
use rushes_vault::source::{
    Change, OpenContent, SaveAs, SavedAs, Source, SourceError, Touched, Unsaved,
};

pub use bytes::Bytes;

/// Whose world it is.
pub const VIEWER: Viewer = Viewer { user: UserId::from_bytes([1; 16]) };

/// How long a test waits for what must happen at once.
const PATIENCE: Duration = Duration::from_secs(10);

type Answer<T> = Result<T, SourceError>;

#[derive(Debug, Clone)]
struct Past {
    key: AssetKey,
    best: Option<Version>,
    versions: Vec<VersionEntry>,
    is_hidden: bool,
}

impl Past {
    fn entry(&self) -> HistoryEntry {
        let ready = |version: &&VersionEntry| version.content.is_some() && !version.is_deleted;
        let best = self.best.and_then(|best| self.versions.get(best as usize - 1)).filter(ready);
        HistoryEntry {
            asset_key: self.key.clone(),
            best: self.best,
            latest: u32::try_from(self.versions.len()).unwrap(),
            current: best.or_else(|| self.versions.iter().rev().find(ready)).cloned(),
            is_hidden: self.is_hidden,
            revision: self.versions.last().map_or(0, |version| version.revision),
        }
    }
}

#[derive(Debug, Default, Clone)]
struct Facts {
    revision: Revision,
    projects: BTreeMap<ProjectId, Project>,
    scenes: BTreeMap<(ProjectId, u32), Scene>,
    /// By folded key.
    histories: BTreeMap<(Scope, String), Past>,
    blobs: BTreeMap<Digest, Arc<Bytes>>,
    elements: Vec<(ProjectId, ElementEntry)>,
    assets: BTreeMap<AssetId, beside::Held>,
    watchers: Vec<Sender<Change>>,
    shown: Revision,
}

/// How the world fails when a blob is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Broken {
    /// With an error.
    Fails,
    /// With a panic.
    Panics,
}

/// Where an answer about a history is held back, for races that must happen.
#[derive(Debug, Default, PartialEq, Eq)]
enum Gate {
    #[default]
    Open,
    Armed,
    Holding,
}

/// The world.
#[derive(Debug, Default)]
pub struct Fake {
    facts: Mutex<Facts>,
    moved: Condvar,
    gate: Mutex<Gate>,
    passed: Condvar,
    broken: Mutex<Option<Broken>>,
    saving: saving::Saving,
    past: Mutex<BTreeMap<Revision, Arc<Self>>>,
}

/// A project as a scope.
pub fn project(id: &str) -> Scope {
    Scope::of_project(id.parse().unwrap())
}

/// A temporary file that holds exactly these bytes.
fn file_of(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    file
}

/// The scene of a number as a scope.
pub fn scene(id: &str, number: u32) -> Scope {
    let mut bytes = [2; 16];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    Scope::of_scene(id.parse().unwrap(), SceneId::from_bytes(bytes))
}

impl Fake {
    /// Adds a project.
    pub fn add_project(&self, id: &str) -> Revision {
        self.change(|facts| {
            let id: ProjectId = id.parse().unwrap();
            let made = Project {
                id: id.clone(),
                record: ProjectRecord { name: id.to_string(), ..ProjectRecord::default() },
                user_id: VIEWER.user,
                created_at: "2026-11-20T10:00:00Z".to_owned(),
                updated_at: "2026-11-20T10:00:00Z".to_owned(),
                revision: facts.revision,
            };
            facts.projects.insert(id.clone(), made);
            vec![Touched::Project(VIEWER, id)]
        })
    }

    /// Adds a scene.
    pub fn add_scene(&self, id: &str, number: u32) -> Revision {
        self.change(|facts| {
            let scope = scene(id, number);
            let (project, scene) = (scope.project.clone(), scope.scene());
            let made = Scene {
                id: scene.unwrap(),
                project_id: project.clone(),
                scene_number: number,
                record: SceneRecord::default(),
                created_at: "2026-11-20T11:00:00Z".to_owned(),
                updated_at: "2026-11-20T11:00:00Z".to_owned(),
                revision: facts.revision,
            };
            facts.scenes.insert((project.clone(), number), made);
            vec![Touched::Scene(VIEWER, project, number)]
        })
    }

    /// Adds a version with a content to a history.
    pub fn add(&self, scope: &Scope, name: (&str, &str), bytes: Bytes) -> Revision {
        self.change(|facts| {
            let mut all = vec![0; usize::try_from(bytes.size()).unwrap()];
            bytes.read_at(&mut all, 0).unwrap();
            let digest = Digest::of(&all);
            let extension = name.1.to_owned();
            let content =
                VersionContent { digest, size: bytes.size(), extension, modified_ms: None };
            facts.blobs.insert(digest, Arc::new(bytes));
            let history = facts.add(scope, name.0, Some(content));
            let asset = Touched::Asset(VIEWER, asset_id(facts.revision), true);
            vec![Touched::Blob(VIEWER, digest), history, asset]
        })
    }

    /// Adds a failed attempt to a history.
    pub fn fail(&self, scope: &Scope, key: &str) -> Revision {
        self.change(|facts| vec![facts.add(scope, key, None)])
    }

    /// Deletes a version of a history, or restores it.
    pub fn delete(&self, scope: &Scope, key: &str, version: Version, is_deleted: bool) -> Revision {
        self.change(|facts| {
            let key: AssetKey = key.parse().unwrap();
            let past = facts.histories.get_mut(&(scope.clone(), key.folded())).unwrap();
            let entry = &mut past.versions[version as usize - 1];
            entry.is_deleted = is_deleted;
            let asset = entry.asset;
            if let Some(held) = facts.assets.get_mut(&asset) {
                held.line.is_deleted = is_deleted;
            }
            let Touched::History(viewer, scope, number, key) = facts.touched(scope, key) else {
                unreachable!()
            };
            let touched = Touched::Version(viewer, scope, number, key, version);
            vec![touched, Touched::Asset(viewer, asset, false)]
        })
    }

    /// Chooses the best version of a history.
    pub fn choose(&self, scope: &Scope, key: &str, best: Version) -> Revision {
        self.change(|facts| {
            let key: AssetKey = key.parse().unwrap();
            let past = facts.histories.get_mut(&(scope.clone(), key.folded())).unwrap();
            past.best = Some(best);
            let key = past.key.clone();
            vec![facts.touched(scope, key)]
        })
    }

    /// Breaks the blobs, or mends them.
    pub fn breaks(&self, broken: Option<Broken>) {
        *self.broken.lock().unwrap() = broken;
    }

    /// Holds the next answer about a history back.
    pub fn hold_history(&self) {
        *self.gate.lock().unwrap() = Gate::Armed;
    }

    /// Lets the answer go that is held back.
    pub fn release_history(&self) {
        *self.gate.lock().unwrap() = Gate::Open;
        self.passed.notify_all();
    }

    /// Waits until an answer is held back.
    pub fn wait_held(&self) {
        self.wait_gate(|gate| *gate != Gate::Holding);
    }

    fn wait_gate(&self, waiting: impl FnMut(&mut Gate) -> bool) {
        let gate = self.gate.lock().unwrap();
        let waited = self.passed.wait_timeout_while(gate, PATIENCE, waiting).unwrap();
        assert!(!waited.1.timed_out(), "nobody came to the gate");
    }

    /// Waits until a view shows a revision.
    pub fn wait_shown(&self, revision: Revision) {
        let waiting = |facts: &mut Facts| facts.shown < revision;
        let facts = self.facts.lock().unwrap();
        let waited = self.moved.wait_timeout_while(facts, PATIENCE, waiting).unwrap();
        assert!(!waited.1.timed_out(), "revision {revision} is not shown");
    }

    fn change(&self, make: impl FnOnce(&mut Facts) -> Vec<Touched>) -> Revision {
        let mut facts = self.facts();
        facts.revision += 1;
        let change = Change { touched: make(&mut facts), revision: facts.revision };
        facts.watchers.retain(|watcher| watcher.send(change.clone()).is_ok());
        change.revision
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap()
    }
}

impl Facts {
    fn add(&mut self, scope: &Scope, key: &str, content: Option<VersionContent>) -> Touched {
        let key: AssetKey = key.parse().unwrap();
        let past = self.histories.entry((scope.clone(), key.folded()));
        let past = past.or_insert_with(|| Past {
            key,
            best: None,
            versions: Vec::new(),
            is_hidden: false,
        });
        past.is_hidden = false;
        let entry = VersionEntry {
            version: u32::try_from(past.versions.len() + 1).unwrap(),
            asset: asset_id(self.revision),
            content,
            is_deleted: false,
            created_ms: 1_763_600_000_000 + i64::try_from(self.revision).unwrap() * 1000,
            tags: 0,
            revision: self.revision,
            changed: self.revision,
        };
        past.versions.push(entry.clone());
        let key = past.key.clone();
        let (scope, asset_key, version) = (scope.clone(), key.clone(), entry.version);
        self.hold(Placement { scope: scope.clone(), asset_key, version }, &entry);
        let scope = &scope;
        self.touched(scope, key)
    }

    fn touched(&self, scope: &Scope, key: AssetKey) -> Touched {
        let number = self.scenes.values().find(|scene| Some(scene.id) == scope.scene());
        Touched::History(VIEWER, scope.clone(), number.map(|scene| scene.scene_number), key)
    }

    fn past(&self, scope: &Scope, key: &AssetKey) -> Option<&Past> {
        self.histories.get(&(scope.clone(), key.folded()))
    }
}

fn asset_id(revision: Revision) -> AssetId {
    let mut asset = [3; 16];
    asset[..8].copy_from_slice(&revision.to_le_bytes());
    AssetId::from_bytes(asset)
}

fn after<K: Ord + Clone>(cursor: Option<K>, first: K) -> (Bound<K>, Bound<K>) {
    (cursor.map_or(Bound::Included(first), Bound::Excluded), Bound::Unbounded)
}

impl Source for Fake {
    fn projects(
        &self,
        _: Viewer,
        cursor: Option<&ProjectId>,
        limit: usize,
    ) -> Answer<Vec<Project>> {
        let facts = self.facts();
        let start = cursor.map_or(Bound::Unbounded, |id| Bound::Excluded(id.clone()));
        let range = facts.projects.range((start, Bound::Unbounded));
        Ok(range.take(limit).map(|(_, project)| project.clone()).collect())
    }

    fn history_like(&self, _: Viewer, of: &Scope, key: &AssetKey) -> Answer<Option<HistoryEntry>> {
        Ok(self.facts().past(of, key).map(Past::entry)) // The same of keys in lower case.
    }

    fn blobs(
        &self,
        _: Viewer,
        cursor: Option<&Digest>,
        limit: usize,
    ) -> Answer<Vec<(Digest, u64)>> {
        let facts = self.facts();
        let range = facts.blobs.range(after(cursor.copied(), Digest::from_bytes([0; 32])));
        Ok(range.take(limit).map(|(digest, bytes)| (*digest, bytes.size())).collect())
    }

    fn blob(&self, _: Viewer, digest: &Digest) -> Answer<Option<u64>> {
        let broken = *self.broken.lock().unwrap();
        match broken {
            Some(Broken::Fails) => return Err(SourceError::Failed("read x: broken".to_owned())),
            Some(Broken::Panics) => panic!("a bug in the source"),
            None => {}
        }
        Ok(self.facts().blobs.get(digest).map(|bytes| bytes.size()))
    }

    fn open(&self, _: Viewer, digest: &Digest) -> Answer<Option<Arc<dyn OpenContent>>> {
        let bytes = self.facts().blobs.get(digest).cloned();
        Ok(bytes.map(|bytes| bytes as Arc<dyn OpenContent>))
    }

    fn is_there(&self, _: Viewer, scope: &Scope) -> Answer<bool> {
        Ok(self.has_scope(scope))
    }

    fn begin(&self, _: Viewer, from: Option<&Digest>) -> Answer<Arc<dyn Unsaved>> {
        Ok(self.begin_file(from))
    }

    fn save(&self, _: Viewer, save: &SaveAs, file: &dyn Unsaved) -> Answer<SavedAs> {
        self.save_file(save, file)
    }

    fn save_known(&self, _: Viewer, save: &SaveAs, digest: &Digest) -> Answer<SavedAs> {
        self.save_file(save, &*self.begin_file(Some(digest)))
    }

    fn hide(&self, _: Viewer, shown: AssetId) -> Answer<()> {
        self.hide_name(shown);
        Ok(())
    }

    fn space(&self, _: Viewer) -> Answer<(u64, u64)> {
        Ok((self.facts().blobs.values().map(|bytes| bytes.size()).sum(), 1 << 30))
    }

    fn changes(&self) -> (u64, Receiver<Change>) {
        let (sender, receiver) = channel();
        self.facts().watchers.push(sender);
        (0, receiver)
    }

    fn shown(&self, _: u64, revision: Revision) {
        let mut facts = self.facts();
        facts.shown = facts.shown.max(revision);
        self.moved.notify_all();
    }
}
