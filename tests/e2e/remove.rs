//! Removing folders in the mount: what was removed whole is deleted once and can be restored, and
//! nothing else is.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use rushes_harness::{Client, Daemon, Start, files_below, noise, wait_until};
use serde_json::{Value, json};

/// A mounted daemon with the project `fox`; the directory goes last.
struct Set {
    daemon: Daemon,
    projects: PathBuf,
    place: tempfile::TempDir,
}

/// Two scenes, a character and histories of all kinds: with a lineage, a failed attempt, a deleted
/// version, a chosen one and a hidden name.
fn set() -> Set {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let daemon = Start::on(&place.path().join("data")).mounted_at(&mount).run();
    let client = daemon.client();
    client.project("Fox", 2);
    let scene = [("project_id", "fox"), ("scene_number", "1"), ("asset_key", "clip")];
    let first = client.upload("a.mp4", noise(1, 900), &scene);
    let sources = json!([id_of(&first)]).to_string();
    let made = [scene.as_slice(), &[("source_asset_ids", sources.as_str())]].concat();
    client.upload("b.mp4", noise(2, 200_000), &made);
    let gone = client.upload("c.mp4", noise(3, 900), &scene);
    let gone = format!("/api/v2/assets/{}", id_of(&gone));
    assert!(client.delete(&gone).status().is_success());
    let best = "/api/projects/fox/scenes/1/assets/clip/best";
    assert_eq!(client.put(best, &json!({ "version": 1 })).status(), 200);
    for (key, seed) in [("frame", 4), ("take", 5)] {
        let target = [("project_id", "fox"), ("scene_number", "1"), ("asset_key", key)];
        client.upload("x.png", noise(seed, 900), &target);
    }
    client.upload("p.png", noise(6, 900), &[("project_id", "fox"), ("asset_key", "poster")]);
    let fox = json!({ "name": "Red Fox" });
    let made: Value = client.post("/api/projects/fox/characters", &fox).json().unwrap();
    let target = [("project_id", "fox"), ("character_id", id_of(&made)), ("asset_key", "portrait")];
    client.upload("r.png", noise(7, 900), &target);
    let projects = mount.join("projects");
    fs::remove_file(projects.join("fox/scenes/1/take.png")).unwrap();
    wait_until("the name is hidden", || claims(place.path(), "history_hidden") == 1);
    Set { daemon, projects, place }
}

fn id_of(made: &Value) -> &str {
    made.get("id").and_then(Value::as_str).unwrap()
}

/// How many claims of a kind there are.
fn claims(place: &Path, kind: &str) -> usize {
    let wanted = format!("\"type\":\"{kind}\"");
    let journal = files_below(&place.join("data/journal"));
    journal.iter().map(|file| fs::read_to_string(file).unwrap().matches(&wanted).count()).sum()
}

/// Every file below a folder with its content; without what says when it was changed last.
fn shown(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = files_below(folder).into_iter();
    let is_content = |path: &PathBuf| path.extension().is_some_and(|end| end != "json");
    files
        .map(|path| {
            (path.clone(), if is_content(&path) { fs::read(&path).unwrap() } else { Vec::new() })
        })
        .collect()
}

fn run(script: &str, folder: &Path) -> std::process::Output {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("bash");
    command.args(["-c", script]).env("d", folder).env("PATH", format!("/usr/bin:{path}"));
    command.stdin(std::process::Stdio::null()).output().unwrap()
}

fn removed(script: &str, folder: &Path) {
    let output = run(script, folder);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {said}");
    assert!(!folder.exists(), "{script} left it there");
}

/// Removes as programs do that know only names, in the order of inode numbers, as the file managers
/// of GNOME: each folder is tried before what is in it is removed.
const BY_NUMBER: &str = r#"python3 - <<'X'
import os
def remove(path):
    if os.path.isdir(path):
        try:
            os.rmdir(path)
        except OSError as error:
            assert error.errno == 39, error
            for entry in sorted(os.scandir(path), key=lambda entry: entry.inode()):
                remove(entry.path)
            os.rmdir(path)
    else:
        os.unlink(path)
remove(os.environ["d"])
X"#;

/// Programs that remove a folder with what is in it, as far as they are there.
const PROGRAMS: [(&str, &str); 8] = [
    ("rm", "rm -rf \"$d\""),
    ("rm", "rm -r \"$d\""),
    ("python3", "python3 -c 'import os, shutil; shutil.rmtree(os.environ[\"d\"])'"),
    ("python3", BY_NUMBER),
    ("busybox", "busybox rm -r \"$d\""),
    (
        "perl",
        "perl -MFile::Path -e 'File::Path::remove_tree($ENV{d}, {error => \\my $e}); die if @$e'",
    ),
    ("find", "find \"$d\" -name 'scene.json' -delete; rm -r \"$d\""),
    ("mv", "mv \"$d\" \"$(mktemp -d)/\""),
];

fn restore(client: &Client, path: &str) {
    assert!(client.post(&format!("{path}/restore"), &json!({})).status().is_success(), "{path}");
}

#[test]
fn a_scene_that_programs_remove_is_deleted_once_and_comes_back_as_it_was() {
    let Set { daemon, projects, place } = set();
    let client = daemon.client();
    let scene = projects.join("fox/scenes/1");
    let before = shown(&projects);
    let id = client.json("/api/projects/fox/scenes/1")["id"].as_str().unwrap().to_owned();
    let mut runs = 0;
    for (program, script) in PROGRAMS {
        if !run(&format!("command -v {program}"), &scene).status.success() {
            continue;
        }
        removed(script, &scene);
        runs += 1;
        assert_eq!(claims(place.path(), "scene_deleted"), runs, "{script}");
        assert!(projects.join("fox/scenes/2/scene.json").exists());
        restore(&client, &format!("/api/projects/fox/scenes/{id}"));
        wait_until("everything is back", || shown(&projects) == before);
    }
    assert!(runs >= 6);
    assert_eq!(claims(place.path(), "history_hidden"), 1, "no name was hidden by itself");
    assert_eq!(claims(place.path(), "asset_deleted"), 1);
}

#[test]
fn a_character_and_a_project_go_and_come_back_as_well() {
    let Set { daemon, projects, place } = set();
    let client = daemon.client();
    let before = shown(&projects);
    let record = fs::read(projects.join("fox/characters/red-fox/character.json")).unwrap();
    let fox = serde_json::from_slice::<Value>(&record).unwrap()["id"].take();
    removed("rm -r \"$d\"", &projects.join("fox/characters/red-fox"));
    assert_eq!(claims(place.path(), "element_deleted"), 1);
    restore(&client, &format!("/api/projects/fox/characters/{}", fox.as_str().unwrap()));
    wait_until("the character is back", || shown(&projects) == before);
    for round in 1..=2 {
        let script = if round == 1 { "rm -rf \"$d\"" } else { BY_NUMBER };
        removed(script, &projects.join("fox"));
        assert_eq!(claims(place.path(), "project_deleted"), round);
        assert_eq!(client.get("/api/projects/fox").status(), 404);
        restore(&client, "/api/projects/fox");
        wait_until("the project is back", || {
            projects.join("fox").exists() && shown(&projects) == before
        });
    }
    // All there is: what cannot be removed says so, and what was can be restored.
    let mount = projects.parent().unwrap();
    assert!(!run("rm -rf \"$d\"/*", mount).status.success());
    assert_eq!(fs::read_dir(&projects).unwrap().count(), 0);
    restore(&client, "/api/projects/fox");
    wait_until("everything is back", || {
        projects.join("fox").exists() && shown(&projects) == before
    });
    assert_eq!(claims(place.path(), "scene_deleted"), 0);
    assert_eq!(claims(place.path(), "history_hidden"), 1);
}

#[test]
fn what_is_not_removed_to_its_end_comes_back() {
    let Set { daemon, projects, place } = set();
    let client = daemon.client();
    let scene = projects.join("fox/scenes/1");
    let before = shown(&projects);
    let errno = |path: &str| fs::remove_file(scene.join(path)).unwrap_err().raw_os_error();
    assert_eq!(errno("versions/clip/v001.mp4"), Some(30));
    assert_eq!(errno("versions/clip/v001.json"), Some(30));
    let folder = fs::remove_dir(scene.join("versions/clip")).unwrap_err();
    assert_eq!(folder.raw_os_error(), Some(1));
    assert_eq!(fs::remove_dir(&scene).unwrap_err().raw_os_error(), Some(39));
    assert_eq!(fs::remove_dir(projects.join("fox")).unwrap_err().raw_os_error(), Some(39));
    // The record alone.
    fs::remove_file(scene.join("scene.json")).unwrap();
    assert!(!scene.join("scene.json").exists());
    assert_eq!(fs::remove_dir(&scene).unwrap_err().raw_os_error(), Some(39));
    wait_until("the record is back", || shown(&projects) == before);
    // A removal that ends half-way.
    for path in ["scene.json", "versions/clip/v001.mp4", "versions/clip/v001.json", "clip.mp4"] {
        fs::remove_file(scene.join(path)).unwrap();
        assert!(!scene.join(path).exists(), "{path}");
    }
    wait_until("everything is back", || shown(&projects) == before);
    // What came meanwhile is not removed with the rest.
    fs::remove_file(scene.join("scene.json")).unwrap();
    let target = [("project_id", "fox"), ("scene_number", "1"), ("asset_key", "late")];
    for name in ["clip.mp4", "frame.png"] {
        fs::remove_file(scene.join(name)).unwrap();
    }
    assert!(!run("rm -r \"$d\"/versions && false", &scene).status.success());
    client.upload("late.png", noise(8, 900), &target);
    assert!(scene.join("late.png").exists());
    assert_eq!(fs::remove_dir(&scene).unwrap_err().raw_os_error(), Some(39));
    wait_until("everything is back, with what came", || shown(&projects).len() == before.len() + 3);
    assert_eq!(claims(place.path(), "scene_deleted"), 0);
    assert_eq!(claims(place.path(), "history_hidden"), 1);
    // Names in the folder itself are meant.
    assert!(!run("cd \"$d\" && rm *", &scene).status.success(), "a folder is in it");
    let hidden =
        || claims(place.path(), "history_hidden") == 4 && scene.join("scene.json").exists();
    wait_until("the current files are hidden, and the record is there", hidden);
    assert!(!scene.join("clip.mp4").exists() && scene.join("versions/clip/v001.mp4").exists());
    drop(daemon);
}

#[test]
fn what_was_written_is_a_version_before_its_folder_goes() {
    let Set { daemon, projects, place } = set();
    let client = daemon.client();
    let scene = projects.join("fox/scenes/2");
    let id = client.json("/api/projects/fox/scenes/2")["id"].as_str().unwrap().to_owned();
    fs::write(scene.join("new.bin"), "just saved").unwrap();
    fs::write(scene.join(".new.bin.swp"), "never saved").unwrap();
    removed("rm -r \"$d\"", &scene);
    restore(&client, &format!("/api/projects/fox/scenes/{id}"));
    wait_until("the scene is back", || scene.join("new.bin").exists());
    assert_eq!(fs::read(scene.join("new.bin")).unwrap(), b"just saved");
    // Somebody who writes keeps the folder, and every name in it.
    let mut open = fs::File::create(scene.join("open.bin")).unwrap();
    open.write_all(b"half a file").unwrap();
    assert!(!run("rm -rf \"$d\"", &scene).status.success());
    open.write_all(b", and the rest").unwrap();
    drop(open);
    let history = "/api/projects/fox/scenes/2/assets/open";
    wait_until("it is a version", || client.get(history).status() == 200);
    assert_eq!(fs::read(scene.join("open.bin")).unwrap(), b"half a file, and the rest");
    assert!(scene.join("new.bin").exists());
    assert_eq!(
        (claims(place.path(), "scene_deleted"), claims(place.path(), "history_hidden")),
        (1, 1)
    );
}

#[test]
fn a_kill_in_the_middle_leaves_everything() {
    let Set { daemon, projects, place } = set();
    let before = shown(&projects);
    let scene = projects.join("fox/scenes/1");
    for path in ["scene.json", "versions/clip/v001.mp4", "clip.mp4", "frame.png"] {
        fs::remove_file(scene.join(path)).unwrap();
    }
    let start = daemon.kill().mounted_at(projects.parent().unwrap());
    let daemon = start.run();
    assert!(shown(&projects) == before);
    assert_eq!(claims(place.path(), "history_hidden"), 1);
    drop(daemon);
}
