//! Calls that older programs make.

use reqwest::{Method, StatusCode};
use rushes_api::{AssetReply, Code, ProjectReply};
use serde_json::json;

use crate::support::{Daemon, PNG, form, header, problem};

async fn brand(daemon: &Daemon) -> AssetReply {
    daemon.upload(form("logo.png", PNG).text("asset_type", "brand")).await
}

#[tokio::test]
async fn an_image_is_found_by_its_kind_and_id() {
    let daemon = Daemon::start();
    let asset = brand(&daemon).await;
    for prefix in ["/api", "/api/v2"] {
        let path = format!("{prefix}/brand/{}/image", asset.id);
        let answer = daemon.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(header(&answer, "content-type"), "image/png");
        assert_eq!(header(&answer, "etag"), format!("\"{}\"", asset.digest.unwrap()));
        assert_eq!(answer.bytes().await.unwrap(), PNG);
    }
    let path = format!("/api/brand/{}/image", asset.id);
    let part = daemon.request(Method::GET, &path).header("range", "bytes=1-3").send();
    let part = part.await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.unwrap(), PNG[1..=3]);
    assert_eq!(problem(daemon.anonymous(Method::GET, &path)).await.code, Code::Unauthorized);
}

#[tokio::test]
async fn another_kind_or_anothers_asset_is_not_there() {
    let daemon = Daemon::start();
    let asset = brand(&daemon).await;
    let plain = daemon.upload(form("x.png", b"of no kind")).await;
    let (_ann, token) = daemon.user("ann").await;
    for end in ["image", "thumbnail"] {
        let paths = [
            (daemon.token(), format!("/api/character/{}/{end}", asset.id)),
            (daemon.token(), format!("/api/brand/{}/{end}", plain.id)),
            (daemon.token(), format!("/api/brand/0193a5b0-7c3e-7000-8000-000000000001/{end}")),
            (daemon.token(), format!("/api/brand/none/{end}")),
            (token.as_str(), format!("/api/brand/{}/{end}", asset.id)),
        ];
        for (token, path) in paths {
            let refused = problem(daemon.with(token, Method::GET, &path)).await;
            assert_eq!((refused.code, refused.detail.as_str()), MISSING, "{path}");
        }
    }
}

const MISSING: (Code, &str) = (Code::NotFound, "there is no such asset");

#[tokio::test]
async fn what_is_not_there_yet_says_so_to_who_may_see_it() {
    let daemon = Daemon::start();
    let asset = brand(&daemon).await;
    let project = json!({ "name": "Fox", "scenes": [{ "title": "Dusk" }] });
    let project: ProjectReply = daemon.post("/api/projects", &project).await;
    let thumbnail = format!("/api/brand/{}/thumbnail", asset.id);
    let refused = problem(daemon.request(Method::GET, &thumbnail)).await;
    assert_eq!((refused.code, refused.status), (Code::NotYet, 501));
    let of_scene = |number: u32, what: &str| {
        format!("/api/projects/{}/scenes/{number}/generate-{what}", project.id)
    };
    let paths = [
        of_scene(1, "video"),
        of_scene(1, "composition"),
        "/api/storyboards/any/generate-images".to_owned(),
        "/api/moods/generate".to_owned(),
        "/api/v2/video/generate".to_owned(),
        "/api/composition/generate".to_owned(),
        "/api/audio/generate".to_owned(),
    ];
    let (_ann, token) = daemon.user("ann").await;
    for path in &paths {
        let refused = problem(daemon.request(Method::POST, path).json(&json!({}))).await;
        assert_eq!((refused.code, refused.status), (Code::NotYet, 501), "{path}");
        let nobody = problem(daemon.anonymous(Method::POST, path)).await;
        assert_eq!(nobody.code, Code::Unauthorized, "{path}");
    }
    for (token, path) in [(daemon.token(), of_scene(2, "video")), (&token, of_scene(1, "video"))] {
        let refused = problem(daemon.with(token, Method::POST, &path)).await;
        assert_eq!(refused.code, Code::NotFound, "{path}");
    }
}
