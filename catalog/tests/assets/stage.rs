//! A catalogue with a project and two scenes, and assets to put there.

use std::path::Path;
use std::sync::Arc;

use rushes_catalog::command::{Command, NewProject, NewScene, PartRef, SceneRef, Target};
use rushes_catalog::ids::{AssetKey, ProjectId, UserId};
use rushes_catalog::model::{Scope, Viewer};
use rushes_catalog::{Catalog, Options};
use rushes_disk::{CrashDisk, ManualClock, Timestamp};

pub const VIEWER: Viewer = Viewer { user: UserId::from_bytes([7; 16]) };
pub const OTHER: Viewer = Viewer { user: UserId::from_bytes([8; 16]) };
pub const KEYS: [&str; 3] = ["clip", "still", "sound"];
pub const BEGIN_MS: i64 = 1_795_228_331_000;

pub fn open(disk: &CrashDisk, index: &Path, clock: &Arc<ManualClock>) -> Catalog {
    let clock = Arc::clone(clock);
    Catalog::open(Options {
        disk: Arc::new(disk.clone()),
        index_above: index.to_owned(),
        search_above: None,
        boot: Some("boot".to_owned()),
        clock,
        publish: Box::new(drop),
    })
    .unwrap()
}

/// The project itself, and two scenes of it.
pub const PLACES: usize = 3;

pub struct Stage {
    pub catalog: Catalog,
    pub scopes: Vec<Scope>,
}

impl Stage {
    pub fn set(disk: &CrashDisk, index: &Path, clock: &Arc<ManualClock>) -> Self {
        let catalog = open(disk, index, clock);
        let project = NewProject::named("Fox");
        catalog.submit(VIEWER, Command::CreateProject(project.into()), None).unwrap();
        let project: ProjectId = "fox".parse().unwrap();
        let mut scopes = vec![Scope::of_project(project.clone())];
        for number in 1..PLACES {
            let add = Command::AddScene { project: project.clone(), scene: NewScene::default() };
            catalog.submit(VIEWER, add, None).unwrap();
            let scene = SceneRef::Number(u32::try_from(number).unwrap());
            let scene = catalog.scene(VIEWER, &project, scene).unwrap().unwrap();
            scopes.push(Scope::of_scene(project.clone(), scene.id));
        }
        Self { catalog, scopes }
    }

    pub fn target(&self, place: Place) -> Target {
        let scope = &self.scopes[place.0];
        Target {
            project: scope.project.clone(),
            part: scope.scene().map(|id| PartRef::Scene(SceneRef::Id(id))),
            asset_key: key(place.1),
            set_best: false,
        }
    }
}

/// A scope and a key, by their numbers.
pub type Place = (usize, usize);

pub fn key(number: usize) -> AssetKey {
    KEYS[number].parse().unwrap()
}

pub fn staged() -> (CrashDisk, tempfile::TempDir, Stage) {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(BEGIN_MS)));
    let stage = Stage::set(&disk, index.path(), &clock);
    (disk, index, stage)
}
