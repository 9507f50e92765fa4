//! Sweeps that are told to stop: they end at once, lose nothing, and waste nothing of what they
//! did.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Disk, RecordingDisk, Verb};

use crate::cutter::Chunk;
use crate::manifest::{Container, Manifest, Piece};
use crate::record::Record;
use crate::{Familiar, Left, Packs, Run, Store, Swept, layout};

const CHUNK_BYTES: usize = 50_000;
const CHUNKS: usize = 200;
/// How much may be written after a stop, in bytes: what was on its way, and a manifest with the
/// zeros that a pack grows ahead.
const AFTER_BYTES_MAX: usize = 5 << 19;

fn noise(seed: u32, length: usize) -> Vec<u8> {
    let block = |at: u32| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn put(store: &Store, content: &[u8]) -> Digest {
    let mut staging = store.stage(Familiar::with_none()).unwrap();
    staging.write(content).unwrap();
    store.put(staging.finish().unwrap()).unwrap().digest
}

/// A blob whose chunks lie in a container, one behind the other, at these offsets.
fn put_in(store: &Store, content: &[u8], on: Container, offsets: &[u64]) -> Digest {
    let chunks = content.chunks(CHUNK_BYTES).zip(offsets);
    let piece = |(bytes, offset): (&[u8], &u64)| {
        let chunk =
            Chunk { digest: Digest::of(bytes), length: u32::try_from(bytes.len()).unwrap() };
        Piece { chunk, container: 0, offset: *offset }
    };
    let (size, pieces) = (content.len() as u64, chunks.map(piece).collect());
    let manifest = Manifest { generation: 1, size, containers: vec![on], pieces };
    let digest = Digest::of(content);
    store.shelf.writer.call(Record::manifest(digest, &manifest)).unwrap().unwrap();
    digest
}

fn assert_reads(store: &Store, content: &[u8]) {
    let reader = store.open_blob(&Digest::of(content)).unwrap().unwrap();
    let mut bytes = vec![0; content.len()];
    assert_eq!(reader.read_at(&mut bytes, 0).unwrap(), bytes.len());
    assert!(bytes == content);
}

/// A store over a disk that tells the sweep to stop once so much was written to packs.
struct World {
    inner: CrashDisk,
    store: Store,
    stop: Arc<AtomicBool>,
    stop_at: Arc<AtomicUsize>,
    written: Arc<AtomicUsize>,
    _index: tempfile::TempDir,
}

impl World {
    fn new(inner: CrashDisk, index: tempfile::TempDir) -> Self {
        let disk = Arc::new(RecordingDisk::over(Arc::new(inner.clone())));
        let stop = Arc::new(AtomicBool::new(false));
        let (stop_at, written) = (Arc::new(AtomicUsize::new(usize::MAX)), Arc::default());
        let (told, limit, count) =
            (Arc::clone(&stop), Arc::clone(&stop_at), Arc::<AtomicUsize>::clone(&written));
        disk.watch(Box::new(move |call| {
            if call.verb == Verb::Write && call.path.starts_with(layout::PACKS) {
                let before = count.fetch_add(call.bytes, Ordering::Relaxed);
                if before + call.bytes > limit.load(Ordering::Relaxed) {
                    told.store(true, Ordering::Relaxed);
                }
            }
        }));
        let store = Store::open(disk as Arc<dyn Disk>, index.path(), Some("boot")).unwrap();
        Self { inner, store, stop, stop_at, written, _index: index }
    }

    /// Sweeps, and is told to stop once so much was written; tells how much was.
    fn sweep(&self, free: Digest, packs: Packs, stop_at: usize) -> (Swept, usize) {
        self.written.store(0, Ordering::Relaxed);
        self.stop.store(false, Ordering::Relaxed);
        self.stop_at.store(stop_at, Ordering::Relaxed);
        let is_free = |digest: &Digest| *digest == free;
        let mut candidates = [free].into_iter();
        let how = (&is_free as &dyn Fn(&Digest) -> bool, Run::Really);
        let swept = self.store.sweep_until(&mut candidates, how, packs, &self.stop).unwrap();
        (swept, self.written.load(Ordering::Relaxed))
    }

    fn assert_rebuilds(&self, content: &[u8]) {
        for disk in [self.inner.restart(), self.inner.reboot_bare()] {
            let fresh = tempfile::tempdir().unwrap();
            let store = Store::open(Arc::new(disk), fresh.path(), None).unwrap();
            assert_reads(&store, content);
        }
    }
}

fn new_store() -> World {
    World::new(CrashDisk::new(), tempfile::tempdir().unwrap())
}

#[test]
fn a_sweep_that_is_stopped_in_the_midst_of_a_film_ends_at_once_and_goes_on_from_there() {
    let world = new_store();
    let film = noise(1, CHUNKS * CHUNK_BYTES);
    let free = put(&world.store, &film);
    // A film of all chunks but the last: it needs nearly everything.
    let live = &film[..(CHUNKS - 1) * CHUNK_BYTES];
    let offsets: Vec<u64> = (0..CHUNKS as u64).map(|at| at * CHUNK_BYTES as u64).collect();
    put_in(&world.store, live, Container::Whole(free), &offsets);
    let mut moved = 0;
    for round in 0.. {
        let (swept, written) = world.sweep(free, Packs::Touched, 10 * CHUNK_BYTES);
        moved += swept.bytes_moved;
        assert!(written < 10 * CHUNK_BYTES + AFTER_BYTES_MAX, "{written} bytes, {swept:?}");
        assert_reads(&world.store, live);
        world.assert_rebuilds(live);
        if swept.blobs == 1 {
            assert!(round > 2, "it was hardly stopped");
            break;
        }
        assert!(matches!(swept.left[..], [(digest, Left::Stopped)] if digest == free), "{swept:?}");
        assert!(round < 20 && world.inner.stat(&layout::whole(&free)).is_ok());
        assert!(swept.bytes_moved > 0, "{swept:?}");
    }
    assert!(world.inner.stat(&layout::whole(&free)).is_err());
    let needed = live.len() as u64;
    assert!(moved < needed + needed / 20, "{moved} bytes were moved for {needed}");
}

#[test]
fn a_compaction_that_is_stopped_ends_at_once_and_costs_nothing() {
    let world = new_store();
    // A pack of small blobs and of chunks of a film, most of it free.
    let small: Vec<_> = (0..80).map(|seed| noise(100 + seed, CHUNK_BYTES)).collect();
    for content in &small {
        put(&world.store, content);
    }
    let film = noise(1, CHUNKS / 2 * CHUNK_BYTES);
    let chunk = |bytes: &[u8]| {
        let record = Record::chunk(Digest::of(bytes), bytes);
        world.store.shelf.writer.call(record).unwrap().unwrap()
    };
    let places: Vec<_> = film.chunks(CHUNK_BYTES).map(chunk).collect();
    let dead = noise(2, 2 * CHUNKS * CHUNK_BYTES);
    for bytes in dead.chunks(CHUNK_BYTES) {
        chunk(bytes);
    }
    let offsets: Vec<_> = places.iter().map(|at| at.offset).collect();
    let pack = places[0].pack;
    put_in(&world.store, &film, Container::Pack(pack), &offsets);
    world.store.close().unwrap();
    let inner = world.inner;
    for stop_at in [3, 90] {
        let before = tempfile::tempdir().unwrap();
        let world = World::new(inner.restart(), before);
        let (swept, written) = world.sweep(Digest::of(b"none"), Packs::All, stop_at * CHUNK_BYTES);
        assert!(written < stop_at * CHUNK_BYTES + AFTER_BYTES_MAX, "{written} bytes, {swept:?}");
        assert!(matches!(swept.packs_left[..], [(_, Left::Stopped)]), "{swept:?}");
        assert!(world.inner.stat(&layout::pack(pack)).is_ok());
        for content in small.iter().chain([&film]) {
            assert_reads(&world.store, content);
        }
        world.assert_rebuilds(&film);
        let (swept, _) = world.sweep(Digest::of(b"none"), Packs::All, usize::MAX);
        assert!(swept.packs_compacted >= 1 && swept.packs_left.is_empty(), "{swept:?}");
        assert!(world.inner.stat(&layout::pack(pack)).is_err());
        assert_reads(&world.store, &film);
    }
}
