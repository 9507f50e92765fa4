//! Putting and reading: what is shared, what is written, what is left behind.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::{Arc, Barrier};

use rushes_digest::Digest;
use rushes_disk::{Call, CrashDisk, Disk, Fault, RealDisk, RecordingDisk, Verb};
use rushes_store::{BlobReader, Familiar, SMALL_BYTES_MAX, Store, StoreError, Stored};

/// Bytes that do not compress.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let block = |at: u64| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn put(store: &Store, content: &[u8], familiar: Familiar) -> Result<Stored, StoreError> {
    let mut staging = store.stage(familiar)?;
    for piece in content.chunks(70_000) {
        staging.write(piece)?;
    }
    let staged = staging.finish()?;
    assert_eq!((staged.digest(), staged.size()), (Digest::of(content), content.len() as u64));
    assert_eq!(staged.head(), &content[..content.len().min(4096)]);
    store.put(staged).map(|put| put.stored)
}

fn open(disk: &Arc<impl Disk>, index: &Path) -> Store {
    let disk: Arc<dyn Disk> = Arc::clone(disk) as Arc<dyn Disk>;
    Store::open(disk, index, Some("boot")).unwrap()
}

fn read(store: &Store, digest: &Digest) -> Option<Vec<u8>> {
    Some(read_all(&store.open_blob(digest).unwrap()?))
}

fn read_all(reader: &BlobReader) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(reader.size()).unwrap()];
    assert_eq!(reader.read_at(&mut bytes, 0).unwrap(), bytes.len());
    bytes
}

fn names(disk: &impl Disk, dir: &str) -> usize {
    disk.list(Path::new(dir)).unwrap().len()
}

fn wholes(disk: &impl Disk) -> usize {
    (0..=255).map(|first| names(disk, &format!("whole/{first:02x}"))).sum()
}

#[test]
fn every_size_is_read_back_in_any_pieces_also_without_the_index() {
    let [data, index, fresh] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let disk = Arc::new(RealDisk::open(data.path()).unwrap());
    let sizes = [0, 1, 4096, SMALL_BYTES_MAX, SMALL_BYTES_MAX + 1, 1 << 20, (1 << 20) + 1, 3 << 20];
    let contents: Vec<_> = (0..).zip(sizes).map(|(seed, size)| noise(seed, size)).collect();
    let store = open(&disk, index.path());
    for content in &contents {
        assert_eq!(put(&store, content, Familiar::with_none()).unwrap(), Stored::New);
    }
    assert_eq!(wholes(&*disk), 4);
    assert_reads(&store, &contents, "at once");
    store.close().unwrap();
    drop(store);
    assert_reads(&open(&disk, index.path()), &contents, "after a clean stop");
    assert_reads(&open(&disk, index.path()), &contents, "after a kill");
    assert_reads(&open(&disk, fresh.path()), &contents, "without the index");
}

fn assert_reads(store: &Store, contents: &[Vec<u8>], context: &str) {
    assert!(store.open_blob(&Digest::of(b"never put")).unwrap().is_none());
    let mut dice = 1u64;
    for content in contents {
        let reader = store.open_blob(&Digest::of(content)).unwrap().unwrap();
        assert!(read_all(&reader) == *content, "{context}: {} bytes", content.len());
        for _ in 0..40 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            let from = usize::try_from(dice >> 33).unwrap() % (content.len() + 2);
            let mut piece = vec![0; usize::try_from((dice >> 16) & 0x7_ffff).unwrap()];
            let got = reader.read_at(&mut piece, from as u64).unwrap();
            let rest = content.get(from..).unwrap_or_default();
            assert!(piece[..got] == rest[..rest.len().min(piece.len())], "{context}: from {from}");
        }
    }
}

#[test]
fn a_referenced_content_is_not_written_again() {
    let (inner, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let disk = Arc::new(RecordingDisk::over(Arc::clone(&inner) as Arc<dyn Disk>));
    let store = open(&disk, index.path());
    for content in [noise(1, 5000), noise(2, 500_000)] {
        assert_eq!(put(&store, &content, Familiar::with_all()).unwrap(), Stored::New);
        // A manifest may still be on its way into a pack; a small put waits for it.
        put(&store, b"flush", Familiar::with_none()).unwrap();
        disk.take();
        for _ in 0..10 {
            assert_eq!(put(&store, &content, Familiar::with_all()).unwrap(), Stored::Shared);
        }
        let calls = disk.take();
        let keeps = |call: &Call| {
            call.verb == Verb::Sync || (call.verb == Verb::Write && call.path.starts_with("packs"))
        };
        assert!(!calls.iter().any(keeps), "{calls:?}");
        assert_eq!(names(&*inner, "staging"), 0);
    }
    assert_eq!(wholes(&*inner), 1);
}

#[test]
fn an_unknown_content_is_written_and_synced_and_then_there_is_one_whole() {
    let (inner, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let disk = Arc::new(RecordingDisk::over(Arc::clone(&inner) as Arc<dyn Disk>));
    let store = open(&disk, index.path());
    let content = noise(1, 500_000);
    let digest = Digest::of(&content);
    put(&store, &content, Familiar::with_none()).unwrap();
    let earlier = store.open_blob(&digest).unwrap().unwrap();
    disk.take();
    assert_eq!(put(&store, &content, Familiar::with_none()).unwrap(), Stored::New);
    let calls = disk.take();
    let synced =
        |dir: &str| calls.iter().any(|call| call.verb == Verb::Sync && call.path.starts_with(dir));
    assert!(synced("staging") && synced("whole"), "{calls:?}");
    assert_eq!((wholes(&*inner), names(&*inner, "staging")), (1, 0));
    assert!(read_all(&earlier) == content);
    assert!(read(&store, &digest).unwrap() == content);
}

#[test]
fn many_writers_share_syncs() {
    const WRITERS: u64 = 64;
    const EACH: u64 = 8;
    let (data, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let real = Arc::new(RealDisk::open(data.path()).unwrap());
    let disk = Arc::new(RecordingDisk::over(real));
    let store = open(&disk, index.path());
    disk.take();
    let start = Barrier::new(64);
    std::thread::scope(|threads| {
        for writer in 0..WRITERS {
            let (store, start) = (&store, &start);
            threads.spawn(move || {
                start.wait();
                for number in 0..EACH {
                    let content = noise(writer * EACH + number, 2000);
                    put(store, &content, Familiar::with_none()).unwrap();
                }
            });
        }
    });
    let syncs = disk.take().iter().filter(|call| call.verb == Verb::Sync).count() as u64;
    assert!(syncs < WRITERS * EACH / 2, "{syncs} syncs for {} puts", WRITERS * EACH);
    for number in 0..WRITERS * EACH {
        let content = noise(number, 2000);
        assert_eq!(read(&store, &Digest::of(&content)), Some(content));
    }
}

#[test]
fn what_is_dropped_leaves_nothing() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let content = noise(1, 3 << 20);
    let mut staging = store.stage(Familiar::with_none()).unwrap();
    staging.write(&content).unwrap();
    assert_eq!(names(&*disk, "staging"), 1);
    drop(staging);
    assert_eq!(names(&*disk, "staging"), 0);
    let mut staging = store.stage(Familiar::with_none()).unwrap();
    staging.write(&content).unwrap();
    drop(staging.finish().unwrap());
    assert_eq!(names(&*disk, "staging"), 0);
    assert!(read(&store, &Digest::of(&content)).is_none());
}

#[test]
fn a_start_removes_unfinished_files_but_those_with_a_sidecar() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    drop(open(&disk, index.path()));
    for name in ["left", "promised", "promised.sidecar"] {
        disk.create_new(&Path::new("staging").join(name)).unwrap();
    }
    drop(open(&disk, index.path()));
    let left = disk.list(Path::new("staging")).unwrap();
    let left: Vec<_> = left.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(left, ["promised", "promised.sidecar"]);
}

#[test]
fn a_full_disk_refuses_leaves_nothing_and_goes_on_when_there_is_room() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let kept = noise(1, 1000);
    put(&store, &kept, Familiar::with_none()).unwrap();
    disk.set_free(Some(1 << 20));
    assert!(matches!(store.stage(Familiar::with_none()), Err(StoreError::Full)));
    disk.set_free(None);
    for length in [1000, 300_000] {
        let content = noise(2, length);
        let mut staging = store.stage(Familiar::with_none()).unwrap();
        staging.write(&content).unwrap();
        let staged = staging.finish().unwrap();
        disk.set_free(Some(1 << 20));
        assert!(matches!(store.put(staged), Err(StoreError::Full)));
        disk.set_free(None);
    }
    // No room for what does not wait in memory: the second call, after the file was made.
    let mut staging = store.stage(Familiar::with_none()).unwrap();
    disk.fail_at(2, Fault::Full);
    assert!(matches!(staging.write(&noise(3, 4 << 20)), Err(StoreError::Full)));
    assert!(matches!(staging.write(b"more"), Err(StoreError::Broken)));
    assert!(matches!(staging.finish(), Err(StoreError::Broken)));
    assert_eq!((wholes(&*disk), names(&*disk, "staging")), (0, 0));
    assert_eq!(read(&store, &Digest::of(&kept)), Some(kept));
    put(&store, &noise(3, 2 << 20), Familiar::with_none()).unwrap();
}

#[test]
fn after_a_close_nothing_is_taken_and_a_second_close_is_fine() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    put(&store, b"kept", Familiar::with_none()).unwrap();
    store.close().unwrap();
    store.close().unwrap();
    assert!(matches!(put(&store, b"more", Familiar::with_none()), Err(StoreError::Stopped)));
    assert!(put(&store, &noise(1, 300_000), Familiar::with_none()).is_err());
    assert!(store.open_blob(&Digest::of(b"kept")).is_err());
    drop(store);
    assert_eq!(read(&open(&disk, index.path()), &Digest::of(b"kept")), Some(b"kept".to_vec()));
}

#[test]
fn a_clean_stop_leaves_sealed_packs_which_the_next_start_does_not_touch() {
    let (inner, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&inner, index.path());
    put(&store, b"one", Familiar::with_none()).unwrap();
    store.close().unwrap();
    let before = inner.list(Path::new("packs")).unwrap();
    let disk = Arc::new(RecordingDisk::over(Arc::clone(&inner) as Arc<dyn Disk>));
    let store = open(&disk, index.path());
    let calls = disk.take();
    assert!(!calls.iter().any(|call| matches!(call.verb, Verb::Read | Verb::Write)), "{calls:?}");
    assert_eq!(inner.list(Path::new("packs")).unwrap(), before);
    assert_eq!(read(&store, &Digest::of(b"one")), Some(b"one".to_vec()));
}
