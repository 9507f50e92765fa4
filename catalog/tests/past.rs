//! Random histories of projects: what was once answered is answered again, by tables made anew, by
//! a journal that ends there, and of the past.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rushes_catalog::command::{
    Change, Command, FOLLOWED_MAX, NewAsset, NewElement, NewProject, NewScene, PartRef, SceneRef,
    SetBest, Target,
};
use rushes_catalog::element::{ElementRecord, ElementRef, Mood};
use rushes_catalog::ids::{AssetId, ProjectId, UserId};
use rushes_catalog::journal::segment_path;
use rushes_catalog::model::{
    Asset, Content, ElementEntry, ElementKind, Generation, ProjectFacts, Revision, Scope, Status,
    VersionEntry, Viewer,
};
use rushes_catalog::{Catalog, Options};
use rushes_digest::Digest;
use rushes_disk::{CrashDisk, ManualClock, Timestamp};
use serde_json::{Map, json};

const VIEWER: Viewer = Viewer { user: UserId::from_bytes([7; 16]) };
const PROJECTS: [&str; 2] = ["fox", "owl"];
const STEPS: usize = 120;

fn open(disk: &CrashDisk, index: &Path) -> Catalog {
    Catalog::open(Options {
        disk: Arc::new(disk.clone()),
        index_above: index.to_owned(),
        search_above: None,
        boot: Some("boot".to_owned()),
        clock: Arc::new(ManualClock::at(Timestamp(1_795_228_331_045))),
        publish: Box::new(drop),
    })
    .unwrap()
}

/// Numbers that depend on the seed alone (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// All that is answered of a project: its facts, its elements' folders, and of each history the
/// versions with their records.
type Seen = (ProjectFacts, Vec<ElementEntry>, Vec<(String, Vec<(VersionEntry, Asset)>)>);

fn id(project: usize) -> ProjectId {
    PROJECTS[project].parse().unwrap()
}

fn keyed(facts: &ProjectFacts) -> impl Iterator<Item = (Scope, rushes_catalog::ids::AssetKey)> {
    let project = facts.project.id.clone();
    facts.histories.iter().map(move |(part, history)| {
        (Scope { project: project.clone(), part: *part }, history.asset_key.clone())
    })
}

fn seen(catalog: &Catalog, project: usize) -> Option<Seen> {
    let id = id(project);
    let facts = catalog.project_facts(VIEWER, &id).unwrap()?;
    let moods = catalog.element_entries(VIEWER, (&id, ElementKind::Mood), None, 100).unwrap();
    let versions = keyed(&facts).map(|(scope, key)| {
        let versions = catalog.versions(VIEWER, (&scope, &key), None, 100).unwrap();
        let asset = |entry: &VersionEntry| catalog.asset(VIEWER, entry.asset).unwrap().unwrap();
        let versions = versions.into_iter().map(|entry| (entry.clone(), asset(&entry)));
        (format!("{scope:?} {key}"), versions.collect())
    });
    let versions = versions.collect();
    Some((facts, moods, versions))
}

fn seen_as_of(catalog: &Catalog, project: usize, revision: Revision) -> Option<Seen> {
    let past = catalog.project_as_of(VIEWER, &id(project), revision).unwrap()?;
    let id = id(project);
    let facts = past.project_facts(VIEWER, &id).unwrap().unwrap();
    let moods = past.element_entries(VIEWER, (&id, ElementKind::Mood), None, 100).unwrap();
    for mood in &moods {
        let found = past.element_in(VIEWER, (&id, mood.kind), &mood.folder).unwrap();
        assert_eq!(found.as_ref(), Some(mood));
    }
    let versions = keyed(&facts).map(|(scope, key)| {
        let versions = past.versions(VIEWER, (&scope, &key), None, 100).unwrap();
        let one = |of| past.version(VIEWER, (&scope, &key), of).unwrap().unwrap();
        let asset = |entry: &VersionEntry| past.asset(VIEWER, entry.asset).unwrap().unwrap();
        let versions =
            versions.into_iter().map(|entry| (one(entry.version), asset(&entry))).collect();
        let entry = past.history(VIEWER, &scope, &key).unwrap();
        let listed = past.histories(VIEWER, &scope, None, 100).unwrap();
        assert!(listed.into_iter().any(|of| Some(of) == entry));
        (format!("{scope:?} {key}"), versions)
    });
    let versions = versions.collect();
    Some((facts, moods, versions))
}

fn new_asset(random: &mut Random, project: usize, part: Option<PartRef>) -> NewAsset {
    let content = (random.below(4) > 0).then(|| Content {
        digest: Digest::of(&[u8::try_from(random.below(5)).unwrap()]),
        size: 1,
        media_type: "video/mp4".to_owned(),
        extension: "mp4".to_owned(),
        modified_ms: None,
    });
    let asset_key = "clip".parse().unwrap();
    let set_best = content.is_some() && random.below(3) == 0;
    NewAsset {
        id: AssetId::generate(),
        kind: "video".to_owned(),
        asset_type: None,
        status: if content.is_some() { Status::Ready } else { Status::Failed },
        filename: "a.mp4".to_owned(),
        content,
        target: Some(Target { project: id(project), part, asset_key, set_best }),
        tags: Vec::new(),
        client_id: None,
        generation: Generation::default(),
        metadata: Map::new(),
        metadata_digest: None,
    }
}

/// A command that may be refused: then nothing changes, and that is seen as well.
fn command(catalog: &Catalog, random: &mut Random, assets: &[AssetId]) -> Command {
    let number = random.below(2);
    let project = id(number);
    let facts = catalog.project_facts(VIEWER, &project).unwrap();
    let scenes: Vec<_> =
        facts.iter().flat_map(|facts| facts.scenes.iter().map(|scene| scene.id)).collect();
    let moods: Vec<_> =
        facts.iter().flat_map(|facts| facts.elements.iter().map(|one| one.id)).collect();
    let scene = scenes.get(random.below(scenes.len().max(1))).copied().map(SceneRef::Id);
    let scene = scene.unwrap_or(SceneRef::Number(1));
    let mood = moods.get(random.below(moods.len().max(1))).copied();
    let element = mood.map(|id| ElementRef { kind: ElementKind::Mood, id });
    let asset = assets.get(random.below(assets.len().max(1))).copied();
    let patch = json!({"description": random.below(100).to_string()});
    let change = Change { patch: patch.as_object().unwrap().clone(), expected: None };
    match (random.below(20), element, asset) {
        (0, ..) => Command::ChangeProject { id: project, change },
        (1, ..) => Command::DeleteProject { id: project, expected: None },
        (2 | 3, ..) => Command::RestoreProject { id: project },
        (4 | 5, ..) => Command::AddScene { project, scene: NewScene::default() },
        (6, ..) => Command::ChangeScene { project, scene, change },
        (7, ..) => Command::DeleteScene { project, scene, expected: None },
        (8, ..) => {
            let scene_ids = scenes.into_iter().rev().collect();
            Command::ReorderScenes { project, scene_ids }
        }
        (9, Some(element), _) => Command::ChangeElement { project, element, change },
        (10, Some(element), _) if random.below(2) == 0 => {
            Command::DeleteElement { project, element, expected: None }
        }
        (11, _, Some(id)) => Command::DeleteAsset { id, expected: None },
        (12, _, Some(id)) => Command::RestoreAsset { id },
        (13, ..) => {
            let scope = Scope::of_project(project);
            let asset_key = "clip".parse().unwrap();
            Command::SetBest(SetBest { scope, asset_key, version: 1, expected: None })
        }
        (14, ..) => {
            let record = ElementRecord::Mood(Mood { name: "dusk".to_owned(), ..Mood::default() });
            Command::AddElement { project, element: NewElement { id: None, record } }
        }
        (15, ..) => Command::AddAsset(new_asset(random, number, mood.map(PartRef::Mood)).into()),
        (16 | 17, ..) => {
            Command::AddAsset(new_asset(random, number, Some(PartRef::Scene(scene))).into())
        }
        _ => Command::AddAsset(new_asset(random, number, None).into()),
    }
}

/// Lets some of the assets follow, as the vault does.
fn follow(catalog: &Catalog, random: &mut Random) {
    for follow in catalog.follows(None, 10).unwrap() {
        let limit = 1 + random.below(20);
        let found = catalog.following(&follow, None, limit.min(FOLLOWED_MAX)).unwrap();
        if found.is_under_way {
            let command = Command::FollowScope {
                scope: follow.scope.clone(),
                since: follow.since,
                asset_ids: found.asset_ids,
                is_last: found.next.is_none(),
            };
            catalog.submit(follow.viewer, command, None).unwrap();
        }
    }
}

/// What was answered after each revision.
type Past = BTreeMap<Revision, Vec<Option<Seen>>>;

fn history(catalog: &Catalog, seed: u64) -> Past {
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (seed + 1));
    let (mut past, mut assets) = (Past::new(), Vec::new());
    let all = |catalog: &Catalog| (0..PROJECTS.len()).map(|one| seen(catalog, one)).collect();
    for name in PROJECTS {
        catalog
            .submit(VIEWER, Command::CreateProject(NewProject::named(name).into()), None)
            .unwrap();
        past.insert(catalog.revision(), all(catalog));
    }
    for _ in 0..STEPS {
        let command = command(catalog, &mut random, &assets);
        if let Command::AddAsset(new) = &command {
            assets.push(new.id);
        }
        // Refused commands are part of a history.
        let _refused = catalog.submit(VIEWER, command, None);
        past.insert(catalog.revision(), all(catalog));
        if random.below(3) == 0 {
            follow(catalog, &mut random);
            past.insert(catalog.revision(), all(catalog));
        }
    }
    past
}

#[test]
fn the_past_is_what_the_queries_said_then() {
    for seed in 0..6 {
        let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let catalog = open(&disk, index.path());
        let past = history(&catalog, seed);
        assert!(past.len() > STEPS / 3, "seed {seed}: hardly anything happened: {}", past.len());
        for (revision, then) in &past {
            for (project, then) in then.iter().enumerate() {
                let now = seen_as_of(&catalog, project, *revision);
                assert_eq!(&now, then, "seed {seed} {} at {revision}", PROJECTS[project]);
                let id = id(project);
                let entry = catalog.past_project(VIEWER, *revision, id.as_str()).unwrap();
                assert_eq!(entry.is_some(), then.is_some(), "seed {seed} {id} at {revision}");
            }
            let there = then.iter().flatten().map(|(facts, ..)| facts.project.id.clone());
            let listed = catalog.past_projects(VIEWER, *revision, None, 10).unwrap();
            let listed: Vec<_> = listed.into_iter().map(|entry| entry.id).collect();
            assert_eq!(listed, there.collect::<Vec<_>>(), "seed {seed} at {revision}");
        }
        assert!(catalog.project_as_of(VIEWER, &id(0), 0).unwrap().is_none());
        let eve = Viewer { user: UserId::from_bytes([8; 16]) };
        let head = catalog.revision();
        assert_eq!(catalog.past_projects(eve, head, None, 10).unwrap(), []);
        assert!(catalog.project_as_of(eve, &id(0), head).unwrap().is_none());
    }
}

#[test]
fn tables_made_anew_say_the_same_whatever_line_the_journal_ends_with() {
    for seed in 0..3 {
        let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let catalog = open(&disk, index.path());
        let past = history(&catalog, seed);
        drop(catalog);
        let lines = std::cell::Cell::new(0);
        disk.restart()
            .damage(&segment_path(1), |bytes| {
                lines.set(bytes.split_inclusive(|byte| *byte == b'\n').count());
            })
            .unwrap();
        // Every line is one command here, so the number of lines says where the journal ends.
        for kept in (1..=lines.get()).rev().step_by(7) {
            let (disk, index) = (disk.restart(), tempfile::tempdir().unwrap());
            disk.damage(&segment_path(1), |bytes| {
                let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
                let end = ends.map(|(at, _)| at + 1).nth(kept - 1).unwrap();
                bytes.truncate(end);
            })
            .unwrap();
            let catalog = open(&disk, index.path());
            assert_eq!(catalog.read_only(), None);
            let Some(then) = past.get(&catalog.revision()) else { continue };
            for (project, then) in then.iter().enumerate() {
                assert_eq!(&seen(&catalog, project), then, "seed {seed}, {kept} lines");
            }
        }
    }
}
