//! What must hold after a cut: everything that was acknowledged is there, right, under its version,
//! and the daemon has no damage to report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use rushes_digest::Digest;
use rushes_harness::{Client, Daemon, files_below};
use serde_json::Value;

use crate::load::Told;

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
            Self::History { scene, found } => write!(f, "scene {scene}: {found}"),
            Self::Damage(said) => write!(f, "damage: {said}"),
        }
    }
}

/// Everything that does not hold. `said`: how long the daemon's log was before this start.
pub fn losses(daemon: &Daemon, folder: &Path, told: &[Told], said: u64) -> Vec<Loss> {
    let client = daemon.client();
    let mut losses: Vec<_> = told.iter().filter_map(|told| lost(&client, told)).collect();
    let mut scenes: BTreeMap<u64, Vec<&Told>> = BTreeMap::new();
    for one in told {
        scenes.entry(one.scene).or_default().push(one);
    }
    for (scene, told) in scenes {
        let wrong = history(&client, scene, &told);
        losses.extend(wrong.map(|found| Loss::History { scene, found }));
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

fn lost(client: &Client, told: &Told) -> Option<Loss> {
    let loss = |found: String| Some(Loss::Upload { told: told.clone(), found });
    let reply = client.get(&format!("/api/assets/{}", told.id));
    if reply.status() != 200 {
        return loss(format!("its record is answered with {}", reply.status()));
    }
    let asset: Value = reply.json().unwrap();
    if asset["version"] != told.version || asset["digest"] != *told.digest {
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
fn history(client: &Client, scene: u64, told: &[&Told]) -> Option<String> {
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
    let known: BTreeSet<u64> = told.iter().map(|told| told.version).collect();
    let chosen = told.iter().filter(|told| told.best).map(|told| told.version).max();
    let best = history["best"].as_u64();
    let is_right = match (best, chosen) {
        (None, None) => true,
        (Some(best), chosen) => Some(best) == chosen || !known.contains(&best),
        (None, Some(_)) => false,
    };
    (!is_right).then(|| format!("the best version is {best:?}, it was to be {chosen:?}"))
}
