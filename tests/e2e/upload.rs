//! Uploads and downloads over HTTP.

use std::io::Write;
use std::net::TcpStream;
use std::process::Command;

use rushes_digest::Digest;
use rushes_harness::{Start, files_below, noise, wait_until};
use serde_json::{Value, json};

use crate::media;

#[test]
fn the_upload_line_of_the_old_interface_works_as_it_was_written() {
    let place = tempfile::tempdir().unwrap();
    let daemon = Start::on(&place.path().join("data")).run();
    let film = media::film(place.path(), "video.mp4", 1);
    let sent = Command::new("curl")
        .args(["-sS", "-w", "\n%{http_code}", "-H"])
        .arg(format!("Authorization: Bearer {}", daemon.token()))
        .args(["-F", &format!("file=@{}", film.display())])
        .args(["-F", "clientId=client-123", "-F", "type=video"])
        .args(["-F", "tags=[\"product\",\"demo\"]"])
        .arg(format!("http://{}/api/v2/upload-asset", daemon.address().unwrap()))
        .output()
        .unwrap();
    let text = String::from_utf8(sent.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    assert_eq!(status, "201", "{text}");
    let asset: Value = serde_json::from_str(body).unwrap();
    let bytes = std::fs::read(&film).unwrap();
    assert_eq!(asset["type"], "video");
    assert_eq!(asset["client_id"], "client-123");
    assert_eq!(asset["tags"], json!(["product", "demo"]));
    assert_eq!(asset["size"], bytes.len());
    assert_eq!(asset["digest"], Digest::of(&bytes).to_hex());
    let id = asset["id"].as_str().unwrap();
    assert!(asset["url"].as_str().unwrap().ends_with(&format!("/assets/{id}/data")));
    let reply = daemon.client().get(&format!("/api/v2/assets/{id}/data"));
    let header = |name: &str| reply.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "video/mp4");
    assert_eq!(header("content-disposition"), "inline; filename=\"video.mp4\"");
    assert_eq!(header("etag"), format!("\"{}\"", Digest::of(&bytes)));
    assert_eq!(reply.bytes().unwrap(), bytes);
}

#[test]
fn ranges_and_conditions_answer_as_http_says() {
    let place = tempfile::tempdir().unwrap();
    let daemon = Start::on(&place.path().join("data")).run();
    let client = daemon.client();
    for length in [5_000usize, 1_000_000] {
        let bytes = noise(length as u64, length);
        let id = client.upload("a.bin", bytes.clone(), &[])["id"].as_str().unwrap().to_owned();
        let path = format!("/api/assets/{id}/data");
        let tag = format!("\"{}\"", Digest::of(&bytes));
        for (range, from, to) in [
            ("bytes=0-0", 0, 1),
            ("bytes=100-4999", 100, 5000),
            ("bytes=4000-", 4000, length),
            ("bytes=-10", length - 10, length),
            ("bytes=10-99999999", 10, length),
        ] {
            let reply = client.get_with(&path, &[("range", range)]);
            assert_eq!(reply.status(), 206, "{range}");
            let content_range = format!("bytes {from}-{}/{length}", to - 1);
            assert_eq!(reply.headers()["content-range"], content_range.as_str());
            assert_eq!(reply.bytes().unwrap(), bytes[from..to], "{range}");
        }
        let reply = client.get_with(&path, &[("range", "bytes=99999999-")]);
        assert_eq!(reply.status(), 416);
        assert_eq!(reply.headers()["content-range"], format!("bytes */{length}").as_str());
        assert_eq!(client.get_with(&path, &[("if-none-match", &tag)]).status(), 304);
        let stale = [("range", "bytes=0-9"), ("if-range", "\"other\"")];
        assert_eq!(client.get_with(&path, &stale).bytes().unwrap(), bytes);
    }
}

#[test]
fn fields_travel_and_the_upload_becomes_the_next_version() {
    let place = tempfile::tempdir().unwrap();
    let daemon = Start::on(&place.path().join("data")).run();
    let client = daemon.client();
    let project = client.project("Fox Story", 2);
    let place = [("project_id", &*project), ("scene_number", "2"), ("asset_key", "scene_video")];
    let first = client.upload("a.mp4", noise(1, 100), &place);
    let first_id = first["id"].as_str().unwrap();
    let sources = format!("[\"{first_id}\"]");
    let mut fields = place.to_vec();
    fields.extend([
        ("provider", "fal"),
        ("model", "veo3"),
        ("prompt", "a fox at dusk — สุนัขจิ้งจอก"),
        ("parent_id", first_id),
        ("source_asset_ids", &sources),
        ("estimated_cost", "0.42"),
        ("generation_time_ms", "61000"),
        ("metadata", "{\"seed\": 18446744073709551615, \"cfgScale\": 7.5}"),
        ("set_best", "true"),
    ]);
    let second = client.upload("b.mp4", noise(2, 100), &fields);
    assert_eq!(second["version"], 2);
    let read = client.json(&format!("/api/assets/{}", second["id"].as_str().unwrap()));
    assert_eq!(read["prompt"], "a fox at dusk — สุนัขจิ้งจอก");
    assert_eq!(read["source_asset_ids"], json!([first_id]));
    assert_eq!(read["estimated_cost"], 0.42);
    assert_eq!(read["metadata"]["cfgScale"], 7.5);
    assert_eq!(read["metadata"]["seed"], json!(u64::MAX));
    client.upload("c.mp4", noise(3, 100), &place);
    let history = client.json(&format!("/api/projects/{project}/scenes/2/assets/scene_video"));
    assert_eq!((&history["best"], &history["latest"]), (&json!(2), &json!(3)));
    let path = format!("/api/projects/{project}/scenes/2/assets/scene_video/best");
    assert_eq!(client.put(&path, &json!({ "version": 1 })).status(), 200);
    let whole = client.json(&format!("/api/projects/{project}"));
    assert_eq!(whole["scenes"].as_array().unwrap().len(), 2, "{whole}");
}

#[test]
fn the_same_file_ten_times_is_stored_once() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let daemon = Start::on(&data).run();
    let client = daemon.client();
    let project = client.project("Fox", 1);
    let fields = [("project_id", &*project), ("scene_number", "1"), ("asset_key", "k")];
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| client.upload("same.bin", noise(1, 1_000_000), &fields));
        }
    });
    assert_eq!(files_below(&data.join("whole")).len(), 1);
    let history = client.json(&format!("/api/projects/{project}/scenes/1/assets/k"));
    assert_eq!(history["versions"].as_array().unwrap().len(), 10);
    let packed = || -> u64 {
        let packs = files_below(&data.join("packs"));
        packs.iter().map(|pack| pack.metadata().unwrap().len()).sum()
    };
    client.upload("small.bin", noise(2, 50_000), &fields);
    let before = packed();
    for _ in 0..9 {
        client.upload("small.bin", noise(2, 50_000), &fields);
    }
    assert_eq!(packed(), before, "an equal small file was stored again");
}

#[test]
fn whoever_has_no_token_gets_nothing() {
    let place = tempfile::tempdir().unwrap();
    let daemon = Start::on(&place.path().join("data")).run();
    let id = daemon.client().upload("a.bin", noise(1, 10), &[])["id"].as_str().unwrap().to_owned();
    let base = format!("http://{}", daemon.address().unwrap());
    for path in ["/api/projects".to_owned(), format!("/api/assets/{id}/data")] {
        let reply = reqwest::blocking::get(format!("{base}{path}")).unwrap();
        assert_eq!(reply.status(), 401, "{path}");
        assert!(reply.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        let wrong = rushes_harness::Client::new(&daemon.address().unwrap(), &"0".repeat(64));
        assert_eq!(wrong.get(&path).status(), 401, "{path}");
    }
    let random = "01990000-0000-7000-8000-000000000000";
    assert_eq!(daemon.client().get(&format!("/api/assets/{random}/data")).status(), 404);
}

#[test]
fn bad_uploads_are_refused_by_name_and_leave_nothing() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let mut start = Start::on(&data);
    start.arguments = vec!["--upload-max".to_owned(), "2000000".to_owned()];
    let daemon = start.run();
    let client = daemon.client();
    client.project("Fox", 1);
    for (fields, status, field) in [
        (vec![("tags", "product,demo")], 422, "tags"),
        (vec![("tags", "[1]")], 422, "tags"),
        (vec![("metadata", "{")], 422, "metadata"),
        (vec![("estimated_cost", "-1")], 422, "estimated_cost"),
        (vec![("project_id", "owl")], 422, "project_id"),
        (vec![("project_id", "fox"), ("scene_number", "9")], 422, "scene_number"),
        (vec![("project_id", "fox"), ("asset_key", "../x")], 422, "asset_key"),
        (vec![("parent_id", "01990000-0000-7000-8000-000000000000")], 422, "parent_id"),
        (vec![("colour", "red")], 422, "colour"),
    ] {
        let reply = client.try_upload("a.bin", noise(1, 500_000), &fields).unwrap();
        assert_eq!(reply.status(), status, "{fields:?}");
        assert_eq!(reply.headers()["content-type"], "application/problem+json");
        let problem: Value = reply.json().unwrap();
        assert_eq!(problem["field"], field, "{problem}");
    }
    let large = client.try_upload("a.bin", noise(1, 2_000_001), &[]).unwrap();
    assert_eq!(large.status(), 413);
    assert!(files_below(&data.join("whole")).is_empty());
    wait_until("nothing is left", || files_below(&data.join("staging")).is_empty());
    client.upload("a.bin", noise(1, 2_000_000), &[]);
}

#[test]
fn hostile_file_names_become_harmless_ones() {
    let place = tempfile::tempdir().unwrap();
    let daemon = Start::on(&place.path().join("data")).run();
    let client = daemon.client();
    let long = format!("{}.png", "n".repeat(300));
    for name in ["../../etc/passwd", "..", "C:\\x\\y.png", &long, "a\"b.png", "\u{202e}gnp.exe"] {
        let asset = client.upload(name, noise(1, 10), &[]);
        let shown = asset["filename"].as_str().unwrap();
        assert!(!shown.contains(['/', '\\', '"', '\u{202e}']) && shown.len() <= 255, "{shown}");
        let path = format!("/api/assets/{}/data", asset["id"].as_str().unwrap());
        let reply = client.get(&path);
        assert_eq!(reply.headers().get_all("content-disposition").iter().count(), 1);
        assert_eq!(reply.headers()["x-content-type-options"], "nosniff");
    }
}

#[test]
fn a_client_that_goes_away_midway_leaves_nothing() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let daemon = Start::on(&data).run();
    let mut stream = TcpStream::connect(daemon.address().unwrap()).unwrap();
    let part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    let head = format!(
        "POST /api/v2/upload-asset HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n{part}",
        daemon.address().unwrap(),
        daemon.token()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&noise(1, 3_000_000)).unwrap();
    let staging = data.join("staging");
    wait_until("the upload is under way", || !files_below(&staging).is_empty());
    drop(stream);
    wait_until("nothing is left", || files_below(&staging).is_empty());
    assert!(files_below(&data.join("whole")).is_empty());
}

#[test]
fn a_failed_generation_is_a_version_with_its_error() {
    let place = tempfile::tempdir().unwrap();
    let daemon = Start::on(&place.path().join("data")).run();
    let client = daemon.client();
    let project = client.project("Fox", 1);
    let form = [
        ("project_id", &*project),
        ("scene_number", "1"),
        ("asset_key", "scene_video"),
        ("status", "failed"),
        ("error", "content policy"),
    ];
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-H"]).arg(format!("Authorization: Bearer {}", daemon.token()));
    for (name, value) in form {
        curl.args(["-F", &format!("{name}={value}")]);
    }
    curl.arg(format!("http://{}/api/v2/upload-asset", daemon.address().unwrap()));
    let asset: Value = serde_json::from_slice(&curl.output().unwrap().stdout).unwrap();
    assert_eq!((&asset["status"], &asset["version"]), (&json!("failed"), &json!(1)), "{asset}");
    let id = asset["id"].as_str().unwrap();
    assert_eq!(client.json(&format!("/api/assets/{id}"))["error"], "content policy");
    assert_eq!(client.get(&format!("/api/assets/{id}/data")).status(), 404);
}
