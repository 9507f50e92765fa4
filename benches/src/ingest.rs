//! Durable ingest of a corpus beside `cp -r` with `sync`, borg and restic; the same files again;
//! and what an edited generation adds to each.

mod peers;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rushes_harness::files_below;
use rushes_store::Store;

use crate::corpus::{Corpus, length};
use crate::figures::{median, megabytes, peak_mib, reset_peak, seconds};
use crate::keep::{self, keep};

use peers::{Peer, peers};

/// Files that come in at once: while one waits for the disk another one is hashed.
const STREAMS: usize = 4;

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    let corpus = Corpus::find(place);
    let files = files_below(&corpus.first);
    let total = length(&corpus.first);
    // Sources in the page cache, and memory touched once, before anything is timed.
    copy(&corpus.first, &place.join("touched"));
    remove(&place.join("touched"));
    let peers = peers(place);
    let mut ours: Vec<f64> = Vec::new();
    let mut theirs = vec![Vec::new(); peers.len() + 1];
    let mut memory = Vec::new();
    for round in 0..rounds {
        let is_last = round + 1 == rounds;
        let data = place.join("data");
        let store = keep::open(&data);
        reset_peak();
        ours.push(seconds(|| keep_all(&store, &files, STREAMS)));
        memory.push(peak_mib("self"));
        if is_last {
            report(&corpus, &store, (&data, &files, total), &peers, &mut theirs);
        }
        store.close().unwrap();
        drop(store);
        let copied = theirs.last_mut().unwrap();
        copied.push(seconds(|| copy(&corpus.first, &place.join("copy"))));
        remove(&place.join("copy"));
        if !is_last {
            for (peer, seconds) in peers.iter().zip(&mut theirs) {
                seconds.push(peer.ingest(&corpus.first));
                peer.clear();
            }
        }
        remove(&data);
    }
    let rate = |figures: &[f64]| megabytes(total) / median(figures);
    println!(
        "\n| ingest of {:.0} MB | MB/s | ours / theirs | bar |\n|---|---|---|---|",
        megabytes(total)
    );
    println!("| ours, {STREAMS} streams, durable | {:.0} | 1 | |", rate(&ours));
    let bars =
        peers.iter().map(|peer| (peer.name, peer.bar)).chain([("`cp -r` + `sync`", "≥ 0.8")]);
    for ((name, bar), theirs) in bars.zip(&theirs) {
        let ratios: Vec<_> = ours.iter().zip(theirs).map(|(ours, theirs)| theirs / ours).collect();
        println!("| {name} | {:.0} | {:.2} | {bar} |", rate(theirs), median(&ratios));
    }
    println!("| peak memory of ours | {:.0} MiB | | ≤ 80 MiB |", median(&memory));
}

/// The same files again, and the second generation: everything that needs a filled store.
fn report(
    corpus: &Corpus,
    store: &Store,
    (data, files, total): (&Path, &[PathBuf], u64),
    peers: &[Peer],
    theirs: &mut [Vec<f64>],
) {
    let kept = stored(data);
    println!("\n| what the store takes | | bar |\n|---|---|---|");
    println!("| the first generation | {:.4} of it | ≤ 1 |", megabytes(kept) / megabytes(total));
    let again = seconds(|| keep_all(store, files, 1));
    let gigabytes = megabytes(total) / 1000.0;
    println!("| the same files again, one thread | {:.2} GB/s | ≥ 1.0 |", gigabytes / again);
    let written = stored(data).saturating_sub(kept);
    println!("| bytes written by that | {written} | 0 |");
    for (peer, seconds) in peers.iter().zip(theirs) {
        seconds.push(peer.ingest(&corpus.first));
    }
    let names: Vec<_> = peers.iter().map(|peer| format!(" {} |", peer.name)).collect();
    println!("\n| new bytes of the second generation | MB | ours |{}", names.concat());
    println!("|---|---|---|{}", "---|".repeat(peers.len()));
    let mut sums = vec![0; peers.len() + 1];
    let mut all = 0;
    for kind in corpus.kinds() {
        let input = length(&kind);
        let before = stored(data);
        keep_all(store, &files_below(&kind), 1);
        let mut added = vec![stored(data).saturating_sub(before)];
        added.extend(peers.iter().map(|peer| peer.grow(&kind)));
        line(&kind.file_name().unwrap().to_string_lossy(), input, &added);
        all += input;
        sums.iter_mut().zip(&added).for_each(|(sum, added)| *sum += added);
    }
    line("all (bar: ≤ 4%)", all, &sums);
    peers.iter().for_each(Peer::clear);
}

fn line(what: &str, input: u64, added: &[u64]) {
    let share = |added: &u64| format!(" {:.2}% |", 100.0 * megabytes(*added) / megabytes(input));
    let shares: Vec<_> = added.iter().map(share).collect();
    println!("| {what} | {:.1} |{}", megabytes(input), shares.concat());
}

fn keep_all(store: &Store, files: &[PathBuf], threads: usize) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let _put = keep(store, path);
                }
            });
        }
    });
}

/// What lies in a data directory, without the index, which is derived.
fn stored(data: &Path) -> u64 {
    ["whole", "packs"].iter().map(|below| length(&data.join(below))).sum()
}

fn copy(from: &Path, to: &Path) {
    let done = std::process::Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap();
    assert!(done.success());
    rustix::fs::sync();
}

fn remove(path: &Path) {
    fs::remove_dir_all(path).unwrap();
    rustix::fs::sync();
}
