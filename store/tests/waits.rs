//! No lock is held over a sync: whatever syncs, everybody else goes on. At each sync of one thread
//! another one does all that could wait for it; with a lock between them neither would ever end.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, current};
use std::time::Duration;

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Disk, RecordingDisk, Verb};
use rushes_store::{Familiar, Store, StoreError};

/// How long somebody may take for what takes moments.
const PATIENCE: Duration = Duration::from_secs(20);

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let block = |at: u64| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn film(seed: u64) -> Vec<u8> {
    noise(seed, 400_000)
}

/// A film with a new beginning: it is kept in ranges.
fn edited(seed: u64, edit: u64) -> Vec<u8> {
    [noise(edit, 3000), film(seed)].concat()
}

fn put(store: &Store, content: &[u8]) -> u64 {
    let mut staging = store.stage(Familiar::with_all()).unwrap();
    staging.write(content).unwrap();
    store.put(staging.finish().unwrap()).unwrap().new_bytes
}

fn whole(digest: &Digest) -> PathBuf {
    let hex = digest.to_hex();
    Path::new("whole").join(&hex[..2]).join(&hex)
}

/// A store over a disk at whose syncs somebody else works.
struct World {
    inner: CrashDisk,
    disk: Arc<RecordingDisk>,
    store: Arc<Store>,
    _index: tempfile::TempDir,
}

impl World {
    /// Films, and damage to some of them.
    fn new(films: u64, damaged: std::ops::Range<u64>) -> Self {
        let (inner, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let disk = Arc::new(RecordingDisk::over(Arc::new(inner.clone())));
        let below: Arc<dyn Disk> = Arc::<RecordingDisk>::clone(&disk);
        let store = Arc::new(Store::open(below, index.path(), Some("boot")).unwrap());
        for seed in 0..films {
            put(&store, &film(seed));
        }
        put(&store, b"the manifests are written now");
        for seed in damaged {
            let path = whole(&Digest::of(&film(seed)));
            inner.damage(&path, |bytes| bytes[9] ^= 1).unwrap();
        }
        Self { inner, disk, store, _index: index }
    }

    /// Whether somebody else comes to his end at every sync of the caller's thread, and of the pack
    /// writer's where it writes for the caller.
    fn at_syncs(&self, with_writer: bool, other: impl FnMut(&Store) + Send + 'static) -> Beside {
        let (ask, asked) = channel();
        let (finish, finished) = channel();
        let store = Arc::clone(&self.store);
        let worker = std::thread::spawn(move || work(&store, other, &asked, &finish));
        let counts = Arc::new(Counts::default());
        let (own, seen) = (current().id(), Arc::clone(&counts));
        let talk = Mutex::new((ask.clone(), finished));
        self.disk.watch(Box::new(move |call| {
            let here = current();
            let is_writer = with_writer && here.name() == Some("pack writer");
            let is_his = here.id() == own || is_writer;
            if call.verb == Verb::Sync && is_his {
                let (ask, finished) = &*talk.lock().unwrap();
                let has_ended = ask.send(true).is_ok() && finished.recv_timeout(PATIENCE).is_ok();
                let count = if has_ended { &seen.free } else { &seen.stuck };
                count.fetch_add(1, Ordering::Relaxed);
            }
        }));
        Beside { ask, worker, counts }
    }
}

fn work(store: &Store, mut other: impl FnMut(&Store), asked: &Receiver<bool>, finish: &Sender<()>) {
    while asked.recv().is_ok_and(|goes_on| goes_on) {
        other(store);
        if finish.send(()).is_err() {
            return;
        }
    }
}

/// At how many syncs he had to wait for their end, and at how many he had not.
#[derive(Default)]
struct Counts {
    stuck: AtomicUsize,
    free: AtomicUsize,
}

/// Who works beside the others.
struct Beside {
    ask: Sender<bool>,
    worker: JoinHandle<()>,
    counts: Arc<Counts>,
}

impl Beside {
    /// Tells at how many syncs he was stuck, and at how many free.
    fn end(self) -> (usize, usize) {
        self.ask.send(false).unwrap();
        self.worker.join().unwrap();
        let count = |of: &AtomicUsize| of.load(Ordering::Relaxed);
        (count(&self.counts.stuck), count(&self.counts.free))
    }
}

#[test]
fn puts_and_reads_go_on_while_damage_is_written_down() {
    let world = World::new(2, 0..1);
    let mut seed = 100;
    let beside = world.at_syncs(false, move |store| {
        seed += 10;
        put(store, &film(seed));
        put(store, &noise(seed + 1, 2000));
        assert!(put(store, &edited(1, seed + 2)) < 300_000, "not in ranges");
        let mut byte = [0];
        let reader = store.open_blob(&Digest::of(&film(1))).unwrap().unwrap();
        assert_eq!(reader.read_at(&mut byte, 0).unwrap(), 1);
    });
    let digest = Digest::of(&film(0));
    assert!(matches!(world.store.verify(&digest), Err(StoreError::Damaged { .. })));
    let (stuck, free) = beside.end();
    assert!(stuck == 0 && free >= 4, "{stuck} syncs of a note kept others waiting, {free} not");
    assert!(world.inner.stat(&whole(&digest)).is_err());
}

#[test]
fn damage_is_taken_away_while_puts_sync() {
    let world = World::new(40, 1..40);
    let mut seed = 0;
    let beside = world.at_syncs(true, move |store| {
        seed += 1;
        let verified = store.verify(&Digest::of(&film(seed)));
        assert!(matches!(verified, Err(StoreError::Damaged { .. })), "{verified:?}");
    });
    put(&world.store, &film(100));
    put(&world.store, &edited(0, 101));
    put(&world.store, b"the writer has nothing left to do");
    let (stuck, free) = beside.end();
    assert!(stuck == 0 && free >= 4, "{stuck} syncs of a put kept others waiting, {free} not");
}
