//! The edges of saving: bounds, names, kills and what others do to a file meanwhile.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::process::Command;

use rushes_harness::{Start, noise, wait_until};
use rustix::fs::FallocateFlags;
use rustix::io::Errno;

use crate::save::{Set, set, versions, wait_for};

const EFBIG: i32 = 27;
const EOPNOTSUPP: i32 = 95;
const EINVAL: i32 = 22;
const ENAMETOOLONG: i32 = 36;

fn errno<T>(done: std::io::Result<T>) -> i32 {
    done.err().and_then(|error| error.raw_os_error()).unwrap_or_default()
}

#[test]
fn a_file_may_be_as_long_as_an_upload() {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let mut start = Start::on(&place.path().join("data")).mounted_at(&mount);
    start.arguments = vec!["--upload-max".to_owned(), "1000000".to_owned()];
    let daemon = start.run();
    daemon.client().project("Fox", 1);
    let path = mount.join("projects/fox/scenes/1/long.bin");
    let file = File::create(&path).unwrap();
    assert_eq!(errno(file.write_all_at(b"x", 1_000_000)), EFBIG);
    assert_eq!(errno(file.set_len(1_000_001)), EFBIG);
    assert_eq!(errno(file.set_len(1 << 50)), EFBIG);
    assert_eq!(file.metadata().unwrap().len(), 0);
    file.write_all_at(b"x", 999_999).unwrap();
    drop(file);
    wait_for(&daemon.client(), "long", 1);
    assert_eq!(fs::metadata(&path).unwrap().len(), 1_000_000);
}

#[test]
fn room_can_be_made_and_nothing_else_is_promised() {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let mut start = Start::on(&place.path().join("data")).mounted_at(&mount);
    start.arguments = vec!["--upload-max".to_owned(), "1000000".to_owned()];
    let daemon = start.run();
    let client = daemon.client();
    client.project("Fox", 1);
    let path = mount.join("projects/fox/scenes/1/room.bin");
    let file = File::create(&path).unwrap();
    let room = |flags: FallocateFlags, from: u64, count: u64| {
        rustix::fs::fallocate(&file, flags, from, count).map_or_else(Errno::raw_os_error, |()| 0)
    };
    let plain = FallocateFlags::empty();
    file.write_all_at(b"text", 0).unwrap();
    assert_eq!((room(plain, 2, 500), room(plain, 100, 50)), (0, 0));
    assert_eq!(file.metadata().unwrap().len(), 502);
    assert_eq!(room(plain, 999_990, 11), EFBIG);
    assert_eq!(room(plain, u64::MAX >> 1, 1), EFBIG);
    assert_eq!(room(FallocateFlags::KEEP_SIZE, 0, 502), 0);
    for flags in [
        FallocateFlags::KEEP_SIZE,
        FallocateFlags::KEEP_SIZE | FallocateFlags::PUNCH_HOLE,
        FallocateFlags::ZERO_RANGE,
        FallocateFlags::COLLAPSE_RANGE,
    ] {
        assert_eq!(room(flags, 0, 4_096), EOPNOTSUPP, "{flags:?}");
    }
    assert_eq!(file.metadata().unwrap().len(), 502);
    drop(file);
    let mut expected = b"text".to_vec();
    expected.resize(502, 0);
    let first = wait_for(&client, "room", 1);
    assert_eq!(client.data(first[0]["id"].as_str().unwrap()), expected);
    // Of a version, by a program that opens it without emptying it.
    let script = format!(
        "import os; f = os.open({path:?}, os.O_RDWR); os.posix_fallocate(f, 0, 1000); os.close(f)"
    );
    assert!(Command::new("python3").args(["-c", &script]).status().unwrap().success());
    let all = wait_for(&client, "room", 2);
    expected.resize(1_000, 0);
    assert_eq!(client.data(all[1]["id"].as_str().unwrap()), expected);
}

#[test]
fn names_that_are_none_are_refused_temporary_ones_as_well() {
    let Set { daemon: _daemon, scene, place: _place } = set();
    let long = "x".repeat(300);
    for name in [&*long, &format!(".{}", &long[..255]), &format!("{}.txt", &long[..129])] {
        assert_eq!(errno(fs::write(scene.join(name), "x")), ENAMETOOLONG, "{name}");
    }
    for name in [".a\nb", "a\tb.tmp", "a?b.txt"] {
        assert_eq!(errno(fs::write(scene.join(name), "x")), EINVAL, "{name:?}");
    }
    fs::write(scene.join(format!(".{}", &long[..254])), "x").unwrap();
}

#[test]
fn a_file_that_is_open_goes_on_when_its_asset_is_deleted() {
    let Set { daemon, scene, place: _place } = set();
    let client = daemon.client();
    let bytes = noise(1, 400_000);
    fs::write(scene.join("a.bin"), &bytes).unwrap();
    let first = wait_for(&client, "a", 1)[0].clone();
    let mut file = File::options().read(true).write(true).open(scene.join("a.bin")).unwrap();
    let id = first["id"].as_str().unwrap();
    assert!(client.delete(&format!("/api/assets/{id}")).status().is_success());
    let mut read = Vec::new();
    file.read_to_end(&mut read).unwrap();
    assert!(read == bytes);
    file.rewind().unwrap();
    file.write_all(b"edited").unwrap();
    drop(file);
    let all = wait_for(&client, "a", 2);
    let edited = client.data(all[1]["id"].as_str().unwrap());
    assert!(edited.starts_with(b"edited") && edited[6..] == bytes[6..]);
}

#[test]
fn a_file_that_is_open_keeps_its_name_until_that_is_taken_away() {
    let Set { daemon, scene, place: _place } = set();
    let mut file = File::create(scene.join("a.txt")).unwrap();
    file.write_all(b"text").unwrap();
    let reader = File::open(scene.join("a.txt")).unwrap();
    drop(file);
    wait_for(&daemon.client(), "a", 1);
    assert_eq!(reader.metadata().unwrap().nlink(), 1);
    fs::remove_file(scene.join("a.txt")).unwrap();
    assert_eq!(reader.metadata().unwrap().nlink(), 0);
    let mut text = String::new();
    (&reader).read_to_string(&mut text).unwrap();
    assert_eq!(text, "text");
}

#[test]
fn the_two_names_of_a_projects_file_show_one_file() {
    let Set { daemon, scene, place: _place } = set();
    let client = daemon.client();
    let project = scene.ancestors().nth(2).unwrap();
    let (one, other) = (project.join("poster.txt"), project.join("assets/poster.txt"));
    let count = |client: &rushes_harness::Client| {
        let reply = client.get("/api/projects/fox/assets/poster");
        let history: serde_json::Value = reply.json().unwrap_or_default();
        history["versions"].as_array().map_or(0, Vec::len)
    };
    for (round, (written, read)) in [(&one, &other), (&other, &one)].into_iter().enumerate() {
        let text = format!("text {round}");
        let mut file = File::create(written).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let shown = || fs::read_to_string(read).unwrap_or_default() == text;
        wait_until("the other name shows what is written", shown);
        drop(file);
        wait_until("a version", || count(&client) == round + 1);
        wait_until("both show it", || {
            shown() && fs::read_to_string(written).unwrap_or_default() == text
        });
    }
    fs::remove_file(&one).unwrap();
    wait_until("the other name is gone as well", || !other.exists());
}

#[test]
fn times_are_kept_however_old() {
    let Set { daemon, scene, place: _place } = set();
    for (name, date, seconds) in [
        ("old.txt", "1960-01-01 00:00:00.25 UTC", -315_619_200),
        ("new.txt", "2400-01-01 00:00:00.25 UTC", 13_569_465_600_i64),
    ] {
        let path = scene.join(name);
        fs::write(&path, "x").unwrap();
        assert!(Command::new("touch").args(["-d", date]).arg(&path).status().unwrap().success());
        let time = || {
            let shown = fs::metadata(&path).unwrap();
            (shown.mtime(), shown.mtime_nsec())
        };
        assert_eq!(time(), (seconds, 250_000_000), "{name}");
        wait_for(&daemon.client(), &name[..3], 1);
        wait_until("the version shows it", || time() == (seconds, 250_000_000));
    }
}

#[test]
fn saved_files_are_let_go() {
    let Set { daemon, scene, place: _place } = set();
    let open = || fs::read_dir(format!("/proc/{}/fd", daemon.pid())).unwrap().count();
    let before = open();
    for number in 0..400 {
        fs::write(scene.join(format!("take{number}.txt")), format!("{number}")).unwrap();
    }
    wait_until("all are saved", || fs::read_dir(scene.join("versions")).unwrap().count() == 400);
    // The kernel may know all their names: no file is held open for that.
    wait_until("their files are closed", || open() < before + 50);
}

#[test]
fn what_a_kill_cut_off_comes_back_in_order_and_each_under_its_name() {
    let Set { daemon, scene, place: _place } = set();
    let long = noise(7, 40_000_000);
    fs::write(scene.join("long.bin"), &long).unwrap();
    // Fsynced and closed, so that the next one does not take its place.
    File::open(scene.join("long.bin")).unwrap().sync_all().unwrap();
    fs::write(scene.join("two.txt"), "text").unwrap();
    fs::write(scene.join("two.dat"), "data").unwrap();
    let mount = scene.ancestors().nth(4).unwrap().to_owned();
    let next = daemon.kill().mounted_at(&mount).run();
    let client = next.client();
    assert_eq!(fs::read_to_string(scene.join("two.txt")).unwrap(), "text");
    assert_eq!(fs::read_to_string(scene.join("two.dat")).unwrap(), "data");
    wait_for(&client, "long", 1);
    wait_until("it is shown", || fs::read(scene.join("long.bin")).is_ok_and(|all| all == long));
    assert_eq!(versions(&client, "two").len() + versions(&client, "two.dat").len(), 2);
}

#[test]
fn a_cache_that_is_removed_is_missed_by_nobody() {
    let Set { daemon, scene, place } = set();
    fs::write(scene.join("a.bin"), noise(1, 3_000_000)).unwrap();
    let removed = fs::remove_dir_all(place.path().join("data/cache"));
    assert!(removed.is_ok() || removed.is_err_and(|error| error.kind() == ErrorKind::NotFound));
    wait_for(&daemon.client(), "a", 1);
    let second = noise(2, 3_000_000);
    fs::write(scene.join("a.bin"), &second).unwrap();
    wait_for(&daemon.client(), "a", 2);
    assert!(fs::read(scene.join("a.bin")).unwrap() == second);
}

#[test]
fn a_version_that_comes_right_after_its_name_was_removed_is_shown_and_stays() {
    let Set { daemon, scene, place: _place } = set();
    let client = daemon.client();
    let path = scene.join("clip.bin");
    let fields = [("project_id", "fox"), ("scene_number", "1"), ("asset_key", "clip")];
    let mut last = Vec::new();
    for round in 0..20 {
        let is_written = round % 4 == 3;
        if is_written {
            fs::write(&path, noise(round, 3_000)).unwrap();
        }
        if round > 0 {
            fs::remove_file(&path).unwrap();
            assert!(!path.exists());
        }
        last = noise(1_000 + round, 200_000);
        client.upload("clip.bin", last.clone(), &fields);
        assert!(fs::read(&path).unwrap() == last, "round {round}");
        let listed = fs::read_dir(&scene).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(listed.filter(|name| name == "clip.bin").count(), 1, "round {round}");
    }
    // At the end all that is due is done.
    let (_, start) = daemon.stop();
    let daemon = start.run();
    assert!(fs::read(&path).unwrap() == last);
    // What is not followed by anything is hidden.
    fs::remove_file(&path).unwrap();
    let (_, start) = daemon.stop();
    let _daemon = start.run();
    assert!(!path.exists());
}
