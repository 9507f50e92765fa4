//! The folder in a real file tree: what programs see, through the kernel and all its caches.

#![cfg(test)]

#[path = "../src/fake.rs"]
#[expect(clippy::missing_panics_doc, reason = "it panics when a test is wrong")]
pub mod fake;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Lines, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fake::{Broken, Bytes, Fake, VIEWER, project, scene};
use rushes_fs::{Mode, Mount, MountError, MountOptions, Unmounted, mount};
use rushes_vault::Digest;

/// Tells the test binary to be the daemon that is killed.
const DAEMON: &str = "RUSHES_TEST_MOUNT_AND_WAIT";

/// A mounted film and a folder around it that can always be removed.
struct Film {
    fake: Arc<Fake>,
    mount: Option<Mount>,
    root: PathBuf,
    around: tempfile::TempDir,
}

impl Drop for Film {
    fn drop(&mut self) {
        self.mount.take();
        clear(&self.root);
    }
}

/// Takes whatever is left of a mount away, so that a failed test hangs nobody.
fn clear(root: &Path) {
    let mut command = Command::new("umount");
    command.arg("-l").arg(root).stderr(Stdio::null()).status().ok();
}

fn options(dir: &Path, passthrough: bool) -> MountOptions {
    MountOptions { dir: dir.into(), viewer: VIEWER, allow_other: false, threads: 2, passthrough }
}

/// 300,000 bytes that differ from each other and by seed.
fn long(seed: u32) -> Vec<u8> {
    (0..75_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) ^ seed).to_le_bytes()).collect()
}

fn film(passthrough: bool) -> Film {
    let fake = Arc::new(Fake::default());
    fake.add_project("fox");
    fake.add_scene("fox", 1);
    let one = scene("fox", 1);
    fake.add(&one, ("video", "mp4"), Bytes::in_file(&long(1)));
    fake.add(&one, ("still", "png"), Bytes::in_memory(&long(2)));
    fake.add(&project("fox"), ("poster", "png"), Bytes::in_memory(b"poster"));
    let around = tempfile::tempdir().unwrap();
    let root = around.path().join("film");
    let source = Arc::clone(&fake);
    let mount = mount(source, options(&root, passthrough)).unwrap();
    Film { fake, mount: Some(mount), root, around }
}

impl Film {
    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn scene(&self, path: &str) -> PathBuf {
        self.root.join("projects/fox/scenes/1").join(path)
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn mounts_at(root: &Path) -> usize {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    mounts.lines().filter(|line| line.contains(root.to_str().unwrap())).count()
}

#[test]
fn contents_read_whole_at_offsets_and_mapped_in_both_modes() {
    for passthrough in [true, false] {
        let film = film(passthrough);
        let mode = film.mount.as_ref().unwrap().mode();
        // Registering files takes a capability; without it, everything else must work.
        let may = passthrough && rustix::process::geteuid().is_root();
        assert_eq!(mode == Mode::Passthrough, may, "{mode}");
        for (name, bytes) in [("video.mp4", long(1)), ("still.png", long(2))] {
            let path = film.scene(name);
            assert_eq!(fs::read(&path).unwrap(), bytes, "{name}");
            let open = File::open(&path).unwrap();
            let mut part = vec![0; 5000];
            open.read_exact_at(&mut part, 123_457).unwrap();
            assert_eq!(part, bytes[123_457..128_457]);
            assert_eq!(open.read_at(&mut part, 300_000).unwrap(), 0);
            let mapped = Command::new("python3")
                .arg("-c")
                .arg(
                    "import mmap,sys\nf=open(sys.argv[1],'rb')\n\
                      sys.stdout.buffer.write(mmap.mmap(f.fileno(),0,prot=mmap.PROT_READ))",
                )
                .arg(&path)
                .output()
                .unwrap();
            assert_eq!(mapped.stdout, bytes, "{name}");
            let blob = film.path("blobs").join(Digest::of(&bytes).to_hex());
            assert_eq!(fs::read(blob).unwrap(), bytes);
        }
        assert_eq!(film.mount.as_ref().unwrap().mode(), mode, "and no file was refused");
    }
}

#[test]
fn listings_and_attributes_say_what_is_there() {
    let film = film(true);
    assert_eq!(
        names(&film.root),
        ["at", "blobs", "library", "projects", "recent", "search", "tags"]
    );
    assert_eq!(
        names(&film.path("projects/fox")),
        [
            "assets",
            "characters",
            "locations",
            "moods",
            "poster.png",
            "project.json",
            "scenes",
            "versions"
        ]
    );
    assert_eq!(names(&film.scene("")), ["scene.json", "still.png", "versions", "video.mp4"]);
    assert_eq!(names(&film.scene("versions/video")), ["v001.json", "v001.mp4"]);
    assert_eq!(names(&film.path("blobs")).len(), 3);

    let video = fs::metadata(film.scene("video.mp4")).unwrap();
    assert_eq!((video.size(), video.blocks(), video.mode()), (300_000, 586, 0o100_644));
    assert_eq!((video.nlink(), video.uid()), (1, rustix::process::geteuid().as_raw()));
    let folder = fs::metadata(film.path("projects/fox")).unwrap();
    assert_eq!((folder.mode(), folder.nlink()), (0o040_755, 8));
    let text = fs::read_to_string(film.scene("scene.json")).unwrap();
    assert_eq!(text.len() as u64, fs::metadata(film.scene("scene.json")).unwrap().size());
    let space = rustix::fs::statvfs(&film.root).unwrap();
    assert_eq!((space.f_namemax, space.f_bfree), (255, (1 << 30) / 4096));
    assert_eq!(film.mount.as_ref().unwrap().dir(), film.root);
    assert!(film.mount.as_ref().unwrap().warnings().is_empty());
}

#[test]
fn what_is_not_a_current_file_is_refused_as_on_a_read_only_file_system() {
    let film = film(true);
    let (version, new) = (film.scene("versions/video/v001.mp4"), film.path("blobs/new"));
    let (record, text) = (film.scene("scene.json"), version.with_extension("json"));
    let mode = fs::metadata(&version).unwrap().permissions();
    let attempts: [(&str, io::Result<()>); 11] = [
        ("write", OpenOptions::new().write(true).open(&version).map(drop)),
        ("append", OpenOptions::new().append(true).open(&version).map(drop)),
        ("truncate", File::create(&version).map(drop)),
        ("a record", File::create(&record).map(drop)),
        ("create", File::create(&new).map(drop)),
        ("mkdir", fs::create_dir(&new)),
        ("unlink", fs::remove_file(&version)),
        ("unlink of a version's record", fs::remove_file(&text)),
        ("rename", fs::rename(&version, film.scene("new.mp4"))),
        ("rename to", fs::rename(film.scene("video.mp4"), film.scene("versions/x.mp4"))),
        ("chmod", fs::set_permissions(&version, mode)),
    ];
    for (what, result) in attempts {
        let error = result.expect_err(what);
        assert_eq!(error.kind(), io::ErrorKind::ReadOnlyFilesystem, "{what}: {error}");
    }
    assert_eq!(fs::read(&version).unwrap(), long(1));
}

#[test]
fn a_reader_keeps_its_version_while_the_name_shows_the_new_one_at_once() {
    for (passthrough, whole) in [(true, true), (true, false), (false, true)] {
        let film = film(passthrough);
        let make = |seed| if whole { Bytes::in_file } else { Bytes::in_memory }(&long(seed));
        let one = scene("fox", 1);
        let revision = film.fake.add(&one, ("clip", "mp4"), make(100));
        film.fake.wait_shown(revision);
        let mut reader = File::open(film.scene("clip.mp4")).unwrap();
        let old = reader.metadata().unwrap();
        for seed in 101..120 {
            let record = fs::read_to_string(film.scene("scene.json")).unwrap();
            names(&film.scene(""));
            let revision = film.fake.add(&one, ("clip", "mp4"), make(seed));
            film.fake.wait_shown(revision);
            assert_eq!(fs::read(film.scene("clip.mp4")).unwrap(), long(seed));
            assert_ne!(fs::metadata(film.scene("clip.mp4")).unwrap().ino(), old.ino());
            assert_ne!(fs::read_to_string(film.scene("scene.json")).unwrap(), record);
            let mut bytes = Vec::new();
            reader.seek(SeekFrom::Start(0)).unwrap();
            reader.read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, long(100));
        }
        assert_eq!(names(&film.scene("versions/clip")).len(), 40);
    }
}

#[test]
fn a_lookup_that_was_overtaken_by_a_change_is_not_remembered() {
    let film = film(true);
    let video = film.scene("video.mp4");
    let blobs = film.path("blobs");
    names(&film.path("projects/fox/scenes"));
    let before = names(&blobs);
    film.fake.hold_history();
    thread::scope(|scope| {
        scope.spawn(|| fs::metadata(&video).unwrap()); // has the old answer, and waits with it
        film.fake.wait_held();
        let new = Bytes::in_file(b"new");
        let revision = film.fake.add(&scene("fox", 1), ("video", "mp4"), new);
        // The blobs are dropped first: once they show, the rest is on its way.
        let patience = Instant::now() + Duration::from_secs(10);
        while names(&blobs) == before {
            assert!(Instant::now() < patience, "the change does not show");
        }
        film.fake.release_history();
        film.fake.wait_shown(revision);
    });
    assert_eq!(fs::read(&video).unwrap(), b"new");
}

#[test]
fn racing_readers_see_one_version_each_and_none_older_than_was_shown() {
    const VERSIONS: u32 = 300;
    for passthrough in [true, false] {
        let film = film(passthrough);
        let one = scene("fox", 1);
        let version = |seed: u32| format!("{seed:08}").repeat(1000);
        let shown = AtomicU32::new(0);
        let add = |seed: u32| {
            let bytes = Bytes::in_file(version(seed).as_bytes());
            film.fake.wait_shown(film.fake.add(&one, ("race", "txt"), bytes));
            shown.store(seed, Ordering::SeqCst);
        };
        add(1);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while shown.load(Ordering::SeqCst) < VERSIONS {
                        let least = shown.load(Ordering::SeqCst);
                        let text = fs::read_to_string(film.scene("race.txt")).unwrap();
                        let seed = text[..8].parse().unwrap();
                        assert!(seed >= least && text == version(seed), "{seed} {least}");
                        let listed = names(&film.scene("versions/race")).len();
                        assert!(listed >= 2 * least as usize, "{listed} {least}");
                        fs::read_to_string(film.scene("scene.json")).unwrap();
                    }
                });
            }
            (2..=VERSIONS).for_each(add);
        });
    }
}

#[test]
fn listings_and_names_follow_every_kind_of_change() {
    let film = film(true);
    let one = scene("fox", 1);
    let projects = film.path("projects");
    let scenes = film.path("projects/fox/scenes");
    let shown = |revision| film.fake.wait_shown(revision);
    assert_eq!((names(&projects).len(), names(&scenes).len()), (1, 1));
    assert!(fs::metadata(film.path("projects/owl")).is_err(), "and its absence is not kept");

    shown(film.fake.add_project("owl"));
    assert_eq!(names(&projects), ["fox", "owl"]);
    assert!(fs::metadata(film.path("projects/owl/project.json")).unwrap().is_file());
    shown(film.fake.add_scene("fox", 2));
    assert_eq!(names(&scenes), ["1", "2"]);

    names(&film.scene("versions"));
    shown(film.fake.add(&one, ("video", "webm"), Bytes::in_file(b"second")));
    assert_eq!(names(&film.scene("")), ["scene.json", "still.png", "versions", "video.webm"]);
    assert!(fs::metadata(film.scene("video.mp4")).is_err(), "the old name is gone");
    shown(film.fake.choose(&one, "video", 1));
    assert_eq!(fs::read(film.scene("video.mp4")).unwrap(), long(1));
    shown(film.fake.fail(&one, "voice"));
    assert_eq!(names(&film.scene("versions")), ["still", "video", "voice"]);
    assert_eq!(names(&film.scene("versions/voice")), ["v001.failed.json"]);
    assert_eq!(names(&film.path("blobs")).len(), 4);
}

#[test]
fn a_program_in_a_folder_keeps_its_place_when_the_folder_changes() {
    let film = film(true);
    let mut shell = Command::new("sh")
        .args(["-c", "read _; readlink /proc/self/cwd; cat scene.json"])
        .current_dir(film.scene(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    film.fake.wait_shown(film.fake.add(&scene("fox", 1), ("video", "mp4"), Bytes::in_file(b"2")));
    film.fake.add_project("fox");
    film.fake.wait_shown(film.fake.add_scene("fox", 1)); // both touched, and the same as before
    drop(shell.stdin.take());
    let output = shell.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let place = format!("{}\n{{", film.path("projects/fox/scenes/1").display());
    assert!(said.starts_with(&place), "{said}");
    assert!(said.ends_with("\"versions\": 3}\n"), "{said}");
}

#[test]
fn an_error_or_a_panic_of_the_source_is_an_io_error_and_nothing_more() {
    let film = film(true);
    let blob = film.path("blobs").join(Digest::of(b"poster").to_hex());
    for broken in [Broken::Fails, Broken::Panics] {
        film.fake.breaks(Some(broken));
        let error = fs::read(&blob).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::IO.raw_os_error()), "{broken:?}");
    }
    film.fake.breaks(None);
    assert_eq!(fs::read(&blob).unwrap(), b"poster");
}

#[test]
fn a_hundred_thousand_entries_are_listed() {
    let film = film(true);
    for number in 2..=100_000 {
        film.fake.add_scene("fox", number);
    }
    film.fake.wait_shown(film.fake.add_scene("fox", 100_001));
    assert_eq!(names(&film.path("projects/fox/scenes")).len(), 100_001);
    assert_eq!(names(&film.path("projects/fox/scenes")).len(), 100_001, "from the kernel's cache");
}

#[test]
fn unmount_leaves_nothing_and_a_busy_one_is_detached() {
    let mut clean = film(true);
    fs::read(clean.scene("video.mp4")).unwrap();
    assert_eq!(clean.mount.take().unwrap().unmount().unwrap(), Unmounted::Clean);
    assert_eq!((mounts_at(&clean.root), names(&clean.root).len()), (0, 0));
    assert_eq!(Arc::strong_count(&clean.fake), 1, "the source is let go");

    let mut busy = film(true);
    let mut reader = File::open(busy.scene("still.png")).unwrap();
    assert_eq!(busy.mount.take().unwrap().unmount().unwrap(), Unmounted::Detached);
    assert_eq!(mounts_at(&busy.root), 0);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, long(2), "who had it open can finish");
}

#[test]
fn a_living_mount_and_a_full_folder_are_not_covered() {
    let film = film(true);
    let again = mount(Arc::clone(&film.fake) as _, options(&film.root, true)).unwrap_err();
    assert!(matches!(&again, MountError::InUse { .. }), "{again}");
    assert!(again.to_string().ends_with("stop it or choose another folder"), "{again}");
    let full = mount(Arc::clone(&film.fake) as _, options(film.around.path(), true)).unwrap_err();
    assert!(matches!(&full, MountError::NotEmpty { .. }), "{full}");
    assert!(full.to_string().ends_with("choose an empty folder or a new name"), "{full}");
}

/// This test binary as a daemon of its own, which serves until its standard input ends.
struct Daemon {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    root: PathBuf,
}

impl Daemon {
    /// Starts it, below another command or not, in the test that calls this.
    fn start(mut command: Command, test: &str, root: &Path) -> Self {
        let mut child = command
            .args(["--exact", "--nocapture", test])
            .env(DAEMON, root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, root: root.to_owned() }
    }

    /// What it says first: the number of its warnings.
    fn warnings(&mut self) -> String {
        let said = self.lines.find_map(|line| {
            line.unwrap().split_once("mounted with ").map(|(_, count)| count.to_owned())
        });
        said.unwrap()
    }

    /// The daemon's own main; true when this process is it.
    fn is_this() -> bool {
        let Some(root) = std::env::var_os(DAEMON) else { return false };
        let mounted = mount(Arc::new(Fake::default()), options(Path::new(&root), true)).unwrap();
        println!("mounted with {} warnings", mounted.warnings().len());
        io::stdin().read_line(&mut String::new()).unwrap();
        true
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        clear(&self.root);
    }
}

#[test]
fn the_mount_of_a_killed_daemon_is_replaced() {
    if Daemon::is_this() {
        return;
    }
    let around = tempfile::tempdir().unwrap();
    let root = around.path().join("film");
    let command = Command::new(std::env::current_exe().unwrap());
    let mut daemon = Daemon::start(command, "the_mount_of_a_killed_daemon_is_replaced", &root);
    assert_eq!(daemon.warnings(), "0 warnings");
    fs::metadata(root.join("projects")).unwrap();
    daemon.child.kill().unwrap();
    daemon.child.wait().unwrap();
    assert!(fs::read_dir(root.join("projects")).is_err(), "the mount is dead");

    let fake = Arc::new(Fake::default());
    fake.add_project("fox");
    let mounted = mount(fake, options(&root, true)).unwrap();
    assert_eq!(names(&root.join("projects")), ["fox"]);
    assert_eq!(mounted.unmount().unwrap(), Unmounted::Clean);
    assert_eq!(mounts_at(&root), 0);
}

#[test]
fn a_mount_that_others_cannot_see_says_so() {
    if Daemon::is_this() {
        return;
    }
    if !rustix::process::geteuid().is_root() {
        println!("skipped: needs root"); // Nobody else may make a mount namespace.
        return;
    }
    let around = tempfile::tempdir().unwrap();
    let root = around.path().join("film");
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "slave"]).arg(std::env::current_exe().unwrap());
    let mut daemon = Daemon::start(command, "a_mount_that_others_cannot_see_says_so", &root);
    assert_eq!(daemon.warnings(), "1 warnings");
    assert_eq!(mounts_at(&root), 0);
}
