//! Signed URLs: bytes without a token, for a time, and nothing else.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::{Method, StatusCode};
use rushes_api::{Code, HistoryReply, ProjectReply, Signed, SigningKeys, paths};
use serde_json::{Value, json};

use crate::support::{Daemon, MP4, PNG, expect, form, header, problem, until};

fn sign(daemon: &Daemon, ask: &Value) -> reqwest::RequestBuilder {
    daemon.request(Method::POST, paths::SIGN).json(ask)
}

/// The target of an absolute URL.
fn target<'a>(daemon: &Daemon, url: &'a str) -> &'a str {
    url.strip_prefix(&daemon.url).unwrap()
}

#[tokio::test]
async fn a_signed_url_shows_bytes_to_whoever_has_it() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let ask = json!({"asset_id": asset.id, "expires_in": 1000});
    let signed: Signed = expect(sign(&daemon, &ask), StatusCode::OK).await;
    let own = asset.public_url.unwrap();
    for url in [target(&daemon, &signed.url), target(&daemon, &own)] {
        let answer = daemon.anonymous(Method::GET, url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let kept = header(&answer, "cache-control");
        let left: u64 = kept.strip_prefix("public, max-age=").unwrap().parse().unwrap();
        assert!(left > 900 && left <= 2 * 24 * 3600, "{kept}");
        assert_eq!(header(&answer, "cross-origin-resource-policy"), "same-origin");
        assert_eq!(answer.bytes().await.unwrap(), PNG);
        let head = daemon.anonymous(Method::HEAD, url).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK);
        let part = daemon.anonymous(Method::GET, url).header("range", "bytes=1-3");
        assert_eq!(part.send().await.unwrap().status(), StatusCode::PARTIAL_CONTENT);
    }
    // With a token the answer is for its user alone.
    let plain = daemon.request(Method::GET, &paths::asset_data(&asset.id)).send().await.unwrap();
    assert_eq!(header(&plain, "cache-control"), "private, max-age=31536000, immutable");
    // What is no picture, film or sound is not shown in a page.
    assert_eq!(daemon.upload(form("x.bin", b"words")).await.public_url, None);
    let deleted = daemon.request(Method::DELETE, &paths::asset(&asset.id));
    assert_eq!(deleted.send().await.unwrap().status(), StatusCode::OK);
    let gone = daemon.anonymous(Method::GET, target(&daemon, &own));
    assert_eq!(problem(gone).await.code, Code::Deleted);
    assert_eq!(problem(sign(&daemon, &ask)).await.code, Code::Deleted);
}

#[tokio::test]
async fn a_changed_signed_url_is_refused() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let other = daemon.upload(form("y.png", PNG)).await;
    let ask = json!({"asset_id": asset.id, "expires_in": 1000});
    let signed: Signed = expect(sign(&daemon, &ask), StatusCode::OK).await;
    let url = target(&daemon, &signed.url);
    let (path, query) = url.split_once('?').unwrap();
    let code =
        async |method: Method, target: &str| problem(daemon.anonymous(method, target)).await.code;
    let (_, signature) = url.rsplit_once('=').unwrap();
    for bit in 0..256 {
        let place = url.len() - signature.len() + bit / 4;
        let digit = u8::from_str_radix(&url[place..=place], 16).unwrap() ^ (1 << (bit % 4));
        let forged = format!("{}{digit:x}{}", &url[..place], &url[place + 1..]);
        assert_eq!(code(Method::GET, &forged).await, Code::Forbidden, "{forged}");
    }
    let second = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 50;
    for forged in [
        format!("{}?{query}", paths::asset_data(&other.id)),
        format!("/api/v2{}?{query}", &path["/api".len()..]),
        format!("{url}&w=1"),
        format!("{path}?w=1&{query}"),
        format!("{url}&exp={second}"),
        format!("{path}?exp={second}&{query}"),
        format!("{path}?exp={second}&u={}&k=00000000&sig={signature}", asset.user_id),
        format!("{path}?sig={signature}"),
        url.replace("&u=", "&u=0"),
    ] {
        assert_eq!(code(Method::GET, &forged).await, Code::Forbidden, "{forged}");
    }
    for absurd in [u64::MAX.to_string(), "-1".to_owned(), "soon".to_owned(), "9".repeat(40)] {
        let (_, rest) = query.split_once('&').unwrap();
        let forged = format!("{path}?exp={absurd}&{rest}");
        assert_eq!(code(Method::GET, &forged).await, Code::BadRequest, "{forged}");
    }
    // It opens its own route and no other one.
    for elsewhere in [paths::asset(&asset.id), paths::PROJECTS.to_owned()] {
        let code = code(Method::GET, &format!("{elsewhere}?{query}")).await;
        assert_eq!(code, Code::Unauthorized, "{elsewhere}");
    }
    assert_eq!(code(Method::POST, url).await, Code::MethodNotAllowed);
}

#[tokio::test]
async fn a_signed_url_ends() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let ask = json!({"asset_id": asset.id, "expires_in": 1});
    let signed: Signed = expect(sign(&daemon, &ask), StatusCode::OK).await;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        target(&daemon, &signed.url),
        daemon.address()
    );
    until("the end of a signature", || {
        let answer = String::from_utf8_lossy(&raw_bytes(&daemon, &request)).into_owned();
        answer.starts_with("HTTP/1.1 403 ")
    });
    for expires_in in [json!(0), json!(7 * 24 * 3600 + 1), json!(-1), json!(u64::MAX)] {
        let ask = json!({"asset_id": asset.id, "expires_in": expires_in});
        let refused = problem(sign(&daemon, &ask)).await;
        assert_eq!(refused.field.as_deref(), Some("expires_in"));
    }
}

fn raw_bytes(daemon: &Daemon, request: &str) -> Vec<u8> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(daemon.address()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn a_place_in_the_mount_can_be_signed() {
    let daemon = Daemon::start();
    let _: ProjectReply = daemon.post(paths::PROJECTS, &json!({"name": "Fox"})).await;
    let _: Value = daemon.post(&paths::scenes("fox"), &json!({"scene_number": 3})).await;
    let clip = || {
        form("a.mp4", MP4)
            .text("project_id", "fox")
            .text("scene_number", "3")
            .text("asset_key", "scene_video")
    };
    let first = daemon.upload(clip().text("set_best", "true")).await;
    let second = daemon.upload(clip()).await;
    let poster = form("p.png", PNG).text("project_id", "fox").text("asset_key", "poster");
    let poster = daemon.upload(poster).await;
    let versions = "projects/fox/scenes/3/versions/scene_video";
    for (path, asset) in [
        (second.path.clone().unwrap(), &second),
        (format!("/{versions}/v001.mp4"), &first),
        ("projects/fox/scenes/3/scene_video.mp4".to_owned(), &first),
        ("projects/fox/poster.png".to_owned(), &poster),
    ] {
        let ask = json!({"path": path, "expires_in": 1000});
        let signed: Signed = expect(sign(&daemon, &ask), StatusCode::OK).await;
        assert!(signed.url.contains(&paths::asset_data(&asset.id)), "{path}");
    }
    for nowhere in [
        format!("{versions}/v003.mp4"),
        format!("{versions}/v001.png"),
        format!("{versions}/v001.json"),
        "projects/fox/scenes/4/scene_video.mp4".to_owned(),
        "projects/fox/scenes/3/scene_video.png".to_owned(),
        "projects/owl/poster.png".to_owned(),
        "projects/fox/../fox/poster.png".to_owned(),
        "/etc/passwd".to_owned(),
        "projects".to_owned(),
        String::new(),
    ] {
        let refused = problem(sign(&daemon, &json!({"path": nowhere, "expires_in": 9}))).await;
        assert_eq!(refused.code, Code::NotFound, "{nowhere}");
    }
    let both = json!({"path": "x", "asset_id": first.id, "expires_in": 9});
    assert_eq!(problem(sign(&daemon, &both)).await.field.as_deref(), Some("asset_id"));
    let (_, ann) = daemon.user("ann").await;
    for ask in [json!({"asset_id": first.id}), json!({"path": "projects/fox/poster.png"})] {
        let mut ask = ask.clone();
        ask["expires_in"] = json!(9);
        let hers = daemon.with(&ann, Method::POST, paths::SIGN).json(&ask);
        assert_eq!(problem(hers).await.code, Code::NotFound);
    }
    let history: HistoryReply =
        daemon.get(&paths::history(&paths::scene("fox", 3), "scene_video")).await;
    assert!(history.versions.iter().all(|version| version.public_url.is_some()));
}

#[tokio::test]
async fn a_new_key_ends_what_the_last_but_one_signed() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let url = asset.public_url.unwrap();
    let ask = || daemon.anonymous(Method::GET, target(&daemon, &url)).send();
    let (_, ann) = daemon.user("ann").await;
    let hers = daemon.with(&ann, Method::POST, paths::SIGNING_KEYS);
    assert_eq!(problem(hers).await.code, Code::Forbidden);
    let rotate = || daemon.request(Method::POST, paths::SIGNING_KEYS);
    let first: SigningKeys = expect(rotate(), StatusCode::OK).await;
    assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
    let second: SigningKeys = expect(rotate(), StatusCode::OK).await;
    assert_eq!(second.previous, Some(first.current));
    assert_eq!(ask().await.unwrap().status(), StatusCode::FORBIDDEN);
    let keys = std::fs::metadata(daemon.data().join("secrets/signing.json")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&keys.permissions()) & 0o777, 0o600);
}
