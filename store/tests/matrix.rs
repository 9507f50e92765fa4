//! The damage matrix: every kind of file, every kind of damage, every way to meet it. What was
//! damaged is an error or healed, what was not is read, and wrong bytes are never handed out.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Disk, Kind};
use rushes_store::{Known, Pace, Store, StoreError};

const BLOCK: usize = 4096;

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let block = |at: u64| *Digest::of(&[seed.to_le_bytes(), at.to_le_bytes()].concat()).as_bytes();
    (0..).flat_map(block).take(length).collect()
}

fn open(disk: &Arc<CrashDisk>, index: &Path) -> Store {
    Store::open(Arc::clone(disk) as Arc<dyn Disk>, index, Some("boot")).unwrap()
}

fn put(store: &Store, content: &[u8]) {
    let mut staging = store.stage().unwrap();
    staging.write(content).unwrap();
    store.put(staging.finish().unwrap(), Known::Unknown).unwrap();
}

fn whole(content: &[u8]) -> PathBuf {
    let hex = Digest::of(content).to_hex();
    Path::new("whole").join(&hex[..2]).join(&hex)
}

fn files(disk: &CrashDisk, dir: &str) -> Vec<PathBuf> {
    let entries = disk.list(Path::new(dir)).unwrap();
    entries.iter().map(|entry| Path::new(dir).join(&entry.name)).collect()
}

/// A small store that was stopped cleanly: two sealed packs, three wholes, an edited version.
struct Sample {
    disk: CrashDisk,
    index: tempfile::TempDir,
    contents: Vec<Vec<u8>>,
}

impl Sample {
    fn new() -> Self {
        let (disk, index) = (Arc::new(CrashDisk::new()), tempfile::tempdir().unwrap());
        let film = noise(10, 300_000);
        let edited = [&film[..150_000], b"a title", &film[150_000..]].concat();
        let mut contents = vec![noise(1, 3000), vec![b'a'; 9000], noise(2, 100), noise(3, 5000)];
        contents.extend([film, edited, noise(11, 200_000)]);
        for half in contents.chunks(4) {
            let store = open(&disk, index.path());
            for content in half {
                put(&store, content);
            }
            store.close().unwrap();
        }
        Self { disk: disk.restart(), index, contents }
    }

    /// The same once more, to be damaged.
    fn copy(&self) -> (Arc<CrashDisk>, tempfile::TempDir) {
        let index = tempfile::tempdir().unwrap();
        copy_dir(self.index.path(), index.path());
        (Arc::new(self.disk.restart()), index)
    }

    /// How many blobs cannot be read. Panics when one is read wrongly.
    fn lost(&self, store: &Store, case: &str) -> Vec<Digest> {
        let lost = self.contents.iter().filter(|content| {
            let read = store.open_blob(&Digest::of(content)).and_then(|reader| {
                let Some(reader) = reader else { return Ok(None) };
                let mut bytes = vec![0; content.len() + 1];
                let got = reader.read_at(&mut bytes, 0)?;
                bytes.truncate(got);
                Ok(Some(bytes))
            });
            match read {
                Ok(Some(read)) => {
                    assert!(read == **content, "{case}: wrong bytes");
                    false
                }
                Ok(None) | Err(StoreError::Damaged { .. }) => true,
                Err(error) => panic!("{case}: {error}"),
            }
        });
        lost.map(|content| Digest::of(content)).collect()
    }
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What is damaged: a name, a file, where in it, another file of its kind, and which of the blobs
/// may be lost by a change inside the range, by the loss of all from there on, and of the file.
struct Target {
    name: &'static str,
    path: PathBuf,
    range: Range<usize>,
    other: PathBuf,
    lost: [usize; 3],
}

fn targets(sample: &Sample) -> Vec<Target> {
    let packs = files(&sample.disk, "packs");
    let sizes: Vec<_> = packs
        .iter()
        .map(|pack| usize::try_from(sample.disk.stat(pack).unwrap().size).unwrap())
        .collect();
    // Four records in the first pack, manifests in the second.
    let footer = sizes[0] - (4 * 60 + 56);
    let target = |name, pack: usize, range, lost| {
        let (path, other) = (packs[pack].clone(), packs[1 - pack].clone());
        Target { name, path, range, other, lost }
    };
    vec![
        target("header", 0, 0..32, [0, 4, 4]),
        target("record", 0, 32..3064, [1, 4, 4]),
        target("footer", 0, footer..sizes[0], [0, 0, 4]),
        target("manifest", 1, 40..1000, [0, 0, 0]),
        Target {
            name: "whole",
            path: whole(&sample.contents[4]),
            range: 1000..300_000,
            other: whole(&sample.contents[6]),
            lost: [1, 1, 1],
        },
    ]
}

#[derive(Debug, Clone, Copy)]
enum Harm {
    Flip,
    Truncate,
    Zero,
    Delete,
    Swap,
}

impl Harm {
    const ALL: [Self; 5] = [Self::Flip, Self::Truncate, Self::Zero, Self::Delete, Self::Swap];

    fn apply(self, disk: &CrashDisk, target: &Target) {
        let Range { start, end } = target.range.clone();
        let middle = usize::midpoint(start, end);
        let damage = |change: &dyn Fn(&mut Vec<u8>)| disk.damage(&target.path, change).unwrap();
        match self {
            Self::Flip => damage(&|bytes| bytes[middle] ^= 4),
            Self::Truncate => damage(&|bytes| bytes.truncate(middle)),
            Self::Zero => damage(&|bytes| bytes[start..end.min(start + BLOCK)].fill(0)),
            Self::Delete => {
                disk.remove(&target.path).unwrap();
                disk.sync_dir(target.path.parent().unwrap()).unwrap();
            }
            Self::Swap => {
                let aside = Path::new("aside");
                disk.rename(&target.path, aside).unwrap();
                disk.rename(&target.other, &target.path).unwrap();
                disk.rename(aside, &target.other).unwrap();
                for dir in [&target.path, &target.other] {
                    disk.sync_dir(dir.parent().unwrap()).unwrap();
                }
            }
        }
    }

    fn lost_max(self, target: &Target) -> usize {
        let [inside, from_there, file] = target.lost;
        match self {
            Self::Flip | Self::Zero => inside,
            Self::Truncate => from_there,
            Self::Delete => file,
            Self::Swap if target.name == "whole" => 2 * file,
            Self::Swap => 4,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Meet {
    Read,
    Scrub,
    Reindex,
    Reopen,
    Rebuild,
}

impl Meet {
    const ALL: [Self; 5] = [Self::Read, Self::Scrub, Self::Reindex, Self::Reopen, Self::Rebuild];

    /// Meets the damage and returns the store as it is then.
    fn meet(self, disk: &Arc<CrashDisk>, index: &Path, harm: &dyn Fn()) -> Store {
        if matches!(self, Self::Reopen | Self::Rebuild) {
            harm();
            let fresh = if self == Self::Rebuild { index.join("fresh") } else { index.to_owned() };
            return open(disk, &fresh);
        }
        let store = open(disk, index);
        harm();
        match self {
            Self::Scrub => {
                let scrubbed = store.scrub(Pace::Full, &AtomicBool::new(false)).unwrap();
                assert!(scrubbed.is_complete);
            }
            Self::Reindex => {
                store.reindex(&mut |_| {}).unwrap();
            }
            _ => {}
        }
        store
    }
}

fn try_one(sample: &Sample, target: &Target, harm: Harm, meet: Meet) {
    let case = format!("{} x {harm:?} x {meet:?}", target.name);
    let (disk, index) = sample.copy();
    let store = meet.meet(&disk, index.path(), &|| harm.apply(&disk, target));
    let lost = sample.lost(&store, &case);
    let max = harm.lost_max(target);
    assert!(lost.len() <= max, "{case}: {} blobs are lost, not {max}", lost.len());
    let checked = store.check().unwrap();
    if meet == Meet::Scrub {
        let named: Vec<_> = store.damage().iter().map(|damaged| damaged.digest).collect();
        let mut lost = lost.clone();
        lost.sort_unstable();
        assert_eq!(named, lost, "{case}: what is lost is named, and nothing else");
        // A lost manifest was made again: nothing is left to be seen then.
        let is_seen = !files(&disk, "quarantine").is_empty() || !checked.findings.is_empty();
        assert!(is_seen, "{case}: nobody has noticed");
    }
    if matches!(meet, Meet::Scrub | Meet::Reindex) {
        // Whatever was found: a scrub loses nothing more, it heals; a restart changes nothing.
        store.scrub(Pace::Full, &AtomicBool::new(false)).unwrap();
        let still = sample.lost(&store, &case);
        assert!(still.iter().all(|digest| lost.contains(digest)), "{case}, scrubbed");
        store.close().unwrap();
        drop(store);
        let store = open(&disk, &index.path().join("fresh"));
        assert_eq!(sample.lost(&store, &case), still, "{case}, rebuilt");
        // And the same content heals.
        for content in &sample.contents {
            put(&store, content);
        }
        assert_eq!(sample.lost(&store, &case), [], "{case}, put again");
    }
}

#[test]
fn every_file_with_every_damage_however_it_is_met() {
    let sample = Sample::new();
    for target in targets(&sample) {
        for harm in Harm::ALL {
            for meet in Meet::ALL {
                try_one(&sample, &target, harm, meet);
            }
        }
    }
}

#[test]
fn a_damaged_index_or_staging_costs_no_bytes() {
    let sample = Sample::new();
    let mut names: Vec<PathBuf> = vec!["blobs.boot".into(), "blobs.clean".into()];
    for entry in std::fs::read_dir(sample.index.path().join("blobs")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            names.push(Path::new("blobs").join(entry.file_name()));
        }
    }
    let harms: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes.clear(),
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.iter_mut().take(BLOCK).for_each(|byte| *byte = 0),
        |bytes| bytes.iter_mut().step_by(97).for_each(|byte| *byte ^= 1),
    ];
    for name in names {
        for (number, harm) in harms.iter().enumerate() {
            let case = format!("{} x {number}", name.display());
            let (disk, index) = sample.copy();
            let path = index.path().join(&name);
            let mut bytes = std::fs::read(&path).unwrap();
            harm(&mut bytes);
            std::fs::write(&path, bytes).unwrap();
            disk.create_new(Path::new("staging/leftover")).unwrap();
            let store = open(&disk, index.path());
            let _hints_may_be_gone = sample.lost(&store, &case);
            store.reindex(&mut |_| {}).unwrap();
            assert_eq!(sample.lost(&store, &case), [], "{case}");
            assert_eq!(files(&disk, "staging"), Vec::<PathBuf>::new());
        }
    }
}

/// Flips one bit of the sample and meets it in one way; at most one blob may be lost.
fn flip(sample: &Sample, path: &Path, bit: usize, meet: Meet) {
    let case = format!("bit {bit} of {} x {meet:?}", path.display());
    let (disk, index) = sample.copy();
    let harm = || disk.damage(path, |bytes| bytes[bit / 8] ^= 1 << (bit % 8)).unwrap();
    let store = meet.meet(&disk, index.path(), &harm);
    assert!(sample.lost(&store, &case).len() <= 1, "{case}: more than one blob is lost");
}

/// Every file of the sample with its length in bits.
fn every_file(sample: &Sample) -> Vec<(PathBuf, usize)> {
    let mut all = files(&sample.disk, "packs");
    for dir in files(&sample.disk, "whole") {
        all.extend(files(&sample.disk, dir.to_str().unwrap()));
    }
    let stat = |path: &PathBuf| sample.disk.stat(path).unwrap();
    assert!(all.iter().all(|path| stat(path).kind == Kind::File));
    all.into_iter()
        .map(|path| (path.clone(), usize::try_from(stat(&path).size * 8).unwrap()))
        .collect()
}

#[test]
fn two_hundred_flipped_bits() {
    let sample = Sample::new();
    let files = every_file(&sample);
    for seed in 0..200u64 {
        let dice = u64::from_le_bytes(noise(seed, 8).try_into().unwrap());
        let dice = usize::try_from(dice).unwrap();
        let (path, bits) = &files[dice % files.len()];
        flip(&sample, path, (dice / 7) % bits, Meet::ALL[dice / 3 % Meet::ALL.len()]);
    }
}

/// `cargo test --release -p rushes-store --test matrix -- --ignored`
#[test]
#[ignore = "hours: every bit of packs, and every 4,099th of wholes"]
fn every_bit_once() {
    let sample = Sample::new();
    for (path, bits) in every_file(&sample) {
        let step = if path.starts_with("packs") { 1 } else { 4099 };
        for (number, bit) in (0..bits).step_by(step).enumerate() {
            flip(&sample, &path, bit, Meet::ALL[number % Meet::ALL.len()]);
        }
    }
}
