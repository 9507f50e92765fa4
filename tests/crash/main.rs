//! The real daemon, killed at random times under load: what it acknowledged is there afterwards.
//!
//! `RUSHES_KILLS` and `RUSHES_SEED` make it longer and repeat it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rushes_digest::Digest;
use rushes_harness::{Client, Daemon, Start, noise};

const WRITERS: u64 = 6;

/// What a client was told: digest and version by asset id.
type Told = Mutex<BTreeMap<String, (String, u64)>>;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

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

#[test]
fn a_kill_at_any_time_loses_nothing_that_was_acknowledged() {
    let place = tempfile::tempdir().unwrap();
    let (kills, mut dice) = (setting("RUSHES_KILLS", 6), setting("RUSHES_SEED", 1));
    let mut start = Start::on(&place.path().join("data"));
    let (told, seeds) = (Told::default(), AtomicU64::new(1));
    let daemon = start.run();
    daemon.client().project("Fox", u32::try_from(WRITERS).unwrap());
    drop(daemon);
    for kill in 1..=kills {
        let daemon = start.run();
        assert_holds(&daemon, &told);
        let client = daemon.client();
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let life = Duration::from_millis(100 + (dice >> 33) % 900);
        std::thread::scope(|scope| {
            for scene in 1..=WRITERS {
                let (client, told, seeds) = (client.clone(), &told, &seeds);
                scope.spawn(move || write_until_dead(&client, told, seeds, scene));
            }
            std::thread::sleep(life); // the moment of the kill is what varies
            start = daemon.kill();
        });
        let count = told.lock().unwrap().len();
        println!("kill {kill} after {life:?}: {count} acknowledged in all");
    }
    assert!(told.lock().unwrap().len() > 50, "hardly anything was written");
    // And once without anything that is derived.
    std::fs::remove_dir_all(start.data.join("index")).unwrap();
    assert_holds(&start.run(), &told);
}

#[test]
fn a_kill_during_the_start_is_as_harmless() {
    let place = tempfile::tempdir().unwrap();
    let mut start = Start::on(&place.path().join("data"));
    let (told, seeds) = (Told::default(), AtomicU64::new(1));
    let daemon = start.run();
    let client = daemon.client();
    client.project("Fox", u32::try_from(WRITERS).unwrap());
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            write_until_dead(&client, &told, &seeds, 1);
            is_done.store(true, Ordering::Relaxed);
        });
        rushes_harness::wait_until("something is written", || told.lock().unwrap().len() > 20);
        start = daemon.kill();
    });
    assert!(is_done.load(Ordering::Relaxed));
    for step in 0..6 {
        if step % 2 == 1 {
            let _ = std::fs::remove_dir_all(start.data.join("index"));
        }
        let mut child = start.command().spawn().unwrap();
        std::thread::sleep(Duration::from_millis(5 + 12 * step)); // the moment of the kill
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_holds(&start.run(), &told);
}
