//! Pages of other origins: those that the operator named, and all others.

use reqwest::{Method, Response, StatusCode};
use rushes_api::{Code, paths};
use serde_json::json;

use crate::support::{Daemon, PNG, form, header, problem};

const APP: &str = "https://app.example";
const EVIL: &str = "https://evil.example";

fn daemon() -> Daemon {
    Daemon::start_with(&["--origins", "https://app.example, http://localhost:3000"])
}

async fn preflight(daemon: &Daemon, origin: &str, path: &str) -> Response {
    daemon
        .anonymous(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "authorization, if-match")
        .send()
        .await
        .unwrap()
}

fn no_permission(answer: &Response) {
    let mut given = answer.headers().keys().map(reqwest::header::HeaderName::as_str);
    assert!(!given.any(|name| name.starts_with("access-control-")));
    assert_eq!(header(answer, "cross-origin-resource-policy"), "same-origin");
}

#[tokio::test]
async fn a_named_origin_may_ask_everything_but_with_cookies() {
    let daemon = daemon();
    for path in [paths::PROJECTS, "/api/nothing", "/health"] {
        let answer = preflight(&daemon, APP, path).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(header(&answer, "access-control-allow-origin"), APP);
        assert_eq!(header(&answer, "vary"), "Origin");
        let allowed = header(&answer, "access-control-allow-headers").to_ascii_lowercase();
        for name in ["authorization", "if-match", "if-none-match", "range", "last-event-id"] {
            assert!(allowed.contains(name), "{name}");
        }
        assert!(allowed.contains("idempotency-key") && allowed.contains("upload-offset"));
        assert!(header(&answer, "access-control-allow-methods").contains("PUT"));
        assert_eq!(header(&answer, "access-control-allow-credentials"), "");
    }
    let post = daemon.request(Method::POST, paths::PROJECTS).json(&json!({"name": "x"}));
    let post = post.header("origin", APP).header("sec-fetch-site", "cross-site");
    let made = post.send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    assert_eq!(header(&made, "access-control-allow-origin"), APP);
    let exposed = header(&made, "access-control-expose-headers");
    assert!(["ETag", "Location", "Content-Range"].iter().all(|name| exposed.contains(name)));
    // A refusal is readable, too.
    let refused = daemon.anonymous(Method::GET, paths::PROJECTS).header("origin", APP);
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(header(&refused, "access-control-allow-origin"), APP);
}

#[tokio::test]
async fn nobody_else_gets_any_permission() {
    for daemon in [daemon(), Daemon::start()] {
        for origin in [EVIL, "null", "https://app.example.evil.example", "http://app.example"] {
            let answer = preflight(&daemon, origin, paths::PROJECTS).await;
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
            no_permission(&answer);
            let read = daemon.request(Method::GET, paths::PROJECTS).header("origin", origin);
            no_permission(&read.send().await.unwrap());
            let post = daemon.request(Method::POST, paths::PROJECTS).json(&json!({"name": "x"}));
            assert_eq!(problem(post.header("origin", origin)).await.code, Code::CrossOrigin);
        }
        let both = daemon.request(Method::POST, paths::PROJECTS).json(&json!({"name": "x"}));
        let both = both.header("origin", APP).header("origin", EVIL);
        assert_eq!(problem(both).await.code, Code::CrossOrigin);
    }
    let none = Daemon::start();
    no_permission(&preflight(&none, APP, paths::PROJECTS).await);
}

#[tokio::test]
async fn signed_media_show_in_pages_of_named_origins() {
    let daemon = daemon();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let url = asset.public_url.unwrap();
    // A picture in a page is asked for without saying which page it is.
    let picture = daemon.anonymous(Method::GET, url.strip_prefix(&daemon.url).unwrap());
    let picture = picture.header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(picture.status(), StatusCode::OK);
    assert_eq!(header(&picture, "cross-origin-resource-policy"), "cross-origin");
    let plain = daemon.request(Method::GET, &paths::asset_data(&asset.id)).send().await.unwrap();
    no_permission(&plain);
}

#[tokio::test]
async fn a_preflight_is_for_the_right_host_only() {
    let daemon = daemon();
    let preflight = daemon
        .anonymous(Method::OPTIONS, paths::PROJECTS)
        .header("host", "evil.example")
        .header("origin", APP)
        .header("access-control-request-method", "PUT");
    assert_eq!(problem(preflight).await.code, Code::Misdirected);
}
