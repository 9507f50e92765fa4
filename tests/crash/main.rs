//! The real daemon, killed at random times under load and while it recovers: what it acknowledged
//! is there afterwards.
//!
//! `RUSHES_KILLS` and `RUSHES_SEED` make it longer and repeat its choices.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rushes_digest::Digest;
use rushes_harness::{Client, Daemon, Dice, Start, noise, setting};

const WRITERS: u64 = 6;
/// Kills of one data directory before another one begins.
const LIFE: u64 = 8;

/// What a client was told: digest and version by asset id.
type Told = Mutex<BTreeMap<String, (String, u64)>>;

/// Uploads until the daemon is gone: small ones, large ones, some of them twice.
fn write_until_dead(client: &Client, told: &Told, seeds: &AtomicU64, scene: u64) {
    loop {
        let seed = seeds.fetch_add(1, Ordering::Relaxed);
        let content = if seed % 5 == 4 { seed - 3 } else { seed };
        let length = if content % 3 == 0 { 400_000 } else { 3_000 };
        let bytes = noise(content, length);
        let digest = Digest::of(&bytes).to_hex();
        let number = scene.to_string();
        let fields =
            [("project_id", "fox"), ("scene_number", &*number), ("asset_key", "scene_video")];
        let Ok(reply) = client.try_upload("take.bin", bytes, &fields) else { return };
        let status = reply.status();
        let Ok(asset) = reply.json::<serde_json::Value>() else { return };
        assert_eq!(status, 201, "{asset}");
        assert_eq!(asset["digest"], digest);
        let id = asset["id"].as_str().unwrap().to_owned();
        told.lock().unwrap().insert(id, (digest, asset["version"].as_u64().unwrap()));
    }
}

/// Everything that was acknowledged is there, right, and under its version; numbers have no gaps.
fn assert_holds(daemon: &Daemon, told: &Told) {
    let client = daemon.client();
    for (id, (digest, version)) in told.lock().unwrap().iter() {
        let asset = client.json(&format!("/api/assets/{id}"));
        assert_eq!(asset["version"], *version, "version of {id}");
        assert_eq!(Digest::of(&client.data(id)).to_hex(), *digest, "bytes of {id}");
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

/// A data directory that is written to, and whose daemon is killed.
struct Life {
    start: Start,
    told: Told,
    seeds: AtomicU64,
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
        Self {
            start,
            told: Told::default(),
            seeds: AtomicU64::new(1),
            dice: Dice::new(seed),
            start_time: Duration::ZERO,
        }
    }

    /// Starts, looks whether everything is there, writes, kills.
    fn kill_under_load(&mut self) -> String {
        let begun = Instant::now();
        let daemon = self.start.run();
        self.start_time = begun.elapsed();
        assert_holds(&daemon, &self.told);
        let client = daemon.client();
        let life = Duration::from_millis(30 + self.dice.below(600));
        std::thread::scope(|scope| {
            for scene in 1..=WRITERS {
                let (client, told, seeds) = (client.clone(), &self.told, &self.seeds);
                scope.spawn(move || write_until_dead(&client, told, seeds, scene));
            }
            std::thread::sleep(life); // the moment of the kill is what varies
            self.start = daemon.kill();
        });
        format!("under load after {life:?}")
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
    let mut acknowledged = 0;
    while done < kills {
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("data");
        let mut life = Life::new(&data, seed.wrapping_mul(1_000_003).wrapping_add(done));
        let end = kills.min(done + LIFE);
        while done < end {
            done += 1;
            // The first of a life finds nothing to recover.
            let is_early = done % LIFE != 1 && life.dice.below(3) == 0;
            let how = if is_early { life.kill_while_starting() } else { life.kill_under_load() };
            let count = life.told.lock().unwrap().len();
            println!("kill {done} {how}: {count} acknowledged in this life");
        }
        assert_holds(&life.start.run(), &life.told);
        // And once without anything that is derived.
        std::fs::remove_dir_all(data.join("index")).unwrap();
        assert_holds(&life.start.run(), &life.told);
        acknowledged += life.told.lock().unwrap().len() as u64;
    }
    println!("{kills} kills, {acknowledged} acknowledged in all, RUSHES_SEED={seed}");
    assert!(acknowledged > kills, "hardly anything was written");
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
