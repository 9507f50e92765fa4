//! A check knows what the facts need: also where nothing is left in the store that names it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rushes_vault::model::Viewer;
use rushes_vault::{IngestRequest, Options, Vault};

fn open(data: &Path) -> (Arc<Vault>, Viewer) {
    let vault = Vault::open(&Options { data: data.to_owned() }).unwrap();
    let viewer = Viewer { user: vault.first_user("admin").unwrap().id };
    (vault, viewer)
}

fn put(vault: &Vault, viewer: Viewer, bytes: &[u8]) {
    let mut upload = vault.stage(viewer).unwrap();
    upload.write(bytes).unwrap();
    let request = IngestRequest { filename: "a.bin".to_owned(), ..IngestRequest::default() };
    vault.ingest(viewer, request, Some(upload.finish().unwrap()), None).unwrap();
}

#[test]
fn what_an_asset_names_and_nothing_knows_is_found_and_healed_by_the_same_content() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    put(&vault, viewer, b"one");
    put(&vault, viewer, b"two");
    assert!(vault.check().unwrap().findings.is_empty());
    vault.close().unwrap();
    drop(vault);
    fs::remove_dir_all(data.path().join("packs")).unwrap();
    fs::remove_dir_all(data.path().join("index")).unwrap();
    let (vault, viewer) = open(data.path());
    let findings = vault.check().unwrap().findings;
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings.iter().all(|finding| finding.what.contains("are not there")));
    put(&vault, viewer, b"one");
    assert_eq!(vault.check().unwrap().findings.len(), 1);
}
