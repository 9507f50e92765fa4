//! Damaged bytes: noticed, never handed out, healed by the next put of the same content.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Disk, RealDisk};
use rushes_store::{Damage, Familiar, Store, StoreError, Stored};

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let block = |at: u64| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn put(store: &Store, content: &[u8], familiar: Familiar) -> Stored {
    let mut staging = store.stage(familiar).unwrap();
    staging.write(content).unwrap();
    store.put(staging.finish().unwrap()).unwrap().stored
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

fn quarantined(disk: &impl Disk) -> Vec<String> {
    let entries = disk.list(Path::new("quarantine")).unwrap();
    let names = entries.into_iter().map(|entry| entry.name);
    names.filter(|name| Path::new(name).extension().is_none_or(|end| end != "why")).collect()
}

#[test]
fn a_damaged_record_is_an_error_until_the_same_bytes_come_again() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let content = noise(1, 3000);
    let digest = Digest::of(&content);
    put(&store, &content, Familiar::with_none());
    disk.damage(&packs(&*disk)[0], |bytes| bytes[1000] ^= 1).unwrap();
    let error = read(&store, &digest).unwrap_err();
    let expected = format!(
        "the bytes of {digest} are damaged: {} holds a wrong record at byte 32; upload the same \
         content again to heal it",
        packs(&*disk)[0].display()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(put(&store, &content, Familiar::with_all()), Stored::New);
    assert!(read(&store, &digest).unwrap().unwrap() == content);
}

#[test]
fn a_wrong_chunk_is_an_error_the_others_are_read_and_a_put_heals() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let content = noise(1, 1 << 20);
    let digest = Digest::of(&content);
    put(&store, &content, Familiar::with_none());
    put(&store, b"flush", Familiar::with_none()); // the manifest is written behind the put's back
    disk.damage(&whole(&digest), |bytes| bytes[700_000] ^= 1).unwrap();
    let reader = store.open_blob(&digest).unwrap().unwrap();
    let mut piece = vec![0; 1000];
    assert_eq!(reader.read_at(&mut piece, 0).unwrap(), 1000);
    assert_eq!(piece, content[..1000]);
    let error = reader.read_at(&mut piece, 700_000).unwrap_err();
    let StoreError::Damaged { place, damage: Damage::Chunk { .. }, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(place, whole(&digest));
    // Looks alone would let it pass: the damage is remembered.
    assert_eq!(put(&store, &content, Familiar::with_all()), Stored::New);
    assert!(read(&store, &digest).unwrap().unwrap() == content);
    assert_eq!(put(&store, &content, Familiar::with_all()), Stored::Shared);
}

#[test]
fn silent_rot_is_healed_by_any_unknown_put() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    for content in [noise(1, 5000), noise(2, 1 << 20)] {
        put(&store, &content, Familiar::with_none());
        put(&store, b"flush", Familiar::with_none());
        for pack in packs(&*disk) {
            disk.damage(&pack, |bytes| bytes.iter_mut().for_each(|byte| *byte ^= 0xff)).unwrap();
        }
        let _ = disk.damage(&whole(&Digest::of(&content)), |bytes| bytes[9] ^= 1);
        put(&store, &content, Familiar::with_none());
        put(&store, b"flush", Familiar::with_none());
        assert!(read(&store, &Digest::of(&content)).unwrap().unwrap() == content);
    }
}

#[test]
fn no_flipped_bit_is_ever_handed_out_or_costs_another_blob() {
    let contents = [noise(1, 2000), noise(2, 200_000), vec![b'a'; 50_000], noise(3, 100)];
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    for content in &contents {
        put(&store, content, Familiar::with_none());
    }
    drop(store); // killed: the pack is not sealed
    let mut files = packs(&*disk);
    files.push(whole(&Digest::of(&contents[1])));
    for (seed, sealed) in (0..60u64).flat_map(|seed| [(seed, false), (seed, true)]) {
        let disk = Arc::new(disk.restart());
        let index = tempfile::tempdir().unwrap();
        let mut targets = files.clone();
        if sealed {
            open(&disk, index.path()).close().unwrap();
            targets = packs(&*disk);
            targets.push(whole(&Digest::of(&contents[1])));
        }
        let dice = noise(seed, 16);
        let roll = u64::from_le_bytes(dice[..8].try_into().unwrap());
        let target = &targets[usize::from(dice[8]) % targets.len()];
        let flip = |bytes: &mut Vec<u8>| {
            let bit = usize::try_from(roll).unwrap() % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        };
        disk.damage(target, flip).unwrap();
        // Kept and rebuilt.
        let other = tempfile::tempdir().unwrap();
        for index in [index.path(), other.path()] {
            let store = open(&disk, index);
            let right =
                contents.iter().filter(|content| match read(&store, &Digest::of(content)) {
                    Ok(Some(read)) => {
                        assert!(read == **content, "seed {seed}: wrong bytes");
                        true
                    }
                    Ok(None) | Err(StoreError::Damaged { .. }) => false,
                    Err(error) => panic!("seed {seed}: {error}"),
                });
            assert!(right.count() + 1 >= contents.len(), "seed {seed}: more than one is lost");
        }
    }
}

#[test]
fn damage_in_the_midst_of_an_unsealed_pack_is_kept_in_quarantine() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let contents: Vec<_> = (0..5).map(|seed| noise(seed, 1000)).collect();
    for content in &contents {
        put(&store, content, Familiar::with_none());
    }
    drop(store);
    disk.damage(&packs(&*disk)[0], |bytes| bytes[2500] ^= 1).unwrap();
    let store = open(&disk, index.path());
    let lost: Vec<_> = contents
        .iter()
        .filter(|content| !matches!(read(&store, &Digest::of(content)), Ok(Some(_))))
        .collect();
    assert_eq!(lost, [&contents[2]]);
    assert_eq!(quarantined(&*disk).len(), 1);
    assert_eq!(put(&store, &contents[2], Familiar::with_all()), Stored::New);
    assert!(read(&store, &Digest::of(&contents[2])).unwrap().is_some());
}

fn damaged(store: &Store) -> Vec<Digest> {
    store.damage().iter().map(|damaged| damaged.digest).collect()
}

#[test]
fn damage_that_a_start_meets_is_listed_also_without_an_index() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let small: Vec<_> = (0..3).map(|seed| noise(seed, 1000)).collect();
    put(&store, &small[0], Familiar::with_none());
    let film = noise(10, 600_000);
    let (title, end) = (noise(11, 150_000), noise(12, 9000));
    put(&store, &film, Familiar::with_none());
    put(&store, b"flush", Familiar::with_none());
    let first_cut = [&title[..], &film].concat();
    assert_eq!(put(&store, &first_cut, Familiar::with_all()), Stored::New);
    for content in &small[1..] {
        put(&store, content, Familiar::with_none());
    }
    let pack = packs(&*disk)[0].clone();
    store.close().unwrap();
    drop(store);
    // A later pack has the manifest of another blob that needs the first one.
    let store = open(&disk, index.path());
    let second_cut = [&title[..], &film, &end].concat();
    put(&store, &second_cut, Familiar::with_all());
    store.close().unwrap();
    drop(store);
    disk.damage(&pack, |bytes| {
        let wrong = [&small[1][..], &title[100_000..]];
        for content in wrong {
            let at = bytes.windows(64).position(|window| window == &content[..64]).unwrap();
            bytes[at] ^= 1;
        }
        bytes.truncate(bytes.len() - 5);
    })
    .unwrap();
    let mut expected = [&small[1], &first_cut, &second_cut].map(|content| Digest::of(content));
    expected.sort_unstable();
    let fresh = tempfile::tempdir().unwrap();
    for index in [index.path(), fresh.path()] {
        let store = open(&Arc::new(disk.restart()), index);
        assert_eq!(damaged(&store), expected);
        for content in [&small[0], &small[2], &film] {
            assert!(read(&store, &Digest::of(content)).unwrap().unwrap() == *content);
        }
    }
}

#[test]
fn a_wrong_file_in_the_place_of_a_whole_is_damage_to_all_that_lie_in_it() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let film = noise(1, 600_000);
    let cut = [&noise(2, 9000)[..], &film].concat();
    put(&store, &film, Familiar::with_none());
    put(&store, b"flush", Familiar::with_none());
    put(&store, &cut, Familiar::with_all());
    // Somebody puts back a wrong one: it looks new, so that it is read through.
    let (digest, mut wrong) = (Digest::of(&film), film.clone());
    wrong[300_000] ^= 1;
    disk.remove(&whole(&digest)).unwrap();
    disk.create_new(&whole(&digest)).unwrap().write_all_at(&wrong, 0).unwrap();
    let error = store.open_blob(&digest).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { damage: Damage::Content, .. }), "{error}");
    let mut expected = [digest, Digest::of(&cut)];
    expected.sort_unstable();
    assert_eq!(damaged(&store), expected);
    drop(store);
    assert_eq!(damaged(&open(&disk, index.path())), expected);
}

#[test]
fn a_pack_of_a_newer_version_stops_the_start_and_stays_as_it_is() {
    let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    put(&store, b"x", Familiar::with_none());
    store.close().unwrap();
    drop(store);
    let pack = packs(&*disk)[0].clone();
    disk.damage(&pack, |bytes| {
        bytes[4] = 2;
        let sum = Digest::of(&bytes[..28]);
        bytes[28..32].copy_from_slice(&sum.as_bytes()[..4]);
    })
    .unwrap();
    let before = disk.stat(&pack).unwrap();
    let fresh = tempfile::tempdir().unwrap();
    let error = Store::open(Arc::clone(&disk) as Arc<dyn Disk>, fresh.path(), None).unwrap_err();
    assert_eq!(error.to_string(), format!("{} has version 2: update rushes", pack.display()));
    assert_eq!(disk.stat(&pack).unwrap(), before);
}

#[test]
fn a_restored_whole_is_read_through_and_served_or_set_aside() {
    let (data, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let disk = Arc::new(RealDisk::open(data.path()).unwrap());
    let store = open(&disk, index.path());
    let content = noise(1, 1 << 20);
    let digest = Digest::of(&content);
    put(&store, &content, Familiar::with_none());
    let path = data.path().join(whole(&digest));
    let exact = |store: &Store| {
        let reader = store.open_blob(&digest).unwrap().unwrap();
        let fd = reader.exact_file().map(|fd| format!("/proc/self/fd/{}", fd.as_raw_fd()));
        fd.map(|fd| std::fs::read(fd).unwrap())
    };
    assert!(exact(&store).unwrap() == content, "passthrough gets exactly the blob");
    assert!(path.metadata().unwrap().permissions().readonly());

    let replace = |bytes: &[u8]| {
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, bytes).unwrap();
    };
    replace(&content);
    assert!(exact(&store).unwrap() == content, "a right copy is taken in");
    let mut wrong = content.clone();
    wrong[5] ^= 1;
    replace(&wrong);
    let error = store.open_blob(&digest).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { damage: Damage::Content, .. }), "{error}");
    assert_eq!(quarantined(&*disk).len(), 1);
    assert!(!path.exists());
    assert_eq!(put(&store, &content, Familiar::with_all()), Stored::New);
    assert!(read(&store, &digest).unwrap().unwrap() == content);

    std::fs::remove_file(&path).unwrap();
    let error = store.open_blob(&digest).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { damage: Damage::Missing, .. }), "{error}");
}
