//! The load: writers that upload, upload again, edit and delete; and the upkeep beside them.
//!
//! Invariant: what a client was told is noted only after the reply has arrived; that a delete was
//! asked for is noted before it is sent.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rushes_digest::Digest;
use rushes_harness::{Client, Dice, Job, edited, noise};
use serde_json::Value;

/// Length of a content that edits share: a blob in ranges needs more than one block.
const FILM_BYTES: usize = 1_300_000;

/// What a client knows of an asset's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is there.
    Kept,
    /// Its delete was sent and not answered.
    Asked,
    /// Its delete was acknowledged.
    Deleted,
}

/// What a client was told of an asset.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its bytes.
    pub digest: String,
    /// Its number in its scene.
    pub version: u64,
    /// Its scene.
    pub scene: u64,
    /// Whether it may be read.
    pub fate: Fate,
    /// The number of its content, when that may be edited.
    film: Option<u64>,
}

/// What all clients were told, and what they share.
#[derive(Debug, Default)]
pub struct Told {
    known: Mutex<BTreeMap<String, Known>>,
    contents: AtomicU64,
    /// Contents that sweeps were seen to free.
    pub freed: AtomicU64,
    /// Bytes of originals that sweeps moved away because edited copies share them.
    pub moved: AtomicU64,
}

impl Told {
    /// Every asset by its id.
    pub fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pick(&self, dice: &mut Dice, is_wanted: impl Fn(&Known) -> bool) -> Option<(String, Known)> {
        let known = self.lock();
        let fitting: Vec<_> = known.iter().filter(|(_, known)| is_wanted(known)).collect();
        let count = u64::try_from(fitting.len()).ok().filter(|count| *count > 0)?;
        let (id, known) = fitting[usize::try_from(dice.below(count)).unwrap()];
        Some((id.clone(), known.clone()))
    }

    fn set(&self, id: &str, fate: Fate) {
        self.lock().get_mut(id).unwrap().fate = fate;
    }
}

/// Writes into a scene until the daemon is gone.
pub fn write_until_dead(client: &Client, told: &Told, (scene, mut dice): (u64, Dice)) {
    while step(client, told, scene, &mut dice).is_some() {}
}

fn step(client: &Client, told: &Told, scene: u64, dice: &mut Dice) -> Option<()> {
    let is_mine = |known: &Known| known.scene == scene && known.fate == Fate::Kept;
    let number = told.contents.fetch_add(1, Ordering::Relaxed) + 1;
    match dice.below(20) {
        0..4 => match told.pick(dice, is_mine) {
            Some((id, _)) => delete(client, told, &id),
            None => Some(()),
        },
        // An original that others may share: its bytes move when it is swept.
        4..6 => match told.pick(dice, |known| is_mine(known) && known.film.is_some()) {
            Some((id, _)) => delete(client, told, &id),
            None => Some(()),
        },
        6..9 => match told.pick(dice, |known| is_mine(known) && known.film.is_some()) {
            Some((_, Known { film: Some(film), .. })) => {
                let bytes = edited(&noise(film, FILM_BYTES), number);
                upload(client, told, scene, (bytes, None))
            }
            _ => Some(()),
        },
        9..11 => upload(client, told, scene, (noise(number, FILM_BYTES), Some(number))),
        11..14 => upload(client, told, scene, (noise(number, 400_000), None)),
        // What somebody uploads at this moment, or has just deleted.
        14..16 => {
            let earlier = number.saturating_sub(dice.below(12));
            upload(client, told, scene, (noise(earlier, 400_000), None))
        }
        _ => upload(client, told, scene, (noise(number, 3_000), None)),
    }
}

fn upload(
    client: &Client,
    told: &Told,
    scene: u64,
    (bytes, film): (Vec<u8>, Option<u64>),
) -> Option<()> {
    let digest = Digest::of(&bytes).to_hex();
    let number = scene.to_string();
    let fields = [("project_id", "fox"), ("scene_number", &*number), ("asset_key", "scene_video")];
    let reply = client.try_upload("take.bin", bytes, &fields).ok()?;
    let status = reply.status();
    let asset: Value = reply.json().ok()?;
    assert_eq!(status, 201, "{asset}");
    assert_eq!(asset["digest"], digest);
    let id = asset["id"].as_str().unwrap().to_owned();
    let version = asset["version"].as_u64().unwrap();
    told.lock().insert(id, Known { digest, version, scene, fate: Fate::Kept, film });
    Some(())
}

fn delete(client: &Client, told: &Told, id: &str) -> Option<()> {
    told.set(id, Fate::Asked);
    let reply = client.try_delete(&format!("/api/assets/{id}")).ok()?;
    let status = reply.status();
    let text = reply.text().ok()?;
    assert_eq!(status, 200, "{text}");
    told.set(id, Fate::Deleted);
    Some(())
}

/// Sweeps without a pause until the daemon is gone, with a scrub beside it now and then. Tells of
/// every sweep that has freed files.
pub fn keep_up_until_dead(client: &Client, told: &Told, swept: &Sender<u64>, mut dice: Dice) {
    let mut turn = || {
        if dice.below(8) == 0 {
            client.try_start(Job::Scrub)?;
        }
        client.try_start(Job::Sweep)?;
        let report = client.try_wait(Job::Sweep)?;
        told.moved.fetch_add(report["bytes_moved"].as_u64().unwrap_or(0), Ordering::Relaxed);
        // Nobody has to be listening.
        if let Some(contents) = report["contents"].as_u64().filter(|_| report["bytes"] != 0) {
            told.freed.fetch_add(contents, Ordering::Relaxed);
            let _ = swept.send(contents);
        }
        Some(())
    };
    while turn().is_some() {}
}
