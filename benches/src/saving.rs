//! Saving in the folder beside writing to the disk: one large file, many small ones, and the first
//! change of a large one.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rushes_harness::{Start, noise, wait_until};

use crate::figures::{alone, count, drop_caches, median, seconds, throughput};

/// Bytes of the large file, written in pieces of a mebibyte.
const LARGE_MIB: usize = 1000;
/// Small files of a round, and their length in bytes.
const SMALL: usize = 2_000;
const SMALL_BYTES: usize = 20_000;

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    let (data, mount, native) = (place.join("data"), place.join("mount"), place.join("native"));
    fs::create_dir(&native).unwrap();
    let daemon = Start::on(&data).mounted_at(&mount).run();
    daemon.client().project("Fox", 1);
    let scenes = mount.join("projects/fox/scenes");
    println!("\n| saving in the folder | ours | the disk | ratio |\n|---|---|---|---|");
    large(&scenes.join("1"), &native, rounds);
    small(&scenes, &native, rounds);
    edit(&scenes.join("1"));
    daemon.stop();
}

fn large(scene: &Path, native: &Path, rounds: u64) {
    let (mut ours, mut plain) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for round in 0..=rounds {
        for (side, [written, synced]) in [(scene, &mut ours), (native, &mut plain)] {
            drop_caches();
            let piece = noise(round + 1, 1 << 20);
            let path = side.join(format!("large_{round}.bin"));
            let mut file = None;
            let took = seconds(|| {
                let mut open = File::create(&path).unwrap();
                (0..LARGE_MIB).for_each(|_| open.write_all(&piece).unwrap());
                file = Some(open);
            });
            let with_sync = took + seconds(|| file.unwrap().sync_all().unwrap());
            if round > 0 {
                written.push(took);
                synced.push(with_sync);
            }
            if side == native {
                fs::remove_file(path).unwrap();
            }
        }
        // The next round begins when this file is a version.
        let version = scene.join(format!("versions/large_{round}"));
        wait_until("the large file is a version", || version.exists());
    }
    let megabytes = count(LARGE_MIB) * 1.048_576;
    for (how, ours, plain) in [("", &ours[0], &plain[0]), (" and fsynced", &ours[1], &plain[1])] {
        throughput(&format!("1 GB written{how} (bar 0.8)"), megabytes, ours, plain);
    }
}

fn small(scenes: &Path, native: &Path, rounds: u64) {
    let (mut written, mut saved, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let scene = scenes.join((round + 10).to_string());
        fs::create_dir(&scene).unwrap();
        let write = |folder: &Path| {
            for number in 0..SMALL {
                let bytes = noise(round * SMALL as u64 + number as u64 + 1, SMALL_BYTES);
                fs::write(folder.join(format!("small_{number}.bin")), bytes).unwrap();
            }
        };
        let writing = seconds(|| write(&scene));
        let versions = scene.join("versions");
        let settling = seconds(|| {
            wait_until("all are versions", || fs::read_dir(&versions).unwrap().count() == SMALL);
        });
        let disk = native.join(round.to_string());
        fs::create_dir(&disk).unwrap();
        let on_disk = seconds(|| write(&disk));
        if round > 0 {
            written.push(writing);
            saved.push(writing + settling);
            plain.push(on_disk);
        }
    }
    let rate = |figures: &[f64]| format!("{:.0}/s", count(SMALL) / median(figures));
    println!("| {SMALL} files of 20 kB written | {} | {} | |", rate(&written), rate(&plain));
    alone("the same until all are versions, durably (bar 500/s)", &rate(&saved));
}

/// The first change of a file of 1 GB: where the disk shares blocks nothing is copied.
fn edit(scene: &Path) {
    let path = scene.join("large_0.bin");
    drop_caches();
    let took = seconds(|| {
        let file = File::options().write(true).open(path).unwrap();
        file.write_all_at(b"changed", 500_000_000).unwrap();
    });
    alone("the first change of a file of 1 GB", &format!("{:.1} ms", took * 1e3));
}
