//! Saves with their threads, over the fake source and without the kernel.

use std::ffi::OsStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rushes_vault::source::{Facts, Folders, Source};
use rustix::io::Errno;

use crate::fake::{Bytes, Fake, VIEWER, project, scene};
use crate::node::ROOT_INO;
use crate::save::changes::Opening;
use crate::save::machine::{FILES_MAX, SETTLE_MS};
use crate::save::state::WORKERS;
use crate::save::worker::work;
use crate::tree::Tree;

const WRITES: Opening = Opening { writes: true, truncates: true };
const PATIENCE: Duration = Duration::from_secs(20);

struct World {
    fake: Arc<Fake>,
    tree: Arc<Tree<u32>>,
    scene: u64,
}

/// A scene, and the threads that save.
fn world() -> World {
    let fake = Arc::new(Fake::default());
    fake.add_project("fox");
    fake.add_scene("fox", 1);
    let source: Arc<dyn Source> = Arc::clone(&fake) as _;
    let tree = Arc::new(Tree::new(source, VIEWER));
    for _ in 0..WORKERS {
        tree.saves.begin();
        let tree = Arc::clone(&tree);
        thread::spawn(move || work(&tree));
    }
    let scene = walk(&tree, "projects/fox/scenes/1");
    World { fake, tree, scene }
}

fn walk(tree: &Tree<u32>, path: &str) -> u64 {
    let step = |at, name: &str| tree.lookup(at, OsStr::new(name)).unwrap().ino;
    path.split('/').fold(ROOT_INO, step)
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

impl World {
    /// Writes a file from nothing and closes it.
    fn create(&self, name: &str, bytes: &[u8]) {
        let (seen, handle) = self.tree.create(self.scene, OsStr::new(name), false).unwrap();
        self.tree.write(seen.ino, bytes, 0).unwrap();
        self.tree.promise(seen.ino, false).unwrap();
        self.tree.release(seen.ino, handle, true);
    }

    /// Writes a file that is there, as the kernel does: again after ESTALE.
    fn rewrite(&self, name: &str, bytes: &[u8]) {
        for _ in 0..10 {
            let ino = self.tree.lookup(self.scene, OsStr::new(name)).unwrap().ino;
            let opened = match crate::save::state::Saves::file_of(ino) {
                Some(id) => self.tree.open_saved(id, WRITES),
                None => Err(self.tree.stand_before_node(ino)),
            };
            self.tree.forget(ino, 1);
            match opened {
                Ok(handle) => {
                    self.tree.write(ino, bytes, 0).unwrap();
                    self.tree.release(ino, handle, true);
                    return;
                }
                Err(errno) => assert_eq!(errno, Errno::STALE),
            }
        }
        panic!("{name} is stale for ever");
    }

    fn versions(&self, key: &str) -> usize {
        let (scope, key) = (scene("fox", 1), key.parse().unwrap());
        self.fake.versions(VIEWER, &scope, &key, None, 100).unwrap().len()
    }

    fn listed(&self) -> Vec<String> {
        let (mut names, mut from) = (Vec::new(), 0);
        loop {
            // A few at a time, as the kernel's buffer takes them.
            let before = from;
            let take = |row: &crate::tree::Row| {
                names.push(row.name.clone());
                from = row.next;
                from % 3 != 0
            };
            self.tree.list(self.scene, before, take).unwrap();
            if from == before {
                break;
            }
        }
        names
    }
}

#[test]
fn a_save_that_takes_long_holds_up_none_but_those_of_its_history() {
    let world = world();
    world.fake.hold_saves("long");
    world.create("long.bin", b"one");
    wait_until("it is being saved", || world.tree.saves.busy() == 1);
    world.rewrite("long.bin", b"two");
    for number in 0..50 {
        world.create(&format!("short{number}.bin"), b"x");
    }
    wait_until("the others are saved", || {
        (0..50).all(|n| world.versions(&format!("short{n}")) == 1)
    });
    assert_eq!(world.versions("long"), 0);
    world.fake.release_saves("long");
    wait_until("both are there", || world.versions("long") == 2);
    let handle = walk(&world.tree, "projects/fox/scenes/1/long.bin");
    let opened = world.tree.open(handle, |_| None).unwrap();
    let mut bytes = [0; 3];
    world.tree.read(handle, opened.handle, 0, &mut bytes).unwrap();
    assert_eq!(&bytes, b"two", "in their order");
}

#[test]
fn an_end_waits_for_what_is_short_and_promises_the_rest() {
    let world = world();
    world.fake.hold_saves("long");
    world.create("long.bin", b"long");
    world.create("short.bin", b"short");
    let (seen, _open) = world.tree.create(world.scene, OsStr::new("open.bin"), true).unwrap();
    world.tree.write(seen.ino, b"open", 0).unwrap();
    world.tree.end_saves(Duration::from_millis(500));
    assert_eq!(world.versions("short"), 1, "at once, however long it would settle");
    assert!(world.fake.note("long.bin").is_some());
    assert!(world.fake.note("open.bin").is_some());
    assert_eq!((world.versions("long"), world.versions("open")), (0, 0));
    world.fake.release_saves("long");
}

#[test]
fn a_file_that_is_there_is_in_every_listing_once_however_it_settles() {
    let world = Arc::new(world());
    let names: Vec<_> = (0..12).map(|number| format!("take{number:02}.bin")).collect();
    for name in &names {
        world.create(name, b"first");
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let listers: Vec<_> = (0..2)
        .map(|_| {
            let (world, is_over, names) = (Arc::clone(&world), Arc::clone(&is_over), names.clone());
            thread::spawn(move || {
                let mut rounds = 0;
                while !is_over.load(Ordering::SeqCst) {
                    let listed = world.listed();
                    for name in &names {
                        let count = listed.iter().filter(|one| *one == name).count();
                        assert_eq!(count, 1, "{name} in {listed:?}");
                    }
                    rounds += 1;
                }
                rounds
            })
        })
        .collect();
    for round in 0..4 {
        // Spread over time, so that one or another is always settling.
        for name in &names {
            world.rewrite(name, format!("{name} {round}").as_bytes());
            thread::sleep(Duration::from_millis(10));
        }
        thread::sleep(Duration::from_millis(SETTLE_MS));
    }
    is_over.store(true, Ordering::SeqCst);
    for lister in listers {
        assert!(lister.join().unwrap() > 10);
    }
}

#[test]
fn more_files_than_there_is_room_for_wait_for_others_to_be_saved() {
    let world = world();
    for number in 0..FILES_MAX + 200 {
        world.create(&format!("take{number}.bin"), b"x");
    }
    wait_until("all are saved", || {
        let last = FILES_MAX + 199;
        [0, last / 2, last].iter().all(|n| world.versions(&format!("take{n}")) == 1)
    });
}

#[test]
fn nothing_is_made_in_what_was_deleted_and_what_was_written_there_waits() {
    let world = world();
    let (seen, handle) = world.tree.create(world.scene, OsStr::new("late.bin"), true).unwrap();
    world.tree.write(seen.ino, b"late", 0).unwrap();
    world.fake.archive(VIEWER, &scene("fox", 1)).unwrap();
    let made = world.tree.create(world.scene, OsStr::new("new.bin"), true);
    assert_eq!(made.unwrap_err(), Errno::NOENT);
    world.tree.release(seen.ino, handle, true);
    wait_until("it was promised", || world.fake.note("late.bin") == Some(true));
    wait_until("it was tried", || world.tree.saves.busy() == 0 && world.fake.tries() == 1);
    let next = world.tree.saves.next_due().unwrap();
    assert!(next > world.tree.saves.now() + 60_000, "it is not tried again and again");
}

#[test]
fn what_was_closed_is_on_the_disk_soon_though_nobody_asked_and_stays_one_version() {
    let world = world();
    world.fake.hold_saves("a");
    world.create("a.bin", b"one");
    wait_until("it was kept", || world.fake.note("a.bin") == Some(true));
    world.rewrite("a.bin", b"two");
    world.fake.release_saves("a");
    wait_until("it is saved", || world.versions("a") > 0);
    thread::sleep(Duration::from_millis(2 * SETTLE_MS));
    assert_eq!(world.versions("a"), 1, "it was not promised: nobody asked");
}

#[test]
fn the_two_names_of_a_projects_file_lead_to_what_is_written() {
    let world = world();
    world.fake.add(&project("fox"), ("poster", "png"), Bytes::in_memory(b"old"));
    let folder = walk(&world.tree, "projects/fox");
    let assets = walk(&world.tree, "projects/fox/assets");
    let current = walk(&world.tree, "projects/fox/assets/poster.png");
    assert_eq!(world.tree.stand_before_node(current), Errno::STALE);
    let told = world.tree.saves.take_stale();
    for parent in [folder, assets] {
        assert!(told.contains(&format!("{parent} poster.png")), "{told:?}");
    }
}

#[test]
fn a_file_that_was_opened_and_not_written_to_hides_no_newer_version() {
    let world = world();
    let fox = scene("fox", 1);
    world.fake.add(&fox, ("clip", "mp4"), Bytes::in_file(b"old"));
    let clip = "projects/fox/scenes/1/clip.mp4";
    assert_eq!(world.tree.stand_before_node(walk(&world.tree, clip)), Errno::STALE);
    let standing = walk(&world.tree, clip);
    let opening = Opening { writes: true, truncates: false };
    let id = crate::save::state::Saves::file_of(standing).unwrap();
    let handle = world.tree.open_saved(id, opening).unwrap();
    world.fake.add(&fox, ("clip", "mp4"), Bytes::in_file(b"new"));
    world.tree.view_changed(&fox).unwrap();
    assert_eq!(walk(&world.tree, clip), standing, "while somebody may write to it");
    world.tree.release(standing, handle, true);
    world.tree.view_changed(&fox).unwrap();
    let shown = walk(&world.tree, clip);
    let opened = world.tree.open(shown, |_| None).unwrap();
    let mut bytes = [0; 3];
    world.tree.read(shown, opened.handle, 0, &mut bytes).unwrap();
    assert_eq!(&bytes, b"new");
}

impl World {
    fn is_there(&self, name: &str) -> bool {
        let found = self.tree.lookup(self.scene, OsStr::new(name));
        found.is_ok_and(|seen| {
            self.tree.forget(seen.ino, 1);
            true
        })
    }

    fn is_quiet(&self) -> bool {
        self.tree.saves.busy() == 0 && self.tree.saves.next_due().is_none()
    }
}

#[test]
fn a_version_that_comes_after_its_name_was_removed_is_shown_at_once_and_stays() {
    let world = world();
    let fox = scene("fox", 1);
    for is_told in [true, false] {
        world.fake.add(&fox, ("clip", "mp4"), Bytes::in_file(b"old"));
        world.tree.unlink(world.scene, OsStr::new("clip.mp4")).unwrap();
        assert!(!world.is_there("clip.mp4"));
        world.fake.add(&fox, ("clip", "mp4"), Bytes::in_file(b"new"));
        if is_told {
            world.tree.view_changed(&fox).unwrap();
            assert!(world.is_there("clip.mp4"));
        }
        wait_until("it is over", || world.is_quiet());
        assert!(world.is_there("clip.mp4"));
        assert!(is_told || !world.tree.saves.take_stale().is_empty(), "listings come back");
    }
}

#[test]
fn what_is_being_saved_goes_with_the_name_that_is_removed() {
    let world = world();
    let fox = scene("fox", 1);
    world.fake.add(&fox, ("clip", "mp4"), Bytes::in_file(b"old"));
    world.fake.hold_saves("clip");
    world.rewrite("clip.mp4", b"mine");
    wait_until("it is being saved", || world.tree.saves.busy() == 1);
    world.tree.unlink(world.scene, OsStr::new("clip.mp4")).unwrap();
    // What comes meanwhile is below what is being saved.
    world.fake.add(&fox, ("clip", "mp4"), Bytes::in_file(b"between"));
    world.tree.view_changed(&fox).unwrap();
    assert!(!world.is_there("clip.mp4"));
    world.fake.release_saves("clip");
    wait_until("it was saved", || world.versions("clip") == 3);
    world.tree.view_changed(&fox).unwrap();
    assert!(!world.is_there("clip.mp4"));
    wait_until("it is over", || world.is_quiet());
    assert!(!world.is_there("clip.mp4"), "its own version did not bring it back");
}
