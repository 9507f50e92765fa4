//! What the main job costs, beside the plain file system, in one run: `make bench`.
//!
//! Both sides alternate, because machines are noisy: what counts is the median of the ratios. It
//! starts the release build of `rushesd` on a temporary directory below `BENCH_DIR` (default: the
//! current directory, because `/tmp` may be memory). Root is needed for the cold figures.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

mod figures;
mod reading;
mod uploads;

use std::path::PathBuf;

fn main() {
    let below = std::env::var_os("BENCH_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let place = tempfile::Builder::new().prefix("rushes-bench-").tempdir_in(below).unwrap();
    let rounds = std::env::var("BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    println!("| what | rushes | plain | ratio (plain = 1) |\n|---|---|---|---|");
    uploads::run(place.path(), rounds);
    reading::run(place.path(), rounds);
}
