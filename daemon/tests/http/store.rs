//! The upkeep of the bytes: who may ask for it, and what it says of damage.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use rushes_api::store::{Check, DamageList, Job, JobStatus, StoreStats, Verified};
use rushes_api::{Code, Health, paths};
use rushes_vault::Digest;
use serde_json::{Value, json};

use crate::support::{Daemon, PNG, expect, form, problem};

/// Larger than what goes into a pack.
fn film() -> Vec<u8> {
    (0..400_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

async fn ended(daemon: &Daemon, path: &str) -> Job<Value> {
    let begun = Instant::now();
    loop {
        let job: Job<Value> = daemon.get(path).await;
        if job.status != JobStatus::Running {
            return job;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{path} does not end");
    }
}

async fn run(daemon: &Daemon, path: &str, ask: &Value) -> Job<Value> {
    let start = daemon.request(Method::POST, path).json(ask);
    let started: Job<Value> = expect(start, StatusCode::ACCEPTED).await;
    assert!(started.started_at.is_some());
    ended(daemon, path).await
}

fn whole(daemon: &Daemon, content: &[u8]) -> PathBuf {
    let digest = Digest::of(content).to_string();
    daemon.data().join("whole").join(&digest[..2]).join(digest)
}

#[tokio::test]
async fn damage_is_found_said_and_healed_by_an_upload() {
    let daemon = Daemon::start();
    let film = film();
    daemon.upload(form("film.bin", &film)).await;
    let (path, digest) = (whole(&daemon, &film), Digest::of(&film));
    let verify = |digest: Digest| {
        daemon.request(Method::POST, paths::STORE_VERIFY).json(&json!({ "digest": digest }))
    };
    let sound: Verified = expect(verify(digest), StatusCode::OK).await;
    assert_eq!(sound.status, "sound");
    assert_eq!(daemon.get::<Health>(paths::HEALTH).await.status, "ok");

    let mut bad = film.clone();
    bad[250_000] ^= 1;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&path, &bad).unwrap();
    let job = run(&daemon, paths::STORE_SCRUB, &json!({ "pace": "full" })).await;
    assert_eq!(job.status, JobStatus::Finished, "{job:?}");
    let report = job.report.unwrap();
    assert!(report["damaged"] != 0 && report["healed"] == 0, "{report}");
    let damage: DamageList = daemon.get(paths::STORE_DAMAGE).await;
    assert_eq!((damage.count, damage.damage[0].digest), (1, digest));
    let health: Health = daemon.get(paths::HEALTH).await;
    assert_eq!(health.status, "damaged");
    assert!(health.why.unwrap().contains("1 contents"));
    assert!(!daemon.get::<Check>(paths::STORE_CHECK).await.is_sound);
    let lost: Verified = expect(verify(digest), StatusCode::OK).await;
    assert_eq!(lost.status, "damaged");

    daemon.upload(form("again.bin", &film)).await;
    assert_eq!(daemon.get::<DamageList>(paths::STORE_DAMAGE).await.count, 0);
    assert_eq!(daemon.get::<Health>(paths::HEALTH).await.status, "ok");
    let healed: Verified = expect(verify(digest), StatusCode::OK).await;
    assert_eq!(healed.status, "sound");
    assert_eq!(fs::read(&path).unwrap(), film);
}

#[tokio::test]
async fn a_damaged_copy_is_not_taken_for_an_upload() {
    let daemon = Daemon::start();
    let film = film();
    daemon.upload(form("film.bin", &film)).await;
    fs::remove_file(whole(&daemon, &film)).unwrap();
    let digest = Digest::of(&film).to_string();
    let named = reqwest::multipart::Form::new().text("digest", digest).text("filename", "x.bin");
    assert_eq!(problem(daemon.upload_request(named)).await.code, Code::BytesNeeded);
}

#[tokio::test]
async fn the_store_is_counted_checked_and_indexed_anew() {
    let daemon = Daemon::start();
    let film = film();
    let asset = daemon.upload(form("film.mp4", &film)).await;
    daemon.upload(form("film.mp4", &film)).await;
    daemon.upload(form("x.png", PNG)).await;
    let stats: StoreStats = daemon.get(paths::STORE_STATS).await;
    let film_bytes = film.len() as u64;
    assert_eq!(stats.logical_bytes, 2 * film_bytes + PNG.len() as u64);
    assert_eq!((stats.contents.count, stats.is_complete), (2, true));
    let first = &stats.by_type[0];
    assert_eq!((first.media_type.as_str(), first.assets.count), ("video/mp4", 2));
    let store = stats.store.unwrap();
    assert_eq!((store.wholes.count, store.wholes.bytes), (1, film_bytes));
    assert!(store.dedup_ratio > 1.5);

    let check: Check = daemon.get(paths::STORE_CHECK).await;
    assert!(check.is_sound, "{check:?}");
    let job = run(&daemon, paths::STORE_REINDEX, &json!({})).await;
    assert_eq!(job.status, JobStatus::Finished, "{job:?}");
    let post = |ask: Value| daemon.request(Method::POST, paths::STORE_VERIFY).json(&ask);
    let by_asset: Verified = expect(post(json!({ "asset_id": asset.id })), StatusCode::OK).await;
    assert_eq!((by_asset.digest, by_asset.status.as_str()), (Digest::of(&film), "sound"));
    let missing = post(json!({ "digest": Digest::of(b"never") }));
    assert_eq!(expect::<Verified>(missing, StatusCode::OK).await.status, "missing");
    assert_eq!(problem(post(json!({}))).await.field.as_deref(), Some("digest"));
}

#[tokio::test]
async fn only_admins_look_after_the_store() {
    let daemon = Daemon::start();
    daemon.upload(form("x.png", PNG)).await;
    let (_, other) = daemon.user("other").await;
    let as_other = |method, path| daemon.with(&other, method, path);
    for (method, path) in [
        (Method::GET, paths::STORE_CHECK),
        (Method::GET, paths::STORE_DAMAGE),
        (Method::GET, paths::STORE_SCRUB),
        (Method::POST, paths::STORE_SCRUB),
        (Method::DELETE, paths::STORE_SCRUB),
        (Method::POST, paths::STORE_VERIFY),
        (Method::GET, paths::STORE_REINDEX),
        (Method::POST, paths::STORE_REINDEX),
        (Method::GET, paths::STORE_SWEEP),
        (Method::POST, paths::STORE_SWEEP),
        (Method::DELETE, paths::STORE_SWEEP),
        (Method::GET, paths::STORE_FOUND),
        (Method::POST, paths::STORE_FOUND_FREE),
    ] {
        let refused = problem(as_other(method, path).json(&json!({}))).await;
        assert_eq!(refused.code, Code::Forbidden, "{path}");
    }
    let own = as_other(Method::GET, paths::STORE_STATS);
    let stats: StoreStats = expect(own, StatusCode::OK).await;
    assert_eq!((stats.logical_bytes, stats.contents.count, stats.store), (0, 0, None));
    // Equal bytes of another user change no answer.
    let known = as_other(Method::POST, paths::KNOWN_CONTENTS);
    let known = known.json(&json!({ "digests": [Digest::of(PNG)] }));
    let known: rushes_api::Digests = expect(known, StatusCode::OK).await;
    assert_eq!(known.digests, []);
    let named = reqwest::multipart::Form::new().text("digest", Digest::of(PNG).to_string());
    let upload = as_other(Method::POST, paths::UPLOAD).multipart(named);
    assert_eq!(problem(upload).await.code, Code::BytesNeeded);
}
