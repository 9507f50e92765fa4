//! How much memory, disk and time an index of two million blobs takes: ten terabytes of media of
//! five megabytes each, with real entries. By hand, in a release build:
//! `cargo test --release -p rushes-store --lib -- --ignored --nocapture two_million`
//! (`BENCH_DIR` is where; `BENCH_BLOBS` how many).

#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::cutter::Chunk;
use crate::footer::{Entry, Listed};
use crate::manifest::Manifest;
use crate::place::{PackId, WholeStat};
use crate::record::{Head, MANIFEST};
use crate::traces::Traces;

use super::*;

/// Chunks of a blob of 5 MB.
const CHUNKS: u32 = 80;
/// Manifests of a batch of the pack writer.
const BATCH: u64 = 20;

fn digest(blob: u64) -> Digest {
    Digest::of(&blob.to_le_bytes())
}

/// A blob's manifest as the index is told of it.
fn listed(blob: u64) -> Listed {
    let name = digest(blob);
    let chunk = |at: u32| Chunk {
        digest: Digest::of(&[&blob.to_le_bytes()[..], &at.to_le_bytes()].concat()),
        length: 64 << 10,
    };
    let chunks: Vec<_> = (0..CHUNKS).map(chunk).collect();
    let head = Head { kind: MANIFEST, flags: 0, stored_len: 3900, raw_len: 3900, digest: name };
    let entry = Entry { head, offset: blob * 4000, generation: 1 };
    Listed { entry, traces: Some(Traces::of(&name, &Manifest::of_whole(name, &chunks))) }
}

fn status(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    let number = line.split_whitespace().nth(1).unwrap();
    number.parse::<u64>().unwrap() >> 10
}

fn bytes_below(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let size = |entry: std::fs::DirEntry| match entry.metadata().unwrap() {
        meta if meta.is_dir() => bytes_below(&entry.path()),
        meta => meta.len(),
    };
    entries.map(size).sum()
}

fn load(index: &Index, blobs: u64) {
    let start = Instant::now();
    for first in (0..blobs).step_by(usize::try_from(BATCH).unwrap()) {
        let some = first..blobs.min(first + BATCH);
        let looks = |blob| WholeStat { size: 5 << 20, modified_ns: 7, inode: blob };
        let wholes: Vec<_> = some.clone().map(|blob| (digest(blob), looks(blob))).collect();
        index.enter_wholes(&wholes).unwrap();
        let manifests: Vec<_> = some.map(listed).collect();
        index.enter(PackId([7; 16]), &manifests).unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("| load | {:.0} blobs/s | ≥ 25,000 entries/s |", blobs as f64 / seconds);
    println!("| resident at most while loading | {} MiB | ≤ 512 |", status("VmHWM"));
}

fn look_up(index: &Index, blobs: u64, what: &str) {
    let (start, count) = (Instant::now(), 200_000);
    for at in 0..count {
        let blob = at * 7919 % blobs;
        assert!(index.blob(&digest(blob)).unwrap().is_some(), "{blob}");
    }
    println!("| {what} | {:.0}/s | ≥ 50,000 |", count as f64 / start.elapsed().as_secs_f64());
}

#[test]
#[ignore = "takes minutes and some gigabytes"]
fn two_million() {
    let setting = |name: &str| std::env::var(name).ok();
    let below = setting("BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let blobs: u64 = setting("BENCH_BLOBS").map_or(2_000_000, |text| text.parse().unwrap());
    let dir = tempfile::tempdir_in(below).unwrap();
    println!("| index of {blobs} blobs of 5 MB | | bar |\n|---|---|---|");
    let index = Index::open(dir.path()).unwrap();
    load(&index, blobs);
    look_up(&index, blobs, "look-ups at random, just loaded");
    index.close().unwrap();
    drop(index);
    let share = bytes_below(dir.path()) as f64 / (blobs as f64 * 5e6) * 100.0;
    println!("| on disk | {share:.4}% of the data | ≤ 0.05% |");
    let start = Instant::now();
    let index = Index::open(dir.path()).unwrap();
    println!("| open | {:.1} s | ≤ 15 |", start.elapsed().as_secs_f64());
    look_up(&index, blobs, "look-ups at random, just opened");
    println!("| resident after that | {} MiB | ≤ 512 |", status("VmRSS"));
}
