//! What is said of assets again over HTTP, and what is counted of them.

use reqwest::{Method, RequestBuilder, StatusCode};
use rushes_api::{
    AssetPage, AssetReply, Code, CostReport, HistoryReply, ProjectReply, StatsReply, Status,
    TagPage, paths,
};
use serde_json::{Value, json};

use crate::support::{Daemon, MP4, PNG, expect, form, header, problem};

fn patch(daemon: &Daemon, id: &str, body: &Value) -> RequestBuilder {
    daemon.request(Method::PATCH, &paths::asset(id)).json(body)
}

#[tokio::test]
async fn what_is_said_again_of_an_asset_changes_neither_its_bytes_nor_how_they_were_made() {
    let daemon = Daemon::start();
    let sent = form("x.png", PNG)
        .text("tags", r#"["fox","den","fox"]"#)
        .text("model", "flux")
        .text("workflowId", "w-7")
        .text("completed_at", "2026-11-21T02:32:11Z")
        .text("metadata", r#"{"seed":7,"guidanceScale":2.5}"#);
    let asset = daemon.upload(sent).await;
    assert_eq!((asset.tags.len(), asset.workflow_id.as_deref()), (2, Some("w-7")));
    let said = json!({
        "notes": "too dark",
        "assetType": "brand",
        "evaluation": {"quality_score": 3.5, "by": "ada"},
        "metadata": {"seed": null, "cfg": {"steps": 20}},
        "tags": ["dusk"],
        "filename": "den/../at dusk.png",
    });
    let request = daemon.request(Method::PATCH, &paths::asset(&asset.id));
    let request = request.header("content-type", "application/merge-patch+json");
    let changed: AssetReply = expect(request.body(said.to_string()), StatusCode::OK).await;
    assert_eq!(changed.notes.as_deref(), Some("too dark"));
    assert_eq!(changed.asset_type.as_deref(), Some("brand"));
    assert_eq!(changed.filename, "at dusk.png");
    assert_eq!(changed.tags, ["dusk"]);
    let metadata = json!({"guidanceScale": 2.5, "cfg": {"steps": 20}});
    assert_eq!(Value::Object(changed.metadata.clone()), metadata);
    assert_eq!((changed.digest, &changed.model), (asset.digest, &asset.model));
    assert!(changed.revision > asset.revision);
    let said = json!({"evaluation": {"by": null}, "notes": null, "status": "archived"});
    let changed: AssetReply = expect(patch(&daemon, &asset.id, &said), StatusCode::OK).await;
    assert_eq!((changed.notes, changed.status), (None, Status::Archived));
    assert_eq!(Value::Object(changed.evaluation), json!({"quality_score": 3.5}));
    assert!(changed.url.is_some(), "what is archived is still there");
    let ready = json!({"status": "ready"});
    let changed: AssetReply = expect(patch(&daemon, &asset.id, &ready), StatusCode::OK).await;
    assert_eq!(changed.status, Status::Ready);
    let (folder, _) = daemon.stopped();
    let again = Daemon::start_in(folder, &[]);
    assert_eq!(again.get::<AssetReply>(&paths::asset(&asset.id)).await.filename, "at dusk.png");
}

#[tokio::test]
async fn a_patch_that_cannot_be_is_refused_by_field_and_changes_nothing() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let base64 = "iVBORw0KGgoA".repeat(6000);
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    for (said, field) in [
        (json!({"evaluation": {"why": deep}}), "evaluation"),
        (json!({"model": "x"}), "model"),
        (json!({"filename": null}), "filename"),
        (json!({"filename": ""}), "filename"),
        (json!({"tags": [""]}), "tags"),
        (json!({"tags": vec!["x"; 65]}), "tags"),
        (json!({"status": "deleted"}), "status"),
        (json!({"evaluation": {"quality_score": "good"}}), "evaluation"),
        (json!({"evaluation": {"why": "x".repeat(5000)}}), "evaluation"),
        (json!({"metadata": {"thumbnail": base64}}), "metadata"),
        (json!({"notes": "x".repeat(70_000)}), "notes"),
    ] {
        let refused = problem(patch(&daemon, &asset.id, &said)).await;
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some(field)));
    }
    assert_eq!(daemon.get::<AssetReply>(&paths::asset(&asset.id)).await, asset);
    let deleted = daemon.request(Method::DELETE, &paths::asset(&asset.id));
    let _: AssetReply = expect(deleted, StatusCode::OK).await;
    let refused = problem(patch(&daemon, &asset.id, &json!({"notes": "x"}))).await;
    assert_eq!((refused.code, refused.status), (Code::Deleted, 404));
    let missing = patch(&daemon, "0193a5b0-7c3e-7000-8000-000000000001", &json!({}));
    assert_eq!(problem(missing).await.code, Code::NotFound);
}

#[tokio::test]
async fn if_match_guards_a_change_and_shows_what_is_there() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let path = paths::asset(&asset.id);
    let tag = header(&daemon.request(Method::GET, &path).send().await.unwrap(), "etag");
    let say = |notes: &str, tag: &str| {
        patch(&daemon, &asset.id, &json!({ "notes": notes })).header("if-match", tag)
    };
    let first = say("one", &tag).header("idempotency-key", "k").send().await.unwrap();
    assert_eq!(first.status(), StatusCode::OK);
    let newer = header(&first, "etag");
    let refused = problem(say("two", &tag)).await;
    assert_eq!((refused.code, refused.status), (Code::Changed, 412));
    let current: AssetReply = serde_json::from_value(refused.current.unwrap()).unwrap();
    assert_eq!(current.notes.as_deref(), Some("one"));
    // A retry of what was done is answered, though its tag is an old one by now.
    let retried = say("one", &tag).header("idempotency-key", "k");
    let retried: AssetReply = expect(retried, StatusCode::OK).await;
    assert_eq!(retried.revision, current.revision);
    let third: AssetReply = expect(say("three", &newer), StatusCode::OK).await;
    assert_eq!(third.notes.as_deref(), Some("three"));
    let _: AssetReply = expect(say("four", "*"), StatusCode::OK).await;
    assert_eq!(problem(say("five", &format!("W/{newer}"))).await.code, Code::Changed);
    let delete = |tag: &str| daemon.request(Method::DELETE, &path).header("if-match", tag);
    assert_eq!(problem(delete(&newer)).await.code, Code::Changed);
    let there: AssetReply = daemon.get(&path).await;
    assert_eq!(there.deleted_at, None);
    let tag = header(&daemon.request(Method::GET, &path).send().await.unwrap(), "etag");
    let gone: AssetReply = expect(delete(&tag), StatusCode::OK).await;
    assert!(gone.deleted_at.is_some());
}

#[tokio::test]
async fn of_two_choices_after_one_look_the_second_is_refused() {
    let daemon = Daemon::start();
    let _: ProjectReply = expect(
        daemon.request(Method::POST, paths::PROJECTS).json(&json!({"id": "fox", "name": "Fox"})),
        StatusCode::CREATED,
    )
    .await;
    for bytes in [b"one", b"two"] {
        let asset = form("x.png", bytes).text("project_id", "fox").text("asset_key", "poster");
        daemon.upload(asset).await;
    }
    let path = "/api/projects/fox/assets/poster";
    let tag = header(&daemon.request(Method::GET, path).send().await.unwrap(), "etag");
    let choose = |version: u32, tag: &str| {
        let best = daemon.request(Method::PUT, &format!("{path}/best"));
        best.json(&json!({ "version": version })).header("if-match", tag)
    };
    let first = choose(1, &tag).send().await.unwrap();
    assert_eq!(first.status(), StatusCode::OK);
    let refused = problem(choose(2, &tag)).await;
    assert_eq!(refused.code, Code::Changed);
    assert_eq!(refused.current.unwrap()["best"], 1);
    let history: HistoryReply = expect(choose(2, &header(&first, "etag")), StatusCode::OK).await;
    assert_eq!(history.best, Some(2));
    // Where nothing is compared with it, it is not passed over.
    let restored =
        daemon.request(Method::POST, "/api/projects/fox/restore").header("if-match", "*");
    assert_eq!(problem(restored).await.field.as_deref(), Some("If-Match"));
}

#[tokio::test]
async fn a_tag_guards_the_record_and_not_what_is_shown_beside_it() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let path = paths::asset(&asset.id);
    let tag = header(&daemon.request(Method::GET, &path).send().await.unwrap(), "etag");
    let host = daemon.address().replace("127.0.0.1", "localhost");
    let elsewhere = daemon.request(Method::GET, &path).header("host", host);
    let other = header(&elsewhere.send().await.unwrap(), "etag");
    assert_ne!(tag, other, "the links in it are of another host");
    let said = patch(&daemon, &asset.id, &json!({"notes": "one"})).header("if-match", other);
    let _: AssetReply = expect(said, StatusCode::OK).await;
    let deleted = || daemon.request(Method::DELETE, &path).header("idempotency-key", "k");
    assert_eq!(problem(deleted().header("if-match", &tag)).await.code, Code::Changed);
}

#[tokio::test]
async fn patches_that_come_at_once_lose_nothing() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let long = "a workflow of many nodes ".repeat(20);
    let all = (0..32).map(|number| {
        let said = json!({"metadata": {format!("node {number}"): long}});
        let request = patch(&daemon, &asset.id, &said);
        async move { request.send().await.unwrap().status() }
    });
    let all = futures_util::future::join_all(all).await;
    assert!(all.iter().all(|status| *status == StatusCode::OK), "{all:?}");
    let shown: AssetReply = daemon.get(&paths::asset(&asset.id)).await;
    // Larger than a claim holds: it lies in a blob by now.
    assert_eq!(shown.metadata.len(), 32);
}

#[tokio::test]
async fn what_has_no_name_of_its_own_is_called_by_its_prompt() {
    let daemon = Daemon::start();
    let track = form("Track 1.mp3", b"ID3").text("prompt", "Slow piano, rain on a window.");
    assert_eq!(daemon.upload(track).await.filename, "Slow piano, rain on a window.mp3");
    let named = form("theme of the fox.mp3", b"ID3").text("prompt", "Slow piano");
    assert_eq!(daemon.upload(named).await.filename, "theme of the fox.mp3");
}

#[tokio::test]
async fn costs_tags_and_counts_follow_what_is_chosen_and_deleted() {
    let daemon = Daemon::start();
    let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({"name": "Fox"})).await;
    let take = |cost: &str| {
        form("take.mp4", MP4)
            .text("project_id", "fox")
            .text("asset_key", "clip")
            .text("provider", "fal")
            .text("model", "kling")
            .text("tags", r#"["fox"]"#)
            .text("estimated_cost", cost.to_owned())
    };
    let first = daemon.upload(take("0.10")).await;
    let second = daemon.upload(take("0.20")).await;
    let failed = reqwest::multipart::Form::new()
        .text("status", "failed")
        .text("error", "safety filter")
        .text("model", "kling")
        .text("estimated_cost", "0.05");
    daemon.upload(failed).await;
    let report = || daemon.get::<CostReport>("/api/costs?group_by=model");
    let total = report().await.total;
    assert_eq!((total.count, total.micros), (3, 350_000));
    assert_eq!((total.failed_count, total.failed_micros), (1, 50_000));
    assert_eq!((total.picked_micros, total.unpicked_micros), (200_000, 100_000));
    let delete = daemon.request(Method::DELETE, &paths::asset(&second.id));
    let _: AssetReply = expect(delete, StatusCode::OK).await;
    let total = report().await.total;
    assert_eq!(
        (total.micros, total.picked_micros, total.unpicked_micros),
        (350_000, 100_000, 200_000)
    );
    let by_project: CostReport = daemon.get("/api/costs?project_id=fox&from=2000-01").await;
    assert_eq!(by_project.groups.len(), 1);
    assert_eq!(by_project.groups[0].project_id.as_deref(), Some("fox"));
    assert_eq!(by_project.total.count, 2);
    let none: CostReport = daemon.get("/api/costs?group_by=month&to=1999-12").await;
    assert_eq!((none.groups.len(), none.total.count), (0, 0));
    for query in ["group_by=colour", "from=2026", "to=2026-13", "project_id=owl", "x=1"] {
        let refused = problem(daemon.request(Method::GET, &format!("/api/costs?{query}"))).await;
        assert!(matches!(refused.code, Code::BadRequest | Code::NotFound), "{query}");
    }
    let tags: TagPage = daemon.get(paths::TAGS).await;
    assert_eq!((tags.tags[0].tag.as_str(), tags.tags[0].count), ("fox", 1));
    let recent: AssetPage = daemon.get("/api/recent?limit=2").await;
    assert_eq!(recent.assets.last().map(|asset| &asset.id), Some(&first.id));
    let stats: StatsReply = daemon.get(paths::STATS).await;
    let counts = ["ready", "failed", "deleted"].map(|status| stats.by_status[status]);
    assert_eq!((counts, stats.by_type["video"]), ([1, 1, 1], 1));
    assert_eq!(stats.logical_bytes, MP4.len() as u64);
}

#[tokio::test]
async fn tags_come_in_pages() {
    let daemon = Daemon::start();
    daemon.upload(form("x.png", PNG).text("tags", r#"["c","a","b"]"#)).await;
    let first: TagPage = daemon.get("/api/tags?limit=2").await;
    assert_eq!(first.next_cursor.as_deref(), Some("b"));
    let second: TagPage = daemon.get("/api/tags?limit=2&cursor=b").await;
    assert_eq!((second.tags[0].tag.as_str(), second.next_cursor), ("c", None));
}
