//! A catalogue with a search index, and assets to find.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_catalog::command::{Command, NewAsset, NewProject, NewScene, PartRef, SceneRef, Target};
use rushes_catalog::ids::{AssetId, UserId};
use rushes_catalog::model::{Content, Generation, Status, Viewer};
use rushes_catalog::search::{Field, Find, Found, SearchError};
use rushes_catalog::{Catalog, Options};
use rushes_digest::Digest;
use rushes_disk::{CrashDisk, ManualClock, Timestamp};
use tempfile::TempDir;

pub const VIEWER: Viewer = Viewer { user: UserId::from_bytes([7; 16]) };
pub const OTHER: Viewer = Viewer { user: UserId::from_bytes([8; 16]) };
/// Whose assets only tell how far the index is.
const MARKER: Viewer = Viewer { user: UserId::from_bytes([9; 16]) };
pub const BEGIN_MS: i64 = 1_795_228_331_000;
/// How long an index may take that needs no time: far above what a busy machine needs.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Stage {
    pub disk: CrashDisk,
    pub folder: TempDir,
    pub clock: Arc<ManualClock>,
    pub catalog: Catalog,
}

/// Opens the facts of a disk; tables and index lie in a folder.
pub fn open(disk: &CrashDisk, folder: &TempDir, boot: &str, clock: &Arc<ManualClock>) -> Catalog {
    Catalog::open(Options {
        disk: Arc::new(disk.clone()),
        index_above: folder.path().join("index"),
        search_above: Some(folder.path().join("search")),
        boot: Some(boot.to_owned()),
        clock: Arc::<ManualClock>::clone(clock),
        publish: Box::new(drop),
    })
    .unwrap()
}

impl Stage {
    pub fn set() -> Self {
        let (disk, folder) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let clock = Arc::new(ManualClock::at(Timestamp(BEGIN_MS)));
        let catalog = open(&disk, &folder, "boot", &clock);
        Self { disk, folder, clock, catalog }
    }

    /// Makes a project with a scene.
    pub fn project(&self, viewer: Viewer, name: &str) {
        let scenes = vec![NewScene::default()];
        let project = NewProject { scenes, ..NewProject::named(name) };
        self.catalog.submit(viewer, Command::CreateProject(Box::new(project)), None).unwrap();
    }

    /// Records an asset, a second after the one before.
    pub fn add(&self, viewer: Viewer, asset: NewAsset) -> AssetId {
        self.clock.advance_ms(1000);
        let id = asset.id;
        self.catalog.submit(viewer, Command::AddAsset(Box::new(asset)), None).unwrap();
        id
    }

    /// Waits until searches see everything that was recorded.
    pub fn settle(&self) {
        settle(&self.catalog);
    }

    /// What is found, by file name.
    pub fn names(&self, words: &str, filters: &[(Field, &str)]) -> Vec<String> {
        names(&self.catalog.find(VIEWER, &asked(words, filters)).unwrap())
    }
}

/// Waits until searches see everything that was recorded.
pub fn settle(catalog: &Catalog) {
    let marker = shot("marker", "");
    let client_id = marker.id.to_string();
    let marker = NewAsset { client_id: Some(client_id.clone()), ..marker };
    catalog.submit(MARKER, Command::AddAsset(Box::new(marker)), None).unwrap();
    let find = asked("", &[(Field::ClientId, client_id.as_str())]);
    let begun = Instant::now();
    loop {
        match catalog.find(MARKER, &find) {
            Ok(found) if found.total == 1 => return,
            Ok(_) | Err(SearchError::Rebuilding { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        assert!(begun.elapsed() < PATIENCE, "what was recorded is never found");
        std::thread::yield_now();
    }
}

/// An image.
pub fn shot(name: &str, prompt: &str) -> NewAsset {
    let id = AssetId::generate();
    NewAsset {
        id,
        kind: "image".to_owned(),
        asset_type: None,
        status: Status::Ready,
        filename: name.to_owned(),
        content: Some(Content {
            digest: Digest::of(id.as_bytes()),
            size: 1,
            media_type: "image/png".to_owned(),
            extension: "png".to_owned(),
            modified_ms: None,
        }),
        target: None,
        tags: Vec::new(),
        client_id: None,
        generation: Generation { prompt: Some(prompt.to_owned()), ..Generation::default() },
        metadata: serde_json::Map::new(),
        metadata_digest: None,
    }
}

/// The place of an asset in a project, or in its first scene.
pub fn target(project: &str, key: &str, in_scene: bool) -> Target {
    Target {
        project: project.parse().unwrap(),
        part: in_scene.then_some(PartRef::Scene(SceneRef::Number(1))),
        asset_key: key.parse().unwrap(),
        set_best: false,
    }
}

pub fn asked(words: &str, filters: &[(Field, &str)]) -> Find {
    Find {
        words: (!words.is_empty()).then(|| words.to_owned()),
        filters: filters.iter().map(|(field, value)| (*field, (*value).to_owned())).collect(),
        limit: 1000,
        ..Find::default()
    }
}

pub fn names(found: &Found) -> Vec<String> {
    found.assets.iter().map(|asset| asset.marks.filename.clone()).collect()
}
