//! Who is not answered, and how.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use reqwest::{Method, StatusCode};
use rushes_api::{AssetReply, Code, paths};
use rushes_vault::Digest;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Daemon, PNG, form, header, problem, raw};

/// An id that nothing has.
const NOBODY: &str = "0193a5b0-7c3e-7000-8000-000000000001";

#[tokio::test]
async fn without_a_valid_token_there_is_nothing() {
    let daemon = Daemon::start();
    for path in [paths::PROJECTS, &paths::asset(NOBODY), &paths::asset_data("x")] {
        for token in [None, Some(""), Some("wrong"), Some(&daemon.token()[1..])] {
            let mut request = daemon.anonymous(Method::GET, path);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(header(&response, "www-authenticate"), "Bearer");
        }
    }
    let in_query = format!("/api/projects?token={}", daemon.token());
    assert_eq!(problem(daemon.anonymous(Method::GET, &in_query)).await.code, Code::Unauthorized);
    let upload = daemon.anonymous(Method::POST, paths::UPLOAD).multipart(form("x.png", PNG));
    assert_eq!(problem(upload).await.code, Code::Unauthorized);
}

#[tokio::test]
async fn what_is_not_there_is_said_as_a_problem() {
    let daemon = Daemon::start();
    for path in [
        "/",
        "/api",
        "/api/nothing",
        &paths::asset(NOBODY),
        &paths::asset_data(NOBODY),
        "/api/assets/not-an-id",
        "/api/projects/nowhere",
        "/api/projects/..%2f..%2fetc",
        "/api/projects/nowhere/scenes/1/assets/x",
        "/api/projects/nowhere/assets",
    ] {
        let code = problem(daemon.request(Method::GET, path)).await.code;
        assert_eq!(code, Code::NotFound, "{path}");
    }
    let method = daemon.request(Method::DELETE, paths::PROJECTS).send().await.unwrap();
    assert_eq!(header(&method, "allow"), "GET,HEAD,POST");
    assert_eq!(crate::support::problem_of(method).await.code, Code::MethodNotAllowed);
}

#[tokio::test]
async fn no_answer_is_a_page() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    for path in [
        "/health",
        "/nothing",
        paths::PROJECTS,
        &paths::project("nowhere"),
        &paths::asset(&asset.id),
        &paths::asset_data(&asset.id),
    ] {
        let answer = daemon.request(Method::GET, path).send().await.unwrap();
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(header(&answer, name), value, "{path}");
        }
    }
}

#[tokio::test]
async fn bodies_of_the_wrong_kind_are_refused() {
    let daemon = Daemon::start();
    let post = || daemon.request(Method::POST, paths::PROJECTS);
    let text = post().header("content-type", "text/plain").body("{\"name\":\"x\"}");
    assert_eq!(problem(text).await.code, Code::UnsupportedMediaType);
    let broken = post().header("content-type", "application/json").body("{");
    assert_eq!(problem(broken).await.code, Code::BadRequest);
    let huge = post().json(&json!({"name": "x".repeat(2_000_000)}));
    assert_eq!(problem(huge).await.code, Code::TooLarge);
    let upload = daemon.request(Method::POST, paths::UPLOAD).json(&json!({}));
    assert_eq!(problem(upload).await.code, Code::UnsupportedMediaType);
}

#[tokio::test]
async fn another_users_things_are_not_there() {
    let folder = TempDir::new().unwrap();
    let (admin, ann) = ("rushes_admin", "rushes_ann");
    let data = folder.path().join("data");
    fs::create_dir_all(data.join("secrets")).unwrap();
    let tokens = json!({"tokens": [
        {"hash": Digest::of(admin.as_bytes()), "user": "admin"},
        {"hash": Digest::of(ann.as_bytes()), "user": "ann"},
    ]});
    for (path, text) in
        [("secrets/tokens.json", tokens.to_string()), ("admin.token", admin.to_owned())]
    {
        fs::write(data.join(path), text).unwrap();
        fs::set_permissions(data.join(path), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let daemon = Daemon::start_in(folder, &[]);
    let asset = daemon.upload(form("x.png", PNG)).await;
    let _: rushes_api::ProjectReply = daemon.post(paths::PROJECTS, &json!({"name": "Fox"})).await;
    for (theirs, nobodys) in [
        (paths::asset(&asset.id), paths::asset(NOBODY)),
        (paths::asset_data(&asset.id), paths::asset_data(NOBODY)),
        (paths::project("fox"), paths::project("nowhere")),
        (paths::scenes("fox"), paths::scenes("nowhere")),
        (
            paths::history(&paths::project("fox"), "x"),
            paths::history(&paths::project("nowhere"), "x"),
        ),
    ] {
        let ask = |path: &str| daemon.anonymous(Method::GET, path).bearer_auth(ann);
        let (mut found, mut expected) = (problem(ask(&theirs)).await, problem(ask(&nobodys)).await);
        (found.instance, expected.instance) = (None, None);
        assert_eq!((found.code, &found), (Code::NotFound, &expected), "{theirs}");
    }
    for (method, theirs) in
        [(Method::DELETE, paths::asset(&asset.id)), (Method::POST, paths::asset_restore(&asset.id))]
    {
        let refused = problem(daemon.anonymous(method, &theirs).bearer_auth(ann)).await;
        assert_eq!(refused.code, Code::NotFound, "{theirs}");
    }
    let kept: AssetReply = daemon.get(&paths::asset(&asset.id)).await;
    assert_eq!(kept, asset);
}

#[tokio::test]
async fn pages_of_other_origins_change_nothing() {
    let daemon = Daemon::start();
    let post = || daemon.request(Method::POST, paths::PROJECTS).json(&json!({"name": "x"}));
    for (name, value) in
        [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        assert_eq!(problem(post().header(name, value)).await.code, Code::CrossOrigin, "{value}");
    }
    let own = post().header("origin", &daemon.url).send().await.unwrap();
    assert_eq!(own.status(), StatusCode::CREATED);
}

#[test]
fn only_its_own_hosts_are_answered() {
    let daemon = Daemon::start();
    let port = daemon.address().rsplit_once(':').unwrap().1;
    let ask = |target: &str, hosts: &str| {
        let request = format!("GET {target} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        let answer = raw(daemon.address(), request.as_bytes());
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let host = |host: &str| format!("Host: {host}:{port}\r\n");
    assert_eq!(ask("/health", &host("127.0.0.1")), "200");
    assert_eq!(ask("/health", &host("localhost")), "200");
    for evil in ["evil.example", "127.0.0.1.evil.example", "[::ffff:7f00:1]"] {
        assert_eq!(ask("/health", &host(evil)), "421", "{evil}");
    }
    assert_eq!(ask("/health", ""), "400");
    assert_eq!(ask("/health", &[host("127.0.0.1"), host("127.0.0.1")].concat()), "400");
    let elsewhere = format!("http://evil.example:{port}/health");
    assert_eq!(ask(&elsewhere, &host("127.0.0.1")), "400");
}

/// Every route that takes JSON: its type's fields in their order, as an array.
const ARRAYS: &[(&str, &str, &str)] = &[
    ("POST", "/api/projects", r#"["x","A project",null]"#),
    ("POST", "/api/projects/p/scenes", r#"[null,"A scene",null,null]"#),
    ("PUT", "/api/projects/p/assets/film/best", "[1]"),
    ("PUT", "/api/projects/p/scenes/1/assets/film/best", "[1]"),
    ("POST", "/api/contents/known", "[[]]"),
    ("POST", "/api/store/scrub", r#"["full"]"#),
    ("POST", "/api/store/verify", "[null,null]"),
    ("POST", "/api/store/sweep", "[0,false,true]"),
    ("POST", "/api/store/sweep", "[0,false]"),
    ("POST", "/api/store/found/free", "[[],false]"),
];

#[tokio::test]
async fn an_array_is_refused_where_an_object_is_wanted() {
    let daemon = Daemon::start();
    for (method, path, body) in ARRAYS {
        for path in [(*path).to_owned(), path.replace("/api/", "/api/v2/")] {
            let request = daemon.request(method.parse().unwrap(), &path);
            let request = request.header("content-type", "application/json").body(*body);
            let refused = problem(request).await;
            assert_eq!(refused.code, Code::Invalid, "{path} {body}: {refused:?}");
            assert!(refused.detail.contains("sequence"), "{path} {body}: {refused:?}");
        }
    }
    for job in ["sweep", "scrub"] {
        let state: serde_json::Value = daemon.get(&paths::store_job(job)).await;
        assert_eq!(state["status"], "never", "{job}");
    }
}
