//! Deleting and restoring over HTTP.

use reqwest::{Method, RequestBuilder, StatusCode};
use rushes_api::{AssetReply, Code, HistoryReply, ProjectReply, Status, paths};
use serde_json::json;

use crate::support::{Daemon, MP4, PNG, expect, form, problem};

fn delete(daemon: &Daemon, id: &str) -> RequestBuilder {
    daemon.request(Method::DELETE, &paths::asset(id))
}

fn restore(daemon: &Daemon, id: &str) -> RequestBuilder {
    daemon.request(Method::POST, &paths::asset_restore(id))
}

#[tokio::test]
async fn a_deleted_asset_keeps_its_record_and_shows_no_bytes_until_it_is_restored() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let deleted: AssetReply = expect(delete(&daemon, &asset.id), StatusCode::OK).await;
    assert_eq!((deleted.status, &deleted.url), (Status::Deleted, &None));
    assert!(deleted.deleted_at.is_some() && deleted.digest == asset.digest);
    let again: AssetReply = expect(delete(&daemon, &asset.id), StatusCode::OK).await;
    assert_eq!(again, deleted);
    let shown: AssetReply = daemon.get(&paths::asset(&asset.id)).await;
    assert_eq!(shown, deleted);
    let data = daemon.request(Method::GET, &paths::asset_data(&asset.id));
    let refused = problem(data).await;
    assert_eq!((refused.code, refused.status), (Code::Deleted, 404));
    let image = daemon.request(Method::GET, &paths::asset(&asset.id)).header("accept", "image/png");
    assert_eq!(problem(image).await.code, Code::Deleted);
    let restored: AssetReply = expect(restore(&daemon, &asset.id), StatusCode::OK).await;
    assert_eq!(AssetReply { revision: asset.revision, ..restored }, asset);
    let data = daemon.request(Method::GET, &paths::asset_data(&asset.id)).send().await.unwrap();
    assert_eq!(data.bytes().await.unwrap(), PNG);
}

#[tokio::test]
async fn a_history_falls_back_to_what_is_left_and_keeps_its_numbers() {
    let daemon = Daemon::start();
    let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({"name": "Fox"})).await;
    let poster = || form("p.mp4", MP4).text("project_id", "fox").text("asset_key", "poster");
    let first = daemon.upload(poster()).await;
    let second = daemon.upload(poster().text("set_best", "true")).await;
    let third = daemon.upload(poster()).await;
    let history = paths::history(&paths::project("fox"), "poster");
    for id in [&second.id, &third.id] {
        let _: AssetReply = expect(delete(&daemon, id), StatusCode::OK).await;
    }
    let shown: HistoryReply = daemon.get(&history).await;
    assert_eq!((shown.best, shown.latest, shown.versions.len()), (None, 1, 3));
    let states: Vec<_> = shown.versions.iter().map(|one| one.status).collect();
    assert_eq!(states, [Status::Ready, Status::Deleted, Status::Deleted]);
    let path = "projects/fox/versions/poster/v002.deleted.json";
    assert_eq!(shown.versions[1].path.as_deref(), Some(path));
    let best = paths::best(&paths::project("fox"), "poster");
    let chosen = daemon.request(Method::PUT, &best).json(&json!({"version": 3}));
    let refused = problem(chosen).await;
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("version")));
    assert!(refused.detail.contains("deleted"), "{}", refused.detail);
    assert_eq!(daemon.upload(poster()).await.version, Some(4));
    let _: AssetReply = expect(restore(&daemon, &second.id), StatusCode::OK).await;
    let shown: HistoryReply = daemon.get(&history).await;
    assert_eq!((shown.best, shown.latest), (Some(2), 4), "the choice is back");
    assert_eq!(shown.versions[0], daemon.get::<AssetReply>(&paths::asset(&first.id)).await);
}

#[tokio::test]
async fn a_deletion_is_safe_to_repeat_under_its_key() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let keyed = || delete(&daemon, &asset.id).header(paths::IDEMPOTENCY_KEY, "k");
    let _: AssetReply = expect(keyed(), StatusCode::OK).await;
    let _: AssetReply = expect(restore(&daemon, &asset.id), StatusCode::OK).await;
    let shown: AssetReply = expect(keyed(), StatusCode::OK).await;
    assert_eq!(shown.status, Status::Ready);
    let other = restore(&daemon, &asset.id).header(paths::IDEMPOTENCY_KEY, "k");
    assert_eq!(problem(other).await.code, Code::KeyReused);
}
