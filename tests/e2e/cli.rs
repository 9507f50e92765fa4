//! The command line, as people and scripts use it.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use rushes_harness::{Daemon, Start, noise, program};
use serde_json::Value;

/// Runs `rushes` against a data directory.
fn rushes(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("rushes"));
    for name in ["RUSHES_URL", "RUSHES_TOKEN", "RUSHES_DATA"] {
        command.env_remove(name);
    }
    command.arg("--data").arg(data).args(arguments).output().unwrap()
}

/// Its JSON, where it succeeds.
fn json(data: &Path, arguments: &[&str]) -> Value {
    let output = rushes(data, &[&["--json"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn started() -> (Daemon, tempfile::TempDir, std::path::PathBuf) {
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
