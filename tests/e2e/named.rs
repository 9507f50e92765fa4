//! Folders of projects that are made and renamed in the mount, and over HTTP.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rushes_harness::{Client, Daemon, Start, noise, wait_until};
use serde_json::{Value, json};

struct Set {
    daemon: Daemon,
    projects: PathBuf,
    _place: tempfile::TempDir,
}

fn set() -> Set {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let daemon = Start::on(&place.path().join("data")).mounted_at(&mount).run();
    daemon.client().project("Fox", 1);
    Set { daemon, projects: mount.join("projects"), _place: place }
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn run(script: &str, folder: &Path) -> std::process::Output {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("bash");
    command.args(["-euc", script]).current_dir(folder).env("PATH", format!("/usr/bin:{path}"));
    command.output().unwrap()
}

fn patch(client: &Client, path: &str, body: &Value) -> u16 {
    client.patch(path, body).status().as_u16()
}

fn errno(result: std::io::Result<()>) -> Option<i32> {
    result.unwrap_err().raw_os_error()
}

#[test]
fn a_project_is_renamed_as_a_folder_and_keeps_its_id() {
    let Set { daemon, projects, _place } = set();
    let client = daemon.client();
    let upload = |seed| {
        let target = [("project_id", "fox"), ("scene_number", "1"), ("asset_key", "clip")];
        client.upload("clip.mp4", noise(seed, 900), &target)
    };
    upload(1);
    assert_eq!(names(&projects), ["fox"]);
    // A program that stands in the folder, and one that has a file open, go on.
    let script = "cd fox/scenes; exec 3<1/clip.mp4; mv ../../fox '../../Red Fox'; \
                  test \"$(basename \"$(dirname \"$(/usr/bin/pwd)\")\")\" = 'Red Fox'; \
                  cat <&3 | wc -c; ls 1; echo x > 1/note.txt";
    let output = run(script, &projects);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(names(&projects), ["Red Fox"]);
    assert!(!projects.join("fox").exists());
    let project = client.json("/api/projects/fox");
    assert_eq!((&project["folder"], &project["name"]), (&json!("Red Fox"), &json!("Fox")));
    let record = fs::read(projects.join("Red Fox/project.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&record).unwrap()["folder"], "Red Fox");
    // Where replies say that something is, it is.
    let made = upload(2);
    let mount = projects.parent().unwrap();
    for path in [&project["path"], &project["scenes"][0]["path"], &made["path"]] {
        assert!(mount.join(path.as_str().unwrap()).exists(), "{path}");
    }
    wait_until("the note is a version", || {
        client.get("/api/projects/fox/scenes/1/assets/note").status() == 200
    });
    // After a restart too, and by another door.
    let (_, start) = daemon.stop();
    let daemon = start.run();
    let client = daemon.client();
    assert_eq!(names(&projects), ["Red Fox"]);
    assert_eq!(client.json("/api/projects/fox")["path"], "projects/Red Fox");
    let inode = |name: &str| {
        std::os::unix::fs::MetadataExt::ino(&fs::metadata(projects.join(name)).unwrap())
    };
    let before = inode("Red Fox");
    let held = fs::File::open(projects.join("Red Fox")).unwrap();
    assert_eq!(patch(&client, "/api/projects/fox", &json!({"folder": "Den"})), 200);
    assert!(!projects.join("Red Fox").exists());
    assert_eq!((names(&projects), inode("Den")), (vec!["Den".to_owned()], before));
    let inside = format!("/proc/self/fd/{}/scenes", std::os::fd::AsRawFd::as_raw_fd(&held));
    assert_eq!(names(Path::new(&inside)), ["1"]);
    assert_eq!(patch(&client, "/api/projects/fox", &json!({"folder": null})), 200);
    assert_eq!(names(&projects), ["fox"]);
}

#[test]
fn folders_are_made_under_the_name_that_was_asked_for_or_not_at_all() {
    let Set { daemon, projects, _place } = set();
    let client = daemon.client();
    let make = |name: &str| fs::create_dir(projects.join(name));
    // What file managers do, under a name that another one uses then.
    make("New Folder").unwrap();
    fs::rename(projects.join("New Folder"), projects.join("Owl")).unwrap();
    make("New Folder").unwrap();
    assert_eq!(names(&projects), ["New Folder", "Owl", "fox"]);
    let owl = client.json("/api/projects/new-folder");
    assert_eq!((&owl["folder"], &owl["name"]), (&json!("Owl"), &json!("Owl")));
    fs::write(projects.join("Owl/scenes.txt"), "x").unwrap();
    let (eexist, einval, too_long, eperm, erofs, full) = (17, 22, 36, 1, 30, 39);
    for (name, expected) in [
        ("CON", einval),
        ("a:b", einval),
        (" a", einval),
        (".Trash-1000", einval),
        ("cafe\u{301}", einval),
        ("FOX", eexist),
        ("fox", eexist),
        ("owl", eexist),
        ("new-folder", eexist),
        (&"x".repeat(256), too_long),
        ("fox/scenes/04", einval),
        ("fox/scenes/four", einval),
        ("fox/scenes/0", einval),
        ("fox/scenes/1", eexist),
        ("fox/scenes/1/x", eperm),
        ("fox/assets/x", eperm),
        ("fox/characters/Fox", eperm),
        ("fox/versions/x", erofs),
        ("../library/x", erofs),
        ("../x", erofs),
    ] {
        assert_eq!(errno(make(name)), Some(expected), "{name}");
    }
    make(&"é".repeat(127)).unwrap();
    fs::remove_dir(projects.join("é".repeat(127))).unwrap();
    let rename = |from: &str, to: &str| fs::rename(projects.join(from), projects.join(to));
    for (from, to, expected) in [
        ("fox", "Owl", full),
        ("fox", "owl", eexist),
        ("fox", "CON", einval),
        ("fox", &*"x".repeat(256), too_long),
        ("fox", "../fox", eperm),
        ("fox", "Owl/scenes/fox", eperm),
        ("fox/scenes/1", "fox/scenes/7", eperm),
        ("fox/scenes/1", "Owl/scenes/1", eperm),
        ("fox/scenes", "fox/takes", eperm),
    ] {
        assert_eq!(errno(rename(from, to)), Some(expected), "{from} {to}");
    }
    // None of these makes `mv` copy and remove.
    let output = run("! mv fox/scenes/1 Owl/scenes/1 && ! mv fox .. && ! mv -T fox Owl", &projects);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(names(&projects), ["New Folder", "Owl", "fox"]);
    assert!(projects.join("fox/scenes/1/scene.json").exists());
    // Another case of its own name, and a name that is free again.
    rename("fox", "Fox").unwrap();
    assert_eq!(names(&projects), ["Fox", "New Folder", "Owl"]);
    let output = run("rm -r Fox && mkdir Fox && mv Owl fox.2 && mkdir Owl", &projects);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(names(&projects), ["Fox", "New Folder", "Owl", "fox.2"]);
    assert!(client.post("/api/projects/fox/restore", &json!({})).status().is_success());
    assert!(projects.join("Fox-3/scenes/1/scene.json").exists(), "{:?}", names(&projects));
}
