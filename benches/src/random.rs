//! Random reads of small blobs: with everything warm, and right after a start with cold caches.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rushes_digest::Digest;
use rushes_harness::noise;
use rushes_store::Store;

use crate::figures::{count, drop_caches, median, seconds};
use crate::keep::{self, keep_bytes};

const BLOBS: usize = 200_000;
const BLOB_BYTES: usize = 2000;
/// Reads of one measurement.
const READS_WARM: usize = 400_000;
const READS_COLD: usize = 10_000;

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    let store = keep::open(place);
    let blobs = fill(&store, BLOBS);
    let (mut warm, mut cold) = (Vec::new(), Vec::new());
    read(&store, &blobs, READS_WARM, 2);
    for _ in 0..rounds {
        warm.push(count(READS_WARM) / seconds(|| read(&store, &blobs, READS_WARM, 2)));
    }
    store.close().unwrap();
    drop(store);
    for _ in 0..rounds {
        drop_caches();
        let store = keep::open(place);
        cold.push(count(READS_COLD) / seconds(|| read(&store, &blobs, READS_COLD, 2)));
        store.close().unwrap();
    }
    println!(
        "\n| random reads of 2 KB, 200,000 blobs, two threads | a second | bar |\n|---|---|---|"
    );
    println!("| warm | {:.0} | ≥ 100,000 |", median(&warm));
    println!("| cold caches, just started | {:.0} | ≥ 5,000 |", median(&cold));
}

/// Puts so many small blobs with many writers and tells their names.
pub fn fill(store: &Store, blobs: usize) -> Vec<Digest> {
    let writers = 64;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|writer| {
                let numbers = (writer..blobs).step_by(writers);
                scope.spawn(move || {
                    let put = |number| keep_bytes(store, &noise(number as u64 + 1, BLOB_BYTES));
                    numbers.map(|number| put(number).digest).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn read(store: &Store, blobs: &[Digest], reads: usize, threads: usize) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut buffer = vec![0; BLOB_BYTES];
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= reads {
                        break;
                    }
                    // A fixed multiplier visits the blobs in no order.
                    let digest = blobs.get(number.wrapping_mul(2_654_435_761) % blobs.len());
                    let reader = store.open_blob(digest.unwrap()).unwrap().unwrap();
                    assert_eq!(reader.read_at(&mut buffer, 0).unwrap(), BLOB_BYTES);
                }
            });
        }
    });
}
