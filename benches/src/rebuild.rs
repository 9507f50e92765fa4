//! How fast the index comes back from packs and wholes once it is lost.

use std::fs;
use std::path::Path;

use rushes_harness::noise;

use crate::figures::{count, drop_caches, median, peak_mib, reset_peak, seconds};
use crate::keep::{self, keep_bytes};
use crate::random::fill;

const BLOBS: usize = 200_000;
const WHOLES: usize = 200;
const WHOLE_BYTES: usize = 400_000;

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    let store = keep::open(place);
    fill(&store, BLOBS);
    for seed in 0..WHOLES as u64 {
        let _put = keep_bytes(&store, &noise(seed + 1_000_000, WHOLE_BYTES));
    }
    store.close().unwrap();
    drop(store);
    // Each whole has an entry of its own and one for its manifest.
    let entries = BLOBS + 2 * WHOLES;
    let (mut rates, mut peaks, mut opens) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        fs::remove_dir_all(place.join("index")).unwrap();
        drop_caches();
        reset_peak();
        let mut store = None;
        rates.push(count(entries) / seconds(|| store = Some(keep::open(place))));
        peaks.push(peak_mib("self"));
        store.take().unwrap().close().unwrap();
        drop_caches();
        opens.push(seconds(|| store = Some(keep::open(place))));
        store.unwrap().close().unwrap();
    }
    println!("\n| the index of 200,000 small blobs and 200 wholes | | bar |\n|---|---|---|");
    println!("| rebuilt, entries a second | {:.0} | ≥ 25,000 |", median(&rates));
    println!("| peak memory meanwhile | {:.0} MiB | ≤ 512 MiB |", median(&peaks));
    println!("| opened after a clean stop, cold | {:.2} s | ≤ 15 s |", median(&opens));
}
