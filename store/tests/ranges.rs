//! Edited copies: only what is new in them is written, they read right, and nobody learns from it
//! what others have.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::{Call, CrashDisk, Disk, RealDisk, RecordingDisk, Verb};
use rushes_store::{Familiar, Put, Store, StoreError, Stored};

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let block = |at: u64| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn put(store: &Store, content: &[u8], familiar: Familiar) -> Put {
    let mut staging = store.stage(familiar).unwrap();
    for piece in content.chunks(70_000) {
        staging.write(piece).unwrap();
    }
    store.put(staging.finish().unwrap()).unwrap()
}

/// Waits until manifests are written that nobody waits for: records go in one queue.
fn settle(store: &Store) {
    let _small = put(store, b"after all others", Familiar::with_none());
}

fn read(store: &Store, digest: &Digest) -> Result<Vec<u8>, StoreError> {
    let reader = store.open_blob(digest)?.unwrap();
    let mut bytes = vec![0; usize::try_from(reader.size()).unwrap()];
    reader.read_at(&mut bytes, 0)?;
    Ok(bytes)
}

fn assert_reads(store: &Store, content: &[u8]) {
    assert!(read(store, &Digest::of(content)).unwrap() == content);
}

fn open(disk: &Arc<impl Disk>, index: &Path) -> Store {
    Store::open(Arc::clone(disk) as Arc<dyn Disk>, index, Some("boot")).unwrap()
}

fn wholes(disk: &impl Disk) -> usize {
    let dirs = disk.list(Path::new("whole")).unwrap();
    let paths = dirs.iter().map(|dir| Path::new("whole").join(&dir.name));
    paths.map(|dir| disk.list(&dir).unwrap().len()).sum()
}

fn whole(digest: &Digest) -> PathBuf {
    let hex = digest.to_hex();
    Path::new("whole").join(&hex[..2]).join(&hex)
}

/// Three megabytes, and what people make of them.
fn edits() -> (Vec<u8>, Vec<(&'static str, Vec<u8>)>) {
    let film = noise(1, 3_000_000);
    let (first, second) = film.split_at(1_500_000);
    let title = noise(2, 5000);
    let edits = vec![
        ("a title in front", [&title, &film[..]].concat()),
        ("a piece in the midst", [first, &title, second].concat()),
        ("an end", [&film[..], &title].concat()),
        ("without its front", film[200_000..].to_vec()),
        ("halves in the other order", [second, first].concat()),
        ("twice", [&film[..], &film].concat()),
    ];
    (film, edits)
}

#[test]
fn of_an_edited_copy_only_what_is_new_is_written() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let (film, edits) = edits();
    assert_eq!(put(&store, &film, Familiar::with_all()).new_bytes, 3_000_000);
    settle(&store);
    for (what, edit) in &edits {
        let put = put(&store, edit, Familiar::with_all());
        assert!(put.new_bytes < 600_000, "{what}: {} new bytes", put.new_bytes);
        assert_eq!(put.stored, Stored::New, "{what}");
        assert_reads(&store, edit);
    }
    assert_eq!(wholes(&*disk), 1);
    for (what, edit) in &edits {
        assert_eq!(put(&store, edit, Familiar::with_all()).new_bytes, 0, "{what}, again");
    }
    store.close().unwrap();
    for index in [index, tempfile::tempdir().unwrap()] {
        let store = open(&disk, index.path());
        for (_, edit) in &edits {
            assert_reads(&store, edit);
        }
        assert_eq!(put(&store, &edits[1].1, Familiar::with_all()).new_bytes, 0);
        store.close().unwrap();
    }
}

#[test]
fn a_content_that_is_mostly_new_becomes_a_file_that_holds_all_of_it() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let (old, new) = (noise(1, 2_000_000), noise(2, 5_000_000));
    let _film = put(&store, &old, Familiar::with_all());
    settle(&store);
    let content = [&new[..2_500_000], &old, &new[2_500_000..]].concat();
    let put = put(&store, &content, Familiar::with_all());
    assert_eq!(put.new_bytes, content.len() as u64);
    assert_eq!(wholes(&*disk), 2);
    assert!(disk.open_read(&whole(&put.digest)).is_ok());
    assert_reads(&store, &content);
}

#[test]
fn what_another_user_has_stands_in_for_nothing_and_costs_the_same_calls() {
    let (film, edits) = edits();
    let edit = &edits[1].1;
    let calls_of = |others: &[u8]| {
        let disk = Arc::new(RecordingDisk::over(Arc::new(CrashDisk::new())));
        let index = tempfile::tempdir().unwrap();
        let store = open(&disk, index.path());
        let _theirs = put(&store, others, Familiar::with_all());
        settle(&store);
        drop(disk.take());
        let mine = put(&store, edit, Familiar::new(|_| false));
        assert_eq!(mine.new_bytes, edit.len() as u64);
        settle(&store);
        assert_reads(&store, edit);
        what_was_done(&disk.take())
    };
    assert_eq!(calls_of(&film), calls_of(&noise(9, 3_000_000)));
}

/// The calls in order, but those for packs: records go in batches as they come. Of them what was
/// written.
fn what_was_done(calls: &[Call]) -> (Vec<(String, usize)>, usize) {
    let is_packed = |call: &&Call| call.path.starts_with("packs");
    let others = calls.iter().filter(|call| !is_packed(call));
    let packed = calls.iter().filter(is_packed).filter(|call| call.verb == Verb::Write);
    // Names are random: what is compared is what is done.
    let others = others.map(|call| (format!("{:?}", call.verb), call.bytes));
    (others.collect(), packed.map(|call| call.bytes).sum())
}

#[test]
fn what_is_damaged_stands_in_for_nothing_once_that_was_noticed() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let (film, edits) = edits();
    let digest = put(&store, &film, Familiar::with_all()).digest;
    settle(&store);
    let first = put(&store, &edits[0].1, Familiar::with_all());
    disk.damage(&whole(&digest), |bytes| bytes[2_900_000] ^= 1).unwrap();
    assert!(matches!(read(&store, &first.digest), Err(StoreError::Damaged { .. })));
    // The blob in ranges says so, and the whole is in doubt from then on.
    let second = put(&store, &edits[1].1, Familiar::with_all());
    assert_eq!(second.new_bytes, edits[1].1.len() as u64);
    assert_reads(&store, &edits[1].1);
    let healed = put(&store, &film, Familiar::with_all());
    assert_eq!(healed.stored, Stored::New);
    assert_reads(&store, &film);
    assert_reads(&store, &edits[0].1);
}

#[test]
fn a_rotten_chunk_in_a_pack_is_healed_by_the_same_content_and_refuses_no_other() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let (film, edits) = edits();
    let _film = put(&store, &film, Familiar::with_all());
    settle(&store);
    let edit = &edits[1].1;
    let digest = put(&store, edit, Familiar::with_all()).digest;
    store.close().unwrap();
    let store = open(&disk, index.path());
    // The longest pack holds the new chunks; the first one lies at its front.
    let names = disk.list(Path::new("packs")).unwrap();
    let paths = names.iter().map(|entry| Path::new("packs").join(&entry.name));
    let pack = paths.max_by_key(|path| disk.stat(path).unwrap().size).unwrap();
    disk.damage(&pack, |bytes| bytes[10_000] ^= 1).unwrap();
    assert!(matches!(read(&store, &digest), Err(StoreError::Damaged { .. })));
    // Mostly new, and its known part has the rotten chunk in it: it is a file of its own.
    let other = [&edit[1_300_000..1_800_000], &noise(7, 2_000_000)].concat();
    let _other = put(&store, &other, Familiar::with_all());
    assert_reads(&store, &other);
    let healed = put(&store, edit, Familiar::with_all());
    assert_eq!(healed.stored, Stored::New);
    assert!(healed.new_bytes < 600_000, "{}", healed.new_bytes);
    assert_reads(&store, edit);
}

#[test]
fn a_whole_that_is_gone_or_changed_stands_in_for_nothing() {
    let (film, edits) = edits();
    let spoil: [fn(&CrashDisk, &Path); 2] = [
        |disk, path| disk.remove(path).unwrap(),
        |disk, path| disk.damage(path, |bytes| bytes.truncate(100)).unwrap(),
    ];
    for spoil in spoil {
        let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
        let store = open(&disk, index.path());
        let digest = put(&store, &film, Familiar::with_all()).digest;
        settle(&store);
        spoil(&disk, &whole(&digest));
        let edit = put(&store, &edits[1].1, Familiar::with_all());
        assert_eq!(edit.new_bytes, edits[1].1.len() as u64);
        assert_reads(&store, &edits[1].1);
    }
}

#[test]
fn the_expected_predecessor_is_found_by_any_chunk() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    // Of a long film a piece that is too short to have hooks for sure.
    let film = noise(1, 30_000_000);
    let digest = put(&store, &film, Familiar::with_all()).digest;
    settle(&store);
    for start in [3_000_000, 11_000_000, 19_000_000, 26_000_000] {
        let part = &film[start..start + 700_000];
        let mut staging = store.stage(Familiar::with_all()).unwrap();
        staging.expect(&digest);
        staging.write(part).unwrap();
        let put = store.put(staging.finish().unwrap()).unwrap();
        assert!(put.new_bytes < 500_000, "{}", put.new_bytes);
        assert_reads(&store, part);
    }
}

#[test]
fn what_is_read_often_gets_a_file_of_its_own_until_the_next_start() {
    let (dir, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = Arc::new(RealDisk::open(dir.path()).unwrap());
    let store = open(&disk, index.path());
    let (film, edits) = edits();
    let edit = &edits[1].1;
    let _film = put(&store, &film, Familiar::with_all());
    settle(&store);
    let digest = put(&store, edit, Familiar::with_all()).digest;
    let exact = |store: &Store| {
        let reader = store.open_blob(&digest).unwrap().unwrap();
        let fd = reader.exact_file()?.try_clone_to_owned().unwrap();
        let mut bytes = Vec::new();
        std::fs::File::from(fd).read_to_end(&mut bytes).unwrap();
        Some(bytes)
    };
    assert!(exact(&store).is_none());
    for _ in 0..3 {
        assert_reads(&store, edit);
    }
    // The copy is made behind our back: a stop waits for it, or prevents it.
    let mut tries = 0;
    while exact(&store).is_none() {
        assert_reads(&store, edit);
        tries += 1;
        assert!(tries < 10_000, "no copy is made");
    }
    assert!(exact(&store).unwrap() == *edit);
    assert_reads(&store, edit);
    store.close().unwrap();
    let store = open(&disk, index.path());
    assert!(exact(&store).is_none());
    assert_reads(&store, edit);
}
