//! What the main job costs, beside peers and the plain file system, in one run: `make bench`.
//!
//! Names of benches as arguments choose some of them. Both sides alternate, because machines are
//! noisy: what counts is the median of the ratios. Everything happens in a temporary directory
//! below `BENCH_DIR` (default: the current directory, because `/tmp` may be memory). Root is
//! needed for the cold figures.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

mod catalogue;
mod corpus;
mod figures;
mod folder;
mod ingest;
mod keep;
mod packing;
mod random;
mod reading;
mod rebuild;
mod saving;
mod small;
mod uploads;

use std::path::{Path, PathBuf};

/// A bench: it gets a directory of its own and how often to repeat.
type Bench = fn(&Path, u64);

const BENCHES: [(&str, Bench); 10] = [
    ("uploads", uploads::run),
    ("reading", reading::run),
    ("folder", folder::run),
    ("saving", saving::run),
    ("ingest", ingest::run),
    ("small", small::run),
    ("random", random::run),
    ("packing", packing::run),
    ("rebuild", rebuild::run),
    ("catalogue", catalogue::run),
];

fn main() {
    let chosen: Vec<_> = std::env::args().skip(1).collect();
    if let Some(name) = chosen.iter().find(|name| BENCHES.iter().all(|(known, _)| known != name)) {
        let known: Vec<_> = BENCHES.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no bench {name}; there are: {}", known.join(" "));
        std::process::exit(2);
    }
    let below = std::env::var_os("BENCH_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let rounds = std::env::var("BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    for (name, bench) in BENCHES {
        if chosen.is_empty() || chosen.iter().any(|one| one == name) {
            let place =
                tempfile::Builder::new().prefix("rushes-bench-").tempdir_in(&below).unwrap();
            bench(place.path(), rounds);
        }
    }
}
