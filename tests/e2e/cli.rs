//! The command line, as people and scripts use it.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use rushes_digest::Digest;
use rushes_harness::{Daemon, Start, files_below, noise, program, wait_until};
use serde_json::Value;

/// Runs `rushes` against a data directory.
pub fn rushes(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("rushes"));
    for name in ["RUSHES_URL", "RUSHES_TOKEN", "RUSHES_DATA"] {
        command.env_remove(name);
    }
    // What it remembers is the test's own.
    command.env("XDG_CACHE_HOME", data.parent().unwrap().join("caches"));
    command.arg("--data").arg(data).args(arguments).output().unwrap()
}

/// Its JSON, where it succeeds.
pub fn json(data: &Path, arguments: &[&str]) -> Value {
    let output = rushes(data, &[&["--json"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A daemon without a mount, and its place.
pub fn started() -> (Daemon, tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    (Start::on(&data).run(), place, data)
}

#[test]
fn a_project_is_made_filled_and_read_back() {
    let (_daemon, place, data) = started();
    let file = |name: &str, bytes: &[u8]| {
        let path = place.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    assert_eq!(json(&data, &["project", "create", "Fox Story"])["id"], "fox-story");
    assert_eq!(json(&data, &["scene", "add", "fox-story", "--title", "Dusk"])["scene_number"], 1);
    let (one, two) = (file("one.mp4", &noise(1, 300_000)), file("two.mp4", &noise(2, 900)));
    let place_of = ["--project", "fox-story", "--scene", "1", "--key", "scene_video"];
    let put = |more: &[&str]| json(&data, &[&["put"], more, &place_of].concat());
    put(&[&one, "--prompt", "a fox", "--provider", "fal", "--cost", "0.2"]);
    put(&[&two, "--best"]);
    put(&["--failed", "timeout"]);
    let versions = json(&data, &["versions", "fox-story/1/scene_video"]);
    assert_eq!((&versions["best"], &versions["latest"]), (&2.into(), &3.into()), "{versions}");
    json(&data, &["best", "fox-story/1/scene_video", "1"]);
    let out = place.path().join("out.mp4").display().to_string();
    assert!(rushes(&data, &["get", "fox-story/1/scene_video", "-o", &out]).status.success());
    assert_eq!(fs::read(&out).unwrap(), noise(1, 300_000));
    let again = rushes(&data, &["get", "fox-story/1/scene_video@2", "-o", &out]);
    assert!(!again.status.success(), "an existing file was overwritten");
    assert_eq!(fs::read(&out).unwrap(), noise(1, 300_000));
    let piped = rushes(&data, &["get", "fox-story/1/scene_video@2", "-o", "-"]);
    assert_eq!(piped.stdout, noise(2, 900));
    let listed = rushes(&data, &["ls", "fox-story/1"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains("scene_video"));
    assert_eq!(json(&data, &["status"])["status"], "ok");
}

#[test]
fn a_deletion_is_shown_first_agreed_to_and_undone() {
    let (_daemon, place, data) = started();
    let file = place.path().join("one.bin");
    fs::write(&file, noise(1, 900)).unwrap();
    json(&data, &["project", "create", "Fox"]);
    let file = file.display().to_string();
    json(&data, &["put", &file, "--project", "fox", "--key", "poster"]);
    let state = || json(&data, &["versions", "fox/poster"])["versions"][0]["status"].clone();
    let shown = rushes(&data, &["delete", "fox/poster@1", "--dry-run"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("v001.bin") && shown.status.success());
    let unasked = rushes(&data, &["delete", "fox/poster@1"]);
    assert_eq!(unasked.status.code(), Some(1));
    let said = String::from_utf8_lossy(&unasked.stderr);
    assert!(said.contains("v001.bin") && said.contains("--yes"), "{said}");
    assert_eq!(state(), "ready");
    let missing = rushes(&data, &["delete", "--yes", "fox/poster@1", "fox/poster@2"]);
    assert_eq!(missing.status.code(), Some(3));
    assert_eq!(state(), "ready", "deleted although not all were found");
    json(&data, &["delete", "--yes", "fox/poster@1"]);
    assert_eq!(state(), "deleted");
    let gone = rushes(&data, &["get", "fox/poster@1", "-o", "-"]);
    assert!(!gone.status.success() && gone.stdout.is_empty());
    json(&data, &["restore", "fox/poster@1"]);
    assert_eq!(state(), "ready");
}

#[test]
fn errors_say_what_to_do_and_exit_codes_tell_them_apart() {
    let (daemon, place, data) = started();
    let missing = rushes(&data, &["project", "show", "owl"]);
    assert_eq!(missing.status.code(), Some(3));
    assert!(missing.stdout.is_empty() && !missing.stderr.is_empty());
    assert_eq!(rushes(&data, &["put", "/no/such/file"]).status.code(), Some(1));
    assert_eq!(rushes(&data, &["frobnicate"]).status.code(), Some(2));
    assert_eq!(rushes(&data, &["--token", "wrong", "ls"]).status.code(), Some(4));
    let address = daemon.address().unwrap();
    drop(daemon);
    // Whoever comes to listen there is asked nothing.
    let stranger = TcpListener::bind(address).unwrap();
    stranger.set_nonblocking(true).unwrap();
    assert_eq!(rushes(&data, &["ls"]).status.code(), Some(5));
    assert_eq!(stranger.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    let nowhere = place.path().join("nowhere");
    assert_eq!(rushes(&nowhere, &["ls"]).status.code(), Some(5));
}

/// Folders with files that have been there for a while: what just changed may change again unseen.
fn corpus(place: &Path) -> (String, PathBuf) {
    let folder = place.join("media");
    fs::create_dir_all(folder.join("deep")).unwrap();
    for (name, seed) in [("a.bin", 1), ("deep/b.bin", 2), ("deep/c.bin", 3)] {
        fs::write(folder.join(name), noise(seed, 200_000)).unwrap();
    }
    settle(&folder.join("deep/c.bin"));
    (folder.display().to_string(), folder)
}

fn settle(file: &Path) {
    wait_until("the file is old enough to be trusted", || {
        let changed = fs::metadata(file).unwrap().modified().unwrap();
        changed.elapsed().is_ok_and(|age| age > Duration::from_millis(200))
    });
}

#[test]
fn only_what_changed_is_put_again() {
    let (_daemon, place, data) = started();
    let (media, folder) = corpus(place.path());
    let put = |more: &[&str]| json(&data, &[&["put", "-r", &media], more].concat());
    let counts = |outcome: &Value| {
        ["files", "sent", "unchanged"].map(|name| outcome[name].as_u64().unwrap())
    };
    let first = put(&["--only-changed"]);
    assert_eq!(counts(&first), [3, 3, 0]);
    assert_eq!(counts(&put(&["--only-changed"])), [3, 0, 3]);
    let said = rushes(&data, &["put", "-r", &media, "--only-changed"]);
    assert_eq!(String::from_utf8_lossy(&said.stdout), "3 files, 0 sent, 3 unchanged\n");

    fs::write(folder.join("deep/b.bin"), noise(9, 200_000)).unwrap();
    settle(&folder.join("deep/b.bin"));
    let third = put(&["--only-changed"]);
    assert_eq!(counts(&third), [3, 1, 2]);
    assert_eq!(third["assets"][0]["filename"], "b.bin");

    // Another place has none of them, and gets them without their bytes.
    json(&data, &["project", "create", "Fox"]);
    let there = ["--only-changed", "--project", "fox", "--key", "plates"];
    assert_eq!(counts(&put(&there)), [3, 3, 0]);
    assert_eq!(counts(&put(&there)), [3, 0, 3]);
    let versions = json(&data, &["versions", "fox/plates"]);
    assert_eq!(versions["latest"], 3);
    let out = place.path().join("out").display().to_string();
    assert!(rushes(&data, &["get", "fox/plates@2", "-o", &out]).status.success());
    assert_eq!(fs::read(&out).unwrap(), noise(9, 200_000));

    // A plain put makes versions, whatever is known.
    put(&["--project", "fox", "--key", "plates"]);
    assert_eq!(json(&data, &["versions", "fox/plates"])["latest"], 6);
}

#[test]
fn a_damaged_memory_is_made_anew() {
    let (_daemon, place, data) = started();
    let (media, _) = corpus(place.path());
    let put = || json(&data, &["put", "-r", &media, "--only-changed"])["sent"].clone();
    assert_eq!(put(), 3);
    for file in files_below(&place.path().join("caches")) {
        fs::write(file, b"not what was written").unwrap();
    }
    assert_eq!(put(), 3);
    assert_eq!(put(), 0);
    json(&data, &["put", "-r", &media, "--no-cache"]);
}

/// One request, as text: its first line and its body.
fn heard(stream: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.to_ascii_lowercase().split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (first, String::from_utf8_lossy(&body).into_owned())
}

#[test]
fn the_daemon_has_the_last_word_on_what_need_not_be_sent() {
    let place = tempfile::tempdir().unwrap();
    let (file, text) = (place.path().join("take.txt"), "what the file says");
    fs::write(&file, text).unwrap();
    settle(&file);
    let digest = Digest::of(text.as_bytes()).to_string();
    let asset = serde_json::json!({
        "id": "0198", "asset_id": "0198", "type": "other", "status": "ready", "digest": digest,
        "filename": "take.txt", "created_at": "", "uploaded_at": "", "user_id": "", "revision": 1,
    });
    let needed = serde_json::json!({
        "type": "x", "title": "x", "status": 422, "detail": "x", "code": "bytes_needed",
    });
    // What is answered, and whether the request must hold the bytes, or else the digest.
    let script = [
        (201, asset.clone(), true),
        (422, needed, false),
        (201, asset.clone(), true),
        (200, serde_json::json!({ "digests": [] }), false),
        (201, asset, false),
    ];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        for (status, answer, has_bytes) in script {
            let (mut stream, _) = listener.accept().unwrap();
            let (line, body) = heard(&stream);
            assert_eq!(body.contains(text), has_bytes, "{line}");
            assert_eq!(body.contains(&digest), !has_bytes, "{line}");
            let answer = answer.to_string();
            let length = answer.len();
            let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\n");
            write!(stream, "{head}connection: close\r\n\r\n{answer}").unwrap();
        }
    });
    let data = place.path().join("nothing");
    let name = file.display().to_string();
    let put = |more: &[&str]| {
        let words = ["--server", server.as_str(), "--token", "x", "put", name.as_str()];
        let output = rushes(&data, &[&words, more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    put(&[]);
    put(&[]);
    put(&["--only-changed"]);
    answering.join().unwrap();
}

#[test]
fn what_was_put_is_found_by_its_words() {
    let (_daemon, place, data) = started();
    let file = place.path().join("one.mp4");
    fs::write(&file, noise(1, 900)).unwrap();
    let file = file.display().to_string();
    json(&data, &["put", &file, "--prompt", "a red fox at dusk", "--provider", "fal"]);
    json(&data, &["put", "--failed", "timeout", "--prompt", "a red fox", "--provider", "kie"]);
    let find = ["find", "fox", "\"red fox\"", "--sort", "oldest"];
    let all = || {
        // An index that is not there yet says so.
        let output = rushes(&data, &[&["--json"], &find[..]].concat());
        let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        output.status.success() && found["total"] == 2
    };
    wait_until("both are found", all);
    let found = json(&data, &[&find[..], &["--provider", "fal"]].concat());
    assert_eq!(found["assets"][0]["filename"], "one.mp4", "{found}");
    let table = rushes(&data, &find);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.contains("one.mp4") && table.contains("2 of 2"), "{table}");
    let refused = rushes(&data, &["find", "\"open"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("is not closed"), "{said}");
}
