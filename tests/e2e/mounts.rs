//! Several folders of one daemon, and what readers meet when it is killed or its files change.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rushes_harness::{Client, Job, Start, edited, noise, setting, wait_until};
use serde_json::{Value, json};

use crate::root;

const SCENE: [(&str, &str); 2] = [("project_id", "fox"), ("scene_number", "1")];

/// The form of a file in the first scene.
fn at(key: &str) -> [(&str, &str); 3] {
    [SCENE[0], SCENE[1], ("asset_key", key)]
}

#[test]
fn each_user_has_a_folder_and_each_folder_is_current() {
    let place = tempfile::tempdir().unwrap();
    let [one, two, anns] = ["one", "two", "ann"].map(|name| place.path().join(name));
    let daemon = Start::on(&place.path().join("data")).run();
    let user: Value = daemon.client().post("/api/users", &json!({"name": "ann"})).json().unwrap();
    let (_, mut start) = daemon.stop();
    start = start.mounted_at(&one);
    start.arguments = ["--mount".to_owned(), two.display().to_string()].to_vec();
    start.arguments.extend(["--mount".to_owned(), format!("{}=ann", anns.display())]);
    let daemon = start.run();
    let admin = daemon.client();
    let token = json!({"name": "t", "user_id": user["id"], "access": "write"});
    let token: Value = admin.post("/api/tokens", &token).json().unwrap();
    let ann = Client::new(&daemon.address().unwrap(), token["token"].as_str().unwrap());
    admin.project("Fox", 1);
    ann.project("Fox", 1);
    for round in 1..=20u8 {
        let (ours, hers) = (vec![round; 100], vec![round + 100; 200]);
        admin.upload("a.bin", &ours, &at("k"));
        for mount in [&one, &two] {
            assert_eq!(fs::read(mount.join("projects/fox/scenes/1/k.bin")).unwrap(), ours);
        }
        ann.upload("a.bin", &hers, &at("k"));
        assert_eq!(fs::read(anns.join("projects/fox/scenes/1/k.bin")).unwrap(), hers);
    }
    let said = one.join("projects/fox/scenes/1/said.txt");
    fs::write(&said, "in one folder").unwrap();
    let other = two.join("projects/fox/scenes/1/said.txt");
    wait_until("it is in the other one", || {
        fs::read(&other).is_ok_and(|text| text == b"in one folder")
    });
    assert!(!anns.join("projects/fox/scenes/1/said.txt").exists());
    let health = daemon.health().unwrap();
    assert_eq!(health["mounts"].as_array().unwrap().len(), 3, "{health}");
    let start = daemon.kill();
    assert!([&one, &two, &anns].iter().all(|mount| fs::read_dir(mount).is_err()));
    let daemon = start.run();
    assert_eq!(fs::read(anns.join("projects/fox/scenes/1/k.bin")).unwrap(), [120; 200]);
    assert_eq!(fs::read(&other).unwrap(), b"in one folder");
    let (status, _) = daemon.stop();
    assert_eq!(status.code(), Some(0));
    for mount in [&one, &two, &anns] {
        assert_eq!(fs::read_dir(mount).unwrap().count(), 0, "{} is unmounted", mount.display());
    }
}

#[test]
fn a_folder_that_somebody_took_away_is_said() {
    if root::is_missing() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let daemon = Start::on(&place.path().join("data")).mounted_at(&mount).run();
    assert_eq!(daemon.health().unwrap()["status"], "ok");
    assert!(Command::new("umount").arg(&mount).status().unwrap().success());
    let health = daemon.health().unwrap();
    assert_eq!(
        (&health["status"], &health["mounts"][0]["mode"]),
        (&json!("unmounted"), &json!("gone"))
    );
    assert_eq!(daemon.client().get("/api/projects").status(), 200);
    let (status, start) = daemon.stop();
    assert_eq!(status.code(), Some(0));
    assert_eq!(start.run().health().unwrap()["status"], "ok");
}

/// How many reads a reader has finished, and how many of them well.
#[derive(Default)]
struct Reads {
    all: AtomicU64,
    well: AtomicU64,
}

/// Threads that read files over and over: what they get is right, or an error.
struct Readers {
    threads: Vec<JoinHandle<()>>,
    reads: Vec<Arc<Reads>>,
    ends: Arc<AtomicBool>,
}

impl Readers {
    fn start(count: usize, files: &[(PathBuf, Vec<u8>)]) -> Self {
        let reads: Vec<_> = std::iter::repeat_with(Arc::<Reads>::default).take(count).collect();
        let (files, ends) = (Arc::new(files.to_vec()), Arc::new(AtomicBool::new(false)));
        let thread = |(reader, reads): (usize, &Arc<Reads>)| {
            let (reads, files, ends) = (Arc::clone(reads), Arc::clone(&files), Arc::clone(&ends));
            std::thread::spawn(move || read_on(files.iter().cycle().skip(reader), &reads, &ends))
        };
        let threads = reads.iter().enumerate().map(thread).collect();
        Self { threads, reads, ends }
    }

    /// Waits until each has finished one more read, well where it says so: none hangs.
    fn wait(&self, what: &str, well: bool) {
        let count =
            |reads: &Arc<Reads>| if well { &reads.well } else { &reads.all }.load(Ordering::SeqCst);
        let before: Vec<_> = self.reads.iter().map(count).collect();
        // One that was under way may have begun before: two more have not.
        wait_until(what, || {
            self.reads.iter().map(count).zip(&before).all(|(now, before)| now >= before + 2)
        });
    }

    fn end(self) {
        self.ends.store(true, Ordering::SeqCst);
        for thread in self.threads {
            thread.join().unwrap(); // Else it has seen other bytes.
        }
    }
}

fn read_on<'a>(
    files: impl Iterator<Item = &'a (PathBuf, Vec<u8>)>,
    reads: &Reads,
    ends: &AtomicBool,
) {
    for (path, bytes) in files.take_while(|_| !ends.load(Ordering::SeqCst)) {
        let got = fs::read(path);
        // Others look around meanwhile.
        let _ = fs::read_dir(path.parent().unwrap()).map(Iterator::count);
        reads.all.fetch_add(1, Ordering::SeqCst);
        match got {
            Ok(got) => {
                assert!(got == *bytes, "{} differs", path.display());
                reads.well.fetch_add(1, Ordering::SeqCst);
            }
            // Whoever meets a dead mount waits a moment before it tries again.
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

#[test]
fn readers_survive_kills_and_read_on_after_the_next_start() {
    kill_under_readers(setting("RUSHES_KILLS", 10));
}

#[test]
#[ignore = "long: make soak"]
fn readers_survive_many_kills() {
    kill_under_readers(setting("RUSHES_KILLS", 100));
}

/// Nobody hangs, and what is read is right; a start mounts anew.
fn kill_under_readers(kills: u64) {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let start = Start::on(&place.path().join("data")).mounted_at(&mount);
    let mut daemon = start.run();
    let client = daemon.client();
    client.project("Fox", 1);
    let film = noise(1, 6_000_000);
    // A whole, one in ranges of it, and small ones.
    let contents = [film.clone(), edited(&film, 2), noise(3, 500), noise(4, 90_000)];
    let mut files = Vec::new();
    for (number, bytes) in contents.into_iter().enumerate() {
        let key = format!("file_{number}");
        let asset = client.upload("a.bin", &bytes, &at(&key));
        files.push((mount.join(format!("projects/fox/scenes/1/{key}.bin")), bytes.clone()));
        let blob = mount.join("blobs").join(asset.get("digest").unwrap().as_str().unwrap());
        files.push((blob, bytes));
    }
    let readers = Readers::start(32, &files);
    let mut slowest = 0.0f64;
    for _ in 0..kills {
        readers.wait("everybody reads", true);
        let start = daemon.kill();
        readers.wait("nobody hangs on the dead mount", false);
        let begun = Instant::now();
        daemon = start.run();
        slowest = slowest.max(begun.elapsed().as_secs_f64());
    }
    readers.wait("everybody reads at last", true);
    readers.end();
    println!("the slowest start mounted after {slowest:.2} s");
}

/// Reads a file through a descriptor and a mapping, over and over, until its input ends.
const HOLD: &str = "
import mmap, os, select, sys
f = os.open(sys.argv[1], os.O_RDONLY)
m = mmap.mmap(f, 0, prot=mmap.PROT_READ)
expected = open(sys.argv[2], 'rb').read()
rounds = 0
while True:
    assert m[:] == expected, 'the mapping shows other bytes'
    os.lseek(f, 0, 0)
    got = b''
    while part := os.read(f, 1 << 20): got += part
    assert got == expected, 'the descriptor reads other bytes'
    rounds += 1
    if rounds == 1: print('holds', flush=True)
    if select.select([0], [], [], 0)[0]: break
print(rounds)
";

fn hold(path: &Path, expected: &Path) -> Child {
    let mut command = Command::new("python3");
    command.args(["-c", HOLD]).arg(path).arg(expected);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = [0; 6];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut said).unwrap();
    assert_eq!(&said, b"holds\n");
    child
}

#[test]
fn who_holds_a_file_reads_it_whatever_happens_to_its_name() {
    let place = tempfile::tempdir().unwrap();
    let mount = place.path().join("mount");
    let daemon = Start::on(&place.path().join("data")).mounted_at(&mount).run();
    let client = daemon.client();
    client.project("Fox", 1);
    let film = noise(1, 3_000_000);
    let contents =
        [("whole", film.clone()), ("ranges", edited(&film, 2)), ("small", noise(3, 700))];
    let scene = mount.join("projects/fox/scenes/1");
    let mut held = Vec::new();
    for (key, bytes) in &contents {
        client.upload("a.bin", bytes, &at(key));
        let expected = place.path().join(key);
        fs::write(&expected, bytes).unwrap();
        held.push(hold(&scene.join(format!("{key}.bin")), &expected));
    }
    for (round, (key, bytes)) in (10u64..).zip(&contents) {
        // A new version, a save over it, one in place, a rename over it, and its removal.
        let path = scene.join(format!("{key}.bin"));
        client.upload("a.bin", noise(round, 40_000), &at(key));
        assert_eq!(fs::read(&path).unwrap(), noise(round, 40_000));
        fs::write(&path, noise(round + 10, 50_000)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), noise(round + 10, 50_000));
        let mut open = fs::File::options().write(true).open(&path).unwrap();
        open.write_all(b"in place").unwrap();
        drop(open);
        let other = scene.join(format!(".{key}.tmp"));
        fs::write(&other, "renamed").unwrap();
        fs::rename(&other, &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"renamed");
        fs::remove_file(&path).unwrap();
        // Reading the old version again and again makes a copy of what lies in ranges.
        for _ in 0..4 {
            let old = scene.join(format!("versions/{key}/v001.bin"));
            assert_eq!(fs::read(old).unwrap(), *bytes);
        }
    }
    for job in [Job::Scrub, Job::Reindex, Job::Sweep] {
        client.run(job);
    }
    for child in held {
        let mut child = child;
        child.stdin.take().unwrap().write_all(b"enough\n").unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
