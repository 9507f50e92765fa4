//! Projects, scenes and histories over HTTP.

use reqwest::{Method, StatusCode};
use rushes_api::{
    AssetReply, Code, HistoriesReply, HistoryReply, ProjectPage, ProjectReply, ProjectView,
    ScenePage, SceneReply, Status, paths,
};
use serde_json::json;

use crate::support::{Daemon, MP4, PNG, expect, form, header, problem};

async fn fox(daemon: &Daemon) -> (ProjectReply, SceneReply) {
    let project = daemon.post(paths::PROJECTS, &json!({"name": "Fox Story"})).await;
    let scenes = paths::scenes("fox-story");
    let scene = daemon.post(&scenes, &json!({"sceneNumber": 3, "title": "The den"})).await;
    (project, scene)
}

#[tokio::test]
async fn uploads_become_versions_and_the_project_shows_them() {
    let daemon = Daemon::start();
    let (project, scene) = fox(&daemon).await;
    assert_eq!((project.id.as_str(), scene.scene_number), ("fox-story", 3));
    let first = form("a.mp4", MP4)
        .text("project_id", "fox-story")
        .text("scene_number", "3")
        .text("asset_key", "scene_video");
    let first = daemon.upload(first).await;
    assert_eq!((first.version, first.scene_number), (Some(1), Some(3)));
    let expected = "projects/fox-story/scenes/3/versions/scene_video/v001.mp4";
    assert_eq!(first.path.as_deref(), Some(expected));
    // All fields before the file, the scene by id, the same bytes once more.
    let second = reqwest::multipart::Form::new()
        .text("assetKey", "scene_video")
        .text("sceneId", scene.id.clone())
        .text("projectId", "fox-story")
        .text("prompt", "a fox in its den")
        .text("parentId", first.id.clone())
        .part("file", reqwest::multipart::Part::bytes(MP4).file_name("a.mp4"));
    let second = daemon.upload(second).await;
    assert_eq!((second.version, second.parent_id), (Some(2), Some(first.id.clone())));

    let view: ProjectView = daemon.get(&paths::project("fox-story")).await;
    let history = &view.scenes[0].assets["scene_video"];
    assert_eq!((history.best, history.latest), (None, 2));
    assert_eq!(history.current.as_ref().map(|current| current.version), Some(2));

    let best = paths::best(&paths::scene("fox-story", 3), "scene_video");
    let chosen = daemon.request(Method::PUT, &best).json(&json!({"version": 1}));
    let chosen: HistoryReply = expect(chosen, StatusCode::OK).await;
    assert_eq!((chosen.best, chosen.versions.len()), (Some(1), 2));
    let by_id: HistoryReply =
        daemon.get(&paths::history(&paths::scene("fox-story", &scene.id), "scene_video")).await;
    assert_eq!(by_id, chosen);
    let map: HistoriesReply = daemon.get(&paths::histories(&paths::scene("fox-story", 3))).await;
    assert_eq!(map["scene_video"].current.as_ref().unwrap().asset_id, first.id);
    let shown: SceneReply = daemon.get(&paths::scene("fox-story", 3)).await;
    assert_eq!(shown.assets["scene_video"].current, map["scene_video"].current);
    assert_eq!(map["scene_video"], chosen);
    let scenes: ScenePage = daemon.get(&paths::scenes("fox-story")).await;
    assert_eq!(scenes.scenes, [shown]);
}

#[tokio::test]
async fn a_project_has_histories_of_its_own() {
    let daemon = Daemon::start();
    fox(&daemon).await;
    let poster = || form("p.png", PNG).text("project_id", "fox-story").text("asset_key", "poster");
    daemon.upload(poster()).await;
    let best = daemon.upload(poster().text("set_best", "true")).await;
    let failed = reqwest::multipart::Form::new()
        .text("status", "failed")
        .text("error", "safety filter")
        .text("project_id", "fox-story")
        .text("asset_key", "poster");
    let failed = daemon.upload(failed).await;
    assert_eq!((failed.status, failed.version), (Status::Failed, Some(3)));
    let history: HistoryReply =
        daemon.get(&paths::history(&paths::project("fox-story"), "poster")).await;
    assert_eq!((history.best, history.latest), (best.version, 3));
    assert_eq!(history.versions.iter().map(|one| one.version).max(), Some(Some(3)));
}

#[tokio::test]
async fn records_are_sent_once_and_again_when_they_change() {
    let daemon = Daemon::start();
    fox(&daemon).await;
    let path = paths::project("fox-story");
    let tag = header(&daemon.request(Method::GET, &path).send().await.unwrap(), "etag");
    let again = || daemon.request(Method::GET, &path).header("if-none-match", &tag);
    assert_eq!(again().send().await.unwrap().status(), StatusCode::NOT_MODIFIED);
    let sent = form("p.png", PNG).text("project_id", "fox-story").text("asset_key", "poster");
    daemon.upload(sent).await;
    assert_eq!(again().send().await.unwrap().status(), StatusCode::OK);
    let of = |host: &'static str| {
        let port = daemon.address().rsplit_once(':').unwrap().1;
        let request = daemon.request(Method::GET, "/api/projects/fox-story/assets/poster");
        request.header("host", format!("{host}:{port}")).send()
    };
    let (by_name, by_address) = (of("localhost").await.unwrap(), of("127.0.0.1").await.unwrap());
    // Their links differ.
    assert_ne!(header(&by_name, "etag"), header(&by_address, "etag"));
}

#[tokio::test]
async fn projects_come_in_pages() {
    let daemon = Daemon::start();
    for name in ["Cat", "Ant", "Bee"] {
        let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({ "name": name })).await;
    }
    let first: ProjectPage = daemon.get("/api/projects?limit=2").await;
    let cursor = first.next_cursor.unwrap();
    let second: ProjectPage =
        daemon.get(&format!("/api/v2/projects?limit=2&cursor={cursor}")).await;
    let ids: Vec<_> =
        first.projects.iter().chain(&second.projects).map(|one| one.id.as_str()).collect();
    assert_eq!((ids, second.next_cursor), (vec!["ant", "bee", "cat"], None));
    for query in ["limit=0", "limit=1001", "limit=x", "cursor=/", "colour=red"] {
        let refused = problem(daemon.request(Method::GET, &format!("/api/projects?{query}"))).await;
        assert_eq!(refused.code, Code::BadRequest, "{query}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_field() {
    let daemon = Daemon::start();
    fox(&daemon).await;
    let scenes = paths::scenes("fox-story");
    let post = |path: &str, body| daemon.request(Method::POST, path).json(&body);
    for (refused, code, field) in [
        (post(paths::PROJECTS, json!({})), Code::Invalid, "name"),
        (post(paths::PROJECTS, json!({"name": ""})), Code::Invalid, "name"),
        (post(paths::PROJECTS, json!({"name": "x", "id": "../x"})), Code::Invalid, "id"),
        (post(paths::PROJECTS, json!({"name": "x", "id": "fox-story"})), Code::Taken, "id"),
        (post(paths::PROJECTS, json!({"name": "x", "colour": 1})), Code::Invalid, "colour"),
        (post(&scenes, json!({"scene_number": 3})), Code::Taken, "scene_number"),
        (post(&scenes, json!({"scene_number": 0})), Code::Invalid, "scene_number"),
        (post(&scenes, json!({"scene_number": "x"})), Code::Invalid, "scene_number"),
    ] {
        let problem = problem(refused).await;
        assert_eq!((problem.code, problem.field.as_deref()), (code, Some(field)));
    }
    let best = paths::best(&paths::scene("fox-story", 3), "scene_video");
    let missing = daemon.request(Method::PUT, &best).json(&json!({"version": 1}));
    assert_eq!(problem(missing).await.code, Code::NotFound);
    let first: AssetReply = daemon.upload(form("x.png", PNG)).await;
    let loose = form("y.png", PNG).text("source_asset_ids", json!([first.id]).to_string());
    assert_eq!(daemon.upload(loose).await.source_asset_ids, [first.id]);
}
