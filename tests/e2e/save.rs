//! Saving in programs: one save is one version, by the programs that people have.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rushes_harness::{Client, Daemon, Start, noise, wait_until};
use serde_json::Value;

use crate::media;

/// A mounted daemon with the project `fox` and two scenes; the directory goes last.
pub struct Set {
    pub daemon: Daemon,
    pub scene: PathBuf,
    pub place: tempfile::TempDir,
}

pub fn set() -> Set {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let daemon = Start::on(&place.path().join("data")).mounted_at(&mount).run();
    daemon.client().project("Fox", 2);
    Set { daemon, scene: mount.join("projects/fox/scenes/1"), place }
}

/// The versions of a history of the first scene, oldest first.
pub fn versions(client: &Client, key: &str) -> Vec<Value> {
    let reply = client.get(&format!("/api/projects/fox/scenes/1/assets/{key}"));
    if reply.status() == 404 {
        return Vec::new();
    }
    let history: Value = reply.json().unwrap();
    history.get("versions").unwrap().as_array().unwrap().clone()
}

pub fn wait_for(client: &Client, key: &str, count: usize) -> Vec<Value> {
    wait_until(&format!("{key} has {count} versions"), || versions(client, key).len() >= count);
    versions(client, key)
}

fn run(dir: &Path, file: &str, script: &str) {
    let mut command = Command::new("bash");
    command.args(["-euc", script]).current_dir(dir).env("f", file).env("HOME", dir);
    // The real programs, whatever stands in for them elsewhere.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("/usr/bin:{path}"));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{file} in {}: {script}\n{said}", dir.display());
}

/// Saves of a file that is there: what is run, and how many versions it makes. `$f` is the file's
/// name, `$S` another file with other bytes, outside.
const PATTERNS: [(&str, usize, &str); 40] = [
    ("redirect", 1, "echo new > $f"),
    ("append", 1, "echo more >> $f"),
    ("append twice in one shell", 1, "{ echo one; echo two; } >> $f"),
    ("same bytes", 0, "cp $f $S.same; cat $S.same > $f"),
    ("touch", 0, "touch $f"),
    ("chmod", 0, "chmod 600 $f"),
    ("cp over", 1, "cp $S $f"),
    ("cp -p over", 1, "cp -p $S $f"),
    ("cp --remove-destination", 1, "cp --remove-destination $S $f"),
    ("mv over, from outside", 1, "cp $S $S.moved; mv $S.moved $f"),
    ("mv over, inside", 1, "cp $S $f.tmp; mv $f.tmp $f"),
    ("install", 1, "install -m 644 $S $f"),
    ("dd", 1, "dd if=$S of=$f bs=4k 2>&1"),
    ("dd in place", 1, "dd if=$S of=$f bs=1k count=1 seek=2 conv=notrunc 2>&1"),
    ("dd with fsync", 1, "dd if=$S of=$f bs=64k conv=fsync 2>&1"),
    ("truncate to a length", 1, "truncate -s 1000 $f"),
    ("truncate longer", 1, "truncate -s 100000 $f"),
    ("tee", 1, "tee $f < $S > /dev/null"),
    ("sed -i", 1, "echo words > $f; sed -i s/words/other/ $f"),
    ("rsync", 1, "rsync $S $f"),
    ("rsync -a", 1, "rsync -a $S $f"),
    ("rsync --inplace", 1, "rsync --inplace $S $f"),
    ("rsync --no-whole-file", 1, "rsync --no-whole-file --ignore-times $S $f"),
    ("vim backupcopy=no", 1, "vim -u NONE -Nes -c 'set bkc=no' -c 'normal ggOnew' -c wq $f"),
    ("vim backupcopy=yes", 1, "vim -u NONE -Nes -c 'set bkc=yes' -c 'normal ggOnew' -c wq $f"),
    ("vim backup", 1, "vim -u NONE -Nes -c 'set bk bkc=auto' -c 'normal ggOnew' -c wq $f"),
    ("python w", 1, "python3 -c 'import os; open(os.environ[\"f\"], \"w\").write(\"w\")'"),
    ("python a", 1, "python3 -c 'import os; open(os.environ[\"f\"], \"a\").write(\"a\")'"),
    (
        "python r+ with seeks",
        1,
        "python3 -c 'import os\nf = open(os.environ[\"f\"], \"r+b\"); f.seek(100)\n\
         f.write(b\"x\"); f.seek(0); assert f.read(1); f.seek(3)\n\
         f.write(b\"y\"); f.truncate(200); f.close()'",
    ),
    (
        "python shared mapping",
        1,
        "python3 -c 'import mmap, os\nf = open(os.environ[\"f\"], \"r+b\")\n\
         m = mmap.mmap(f.fileno(), 0); f.close(); m[5:9] = b\"late\"; m.flush(); m.close()'",
    ),
    (
        "write, fsync, write, fsync",
        1,
        "python3 -c 'import os\nf = open(os.environ[\"f\"], \"wb\")\n\
         for n in range(5): f.write(b\"%d\" % n); f.flush(); os.fsync(f.fileno())\nf.close()'",
    ),
    (
        "QSaveFile: temporary name, fsync, rename",
        1,
        "python3 -c 'import os\np = os.environ[\"f\"]; t = p + \".AbCdEf\"\n\
         f = open(t, \"xb\"); f.write(b\"qt\"); f.flush(); os.fsync(f.fileno()); f.close()\n\
         os.rename(t, p)'",
    ),
    (
        "GIMP: temporary name in the folder, rename over",
        1,
        "python3 -c 'import os\np = os.environ[\"f\"]; t = \".gimp-\" + p\n\
         f = open(t, \"wb\"); f.write(b\"gimp\"); f.close(); os.chmod(t, 0o644)\n\
         os.replace(t, p)'",
    ),
    (
        "LibreOffice: lock, backup, write over, remove both",
        1,
        "python3 -c 'import os, shutil\np = os.environ[\"f\"]; lock = \".~lock.\" + p + \"#\"\n\
         open(lock, \"w\").write(\"me\"); shutil.copy(p, p + \".tmp\")\n\
         f = open(p, \"r+b\"); f.truncate(0); f.write(b\"office\"); f.flush()\n\
         os.fsync(f.fileno()); f.close(); os.remove(p + \".tmp\"); os.remove(lock)'",
    ),
    (
        "Krita: rename to a backup, write anew",
        1,
        "python3 -c 'import os\np = os.environ[\"f\"]; os.rename(p, p + \"~\")\n\
         open(p, \"wb\").write(b\"krita\")'",
    ),
    (
        "unlink and create",
        1,
        "python3 -c 'import os\np = os.environ[\"f\"]; os.remove(p)\n\
         open(p, \"xb\").write(b\"again\")'",
    ),
    (
        "truncated, closed, opened and written",
        1,
        "python3 -c 'import os, time\np = os.environ[\"f\"]; open(p, \"wb\").close()\n\
         time.sleep(1); open(p, \"wb\").write(b\"magick\")'",
    ),
    ("cat through a copy and back", 0, "mv $f $f~; mv $f~ $f"),
    ("opened for writing and closed", 0, "exec 5<>$f; exec 5>&-"),
    ("reads what it has just written", 1, "echo mine > $f; test \"$(cat $f)\" = mine"),
];

#[test]
fn one_save_is_one_version_and_the_file_is_what_it_would_be_on_a_disk() {
    let Set { daemon, scene, place } = set();
    let client = daemon.client();
    let plain = place.path().join("plain");
    fs::create_dir(&plain).unwrap();
    let other = place.path().join("other");
    fs::write(&other, noise(99, 70_000)).unwrap();
    let file = |number: usize| format!("take{number}.dat");
    let key = |number: usize| format!("take{number}");
    for number in 0..PATTERNS.len() {
        let bytes = noise(number as u64 + 1, 50_000);
        fs::write(plain.join(file(number)), &bytes).unwrap();
        let key = key(number);
        let fields = [("project_id", "fox"), ("scene_number", "1"), ("asset_key", &*key)];
        client.upload(&file(number), bytes, &fields);
    }
    for (number, (what, _, script)) in PATTERNS.iter().enumerate() {
        let script = format!("S='{}'\n{script}", other.display());
        println!("{what}");
        run(&plain, &file(number), &script);
        run(&scene, &file(number), &script);
        let expected = fs::read(plain.join(file(number))).unwrap();
        assert!(fs::read(scene.join(file(number))).unwrap() == expected, "{what}, at once");
    }
    for (number, (what, more, _)) in PATTERNS.iter().enumerate() {
        println!("{what}");
        wait_for(&client, &key(number), 1 + more);
    }
    // A clean stop saves what is left, so that nothing can come later.
    let (_, start) = daemon.stop();
    let daemon = start.run();
    let client = daemon.client();
    let mut wrong = Vec::new();
    for (number, (what, more, _)) in PATTERNS.iter().enumerate() {
        let all = versions(&client, &key(number));
        let expected = fs::read(plain.join(file(number))).unwrap();
        let shown = fs::read(scene.join(file(number))).unwrap();
        if all.len() != 1 + more || shown != expected {
            wrong.push(format!("{what}: {} new, same bytes: {}", all.len() - 1, shown == expected));
        }
        if let (Some(last), 1) = (all.last(), more) {
            assert_eq!(last["metadata"]["source"], "mount", "{what}: {last}");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let known: Vec<_> = (0..PATTERNS.len()).map(file).collect();
    let listed = fs::read_dir(&scene).unwrap().map(|entry| entry.unwrap().file_name());
    let listed = listed.map(|name| name.into_string().unwrap());
    let mut left: Vec<_> = listed.filter(|name| !known.contains(name)).collect();
    left.sort();
    assert_eq!(left, ["scene.json", "versions"], "and no temporary name is left");
}

#[test]
fn programs_that_make_media_save_once() {
    let Set { daemon, scene, place } = set();
    let client = daemon.client();
    let film = media::film(place.path(), "one.mp4", 1);
    let film = film.display();
    let still = |size: &str| format!("convert -size {size} xc:teal still.png");
    let saves: [(&str, String); 8] = [
        ("clip", format!("ffmpeg -v error -y -i {film} -c copy clip.mp4")),
        ("clip", format!("ffmpeg -v error -y -i {film} -c copy -movflags +faststart clip.mp4")),
        ("tone", "sox -n -r 8000 tone.wav synth 1 sine 440".to_owned()),
        ("tone", "sox -n -r 8000 tone.wav synth 2 sine 220".to_owned()),
        ("still", still("64x48")),
        ("still", still("32x24")),
        ("still", "mogrify -negate still.png".to_owned()),
        ("frame", format!("ffmpeg -v error -y -i {film} -frames:v 1 frame.png")),
    ];
    let mut made = std::collections::BTreeMap::<&str, usize>::new();
    for (key, script) in &saves {
        run(&scene, "", script);
        *made.entry(*key).or_default() += 1;
        wait_for(&client, key, made[*key]);
    }
    assert_eq!(media::probe(&scene.join("clip.mp4")), "h264,320,180");
    let (_, start) = daemon.stop();
    let daemon = start.run();
    for (key, count) in made {
        assert_eq!(versions(&daemon.client(), key).len(), count, "{key}");
    }
}

#[test]
fn a_version_knows_what_it_was_made_from_and_keeps_its_time() {
    let Set { daemon, scene, place: _place } = set();
    let client = daemon.client();
    fs::write(scene.join("a.txt"), "one").unwrap();
    let first = wait_for(&client, "a", 1)[0].clone();
    run(&scene, "a.txt", "echo two >> $f; touch -d '2020-02-02 02:02:02 UTC' $f");
    let second = wait_for(&client, "a", 2)[1].clone();
    assert_eq!(second["source_asset_ids"][0], first["id"], "{second}");
    assert_eq!(fs::read(scene.join("a.txt")).unwrap(), b"onetwo\n");
    let time = |path: PathBuf| {
        let time = fs::metadata(path).unwrap().modified().unwrap();
        time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
    };
    wait_until("the version shows the time that was set", || {
        time(scene.join("a.txt")) == 1_580_608_922
    });
    assert_eq!(time(scene.join("versions/a/v002.txt")), 1_580_608_922);
}

#[test]
fn names_are_kept_hidden_moved_and_refused_as_documented() {
    let Set { daemon, scene, place: _place } = set();
    let client = daemon.client();
    let errno = |result: std::io::Result<()>| result.unwrap_err().raw_os_error().unwrap();
    let (erofs, eperm, einval) = (30, 1, 22);
    // Another type of media under the same stem is a history of its own, under its own name.
    fs::write(scene.join("a.txt"), "text").unwrap();
    wait_for(&client, "a", 1);
    fs::write(scene.join("a.dat"), "bytes").unwrap();
    wait_for(&client, "a.dat", 1);
    assert_eq!(fs::read(scene.join("a.txt")).unwrap(), b"text");
    assert_eq!(fs::read(scene.join("a.dat")).unwrap(), b"bytes");
    // What is removed is hidden until its next version, also after a restart.
    fs::remove_file(scene.join("a.txt")).unwrap();
    assert!(!scene.join("a.txt").exists());
    let (_, start) = daemon.stop();
    let daemon = start.run();
    let client = daemon.client();
    assert!(!scene.join("a.txt").exists());
    assert!(scene.join("versions/a/v001.txt").exists());
    fs::write(scene.join("a.txt"), "text").unwrap();
    wait_for(&client, "a", 2);
    // A move takes the name along; both histories stay.
    fs::rename(scene.join("a.txt"), scene.join("b.txt")).unwrap();
    assert!(!scene.join("a.txt").exists());
    assert_eq!(fs::read(scene.join("b.txt")).unwrap(), b"text");
    wait_for(&client, "b", 1);
    let other = scene.parent().unwrap().join("2");
    fs::rename(scene.join("b.txt"), other.join("b.txt")).unwrap();
    assert_eq!(fs::read(other.join("b.txt")).unwrap(), b"text");
    // What belongs to the folder itself stays as it is.
    for name in ["scene.json", "versions/a/v001.txt", "versions/a/new.txt"] {
        assert_eq!(errno(fs::write(scene.join(name), "x")), erofs, "{name}");
    }
    assert_eq!(errno(fs::remove_file(scene.join("versions/a/v001.txt"))), erofs);
    assert_eq!(errno(fs::rename(scene.join("scene.json"), scene.join("c.txt"))), erofs);
    assert_eq!(errno(fs::write(scene.join("a:b.txt"), "x")), einval);
    assert_eq!(errno(fs::create_dir(scene.join("folder"))), eperm);
    assert_eq!(errno(fs::hard_link(scene.join("a.dat"), scene.join("d.dat"))), eperm);
    assert_eq!(errno(std::os::unix::fs::symlink("a.dat", scene.join("d.dat"))), eperm);
    // Folders that mean something can be made.
    let projects = scene.ancestors().nth(3).unwrap();
    fs::create_dir(projects.join("owl")).unwrap();
    fs::create_dir(projects.join("owl/scenes/4")).unwrap();
    fs::write(projects.join("owl/scenes/4/x.txt"), "x").unwrap();
    assert_eq!(client.json("/api/projects/owl")["id"], "owl");
    assert_eq!(errno(fs::remove_dir(projects.join("owl/scenes/4"))), 39, "it is not empty");
    fs::create_dir(projects.join("owl/scenes/5")).unwrap();
    fs::remove_dir(projects.join("owl/scenes/5")).unwrap();
    assert!(!projects.join("owl/scenes/5").exists());
}

#[test]
fn a_reader_keeps_its_version_while_another_one_is_saved() {
    use std::io::{Read, Seek};
    let Set { daemon, scene, place: _place } = set();
    let client = daemon.client();
    let long = noise(5, 3_000_000);
    fs::write(scene.join("a.bin"), &long).unwrap();
    wait_for(&client, "a", 1);
    let mut reader = fs::File::open(scene.join("a.bin")).unwrap();
    for count in 2..6 {
        fs::write(scene.join("a.bin"), noise(count as u64, 2_000_000)).unwrap();
        wait_for(&client, "a", count);
        let mut bytes = Vec::new();
        reader.rewind().unwrap();
        reader.read_to_end(&mut bytes).unwrap();
        assert!(bytes == long, "version {count}");
    }
    assert!(fs::read(scene.join("versions/a/v001.bin")).unwrap() == long);
}

#[test]
fn names_that_differ_in_case_alone_are_refused_and_nothing_vanishes() {
    let Set { daemon, scene, place: _place } = set();
    let client = daemon.client();
    fs::write(scene.join("Bar.txt"), "one").unwrap();
    let refused = |done: std::io::Result<()>| {
        assert_eq!(done.unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    };
    refused(fs::write(scene.join("bar.txt"), "two"));
    wait_for(&client, "Bar", 1);
    refused(fs::write(scene.join("bar.txt"), "two"));
    refused(fs::rename(scene.join("Bar.txt"), scene.join("bar.txt")));
    fs::write(scene.join("noext"), "one").unwrap();
    wait_for(&client, "noext", 1);
    refused(fs::rename(scene.join("noext.bin"), scene.join("noext")));
    fs::write(scene.join(".new.tmp"), "three").unwrap();
    refused(fs::rename(scene.join(".new.tmp"), scene.join("BAR.txt")));
    assert_eq!(fs::read_to_string(scene.join("Bar.txt")).unwrap(), "one");
    assert_eq!(fs::read_to_string(scene.join("noext.bin")).unwrap(), "one");
    fs::rename(scene.join(".new.tmp"), scene.join("Bar.txt")).unwrap();
    let all = wait_for(&client, "Bar", 2);
    assert_eq!(client.data(all[1]["id"].as_str().unwrap()), b"three");
}

#[test]
fn what_was_fsynced_and_closed_is_a_version_before_it_is_cut_off() {
    let Set { daemon, scene, place: _place } = set();
    let path = scene.join("cut.txt");
    let open = fs::File::create(&path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&open, b"precious", 0).unwrap();
    open.sync_all().unwrap();
    drop(open);
    // By its name, not by a file that is open: truncate(2).
    let script = format!("import os; os.truncate({path:?}, 3)");
    assert!(Command::new("python3").args(["-c", &script]).status().unwrap().success());
    let client = daemon.client();
    let all = wait_for(&client, "cut", 2);
    let bytes = |version: usize| client.data(all[version]["id"].as_str().unwrap());
    assert_eq!((bytes(0), bytes(1)), (b"precious".to_vec(), b"pre".to_vec()));
}

#[test]
fn a_kill_brings_back_what_was_renamed_and_nothing_that_was_replaced() {
    let Set { daemon, scene, place: _place } = set();
    fs::write(scene.join("replaced.txt"), "OLD").unwrap();
    fs::write(scene.join("removed.txt"), "OLD").unwrap();
    let readers = ["replaced.txt", "removed.txt"].map(|name| fs::File::open(scene.join(name)));
    fs::write(scene.join(".replaced.tmp"), "NEW").unwrap();
    fs::rename(scene.join(".replaced.tmp"), scene.join("replaced.txt")).unwrap();
    fs::remove_file(scene.join("removed.txt")).unwrap();
    wait_for(&daemon.client(), "replaced", 1);
    for number in 0..20 {
        fs::write(scene.join(".moved.tmp"), format!("moved {number}")).unwrap();
        fs::rename(scene.join(".moved.tmp"), scene.join(format!("moved{number}.txt"))).unwrap();
    }
    let mount = scene.ancestors().nth(4).unwrap().to_owned();
    let start = daemon.kill().mounted_at(&mount);
    drop(readers);
    let next = start.run();
    assert_eq!(fs::read_to_string(scene.join("replaced.txt")).unwrap(), "NEW");
    assert!(!scene.join("removed.txt").exists());
    assert_eq!(versions(&next.client(), "replaced").len(), 1);
    for number in 0..20 {
        let text = fs::read_to_string(scene.join(format!("moved{number}.txt"))).unwrap();
        assert_eq!(text, format!("moved {number}"));
    }
}

#[test]
fn what_was_fsynced_or_closed_comes_back_after_a_kill_once() {
    let Set { daemon, scene, place: _place } = set();
    let mut daemon = Some(daemon);
    for round in 0..6_u64 {
        let running = daemon.take().unwrap();
        let (closed, synced) = (noise(100 + round, 300_000), noise(200 + round, 3_000));
        let open = fs::File::create(scene.join("synced.bin")).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&open, &synced, 0).unwrap();
        open.sync_all().unwrap();
        fs::write(scene.join("closed.bin"), &closed).unwrap();
        fs::write(scene.join(".scratch.swp"), "never").unwrap();
        let mount = scene.ancestors().nth(4).unwrap().to_owned();
        let start = running.kill().mounted_at(&mount);
        drop(open);
        let next = start.run();
        let client = next.client();
        for (key, bytes) in [("closed", closed), ("synced", synced)] {
            let all = versions(&client, key);
            assert_eq!(all.len() as u64, round + 1, "{key}");
            let last = all.last().unwrap();
            assert_eq!(last["metadata"]["recovered"], true, "{last}");
            assert!(client.data(last["id"].as_str().unwrap()) == bytes, "{key}");
            assert!(fs::read(scene.join(format!("{key}.bin"))).unwrap() == bytes, "{key}");
        }
        assert!(!scene.join(".scratch.swp").exists());
        daemon = Some(next);
    }
}
