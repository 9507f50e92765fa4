//! Search over HTTP.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, StatusCode, Url};
use rushes_api::{AssetReply, AssetsFound, Code, ProjectReply, SceneReply, TokenMade, paths};
use serde_json::{Value, json};

use crate::support::{Daemon, MP4, PNG, form, problem};

/// How long anything may take that needs no time: far above what a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(30);

fn search(daemon: &Daemon, query: &[(&str, &str)]) -> RequestBuilder {
    let url = Url::parse_with_params("http://any", query).unwrap();
    let query = url.query().unwrap_or_default();
    daemon.request(Method::GET, &format!("{}?{query}", paths::ASSETS))
}

/// What a search finds once it finds as much as was recorded.
async fn found(daemon: &Daemon, query: &[(&str, &str)], total: u64) -> AssetsFound {
    let begun = Instant::now();
    loop {
        let response = search(daemon, query).send().await.unwrap();
        // An index that is not there yet says so.
        if response.status() == StatusCode::OK {
            let found: AssetsFound = response.json().await.unwrap();
            if found.total == total {
                return found;
            }
        } else {
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        }
        assert!(begun.elapsed() < PATIENCE, "{query:?} never finds {total}");
        tokio::task::yield_now().await;
    }
}

fn names(found: &AssetsFound) -> Vec<&str> {
    found.assets.iter().map(|asset| asset.filename.as_str()).collect()
}

#[tokio::test]
async fn assets_are_found_by_words_and_properties_soon_after_the_reply() {
    let daemon = Daemon::start();
    let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({"name": "Fox"})).await;
    let _: SceneReply = daemon.post(&paths::scenes("fox"), &json!({"title": "Dusk"})).await;
    let thai = "สุนัขจิ้งจอกสีแดงวิ่งผ่านทุ่งหญ้าตอนพระอาทิตย์ตก";
    let frame = form("frame.png", PNG)
        .text("project_id", "fox")
        .text("scene_number", "1")
        .text("asset_key", "scene_start_frame")
        .text("asset_type", "character")
        .text("provider", "fal")
        .text("model", "flux")
        .text("prompt", "a red fox at dusk")
        .text("tags", json!(["hero"]).to_string())
        .text("estimated_cost", "0.25")
        .text("metadata", json!({"seed": 7}).to_string());
    let frame = daemon.upload(frame).await;
    let recorded = Instant::now();
    assert_eq!(found(&daemon, &[("q", "fox dusk")], 1).await.assets, std::slice::from_ref(&frame));
    eprintln!("found after {:?}", recorded.elapsed());
    let clip = form("fox run.mp4", MP4).text("provider", "kie").text("prompt", thai);
    daemon.upload(clip).await;
    assert_eq!(names(&found(&daemon, &[("q", "จิ้งจอก")], 1).await), ["fox run.mp4"]);
    let today = frame.created_at.get(..10).unwrap();
    for (name, value) in [
        ("type", "image"),
        ("asset_type", "character"),
        ("provider", "fal"),
        ("model", "flux"),
        ("tag", "hero"),
        ("project_id", "fox"),
        ("scene_id", frame.scene_id.as_deref().unwrap()),
        ("asset_key", "scene_start_frame"),
        ("seed", "7"),
        ("cost_min", "0.25"),
        ("q", "\"red fox\" -night"),
    ] {
        assert_eq!(names(&found(&daemon, &[(name, value)], 1).await), ["frame.png"], "{name}");
    }
    let scene = [("scene_id", "1"), ("project_id", "fox"), ("from", today), ("to", today)];
    assert_eq!(names(&found(&daemon, &scene, 1).await), ["frame.png"]);
    let all = [("facets", "provider,type"), ("sort", "name"), ("limit", "1"), ("status", "ready")];
    let first = found(&daemon, &all, 2).await;
    assert_eq!(names(&first), ["fox run.mp4"]);
    let facets = first.facets.unwrap();
    let of = |field: &str| serde_json::to_value(&facets[field]).unwrap();
    assert_eq!(of("provider"), json!([{"value": "fal", "count": 1}, {"value": "kie", "count": 1}]));
    assert_eq!(facets.len(), 2);
    let cursor = first.next_cursor.unwrap();
    let next = found(&daemon, &[&all[1..], &[("cursor", &*cursor)]].concat(), 2).await;
    assert_eq!(names(&next), ["frame.png"]);
    assert_eq!((next.next_cursor, next.facets), (None, None));

    let gone: AssetReply = {
        let delete = daemon.request(Method::DELETE, &paths::asset(&frame.id));
        crate::support::expect(delete, StatusCode::OK).await
    };
    assert!(gone.deleted_at.is_some());
    let none = found(&daemon, &[("q", "fox dusk")], 0).await;
    assert_eq!((none.assets.len(), none.next_cursor), (0, None));
}

#[tokio::test]
async fn what_goes_with_its_project_is_found_again_with_it() {
    let daemon = Daemon::start();
    let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({"name": "Fox"})).await;
    for number in 0..3 {
        let take = form(&format!("take {number}.png"), PNG).text("project_id", "fox");
        daemon.upload(take.text("asset_key", "clip").text("prompt", "a fox")).await;
    }
    daemon.upload(form("other.png", PNG).text("prompt", "a fox")).await;
    found(&daemon, &[("q", "fox")], 4).await;
    let deleted = daemon.request(Method::DELETE, &paths::project("fox")).send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    assert_eq!(names(&found(&daemon, &[("q", "fox")], 1).await), ["other.png"]);
    let restored = daemon.request(Method::POST, &paths::restore(&paths::project("fox")));
    assert_eq!(restored.send().await.unwrap().status(), StatusCode::OK);
    found(&daemon, &[("q", "fox")], 4).await;
}

#[tokio::test]
async fn a_token_of_one_project_finds_what_is_in_it() {
    let daemon = Daemon::start();
    for name in ["Fox", "Owl"] {
        let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({ "name": name })).await;
        let take = form(&format!("{name}.png"), PNG).text("project_id", name.to_lowercase());
        daemon.upload(take.text("asset_key", "clip").text("provider", "fal")).await;
    }
    found(&daemon, &[("provider", "fal")], 2).await;
    let ask = json!({"name": "fox", "access": "read", "project_id": "fox"});
    let only: TokenMade = daemon.post(paths::TOKENS, &ask).await;
    let find =
        |query: &str| daemon.with(&only.token, Method::GET, &format!("{}?{query}", paths::ASSETS));
    let seen: AssetsFound =
        crate::support::expect(find("facets=project_id,provider"), StatusCode::OK).await;
    assert_eq!((names(&seen), seen.total), (vec!["Fox.png"], 1));
    let facets = serde_json::to_value(&seen.facets).unwrap();
    let fox = |value: &str| json!([{"value": value, "count": 1}]);
    assert_eq!(facets, json!({"project_id": fox("fox"), "provider": fox("fal")}));
    assert_eq!(problem(find("project_id=owl")).await.code, Code::NotFound);
}

#[tokio::test]
async fn a_search_that_cannot_be_is_refused_by_name() {
    let daemon = Daemon::start();
    found(&daemon, &[], 0).await;
    let (long, many) = ("x".repeat(513), "a* ".repeat(100));
    for (name, value) in [
        ("q", "\"open"),
        ("q", "a* b"),
        ("q", "!!!"),
        ("q", long.as_str()),
        ("q", many.as_str()),
        ("status", "deleted"),
        ("scene_id", "3"),
        ("from", "yesterday"),
        ("to", "2026-13-01"),
        ("cost_min", "-1"),
        ("cost_max", "1e400"),
        ("cost_min", "NaN"),
        ("sort", "random"),
        ("limit", "0"),
        ("limit", "1001"),
        ("cursor", "00"),
        ("facets", "provider,seed"),
    ] {
        let refused = problem(search(&daemon, &[(name, value)]));
        let refused = refused.await;
        assert_eq!((refused.code, refused.field.as_deref()), (Code::BadRequest, Some(name)));
    }
    for query in [("limit", "x"), ("offset", "9223372036854775808"), ("cost_min", "much")] {
        let refused = problem(search(&daemon, &[query])).await;
        assert_eq!(refused.code, Code::BadRequest, "{query:?}");
    }
    // What would be a language elsewhere is only words here.
    for words in ["\"*\" NEAR/3 x", "model:[a TO z]", "a OR NOT b", "(((", "{\"a\":1}"] {
        let request = search(&daemon, &[("q", words)]);
        let status = request.send().await.unwrap().status();
        assert!(status == StatusCode::OK || status == StatusCode::BAD_REQUEST, "{words}: {status}");
    }
}

#[tokio::test]
async fn without_its_directory_the_search_comes_back() {
    let daemon = Daemon::start();
    for number in 0..5 {
        daemon.upload(form(&format!("take {number}.png"), PNG).text("prompt", "a fox")).await;
    }
    let before = found(&daemon, &[("q", "fox"), ("sort", "name")], 5).await;
    let (folder, code) = daemon.stopped();
    assert_eq!(code, Some(0));
    let search = folder.path().join("data/search");
    assert!(std::fs::metadata(search.join("assets.clean")).is_ok(), "no clean stop");
    std::fs::remove_dir_all(search).unwrap();
    let daemon = Daemon::start_in(folder, &[]);
    let after = found(&daemon, &[("q", "fox"), ("sort", "name")], 5).await;
    let ids = |found: &AssetsFound| -> Vec<Value> {
        found.assets.iter().map(|asset| json!(asset.id)).collect()
    };
    assert_eq!(ids(&after), ids(&before));
}
