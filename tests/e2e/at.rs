//! The folder as it was, as people look at it: `at/<moment>/projects/`.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use rushes_harness::{Client, Start, noise, program, wait_until};
use serde_json::{Value, json};

const SCENE: [(&str, &str); 3] =
    [("project_id", "fox"), ("scene_number", "1"), ("asset_key", "scene_video")];
const EROFS: i32 = 30;

/// Every file below a folder with what it holds; every folder.
fn all(dir: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut seen = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(dir).unwrap().to_owned();
            if path.is_dir() {
                open.push(path);
                seen.insert(name, None);
            } else {
                seen.insert(name, Some(fs::read(&path).unwrap()));
            }
        }
    }
    seen
}

fn inodes(dir: &Path, names: impl Iterator<Item = PathBuf>) -> BTreeMap<PathBuf, u64> {
    names.map(|name| (name.clone(), fs::metadata(dir.join(&name)).unwrap().ino())).collect()
}

/// The claim that a version's record comes from.
fn revision(mount: &Path, version: &str) -> u64 {
    let versions = mount.join("projects/fox/scenes/1/versions/scene_video");
    let record = fs::read(versions.join(format!("{version}.json"))).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    record.get("revision").and_then(Value::as_u64).unwrap()
}

/// A time from now, in UTC.
fn time(away: &str, format: &str) -> String {
    let mut date = Command::new("date");
    let told = date.args(["-u", "-d", away, &format!("+{format}")]).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap().trim().to_owned()
}

fn change_everything(client: &Client, first: &Value) {
    let best = "/api/projects/fox/scenes/1/assets/scene_video/best";
    assert_eq!(client.put(best, &json!({ "version": 1 })).status(), 200);
    client.upload("take.bin", noise(3, 5_000), &SCENE);
    let patch = client.post("/api/projects/fox/scenes", &json!({ "title": "another" }));
    assert!(patch.status().is_success());
    let asset = format!("/api/assets/{}", first["id"].as_str().unwrap());
    assert_eq!(client.delete(&asset).status(), 200);
    client.project("Owl", 0);
}

#[test]
fn a_moment_is_looked_at_with_ls_and_cp_and_is_the_same_after_everything() {
    let place = tempfile::tempdir().unwrap();
    let (data, mount) = (place.path().join("data"), place.path().join("mount"));
    let daemon = Start::on(&data).mounted_at(&mount).run();
    let client = daemon.client();
    client.project("Fox", 1);
    let first = client.upload("take.bin", noise(1, 300_000), &SCENE);
    client.upload("take.mov", noise(2, 900), &SCENE);
    let then = revision(&mount, "v002");
    let shown = all(&mount.join("projects"));
    assert!(shown.len() > 15, "{shown:?}");
    let copy = place.path().join("copy");
    let copied = Command::new("cp").arg("-r").args([&mount.join("projects"), &copy]).status();
    assert!(copied.unwrap().success());

    change_everything(&client, &first);
    assert_ne!(all(&mount.join("projects")), shown);
    assert_eq!(fs::read_dir(mount.join("at")).unwrap().count(), 0, "nobody lists moments");
    let at = mount.join(format!("at/{then}/projects"));
    assert_eq!(all(&at), shown);
    let same = Command::new("diff").arg("-r").args([&at, &copy]).output().unwrap();
    assert!(same.status.success(), "{}", String::from_utf8_lossy(&same.stdout));
    let listed = Command::new("ls").arg("-lR").arg(&at).output().unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.status.success() && text.contains("v002.mov"), "{text}");

    let (now, past) = (mount.join("projects/fox/scenes/1"), at.join("fox/scenes/1"));
    let ino = |path: &Path| fs::metadata(path).unwrap().ino();
    let version = Path::new("versions/scene_video/v002.mov");
    assert_eq!(ino(&now.join(version)), ino(&past.join(version)), "a version is one file");
    assert_ne!(ino(&now.join("scene.json")), ino(&past.join("scene.json")));
    assert_eq!(
        fs::metadata(past.join("scene_video.mov")).unwrap().permissions().mode() & 0o777,
        0o444
    );

    let before = inodes(&at, shown.keys().cloned());
    let (_, start) = daemon.stop();
    let daemon = start.run();
    assert_eq!(inodes(&at, shown.keys().cloned()), before, "after a start");
    assert_eq!(all(&at), shown);

    // Of the deleted version only the record stays once its bytes are gone.
    let gone = at.join("fox/scenes/1/versions/scene_video/v001.bin");
    let mut rushes = Command::new(program("rushes"));
    rushes.env("XDG_CACHE_HOME", place.path()).arg("--data").arg(&data);
    let swept = rushes.args(["store", "sweep", "--grace", "0", "--yes"]).output().unwrap();
    assert!(swept.status.success(), "{}", String::from_utf8_lossy(&swept.stderr));
    wait_until("the name of what is gone is forgotten", || !gone.exists());
    let left = all(&at);
    let missing: Vec<_> = shown.keys().filter(|name| !left.contains_key(*name)).collect();
    assert_eq!(missing, [Path::new("fox/scenes/1/versions/scene_video/v001.bin")]);
    drop(daemon);
}

#[test]
fn nothing_of_the_past_can_be_changed_and_only_what_is_over_is_there() {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let daemon = Start::on(&place.path().join("data")).mounted_at(&mount).run();
    let client = daemon.client();
    client.project("Fox", 1);
    client.upload("take.bin", noise(1, 900), &SCENE);
    let then = revision(&mount, "v001");
    let scene = mount.join(format!("at/{then}/projects/fox/scenes/1"));
    let film = scene.join("scene_video.bin");
    let errno = |result: std::io::Result<()>| result.unwrap_err().raw_os_error().unwrap();
    let refused = [
        fs::write(&film, "x"),
        fs::write(scene.join("new.bin"), "x"),
        OpenOptions::new().append(true).open(&film).map(drop),
        OpenOptions::new().write(true).open(&film).map(drop),
        fs::remove_file(&film),
        fs::rename(&film, scene.join("other.bin")),
        fs::rename(&film, mount.join("projects/fox/scenes/1/other.bin")),
        fs::rename(mount.join("projects/fox/scenes/1/scene_video.bin"), scene.join("b.bin")),
        fs::set_permissions(&film, PermissionsExt::from_mode(0o600)),
        fs::remove_dir(&scene),
        fs::create_dir(scene.join("folder")),
        fs::create_dir(mount.join(format!("at/{then}/projects/new"))),
        fs::create_dir(mount.join("at/new")),
    ];
    let errnos: Vec<_> = refused.into_iter().map(errno).collect();
    assert_eq!(errnos, [EROFS; 13]);
    assert!(!mount.join(format!("at/{}", then + 1)).exists(), "nothing was recorded");

    let at = |name: &str| mount.join("at").join(name).join("projects/fox/project.json");
    let soon = time("1 hour", "%Y-%m-%dT%H%M");
    let earlier = time("-1 hour", "%Y-%m-%dT%H-%M-%S");
    let tomorrow = time("1 day", "%Y-%m-%d");
    for name in [soon, earlier, tomorrow, (then + 1000).to_string(), "0".to_owned()] {
        assert!(!at(&name).exists(), "{name}");
    }
    let second = time("0 days", "%Y-%m-%dT%H%M%S");
    wait_until("the second is over", || at(&second).exists());
    assert_eq!(
        fs::read(at(&second)).unwrap(),
        fs::read(mount.join("projects/fox/project.json")).unwrap()
    );
    let other = mount.join("at").join(then.to_string()).join("projects/fox");
    let project = fs::read(other.join("project.json")).unwrap();
    assert_eq!(project, fs::read(at(&second)).unwrap());
}
