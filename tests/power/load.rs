//! The load: writers that upload until the daemon is gone, and the ledger of what they were told.
//!
//! Invariant: an acknowledgement is in the ledger only after its reply has arrived, so everything
//! that the ledger holds when a cut is ordered was acknowledged before the cut.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rushes_digest::Digest;
use rushes_harness::{Client, Dice, noise};
use serde_json::Value;

/// Writers at once, each in a scene of its own.
pub const WRITERS: u64 = 4;
/// Bytes after which only small files are uploaded, so that no disk runs full.
const BYTES_MAX: u64 = 300 << 20;

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
}

/// Everything that was acknowledged, in order: its length is the clock of the rig.
#[derive(Debug, Default)]
pub struct Ledger {
    told: Mutex<Vec<Told>>,
    bytes: AtomicU64,
    contents: AtomicU64,
}

impl Ledger {
    /// How many acknowledgements there are.
    pub fn stamp(&self) -> usize {
        self.told().len()
    }

    /// Forgets what was acknowledged after a cut, on the disk that is no more.
    pub fn back_to(&self, stamp: usize) {
        self.told().truncate(stamp);
    }

    /// The acknowledgements.
    pub fn all(&self) -> Vec<Told> {
        self.told().clone()
    }

    fn told(&self) -> MutexGuard<'_, Vec<Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a writer does next. Deletes and sweeps go here.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A file of its own, of so many bytes.
    Fresh(u64),
    /// A file that was, or is being, uploaded by somebody.
    Again,
}

impl Step {
    fn choose(dice: &mut Dice, is_full: bool) -> Self {
        match dice.below(20) {
            0..4 => Self::Again,
            4..6 if !is_full => Self::Fresh((1 << 20) + dice.below(1 << 20)),
            6..9 if !is_full => Self::Fresh((128 << 10) + dice.below(256 << 10)),
            _ => Self::Fresh(1 + dice.below(20_000)),
        }
    }
}

/// The bytes of a content by its number: number and length are one, so that another writer can
/// make the same.
fn content(number: u64, length: u64) -> Vec<u8> {
    noise(number, usize::try_from(length).unwrap())
}

/// The contents that were begun, for uploading them again.
#[derive(Debug, Default)]
pub struct Begun(Mutex<Vec<(u64, u64)>>);

impl Begun {
    fn note(&self, number: u64, length: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((number, length));
    }

    /// One of the newest: a file that is still on its way is the likeliest to break something.
    fn pick(&self, dice: &mut Dice) -> Option<(u64, u64)> {
        let begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let back = dice.below(12);
        begun.iter().rev().nth(usize::try_from(back).unwrap()).copied()
    }
}

/// Uploads into a scene until the daemon is gone.
pub fn write_until_dead(
    client: &Client,
    ledger: &Ledger,
    begun: &Begun,
    (scene, mut dice): (u64, Dice),
) {
    let number = scene.to_string();
    loop {
        let step = Step::choose(&mut dice, ledger.bytes.load(Ordering::Relaxed) > BYTES_MAX);
        let again = match step {
            Step::Again => begun.pick(&mut dice),
            Step::Fresh(_) => None,
        };
        let (seed, length) = match (again, step) {
            (Some(known), _) => known,
            (None, Step::Fresh(length)) => {
                (ledger.contents.fetch_add(1, Ordering::Relaxed) + 1, length)
            }
            (None, Step::Again) => continue,
        };
        begun.note(seed, length);
        ledger.bytes.fetch_add(length, Ordering::Relaxed);
        let bytes = content(seed, length);
        let digest = Digest::of(&bytes).to_hex();
        let best = dice.below(4) == 0;
        let fields = [
            ("project_id", "fox"),
            ("scene_number", &*number),
            ("asset_key", "scene_video"),
            ("set_best", if best { "true" } else { "false" }),
        ];
        let Ok(reply) = client.try_upload("take.bin", bytes, &fields) else { return };
        let status = reply.status();
        let Ok(asset) = reply.json::<Value>() else { return };
        if status == 503 {
            return; // it is stopping
        }
        assert_eq!(status, 201, "{asset}");
        let id = asset["id"].as_str().unwrap().to_owned();
        let version = asset["version"].as_u64().unwrap();
        ledger.told().push(Told { id, digest, scene, version, best });
    }
}
