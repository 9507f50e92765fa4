//! What is said of assets again, and versions made out of what is there already.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rushes_vault::assets::Change;
use rushes_vault::command::{CommandError, NewProject, Target};
use rushes_vault::marks::AssetPatch;
use rushes_vault::model::{Asset, Claimed, Viewer};
use rushes_vault::source::{Facts, RecordOf};
use rushes_vault::versions::VersionOf;
use rushes_vault::{Digest, IngestError, IngestRequest, Options, Vault};
use serde_json::{Map, Value, json};

fn open(data: &Path) -> (Arc<Vault>, Viewer) {
    let vault = Vault::open(&Options { data: data.to_owned() }).unwrap();
    let viewer = Viewer { user: vault.first_user("admin").unwrap().id };
    (vault, viewer)
}

fn put(vault: &Vault, viewer: Viewer, bytes: &[u8]) -> Asset {
    let mut upload = vault.stage(viewer).unwrap();
    upload.write(bytes).unwrap();
    let request = IngestRequest { filename: "a.bin".to_owned(), ..IngestRequest::default() };
    vault.ingest(viewer, request, Some(upload.finish().unwrap()), None).unwrap().asset
}

fn say(metadata: Value) -> Change {
    let metadata = serde_json::from_value::<Option<Map<String, Value>>>(metadata).unwrap();
    let patch = AssetPatch { metadata: Some(metadata), ..AssetPatch::default() };
    Change { patch, ..Change::default() }
}

#[test]
fn metadata_grows_into_a_blob_and_shrinks_out_of_it() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let id = put(&vault, viewer, b"one").id;
    let workflow = "nodes and links ".repeat(1000);
    let small = vault.change_asset(viewer, id, &say(json!({"seed": 7})), None).unwrap();
    assert_eq!(small.marks.metadata_digest, None);
    let large = json!({ "workflow": workflow });
    let large = vault.change_asset(viewer, id, &say(large), None).unwrap();
    let first = large.marks.metadata_digest.unwrap();
    assert_eq!(Value::Object(large.marks.metadata), json!({"seed": 7, "workflow": workflow}));
    let other = vault.change_asset(viewer, id, &say(json!({"seed": 8})), None).unwrap();
    let second = other.marks.metadata_digest.unwrap();
    assert_eq!(vault.claimed(&second).unwrap(), Claimed::Named);
    assert!(matches!(vault.claimed(&first).unwrap(), Claimed::Released { .. }));
    vault.close().unwrap();
    drop(vault);
    let (vault, viewer) = open(data.path());
    let shown = vault.asset(viewer, id).unwrap().unwrap();
    assert_eq!(shown.marks.metadata["seed"], 8);
    let shrunk = vault.change_asset(viewer, id, &say(json!({"workflow": null})), None).unwrap();
    assert_eq!(shrunk.marks.metadata_digest, None);
    assert_eq!(Value::Object(shrunk.marks.metadata), json!({"seed": 8}));
    assert!(matches!(vault.claimed(&second).unwrap(), Claimed::Released { .. }));
    let none = vault.change_asset(viewer, id, &say(Value::Null), None).unwrap();
    assert!(none.marks.metadata.is_empty());
}

#[test]
fn many_writers_of_one_record_lose_nothing() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let id = put(&vault, viewer, b"one").id;
    std::thread::scope(|scope| {
        for number in 0..16 {
            let vault = &vault;
            scope.spawn(move || {
                let said = json!({ format!("by {number}"): "x".repeat(600) });
                vault.change_asset(viewer, id, &say(said), None).unwrap();
            });
        }
    });
    assert_eq!(vault.asset(viewer, id).unwrap().unwrap().marks.metadata.len(), 16);
}

#[test]
fn a_retry_with_its_key_says_nothing_twice() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let id = put(&vault, viewer, b"one").id;
    let key = || Some("k");
    let first = vault.change_asset(viewer, id, &say(json!({"a": 1})), key()).unwrap();
    vault.change_asset(viewer, id, &say(json!({"a": 2})), None).unwrap();
    let again = vault.change_asset(viewer, id, &say(json!({"a": 1})), key()).unwrap();
    assert_eq!(again.marks.metadata["a"], 2, "the retry is answered with what is there now");
    assert!(again.revision > first.revision);
    let reused = vault.change_asset(viewer, id, &say(json!({"a": 3})), key());
    assert!(matches!(reused, Err(IngestError::Command(CommandError::KeyReused))));
}

#[test]
fn an_upload_without_a_history_becomes_a_version_and_the_folder_shows_it() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let project = NewProject::named("Fox");
    vault.create_project(viewer, project, None).unwrap();
    let asset = put(&vault, viewer, b"one");
    let target = || {
        let (project, asset_key) = ("fox".parse().unwrap(), "poster".parse().unwrap());
        Some(Target { project, part: None, asset_key, set_best: true })
    };
    let change = || Box::new(Change { target: target(), ..say(json!({"job_id": "j"})) });
    let wanted = vec![
        (VersionOf::Asset(asset.id, change()), None),
        (VersionOf::Content(Digest::of(b"nobody has this"), Box::default()), None),
    ];
    let made = vault.make_versions(viewer, wanted);
    let version = &made.first().unwrap().as_ref().unwrap().asset;
    assert_eq!(version.placement.as_ref().unwrap().version, 1);
    assert_eq!(version.marks.metadata["job_id"], "j");
    assert!(matches!(made.last(), Some(Err(IngestError::BytesNeeded))));
    let again = vault.change_asset(viewer, asset.id, &change(), None);
    assert!(matches!(again, Err(IngestError::Command(CommandError::Invalid { .. }))));
    let scope = &version.placement.as_ref().unwrap().scope;
    let shown = vault.versions(viewer, scope, &"poster".parse().unwrap(), None, 10).unwrap();
    assert_eq!(shown.first().map(|entry| entry.asset), Some(asset.id));
    let record = vault.record(viewer, &RecordOf::Asset(asset.id)).unwrap().unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    assert_eq!((&record["version"], &record["status"]), (&json!(1), &json!("ready")));
    let archive = AssetPatch { is_archived: Some(true), ..AssetPatch::default() };
    let archive = Change { patch: archive, ..Change::default() };
    vault.change_asset(viewer, asset.id, &archive, None).unwrap();
    let record = vault.record(viewer, &RecordOf::Asset(asset.id)).unwrap().unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    assert_eq!((&record["status"], &record["is_archived"]), (&json!("archived"), &Value::Null));
}
