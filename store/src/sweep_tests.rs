//! Sweeps and compactions of blobs in ranges: what was not released stays and reads right, whatever
//! goes, whatever fails, and wherever the power is cut.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Cut, Disk, Kind, RecordingDisk, Verb};

use crate::cutter::Chunk;
use crate::error::{Damage, StoreError};
use crate::layout;
use crate::manifest::{Container, Manifest, Piece};
use crate::place::PackId;
use crate::record::{CHUNK, Head, Record};
use crate::scan::scan;
use crate::{BlobInfo, Familiar, Left, Run, Store, StoredAs, Swept};

/// A kind of record that a later version may have.
const LATER_KIND: u8 = 9;

/// Bytes that do not compress.
fn noise(seed: u32, length: usize) -> Vec<u8> {
    let block = |at: u32| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn open(disk: &CrashDisk, index: &Path) -> Store {
    Store::open(Arc::new(disk.clone()), index, Some("boot")).unwrap()
}

fn put(store: &Store, content: &[u8]) -> Digest {
    let mut staging = store.stage(Familiar::with_none()).unwrap();
    staging.write(content).unwrap();
    store.put(staging.finish().unwrap()).unwrap().digest
}

/// A part of a blob in ranges.
enum Part<'a> {
    /// A chunk that is new.
    New(&'a [u8]),
    /// A piece of a whole: its content, and from where to where.
    Of(&'a [u8], std::ops::Range<usize>),
}

fn put_ranges(store: &Store, parts: &[Part<'_>]) -> Vec<u8> {
    let (mut containers, mut pieces, mut content) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        let (bytes, on, offset) = match part {
            Part::New(bytes) => {
                let record = Record::chunk(Digest::of(bytes), bytes);
                let at = store.shelf.writer.call(record).unwrap().unwrap();
                (*bytes, Container::Pack(at.pack), at.offset)
            }
            Part::Of(whole, range) => {
                let on = Container::Whole(Digest::of(whole));
                (&whole[range.clone()], on, range.start as u64)
            }
        };
        let length = u32::try_from(bytes.len()).unwrap();
        let chunk = Chunk { digest: Digest::of(bytes), length };
        let container = u32::try_from(containers.len()).unwrap();
        containers.push(on);
        pieces.push(Piece { chunk, container, offset });
        content.extend_from_slice(bytes);
    }
    let manifest = Manifest { generation: 1, size: content.len() as u64, containers, pieces };
    let record = Record::manifest(Digest::of(&content), &manifest);
    store.shelf.writer.call(record).unwrap().unwrap();
    content
}

fn read(store: &Store, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(reader) = store.open_blob(digest)? else { return Ok(None) };
    let mut bytes = vec![0; usize::try_from(reader.size()).unwrap()];
    let got = reader.read_at(&mut bytes, 0)?;
    assert_eq!(got, bytes.len());
    Ok(Some(bytes))
}

fn assert_reads(store: &Store, contents: &[Vec<u8>], context: &str) {
    for (number, content) in contents.iter().enumerate() {
        let read = read(store, &Digest::of(content));
        let read = read.unwrap_or_else(|error| panic!("{context}: content {number}: {error}"));
        assert!(read.as_ref() == Some(content), "{context}: content {number}");
    }
}

/// Sealed packs and wholes, of which the most is free.
struct World {
    disk: CrashDisk,
    index: tempfile::TempDir,
    /// What nothing may take away: small, whole and in ranges.
    live: Vec<Vec<u8>>,
    free: Vec<Vec<u8>>,
}

impl World {
    fn new() -> Self {
        let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let store = open(&disk, index.path());
        let film = noise(0, 400_000);
        let title = noise(1, 9000);
        let mut free = vec![film.clone()];
        let mut live = vec![noise(2, 20_000), noise(3, 150_000), b"text ".repeat(3000)];
        for content in free.iter().chain(&live) {
            put(&store, content);
        }
        let cut = [Part::New(&title), Part::Of(&film, 5000..105_000), Part::Of(&film, 0..70_000)];
        live.push(put_ranges(&store, &cut));
        live.push(put_ranges(&store, &[Part::Of(&film, 5000..105_000), Part::Of(&live[1], 0..99)]));
        free.push(put_ranges(&store, &[Part::Of(&film, 7..90_000), Part::New(&noise(4, 90_000))]));
        for number in 10..14 {
            free.push(noise(number, 60_000));
            put(&store, &free[free.len() - 1]);
        }
        let head =
            Head { kind: LATER_KIND, flags: 0, stored_len: 3, raw_len: 3, digest: Digest::of(b"") };
        store.shelf.writer.call(Record::copy(head, b"new")).unwrap().unwrap();
        store.close().unwrap();
        Self { disk, index, live, free }
    }

    fn open(&self) -> Store {
        open(&self.disk, self.index.path())
    }

    fn candidates(&self) -> Vec<Digest> {
        self.free.iter().map(|content| Digest::of(content)).collect()
    }

    fn sweep(&self, store: &Store, run: Run) -> Result<Swept, StoreError> {
        sweep(store, &self.candidates(), run)
    }

    /// Reads with an index that was made from nothing.
    fn assert_rebuilds(&self, disk: &CrashDisk, context: &str) {
        let fresh = tempfile::tempdir().unwrap();
        let store = open(disk, fresh.path());
        assert_reads(&store, &self.live, &format!("{context}, index built again"));
    }
}

fn sweep(store: &Store, candidates: &[Digest], run: Run) -> Result<Swept, StoreError> {
    store.sweep(&mut candidates.iter().copied(), &|digest| candidates.contains(digest), run)
}

fn has_later_kind(disk: &CrashDisk) -> bool {
    let mut kinds = Vec::new();
    for pack in layout::packs(disk).unwrap() {
        let file = disk.open_read(&layout::pack(pack)).unwrap();
        let size = file.stat().unwrap().size;
        scan::<StoreError>(pack, &*file, size, |_, head, _| {
            kinds.push(head.kind);
            Ok(())
        })
        .unwrap();
    }
    kinds.contains(&LATER_KIND)
}

fn packs(disk: &CrashDisk) -> Vec<PackId> {
    layout::packs(disk).unwrap()
}

#[test]
fn what_was_released_goes_and_what_others_need_of_it_stays() {
    let world = World::new();
    let store = world.open();
    let before = packs(&world.disk);
    let swept = world.sweep(&store, Run::Really).unwrap();
    assert!(swept.left.is_empty() && swept.packs_left.is_empty(), "{swept:?}");
    assert_eq!((swept.blobs, swept.packs_compacted), (6, 1), "{swept:?}");
    assert!(swept.bytes_freed > 400_000 + 300_000, "{swept:?}");
    // The part that two blobs share was copied once.
    assert!((170_000..250_000).contains(&swept.bytes_moved), "{swept:?}");
    for free in &world.free {
        let digest = Digest::of(free);
        assert!(store.open_blob(&digest).unwrap().is_none());
        assert!(world.disk.stat(&layout::whole(&digest)).is_err());
    }
    assert!(world.disk.list(Path::new(layout::STAGING)).unwrap().is_empty());
    assert!(packs(&world.disk).iter().all(|pack| !before.contains(pack)), "the old pack is gone");
    assert!(has_later_kind(&world.disk), "a record of an unknown kind is lost");
    assert_reads(&store, &world.live, "after the sweep");
    let again = world.sweep(&store, Run::Really).unwrap();
    assert_eq!((again.blobs, again.packs_compacted), (0, 0), "{again:?}");
    drop(store);
    world.assert_rebuilds(&world.disk.restart(), "after the sweep");
}

#[test]
fn a_plan_changes_nothing_and_says_what_the_sweep_does() {
    let world = World::new();
    let recording = Arc::new(RecordingDisk::over(Arc::new(world.disk.clone())));
    let disk: Arc<dyn Disk> = Arc::<RecordingDisk>::clone(&recording);
    let store = Store::open(disk, world.index.path(), Some("boot")).unwrap();
    recording.take();
    let plan = world.sweep(&store, Run::Plan).unwrap();
    let whole = store.compact(&|digest| world.candidates().contains(digest), Run::Plan).unwrap();
    assert_eq!(whole.packs_compacted, 1, "{whole:?}");
    for call in recording.take() {
        let reads = [Verb::Open, Verb::Read, Verb::Stat, Verb::List];
        assert!(reads.contains(&call.verb), "{call:?}");
    }
    assert_reads(&store, &world.live, "after the plan");
    assert_reads(&store, &world.free, "after the plan");
    let swept = world.sweep(&store, Run::Really).unwrap();
    let figures = |swept: &Swept| {
        (swept.blobs, swept.bytes_freed, swept.bytes_dead, swept.packs_compacted, swept.left_count)
    };
    assert_eq!(figures(&plan), figures(&swept));
    assert!(plan.bytes_moved >= swept.bytes_moved / 2, "{plan:?} {swept:?}");
}

#[test]
fn a_power_cut_at_any_sync_of_a_sweep_loses_nothing_that_lives() {
    let mut sync = 0;
    loop {
        sync += 1;
        let mut was_cut = false;
        for side in [Cut::Before, Cut::After] {
            let world = World::new();
            let store = world.open();
            world.disk.cut_at(sync, side);
            // What it says no longer matters: the power is gone.
            let _swept = world.sweep(&store, Run::Really);
            was_cut |= world.disk.is_cut();
            drop(store);
            let context = format!("sync {sync} {side:?}");
            for seed in 0..4 {
                let after = world.disk.reboot(seed * 1000 + sync);
                world.assert_rebuilds(&after, &format!("{context} seed {seed}"));
            }
            // A kill instead: the index is as it was left.
            let killed = world.disk.restart();
            let store = open(&killed, world.index.path());
            assert_reads(&store, &world.live, &format!("{context}, killed"));
            // The next sweep ends what this one began, and the one after has nothing to do.
            world.sweep(&store, Run::Really).unwrap();
            assert_reads(&store, &world.live, &format!("{context}, swept again"));
            for free in &world.free {
                assert!(store.open_blob(&Digest::of(free)).unwrap().is_none(), "{context}");
            }
        }
        if !was_cut {
            break;
        }
    }
    assert!(sync > 8, "a sweep hardly syncs: {sync}");
}

/// Whether a blob survives a sweep while it is held, in each of its three forms.
fn are_leases_kept(is_broken: bool) -> bool {
    let world = World::new();
    let store = world.open();
    store.shelf.leases.are_ignored.store(is_broken, Ordering::Relaxed);
    let leases: Vec<_> = [0, 1, 2].map(|number| store.hold(&world.candidates()[number])).into();
    assert!(leases.iter().all(Option::is_some));
    let swept = world.sweep(&store, Run::Really).unwrap();
    let are_there = [0, 1, 2].map(|number| {
        read(&store, &Digest::of(&world.free[number])).is_ok_and(|content| content.is_some())
    });
    let are_named = swept.left.iter().filter(|(_, left)| matches!(left, Left::Held)).count() == 3;
    drop(leases);
    if !is_broken {
        assert_eq!(swept.blobs, 3);
        let swept = world.sweep(&store, Run::Really).unwrap();
        assert_eq!((swept.blobs, swept.left_count), (3, 0));
        assert_reads(&store, &world.live, "after the lease was dropped");
    }
    are_there == [true; 3] && are_named
}

#[test]
fn what_is_held_stays_until_it_is_let_go() {
    assert!(are_leases_kept(false));
}

#[test]
fn a_sweep_without_leases_is_caught() {
    assert!(!are_leases_kept(true));
}

#[test]
fn a_blob_that_is_claimed_at_the_last_moment_stays() {
    let world = World::new();
    let store = world.open();
    for candidate in world.candidates() {
        let asked = Cell::new(0);
        let is_free = |digest: &Digest| {
            asked.set(asked.get() + u32::from(*digest == candidate));
            *digest == candidate && asked.get() < 2
        };
        let swept = store.sweep(&mut [candidate].into_iter(), &is_free, Run::Really).unwrap();
        assert!(matches!(swept.left[..], [(left, Left::Named)] if left == candidate), "{swept:?}");
        assert_eq!(swept.blobs, 0);
    }
    assert_reads(&store, &world.live, "nothing was freed");
    assert_reads(&store, &world.free, "nothing was freed");
}

#[test]
fn damage_that_others_need_keeps_its_whole_and_costs_no_other_candidate() {
    let world = World::new();
    world
        .disk
        .damage(&layout::whole(&Digest::of(&world.free[0])), |bytes| bytes[6000] ^= 1)
        .unwrap();
    let store = world.open();
    let swept = world.sweep(&store, Run::Really).unwrap();
    assert_eq!((swept.blobs, swept.left_count), (5, 1), "{swept:?}");
    assert!(
        matches!(&swept.left[0].1, Left::Damaged { damage: Damage::Chunk { .. }, place }
            if *place == layout::whole(&world.candidates()[0])),
        "{swept:?}"
    );
    assert!(world.disk.stat(&layout::whole(&world.candidates()[0])).is_ok());
    assert_reads(&store, &world.live[..3], "those that do not need it");
}

#[test]
fn a_damaged_record_stops_the_compaction_of_its_pack_only() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let (mut live, mut free) = (Vec::new(), Vec::new());
    for number in 0..3 {
        let store = open(&disk, index.path());
        live.push(noise(number, 9000));
        put(&store, &live[live.len() - 1]);
        free.push(put(&store, &noise(100 + number, 50_000)));
        store.close().unwrap();
    }
    let before = packs(&disk);
    disk.damage(&layout::pack(before[1]), |bytes| bytes[5000] ^= 1).unwrap();
    let store = open(&disk, index.path());
    let swept = sweep(&store, &free, Run::Really).unwrap();
    assert_eq!((swept.blobs, swept.packs_compacted, swept.left_count), (3, 2, 0), "{swept:?}");
    let is_record =
        |left: &Left| matches!(left, Left::Damaged { damage: Damage::Record { .. }, .. });
    assert!(
        matches!(&swept.packs_left[..], [(path, left)]
        if *path == layout::pack(before[1]) && is_record(left)),
        "{swept:?}"
    );
    assert_eq!(packs(&disk).iter().filter(|pack| before.contains(pack)).count(), 1);
    assert_reads(&store, &[live.remove(0), live.remove(1)], "the others");
    assert!(read(&store, &Digest::of(&live[0])).is_err());
}

#[test]
fn a_pack_in_use_is_left_and_one_that_lives_is_not_touched() {
    let world = World::new();
    let store = world.open();
    let pack = packs(&world.disk)[0];
    let nothing = store.compact(&|_| false, Run::Really).unwrap();
    assert_eq!((nothing.packs_compacted, nothing.bytes_moved), (0, 0), "{nothing:?}");
    let lease = store.shelf.leases.share(crate::leases::Held::Pack(pack)).unwrap();
    let swept = world.sweep(&store, Run::Really).unwrap();
    assert!(matches!(swept.packs_left[..], [(_, Left::Held)]), "{swept:?}");
    drop(lease);
    let after = store.compact(&|_| false, Run::Really).unwrap();
    assert_eq!((after.packs_compacted, after.packs_left.len()), (1, 0), "{after:?}");
    assert_reads(&store, &world.live, "compacted");
}

#[test]
fn a_reader_of_an_old_manifest_reads_right_bytes_or_none() {
    let world = World::new();
    let store = world.open();
    let readers: Vec<_> = world
        .live
        .iter()
        .map(|content| {
            let reader = store.open_blob(&Digest::of(content)).unwrap().unwrap();
            reader.read_at(&mut [0; 10], 0).unwrap();
            reader
        })
        .collect();
    world.sweep(&store, Run::Really).unwrap();
    for (content, reader) in world.live.iter().zip(readers) {
        let mut bytes = vec![0; content.len()];
        match reader.read_at(&mut bytes, 0) {
            Ok(_) => assert!(bytes == *content),
            Err(error) => assert!(
                matches!(error, StoreError::Damaged { damage: Damage::Missing, .. }),
                "{error}"
            ),
        }
    }
}

#[test]
fn a_blob_leaves_a_container_only_by_its_newest_manifest() {
    let world = World::new();
    let store = world.open();
    let index = &store.shelf.index;
    let (film, blob) = (Container::Whole(world.candidates()[0]), Digest::of(&world.live[3]));
    assert!(!index.leave(&blob, &film, None).unwrap());
    assert!(index.dependents(&film, None, 9).unwrap().contains(&blob));
    assert!(index.leave(&blob, &film, index.manifest(&blob).unwrap()).unwrap());
    assert!(!index.dependents(&film, None, 9).unwrap().contains(&blob));
}

#[test]
fn everything_that_is_stored_is_listed_once_in_order() {
    let world = World::new();
    let store = world.open();
    let all = store.blobs(None, 100).unwrap();
    let mut expected: Vec<_> = world.live.iter().chain(&world.free).collect();
    expected.sort_by_key(|content| *Digest::of(content).as_bytes());
    let facts = |info: &BlobInfo| (info.digest, info.size);
    assert_eq!(
        all.iter().map(facts).collect::<Vec<_>>(),
        expected
            .iter()
            .map(|content| (Digest::of(content), Some(content.len() as u64)))
            .collect::<Vec<_>>()
    );
    let stored = |as_what| all.iter().filter(|info| info.stored_as == as_what).count();
    assert_eq!([StoredAs::Whole, StoredAs::Packed, StoredAs::Ranges].map(stored), [2, 6, 3]);
    let mut paged = Vec::new();
    while let [info] = store.blobs(paged.last().map(|info: &BlobInfo| &info.digest), 1).unwrap()[..]
    {
        paged.push(info);
    }
    assert_eq!(paged, all);
    // The manifest of a whole that is gone is no blob.
    store.shelf.index.forget(&Digest::of(&world.live[1])).unwrap();
    assert_eq!(store.blobs(None, 100).unwrap().len(), all.len() - 1);
}

#[test]
fn chunks_are_copied_as_chunks() {
    let world = World::new();
    let store = world.open();
    world.sweep(&store, Run::Really).unwrap();
    let blob = Digest::of(&world.live[3]);
    let known = store.shelf.index.manifest(&blob).unwrap().unwrap();
    let manifest = store.shelf.packs.manifest(&blob, &known.at).unwrap();
    for piece in &manifest.pieces {
        let Container::Pack(pack) = manifest.containers[piece.container as usize] else {
            panic!("nothing lies in the whole any more")
        };
        let file = world.disk.open_read(&layout::pack(pack)).unwrap();
        let (head, _) = crate::moving::read_record(&*file, (pack, piece.offset)).unwrap().unwrap();
        assert_eq!((head.kind, head.digest), (CHUNK, piece.chunk.digest));
    }
    assert_eq!(world.disk.stat(Path::new(layout::PACKS)).unwrap().kind, Kind::Directory);
}

#[test]
fn a_manifest_after_a_forgotten_one_counts_more() {
    let world = World::new();
    let store = world.open();
    let (index, blob) = (&store.shelf.index, Digest::of(&world.live[3]));
    let forgotten = index.manifest(&blob).unwrap().unwrap().generation;
    index.forget_manifest(&blob).unwrap();
    assert!(store.shelf.next_generation(&blob).unwrap() > forgotten);
}

#[test]
fn nothing_is_on_its_way_any_more_when_the_moving_breaks_off() {
    let world = World::new();
    let store = world.open();
    let blobs: Vec<_> = (500..560).map(|seed| noise(seed, 60_000)).collect();
    let mut waiting = crate::moving::Waiting::new();
    for blob in &blobs {
        let record = Record::blob(Digest::of(blob), blob);
        waiting.push(&store.shelf, ((), record), |(), _| {}).unwrap();
    }
    drop(waiting);
    let is_there = |blob: &Vec<u8>| store.shelf.index.blob(&Digest::of(blob)).unwrap().is_some();
    assert!(blobs.iter().all(is_there));
}
