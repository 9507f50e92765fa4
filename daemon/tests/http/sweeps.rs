//! Freeing over HTTP: what was deleted, and what was found.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use reqwest::{Method, StatusCode};
use rushes_api::store::{FREE_MAX, FoundPage, Job, JobStatus, StoredAs, SweepReport};
use rushes_api::{AssetReply, Code, paths};
use rushes_vault::Digest;
use serde_json::{Value, json};

use crate::support::{Daemon, expect, form, problem};

/// Larger than what goes into a pack.
fn film(seed: u32) -> Vec<u8> {
    let byte = |n: u32| (n.wrapping_add(seed << 20).wrapping_mul(2_654_435_761) >> 24) as u8;
    (0..400_000).map(byte).collect()
}

fn whole(data: &Path, content: &[u8]) -> PathBuf {
    let digest = Digest::of(content).to_string();
    data.join("whole").join(&digest[..2]).join(digest)
}

async fn sweep(daemon: &Daemon, ask: Value) -> SweepReport {
    let start = daemon.request(Method::POST, paths::STORE_SWEEP).json(&ask);
    let mut job: Job<SweepReport> = expect(start, StatusCode::ACCEPTED).await;
    while job.status == JobStatus::Running {
        tokio::task::yield_now().await;
        job = daemon.get(paths::STORE_SWEEP).await;
    }
    assert_eq!((job.status, &job.why), (JobStatus::Finished, &None));
    job.report.unwrap()
}

async fn delete(daemon: &Daemon, asset: &AssetReply) {
    let delete = daemon.request(Method::DELETE, &paths::asset(&asset.id));
    let _: AssetReply = expect(delete, StatusCode::OK).await;
}

#[tokio::test]
async fn a_sweep_only_looks_unless_told_and_what_it_freed_is_gone() {
    let daemon = Daemon::start();
    let film = film(1);
    let asset = daemon.upload(form("film.bin", &film)).await;
    delete(&daemon, &asset).await;
    let early = sweep(&daemon, json!({ "dry_run": false })).await;
    assert_eq!((early.contents, early.dry_run), (0, false), "its grace lasts");
    let plan = sweep(&daemon, json!({ "grace_s": 0 })).await;
    assert_eq!((plan.dry_run, plan.contents, plan.bytes), (true, 1, film.len() as u64));
    assert!(plan.looked_at >= 1);
    let restore = || daemon.request(Method::POST, &paths::asset_restore(&asset.id));
    let _: AssetReply = expect(restore(), StatusCode::OK).await;
    delete(&daemon, &asset).await;
    let done = sweep(&daemon, json!({ "grace_s": 0, "dry_run": false })).await;
    assert_eq!((done.dry_run, done.contents, done.left_count), (false, 1, 0));
    assert!(!whole(&daemon.data(), &film).exists());
    let gone = problem(restore()).await;
    assert_eq!((gone.code, gone.status), (Code::Gone, 410));
    daemon.upload(form("film.bin", &film)).await;
    let _: AssetReply = expect(restore(), StatusCode::OK).await;
}

#[tokio::test]
async fn nothing_is_swept_while_something_is_damaged() {
    let daemon = Daemon::start();
    let film = film(1);
    daemon.upload(form("film.bin", &film)).await;
    let path = whole(&daemon.data(), &film);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&path, vec![0; film.len()]).unwrap();
    let verify = daemon.request(Method::POST, paths::STORE_VERIFY);
    let _: Value =
        expect(verify.json(&json!({ "digest": Digest::of(&film) })), StatusCode::OK).await;
    for path in [paths::STORE_SWEEP, paths::STORE_FOUND_FREE] {
        let ask = daemon.request(Method::POST, path).json(&json!({ "digests": [] }));
        let ask = if path == paths::STORE_SWEEP {
            daemon.request(Method::POST, path).json(&json!({}))
        } else {
            ask
        };
        let refused = problem(ask).await;
        assert_eq!((refused.code, refused.status), (Code::NotNow, 409));
        assert!(refused.detail.contains("rushes store damage"), "{}", refused.detail);
    }
}

#[tokio::test]
async fn found_bytes_are_listed_and_freed_by_name() {
    let daemon = Daemon::start();
    let films = [film(1), film(2)];
    let kept = daemon.upload(form("kept.bin", &film(3))).await;
    for film in &films {
        let path = whole(&daemon.data(), film);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, film).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    }
    let reindex = daemon.request(Method::POST, paths::STORE_REINDEX);
    let _: Job<Value> = expect(reindex, StatusCode::ACCEPTED).await;
    while daemon.get::<Job<Value>>(paths::STORE_REINDEX).await.status == JobStatus::Running {
        tokio::task::yield_now().await;
    }
    let mut digests: Vec<_> = films.iter().map(|film| Digest::of(film)).collect();
    digests.sort();
    let (mut listed, mut query) = (Vec::new(), "?limit=1".to_owned());
    loop {
        let page: FoundPage = daemon.get(&format!("{}{query}", paths::STORE_FOUND)).await;
        listed.extend(page.found);
        let Some(after) = page.next_cursor else { break };
        query = format!("?limit=1&after={after}");
    }
    assert_eq!(listed.iter().map(|found| found.digest).collect::<Vec<_>>(), digests);
    assert_eq!((listed[0].size, listed[0].stored_as), (Some(400_000), StoredAs::Whole));
    let free = |ask: Value| daemon.request(Method::POST, paths::STORE_FOUND_FREE).json(&ask);
    let all = json!([digests[0], digests[1], kept.digest]);
    let plan: SweepReport = expect(free(json!({ "digests": all })), StatusCode::OK).await;
    assert_eq!((plan.dry_run, plan.contents, plan.left_count), (true, 2, 1));
    assert!(films.iter().all(|film| whole(&daemon.data(), film).exists()));
    let ask = json!({ "digests": all, "dry_run": false });
    let done: SweepReport = expect(free(ask), StatusCode::OK).await;
    assert_eq!((done.dry_run, done.contents, done.left_count), (false, 2, 1));
    assert!(films.iter().all(|film| !whole(&daemon.data(), film).exists()));
    assert!(whole(&daemon.data(), &film(3)).exists());
    let many = free(json!({ "digests": vec![digests[0]; FREE_MAX + 1] }));
    assert_eq!(problem(many).await.field.as_deref(), Some("digests"));
    let odd = daemon.request(Method::GET, &format!("{}?limit=0", paths::STORE_FOUND));
    assert_eq!(problem(odd).await.code, Code::BadRequest);
}
