//! Versions over HTTP: one, several at once, chosen and asked for.

use reqwest::{Method, StatusCode};
use rushes_api::{
    AssetReply, BestPage, BestsReply, Code, HistoriesReply, HistoryReply, ProjectReply, SceneReply,
    VersionsFound, VersionsMade, paths,
};
use serde_json::{Value, json};

use crate::support::{Daemon, MP4, PNG, expect, form, header, problem};

async fn fox(daemon: &Daemon) -> SceneReply {
    let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({"name": "Fox"})).await;
    daemon.post(&paths::scenes("fox"), &json!({"title": "The den"})).await
}

async fn make(daemon: &Daemon, entries: &Value) -> VersionsMade {
    let request = daemon.request(Method::POST, &paths::versions("fox")).json(entries);
    expect(request, StatusCode::OK).await
}

#[tokio::test]
async fn one_bad_entry_of_a_batch_spoils_no_other() {
    let daemon = Daemon::start();
    let scene = fox(&daemon).await;
    let loose = daemon.upload(form("a.mp4", MP4).text("metadata", r#"{"seed":1}"#)).await;
    let placed =
        daemon.upload(form("p.png", PNG).text("project_id", "fox").text("asset_key", "poster"));
    let placed = placed.await;
    let entries = json!([
        {"scope": {"sceneId": scene.id, "scene_number": 1}, "assetKey": "scene_video",
         "type": "video",
         "asset_id": loose.id, "metadata": {"job_id": "j-1"}, "setBest": true},
        {"scope": {"scene_number": 9}, "asset_key": "scene_video", "digest": placed.digest},
        {"scope": {}, "asset_key": "poster", "asset_id": placed.id},
        {"scope": {"scene_number": 1}, "asset_key": "scene_start_frame", "digest": placed.digest,
         "type": "image", "metadata": {"seed": 2}},
        {"scope": {"scene_number": 1}, "asset_key": "x", "urls": ["https://provider.test/a.mp4"]},
        {"scope": {"scene_number": 1}, "asset_key": "a/b", "digest": placed.digest},
        {"scope": {"scene_number": 1}, "asset_key": "x"},
        {"scope": {"project_id": "owl"}, "asset_key": "x", "digest": placed.digest},
        {"scope": {"scene_number": 1}, "asset_key": "x", "digest": "0".repeat(64)},
    ]);
    let made = make(&daemon, &entries).await;
    let versions: Vec<_> = made.versions.iter().map(|one| (one.id.clone(), one.version)).collect();
    assert_eq!(versions[0], (loose.id.clone(), Some(1)));
    assert_eq!(
        Value::Object(made.versions[0].metadata.clone()),
        json!({"seed": 1, "job_id": "j-1"})
    );
    assert_eq!(made.versions[1].asset_key.as_deref(), Some("scene_start_frame"));
    assert_eq!((versions.len(), made.versions[1].digest), (2, placed.digest));
    let errors: Vec<_> = made.errors.iter().map(|one| (one.index, one.problem.code)).collect();
    assert_eq!(
        errors,
        [
            (1, Code::Invalid),
            (2, Code::Invalid),
            (4, Code::NotYet),
            (5, Code::Invalid),
            (6, Code::Invalid),
            (7, Code::Invalid),
            (8, Code::BytesNeeded),
        ]
    );
    let map: HistoriesReply = daemon.get(&paths::histories(&paths::scene("fox", 1))).await;
    assert_eq!(map.keys().collect::<Vec<_>>(), ["scene_start_frame", "scene_video"]);
    assert_eq!((map["scene_video"].best, map["scene_video"].versions.len()), (Some(1), 1));
    let poster: HistoryReply = daemon.get(&paths::history(&paths::project("fox"), "poster")).await;
    assert_eq!(poster.versions.len(), 1, "what was refused is not there");
}

#[tokio::test]
async fn a_batch_that_is_sent_again_makes_nothing_twice() {
    let daemon = Daemon::start();
    fox(&daemon).await;
    let loose = daemon.upload(form("a.mp4", MP4)).await;
    let entries = json!([
        {"asset_key": "clip", "asset_id": loose.id},
        {"asset_key": "clip", "digest": loose.digest},
    ]);
    let send = || {
        let request = daemon.request(Method::POST, &paths::versions("fox"));
        request.header("idempotency-key", "k").json(&entries)
    };
    let first: VersionsMade = expect(send(), StatusCode::OK).await;
    let again: VersionsMade = expect(send(), StatusCode::OK).await;
    assert_eq!((first.versions.len(), first.errors.len()), (2, 0));
    assert_eq!(again, first);
    let clip: HistoryReply = daemon.get(&paths::history(&paths::project("fox"), "clip")).await;
    assert_eq!(clip.latest, 2);
}

#[tokio::test]
async fn versions_of_several_histories_come_in_the_order_of_the_question() {
    let daemon = Daemon::start();
    let scene = fox(&daemon).await;
    let take = || {
        let sent = form("a.mp4", MP4).text("project_id", "fox").text("scene_id", scene.id.clone());
        sent.text("asset_key", "scene_video")
    };
    let first = daemon.upload(take().text("set_best", "true")).await;
    let second = daemon.upload(take()).await;
    let poster = form("p.png", PNG).text("project_id", "fox").text("asset_key", "poster");
    let poster = daemon.upload(poster).await;
    let of = |which: Value| {
        let scope = json!({"scene_id": scene.id});
        json!({"scope": scope, "asset_key": "scene_video", "which": which})
    };
    let asked = json!([
        of(json!("latest")), {"asset_key": "poster", "which": "best"}, of(json!("best")),
        of(json!("all")), of(json!(2)), of(json!(7)), {"asset_key": "none", "which": "all"},
    ]);
    let request = daemon.request(Method::POST, &paths::versions_query("fox")).json(&asked);
    let found: Vec<VersionsFound> = expect(request, StatusCode::OK).await;
    let ids = |found: &VersionsFound| found.versions.iter().map(|one| one.id.clone()).collect();
    let ids: Vec<Vec<String>> = found.iter().map(ids).collect();
    let (one, two) = (first.id.clone(), second.id.clone());
    assert_eq!(
        ids,
        [
            vec![two.clone()],
            vec![poster.id.clone()],
            vec![one.clone()],
            vec![one.clone(), two.clone()],
            vec![two.clone()],
            vec![],
            vec![],
        ]
    );
    let best: BestPage = daemon.get(&paths::project_best("fox")).await;
    let found: Vec<_> = best.best.iter().map(|one| (&one.version.asset_id, one.chosen)).collect();
    assert_eq!(found, [(&poster.id, false), (&one, true)]);
    let best: BestPage = daemon.get("/api/projects/fox/best?keys=scene_video,x").await;
    assert_eq!(best.best.len(), 1);
    assert_eq!(best.best[0].version.path.as_deref(), Some("projects/fox/scenes/1/scene_video.mp4"));
    assert_eq!(
        problem(daemon.request(Method::GET, "/api/projects/owl/best")).await.code,
        Code::NotFound
    );
}

#[tokio::test]
async fn several_best_versions_are_chosen_at_once() {
    let daemon = Daemon::start();
    fox(&daemon).await;
    for key in ["clip", "clip", "poster"] {
        daemon.upload(form("a.mp4", MP4).text("project_id", "fox").text("asset_key", key)).await;
    }
    let choices = json!([
        {"asset_key": "clip", "version": 1},
        {"asset_key": "poster", "version": 2},
        {"asset_key": "none", "version": 1},
        {"scope": {"scene_number": 4}, "asset_key": "clip", "version": 1},
    ]);
    let request = daemon.request(Method::POST, &paths::versions_best("fox")).json(&choices);
    let chosen: BestsReply = expect(request, StatusCode::OK).await;
    assert_eq!((chosen.best.len(), chosen.best[0].version.version), (1, 1));
    assert_eq!(chosen.errors.iter().map(|one| one.index).collect::<Vec<_>>(), [1, 2, 3]);
    let clip: HistoryReply = daemon.get(&paths::history(&paths::project("fox"), "clip")).await;
    assert_eq!((clip.best, clip.latest), (Some(1), 2));
}

#[tokio::test]
async fn one_version_has_a_record_of_its_own_and_a_scene_is_found_without_its_project() {
    let daemon = Daemon::start();
    let scene = fox(&daemon).await;
    let sent = form("a.mp4", MP4).text("project_id", "fox").text("scene_number", "1");
    let asset = daemon.upload(sent.text("asset_key", "scene_video")).await;
    let version = paths::version(&paths::scene("fox", 1), "scene_video", 1);
    let shown: AssetReply = daemon.get(&version).await;
    assert_eq!(shown, asset);
    let tag = header(&daemon.request(Method::GET, &version).send().await.unwrap(), "etag");
    let said = json!({"evaluation": {"quality_score": 5}});
    let change = daemon.request(Method::PATCH, &version).header("if-match", tag).json(&said);
    let changed: AssetReply = expect(change, StatusCode::OK).await;
    assert_eq!(changed.evaluation["quality_score"], 5);
    let short = format!("/api/scenes/{}/assets", scene.id);
    let map: HistoriesReply = daemon.get(&short).await;
    assert_eq!(map["scene_video"].versions, std::slice::from_ref(&changed));
    let history: HistoryReply = daemon.get(&format!("{short}/scene_video")).await;
    assert_eq!(history, map["scene_video"]);
    let best = daemon.request(Method::PUT, &format!("{short}/scene_video/best"));
    let _: HistoryReply = expect(best.json(&json!({"version": 1})), StatusCode::OK).await;
    let by_version: AssetReply = daemon.get(&format!("{short}/scene_video/versions/1")).await;
    assert_eq!(by_version, changed);
    for missing in [
        "/api/scenes/1/assets".to_owned(),
        "/api/scenes/0193a5b0-7c3e-7000-8000-000000000001/assets".to_owned(),
        paths::version(&paths::scene("fox", 1), "scene_video", 2),
        format!("{short}/scene_video/versions/x"),
    ] {
        let refused = problem(daemon.request(Method::GET, &missing)).await;
        assert_eq!(refused.code, Code::NotFound, "{missing}");
    }
}
