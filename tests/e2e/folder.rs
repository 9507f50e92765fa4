//! The folder, as editors and players see it.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rushes_digest::Digest;
use rushes_harness::{Daemon, Start, noise};
use serde_json::{Value, json};

use crate::{media, root};

/// A mounted daemon with the project `fox` and one scene; the directory goes last.
struct Set {
    daemon: Daemon,
    mount: PathBuf,
    place: tempfile::TempDir,
}

fn set() -> Set {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let daemon = Start::on(&place.path().join("data")).mounted_at(&mount).run();
    daemon.client().project("Fox", 1);
    Set { daemon, mount, place }
}

const SCENE: [(&str, &str); 3] =
    [("project_id", "fox"), ("scene_number", "1"), ("asset_key", "scene_video")];

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn an_upload_is_in_the_folder_at_once_and_opens_in_other_programs() {
    let Set { daemon, mount, place } = set();
    let client = daemon.client();
    let scene = mount.join("projects/fox/scenes/1");
    assert_eq!(names(&scene), ["scene.json", "versions"]);
    let film = fs::read(media::film(place.path(), "one.mp4", 1)).unwrap();
    let asset = client.upload("one.mp4", film.clone(), &SCENE);
    assert_eq!(names(&scene), ["scene.json", "scene_video.mp4", "versions"]);
    let path = scene.join("scene_video.mp4");
    assert_eq!(fs::read(&path).unwrap(), film);
    assert_eq!(media::probe(&path), "h264,320,180");
    let summed = Command::new("b3sum").arg("--no-names").arg(&path).output();
    if let Ok(summed) = summed {
        let digest = String::from_utf8(summed.stdout).unwrap();
        assert_eq!(digest.trim(), asset["digest"].as_str().unwrap());
    }
    let copy = place.path().join("copy.mp4");
    assert!(Command::new("cp").arg(&path).arg(&copy).status().unwrap().success());
    assert_eq!(fs::read(copy).unwrap(), film);
    assert_eq!(names(&scene.join("versions/scene_video")), ["v001.json", "v001.mp4"]);
    let record = fs::read(scene.join("versions/scene_video/v001.json")).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(record["digest"], asset["digest"]);
    let blob = mount.join("blobs").join(asset["digest"].as_str().unwrap());
    assert_eq!(fs::read(blob).unwrap(), film);
    let listing = asset["path"].as_str().unwrap();
    assert_eq!(fs::read(mount.join(listing)).unwrap(), film, "{listing}");
}

#[test]
fn every_change_shows_at_once_whatever_was_looked_at_before() {
    let Set { daemon, mount, place: _place } = set();
    let client = daemon.client();
    let scene = mount.join("projects/fox/scenes/1");
    for version in 1..=30u64 {
        let length = if version % 2 == 0 { 200_000 } else { 900 };
        let bytes = noise(version, length);
        let name = if version % 3 == 0 { "take.mov" } else { "take.bin" };
        client.upload(name, bytes.clone(), &SCENE);
        let extension = if version % 3 == 0 { "mov" } else { "bin" };
        let current = scene.join(format!("scene_video.{extension}"));
        assert_eq!(fs::metadata(&current).unwrap().len(), length as u64, "version {version}");
        assert!(fs::read(&current).unwrap() == bytes, "version {version}");
        let shown = names(&scene);
        assert_eq!(shown.len(), 3, "{shown:?}");
        let folder = names(&scene.join("versions/scene_video"));
        assert_eq!(folder.len() as u64, 2 * version);
        let record: Value =
            serde_json::from_slice(&fs::read(scene.join("scene.json")).unwrap()).unwrap();
        assert_eq!(record["assets"]["scene_video"]["latest"], version);
    }
    let best = "/api/projects/fox/scenes/1/assets/scene_video/best";
    assert_eq!(client.put(best, &json!({ "version": 1 })).status(), 200);
    assert_eq!(fs::read(scene.join("scene_video.bin")).unwrap(), noise(1, 900));
    assert!(!scene.join("scene_video.mov").exists());
    client.project("Owl", 0);
    assert_eq!(names(&mount.join("projects")), ["fox", "owl"]);
}

#[test]
fn whoever_holds_a_file_open_goes_on_reading_the_old_version() {
    let Set { daemon, mount, place: _place } = set();
    let client = daemon.client();
    let current = mount.join("projects/fox/scenes/1/scene_video.bin");
    for length in [900usize, 3_000_000] {
        let old = noise(1, length);
        client.upload("take.bin", old.clone(), &SCENE);
        let mut held = File::open(&current).unwrap();
        let mut start = vec![0; length / 3];
        held.read_exact(&mut start).unwrap();
        client.upload("take.bin", noise(2, length + 10), &SCENE);
        assert_eq!(fs::read(&current).unwrap(), noise(2, length + 10));
        let mut rest = Vec::new();
        held.read_to_end(&mut rest).unwrap();
        assert!([start, rest].concat() == old, "the reader saw another version");
    }
}

#[test]
fn a_failed_attempt_shows_as_a_record_and_not_as_a_file() {
    let Set { daemon, mount, place: _place } = set();
    let client = daemon.client();
    client.upload("take.bin", noise(1, 900), &SCENE);
    let status = Command::new("curl")
        .args(["-sS", "-o", "/dev/null", "-H"])
        .arg(format!("Authorization: Bearer {}", daemon.token()))
        .args(["-F", "project_id=fox", "-F", "scene_number=1", "-F", "asset_key=scene_video"])
        .args(["-F", "status=failed", "-F", "error=timeout"])
        .arg(format!("http://{}/api/v2/upload-asset", daemon.address().unwrap()))
        .status()
        .unwrap();
    assert!(status.success());
    let versions = mount.join("projects/fox/scenes/1/versions/scene_video");
    assert_eq!(names(&versions), ["v001.bin", "v001.json", "v002.failed.json"]);
    let record = fs::read(versions.join("v002.failed.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&record).unwrap()["error"], "timeout");
    let current = mount.join("projects/fox/scenes/1/scene_video.bin");
    assert_eq!(fs::read(current).unwrap(), noise(1, 900));
}

#[test]
fn a_deleted_version_leaves_the_folder_at_once_and_comes_back_restored() {
    let Set { daemon, mount, place: _place } = set();
    let client = daemon.client();
    let scene = mount.join("projects/fox/scenes/1");
    let versions = scene.join("versions/scene_video");
    let (one, two) = (noise(1, 300_000), noise(2, 200_000));
    client.upload("take.bin", one.clone(), &SCENE);
    let asset = client.upload("take.bin", two.clone(), &SCENE);
    let (id, digest) = (asset["id"].as_str().unwrap(), asset["digest"].as_str().unwrap());
    let (current, blob) = (scene.join("scene_video.bin"), mount.join("blobs").join(digest));
    let restore = format!("/api/assets/{id}/restore");
    for round in 0..5 {
        // Everything is looked at, so that the kernel remembers it.
        assert_eq!(names(&versions), ["v001.bin", "v001.json", "v002.bin", "v002.json"]);
        assert_eq!(names(&mount.join("blobs")).len(), 2);
        for path in [&current, &blob, &versions.join("v002.bin")] {
            assert!(fs::read(path).unwrap() == two, "round {round}: {}", path.display());
        }
        assert!(!versions.join("v002.deleted.json").exists());
        let mut held = File::open(&current).unwrap();
        assert_eq!(client.delete(&format!("/api/assets/{id}")).status(), 200);
        assert!(!versions.join("v002.bin").exists() && !versions.join("v002.json").exists());
        assert!(!blob.exists());
        assert_eq!(names(&versions), ["v001.bin", "v001.json", "v002.deleted.json"]);
        assert_eq!(names(&mount.join("blobs")).len(), 1);
        assert!(fs::read(&current).unwrap() == one, "round {round}");
        let record = fs::read(versions.join("v002.deleted.json")).unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        assert_eq!((&record["status"], &record["digest"]), (&json!("deleted"), &json!(digest)));
        assert!(record["deleted_at"].is_string());
        let mut rest = Vec::new();
        held.read_to_end(&mut rest).unwrap();
        assert!(rest == two, "whoever held the file lost it");
        assert_eq!(client.post(&restore, &json!({})).status(), 200);
    }
    assert!(fs::read(&current).unwrap() == two);
}

#[test]
fn health_says_how_wholes_are_read_and_the_folder_counts_what_is_the_users() {
    if root::is_missing() {
        return;
    }
    let Set { daemon, mount, place: _place } = set();
    let client = daemon.client();
    let bytes = noise(7, 1_500_000);
    let asset = client.upload("take.bin", bytes, &SCENE);
    let health = daemon.health().unwrap();
    assert_eq!(health["mounts"][0]["mode"], "passthrough", "{health}");
    let stat = rustix::fs::statvfs(&mount).unwrap();
    let used = (stat.f_blocks - stat.f_bfree) * stat.f_frsize;
    assert!((1_500_000..1_600_000).contains(&used), "{used}");
    let path = mount.join("projects/fox/scenes/1/scene_video.bin");
    assert_eq!(Digest::of(&fs::read(path).unwrap()).to_hex(), asset["digest"].as_str().unwrap());
}

#[test]
fn folders_follow_scenes_that_are_put_in_order_and_what_is_deleted_goes() {
    let Set { daemon, mount, place: _place } = set();
    let client = daemon.client();
    let post = |path: &str, body: Value| {
        let reply = client.post(path, &body);
        assert!(reply.status().is_success(), "{path}: {}", reply.status());
    };
    let delete = |path: &str| assert_eq!(client.delete(path).status(), 204, "{path}");
    post("/api/projects/fox/scenes", json!({ "title": "two" }));
    let scenes = mount.join("projects/fox/scenes");
    for number in ["1", "2"] {
        let fields =
            [("project_id", "fox"), ("scene_number", number), ("asset_key", "scene_video")];
        client.upload("take.bin", format!("film {number}").into_bytes(), &fields);
    }
    let film = |number: &str| fs::read_to_string(scenes.join(number).join("scene_video.bin"));
    let listed: Value = client.get("/api/projects/fox/scenes").json().unwrap();
    let ids: Vec<_> = listed["scenes"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    // There and back again: each time what was looked up before is another scene's.
    for turn in 0..4 {
        let (first, second) = if turn % 2 == 0 { (1, 0) } else { (0, 1) };
        let order = json!({ "scene_ids": [ids[first], ids[second]] });
        post("/api/projects/fox/scenes/reorder", order);
        assert_eq!(film("1").unwrap(), format!("film {}", first + 1), "turn {turn}");
        assert_eq!(film("2").unwrap(), format!("film {}", second + 1), "turn {turn}");
    }
    delete("/api/projects/fox/scenes/2");
    assert_eq!(names(&scenes), ["1"]);
    assert_eq!(film("2").unwrap_err().kind(), ErrorKind::NotFound);
    delete("/api/projects/fox");
    assert!(names(&mount.join("projects")).is_empty());
    assert_eq!(film("1").unwrap_err().kind(), ErrorKind::NotFound);
    post("/api/projects/fox/restore", json!({}));
    assert_eq!(names(&mount.join("projects")), ["fox"]);
    assert_eq!(names(&scenes), ["1"]);
}

#[test]
fn elements_words_and_lineage_show_as_folders_of_plain_files() {
    let Set { daemon, mount, place: _place } = set();
    let client = daemon.client();
    let fox = json!({ "name": "Red Fox" });
    let made = client.post("/api/projects/fox/characters", &fox);
    assert_eq!(made.status(), 201);
    let made: Value = made.json().unwrap();
    let of_fox = [
        ("project_id", "fox"),
        ("character_id", made["id"].as_str().unwrap()),
        ("asset_key", "portrait"),
        ("tags", r#"["Hero"]"#),
    ];
    let portrait = client.upload("den at dusk.bin", noise(1, 900), &of_fox);
    let source = portrait["id"].as_str().unwrap();
    let character = mount.join("projects/fox/characters/red-fox");
    assert_eq!(names(&character), ["character.json", "portrait.bin", "versions"]);
    let record = fs::read(character.join("character.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&record).unwrap()["name"], "Red Fox");

    let sources = serde_json::to_string(&[source]).unwrap();
    let from = [SCENE.as_slice(), &[("source_asset_ids", sources.as_str()), ("prompt", "a fox")]];
    let film = client.upload("take.bin", noise(2, 900), &from.concat());
    let scene = mount.join("projects/fox/scenes/1/versions/scene_video");
    assert_eq!(names(&scene), ["v001", "v001.bin", "v001.json"]);
    let name = "character-red-fox.portrait.v001.bin";
    assert_eq!(names(&scene.join("v001/sources")), [name]);
    assert_eq!(fs::read(scene.join("v001/sources").join(name)).unwrap(), noise(1, 900));
    let used = character.join("versions/portrait/v001/used-in");
    assert_eq!(names(&used), ["scene-1.scene_video.v001.bin"]);

    let tag = mount.join("tags/Hero");
    let titled = names(&tag).remove(0);
    assert!(titled.starts_with("den at dusk-") && titled.ends_with("bin"), "{titled}");
    let version = character.join("versions/portrait/v001.bin");
    let (one, other) = (fs::metadata(tag.join(&titled)), fs::metadata(version));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.ino(), one.nlink()), (other.ino(), 3));
    assert_eq!(names(&mount.join("recent")).len(), 2);

    let path = scene.join("v001.bin");
    let told = Command::new("getfattr").args(["-d", "--absolute-names"]).arg(path).output();
    if let Ok(told) = told {
        let told = String::from_utf8(told.stdout).unwrap();
        let digest = film["digest"].as_str().unwrap();
        assert!(told.contains(&format!("user.rushes.digest=\"{digest}\"")), "{told}");
        assert!(told.contains("user.rushes.prompt=\"a fox\""), "{told}");
        assert!(told.contains("user.rushes.version=\"1\""), "{told}");
    }
    assert_eq!(client.delete(&format!("/api/assets/{source}")).status(), 200);
    assert!(!tag.exists() && names(&scene.join("v001/sources")).is_empty());
}
