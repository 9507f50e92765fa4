//! Assets that are deleted and restored, and what the sweep is told of their bytes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rushes_vault::command::CommandError;
use rushes_vault::ids::UserId;
use rushes_vault::model::{Asset, Claimed, Viewer};
use rushes_vault::{Digest, IngestRequest, Options, Timestamp, Vault, rfc3339};

const EVER: Timestamp = Timestamp(i64::MAX);

fn open(data: &Path) -> (Arc<Vault>, Viewer) {
    let vault = Vault::open(&Options { data: data.to_owned() }).unwrap();
    let viewer = Viewer { user: vault.first_user("admin").unwrap().id };
    (vault, viewer)
}

fn put(vault: &Vault, viewer: Viewer, bytes: &[u8], metadata: &str) -> Asset {
    let mut upload = vault.stage(viewer).unwrap();
    upload.write(bytes).unwrap();
    let mut request = IngestRequest { filename: "a.bin".to_owned(), ..IngestRequest::default() };
    request.metadata.insert("workflow".to_owned(), metadata.into());
    let staged = upload.finish().unwrap();
    vault.ingest(viewer, request, Some(staged), None).unwrap().asset
}

fn digest(asset: &Asset) -> Digest {
    asset.content.as_ref().unwrap().digest
}

#[test]
fn a_deleted_asset_releases_its_bytes_and_a_restored_one_names_them_again() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let asset = put(&vault, viewer, b"one", "");
    assert_eq!(vault.claimed(&digest(&asset)).unwrap(), Claimed::Named);
    let deleted = vault.delete_asset(viewer, asset.id, None, None).unwrap();
    let at = deleted.deleted_at.clone().unwrap();
    let Claimed::Released { at: released } = vault.claimed(&digest(&asset)).unwrap() else {
        panic!("not released")
    };
    assert_eq!(rfc3339(released), at);
    let listed = vault.released_before(EVER, None, 10).unwrap();
    assert_eq!(listed, [(digest(&asset), released)]);
    assert!(vault.open_content(viewer, &digest(&asset)).unwrap().is_none());
    assert_eq!(vault.delete_asset(viewer, asset.id, None, None).unwrap(), deleted, "deleted again");
    let restored = vault.restore_asset(viewer, asset.id, None).unwrap();
    assert_eq!(Asset { revision: asset.revision, ..restored.clone() }, asset);
    assert!(restored.revision > deleted.revision && deleted.revision > asset.revision);
    assert_eq!(vault.claimed(&digest(&asset)).unwrap(), Claimed::Named);
    assert!(vault.released_before(EVER, None, 10).unwrap().is_empty());
    assert!(vault.open_content(viewer, &digest(&asset)).unwrap().is_some());
}

#[test]
fn bytes_that_another_asset_names_stay_named() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let eve = Viewer { user: UserId::generate() };
    let (mine, more, hers) = (
        put(&vault, viewer, b"one", ""),
        put(&vault, viewer, b"one", ""),
        put(&vault, eve, b"one", ""),
    );
    let missing = vault.delete_asset(eve, mine.id, None, None);
    assert_eq!(missing.unwrap_err(), CommandError::Missing { what: "asset" });
    for (owner, asset) in [(viewer, mine.id), (viewer, more.id)] {
        vault.delete_asset(owner, asset, None, None).unwrap();
        assert_eq!(vault.claimed(&digest(&mine)).unwrap(), Claimed::Named);
        assert!(vault.record_freed(&[digest(&mine)]).unwrap().is_empty());
    }
    assert!(vault.open_content(viewer, &digest(&mine)).unwrap().is_none());
    assert!(vault.open_content(eve, &digest(&mine)).unwrap().is_some());
    vault.delete_asset(eve, hers.id, None, None).unwrap();
    assert!(matches!(vault.claimed(&digest(&mine)).unwrap(), Claimed::Released { .. }));
}

#[test]
fn what_was_freed_is_not_restored_until_its_owner_uploads_it_again() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let eve = Viewer { user: UserId::generate() };
    let asset = put(&vault, viewer, b"one", &"node ".repeat(2000));
    let (bytes, metadata) = (digest(&asset), asset.marks.metadata_digest.unwrap());
    assert_eq!(vault.claimed(&metadata).unwrap(), Claimed::Named);
    vault.delete_asset(viewer, asset.id, None, None).unwrap();
    assert!(matches!(vault.claimed(&metadata).unwrap(), Claimed::Released { .. }));
    let never = Digest::of(b"never");
    let freed = vault.record_freed(&[bytes, never, metadata]).unwrap();
    assert_eq!(freed, [bytes, metadata]);
    assert_eq!(vault.claimed(&bytes).unwrap(), Claimed::Freed);
    assert_eq!(vault.claimed(&never).unwrap(), Claimed::Never);
    assert_eq!(vault.record_freed(&[bytes]).unwrap(), [bytes], "after a crash in between");
    let refused = || vault.restore_asset(viewer, asset.id, None).unwrap_err();
    assert_eq!(refused(), CommandError::Gone { what: "asset" });
    // That somebody else has the same bytes tells nobody anything.
    put(&vault, eve, b"one", &"node ".repeat(2000));
    assert_eq!(vault.claimed(&bytes).unwrap(), Claimed::Named);
    assert_eq!(refused(), CommandError::Gone { what: "asset" });
    put(&vault, viewer, b"one", "");
    assert_eq!(refused(), CommandError::Gone { what: "asset" }, "its metadata is still gone");
    put(&vault, viewer, b"two", &"node ".repeat(2000));
    let restored = vault.restore_asset(viewer, asset.id, None).unwrap();
    assert_eq!((restored.deleted_at, restored.marks.metadata), (None, asset.marks.metadata));
    vault.close().unwrap();
    drop(vault);
    std::fs::remove_dir_all(data.path().join("index")).unwrap();
    let (vault, _) = open(data.path());
    assert_eq!(vault.claimed(&bytes).unwrap(), Claimed::Named);
    assert!(vault.asset(viewer, asset.id).unwrap().unwrap().deleted_at.is_none());
}

#[test]
fn a_record_stays_when_its_bytes_and_metadata_are_freed() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    let asset = put(&vault, viewer, b"one", &"node ".repeat(2000));
    vault.delete_asset(viewer, asset.id, None, None).unwrap();
    vault.record_freed(&[digest(&asset), asset.marks.metadata_digest.unwrap()]).unwrap();
    let shown = vault.asset(viewer, asset.id).unwrap().unwrap();
    assert_eq!(
        (shown.id, shown.content, shown.marks.filename),
        (asset.id, asset.content, asset.marks.filename)
    );
}

#[test]
fn restoring_and_freeing_at_once_never_frees_what_is_named() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    for round in 0..40u8 {
        let asset = put(&vault, viewer, &[round], "");
        let bytes = digest(&asset);
        vault.delete_asset(viewer, asset.id, None, None).unwrap();
        let (restored, freed) = std::thread::scope(|scope| {
            let restored = scope.spawn(|| vault.restore_asset(viewer, asset.id, None));
            let freed = scope.spawn(|| vault.record_freed(&[bytes]).unwrap());
            (restored.join().unwrap(), freed.join().unwrap())
        });
        assert_eq!(restored.is_ok(), freed.is_empty(), "round {round}");
        let expected = if restored.is_ok() { Claimed::Named } else { Claimed::Freed };
        assert_eq!(vault.claimed(&bytes).unwrap(), expected, "round {round}");
    }
}
