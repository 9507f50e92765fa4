//! Scrub: what rots is found, healed from a second copy where there is one, and named where not.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Disk, Fault, RealDisk};
use rushes_store::{Kept, Known, Pace, ScrubState, Store, StoreError};

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let block = |at: u64| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn put(store: &Store, content: &[u8]) -> Digest {
    let mut staging = store.stage().unwrap();
    staging.write(content).unwrap();
    store.put(staging.finish().unwrap(), Known::Unknown).unwrap().digest
}

fn open(disk: &Arc<impl Disk>, index: &Path) -> Store {
    let disk: Arc<dyn Disk> = Arc::clone(disk) as Arc<dyn Disk>;
    Store::open(disk, index, Some("boot")).unwrap()
}

fn read(store: &Store, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(reader) = store.open_blob(digest)? else { return Ok(None) };
    let mut bytes = vec![0; usize::try_from(reader.size()).unwrap()];
    let got = reader.read_at(&mut bytes, 0)?;
    bytes.truncate(got);
    Ok(Some(bytes))
}

fn whole(digest: &Digest) -> PathBuf {
    let hex = digest.to_hex();
    Path::new("whole").join(&hex[..2]).join(&hex)
}

fn packs(disk: &impl Disk) -> Vec<PathBuf> {
    let entries = disk.list(Path::new("packs")).unwrap();
    entries.iter().map(|entry| Path::new("packs").join(&entry.name)).collect()
}

fn in_quarantine(disk: &impl Disk) -> usize {
    disk.list(Path::new("quarantine")).unwrap().len()
}

fn scrub(store: &Store) -> ScrubState {
    let scrubbed = store.scrub(Pace::Full, &AtomicBool::new(false)).unwrap();
    assert!(scrubbed.is_complete && !scrubbed.state.is_running);
    scrubbed.state
}

fn damaged(store: &Store) -> Vec<Digest> {
    store.damage().iter().map(|damaged| damaged.digest).collect()
}

/// A store that was closed and opened again: every pack is sealed.
fn reopened(store: Store, disk: &Arc<CrashDisk>, index: &Path) -> Store {
    store.close().unwrap();
    drop(store);
    open(disk, index)
}

#[test]
fn nothing_is_wrong_with_a_sound_store() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let contents = [noise(1, 3000), noise(2, 1 << 20), vec![7; 90_000], noise(3, 2 << 20)];
    let digests = contents.clone().map(|content| put(&store, &content));
    let store = reopened(store, &disk, index.path());
    let state = scrub(&store);
    assert_eq!((state.damaged, state.unreadable, state.files), (0, 0, 3));
    assert_eq!(state.files, state.files_total);
    assert!(state.bytes >= 3 << 20 && state.ended_ms >= state.began_ms);
    assert_eq!((damaged(&store), in_quarantine(&*disk)), (vec![], 0));
    let kept = [Kept::Packed, Kept::Whole, Kept::Packed, Kept::Whole];
    for (digest, kept) in digests.iter().zip(kept) {
        let verified = store.verify(digest).unwrap().unwrap();
        assert_eq!((verified.kept, verified.was_healed), (kept, false));
    }
    assert_eq!(store.verify(&Digest::of(b"nobody")).unwrap(), None);
    assert_eq!(store.check().unwrap().findings, []);
}

#[test]
fn a_wrong_chunk_is_healed_from_another_blob_that_has_it() {
    let first = noise(1, 4 << 20);
    let second = [&first[..2 << 20], b"a title", &first[2 << 20..]].concat();
    for (kept, other) in [(&first, &second), (&second, &first)] {
        let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
        let store = open(&disk, index.path());
        let (digest, _) = (put(&store, kept), put(&store, other));
        let store = reopened(store, &disk, index.path());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&seen);
        store.on_damage(Box::new(move |damaged| told.lock().unwrap().push(damaged.digest)));
        disk.damage(&whole(&digest), |bytes| {
            bytes[300_000] ^= 1;
            bytes.truncate(3 << 20);
        })
        .unwrap();
        let state = scrub(&store);
        assert_eq!((state.damaged, state.healed), (1, 1));
        assert!(read(&store, &digest).unwrap().unwrap() == *kept);
        assert!(store.open_blob(&digest).unwrap().is_some());
        assert_eq!((damaged(&store), in_quarantine(&*disk)), (vec![], 2));
        assert_eq!(*seen.lock().unwrap(), [digest]);
        assert_eq!(scrub(&store).damaged, 0);
        // And it stays so.
        let disk = Arc::new(disk.reboot(1));
        let store = open(&disk, tempfile::tempdir().unwrap().path());
        assert!(read(&store, &digest).unwrap().unwrap() == *kept);
        assert_eq!(damaged(&store), []);
    }
}

#[test]
fn a_whole_that_nothing_heals_is_named_and_its_other_chunks_are_read() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let content = noise(1, 2 << 20);
    let (digest, other) = (put(&store, &content), put(&store, &noise(2, 1 << 20)));
    let store = reopened(store, &disk, index.path());
    disk.damage(&whole(&digest), |bytes| bytes[1_500_000] ^= 1).unwrap();
    assert_eq!(scrub(&store).healed, 0);
    for store in [reopened(store, &disk, index.path())] {
        assert_eq!(damaged(&store), [digest]);
        let reader = store.open_blob(&digest).unwrap().unwrap();
        let mut front = vec![0; 1 << 20];
        assert_eq!(reader.read_at(&mut front, 0).unwrap(), front.len());
        assert!(front == content[..1 << 20]);
        let error = reader.read_at(&mut front, 1 << 20).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert!(matches!(store.verify(&digest), Err(StoreError::Damaged { .. })));
        assert!(store.verify(&other).unwrap().is_some());
        assert_eq!(store.check().unwrap().findings.len(), 1);
        put(&store, &content);
        assert!(store.verify(&digest).unwrap().is_some());
        assert_eq!(damaged(&store), []);
    }
}

#[test]
fn a_wrong_record_costs_one_blob_and_none_where_it_was_put_twice() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let contents: Vec<_> = (0..6).map(|seed| noise(seed, 2000)).collect();
    put(&store, &contents[1]);
    let store = reopened(store, &disk, index.path());
    let digests: Vec<_> = contents.iter().map(|content| put(&store, content)).collect();
    put(&store, &noise(9, 1 << 20));
    let store = reopened(store, &disk, index.path());
    let newest = packs(&*disk).pop().unwrap();
    let spoil = |bytes: &mut Vec<u8>| {
        let record = |number: usize| 32 + number * 2064 + 1000;
        bytes[record(1)] ^= 1;
        bytes[record(4)] ^= 1;
    };
    disk.damage(&newest, spoil).unwrap();
    let state = scrub(&store);
    assert_eq!((state.damaged, state.unreadable), (1, 0));
    for index in [index.path(), tempfile::tempdir().unwrap().path()] {
        let store = open(&Arc::new(disk.restart()), &index.join("other"));
        assert_eq!(damaged(&store), [digests[4]]);
        for (number, digest) in digests.iter().enumerate() {
            let found = read(&store, digest);
            match number {
                4 => assert!(matches!(found, Err(StoreError::Damaged { .. }))),
                _ => assert!(found.unwrap().unwrap() == contents[number]),
            }
        }
    }
    assert!(!packs(&*disk).contains(&newest));
    assert_eq!(scrub(&store).damaged, 0);
}

#[test]
fn a_pass_goes_on_where_it_was_stopped_also_after_a_restart() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let mut digests: Vec<_> = (0..20).map(|seed| put(&store, &noise(seed, 150_000))).collect();
    digests.sort_unstable();
    let store = reopened(store, &disk, index.path());
    let stop = Arc::new(AtomicBool::new(false));
    let stopping = Arc::clone(&stop);
    store.on_damage(Box::new(move |_| stopping.store(true, Ordering::Release)));
    disk.damage(&whole(&digests[9]), |bytes| bytes[0] ^= 1).unwrap();
    let stopped = store.scrub(Pace::Gentle, &stop).unwrap();
    assert!(!stopped.is_complete);
    assert_eq!((stopped.state.files, stopped.state.damaged), (10, 1));
    assert_eq!(store.scrub_state(), stopped.state);
    let store = reopened(store, &disk, index.path());
    assert_eq!(store.scrub_state(), stopped.state);
    let state = scrub(&store);
    assert_eq!((state.files, state.damaged, state.began_ms), (21, 1, stopped.state.began_ms));
    let next = scrub(&store);
    assert_eq!((next.files, next.damaged), (20, 0), "a new pass begins at the front");
}

#[test]
fn what_is_missing_is_named() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let (film, note) = (put(&store, &noise(1, 1 << 20)), put(&store, b"note"));
    let store = reopened(store, &disk, index.path());
    for path in [whole(&film), packs(&*disk)[0].clone()] {
        disk.remove(&path).unwrap();
    }
    let findings = store.check().unwrap().findings;
    assert!(findings.len() >= 2, "{findings:?}");
    assert_eq!(scrub(&store).damaged, 2);
    let mut lost = vec![film, note];
    lost.sort_unstable();
    assert_eq!(damaged(&store), lost);
    for digest in lost {
        assert!(matches!(read(&store, &digest), Err(StoreError::Damaged { .. })));
    }
}

#[test]
fn one_failed_read_is_no_damage() {
    for call in 1..60 {
        let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
        let store = open(&disk, index.path());
        let contents = [noise(1, 3000), noise(2, 1 << 20)];
        let digests = contents.clone().map(|content| put(&store, &content));
        let store = reopened(store, &disk, index.path());
        disk.fail_at(call, Fault::Io);
        let result = store.scrub(Pace::Gentle, &AtomicBool::new(false));
        assert_eq!(damaged(&store), [], "call {call}: {result:?}");
        for (digest, content) in digests.iter().zip(&contents) {
            assert!(read(&store, digest).unwrap().unwrap() == *content, "call {call}");
        }
    }
}

/// `cargo test --release -p rushes-store --test scrub -- --ignored --nocapture`
#[test]
#[ignore = "a measurement: run it by hand, in a release build"]
fn how_fast_is_it() {
    let (data, index) = (tempfile::tempdir_in(".").unwrap(), tempfile::tempdir().unwrap());
    let store = open(&Arc::new(RealDisk::open(data.path()).unwrap()), index.path());
    for seed in 0..64 {
        put(&store, &noise(seed, 32 << 20));
    }
    for pace in [Pace::Full, Pace::Full, Pace::Full] {
        let began = std::time::Instant::now();
        let state = store.scrub(pace, &AtomicBool::new(false)).unwrap().state;
        let seconds = began.elapsed().as_secs_f64();
        let bytes = u32::try_from(state.bytes >> 20).unwrap();
        println!(
            "{pace:?}: {bytes} MiB in {seconds:.2} s, {:.0} MiB/s",
            f64::from(bytes) / seconds
        );
    }
}
