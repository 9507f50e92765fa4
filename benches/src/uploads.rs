//! Uploads over HTTP, each durable when it is answered, beside `cp` and `sync`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use rushes_harness::{Client, Daemon, Start, noise};

use crate::figures::{alone, median, seconds, throughput};

const FILES: usize = 1000;
const MEGABYTE: usize = 1_000_000;

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    for connections in [1, 8] {
        many(place, rounds, connections);
    }
    one(place, rounds);
    starts(place, rounds);
}

fn many(place: &Path, rounds: u64, connections: usize) {
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let from = place.join("from");
        fs::create_dir_all(&from).unwrap();
        let files: Vec<_> = (0..FILES)
            .map(|number| {
                let path = from.join(format!("{number:04}.bin"));
                let seed = (round * 10 + connections as u64) * 10_000 + number as u64;
                fs::write(&path, noise(seed, MEGABYTE)).unwrap();
                path
            })
            .collect();
        sync();
        let data = place.join("data");
        let daemon = Start::on(&data).run();
        ours.push(seconds(|| upload_all(&daemon, &files, connections)));
        drop(daemon);
        plain.push(seconds(|| copy(&from, &place.join("copy"))));
        clear(&[from, data, place.join("copy")]);
    }
    let connections = if connections == 1 { "1 connection" } else { "8 connections" };
    let what = format!("upload of 1,000 × 1 MB, {connections}; `cp -r` + `sync`");
    throughput(&what, 1000.0, &ours, &plain);
}

fn upload_all(daemon: &Daemon, files: &[PathBuf], connections: usize) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let client = daemon.client();
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    client.upload("a.bin", fs::read(path).unwrap(), &[]);
                }
            });
        }
    });
}

fn one(place: &Path, rounds: u64) {
    let (mut ours, mut plain, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let from = large(place, round);
        let data = place.join("data");
        let daemon = Start::on(&data).run();
        let client: Client = daemon.client();
        ours.push(seconds(|| {
            client.upload_file(&from, &[]);
        }));
        peaks.push(peak_megabytes(daemon.pid()));
        drop(daemon);
        plain.push(seconds(|| copy(&from, &place.join("copy"))));
        clear(&[from, data, place.join("copy")]);
    }
    throughput("upload of one file of 1 GB; `cp` + `sync`", 1000.0, &ours, &plain);
    alone("peak memory of the daemon during that", &format!("{:.0} MB", median(&peaks)));
}

/// A file of 1 GB that does not compress, in the page cache and on the disk.
pub fn large(place: &Path, seed: u64) -> PathBuf {
    use std::io::Write;
    let path = place.join("large.bin");
    let mut file = fs::File::create(&path).unwrap();
    for piece in 0..100 {
        file.write_all(&noise(seed * 1000 + piece + 7, 10 * MEGABYTE)).unwrap();
    }
    file.sync_all().unwrap();
    path
}

fn starts(place: &Path, rounds: u64) {
    let data = place.join("data");
    let daemon = Start::on(&data).run();
    let client = daemon.client();
    for seed in 0..2000u64 {
        client.upload("a.bin", noise(seed, 2000), &[]);
    }
    let (mut clean, mut killed, mut rebuilt) = (Vec::new(), Vec::new(), Vec::new());
    let (_, mut start) = daemon.stop();
    for _ in 0..rounds {
        clean.push(seconds(|| start = start.run().kill()));
        killed.push(seconds(|| start = start.run().kill()));
        fs::remove_dir_all(data.join("index")).unwrap();
        rebuilt.push(seconds(|| start = start.run().stop().1));
    }
    for (how, figures) in [
        ("a clean stop", clean),
        ("a kill", killed),
        ("the loss of index/ (and a clean stop after it)", rebuilt),
    ] {
        let what = format!("start to first answer, 2,000 assets, after {how}");
        alone(&what, &format!("{:.0} ms", median(&figures) * 1000.0));
    }
    clear(&[data]);
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap().success());
    sync();
}

fn sync() {
    rustix::fs::sync();
}

fn clear(paths: &[PathBuf]) {
    for path in paths {
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }
    sync();
}

/// The most memory that a process has had resident so far (proc(5), `VmHWM`).
fn peak_megabytes(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1000.0
}
