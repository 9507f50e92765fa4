//! What an upload keeps, and what leaves nothing behind.

use std::io::Write;
use std::net::TcpStream;

use reqwest::multipart::Form;
use reqwest::{Method, StatusCode};
use rushes_api::{AssetReply, Code, DIGESTS_MAX, Digests, Status, paths};
use rushes_vault::Digest;

use crate::support::{Daemon, MP4, PNG, expect, form, header, problem, raw};

#[tokio::test]
async fn the_line_of_the_source_document_works_as_written() {
    let daemon = Daemon::start();
    let sent = form("video.mp4", MP4)
        .text("clientId", "client-123")
        .text("type", "video")
        .text("tags", r#"["product","demo"]"#);
    let response = daemon.upload_request(sent).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    let location = header(&response, "location");
    let asset: AssetReply = response.json().await.unwrap();
    assert_eq!(location, format!("{}{}", daemon.url, paths::asset(&asset.id)));
    assert_eq!((asset.kind.as_str(), asset.client_id.as_deref()), ("video", Some("client-123")));
    assert_eq!(asset.tags, ["product", "demo"]);
    assert_eq!((asset.digest, asset.size), (Some(Digest::of(MP4)), Some(MP4.len() as u64)));
    assert_eq!(asset.media_type.as_deref(), Some("video/mp4"));
    assert_eq!(asset.url, Some(format!("{}{}", daemon.url, paths::asset_data(&asset.id))));
    let path = format!("/api/v2/assets/{}/data", asset.id);
    let bytes = daemon.request(Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes, MP4);
    assert_eq!(daemon.get::<AssetReply>(&paths::asset(&asset.id)).await, asset);
}

#[tokio::test]
async fn a_large_file_survives_its_way() {
    let daemon = Daemon::start();
    let content: Vec<u8> =
        (0..5_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let asset = daemon.upload(form("noise.bin", &content)).await;
    assert_eq!(asset.digest, Some(Digest::of(&content)));
    let path = paths::asset_data(&asset.id);
    let bytes = daemon.request(Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
    assert!(bytes == content);
}

#[tokio::test]
async fn what_one_has_already_need_not_be_sent_again() {
    let daemon = Daemon::start();
    let first = daemon.upload(form("take.mp4", MP4).text("filename", "take.mp4")).await;
    let digest = Digest::of(MP4).to_string();
    let by_digest =
        |digest: &str| Form::new().text("digest", digest.to_owned()).text("filename", "again.mp4");
    let second = daemon.upload(by_digest(&digest)).await;
    assert_ne!(second.id, first.id);
    assert_eq!((second.digest, second.size), (first.digest, first.size));
    assert_eq!((second.kind.as_str(), second.filename.as_str()), ("video", "again.mp4"));
    assert_eq!(second.media_type, first.media_type);

    let never = Digest::of(b"never sent");
    let refused = problem(daemon.upload_request(by_digest(&never.to_string()))).await;
    assert_eq!((refused.code, refused.field.as_deref()), (Code::BytesNeeded, Some("digest")));
    let both = form("x.png", PNG).text("digest", digest.clone());
    assert_eq!(problem(daemon.upload_request(both)).await.field.as_deref(), Some("digest"));

    let ask = |digests: Vec<Digest>| {
        daemon.request(Method::POST, paths::KNOWN_CONTENTS).json(&Digests { digests })
    };
    let has = Digest::of(MP4);
    let known: Digests = expect(ask(vec![never, has]), StatusCode::OK).await;
    assert_eq!(known.digests, [has]);
    let many = problem(ask(vec![has; DIGESTS_MAX + 1])).await;
    assert_eq!((many.code, many.field.as_deref()), (Code::Invalid, Some("digests")));
}

#[tokio::test]
async fn a_failed_attempt_is_recorded_without_bytes() {
    let daemon = Daemon::start();
    let sent =
        Form::new().text("status", "failed").text("error", "safety filter").text("prompt", "a fox");
    let asset = daemon.upload(sent).await;
    assert_eq!((asset.status, asset.error.as_deref()), (Status::Failed, Some("safety filter")));
    assert_eq!((asset.url.as_ref(), asset.digest), (None, None));
    let data = daemon.request(Method::GET, &paths::asset_data(&asset.id));
    assert_eq!(problem(data).await.code, Code::NotFound);
}

#[tokio::test]
async fn a_retry_with_the_same_key_gets_the_first_answer() {
    let daemon = Daemon::start();
    let send = |content| {
        daemon.upload_request(form("a.png", content)).header(paths::IDEMPOTENCY_KEY, "k-1")
    };
    let first: AssetReply = expect(send(PNG), StatusCode::CREATED).await;
    let again: AssetReply = expect(send(PNG), StatusCode::CREATED).await;
    assert_eq!(first.id, again.id);
    assert_eq!(problem(send(MP4)).await.code, Code::KeyReused);
}

#[tokio::test]
async fn hostile_file_names_become_safe_display_names() {
    let daemon = Daemon::start();
    let long = format!("{}.png", "x".repeat(300));
    let very_long = "y".repeat(10_000);
    for sent in [
        "../../etc/passwd",
        "..\\..\\boot.ini",
        "C:\\x\\clip.mp4",
        "/abs/x.mp4",
        "a\0b.png",
        "",
        ".",
        "..",
        "a%22%0D%0ASet-Cookie: x=1",
        "\u{2028}",
        "🦊.png",
        &long,
        &very_long,
    ] {
        let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{sent}\"");
        let body = [b"--b\r\n", head.as_bytes(), b"\r\n\r\n", PNG, b"\r\n--b--\r\n"].concat();
        let asset: AssetReply = expect(daemon.raw_upload(body), StatusCode::CREATED).await;
        let name = &asset.filename;
        assert!(!name.is_empty() && name.len() <= 255, "{sent:.40}: {name}");
        assert!(!name.contains(['/', '\\', '\0', '\r', '\n', '"']), "{sent:.40}: {name}");
        let path = paths::asset_data(&asset.id);
        let response = daemon.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(response.headers().get_all("content-disposition").iter().count(), 1);
        assert!(!response.headers().contains_key("set-cookie"));
        assert!(header(&response, "content-disposition").contains("; filename=\""));
    }
}

#[tokio::test]
async fn a_broken_form_is_refused_and_leaves_nothing() {
    let daemon = Daemon::start();
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n";
    let truncated = [head.as_bytes(), &vec![b'x'; 1_000_000]].concat();
    for body in [truncated, b"".to_vec(), b"nonsense".to_vec(), b"--b\r\n\r\n\r\n--b--".to_vec()] {
        assert_eq!(problem(daemon.raw_upload(body)).await.code, Code::BadRequest);
    }
    for (field, value) in [
        ("tags", "product,demo"),
        ("metadata", "[1]"),
        ("colour", "red"),
        ("estimated_cost", "much"),
        ("project_id", "nowhere"),
    ] {
        let refused = problem(daemon.upload_request(form("x.png", PNG).text(field, value))).await;
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some(field)));
    }
    let twice = form("x.png", PNG).text("type", "image").text("type", "image");
    assert_eq!(problem(daemon.upload_request(twice)).await.field.as_deref(), Some("type"));
    let two_files = form("x.png", PNG).part("file", reqwest::multipart::Part::bytes(PNG));
    assert_eq!(problem(daemon.upload_request(two_files)).await.field.as_deref(), Some("file"));
    daemon.wait_staged(0);
}

#[tokio::test]
async fn the_limit_holds_to_the_byte_and_nothing_is_kept_above_it() {
    let daemon = Daemon::start_with(&["--upload-max", "1000000"]);
    daemon.upload(form("fits.bin", &vec![b'x'; 1_000_000])).await;
    let above = problem(daemon.upload_request(form("above.bin", &vec![b'x'; 1_000_001]))).await;
    assert_eq!((above.code, above.field.as_deref()), (Code::TooLarge, Some("file")));
    let far = problem(daemon.upload_request(form("far.bin", &vec![b'x'; 20_000_000]))).await;
    assert_eq!(far.code, Code::TooLarge);
    let chunked = reqwest::Body::wrap_stream(futures_util::stream::iter(
        (0..40).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 100_000])),
    ));
    let streamed = Form::new().part("file", reqwest::multipart::Part::stream(chunked));
    assert_eq!(problem(daemon.upload_request(streamed)).await.code, Code::TooLarge);
    daemon.wait_staged(0);
}

#[tokio::test]
async fn a_text_field_is_bounded() {
    let daemon = Daemon::start();
    let long = form("x.png", PNG).text("prompt", "x".repeat(2_000_000));
    let refused = problem(daemon.upload_request(long)).await;
    assert_eq!((refused.code, refused.field.as_deref()), (Code::TooLarge, Some("prompt")));
}

#[test]
fn what_cannot_be_is_refused_before_the_file_arrives() {
    let daemon = Daemon::start();
    let nobody = "0193a5b0-7c3e-7000-8000-000000000001";
    let sources = format!("[\"{nobody}\"]");
    for (field, value) in
        [("project_id", "nowhere"), ("parent_id", nobody), ("source_asset_ids", &*sources)]
    {
        let part = "--b\r\nContent-Disposition: form-data; name";
        let head = format!(
            "POST /api/upload-asset HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n\
             {part}=\"{field}\"\r\n\r\n{value}\r\n{part}=\"file\"; filename=\"x\"\r\n\r\n",
            daemon.address(),
            daemon.token()
        );
        // The client waits for an answer, and sends nothing more.
        let answer = raw(daemon.address(), head.as_bytes());
        let named = format!("\"field\":\"{field}\"");
        assert!(answer.starts_with("HTTP/1.1 422 ") && answer.contains(&named), "{answer}");
    }
}

#[test]
fn a_client_that_goes_away_midway_leaves_nothing() {
    let daemon = Daemon::start();
    let head = format!(
        "POST /api/upload-asset HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n\
         --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.bin\"\r\n\r\n",
        daemon.address(),
        daemon.token()
    );
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    client.write_all(head.as_bytes()).unwrap();
    client.write_all(&vec![b'x'; 5_000_000]).unwrap();
    daemon.wait_staged(1);
    drop(client);
    daemon.wait_staged(0);
}
