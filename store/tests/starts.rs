//! What a start has shown stays, also when the power goes right after: a killed process may have
//! left names and bytes that are not durable, and the start makes them so before it shows them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Cut, Disk, Fault};
use rushes_store::{Familiar, Run, Store, StoreError};

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let block = |at: u64| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn open(disk: &CrashDisk, index: &Path) -> Result<Store, StoreError> {
    Store::open(Arc::new(disk.clone()), index, Some("boot"))
}

fn put(store: &Store, content: &[u8]) -> Result<(), StoreError> {
    let mut staging = store.stage(Familiar::with_none())?;
    staging.write(content)?;
    store.put(staging.finish()?).map(drop)
}

fn reads(store: &Store, content: &[u8]) -> bool {
    let Some(reader) = store.open_blob(&Digest::of(content)).unwrap() else { return false };
    let mut bytes = vec![0; content.len()];
    assert_eq!(reader.read_at(&mut bytes, 0).unwrap(), bytes.len());
    assert!(bytes == content);
    true
}

#[test]
fn a_start_that_makes_the_index_anew_says_how_far_it_is() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    for round in 0..3 {
        let store = open(&disk, index.path()).unwrap();
        put(&store, &noise(round, 1000)).unwrap();
        store.close().unwrap();
    }
    let (fresh, told) = (tempfile::tempdir().unwrap(), RefCell::new(Vec::new()));
    let tell = |phase, done, total| told.borrow_mut().push((phase, done, total));
    let disk: Arc<dyn Disk> = Arc::new(disk);
    Store::open_telling(disk, fresh.path(), Some("boot"), &tell).unwrap();
    let (packs, wholes): (Vec<_>, Vec<_>) =
        told.into_inner().into_iter().partition(|(phase, ..)| *phase == "packs");
    assert_eq!(packs, (0..=3).map(|done| ("packs", done, 3)).collect::<Vec<_>>());
    assert_eq!(wholes, (0..256).map(|done| ("wholes", done, 256)).collect::<Vec<_>>());
}

/// What a process leaves that is killed at a sync of a put; `None` when it has fewer.
fn killed_in_put(content: &[u8], sync: u64) -> Option<CrashDisk> {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path()).unwrap();
    disk.cut_at(sync, Cut::Before);
    let is_killed = put(&store, content).is_err();
    is_killed.then(|| disk.restart())
}

/// What a start leaves that is killed at a sync of its own; `None` when it has fewer.
fn killed_in_start(disk: &CrashDisk, sync: u64) -> Option<CrashDisk> {
    let (disk, index) = (disk.restart(), tempfile::tempdir().unwrap());
    disk.cut_at(sync, Cut::Before);
    drop(open(&disk, index.path()));
    disk.is_cut().then(|| disk.restart())
}

/// Whether a start shows a content; then the next one shows it on the bare disk, too.
fn shows(disk: &CrashDisk, content: &[u8], when: &str) -> bool {
    let (disk, index) = (disk.restart(), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path()).unwrap();
    let is_there = reads(&store, content);
    drop(store);
    if is_there {
        let fresh = tempfile::tempdir().unwrap();
        let after = open(&disk.reboot_bare(), fresh.path()).unwrap();
        assert!(reads(&after, content), "{when}: what was shown is gone");
    }
    is_there
}

/// Tells how often something was shown that nobody had acknowledged.
fn shown(content: &[u8]) -> usize {
    let mut shown = 0;
    for put_sync in 1.. {
        let Some(killed) = killed_in_put(content, put_sync) else { break };
        shown += usize::from(shows(&killed, content, &format!("sync {put_sync}")));
        for start_sync in 1.. {
            let Some(again) = killed_in_start(&killed, start_sync) else { break };
            let when = format!("sync {put_sync}, then sync {start_sync} of the start");
            shown += usize::from(shows(&again, content, &when));
        }
    }
    shown
}

#[test]
fn a_pack_that_a_start_has_shown_is_durable() {
    assert!(shown(&noise(1, 3000)) > 3);
}

#[test]
fn a_whole_that_a_start_has_shown_is_durable() {
    assert!(shown(&noise(2, 200_000)) > 3);
}

#[test]
fn what_could_not_be_kept_is_absent_after_a_start_although_what_it_names_is_freed() {
    let film = noise(3, 600_000);
    let cut = [&noise(4, 9000)[..], &film].concat();
    let (mut refused, mut call) = (0, 0);
    loop {
        call += 1;
        let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let store = open(&disk, index.path()).unwrap();
        for content in [&film[..], b"the manifest is written now"] {
            put(&store, content).unwrap();
        }
        disk.fail_at(call, Fault::Io);
        let mut staging = store.stage(Familiar::with_all()).unwrap();
        let put = staging.write(&cut).and_then(|()| store.put(staging.finish()?).map(drop));
        if disk.struck_at().is_none() {
            break;
        }
        disk.call_off();
        if put.is_ok() {
            continue;
        }
        refused += 1;
        let free = Digest::of(&film);
        store.sweep(&mut [free].into_iter(), &|digest| *digest == free, Run::Really).unwrap();
        drop(store);
        let fresh = tempfile::tempdir().unwrap();
        let after = open(&disk.restart(), fresh.path()).unwrap();
        let opened = after.open_blob(&Digest::of(&cut));
        assert!(matches!(opened, Ok(None)), "call {call}: {opened:?}");
    }
    assert!(refused > 3, "only {refused} calls could fail");
}
