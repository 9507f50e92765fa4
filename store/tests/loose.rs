//! Files that programs write: they read as they were written, are sealed once, and come back where
//! that was promised.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Disk, RealDisk, RecordingDisk, Verb};
use rushes_store::{Familiar, Loose, Store, StoreError, Stored};

/// Bytes that do not compress.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let block = |at: u64| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn open(disk: &Arc<impl Disk>, index: &Path) -> Store {
    let disk: Arc<dyn Disk> = Arc::clone(disk) as Arc<dyn Disk>;
    Store::open(disk, index, Some("boot")).unwrap()
}

fn all(loose: &Loose) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(loose.size()).unwrap()];
    assert_eq!(loose.read_at(&mut bytes, 0).unwrap(), bytes.len());
    bytes
}

fn left(disk: &impl Disk) -> usize {
    disk.list(Path::new("staging")).unwrap().len()
}

#[test]
fn writes_in_any_order_are_sealed_as_what_they_add_up_to() {
    let (place, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = Arc::new(RealDisk::open(place.path()).unwrap());
    let store = open(&disk, index.path());
    for seed in 0..60_u64 {
        let loose = store.begin(Familiar::with_none(), None).unwrap();
        let mut expected = Vec::new();
        for step in 0..8 {
            let dice = noise(seed * 100 + step, 24);
            let number = |at: usize| usize::from(dice[at]) * 256 + usize::from(dice[at + 1]);
            let in_order = dice[0].is_multiple_of(2);
            let at = if in_order { expected.len() } else { number(2) };
            if dice[1] % 5 == 1 {
                let end = at + number(4);
                if loose.allocate(at as u64..end as u64).unwrap() {
                    expected.resize(expected.len().max(end), 0);
                }
            } else if dice[1].is_multiple_of(5) {
                let size = number(4) * usize::from(dice[6] % 3);
                loose.set_len(size as u64).unwrap();
                expected.resize(size, 0);
            } else {
                let bytes = noise(seed + step, 1 + number(8) * 3);
                loose.write_at(&bytes, at as u64).unwrap();
                let end = at + bytes.len();
                expected.resize(expected.len().max(end), 0);
                expected[at..end].copy_from_slice(&bytes);
            }
            assert!(all(&loose) == expected, "seed {seed}, step {step}");
        }
        let staged = loose.seal().unwrap();
        assert_eq!(staged.digest(), Digest::of(&expected), "seed {seed}");
        assert!(matches!(loose.write_at(b"x", 0), Err(StoreError::Frozen)));
        assert!(matches!(loose.set_len(0), Err(StoreError::Frozen)));
        let put = store.put(staged).unwrap();
        loose.discard();
        assert!(all(&loose) == expected, "whoever reads it goes on");
        let blob = store.open_blob(&put.digest).unwrap().unwrap();
        let mut bytes = vec![0; expected.len()];
        assert_eq!(blob.read_at(&mut bytes, 0).unwrap(), bytes.len());
        assert!(bytes == expected);
        drop(loose);
        assert_eq!(left(&*disk), 0);
    }
}

#[test]
fn holes_are_hashed_as_zeros_and_not_read() {
    const MIB: usize = 1 << 20;
    let (place, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let real: Arc<dyn Disk> = Arc::new(RealDisk::open(place.path()).unwrap());
    let disk = Arc::new(RecordingDisk::over(Arc::clone(&real)));
    let store = open(&disk, index.path());
    let ends = [(0, 10), (3, 40), (40, 41), (79, 80)];
    for (round, (from, to)) in ends.into_iter().enumerate() {
        let loose = store.begin(Familiar::with_none(), None).unwrap();
        let mut expected = vec![0; 80 * MIB];
        loose.set_len(expected.len() as u64).unwrap();
        let bytes = noise(round as u64, (to - from) * MIB);
        loose.write_at(&bytes, (from * MIB) as u64).unwrap();
        expected[from * MIB..to * MIB].copy_from_slice(&bytes);
        disk.take();
        assert_eq!(loose.seal().unwrap().digest(), Digest::of(&expected), "{from} to {to}");
        let reads = disk.take().into_iter().filter(|call| call.verb == Verb::Read);
        let total: usize = reads.map(|call| call.bytes).sum();
        assert!(total < (to - from + 2) * MIB, "{total} bytes were read of {from} to {to}");
    }
}

#[test]
fn a_copy_of_a_blob_changes_alone_and_shares_what_it_has_in_common() {
    let (place, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = Arc::new(RealDisk::open(place.path()).unwrap());
    let store = open(&disk, index.path());
    let content = noise(7, 3_000_000);
    let first = store.begin(Familiar::with_all(), None).unwrap();
    first.write_at(&content, 0).unwrap();
    let put = store.put(first.seal().unwrap()).unwrap();
    first.discard();
    assert_eq!(put.stored, Stored::New);
    let second = store.begin(Familiar::with_all(), Some(&put.digest)).unwrap();
    assert!(all(&second) == content);
    second.write_at(b"changed", 1_000_000).unwrap();
    let other = store.put(second.seal().unwrap()).unwrap();
    second.discard();
    assert!(other.new_bytes < 1_000_000, "{} new bytes", other.new_bytes);
    let blob = store.open_blob(&put.digest).unwrap().unwrap();
    let mut bytes = vec![0; content.len()];
    blob.read_at(&mut bytes, 0).unwrap();
    assert!(bytes == content, "the blob itself did not change");
}

#[test]
fn long_files_that_are_hashed_as_they_come_are_what_was_written_last() {
    let (place, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = Arc::new(RealDisk::open(place.path()).unwrap());
    let store = open(&disk, index.path());
    let block = noise(9, 1 << 20);
    for seed in 0..24_u8 {
        let loose = store.begin(Familiar::with_none(), None).unwrap();
        let mut expected = Vec::new();
        for step in 0..24_u8 {
            let mut bytes = block.clone();
            bytes[0] = seed.wrapping_mul(31) ^ step;
            let dice = *Digest::of(&[seed, step]).as_bytes();
            match dice[0] % 24 {
                0 => {
                    let size = expected.len() / 256 * usize::from(dice[1]);
                    loose.set_len(size as u64).unwrap();
                    expected.truncate(size);
                }
                1 => {
                    let at = expected.len() / 256 * usize::from(dice[1]);
                    loose.write_at(&bytes[..100], at as u64).unwrap();
                    expected.resize(expected.len().max(at + 100), 0);
                    expected[at..at + 100].copy_from_slice(&bytes[..100]);
                }
                _ => {
                    loose.write_at(&bytes, expected.len() as u64).unwrap();
                    expected.extend_from_slice(&bytes);
                }
            }
        }
        let staged = loose.seal().unwrap();
        assert_eq!(staged.digest(), Digest::of(&expected), "seed {seed}");
        let put = store.put(staged).unwrap();
        assert_eq!(put.size, expected.len() as u64);
        loose.discard();
    }
    assert_eq!(left(&*disk), 0);
}

#[test]
fn a_file_longer_than_the_disk_is_refused_before_it_is_one() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let loose = store.begin(Familiar::with_none(), None).unwrap();
    let free = disk.space().unwrap().free;
    let full = |done: Result<(), StoreError>| assert!(matches!(done, Err(StoreError::Full)));
    full(loose.set_len(free + 1));
    full(loose.write_at(b"x", free + 1));
    assert_eq!(loose.size(), 0);
    loose.set_len(1 << 20).unwrap();
}

#[test]
fn a_file_that_is_gone_is_not_promised_any_more() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let loose = store.begin(Familiar::with_none(), None).unwrap();
    loose.write_at(b"x", 0).unwrap();
    loose.discard();
    loose.promise(b"late", true).unwrap();
    drop(loose);
    assert_eq!(left(&*disk), 0);
}

#[test]
fn what_was_promised_comes_back_after_a_power_cut_and_nothing_else_does() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let (kept, lost) = (noise(1, 300_000), noise(2, 300_000));
    let promised = store.begin(Familiar::with_none(), None).unwrap();
    promised.write_at(&kept, 0).unwrap();
    promised.promise(b"a note", true).unwrap();
    let other = store.begin(Familiar::with_none(), None).unwrap();
    other.write_at(&lost, 0).unwrap();
    disk.cut_now();
    for seed in 0..10 {
        let (disk, index) = (Arc::new(disk.reboot(seed)), tempfile::tempdir().unwrap());
        let store = open(&disk, index.path());
        let back = store.promised().unwrap();
        let [back] = back.as_slice() else { panic!("{back:?}") };
        let mut bytes = vec![0; kept.len() + 1];
        let file = store.open_promised(back).unwrap();
        assert_eq!((back.size, file.read_at(&mut bytes, 0).unwrap()), (300_000, kept.len()));
        assert!(back.note == b"a note" && bytes.starts_with(&kept));
        store.forget_promised(back).unwrap();
        assert_eq!(left(&*disk), 0);
    }
}

#[test]
fn a_file_that_nobody_wants_leaves_nothing_and_a_promised_one_stays() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let begin = || store.begin(Familiar::with_none(), None).unwrap();
    let loose = begin();
    loose.write_at(b"x", 0).unwrap();
    drop(loose);
    assert_eq!(left(&*disk), 0);
    let loose = begin();
    loose.write_at(b"x", 0).unwrap();
    loose.promise(b"note", false).unwrap();
    loose.promise(b"another", true).unwrap();
    loose.discard();
    drop(loose);
    assert_eq!(left(&*disk), 0);
    let loose = begin();
    loose.write_at(b"x", 0).unwrap();
    loose.promise(b"note", false).unwrap();
    drop(loose);
    assert_eq!(left(&*disk), 2, "the file and its note");
    disk.set_free(Some(0));
    assert!(matches!(store.begin(Familiar::with_none(), None), Err(StoreError::Full)));
}
