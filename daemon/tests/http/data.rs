//! The bytes on their way out: ranges, validators, and what browsers may do with them.

use reqwest::{Method, Response, StatusCode};
use rushes_api::{AssetReply, Code, paths};

use crate::support::{Daemon, MP4, PNG, form, header, problem_of};

async fn with(daemon: &Daemon, asset: &AssetReply, headers: &[(&str, &str)]) -> Response {
    let mut request = daemon.request(Method::GET, &paths::asset_data(&asset.id));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_whole_content_says_what_it_is_for_ever() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("fox 1.mp4", MP4)).await;
    let whole = with(&daemon, &asset, &[]).await;
    assert_eq!(whole.status(), StatusCode::OK);
    for (name, value) in [
        ("content-type", "video/mp4".to_owned()),
        ("content-disposition", "inline; filename=\"fox 1.mp4\"".to_owned()),
        ("content-length", MP4.len().to_string()),
        ("etag", format!("\"{}\"", asset.digest.unwrap())),
        ("accept-ranges", "bytes".to_owned()),
        ("cache-control", "private, max-age=31536000, immutable".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("content-security-policy", "sandbox; default-src 'none'".to_owned()),
        ("cross-origin-resource-policy", "same-origin".to_owned()),
    ] {
        assert_eq!(header(&whole, name), value, "{name}");
    }
    let head = daemon.request(Method::HEAD, &paths::asset_data(&asset.id)).send().await.unwrap();
    assert_eq!(header(&head, "content-length"), MP4.len().to_string());
    assert_eq!(head.bytes().await.unwrap().len(), 0);
}

#[tokio::test]
async fn ranges_are_cut_exactly() {
    let daemon = Daemon::start();
    let content: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    let asset = daemon.upload(form("x.bin", &content)).await;
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=1000-2999", 1000, 3000),
        ("bytes=-10", 999_990, 1_000_000),
        ("bytes=300000-", 300_000, 1_000_000),
    ] {
        let part = with(&daemon, &asset, &[("range", range)]).await;
        assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
        let expected = format!("bytes {from}-{}/1000000", to - 1);
        assert_eq!(header(&part, "content-range"), expected);
        assert_eq!(header(&part, "x-content-type-options"), "nosniff");
        assert!(part.bytes().await.unwrap() == content[from..to], "{range}");
    }
    let several = with(&daemon, &asset, &[("range", "bytes=0-1,4-5")]).await;
    assert_eq!(several.status(), StatusCode::OK);
    let beyond = with(&daemon, &asset, &[("range", "bytes=1000000-")]).await;
    assert_eq!(header(&beyond, "content-range"), "bytes */1000000");
    assert_eq!(header(&beyond, "x-content-type-options"), "nosniff");
    assert_eq!(problem_of(beyond).await.code, Code::RangeNotSatisfiable);
}

#[tokio::test]
async fn validators_save_what_the_client_has() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let tag = format!("\"{}\"", asset.digest.unwrap());
    let known = with(&daemon, &asset, &[("if-none-match", &tag)]).await;
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&known, "etag"), tag);
    let modified = header(&known, "last-modified");
    for (validator, status) in [
        (tag.as_str(), StatusCode::PARTIAL_CONTENT),
        (modified.as_str(), StatusCode::PARTIAL_CONTENT),
        ("\"another\"", StatusCode::OK),
        ("Thu, 01 Jan 1970 00:00:00 GMT", StatusCode::OK),
    ] {
        let headers = [("range", "bytes=0-0"), ("if-range", validator)];
        assert_eq!(with(&daemon, &asset, &headers).await.status(), status, "{validator}");
    }
    let since = with(&daemon, &asset, &[("if-modified-since", &modified)]).await;
    assert_eq!(since.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn what_can_carry_a_program_is_downloaded_as_bytes() {
    let daemon = Daemon::start();
    for (name, content) in [
        ("x.html", &b"<!doctype html><script>alert(1)</script>"[..]),
        ("x.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>"),
        ("x.js", b"alert(1)"),
        ("x.png", b"<html><script>alert(1)</script></html>"),
    ] {
        let asset = daemon.upload(form(name, content)).await;
        let response = with(&daemon, &asset, &[]).await;
        let inline = header(&response, "content-disposition").starts_with("inline");
        let passive = header(&response, "content-type") == "image/png";
        assert!(!inline || passive, "{name}");
        assert_eq!(header(&response, "content-security-policy"), "sandbox; default-src 'none'");
        assert!(!header(&response, "content-type").contains("html"), "{name}");
    }
}

#[tokio::test]
async fn an_empty_content_is_a_content() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("empty.bin", b"")).await;
    assert_eq!(asset.size, Some(0));
    let whole = with(&daemon, &asset, &[]).await;
    assert_eq!(
        (whole.status(), header(&whole, "content-length")),
        (StatusCode::OK, "0".to_owned())
    );
    let part = with(&daemon, &asset, &[("range", "bytes=0-")]).await;
    assert_eq!(part.status(), StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn a_place_for_media_gets_the_bytes_of_an_old_link() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let link = || daemon.request(Method::GET, &paths::asset(&asset.id));
    let media = link().header("sec-fetch-dest", "image").send().await.unwrap();
    assert_eq!(header(&media, "content-type"), "image/png");
    assert_eq!(header(&media, "vary"), "Accept, Sec-Fetch-Dest");
    let record = link().send().await.unwrap();
    assert_eq!(header(&record, "content-type"), "application/json");
}
