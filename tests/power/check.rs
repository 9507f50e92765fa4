//! What must hold after a cut: everything that was acknowledged is there, right, under its version,
//! and the daemon has no damage to report, whatever it reads again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use rushes_digest::Digest;
use rushes_harness::{Client, Daemon, Job, files_below};
use serde_json::Value;

use crate::load::{Entry, Ledger, Told};

/// One thing that does not hold.
#[derive(Debug)]
pub enum Loss {
    /// An acknowledged upload is not there, or not what it was.
    Upload {
        /// Which.
        told: Told,
        /// What there is instead.
        found: String,
    },
    /// The delete of an asset was acknowledged, and it is not deleted.
    Delete(String),
    /// A history's numbers or its best version are wrong.
    History {
        /// The scene.
        scene: u64,
        /// What there is.
        found: String,
    },
    /// The daemon says that something is damaged.
    Damage(String),
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upload { told, found } => write!(f, "{told:?}: {found}"),
            Self::Delete(found) => write!(f, "it was deleted: {found}"),
            Self::History { scene, found } => write!(f, "scene {scene}: {found}"),
            Self::Damage(said) => write!(f, "damage: {said}"),
        }
    }
}

/// What became of the asset of an acknowledged upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is there.
    Kept,
    /// Its delete was sent, and not acknowledged before the cut.
    Asked,
    /// Its delete was acknowledged.
    Deleted,
}

/// Everything that does not hold. `said`: how long the daemon's log was before this start.
pub fn losses(daemon: &Daemon, folder: &Path, ledger: &Ledger, said: u64) -> Vec<Loss> {
    let client = daemon.client();
    let told = fates(ledger);
    let mut losses: Vec<_> =
        told.iter().filter_map(|(told, fate)| lost(&client, told, *fate)).collect();
    let mut scenes: BTreeMap<u64, Vec<&(Told, Fate)>> = BTreeMap::new();
    for one in &told {
        scenes.entry(one.0.scene).or_default().push(one);
    }
    for (scene, told) in scenes {
        let wrong = history(&client, scene, &told);
        losses.extend(wrong.map(|found| Loss::History { scene, found }));
    }
    losses.extend(client.damage().into_iter().map(Loss::Damage));
    for job in [Job::Scrub, Job::Reindex] {
        client.run(job);
        losses.extend(client.damage().iter().map(|one| Loss::Damage(format!("{job:?}: {one}"))));
    }
    let aside = folder.join("quarantine");
    if aside.is_dir() {
        let files = files_below(&aside).into_iter();
        losses.extend(files.map(|file| Loss::Damage(format!("{} is there", file.display()))));
    }
    let mut log = std::fs::File::open(daemon.log_path()).unwrap();
    log.seek(SeekFrom::Start(said)).unwrap();
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    let errors = text.lines().filter(|line| line.contains("ERROR"));
    losses.extend(errors.map(|line| Loss::Damage(line.to_owned())));
    losses
}

fn fates(ledger: &Ledger) -> Vec<(Told, Fate)> {
    let (asked, mut deleted, mut uploads) = (ledger.asked(), BTreeSet::new(), Vec::new());
    for entry in ledger.all() {
        match entry {
            Entry::Upload(told) => uploads.push(told),
            Entry::Delete(id) => drop(deleted.insert(id)),
        }
    }
    let fate = |id: &str| match (deleted.contains(id), asked.contains(id)) {
        (true, _) => Fate::Deleted,
        (false, true) => Fate::Asked,
        (false, false) => Fate::Kept,
    };
    uploads.into_iter().map(|told| (told.clone(), fate(&told.id))).collect()
}

fn lost(client: &Client, told: &Told, fate: Fate) -> Option<Loss> {
    let loss = |found: String| Some(Loss::Upload { told: told.clone(), found });
    let reply = client.get(&format!("/api/assets/{}", told.id));
    if reply.status() != 200 {
        return loss(format!("its record is answered with {}", reply.status()));
    }
    let asset: Value = reply.json().unwrap();
    let is_deleted = !asset["deleted_at"].is_null();
    if asset["version"] != told.version || (is_deleted && fate == Fate::Kept) {
        return loss(format!("its record is {asset}"));
    }
    match (is_deleted, fate) {
        (true, _) => return None,
        (false, Fate::Deleted) => return Some(Loss::Delete(asset.to_string())),
        (false, _) => {}
    }
    if asset["digest"] != *told.digest {
        return loss(format!("its record is {asset}"));
    }
    let reply = client.get(&format!("/api/assets/{}/data", told.id));
    if reply.status() != 200 {
        return loss(format!("its bytes are answered with {}", reply.status()));
    }
    match reply.bytes() {
        Ok(bytes) if Digest::of(&bytes).to_hex() == told.digest => None,
        Ok(bytes) => loss(format!("there are {} other bytes", bytes.len())),
        Err(error) => loss(format!("its bytes end early: {error}")),
    }
}

/// What is wrong with a scene's history. What was never acknowledged may be there too.
fn history(client: &Client, scene: u64, told: &[&(Told, Fate)]) -> Option<String> {
    let reply = client.get(&format!("/api/projects/fox/scenes/{scene}/assets/scene_video"));
    if reply.status() != 200 {
        return Some(format!("the history is answered with {}", reply.status()));
    }
    let history: Value = reply.json().unwrap();
    let numbers: Vec<_> =
        history["versions"].as_array().unwrap().iter().map(|one| one["version"].as_u64()).collect();
    let count = numbers.len() as u64;
    if !numbers.iter().copied().eq((1..=count).map(Some)) {
        return Some(format!("the versions are {numbers:?}"));
    }
    let known: BTreeSet<u64> = told.iter().map(|(told, _)| told.version).collect();
    let chosen = told.iter().filter(|(told, _)| told.best).max_by_key(|(told, _)| told.version);
    let best = history["best"].as_u64();
    // None while the chosen one is deleted.
    let is_right = match (best, chosen) {
        (None, None) => true,
        (None, Some((_, fate))) => *fate != Fate::Kept,
        (Some(best), Some((told, fate))) if best == told.version => *fate != Fate::Deleted,
        (Some(best), _) => !known.contains(&best),
    };
    (!is_right).then(|| format!("the best version is {best:?}, it was to be {chosen:?}"))
}
