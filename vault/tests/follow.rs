//! The assets of deleted projects and parts follow them, and come back with them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_vault::command::{NewProject, NewScene, PartRef, SceneRef};
use rushes_vault::ids::ProjectId;
use rushes_vault::model::{Asset, Claimed, Viewer};
use rushes_vault::{Digest, IngestRequest, Options, Vault};

/// Far above what a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(30);

fn open(data: &Path) -> (Arc<Vault>, Viewer) {
    let vault = Vault::open(&Options { data: data.to_owned() }).unwrap();
    let viewer = Viewer { user: vault.first_user("admin").unwrap().id };
    (vault, viewer)
}

fn fox() -> ProjectId {
    "fox".parse().unwrap()
}

/// A project with two scenes.
fn make(vault: &Vault, viewer: Viewer) {
    let mut new = NewProject::named("Fox");
    new.scenes = vec![NewScene::default(); 2];
    vault.create_project(viewer, new, None).unwrap();
}

fn put(vault: &Vault, viewer: Viewer, bytes: &[u8], scene: Option<u32>) -> Asset {
    let mut upload = vault.stage(viewer).unwrap();
    upload.write(bytes).unwrap();
    let request = IngestRequest {
        filename: "clip.bin".to_owned(),
        project: Some(fox()),
        part: scene.map(|number| PartRef::Scene(SceneRef::Number(number))),
        ..IngestRequest::default()
    };
    vault.ingest(viewer, request, Some(upload.finish().unwrap()), None).unwrap().asset
}

fn wait_followed(vault: &Vault) {
    let begun = Instant::now();
    while !vault.has_followed().unwrap() {
        assert!(begun.elapsed() < PATIENCE, "the assets never followed");
        std::thread::yield_now();
    }
}

fn digest(asset: &Asset) -> Digest {
    asset.content.as_ref().unwrap().digest
}

fn is_deleted(vault: &Vault, viewer: Viewer, asset: &Asset) -> bool {
    vault.asset(viewer, asset.id).unwrap().unwrap().deleted_at.is_some()
}

#[test]
fn a_deleted_project_releases_its_bytes_and_a_restored_one_names_those_that_are_left() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    make(&vault, viewer);
    let assets: Vec<_> = (0..20).map(|n| put(&vault, viewer, &[n; 100], Some(1))).collect();
    let own = put(&vault, viewer, b"of the project", None);
    let before = put(&vault, viewer, b"deleted before", None);
    vault.delete_asset(viewer, before.id, None, None).unwrap();

    vault.delete_project(viewer, &fox(), None, None).unwrap();
    wait_followed(&vault);
    for asset in assets.iter().chain([&own, &before]) {
        assert!(matches!(vault.claimed(&digest(asset)).unwrap(), Claimed::Released { .. }));
        assert!(vault.restore_asset(viewer, asset.id, None).is_err(), "its project is deleted");
    }
    // What is freed meanwhile is gone.
    let freed = vault.record_freed(&[digest(&assets[7])]).unwrap();
    assert_eq!(freed, [digest(&assets[7])]);

    vault.restore_project(viewer, &fox(), None).unwrap();
    wait_followed(&vault);
    for (number, asset) in assets.iter().enumerate() {
        assert_eq!(is_deleted(&vault, viewer, asset), number == 7, "{number}");
    }
    assert!(!is_deleted(&vault, viewer, &own));
    assert!(is_deleted(&vault, viewer, &before), "it was deleted by itself");
}

#[test]
fn a_restart_goes_on_where_a_stop_has_interrupted() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    make(&vault, viewer);
    let assets: Vec<_> = (0..20).map(|n| put(&vault, viewer, &[n; 100], Some(1))).collect();
    vault.delete_project(viewer, &fox(), None, None).unwrap();
    vault.close().unwrap();
    drop(vault);
    let (vault, viewer) = open(data.path());
    wait_followed(&vault);
    assert!(assets.iter().all(|asset| is_deleted(&vault, viewer, asset)));
    vault.restore_project(viewer, &fox(), None).unwrap();
    drop(vault); // killed
    let (vault, viewer) = open(data.path());
    wait_followed(&vault);
    assert!(!assets.iter().any(|asset| is_deleted(&vault, viewer, asset)));
}

#[test]
fn a_scene_takes_its_own_assets_and_the_project_those_of_the_others() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    make(&vault, viewer);
    let one = put(&vault, viewer, b"one", Some(1));
    let two = put(&vault, viewer, b"two", Some(2));
    let project = fox();
    let scene = vault.scene_view(viewer, &project, SceneRef::Number(1)).unwrap().unwrap().scene;
    vault.delete_scene(viewer, (&project, SceneRef::Number(1)), None, None).unwrap();
    wait_followed(&vault);
    assert!(is_deleted(&vault, viewer, &one) && !is_deleted(&vault, viewer, &two));
    vault.delete_project(viewer, &project, None, None).unwrap();
    wait_followed(&vault);
    assert!(is_deleted(&vault, viewer, &two));
    vault.restore_project(viewer, &project, None).unwrap();
    wait_followed(&vault);
    assert!(!is_deleted(&vault, viewer, &two));
    assert!(is_deleted(&vault, viewer, &one), "its scene is still deleted");
    vault.restore_scene(viewer, (&project, scene.id), None).unwrap();
    wait_followed(&vault);
    assert!(!is_deleted(&vault, viewer, &one));
}
