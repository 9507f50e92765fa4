//! Random histories with deletions, restorations and freed bytes, against a naive model: what
//! stands for a history, who names a content, and that tables made anew say the same.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rushes_catalog::command::{Command, CommandError, NewAsset, NewProject, SetBest, Target};
use rushes_catalog::ids::{AssetId, AssetKey, UserId};
use rushes_catalog::model::{
    Claimed, Content, Generation, HistoryEntry, Scope, Status, Version, Viewer,
};
use rushes_catalog::{Catalog, Options};
use rushes_digest::Digest;
use rushes_disk::{CrashDisk, ManualClock, Timestamp};

const USERS: [Viewer; 2] =
    [Viewer { user: UserId::from_bytes([7; 16]) }, Viewer { user: UserId::from_bytes([8; 16]) }];
const KEYS: [&str; 2] = ["clip", "still"];
/// Contents 0 to 3 are bytes, 4 and 5 metadata; 6 is never named.
const CONTENTS: u8 = 7;
const BEGIN_MS: i64 = 1_795_228_331_000;

fn digest(content: u8) -> Digest {
    Digest::of(&[content])
}

fn key(number: usize) -> AssetKey {
    KEYS[number].parse().unwrap()
}

fn scope() -> Scope {
    Scope::of_project("fox".parse().unwrap())
}

fn open(disk: &CrashDisk, index: &Path, clock: &Arc<ManualClock>) -> Catalog {
    let clock = Arc::clone(clock);
    Catalog::open(Options {
        disk: Arc::new(disk.clone()),
        index_above: index.to_owned(),
        search_above: None,
        boot: Some("boot".to_owned()),
        clock,
        publish: Box::new(drop),
    })
    .unwrap()
}

/// An asset as the model keeps it.
struct Kept {
    id: AssetId,
    user: usize,
    key: usize,
    version: Version,
    bytes: Option<u8>,
    metadata: Option<u8>,
    /// The number of the step and its time.
    deleted: Option<(u64, i64)>,
}

impl Kept {
    fn names(&self, content: u8) -> bool {
        self.bytes == Some(content) || self.metadata == Some(content)
    }
}

#[derive(Default)]
struct Model {
    assets: Vec<Kept>,
    chosen: BTreeMap<(usize, usize), Version>,
    released: BTreeMap<u8, i64>,
    freed: BTreeMap<u8, u64>,
    step: u64,
}

impl Model {
    fn named(&self, content: u8) -> bool {
        self.assets.iter().any(|asset| asset.deleted.is_none() && asset.names(content))
    }

    fn claimed(&self, content: u8) -> Claimed {
        if self.named(content) {
            return Claimed::Named;
        }
        match self.released.get(&content) {
            Some(at) => Claimed::Released { at: Timestamp(*at) },
            None if self.freed.contains_key(&content) => Claimed::Freed,
            None => Claimed::Never,
        }
    }

    fn of(&self, user: usize, key: usize) -> impl Iterator<Item = &Kept> {
        self.assets.iter().filter(move |asset| (asset.user, asset.key) == (user, key))
    }

    /// Best, latest and current.
    fn shown(&self, user: usize, key: usize) -> (Option<Version>, Version, Option<Version>) {
        let kept = || self.of(user, key).filter(|asset| asset.deleted.is_none());
        let latest = kept().map(|asset| asset.version).max().unwrap_or(0);
        let ready = kept().filter(|asset| asset.bytes.is_some());
        let ready = ready.map(|asset| asset.version).max();
        let chosen = self.chosen.get(&(user, key));
        let best = chosen.filter(|best| kept().any(|asset| asset.version == **best)).copied();
        (best, latest, best.or(ready))
    }

    fn may_restore(&self, asset: &Kept) -> bool {
        let Some((deleted, _)) = asset.deleted else { return true };
        let is_kept = |content: u8, names: fn(&Kept) -> Option<u8>| {
            let mine = self.assets.iter().filter(|other| other.user == asset.user);
            let again = mine.filter(|other| other.deleted.is_none());
            let freed = self.freed.get(&content).is_some_and(|freed| *freed > deleted);
            !freed || again.map(names).any(|named| named == Some(content))
        };
        asset.bytes.is_none_or(|content| is_kept(content, |asset| asset.bytes))
            && asset.metadata.is_none_or(|content| is_kept(content, |asset| asset.metadata))
    }

    fn delete(&mut self, at: usize, now: i64) {
        if self.assets[at].deleted.is_some() {
            return;
        }
        self.assets[at].deleted = Some((self.step, now));
        for content in 0..CONTENTS {
            if self.assets[at].names(content) && !self.named(content) {
                self.released.insert(content, now);
            }
        }
    }

    fn restore(&mut self, at: usize) {
        self.assets[at].deleted = None;
        self.forget_released();
    }

    fn forget_released(&mut self) {
        let named: Vec<_> = (0..CONTENTS).filter(|content| self.named(*content)).collect();
        self.released.retain(|content, _| !named.contains(content));
    }

    fn free(&mut self, contents: &[u8]) -> Vec<Digest> {
        let mut freed = Vec::new();
        for content in contents {
            if matches!(self.claimed(*content), Claimed::Released { .. } | Claimed::Freed) {
                self.released.remove(content);
                self.freed.insert(*content, self.step);
                freed.push(digest(*content));
            }
        }
        freed
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn content(&mut self, from: u8, count: usize) -> u8 {
        from + u8::try_from(self.below(count)).unwrap()
    }
}

fn new_asset(key: AssetKey, bytes: Option<u8>, metadata: Option<u8>) -> NewAsset {
    let content = |content| Content {
        digest: digest(content),
        size: 10 + u64::from(content),
        media_type: "video/mp4".to_owned(),
        extension: "mp4".to_owned(),
        modified_ms: None,
    };
    let project = "fox".parse().unwrap();
    NewAsset {
        id: AssetId::generate(),
        kind: "video".to_owned(),
        asset_type: None,
        status: if bytes.is_some() { Status::Ready } else { Status::Failed },
        filename: "a.mp4".to_owned(),
        content: bytes.map(content),
        target: Some(Target { project, part: None, asset_key: key, set_best: false }),
        tags: Vec::new(),
        client_id: None,
        generation: Generation::default(),
        metadata: serde_json::Map::new(),
        metadata_digest: metadata.map(digest),
    }
}

fn submit(catalog: &Catalog, viewer: Viewer, command: Command) -> Result<u64, CommandError> {
    catalog.submit(viewer, command, None).map(|outcome| outcome.revision)
}

fn step(catalog: &Catalog, model: &mut Model, random: &mut Random, clock: &ManualClock, now: i64) {
    let (user, key_number) = (random.below(2), random.below(2));
    let at = random.below(model.assets.len().max(1));
    match random.below(10) {
        0..=3 => {
            let bytes = (random.below(4) > 0).then(|| random.content(0, 4));
            let metadata = (random.below(3) == 0).then(|| random.content(4, 2));
            let new = new_asset(key(key_number), bytes, metadata);
            let id = new.id;
            submit(catalog, USERS[user], Command::AddAsset(Box::new(new))).unwrap();
            let version = Version::try_from(model.of(user, key_number).count() + 1).unwrap();
            let kept = Kept { id, user, key: key_number, version, bytes, metadata, deleted: None };
            model.assets.push(kept);
            model.forget_released();
        }
        4..=6 if !model.assets.is_empty() => {
            let (id, owner) = (model.assets[at].id, model.assets[at].user);
            submit(catalog, USERS[owner], Command::DeleteAsset { id, expected: None }).unwrap();
            let missing =
                submit(catalog, USERS[1 - owner], Command::DeleteAsset { id, expected: None });
            assert_eq!(missing, Err(CommandError::Missing { what: "asset" }));
            model.delete(at, now);
        }
        7 if !model.assets.is_empty() => {
            let (id, owner) = (model.assets[at].id, model.assets[at].user);
            let restored = submit(catalog, USERS[owner], Command::RestoreAsset { id });
            if model.may_restore(&model.assets[at]) {
                restored.unwrap();
                model.restore(at);
            } else {
                assert_eq!(restored, Err(CommandError::Gone { what: "asset" }));
            }
        }
        8 => {
            let contents: Vec<u8> = (0..CONTENTS).filter(|_| random.below(3) == 0).collect();
            let digests = contents.iter().map(|content| digest(*content)).collect();
            let recorded = catalog.submit(Viewer::NOBODY, Command::FreeBytes { digests }, None);
            let freed = match recorded {
                Ok(outcome) => catalog.freed_at(outcome.revision, outcome.position).unwrap(),
                Err(error) => {
                    assert_eq!(error, CommandError::Missing { what: "released content" });
                    Vec::new()
                }
            };
            assert_eq!(freed, model.free(&contents));
        }
        _ if !model.assets.is_empty() => {
            let asset = &model.assets[at];
            let (user, key_number, version) = (asset.user, asset.key, asset.version);
            let best =
                SetBest { scope: scope(), asset_key: key(key_number), version, expected: None };
            let chosen = submit(catalog, USERS[user], Command::SetBest(best));
            assert_eq!(chosen.is_ok(), asset.bytes.is_some() && asset.deleted.is_none());
            if chosen.is_ok() {
                model.chosen.insert((user, key_number), version);
            }
        }
        _ => {}
    }
    clock.advance_ms(1000);
    model.step += 1;
}

fn assert_same(catalog: &Catalog, model: &Model, context: &str) {
    for content in 0..CONTENTS {
        let claimed = catalog.claimed(&digest(content)).unwrap();
        assert_eq!(claimed, model.claimed(content), "{context}: content {content}");
    }
    for (number, viewer) in USERS.iter().enumerate() {
        let mine = || {
            let kept = model.assets.iter().filter(|asset| asset.deleted.is_none());
            kept.filter(|asset| asset.user == number)
        };
        for content in 0..CONTENTS {
            let bytes = mine().any(|asset| asset.bytes == Some(content));
            let found = catalog.content(*viewer, &digest(content)).unwrap();
            assert_eq!(found, bytes.then_some(10 + u64::from(content)), "{context}");
            let metadata = mine().any(|asset| asset.metadata == Some(content));
            assert_eq!(catalog.has_metadata(*viewer, &digest(content)).unwrap(), metadata);
        }
        let mut listed: Vec<_> = mine().filter_map(|asset| asset.bytes).map(digest).collect();
        listed.sort();
        listed.dedup();
        let contents = catalog.contents(*viewer, None, 100).unwrap();
        let contents: Vec<_> = contents.into_iter().map(|(digest, _)| digest).collect();
        assert_eq!(contents, listed, "{context}");
        let bytes: u64 = mine().filter_map(|asset| asset.bytes).map(|c| 10 + u64::from(c)).sum();
        assert_eq!(catalog.logical_bytes(*viewer).unwrap(), bytes, "{context}");
        for key_number in 0..KEYS.len() {
            assert_same_history(catalog, model, (number, key_number), context);
        }
    }
}

fn assert_same_history(catalog: &Catalog, model: &Model, of: (usize, usize), context: &str) {
    let (viewer, key) = (USERS[of.0], key(of.1));
    let entry = catalog.history(viewer, &scope(), &key).unwrap();
    let shown = |entry: HistoryEntry| {
        (entry.best, entry.latest, entry.current.map(|current| current.version))
    };
    let expected = model.of(of.0, of.1).next().map(|_| model.shown(of.0, of.1));
    assert_eq!(entry.map(shown), expected, "{context}: {of:?}");
    let versions = catalog.versions(viewer, (&scope(), &key), None, 1000).unwrap();
    let assets = catalog.version_assets(viewer, (&scope(), &key)).unwrap();
    assert_eq!(versions.len(), model.of(of.0, of.1).count(), "{context}");
    for ((asset, version), kept) in assets.iter().zip(&versions).zip(model.of(of.0, of.1)) {
        assert_eq!((asset.id, version.asset, version.version), (kept.id, kept.id, kept.version));
        assert_eq!(asset.placement.as_ref().unwrap().version, kept.version, "{context}");
        let deleted = kept.deleted.map(|(_, at)| rushes_catalog::claim::rfc3339(Timestamp(at)));
        assert_eq!(asset.deleted_at, deleted, "{context}");
        assert_eq!(version.is_deleted, kept.deleted.is_some(), "{context}");
        assert_eq!(catalog.asset(viewer, kept.id).unwrap().as_ref(), Some(asset), "{context}");
    }
}

#[test]
fn random_deletions_agree_with_a_naive_model_and_with_tables_made_anew() {
    for seed in 0..25 {
        let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let clock = Arc::new(ManualClock::at(Timestamp(BEGIN_MS)));
        let catalog = open(&disk, index.path(), &clock);
        for viewer in USERS {
            let project = NewProject::named("Fox");
            submit(&catalog, viewer, Command::CreateProject(project.into())).unwrap();
        }
        let (mut model, mut random) = (Model::default(), Random(seed));
        for number in 0..60 {
            let now = BEGIN_MS + number * 1000;
            step(&catalog, &mut model, &mut random, &clock, now);
            assert_same(&catalog, &model, &format!("seed {seed} step {number}"));
        }
        drop(catalog);
        let fresh = tempfile::tempdir().unwrap();
        let again = open(&disk.restart(), fresh.path(), &clock);
        assert_same(&again, &model, &format!("seed {seed} made anew"));
    }
}

#[test]
fn what_was_released_is_listed_in_pages_by_time_whatever_goes_meanwhile() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(0)));
    let catalog = open(&disk, index.path(), &clock);
    let project = NewProject::named("Fox");
    submit(&catalog, USERS[0], Command::CreateProject(project.into())).unwrap();
    let mut all = Vec::new();
    for content in 0..40 {
        let new = new_asset(key(0), Some(content), None);
        let id = new.id;
        submit(&catalog, USERS[0], Command::AddAsset(Box::new(new))).unwrap();
        submit(&catalog, USERS[0], Command::DeleteAsset { id, expected: None }).unwrap();
        all.push((digest(content), Timestamp(i64::from(content) * 10)));
        clock.advance_ms(10);
    }
    let mut due: Vec<_> = all.iter().copied().filter(|(_, at)| at.0 <= 250).collect();
    due.sort();
    assert_eq!(due.len(), 26);
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = catalog.released_before(Timestamp(250), after, 7).unwrap();
        let digests: Vec<_> = page.iter().map(|(digest, _)| *digest).collect();
        listed.extend(page);
        let Some(last) = digests.last() else { break };
        after = Some(*last);
        submit(&catalog, Viewer::NOBODY, Command::FreeBytes { digests }).unwrap();
    }
    assert_eq!(listed, due);
    assert!(catalog.released_before(Timestamp(250), None, 100).unwrap().is_empty());
    assert_eq!(catalog.released_before(Timestamp(1000), None, 100).unwrap().len(), 14);
}

#[test]
fn a_repeated_deletion_with_its_key_does_not_undo_a_restoration() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(0)));
    let catalog = open(&disk, index.path(), &clock);
    let project = NewProject::named("Fox");
    submit(&catalog, USERS[0], Command::CreateProject(project.into())).unwrap();
    let new = new_asset(key(0), Some(1), None);
    let id = new.id;
    submit(&catalog, USERS[0], Command::AddAsset(Box::new(new))).unwrap();
    submit(&catalog, USERS[0], Command::DeleteAsset { id, expected: None }).unwrap();
    let again = || {
        catalog.submit(USERS[0], Command::DeleteAsset { id, expected: None }, Some("k".to_owned()))
    };
    assert!(!again().unwrap().replayed);
    submit(&catalog, USERS[0], Command::RestoreAsset { id }).unwrap();
    assert!(again().unwrap().replayed);
    assert_eq!(catalog.claimed(&digest(1)).unwrap(), Claimed::Named);
}
