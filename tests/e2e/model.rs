//! Random work in the folder beside the same work in a plain one: both show the same all the time.
//!
//! `RUSHES_OPERATIONS` and `RUSHES_SEED` make it longer and repeat its choices. What the folder
//! does otherwise on purpose is left out: names without an extension, names that are one history,
//! links, folders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rushes_harness::{Daemon, Dice, Start, noise, setting, wait_until};

const SCENES: [&str; 2] = ["1", "2"];
/// Some of them are never saved.
const NAMES: [&str; 7] = ["a.txt", "b.png", "c.dat", "d.mp4", ".e.swp", "f.txt~", "g.tmp"];
/// Longest file, in bytes: some are packed, some are not.
const BYTES_MAX: u64 = 90_000;

/// A file that stays open while other things happen, on both sides.
struct Held {
    ours: File,
    plain: File,
}

/// Both folders, and what is to be done in them.
struct World {
    dice: Dice,
    daemon: Option<Daemon>,
    ours: PathBuf,
    plain: PathBuf,
    held: Vec<Held>,
    /// What was done, for whoever has to find out what went wrong.
    told: Vec<String>,
}

type Name = (&'static str, &'static str);

impl World {
    fn new(place: &Path, seed: u64) -> Self {
        let mount = place.join("mount");
        let daemon = Start::on(&place.join("data")).mounted_at(&mount).run();
        daemon.client().project("Fox", 2);
        let plain = place.join("plain");
        for scene in SCENES {
            fs::create_dir_all(plain.join(scene)).unwrap();
        }
        Self {
            dice: Dice::new(seed),
            daemon: Some(daemon),
            ours: mount.join("projects/fox/scenes"),
            plain,
            held: Vec::new(),
            told: Vec::new(),
        }
    }

    fn name(&mut self) -> Name {
        let pick = |dice: &mut Dice, of: &[&'static str]| {
            of.get(usize::try_from(dice.below(of.len() as u64)).unwrap()).copied().unwrap()
        };
        (pick(&mut self.dice, &SCENES), pick(&mut self.dice, &NAMES))
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = match self.dice.below(8) {
            0 => 0,
            1..=4 => self.dice.below(2_000),
            _ => self.dice.below(BYTES_MAX),
        };
        noise(self.dice.roll(), usize::try_from(length).unwrap())
    }

    /// Does something to a file in both folders: it succeeds in both, or fails in both alike.
    fn both(&mut self, what: String, (scene, name): Name, work: impl Fn(&Path) -> io::Result<()>) {
        self.told.push(what);
        let [ours, plain] =
            [&self.ours, &self.plain].map(|side| work(&side.join(scene).join(name)));
        let kind = |done: io::Result<()>| done.map_err(|error| error.kind());
        assert_eq!(kind(ours), kind(plain), "{}", self.last());
    }

    fn last(&self) -> String {
        let from = self.told.len().saturating_sub(25);
        self.told.get(from..).unwrap_or_default().join("\n")
    }

    fn step(&mut self) {
        let name = self.name();
        let (scene, file) = name;
        let (at, length) = (self.dice.below(BYTES_MAX / 2), self.dice.below(BYTES_MAX));
        match self.dice.below(14) {
            0..=3 => {
                let bytes = self.bytes();
                let what = format!("write {} bytes to {scene}/{file}", bytes.len());
                self.both(what, name, |path| fs::write(path, &bytes));
            }
            4 => {
                let bytes = self.bytes();
                let what = format!("append {} bytes to {scene}/{file}", bytes.len());
                self.both(what, name, |path| {
                    let mut open = File::options().append(true).open(path)?;
                    io::Write::write_all(&mut open, &bytes)
                });
            }
            5 => {
                let bytes = self.bytes();
                let what = format!("write {} bytes at {at} into {scene}/{file}", bytes.len());
                self.both(what, name, |path| {
                    File::options().write(true).open(path)?.write_all_at(&bytes, at)
                });
            }
            6 => self.both(format!("cut {scene}/{file} to {length}"), name, |path| {
                File::options().write(true).open(path)?.set_len(length)
            }),
            7 => self.both(format!("remove {scene}/{file}"), name, |path| fs::remove_file(path)),
            8 | 9 => self.rename(name),
            10 => self.hold(name),
            11 => self.write_held(at),
            12 => {
                self.told.push("close all".to_owned());
                self.held.clear();
            }
            _ => self.upload(name),
        }
    }

    fn rename(&mut self, (scene, file): Name) {
        let (other, new) = self.name();
        self.told.push(format!("rename {scene}/{file} to {other}/{new}"));
        let [ours, plain] = [&self.ours, &self.plain].map(|side| {
            let done = fs::rename(side.join(scene).join(file), side.join(other).join(new));
            done.map_err(|error| error.kind())
        });
        assert_eq!(ours, plain, "{}", self.last());
    }

    fn hold(&mut self, (scene, file): Name) {
        self.told.push(format!("hold {scene}/{file}"));
        let [ours, plain] = [&self.ours, &self.plain]
            .map(|side| File::options().read(true).write(true).open(side.join(scene).join(file)));
        match (ours, plain) {
            (Ok(ours), Ok(plain)) => self.held.push(Held { ours, plain }),
            (ours, plain) => {
                let kinds = [ours, plain].map(|file| file.map(drop).map_err(|error| error.kind()));
                assert_eq!(kinds, [Err(ErrorKind::NotFound); 2], "{}", self.last());
            }
        }
    }

    fn write_held(&mut self, at: u64) {
        let bytes = self.bytes();
        let count = self.held.len() as u64;
        if count == 0 {
            return;
        }
        let one = usize::try_from(self.dice.below(count)).unwrap();
        self.told.push(format!("write {} bytes at {at} to what is held as {one}", bytes.len()));
        let Held { ours, plain } = self.held.get(one).unwrap();
        ours.write_all_at(&bytes, at).unwrap();
        plain.write_all_at(&bytes, at).unwrap();
        let all = |file: &File| {
            let mut all = vec![0; usize::try_from(file.metadata().unwrap().len()).unwrap()];
            file.read_exact_at(&mut all, 0).unwrap();
            all
        };
        assert!(all(ours) == all(plain), "{}", self.last());
    }

    /// A generator sends a version over HTTP; in the plain folder it is a new file.
    fn upload(&mut self, (scene, file): Name) {
        let (key, _) = file.rsplit_once('.').unwrap();
        // What is being written goes before what comes from elsewhere.
        if !is_kept(file) || !self.rest() {
            return;
        }
        let path = self.plain.join(scene).join(file);
        match fs::metadata(&path) {
            // Whether an empty file is saved yet cannot be seen.
            Ok(plain) if plain.len() == 0 => return,
            Ok(_) => {}
            // A name that was taken away is hidden a moment later, with what came under it.
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(700)),
        }
        let bytes = noise(self.dice.roll(), 3_000);
        self.told.push(format!("upload {scene}/{file}"));
        let fields = [("project_id", "fox"), ("scene_number", scene), ("asset_key", key)];
        self.daemon.as_ref().unwrap().client().upload(file, &bytes, &fields);
        let _ = fs::remove_file(&path);
        fs::write(path, &bytes).unwrap();
    }

    /// Waits until nothing is being written; false while files are held.
    fn rest(&self) -> bool {
        if !self.held.is_empty() {
            return false;
        }
        wait_until("all is saved", || {
            SCENES.iter().all(|scene| {
                let folder = self.ours.join(scene);
                files(&folder).iter().filter(|(name, _)| is_kept(name)).all(|(name, bytes)| {
                    self.newest(scene, name).is_some_and(|newest| newest == *bytes)
                })
            })
        });
        true
    }

    /// The bytes of the newest version of a file.
    fn newest(&self, scene: &str, name: &str) -> Option<Vec<u8>> {
        let (key, _) = name.rsplit_once('.')?;
        let history = self.ours.join(scene).join("versions").join(key);
        let versions = fs::read_dir(&history).ok()?.map(|entry| entry.unwrap().path());
        let is_content = |path: &PathBuf| {
            path.is_file() && path.extension().is_some_and(|extension| extension != "json")
        };
        fs::read(versions.filter(is_content).max()?).ok()
    }

    fn compare(&self) {
        for scene in SCENES {
            let [ours, plain] = [&self.ours, &self.plain].map(|side| files(&side.join(scene)));
            let names =
                |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(names(&ours), names(&plain), "scene {scene}\n{}", self.last());
            for (name, bytes) in &ours {
                let other = plain.get(name).unwrap();
                let sizes = (bytes.len(), other.len());
                assert!(bytes == other, "{scene}/{name}: {sizes:?}\n{}", self.last());
            }
        }
    }

    /// Stops or kills it when all is quiet, and starts it again: names that do not count are gone.
    fn restart(&mut self) {
        self.held.clear();
        self.rest();
        // Names that were taken away are hidden a moment later.
        std::thread::sleep(std::time::Duration::from_millis(700));
        let daemon = self.daemon.take().unwrap();
        let kills = self.dice.coin();
        self.told.push(if kills { "kill" } else { "stop" }.to_owned());
        let start = if kills { daemon.kill() } else { daemon.stop().1 };
        self.daemon = Some(start.run());
        for scene in SCENES {
            for name in NAMES.iter().filter(|name| !is_kept(name)) {
                let _ = fs::remove_file(self.plain.join(scene).join(name));
            }
        }
    }
}

fn is_kept(name: &str) -> bool {
    !name.starts_with('.') && !name.ends_with('~') && !name.ends_with("tmp")
}

/// The files of a folder, without its record.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name != "scene.json" && name != "versions" {
            let before = files.insert(name.clone(), fs::read(entry.path()).unwrap());
            assert!(before.is_none(), "{name} is listed twice");
        }
    }
    files
}

#[test]
fn the_folder_shows_what_a_plain_one_shows_whatever_is_done() {
    work_in_both(setting("RUSHES_OPERATIONS", 150));
}

#[test]
#[ignore = "long: make soak"]
fn the_folder_shows_what_a_plain_one_shows_for_long() {
    work_in_both(setting("RUSHES_OPERATIONS", 3_000));
}

fn work_in_both(operations: u64) {
    let place = tempfile::tempdir().unwrap();
    let mut world = World::new(place.path(), setting("RUSHES_SEED", 1));
    for operation in 1..=operations {
        world.step();
        world.compare();
        if operation % 50 == 0 {
            world.restart();
            world.compare();
        } else if operation % 17 == 0 {
            std::thread::sleep(std::time::Duration::from_millis(400));
        }
    }
    world.held.clear();
    world.rest();
    world.compare();
    let checked = world.daemon.as_ref().unwrap().client();
    assert_eq!(checked.damage(), [""; 0]);
}
