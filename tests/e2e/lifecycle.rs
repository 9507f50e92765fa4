//! Starting, stopping, being killed, being started twice.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rushes_harness::{Start, noise, wait_until};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use serde_json::Value;

use crate::root;

fn is_mounted(dir: &std::path::Path) -> bool {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    mounts.lines().any(|line| line.split(' ').nth(1) == Some(&dir.display().to_string()))
}

#[test]
fn a_stop_is_clean_and_leaves_no_mount() {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let start = Start::on(&place.path().join("data")).mounted_at(&mount);
    let daemon = start.run();
    let id = daemon.client().upload("a.bin", noise(1, 900), &[])["id"].clone();
    assert!(is_mounted(&mount));
    let (status, start) = daemon.stop();
    assert_eq!(status.code(), Some(0));
    assert!(!is_mounted(&mount));
    assert!(start.data.join("index/tables.clean").exists());
    assert!(start.data.join("index/blobs.clean").exists());
    let daemon = start.run();
    assert_eq!(daemon.client().data(id.as_str().unwrap()), noise(1, 900));
}

#[test]
fn sigint_stops_as_sigterm_does() {
    let place = tempfile::tempdir().unwrap();
    let daemon = Start::on(&place.path().join("data")).run();
    let (status, _) = daemon.stop_by(Signal::INT);
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_stop_during_a_slow_start_is_heard() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    let mut start = Start::on(&path("data")).mounted_at(&path("mount"));
    if geteuid().is_root() {
        // So that the helper is asked to mount.
        let without = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"];
        start.before = without.map(str::to_owned).to_vec();
    }
    // It ends with the test, whatever becomes of that, and the daemon with it.
    let waits = "while [ -e $0 ] && [ ! -e $0.go ]; do sleep 0.01; done";
    let script = format!("#!/bin/sh\n: > $0.asked\n{waits}\nexit 1\n");
    fs::write(path("helper"), script).unwrap();
    fs::set_permissions(path("helper"), fs::Permissions::from_mode(0o700)).unwrap();
    let log = fs::File::create(path("log")).unwrap();
    let mut command = start.command();
    let mut daemon = command.env("FUSERMOUNT_PATH", path("helper")).stderr(log).spawn().unwrap();
    wait_until("the mount is wanted", || path("helper.asked").exists());
    kill_process(Pid::from_child(&daemon), Signal::TERM).unwrap();
    let log = || fs::read_to_string(path("log")).unwrap();
    wait_until("the stop is heard", || log().contains("stopping"));
    fs::write(path("helper.go"), "").unwrap();
    assert_eq!(daemon.wait().unwrap().code(), Some(0), "{}", log());
    assert!(start.data.join("index/tables.clean").exists());
}

#[test]
fn a_second_daemon_is_told_where_the_first_one_is() {
    let place = tempfile::tempdir().unwrap();
    let start = Start::on(&place.path().join("data"));
    let daemon = start.run();
    let second = start.command().output().unwrap();
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(75), "{said}");
    let (pid, address) = (daemon.pid().to_string(), daemon.address().unwrap());
    assert!(said.contains(&pid) && said.contains(&address), "{said}");
    assert!(daemon.health().is_some());
}

#[test]
fn a_dead_mount_is_replaced_and_everything_is_there() {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let mut start = Start::on(&place.path().join("data")).mounted_at(&mount);
    let daemon = start.run();
    let client = daemon.client();
    let project = client.project("Fox", 1);
    let fields = [("project_id", &*project), ("scene_number", "1"), ("asset_key", "k")];
    client.upload("a.bin", noise(1, 500_000), &fields);
    let path = mount.join("projects/fox/scenes/1/k.bin");
    for _ in 0..3 {
        assert_eq!(fs::read(&path).unwrap(), noise(1, 500_000));
    }
    start = daemon.kill();
    assert!(fs::read_dir(&mount).is_err(), "the mount is not dead");
    let daemon = start.run();
    assert_eq!(fs::read(&path).unwrap(), noise(1, 500_000));
    let (status, _) = daemon.stop();
    assert_eq!(status.code(), Some(0));
    assert!(!is_mounted(&mount));
}

#[test]
fn without_its_index_it_answers_the_same() {
    let place = tempfile::tempdir().unwrap();
    let start = Start::on(&place.path().join("data"));
    let daemon = start.run();
    let client = daemon.client();
    let project = client.project("Fox", 3);
    for seed in 1..=12usize {
        let number = (seed % 3 + 1).to_string();
        let fields = [("project_id", &*project), ("scene_number", &number), ("asset_key", "k")];
        client.upload("a.bin", noise(seed as u64, seed * 20_000), &fields);
    }
    let answers = |client: &rushes_harness::Client| -> Vec<Value> {
        let paths = (1..=3).map(|scene| format!("/api/projects/{project}/scenes/{scene}/assets/k"));
        let histories: Vec<_> = paths.map(|path| client.json(&path)).collect();
        // URLs name the port, which is another one after a restart.
        let text = serde_json::to_string(&histories).unwrap();
        let port = client.json(&format!("/api/projects/{project}"));
        let texts = [text, serde_json::to_string(&port).unwrap()];
        texts.iter().map(|text| without_urls(&serde_json::from_str(text).unwrap())).collect()
    };
    let before = answers(&client);
    let (_, start) = daemon.stop();
    fs::remove_dir_all(start.data.join("index")).unwrap();
    let daemon = start.run();
    assert_eq!(answers(&daemon.client()), before);
    let start = daemon.kill();
    fs::remove_dir_all(start.data.join("index")).unwrap();
    assert_eq!(answers(&start.run().client()), before);
}

fn without_urls(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != "url")
            .map(|(name, value)| (name.clone(), without_urls(value)))
            .collect(),
        Value::Array(values) => values.iter().map(without_urls).collect(),
        value => value.clone(),
    }
}

#[test]
fn in_a_private_mount_namespace_it_says_that_nobody_will_see_the_folder() {
    if root::is_missing() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let mut start = Start::on(&place.path().join("data")).mounted_at(&mount);
    start.before = ["unshare", "-m", "--propagation", "slave"].map(str::to_owned).to_vec();
    let daemon = start.run();
    let health = daemon.health().unwrap();
    let warnings = health["mounts"][0]["warnings"].to_string();
    assert!(warnings.contains("namespace"), "{health}");
    assert!(daemon.log().contains("namespace"), "{}", daemon.log());
}

#[test]
fn the_token_is_in_a_file_that_only_its_owner_reads_and_nowhere_else() {
    let place = tempfile::tempdir().unwrap();
    let start = Start::on(&place.path().join("data"));
    let daemon = start.run();
    let token = daemon.token();
    daemon.client().upload("a.bin", noise(1, 900), &[]);
    let path = start.data.join("admin.token");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!daemon.log().contains(&token), "the log holds the token");
    for file in rushes_harness::files_below(&start.data) {
        let holds =
            fs::read(&file).unwrap().windows(token.len()).any(|part| part == token.as_bytes());
        assert!(!holds || file == path, "{} holds the token", file.display());
    }
    let (_, start) = daemon.stop();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = start.command().output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("chmod 600"));
}

#[test]
fn a_log_that_cannot_be_written_stops_nothing() {
    let place = tempfile::tempdir().unwrap();
    let start = Start::on(&place.path().join("data"));
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let mut child = start.command().stdout(full()).stderr(full()).spawn().unwrap();
    let lock = start.data.join("LOCK");
    let answers = || {
        let lock = fs::read_to_string(&lock).ok()?;
        let lock: Value = serde_json::from_str(&lock).ok()?;
        let ready = format!("http://{}/ready", lock["address"].as_str()?);
        reqwest::blocking::get(ready).ok()?.error_for_status().ok()
    };
    wait_until("it answers", || {
        assert!(child.try_wait().unwrap().is_none(), "it ended for want of a log");
        answers().is_some()
    });
    child.kill().unwrap();
    child.wait().unwrap();
}
