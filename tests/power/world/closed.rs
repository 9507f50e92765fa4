//! Files that are written in the folder, closed, and not fsynced before the power goes.
//!
//! The daemon puts them on the disk one after the other; when the note of a later one is written
//! anew, the earlier ones are there. Invariant: what a round expects back was on the disk before
//! the cut was ordered, by the daemon's own order and by no clock.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rushes_harness::{Client, noise, wait_until};
use serde_json::Value;

use super::World;

/// How many files are closed before the one that is waited for.
const FILES: u64 = 6;
/// Longest of them, in bytes: longer and shorter ones than what becomes a record of a pack.
const BYTES_MAX: u64 = 400_000;

/// What a cut left of the files that were closed before it.
#[derive(Debug, Default)]
pub struct Closed {
    /// Those that are not there, or not what they were.
    pub lost: Vec<String>,
    /// Those that came back because they were noted, without a version before the cut.
    pub recovered: usize,
}

impl World {
    /// Has the daemon mount its folder from now on.
    pub fn mounted(&mut self) {
        self.start.mount = Some(self.place.path().join("mount"));
    }

    /// Closes files, waits until the daemon is past them, cuts, and looks for them.
    pub fn closed_round(&mut self, kept: &str) -> Closed {
        let round = self.rounds;
        self.rounds += 1;
        let daemon = self.start.run();
        let mount = self.start.mount.clone().unwrap();
        // Its mounts are in a namespace of its own.
        let root = PathBuf::from(format!("/proc/{}/root", daemon.pid()));
        let scene = root.join(mount.strip_prefix("/").unwrap()).join("projects/fox/scenes/1");
        let mut files = Vec::new();
        for number in 0..FILES {
            let bytes =
                noise(self.dice.roll(), usize::try_from(1 + self.dice.below(BYTES_MAX)).unwrap());
            let key = format!("take{round}x{number}");
            fs::write(scene.join(format!("{key}.bin")), &bytes).unwrap();
            files.push((key, bytes));
        }
        wait_past(&scene, &self.start.data.join("staging"), &format!("last{round}.bin"));
        let (stamp, told) = self.cut(kept);
        drop(daemon);
        self.go_on_from(stamp);
        let daemon = self.start.run();
        let closed = look(&daemon.client(), &files);
        println!("{:?}: {kept} kept of {told}: {closed:?}", self.file_system);
        closed
    }
}

/// Closes one file more and waits until the daemon has put it on the disk, or has made a version of
/// it: by then it is done with those before it.
fn wait_past(scene: &Path, staging: &Path, name: &str) {
    let mut last = File::create_new(scene.join(name)).unwrap();
    last.write_all(b"last").unwrap();
    // A descriptor that is closed while another one is open: noted, and not over yet.
    drop(last.try_clone().unwrap());
    let first = note_of(staging, name).unwrap();
    drop(last);
    wait_until("the last one is on the disk", || note_of(staging, name) != Some(first));
}

/// The inode of the note beside a file.
fn note_of(staging: &Path, name: &str) -> Option<u64> {
    let of_it = |path: &PathBuf| {
        let note = fs::read(path).unwrap_or_default();
        let note: Value = serde_json::from_slice(&note).unwrap_or_default();
        note["filename"] == name
    };
    let sidecar = |path: &PathBuf| path.extension().is_some_and(|end| end == "sidecar");
    let entries = fs::read_dir(staging).unwrap().map(|entry| entry.unwrap().path());
    let path = entries.filter(sidecar).find(of_it)?;
    fs::metadata(path).ok().map(|found| found.ino())
}

fn look(client: &Client, files: &[(String, Vec<u8>)]) -> Closed {
    let mut closed = Closed::default();
    for (key, bytes) in files {
        let reply = client.get(&format!("/api/projects/fox/scenes/1/assets/{key}"));
        let history: Value = reply.json().unwrap_or_default();
        let versions = history["versions"].as_array().cloned().unwrap_or_default();
        let [version] = versions.as_slice() else {
            closed.lost.push(format!("{key}: {} versions", versions.len()));
            continue;
        };
        if client.data(version["id"].as_str().unwrap()) != *bytes {
            closed.lost.push(format!("{key}: other bytes"));
        }
        closed.recovered += usize::from(version["metadata"]["recovered"] == true);
    }
    closed
}
