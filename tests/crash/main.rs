//! The real daemon, killed at random times under load and while it recovers: what it acknowledged
//! is there afterwards, and nothing is taken for damage that is none.
//!
//! `RUSHES_KILLS` and `RUSHES_SEED` make it longer and repeat its choices.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod load;

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use rushes_digest::Digest;
use rushes_harness::{Client, Daemon, Dice, Job, PATIENCE, Start, setting};

use crate::load::{Fate, Told, keep_up_until_dead, write_until_dead};

const WRITERS: u64 = 6;
/// Kills of one data directory before another one begins.
const LIFE: u64 = 8;

/// Everything that was acknowledged is there, right, and under its version; numbers have no gaps.
fn assert_holds(client: &Client, told: &Told) {
    for (id, known) in told.lock().iter() {
        let asset = client.json(&format!("/api/assets/{id}"));
        assert_eq!(asset["version"], known.version, "version of {id}");
        let is_deleted = asset.get("deleted_at").is_some_and(|at| !at.is_null());
        match known.fate {
            Fate::Kept => assert!(!is_deleted, "nobody deleted {asset}"),
            Fate::Asked => {}
            Fate::Deleted => assert!(is_deleted, "it was deleted: {asset}"),
        }
        if !is_deleted {
            let digest = Digest::of(&client.data(id)).to_hex();
            assert_eq!(digest, known.digest, "bytes of {id}");
        }
    }
    for scene in 1..=WRITERS {
        let path = format!("/api/projects/fox/scenes/{scene}/assets/scene_video");
        let reply = client.get(&path);
        if reply.status() == 404 {
            continue;
        }
        let history: serde_json::Value = reply.json().unwrap();
        let numbers: Vec<_> = history["versions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|version| version["version"].as_u64().unwrap())
            .collect();
        assert!(numbers.iter().copied().eq(1..=numbers.len() as u64), "{numbers:?}");
    }
}

/// No damage is known, and none is found by reading everything and by making the index anew.
fn assert_sound(client: &Client) {
    assert_eq!(client.damage(), [""; 0], "damage at the start");
    for job in [Job::Scrub, Job::Reindex] {
        client.run(job);
        assert_eq!(client.damage(), [""; 0], "damage after {job:?}");
    }
}

/// At the end of a life: the same, and once more when everything that may go is gone. Tells how
/// many contents share parts with others.
fn assert_rests(daemon: &Daemon, told: &Told) -> u64 {
    let client = daemon.client();
    let stats = client.json("/api/store/stats");
    assert_holds(&client, told);
    assert_sound(&client);
    client.run(Job::Sweep);
    assert_holds(&client, told);
    assert_sound(&client);
    stats["store"]["in_ranges"]["count"].as_u64().unwrap()
}

/// A data directory that is written to, and whose daemon is killed.
struct Life {
    start: Start,
    told: Told,
    dice: Dice,
    /// How long the last start took until the daemon answered.
    start_time: Duration,
}

impl Life {
    fn new(data: &Path, seed: u64) -> Self {
        let start = Start::on(data);
        let daemon = start.run();
        daemon.client().project("Fox", u32::try_from(WRITERS).unwrap());
        drop(daemon);
        Self { start, told: Told::default(), dice: Dice::new(seed), start_time: Duration::ZERO }
    }

    /// Starts, looks whether everything is there, writes, kills: at any time, or right after a
    /// sweep has said that it freed files.
    fn kill_under_load(&mut self) -> String {
        let begun = Instant::now();
        let daemon = self.start.run();
        self.start_time = begun.elapsed();
        let client = daemon.client();
        assert_holds(&client, &self.told);
        assert_sound(&client);
        let life = Duration::from_millis(30 + self.dice.below(600));
        let after_sweep = self.dice.coin().then(|| Duration::from_micros(self.dice.below(5_000)));
        let writers: Vec<_> = (1..=WRITERS).map(|n| (n, Dice::new(self.dice.roll()))).collect();
        let upkeep = Dice::new(self.dice.roll());
        let (swept, sweeps) = channel();
        std::thread::scope(|scope| {
            let (client, told) = (&client, &self.told);
            for writer in writers {
                scope.spawn(move || write_until_dead(client, told, writer));
            }
            scope.spawn(move || keep_up_until_dead(client, told, &swept, upkeep));
            std::thread::sleep(life); // the moment of the kill is what varies
            let mut how = format!("under load after {life:?}");
            if let Some(pause) = after_sweep {
                while sweeps.try_recv().is_ok() {}
                let freed = sweeps.recv_timeout(PATIENCE);
                std::thread::sleep(pause); // so does this one
                how = format!("{how}, {pause:?} after a sweep of {freed:?}");
            }
            self.start = daemon.kill();
            how
        })
    }

    /// Starts and kills before the daemon answers, sometimes without anything that is derived.
    fn kill_while_starting(&mut self) -> String {
        let is_bare = self.dice.below(3) == 0;
        if is_bare {
            let _ = std::fs::remove_dir_all(self.start.data.join("index"));
        }
        let start_us = u64::try_from(self.start_time.as_micros()).unwrap();
        let life = Duration::from_micros(self.dice.below(start_us));
        let mut command = self.start.command();
        let mut child = command.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(life); // the moment of the kill is what varies
        child.kill().unwrap();
        child.wait().unwrap();
        let how = if is_bare { ", without an index" } else { "" };
        format!("while starting, after {life:?}{how}")
    }
}

/// Kills so many times and fails at the first loss.
fn kill(kills: u64) {
    let seed = setting("RUSHES_SEED", 1);
    let mut done = 0;
    let (mut acknowledged, mut freed, mut moved, mut in_ranges) = (0, 0, 0, 0);
    while done < kills {
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("data");
        println!("RUSHES_SEED={seed}, from kill {} on", done + 1);
        let mut life = Life::new(&data, seed.wrapping_mul(1_000_003).wrapping_add(done));
        let end = kills.min(done + LIFE);
        while done < end {
            done += 1;
            // The first of a life finds nothing to recover.
            let is_early = done % LIFE != 1 && life.dice.below(3) == 0;
            let how = if is_early { life.kill_while_starting() } else { life.kill_under_load() };
            let count = life.told.lock().len();
            println!("kill {done} {how}: {count} acknowledged in this life");
        }
        in_ranges += assert_rests(&life.start.run(), &life.told);
        // And once without anything that is derived.
        std::fs::remove_dir_all(data.join("index")).unwrap();
        assert_rests(&life.start.run(), &life.told);
        acknowledged += life.told.lock().len() as u64;
        freed += life.told.freed.load(Ordering::Relaxed);
        moved += life.told.moved.load(Ordering::Relaxed);
    }
    println!("{kills} kills, {acknowledged} uploads acknowledged, {freed} contents freed");
    println!("{in_ranges} contents in ranges, {moved} bytes moved out of freed ones");
    assert!(acknowledged > kills, "hardly anything was written");
    assert!(freed > 0 && moved > 0, "nothing was freed, or nobody shared it");
    assert!(in_ranges > 0, "no edited copy was kept in ranges");
}

#[test]
fn a_kill_at_any_time_loses_nothing_that_was_acknowledged() {
    kill(setting("RUSHES_KILLS", 25));
}

#[test]
#[ignore = "long: 500 kills"]
fn many_kills_lose_nothing_that_was_acknowledged() {
    kill(setting("RUSHES_KILLS", 500));
}
