//! Sweeps and compactions from outside: under load, held, and of what was put again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rushes_digest::Digest;
use rushes_disk::CrashDisk;
use rushes_store::{Familiar, Put, Run, Store};

/// Contents that go round: put, named, read, released and swept.
const CONTENTS: u32 = 12;
const ROUNDS: usize = 40;
const WRITERS: usize = 3;

fn noise(seed: u32, length: usize) -> Vec<u8> {
    let block = |at: u32| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn open(disk: &CrashDisk, index: &Path) -> Store {
    Store::open(Arc::new(disk.clone()), index, Some("boot")).unwrap()
}

fn put(store: &Store, content: &[u8], familiar: Familiar) -> Put {
    let mut staging = store.stage(familiar).unwrap();
    staging.write(content).unwrap();
    store.put(staging.finish().unwrap()).unwrap()
}

/// Waits until manifests are written that nobody waits for: records go in one queue.
fn settle(store: &Store) {
    drop(put(store, b"after all others", Familiar::with_none()));
}

fn reads(store: &Store, content: &[u8]) -> bool {
    let Some(reader) = store.open_blob(&Digest::of(content)).unwrap() else { return false };
    let mut bytes = vec![0; content.len()];
    assert_eq!(reader.read_at(&mut bytes, 0).unwrap(), content.len());
    assert!(bytes == content, "wrong bytes");
    true
}

/// A content, and whether a fact names it.
struct Fact {
    content: Vec<u8>,
    digest: Digest,
    is_named: AtomicBool,
    /// Whoever puts it, one at a time.
    is_taken: AtomicBool,
}

/// Small ones, long ones, and long ones that share most of their bytes.
fn facts() -> Vec<Fact> {
    let film = noise(1000, 900_000);
    let content = |number: u32| match number % 3 {
        0 => noise(number, 30_000),
        1 => noise(number, 200_000),
        _ => [&noise(number, 50_000), &film[..]].concat(),
    };
    (0..CONTENTS)
        .map(|number| {
            let content = content(number);
            let digest = Digest::of(&content);
            let (is_named, is_taken) = (AtomicBool::new(false), AtomicBool::new(false));
            Fact { content, digest, is_named, is_taken }
        })
        .collect()
}

/// Puts a content, names it, reads it while it is named, and releases it.
fn go_round(store: &Store, fact: &Fact) {
    if fact.is_taken.swap(true, Ordering::SeqCst) {
        return;
    }
    let put = put(store, &fact.content, Familiar::with_all());
    fact.is_named.store(true, Ordering::SeqCst);
    drop(put);
    for _ in 0..3 {
        assert!(reads(store, &fact.content), "a blob that is named is gone");
    }
    fact.is_named.store(false, Ordering::SeqCst);
    fact.is_taken.store(false, Ordering::SeqCst);
}

#[test]
fn what_is_named_stays_while_sweeps_puts_and_reads_run_at_once() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let facts = facts();
    let mut swept = 0;
    thread::scope(|scope| {
        let writers = (0..WRITERS).map(|writer| {
            let (store, facts) = (&store, &facts);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    go_round(store, &facts[(round * 5 + writer * 3) % facts.len()]);
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        let is_free = |digest: &Digest| {
            let fact = facts.iter().find(|fact| fact.digest == *digest);
            fact.is_some_and(|fact| !fact.is_named.load(Ordering::SeqCst))
        };
        while writers.iter().any(|writer| !writer.is_finished()) {
            let mut all = facts.iter().map(|fact| fact.digest);
            let report = store.sweep(&mut all, &is_free, Run::Really).unwrap();
            swept += report.blobs;
            thread::yield_now();
        }
    });
    assert!(swept > 0, "nothing was ever swept");
    // At the end everything is released, and goes: what was read often may be held a little longer,
    // until its copy in the cache is made.
    let begun = Instant::now();
    while !store.blobs(None, 100).unwrap().is_empty() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", store.blobs(None, 100));
        let mut all = facts.iter().map(|fact| fact.digest);
        store.sweep(&mut all, &|_| true, Run::Really).unwrap();
    }
}

#[test]
fn reads_go_on_while_packs_are_compacted() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let (mut live, mut free) = (Vec::new(), Vec::new());
    for number in 0..8 {
        let store = open(&disk, index.path());
        live.push(noise(number, 20_000));
        free.push(noise(100 + number, 60_000));
        for content in live.iter().chain(&free).rev().step_by(live.len()) {
            drop(put(&store, content, Familiar::with_none()));
        }
        store.close().unwrap();
    }
    let store = open(&disk, index.path());
    let free: Vec<_> = free.iter().map(|content| Digest::of(content)).collect();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    assert!(live.iter().all(|content| reads(&store, content)));
                }
            });
        }
        let is_free = |digest: &Digest| free.contains(digest);
        let swept = store.sweep(&mut free.iter().copied(), &is_free, Run::Really);
        is_over.store(true, Ordering::SeqCst);
        let swept = swept.unwrap();
        assert_eq!((swept.blobs, swept.left_count), (8, 0), "{swept:?}");
        assert!(swept.packs_compacted >= 7, "{swept:?}");
    });
    assert!(live.iter().all(|content| reads(&store, content)));
}

#[test]
fn what_was_freed_and_put_again_is_there_after_a_rebuild_of_the_index() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let store = open(&disk, index.path());
    let film = noise(1, 900_000);
    let cut = [&noise(2, 40_000), &film[..]].concat();
    let again = [&noise(3, 30_000), &cut[..]].concat();
    let sweep = |content: &[u8]| {
        let free = Digest::of(content);
        let is_free = |digest: &Digest| *digest == free;
        let swept = store.sweep(&mut [free].into_iter(), &is_free, Run::Really).unwrap();
        assert_eq!((swept.blobs, swept.left_count), (1, 0), "{swept:?}");
    };
    drop(put(&store, &film, Familiar::with_all()));
    settle(&store);
    let in_ranges = put(&store, &cut, Familiar::with_all());
    assert!(in_ranges.new_bytes < 400_000, "{in_ranges:?}");
    drop(in_ranges);
    // Its manifest moves on by a generation.
    sweep(&film);
    assert!(reads(&store, &cut));
    // It is gone, and all that it lay in; only records that nothing needs are left.
    sweep(&cut);
    assert!(!reads(&store, &cut));
    // It comes back, in ranges of something else.
    drop(put(&store, &again, Familiar::with_all()));
    settle(&store);
    let in_ranges = put(&store, &cut, Familiar::with_all());
    assert!(in_ranges.new_bytes < 400_000, "{in_ranges:?}");
    drop(in_ranges);
    assert!(reads(&store, &cut));
    store.close().unwrap();
    let fresh = tempfile::tempdir().unwrap();
    let store = open(&disk, fresh.path());
    let swept = store.compact(&|_| false, Run::Really).unwrap();
    assert_eq!(swept.packs_left.len(), 0, "{swept:?}");
    assert!(reads(&store, &cut) && reads(&store, &again));
}
