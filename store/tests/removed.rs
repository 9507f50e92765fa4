//! Somebody removes files of a running store by hand: what was acknowledged of the pack that is
//! being written is still there afterwards, and a whole that is gone is no longer relied on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Disk, Fault, RealDisk, RecordingDisk, Verb};
use rushes_store::{Damage, Familiar, Store, StoreError};

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let block = |at: u64| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn put(store: &Store, content: &[u8]) -> Result<Digest, StoreError> {
    let mut staging = store.stage(Familiar::with_none())?;
    staging.write(content)?;
    Ok(store.put(staging.finish()?)?.digest)
}

fn open(disk: &Arc<impl Disk>, index: &Path) -> Store {
    let disk: Arc<dyn Disk> = Arc::clone(disk) as Arc<dyn Disk>;
    Store::open(disk, index, Some("boot")).unwrap()
}

fn packs(disk: &dyn Disk) -> Vec<PathBuf> {
    let entries = disk.list(Path::new("packs")).unwrap();
    entries.iter().map(|entry| Path::new("packs").join(&entry.name)).collect()
}

fn assert_reads(store: &Store, contents: &[Vec<u8>]) {
    for (number, content) in contents.iter().enumerate() {
        let reader = store.open_blob(&Digest::of(content)).unwrap();
        let reader = reader.unwrap_or_else(|| panic!("content {number} is lost"));
        let mut read = vec![0; content.len()];
        assert_eq!(reader.read_at(&mut read, 0).unwrap(), content.len());
        assert!(read == *content, "content {number}");
    }
}

/// What a start finds that has no index, after a kill.
fn assert_is_there(disk: CrashDisk, contents: &[Vec<u8>]) {
    let (disk, fresh) = (Arc::new(disk), tempfile::tempdir().unwrap());
    let store = open(&disk, fresh.path());
    assert_reads(&store, contents);
    assert_eq!(store.damage(), []);
}

#[test]
fn a_pack_that_is_removed_between_two_puts_costs_nothing() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let contents: Vec<_> = (0..6).map(|seed| noise(seed, 3000)).collect();
    for (number, content) in contents.iter().enumerate() {
        put(&store, content).unwrap();
        if number % 2 == 1 {
            let newest = packs(&*disk).pop().unwrap();
            disk.remove(&newest).unwrap();
        }
    }
    store.close().unwrap();
    assert_is_there(disk.reboot_bare(), &contents);
    assert_is_there(disk.restart(), &contents);
    let store = open(&disk, index.path());
    assert_reads(&store, &contents);
}

#[test]
fn a_pack_that_is_removed_on_a_real_disk_comes_back() {
    let (data, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = Arc::new(RealDisk::open(data.path()).unwrap());
    let store = open(&disk, index.path());
    let contents = [noise(1, 3000), noise(2, 3000)];
    put(&store, &contents[0]).unwrap();
    std::fs::remove_file(data.path().join(&packs(&*disk)[0])).unwrap();
    put(&store, &contents[1]).unwrap();
    assert_reads(&store, &contents);
    drop(store);
    let fresh = tempfile::tempdir().unwrap();
    assert_reads(&open(&disk, fresh.path()), &contents);
}

/// A store whose pack is removed at the moment at which a batch is synced.
fn removed_under_a_sync(then: Option<u64>) -> (CrashDisk, Vec<Vec<u8>>) {
    let (inner, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let disk = Arc::new(RecordingDisk::over(Arc::new(inner.clone())));
    let is_armed = Arc::new(AtomicBool::new(false));
    let (by_hand, armed) = (inner.clone(), Arc::clone(&is_armed));
    disk.watch(Box::new(move |call| {
        let is_pack = call.path.extension().is_some_and(|end| end == "pack");
        if call.verb == Verb::Sync && is_pack && armed.swap(false, Ordering::Relaxed) {
            by_hand.remove(&call.path).unwrap();
        }
    }));
    let store = open(&disk, index.path());
    let [first, lost, last] = [0, 1, 2].map(|seed| noise(seed, 3000));
    put(&store, &first).unwrap();
    is_armed.store(true, Ordering::Relaxed);
    let error = put(&store, &lost).unwrap_err();
    assert!(error.to_string().contains("somebody has removed the file"), "{error}");
    if let Some(call) = then {
        inner.fail_at(call, Fault::Full);
        let _ = put(&store, &lost);
        inner.call_off();
    }
    put(&store, &last).unwrap();
    let kept = vec![first, last];
    assert_reads(&store, &kept);
    drop(store);
    (inner, kept)
}

#[test]
fn a_pack_that_is_removed_under_a_sync_fails_that_batch_and_no_other() {
    let (disk, kept) = removed_under_a_sync(None);
    assert_is_there(disk.reboot_bare(), &kept);
    assert_is_there(disk.restart(), &kept);
}

#[test]
fn a_pack_that_cannot_be_brought_back_at_once_is_brought_back_later() {
    for call in 1..16 {
        let (disk, kept) = removed_under_a_sync(Some(call));
        assert_is_there(disk.reboot_bare(), &kept);
        assert_is_there(disk.restart(), &kept);
    }
}

#[test]
fn a_whole_that_is_removed_while_it_is_taken_in_is_not_taken_in() {
    let (inner, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let store = open(&Arc::new(inner.clone()), index.path());
    let content = noise(1, 300_000);
    let digest = put(&store, &content).unwrap();
    drop(store);
    let hex = digest.to_hex();
    let path = Path::new("whole").join(&hex[..2]).join(&hex);
    // Somebody puts it back from a backup: it looks different from what the index knows.
    inner.remove(&path).unwrap();
    inner.create_new(&path).unwrap().write_all_at(&content, 0).unwrap();
    let disk = Arc::new(RecordingDisk::over(Arc::new(inner.clone())));
    let by_hand = inner.clone();
    disk.watch(Box::new(move |call| {
        if call.verb == Verb::Sync && call.path == path {
            by_hand.remove(&path).unwrap();
        }
    }));
    let store = open(&disk, index.path());
    let error = store.open_blob(&digest).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { damage: Damage::Missing, .. }), "{error}");
}
