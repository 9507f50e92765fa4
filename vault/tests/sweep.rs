//! What is freed, when, and what never is.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rushes_vault::model::{Asset, Viewer};
use rushes_vault::{Digest, Freed, IngestRequest, Options, Vault};

fn open(data: &Path) -> (Arc<Vault>, Viewer) {
    let vault = Vault::open(&Options { data: data.to_owned() }).unwrap();
    let viewer = Viewer { user: vault.ensure_user("admin").unwrap().id };
    (vault, viewer)
}

/// Larger than what goes into a pack, and nothing like another one.
fn film(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..40_000).flat_map(|_| next()).collect()
}

fn put(vault: &Vault, viewer: Viewer, bytes: &[u8]) -> Asset {
    let mut upload = vault.stage(viewer).unwrap();
    upload.write(bytes).unwrap();
    let request = IngestRequest { filename: "film.bin".to_owned(), ..IngestRequest::default() };
    vault.ingest(viewer, request, Some(upload.finish().unwrap()), None).unwrap().asset
}

fn sweep(vault: &Vault, grace: Duration, is_dry: bool) -> Freed {
    let mut last = Freed::default();
    let mut keep = |freed: &Freed| {
        last = Freed { contents: freed.contents, bytes: freed.bytes, ..Freed::default() };
        true
    };
    vault.sweep(grace, is_dry, &mut keep).unwrap();
    last
}

fn whole(data: &Path, bytes: &[u8]) -> PathBuf {
    let digest = Digest::of(bytes).to_string();
    data.join("whole").join(&digest[..2]).join(digest)
}

#[test]
fn only_what_was_released_long_enough_ago_goes() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(dir.path());
    let (kept, gone, shared) = (film(1), film(2), film(3));
    let [_, old, once, twice] =
        [&kept, &gone, &shared, &shared].map(|bytes| put(&vault, viewer, bytes));
    let file = |bytes: &[u8]| whole(dir.path(), bytes).exists();
    vault.delete_asset(viewer, old.id, None).unwrap();
    vault.delete_asset(viewer, once.id, None).unwrap();
    assert_eq!(sweep(&vault, Duration::from_hours(1), false).contents, 0);
    assert_eq!(sweep(&vault, Duration::ZERO, true).contents, 1);
    assert!(file(&gone), "a dry run frees nothing");
    let freed = sweep(&vault, Duration::ZERO, false);
    assert_eq!((freed.contents, freed.bytes), (1, gone.len() as u64));
    assert!(file(&kept) && !file(&gone) && file(&shared));
    assert!(vault.restore_asset(viewer, old.id, None).is_err());
    vault.restore_asset(viewer, once.id, None).unwrap();
    vault.delete_asset(viewer, twice.id, None).unwrap();
    assert_eq!(sweep(&vault, Duration::ZERO, false).contents, 0);
    assert!(file(&shared));
}

#[test]
fn what_somebody_reads_goes_with_the_next_sweep() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(dir.path());
    let bytes = film(4);
    let asset = put(&vault, viewer, &bytes);
    let reading = vault.open_content(viewer, &Digest::of(&bytes)).unwrap().unwrap();
    vault.delete_asset(viewer, asset.id, None).unwrap();
    assert_eq!(sweep(&vault, Duration::ZERO, false).contents, 0);
    assert!(whole(dir.path(), &bytes).exists());
    drop(reading);
    assert_eq!(sweep(&vault, Duration::ZERO, false).contents, 1);
    assert!(!whole(dir.path(), &bytes).exists());
    // And an upload brings it back for good.
    put(&vault, viewer, &bytes);
    assert_eq!(sweep(&vault, Duration::ZERO, false).contents, 0);
    assert!(whole(dir.path(), &bytes).exists());
}

#[test]
fn bytes_that_no_claim_names_go_only_when_they_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(dir.path());
    let (named, found, other) = (film(5), film(6), film(7));
    put(&vault, viewer, &named);
    vault.close().unwrap();
    drop(vault);
    for bytes in [&found, &other] {
        let path = whole(dir.path(), bytes);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::remove_dir_all(dir.path().join("index")).unwrap();
    let (vault, viewer) = open(dir.path());
    assert_eq!(sweep(&vault, Duration::ZERO, false).contents, 0);
    let mut digests = [Digest::of(&found), Digest::of(&other)];
    digests.sort_unstable();
    let (first, next) = vault.found(None, 1).unwrap();
    let (second, end) = vault.found(next, 10).unwrap();
    let listed: Vec<Digest> = first.iter().chain(&second).map(|found| found.digest).collect();
    assert_eq!((listed.as_slice(), end), (&digests[..], None));
    let wanted = [Digest::of(&found), Digest::of(&named)];
    assert_eq!(vault.free_found(&wanted, true).unwrap().contents, 1);
    assert!(whole(dir.path(), &found).exists());
    let freed = vault.free_found(&wanted, false).unwrap();
    assert_eq!((freed.contents, freed.left_count), (1, 1));
    assert!(!whole(dir.path(), &found).exists());
    assert!(whole(dir.path(), &other).exists());
    assert!(vault.open_content(viewer, &Digest::of(&named)).unwrap().is_some());
}
