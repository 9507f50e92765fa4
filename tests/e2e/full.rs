//! A full disk: refused clearly, nothing half-written, and it goes on when there is room again.

use std::path::Path;
use std::process::Command;

use rushes_digest::Digest;
use rushes_harness::{Start, files_below, noise};

use crate::root;

/// A small file system in memory that goes away with its owner.
struct Small(std::path::PathBuf);

impl Small {
    fn at(path: &Path, size: &str) -> Self {
        std::fs::create_dir_all(path).unwrap();
        let small = Self(path.to_owned());
        small.mount(&format!("size={size}"));
        small
    }

    fn grow(&self, size: &str) {
        self.mount(&format!("remount,size={size}"));
    }

    fn mount(&self, options: &str) {
        let mut mount = Command::new("mount");
        let done = mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&self.0).status();
        assert!(done.unwrap().success(), "mount needs root");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = rustix::mount::unmount(&self.0, rustix::mount::UnmountFlags::DETACH);
    }
}

#[test]
fn a_full_disk_refuses_what_is_written_and_loses_no_save() {
    if root::is_missing() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let small = Small::at(&place.path().join("small"), "40m");
    let mount = place.path().join("mount");
    let mut start = Start::on(&place.path().join("small/data")).mounted_at(&mount);
    start.log = Some(place.path().join("log"));
    let daemon = start.run();
    let client = daemon.client();
    client.project("Fox", 1);
    let scene = mount.join("projects/fox/scenes/1");
    let (mut saved, mut refused) = (Vec::new(), 0);
    for seed in 1..200_u64 {
        let bytes = noise(seed, if seed % 2 == 0 { 1_500_000 } else { 60_000 });
        let path = scene.join(format!("take{seed}.bin"));
        match std::fs::write(&path, &bytes) {
            Ok(()) => saved.push((path, bytes)),
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::StorageFull, "{error}");
                std::fs::remove_file(&path).ok();
                refused += 1;
            }
        }
        if refused == 10 {
            break;
        }
    }
    assert!(refused == 10 && saved.len() > 5, "{refused} refused, {} saved", saved.len());
    let all_there = || {
        for (path, bytes) in &saved {
            assert!(std::fs::read(path).unwrap() == *bytes, "{}", path.display());
        }
    };
    all_there();
    small.grow("160m");
    rushes_harness::wait_until("what was closed is saved", || {
        std::fs::read_dir(scene.join("versions")).unwrap().count() == saved.len()
    });
    all_there();
    let (_, start) = daemon.stop();
    let daemon = start.run();
    all_there();
    drop(daemon);
    drop(small);
}

#[test]
fn a_full_disk_is_said_and_survived() {
    if root::is_missing() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let small = Small::at(&place.path().join("small"), "40m");
    let data = place.path().join("small/data");
    let mut start = Start::on(&data);
    start.arguments = vec!["--log".to_owned(), "error".to_owned()];
    let daemon = start.run();
    let client = daemon.client();
    let mut kept = Vec::new();
    let mut refused = 0;
    for seed in 1..200u64 {
        let length = if seed % 2 == 0 { 1_500_000 } else { 60_000 };
        let bytes = noise(seed, length);
        let digest = Digest::of(&bytes).to_hex();
        let reply = client.try_upload("a.bin", bytes, &[]).unwrap();
        match reply.status().as_u16() {
            201 => {
                let asset: serde_json::Value = reply.json().unwrap();
                kept.push((asset["id"].as_str().unwrap().to_owned(), digest));
            }
            507 => {
                assert_eq!(reply.headers()["content-type"], "application/problem+json");
                refused += 1;
            }
            other => panic!("{other}: {}", reply.text().unwrap()),
        }
        if refused == 20 {
            break;
        }
    }
    assert!(refused == 20 && kept.len() > 5, "{refused} refused, {} kept", kept.len());
    assert!(files_below(&data.join("staging")).is_empty());
    let all_there = |client: &rushes_harness::Client| {
        for (id, digest) in &kept {
            assert_eq!(Digest::of(&client.data(id)).to_hex(), *digest);
        }
    };
    all_there(&client);
    small.grow("120m");
    client.upload("a.bin", noise(999, 1_500_000), &[]);
    all_there(&client);
    let start = daemon.kill();
    let daemon = start.run();
    all_there(&daemon.client());
    drop(daemon);
    drop(small);
}
