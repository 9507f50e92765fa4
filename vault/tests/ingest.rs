//! Uploads through the vault: versions, retries, refusals that leave nothing, restarts.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rushes_vault::command::{CommandError, NewProject, NewScene, PartRef, SceneRef, SetBest};
use rushes_vault::ids::UserId;
use rushes_vault::model::{Asset, Scope, Status, Viewer};
use rushes_vault::source::{Facts, RecordOf};
use rushes_vault::{Digest, IngestError, IngestRequest, Options, Vault};

fn open(data: &Path) -> (Arc<Vault>, Viewer) {
    let vault = Vault::open(&Options { data: data.to_owned() }).unwrap();
    let viewer = Viewer { user: vault.first_user("admin").unwrap().id };
    (vault, viewer)
}

/// A project `fox` with scene 1.
fn fox(vault: &Vault, viewer: Viewer) -> Scope {
    let project = vault.create_project(viewer, NewProject::named("Fox"), None).unwrap().project.id;
    let scene = vault.add_scene(viewer, &project, NewScene::default(), None).unwrap().scene;
    Scope::of_scene(project, scene.id)
}

fn take(name: &str) -> IngestRequest {
    IngestRequest {
        filename: name.to_owned(),
        project: Some("fox".parse().unwrap()),
        part: Some(PartRef::Scene(SceneRef::Number(1))),
        asset_key: Some("scene_video".parse().unwrap()),
        ..IngestRequest::default()
    }
}

fn put(
    vault: &Vault,
    viewer: Viewer,
    request: IngestRequest,
    bytes: &[u8],
    key: Option<&str>,
) -> Result<Asset, IngestError> {
    let mut upload = vault.stage(viewer)?;
    upload.write(bytes)?;
    let staged = upload.finish()?;
    let key = key.map(str::to_owned);
    vault.ingest(viewer, request, Some(staged), key).map(|ingested| ingested.asset)
}

fn read(vault: &Vault, viewer: Viewer, digest: &Digest) -> Vec<u8> {
    let content = vault.open_content(viewer, digest).unwrap().unwrap();
    let mut bytes = vec![0; usize::try_from(content.size()).unwrap()];
    assert_eq!(content.read_at(&mut bytes, 0).unwrap(), bytes.len());
    bytes
}

/// Larger than what goes into a pack.
fn large(seed: u8) -> Vec<u8> {
    let mut state = u32::from(seed) + 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()
    };
    (0..100_000).flat_map(|_| next()).collect()
}

fn files_below(path: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path().display().to_string());
        }
    }
    files
}

#[test]
fn two_files_under_one_name_are_two_versions_and_equal_ones_are_stored_once() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let scope = fox(&vault, viewer);
    let key = "scene_video".parse().unwrap();
    for _ in 0..10 {
        put(&vault, viewer, take("take.mp4"), &large(1), None).unwrap();
    }
    put(&vault, viewer, take("take.mp4"), &large(2), None).unwrap();
    let history = vault.history(viewer, &scope, &key).unwrap().unwrap();
    assert_eq!((history.entry.latest, history.versions.len()), (11, 11));
    assert_eq!(files_below(&data.path().join("whole")).len(), 2);
    assert!(files_below(&data.path().join("staging")).is_empty());
    let digests: Vec<_> =
        history.versions.iter().map(|view| view.asset.content.as_ref().unwrap().digest).collect();
    assert_eq!(read(&vault, viewer, &digests[9]), large(1));
    assert_eq!(read(&vault, viewer, &digests[10]), large(2));
}

#[test]
fn keys_that_differ_in_case_or_composition_are_one_history() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let scope = fox(&vault, viewer);
    for key in ["Premi\u{e8}re", "premie\u{300}re", "PREMI\u{c8}RE"] {
        let request = IngestRequest { asset_key: Some(key.parse().unwrap()), ..take("a.mp4") };
        put(&vault, viewer, request, key.as_bytes(), None).unwrap();
    }
    let view = vault.scene_view(viewer, &scope.project, SceneRef::Number(1)).unwrap().unwrap();
    let [history] = &view.histories[..] else { panic!("{:?}", view.histories) };
    assert_eq!((history.asset_key.as_str(), history.latest), ("Premi\u{e8}re", 3));
}

#[test]
fn a_failed_attempt_is_a_version_without_bytes_and_never_stands_for_the_history() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let scope = fox(&vault, viewer);
    let key = "scene_video".parse().unwrap();
    put(&vault, viewer, take("a.mp4"), b"one", None).unwrap();
    let failed = IngestRequest { failed: Some("out of credits".to_owned()), ..take("a.mp4") };
    let asset = vault.ingest(viewer, failed, None, None).unwrap().asset;
    assert_eq!((asset.status, asset.content), (Status::Failed, None));
    assert_eq!(asset.generation.error.as_deref(), Some("out of credits"));
    let entry = vault.history(viewer, &scope, &key).unwrap().unwrap().entry;
    assert_eq!((entry.latest, entry.current.unwrap().version), (2, 1));
}

#[test]
fn best_stands_for_the_history_until_another_is_chosen() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let scope = fox(&vault, viewer);
    let asset_key: rushes_vault::ids::AssetKey = "scene_video".parse().unwrap();
    for bytes in [b"one", b"two", b"thr"] {
        put(&vault, viewer, take("a.mp4"), bytes, None).unwrap();
    }
    let current = || {
        let entry = vault.history(viewer, &scope, &asset_key).unwrap().unwrap().entry;
        (entry.best, entry.current.unwrap().version)
    };
    assert_eq!(current(), (None, 3));
    let best =
        SetBest { scope: scope.clone(), asset_key: asset_key.clone(), version: 1, expected: None };
    vault.set_best(viewer, best, None).unwrap();
    put(&vault, viewer, take("a.mp4"), b"four", None).unwrap();
    assert_eq!(current(), (Some(1), 1));
    put(&vault, viewer, IngestRequest { set_best: true, ..take("a.mp4") }, b"five", None).unwrap();
    assert_eq!(current(), (Some(5), 5));
}

#[test]
fn a_refused_request_leaves_nothing_behind() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    fox(&vault, viewer);
    let nowhere =
        IngestRequest { part: Some(PartRef::Scene(SceneRef::Number(9))), ..take("a.mp4") };
    let error = put(&vault, viewer, nowhere, &large(3), None).unwrap_err().to_string();
    assert_eq!(error, "scene_number: there is no such scene");
    let keyless = IngestRequest { project: None, ..take("a.mp4") };
    let error = put(&vault, viewer, keyless, &large(3), None).unwrap_err().to_string();
    assert!(error.starts_with("project_id: is missing"), "{error}");
    assert!(files_below(&data.path().join("whole")).is_empty());
    assert!(files_below(&data.path().join("staging")).is_empty());
    let mut nested = serde_json::Value::from(1);
    for _ in 0..100 {
        nested = serde_json::json!({ "a": nested });
    }
    let metadata = serde_json::Map::from_iter([("a".to_owned(), nested)]);
    let deep = IngestRequest { metadata, ..take("a.mp4") };
    let error = put(&vault, viewer, deep, b"x", None).unwrap_err().to_string();
    assert!(error.starts_with("metadata: nested"), "{error}");
}

#[test]
fn a_request_is_refused_ahead_of_its_bytes_only_for_what_it_says_already() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    fox(&vault, viewer);
    let nowhere =
        IngestRequest { part: Some(PartRef::Scene(SceneRef::Number(9))), ..take("a.mp4") };
    assert!(vault.check_request(viewer, &nowhere).is_err());
    let later = IngestRequest { project: None, asset_key: None, ..nowhere };
    vault.check_request(viewer, &later).unwrap();
    vault.check_request(viewer, &take("a.mp4")).unwrap();
}

#[test]
fn a_retry_with_the_same_key_makes_no_second_version() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    fox(&vault, viewer);
    let first = put(&vault, viewer, take("a.mp4"), b"one", Some("k")).unwrap();
    let again = put(&vault, viewer, take("a.mp4"), b"one", Some("k")).unwrap();
    assert_eq!(first, again);
    let other = put(&vault, viewer, take("a.mp4"), b"two", Some("k")).unwrap_err();
    assert!(matches!(other, IngestError::Command(CommandError::KeyReused)), "{other}");
}

#[test]
fn nobody_opens_what_another_user_has() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    fox(&vault, viewer);
    let digest = put(&vault, viewer, take("a.mp4"), b"one", None).unwrap().content.unwrap().digest;
    let other = Viewer { user: UserId::generate() };
    assert!(vault.open_content(other, &digest).unwrap().is_none());
    assert!(vault.projects(other, None, 10).unwrap().entries.is_empty());
    assert!(vault.project_view(other, &"fox".parse().unwrap()).unwrap().is_none());
    // Her own project of the same name is another one.
    fox(&vault, other);
    put(&vault, other, take("a.mp4"), b"hers", None).unwrap();
    let view = vault.project_view(viewer, &"fox".parse().unwrap()).unwrap().unwrap();
    assert_eq!(view.scenes[0].histories[0].latest, 1);
}

#[test]
fn large_metadata_comes_back_as_it_was_sent() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    fox(&vault, viewer);
    let mut metadata = serde_json::Map::new();
    metadata.insert("workflow".to_owned(), "node ".repeat(5000).into());
    metadata.insert("cfgScale".to_owned(), serde_json::json!(7.5));
    let request = IngestRequest { metadata: metadata.clone(), ..take("a.mp4") };
    let id = put(&vault, viewer, request.clone(), b"one", None).unwrap().id;
    let packed = || -> u64 {
        let packs = files_below(&data.path().join("packs"));
        packs.iter().map(|pack| std::fs::metadata(pack).unwrap().len()).sum()
    };
    let before = packed();
    put(&vault, viewer, request, b"one", None).unwrap();
    assert_eq!(packed(), before, "equal metadata was stored again");
    let asset = vault.asset(viewer, id).unwrap().unwrap();
    assert_eq!(asset.marks.metadata, metadata);
    assert!(asset.marks.metadata_digest.is_some());
    let record = vault.record(viewer, &RecordOf::Asset(id)).unwrap().unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(record["metadata"]["cfgScale"], 7.5);
}

#[test]
fn everything_is_there_after_a_stop_a_drop_and_without_the_index() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let scope = fox(&vault, viewer);
    put(&vault, viewer, take("a.mp4"), &large(1), None).unwrap();
    put(&vault, viewer, take("a.mp4"), b"small", None).unwrap();
    let answer = |vault: &Vault| {
        let history = vault.history(viewer, &scope, &"scene_video".parse().unwrap());
        let versions = history.unwrap().unwrap().versions;
        let bytes: Vec<_> = versions
            .iter()
            .map(|view| read(vault, viewer, &view.asset.content.as_ref().unwrap().digest))
            .collect();
        let record = vault.record(viewer, &RecordOf::Project(scope.project.clone())).unwrap();
        (versions, bytes, record.unwrap())
    };
    let before = answer(&vault);
    vault.close().unwrap();
    drop(vault);
    let (vault, _) = open(data.path());
    assert_eq!(answer(&vault), before, "after a clean stop");
    drop(vault); // no close: like a kill
    let (vault, _) = open(data.path());
    assert_eq!(answer(&vault), before, "after a kill");
    vault.close().unwrap();
    drop(vault);
    std::fs::remove_dir_all(data.path().join("index")).unwrap();
    let (vault, _) = open(data.path());
    assert_eq!(answer(&vault), before, "without the index");
}
