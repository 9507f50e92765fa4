//! Power cuts at every sync of a scripted session: what was acknowledged is there afterwards, and
//! nothing torn is visible, whatever state the tables are found in.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rushes_catalog::command::{
    Command, NewAsset, NewProject, NewScene, PartRef, SceneRef, SetBest, Target,
};
use rushes_catalog::ids::{AssetId, UserId};
use rushes_catalog::model::{Content, Generation, Scope, Status, Viewer};
use rushes_catalog::{Catalog, Options};
use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Cut, Fault, ManualClock, Timestamp};

const SESSION_ASSETS: u8 = 8;

/// What a client was told.
#[derive(Default)]
struct Told {
    project: bool,
    scene: bool,
    assets: Vec<(AssetId, u32)>,
    best: Option<u32>,
}

fn viewer() -> Viewer {
    Viewer { user: UserId::from_bytes([7; 16]) }
}

fn open(disk: &CrashDisk, index: &Path) -> Result<Catalog, rushes_catalog::OpenError> {
    Catalog::open(Options {
        disk: Arc::new(disk.clone()),
        index_above: index.to_owned(),
        search_above: None,
        boot: Some("boot".to_owned()),
        clock: Arc::new(ManualClock::at(Timestamp(1_795_228_331_045))),
        publish: Box::new(drop),
    })
}

fn asset(seed: u8, failed: bool) -> Command {
    let content = Content {
        digest: Digest::of(&[seed]),
        size: 1,
        media_type: "video/mp4".to_owned(),
        extension: "mp4".to_owned(),
        modified_ms: None,
    };
    Command::AddAsset(Box::new(NewAsset {
        id: AssetId::generate(),
        kind: "video".to_owned(),
        asset_type: None,
        status: if failed { Status::Failed } else { Status::Ready },
        filename: format!("take{seed}.mp4"),
        content: (!failed).then_some(content),
        target: Some(Target {
            project: "fox".parse().unwrap(),
            part: Some(PartRef::Scene(SceneRef::Number(1))),
            asset_key: "scene_video".parse().unwrap(),
            set_best: seed == 2,
        }),
        tags: vec!["fox".to_owned()],
        client_id: None,
        generation: Generation { prompt: Some("a fox ".repeat(200)), ..Generation::default() },
        metadata: serde_json::Map::new(),
        metadata_digest: None,
    }))
}

/// Runs the session until something fails; says what was acknowledged.
fn session(catalog: &Catalog) -> Told {
    let mut told = Told::default();
    let project = NewProject::named("Fox");
    if catalog.submit(viewer(), Command::CreateProject(project.into()), None).is_err() {
        return told;
    }
    told.project = true;
    let add = Command::AddScene { project: "fox".parse().unwrap(), scene: NewScene::default() };
    if catalog.submit(viewer(), add, None).is_err() {
        return told;
    }
    told.scene = true;
    for seed in 1..=SESSION_ASSETS {
        let command = asset(seed, seed == 4);
        let Command::AddAsset(new) = &command else { unreachable!() };
        let id = new.id;
        match catalog.submit(viewer(), command, Some(format!("key {seed}"))) {
            Ok(_) => told.assets.push((id, u32::from(seed))),
            Err(_) => return told,
        }
        if seed == 2 {
            told.best = Some(2);
        }
    }
    told
}

/// Everything that was acknowledged is there; what is there beyond that is whole and in order.
fn assert_holds(catalog: &Catalog, told: &Told, context: &str) {
    assert_eq!(catalog.read_only(), None, "{context}");
    let fox = "fox".parse().unwrap();
    let project = catalog.project(viewer(), &fox).unwrap();
    assert!(project.is_some() || !told.project, "{context}: the project is lost");
    let scene = catalog.scene(viewer(), &fox, SceneRef::Number(1)).unwrap();
    assert!(scene.is_some() || !told.scene, "{context}: the scene is lost");
    for (id, version) in &told.assets {
        let asset = catalog.asset(viewer(), *id).unwrap();
        let asset = asset.unwrap_or_else(|| panic!("{context}: asset {version} is lost"));
        assert_eq!(asset.placement.unwrap().version, *version, "{context}");
    }
    let Some(scene) = scene else { return };
    let scope = Scope::of_scene(fox, scene.id);
    let key = "scene_video".parse().unwrap();
    let versions = catalog.version_assets(viewer(), (&scope, &key)).unwrap();
    assert!(versions.len() >= told.assets.len(), "{context}");
    assert!(versions.len() <= told.assets.len() + 1, "{context}: more than was asked for");
    for (asset, number) in versions.iter().zip(1u8..) {
        let digest = asset.content.as_ref().map(|content| content.digest);
        assert_eq!(digest, (number != 4).then(|| Digest::of(&[number])), "{context}");
    }
    if let Some(history) = catalog.history(viewer(), &scope, &key).unwrap() {
        assert!(told.best.is_none() || history.best == told.best, "{context}");
        // A version and its choice are one command: never one without the other.
        assert_eq!(history.best.is_some(), history.latest >= 2, "{context}");
    }
}

/// Writing goes on after a recovery, from the right version number.
fn assert_goes_on(catalog: &Catalog, told: &Told, context: &str) {
    let project = NewProject::named(format!("After {context}"));
    let made = catalog.submit(viewer(), Command::CreateProject(project.into()), None);
    made.unwrap_or_else(|error| panic!("{context}: {error}"));
    if !told.scene {
        return;
    }
    let command = asset(99, false);
    let Command::AddAsset(new) = &command else { unreachable!() };
    let id = new.id;
    catalog.submit(viewer(), command, None).unwrap_or_else(|error| panic!("{context}: {error}"));
    let version = catalog.asset(viewer(), id).unwrap().unwrap().placement.unwrap().version;
    assert!(version as usize > told.assets.len(), "{context}");
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Syncs of the whole session on a disk that loses nothing.
fn syncs_of_a_session() -> u64 {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path()).unwrap();
    assert_eq!(session(&catalog).assets.len(), usize::from(SESSION_ASSETS));
    disk.syncs()
}

#[test]
fn a_power_cut_at_any_sync_loses_nothing_that_was_acknowledged() {
    let syncs = syncs_of_a_session();
    assert!(syncs >= u64::from(SESSION_ASSETS) + 3, "the session hardly syncs: {syncs}");
    for sync in 1..=syncs {
        for side in [Cut::Before, Cut::After] {
            let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
            disk.cut_at(sync, side);
            let told = open(&disk, index.path()).map(|catalog| session(&catalog));
            let told = told.unwrap_or_default();
            assert!(disk.is_cut());
            for seed in 0..6 {
                let context = format!("sync {sync} {side:?} seed {seed}");
                let after = disk.reboot(seed);
                // The tables as the kernel happened to write them, and none at all.
                for keep in [true, false] {
                    let copy = tempfile::tempdir().unwrap();
                    if keep {
                        copy_dir(index.path(), copy.path());
                    }
                    let after = after.restart();
                    let context = format!("{context} tables kept: {keep}");
                    let catalog = open(&after, copy.path()).unwrap();
                    assert_holds(&catalog, &told, &context);
                    assert_goes_on(&catalog, &told, &context);
                    drop(catalog);
                    let again = open(&after.restart(), copy.path()).unwrap();
                    assert_eq!(again.read_only(), None, "{context}, opened again");
                }
            }
        }
    }
}

#[test]
fn a_failed_call_is_answered_with_an_error_and_the_next_one_works() {
    let mut call = 1;
    loop {
        let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        for fault in [Fault::Io, Fault::Full] {
            let disk = disk.restart();
            let catalog = open(&disk, index.path()).unwrap();
            let before = disk.calls();
            disk.fail_at(call, fault);
            let told = session(&catalog);
            let all = told.assets.len() == usize::from(SESSION_ASSETS);
            if disk.calls() < before + call {
                assert!(all, "a session without a fault fails");
                return;
            }
            let context = format!("call {call} {fault:?}");
            assert_holds(&catalog, &told, &context);
            assert_goes_on(&catalog, &told, &context);
            drop(catalog);
            for (kept, name) in [(disk.restart(), "kill"), (disk.reboot(call), "power cut")] {
                let fresh = tempfile::tempdir().unwrap();
                let catalog = open(&kept, fresh.path()).unwrap();
                assert_holds_after_more(&catalog, &told, &format!("{context}, then a {name}"));
            }
            std::fs::remove_dir_all(index.path().join("tables")).unwrap();
        }
        call += 1;
    }
}

/// Like [`assert_holds`], with one more asset than the session made.
fn assert_holds_after_more(catalog: &Catalog, told: &Told, context: &str) {
    assert_eq!(catalog.read_only(), None, "{context}");
    for (id, version) in &told.assets {
        let asset = catalog.asset(viewer(), *id).unwrap();
        let asset = asset.unwrap_or_else(|| panic!("{context}: asset {version} is lost"));
        assert_eq!(asset.placement.unwrap().version, *version, "{context}");
    }
}

#[test]
fn a_retry_gets_the_first_answer_even_after_a_power_cut() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path()).unwrap();
    let make = |name: &str| Command::CreateProject(NewProject::named(name).into());
    let first = catalog.submit(viewer(), make("Fox"), Some("k".to_owned())).unwrap();
    drop(catalog);
    let fresh = tempfile::tempdir().unwrap();
    let catalog = open(&disk.reboot(3), fresh.path()).unwrap();
    let again = catalog.submit(viewer(), make("Fox"), Some("k".to_owned())).unwrap();
    assert!(again.replayed && !first.replayed);
    assert_eq!(again.revision, first.revision);
    assert!(catalog.submit(viewer(), make("Owl"), Some("k".to_owned())).is_err());
    assert_eq!(catalog.projects(viewer(), None, 10).unwrap().len(), 1);
}

#[test]
fn a_set_best_on_a_failed_version_is_refused() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path()).unwrap();
    session(&catalog);
    let fox = "fox".parse().unwrap();
    let scene = catalog.scene(viewer(), &fox, SceneRef::Number(1)).unwrap().unwrap();
    let scope = Scope::of_scene(fox, scene.id);
    let asset_key = "scene_video".parse().unwrap();
    let best = SetBest { scope, asset_key, version: 4, expected: None };
    assert!(catalog.submit(viewer(), Command::SetBest(best), None).is_err());
}
