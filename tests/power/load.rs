//! The load: writers that upload, edit and delete until the daemon is gone, the upkeep beside them,
//! and the ledger of what they were told.
//!
//! Invariant: an acknowledgement is in the ledger only after its reply has arrived, so everything
//! that the ledger holds when a cut is ordered was acknowledged before the cut. That a delete was
//! asked for is noted before it is sent, and stays noted whatever is cut.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rushes_digest::Digest;
use rushes_harness::{Client, Dice, Job, edited, noise};
use serde_json::Value;

/// Writers at once, each in a scene of its own.
pub const WRITERS: u64 = 4;
/// Bytes after which only small files are uploaded, so that no disk runs full.
const BYTES_MAX: u64 = 300 << 20;
/// Shortest content that is edited: a blob in ranges needs more than one block.
const FILM_BYTES_MIN: u64 = 5 << 18;

/// One acknowledged upload.
#[derive(Debug, Clone)]
pub struct Told {
    /// The asset.
    pub id: String,
    /// Its bytes.
    pub digest: String,
    /// Whose history it is in.
    pub scene: u64,
    /// Its number there.
    pub version: u64,
    /// Whether it was to be the best one.
    pub best: bool,
    /// What it was made of, when that may be edited.
    film: Option<Made>,
}

/// One acknowledgement.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Of an upload.
    Upload(Told),
    /// Of the delete of an asset.
    Delete(String),
}

/// What a content is made of: another writer can make the same.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    number: u64,
    length: u64,
    /// The seed of its edit.
    edit: Option<u64>,
}

impl Made {
    fn bytes(self) -> Vec<u8> {
        let bytes = noise(self.number, usize::try_from(self.length).unwrap());
        self.edit.map_or(bytes.clone(), |seed| edited(&bytes, seed))
    }
}

/// Everything that was acknowledged, in order: its length is the clock of the rig.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Mutex<Vec<Entry>>,
    /// Assets whose delete was sent.
    asked: Mutex<BTreeSet<String>>,
    bytes: AtomicU64,
    contents: AtomicU64,
    freed: AtomicU64,
    moved: AtomicU64,
}

impl Ledger {
    /// How many acknowledgements there are.
    pub fn stamp(&self) -> usize {
        self.entries().len()
    }

    /// How many of them are of uploads.
    pub fn uploads(&self) -> usize {
        self.entries().iter().filter(|entry| matches!(entry, Entry::Upload(_))).count()
    }

    /// Contents that sweeps were seen to free.
    pub fn freed(&self) -> u64 {
        self.freed.load(Ordering::Relaxed)
    }

    /// Bytes of originals that sweeps moved away because edited copies share them.
    pub fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// Forgets what was acknowledged after a cut, on the disk that is no more.
    pub fn back_to(&self, stamp: usize) {
        self.entries().truncate(stamp);
    }

    /// The acknowledgements.
    pub fn all(&self) -> Vec<Entry> {
        self.entries().clone()
    }

    /// Assets whose delete was sent, whatever came of it.
    pub fn asked(&self) -> BTreeSet<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One of a scene's assets that nobody has asked to delete.
    fn pick(&self, dice: &mut Dice, scene: u64, is_film: bool) -> Option<Told> {
        let asked = self.asked();
        let entries = self.entries();
        let fitting: Vec<_> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Upload(told) => Some(told),
                Entry::Delete(_) => None,
            })
            .filter(|told| told.scene == scene && (told.film.is_some() || !is_film))
            .filter(|told| !asked.contains(&told.id))
            .collect();
        let count = u64::try_from(fitting.len()).ok().filter(|count| *count > 0)?;
        Some(fitting[usize::try_from(dice.below(count)).unwrap()].clone())
    }
}

/// What a writer does next.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A file of its own, of so many bytes.
    Fresh(u64),
    /// A file that was, or is being, uploaded by somebody.
    Again,
    /// A long file of its own with a few bytes more.
    Edit,
    /// The delete of one of its own assets; of a long one, that edits may share.
    Delete { is_film: bool },
}

impl Step {
    fn choose(dice: &mut Dice, is_full: bool) -> Self {
        match dice.below(24) {
            0..4 => Self::Again,
            4..6 if !is_full => Self::Fresh(FILM_BYTES_MIN + dice.below(1 << 20)),
            6..9 if !is_full => Self::Fresh((128 << 10) + dice.below(256 << 10)),
            9..11 if !is_full => Self::Edit,
            11..13 => Self::Delete { is_film: true },
            13..15 => Self::Delete { is_film: false },
            _ => Self::Fresh(1 + dice.below(20_000)),
        }
    }
}

/// The contents that were begun, for uploading them again.
#[derive(Debug, Default)]
pub struct Begun(Mutex<Vec<Made>>);

impl Begun {
    fn note(&self, made: Made) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(made);
    }

    /// One of the newest: a file that is still on its way is the likeliest to break something.
    fn pick(&self, dice: &mut Dice) -> Option<Made> {
        let begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let back = dice.below(12);
        begun.iter().rev().nth(usize::try_from(back).unwrap()).copied()
    }
}

/// Writes into a scene until the daemon is gone.
pub fn write_until_dead(
    client: &Client,
    ledger: &Ledger,
    begun: &Begun,
    (scene, mut dice): (u64, Dice),
) {
    while write(client, (ledger, begun), scene, &mut dice).is_some() {}
}

fn write(
    client: &Client,
    (ledger, begun): (&Ledger, &Begun),
    scene: u64,
    dice: &mut Dice,
) -> Option<()> {
    let number = || ledger.contents.fetch_add(1, Ordering::Relaxed) + 1;
    let made = match Step::choose(dice, ledger.bytes.load(Ordering::Relaxed) > BYTES_MAX) {
        Step::Again => begun.pick(dice),
        Step::Fresh(length) => Some(Made { number: number(), length, edit: None }),
        Step::Edit => {
            let film = ledger.pick(dice, scene, true).and_then(|told| told.film);
            film.map(|film| Made { edit: Some(number()), ..film })
        }
        Step::Delete { is_film } => match ledger.pick(dice, scene, is_film) {
            Some(told) => return delete(client, ledger, told.id),
            None => None,
        },
    };
    let Some(made) = made else { return Some(()) };
    begun.note(made);
    ledger.bytes.fetch_add(made.length, Ordering::Relaxed);
    upload(client, ledger, (scene, dice.below(4) == 0), made)
}

fn upload(client: &Client, ledger: &Ledger, (scene, best): (u64, bool), made: Made) -> Option<()> {
    let bytes = made.bytes();
    let digest = Digest::of(&bytes).to_hex();
    let number = scene.to_string();
    let fields = [
        ("project_id", "fox"),
        ("scene_number", &*number),
        ("asset_key", "scene_video"),
        ("set_best", if best { "true" } else { "false" }),
    ];
    let reply = client.try_upload("take.bin", bytes, &fields).ok()?;
    let status = reply.status();
    let asset: Value = reply.json().ok()?;
    if status == 503 {
        return None; // it is stopping
    }
    assert_eq!(status, 201, "{asset}");
    let id = asset["id"].as_str().unwrap().to_owned();
    let version = asset["version"].as_u64().unwrap();
    let film = (made.edit.is_none() && made.length >= FILM_BYTES_MIN).then_some(made);
    let told = Told { id, digest, scene, version, best, film };
    ledger.entries().push(Entry::Upload(told));
    Some(())
}

fn delete(client: &Client, ledger: &Ledger, id: String) -> Option<()> {
    ledger.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
    let reply = client.try_delete(&format!("/api/assets/{id}")).ok()?;
    let status = reply.status();
    let text = reply.text().ok()?;
    if status == 503 {
        return None; // it is stopping
    }
    assert_eq!(status, 200, "{text}");
    ledger.entries().push(Entry::Delete(id));
    Some(())
}

/// Sweeps until the daemon is gone, with a scrub beside it now and then.
pub fn keep_up_until_dead(client: &Client, ledger: &Ledger, mut dice: Dice) {
    let mut turn = || {
        if dice.below(8) == 0 {
            client.try_start(Job::Scrub)?;
        }
        client.try_start(Job::Sweep)?;
        let report = client.try_wait(Job::Sweep)?;
        ledger.freed.fetch_add(report["contents"].as_u64().unwrap_or(0), Ordering::Relaxed);
        ledger.moved.fetch_add(report["bytes_moved"].as_u64().unwrap_or(0), Ordering::Relaxed);
        Some(())
    };
    while turn().is_some() {}
}
