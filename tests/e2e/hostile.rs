//! Names and trees that mean harm, or were made on other systems: each is refused with an error
//! that says why, nothing of it is left behind, and everything else goes on.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use rushes_harness::{Start, noise, wait_until};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::io::Errno;

use crate::root;
use crate::save::{Set, set, versions, wait_for};

const EPERM: i32 = 1;
const ENOENT: i32 = 2;
const EEXIST: i32 = 17;
const EINVAL: i32 = 22;
const ENAMETOOLONG: i32 = 36;

fn errno<T>(done: std::io::Result<T>) -> i32 {
    done.err().and_then(|error| error.raw_os_error()).unwrap_or_default()
}

fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// That the daemon is well, and has nothing in its hands that was not saved.
fn is_well(set: &Set) {
    assert!(!set.daemon.log().contains("panicked"), "{}", set.daemon.log());
    let staging = set.place.path().join("data/staging");
    wait_until("nothing is left behind", || fs::read_dir(&staging).unwrap().count() == 0);
}

#[test]
fn names_that_cannot_be_are_refused_everywhere_and_leave_nothing() {
    let set = set();
    let (scene, projects) = (&set.scene, set.scene.ancestors().nth(3).unwrap());
    fs::write(scene.join("there.txt"), "x").unwrap();
    wait_for(&set.daemon.client(), "there", 1);
    let long = "x".repeat(255);
    let (many, wide) = ("\u{e9}".repeat(128), "\u{1f980}".repeat(64));
    let names: [(&[u8], i32); 14] = [
        (long.as_bytes(), ENAMETOOLONG),
        (many.as_bytes(), ENAMETOOLONG),
        (wide.as_bytes(), ENAMETOOLONG),
        (b"a\nb.txt", EINVAL),
        (b"a\x01b.txt", EINVAL),
        (b"a\x7fb.txt", EINVAL),
        (b"\xff\xfe.txt", EINVAL),
        (b"a\xc3.txt", EINVAL),
        (b"\xed\xa0\x80.txt", EINVAL),
        (b"a\\b.txt", EINVAL),
        (b"con.txt", EINVAL),
        ("a\u{202e}gnp.txt".as_bytes(), EINVAL),
        ("a\u{200b}.txt".as_bytes(), EINVAL),
        (b" a.txt", EINVAL),
    ];
    let before = (listed(scene), listed(projects));
    for (name, expected) in names {
        let name = OsStr::from_bytes(name);
        let path = scene.join(name);
        assert_eq!(errno(fs::write(&path, "x")), expected, "{name:?}");
        assert_eq!(errno(fs::rename(scene.join("there.txt"), &path)), expected, "{name:?}");
        assert_eq!(errno(fs::metadata(&path)), ENOENT, "{name:?}");
        assert_eq!(errno(fs::remove_file(&path)), ENOENT, "{name:?}");
        assert_eq!(errno(fs::remove_dir(&path)), ENOENT, "{name:?}");
        // A folder's name may be as long as any.
        let made = if name == &*long { 0 } else { expected };
        assert_eq!(errno(fs::create_dir(projects.join(name))), made, "{name:?}");
    }
    fs::remove_dir(projects.join(&long)).unwrap();
    for name in [".", "..", "../1", "../../scenes"] {
        assert!(fs::write(scene.join(name), "x").is_err(), "{name}");
        assert!(fs::create_dir(scene.join(name)).is_err(), "{name}");
    }
    assert_eq!((listed(scene), listed(projects)), before);
    is_well(&set);
}

#[test]
fn names_that_are_one_elsewhere_stay_one_here() {
    let set = set();
    let scene = &set.scene;
    for (first, other) in [
        ("caf\u{e9}.txt", "cafe\u{301}.txt"),
        ("\u{c5}ngstrom.txt", "\u{e5}ngstrom.txt"),
        ("TAKE.txt", "take.TXT"),
        ("\u{3a3}\u{391}\u{3a3}.txt", "\u{3c3}\u{3b1}\u{3c2}.txt"),
    ] {
        fs::write(scene.join(first), first).unwrap();
        for again in 0..2 {
            assert_eq!(errno(fs::write(scene.join(other), "x")), EEXIST, "{other}, {again}");
            let stem = first.split_once('.').unwrap().0;
            wait_for(&set.daemon.client(), stem, 1);
        }
        assert_eq!(fs::read_to_string(scene.join(first)).unwrap(), first);
    }
    assert_eq!(listed(scene).len(), 4 + 2);
    is_well(&set);
}

#[test]
fn what_is_no_file_cannot_be_made() {
    let set = set();
    let scene = &set.scene;
    fs::write(scene.join("a.txt"), "x").unwrap();
    wait_for(&set.daemon.client(), "a", 1);
    let before = listed(scene);
    let at = |name: &str| scene.join(name);
    for kind in [FileType::Fifo, FileType::Socket, FileType::CharacterDevice] {
        let made = mknodat(CWD, at("odd"), kind, Mode::RWXU, 0x103);
        assert_eq!(made, Err(Errno::PERM), "{kind:?}");
    }
    assert_eq!(errno(UnixListener::bind(at("s"))), EPERM);
    assert_eq!(errno(std::os::unix::fs::symlink("../../..", at("up"))), EPERM);
    assert_eq!(errno(fs::hard_link(at("a.txt"), at("b.txt"))), EPERM);
    assert_eq!(errno(fs::create_dir(at("folder"))), EPERM);
    assert_eq!(listed(scene), before);
    is_well(&set);
}

/// A tree with everything that a folder of versions cannot hold, and two files that it can.
fn hostile_tree(place: &Path) -> PathBuf {
    let tree = place.join("tree");
    let mut deep = tree.clone();
    for _ in 0..60 {
        deep.push("deep");
    }
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("bottom.txt"), "bottom").unwrap();
    for name in ["good.txt", "fine.bin"] {
        fs::write(tree.join(name), name).unwrap();
    }
    for name in [b"bad\nname.txt".as_slice(), b"\xff.txt", b"a:b.txt", b"scene.json"] {
        fs::write(tree.join(OsStr::from_bytes(name)), "bad").unwrap();
    }
    fs::write(tree.join("y".repeat(255)), "long").unwrap();
    std::os::unix::fs::symlink("../../../../../../etc", tree.join("up")).unwrap();
    std::os::unix::fs::symlink(".", tree.join("round")).unwrap();
    fs::hard_link(tree.join("good.txt"), tree.join("good2.txt")).unwrap();
    mknodat(CWD, tree.join("pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    drop(UnixListener::bind(tree.join("socket")).unwrap());
    tree
}

#[test]
fn a_hostile_tree_that_is_copied_leaves_what_can_be_saved_and_nothing_else() {
    for flags in ["-r", "-a"] {
        let set = set();
        let tree = hostile_tree(set.place.path());
        let run = |program: &str, arguments: [&Path; 3]| {
            Command::new(program).args(arguments).output().unwrap()
        };
        let into = run("cp", [flags.as_ref(), &tree.join("."), &set.scene]);
        assert!(!into.status.success(), "not all of it can be there");
        let said = String::from_utf8_lossy(&into.stderr).to_lowercase();
        for word in ["invalid argument", "not permitted", "too long", "read-only"] {
            assert!(said.contains(word), "{word} in {said}");
        }
        let beside = run("cp", [flags.as_ref(), &tree, &set.scene]);
        assert!(!beside.status.success());
        let mut left = listed(&set.scene);
        // With -a the second name of a file is to be a link, whichever comes second.
        let twins = left.iter().filter(|name| name.starts_with("good")).count();
        assert_eq!(twins, if flags == "-a" { 1 } else { 2 }, "{left:?}");
        for name in left.iter().filter(|name| name.starts_with("good")) {
            wait_for(&set.daemon.client(), name.strip_suffix(".txt").unwrap(), 1);
            assert_eq!(fs::read_to_string(set.scene.join(name)).unwrap(), "good.txt");
        }
        wait_for(&set.daemon.client(), "fine", 1);
        left.retain(|name| !name.starts_with("good"));
        assert_eq!(left, ["fine.bin", "scene.json", "versions"], "{flags}");
        is_well(&set);
    }
}

#[test]
fn ten_thousand_files_at_once_are_ten_thousand_versions() {
    const FILES: usize = 10_000;
    let set = set();
    thread::scope(|scope| {
        for writer in 0..4 {
            let scene = &set.scene;
            scope.spawn(move || {
                for number in (writer..FILES).step_by(4) {
                    fs::write(scene.join(format!("f{number}.txt")), number.to_string()).unwrap();
                }
            });
        }
    });
    assert_eq!(listed(&set.scene).len(), FILES + 2);
    let versions = set.scene.join("versions");
    wait_until("all are saved", || fs::read_dir(&versions).unwrap().count() == FILES);
    for number in (0..FILES).step_by(97) {
        let text = fs::read_to_string(set.scene.join(format!("f{number}.txt"))).unwrap();
        assert_eq!(text, number.to_string());
    }
    assert_eq!(listed(&set.scene).len(), FILES + 2);
    is_well(&set);
}

#[test]
fn a_storm_of_renames_between_two_names_ends_with_one_file() {
    let set = set();
    let (one, two) = (set.scene.join("one.bin"), set.scene.join("two.bin"));
    let bytes = noise(1, 200_000);
    fs::write(&one, &bytes).unwrap();
    wait_for(&set.daemon.client(), "one", 1);
    thread::scope(|scope| {
        for (from, to) in [(&one, &two), (&two, &one), (&one, &two), (&two, &one)] {
            scope.spawn(move || {
                for _ in 0..1_000 {
                    // Somebody else was first.
                    let done = fs::rename(from, to);
                    assert!(done.is_ok() || errno(done) == ENOENT);
                }
            });
        }
    });
    let is_there = [one.exists(), two.exists()];
    assert_eq!(is_there.iter().filter(|is| **is).count(), 1, "{is_there:?}");
    let kept = if is_there[0] { &one } else { &two };
    assert!(fs::read(kept).unwrap() == bytes);
    let (client, name) = (set.daemon.client(), kept.file_stem().unwrap().to_str().unwrap());
    wait_for(&client, name, 1);
    let total = versions(&client, "one").len() + versions(&client, "two").len();
    assert!(total < 4_000, "not one for each rename: {total}");
    let name = kept.clone();
    let (_, start) = set.daemon.stop();
    let daemon = start.run();
    assert!(fs::read(&name).unwrap() == bytes, "after a restart as well");
    assert_eq!([one.exists(), two.exists()], is_there);
    assert!(!daemon.log().contains("panicked"));
}

#[test]
fn another_user_may_look_where_that_was_asked_for_and_removes_nothing() {
    if root::is_missing() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let mut start = Start::on(&place.path().join("data")).mounted_at(&mount);
    start.arguments = vec!["--mount-allow-other=true".to_owned()];
    let daemon = start.run();
    let client = daemon.client();
    client.project("Fox", 1);
    let fields = [("project_id", "fox"), ("scene_number", "1"), ("asset_key", "clip")];
    client.upload("clip.txt", b"text", &fields);
    fs::set_permissions(place.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let as_nobody = |script: &str| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", script]);
        command.current_dir(mount.join("projects")).output().unwrap()
    };
    let read = as_nobody("cat fox/scenes/1/clip.txt");
    assert_eq!(read.stdout, b"text", "{read:?}");
    for script in [
        "rm -rf fox/scenes/1",
        "rm -rf fox",
        "rm -f fox/scenes/1/clip.txt",
        "rmdir fox",
        "mkdir owl",
        "mv fox owl",
        "mv fox/scenes/1/clip.txt fox/scenes/1/x.txt",
        "echo x > fox/scenes/1/clip.txt",
        "echo x > fox/scenes/1/new.txt",
        "truncate -s 0 fox/scenes/1/clip.txt",
        "touch -d 2020-01-01 fox/scenes/1/clip.txt",
    ] {
        let done = as_nobody(script);
        assert!(!done.status.success(), "{script}");
        let said = String::from_utf8_lossy(&done.stderr).to_lowercase();
        assert!(said.contains("denied") || said.contains("not permitted"), "{script}: {said}");
    }
    assert_eq!(fs::read_to_string(mount.join("projects/fox/scenes/1/clip.txt")).unwrap(), "text");
    let scene = mount.join("projects/fox/scenes/1");
    assert_eq!(listed(&scene), ["clip.txt", "scene.json", "versions"]);
    assert_eq!(versions(&client, "clip").len(), 1);
}
