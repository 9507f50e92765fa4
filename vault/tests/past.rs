//! Random histories: what the folder was told at a moment, it is told of that moment for ever.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_vault::assets::Change as Marks;
use rushes_vault::command::{Change, NewElement, NewProject, NewScene, PartRef, SceneRef, SetBest};
use rushes_vault::command::{CommandError, Target};
use rushes_vault::element::{ElementRecord, ElementRef, Mood};
use rushes_vault::ids::{AssetId, AssetKey, ElementId, ProjectId, SceneId, UserId};
use rushes_vault::marks::AssetPatch;
use rushes_vault::model::{ElementKind, Part, Revision, Scope, Viewer};
use rushes_vault::source::{Facts, Moment, Moments, RecordOf, Shelves, Source};
use rushes_vault::sweep::{Packs, Run, Sweep};
use rushes_vault::{Digest, IngestRequest, Options, Vault};
use serde_json::{Map, Value, json};

/// Far above what a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(30);
const STEPS: usize = 80;
const PROJECTS: [&str; 2] = ["fox", "owl"];

fn open(data: &Path) -> (Arc<Vault>, Viewer) {
    let vault = Vault::open(&Options { data: data.to_owned() }).unwrap();
    let viewer = Viewer { user: vault.first_user("admin").unwrap().id };
    (vault, viewer)
}

fn id(name: &str) -> ProjectId {
    name.parse().unwrap()
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

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() { None } else { Some(all[self.below(all.len())]) }
    }
}

/// Everything that the folder is told of a project, line by line.
fn told(facts: &dyn Facts, viewer: Viewer, project: &ProjectId) -> Option<Vec<String>> {
    let found = facts.project(viewer, project).unwrap()?;
    let mut lines = vec![format!("{found:?}")];
    let record = |of: &RecordOf| match facts.record(viewer, of).unwrap() {
        Some(text) => String::from_utf8(text.to_vec()).unwrap(),
        None => "none".to_owned(),
    };
    lines.push(record(&RecordOf::Project(project.clone())));
    lines.push(record(&RecordOf::Storyboard(project.clone())));
    let mut scopes = vec![Scope::of_project(project.clone())];
    for scene in facts.scenes(viewer, project, None, 100).unwrap() {
        let one = facts.scene(viewer, project, scene.scene_number).unwrap();
        assert_eq!(one.as_ref(), Some(&scene));
        lines.push(format!("{scene:?}"));
        lines.push(record(&RecordOf::Scene(project.clone(), scene.id)));
        scopes.push(Scope::of_scene(project.clone(), scene.id));
    }
    for entry in facts.elements(viewer, (project, ElementKind::Mood), None, 100).unwrap() {
        let one = facts.element(viewer, (project, entry.kind), &entry.folder).unwrap();
        assert_eq!(one.as_ref(), Some(&entry));
        lines.push(format!("{entry:?}"));
        let element = ElementRef { kind: entry.kind, id: entry.id };
        lines.push(record(&RecordOf::Element(project.clone(), element)));
        scopes.push(Scope { project: project.clone(), part: Some(Part::Mood(entry.id)) });
    }
    for scope in &scopes {
        for history in facts.histories(viewer, scope, None, 100).unwrap() {
            let one = facts.history(viewer, scope, &history.asset_key).unwrap();
            assert_eq!(one.as_ref(), Some(&history));
            lines.push(format!("{history:?}"));
            for entry in facts.versions(viewer, scope, &history.asset_key, None, 100).unwrap() {
                let key = &history.asset_key;
                let one = facts.version(viewer, scope, key, entry.version).unwrap();
                assert_eq!(one.as_ref(), Some(&entry));
                lines.push(format!("{entry:?}"));
                lines.push(record(&RecordOf::Asset(entry.asset)));
            }
        }
    }
    Some(lines)
}

/// A vault with a history in the making.
struct World {
    vault: Arc<Vault>,
    viewer: Viewer,
    assets: Vec<AssetId>,
}

impl World {
    fn ingest(&mut self, random: &mut Random, project: Option<&ProjectId>, part: Option<PartRef>) {
        let bytes = [u8::try_from(random.below(6)).unwrap(); 40];
        let asset_key: AssetKey = ["clip", "Frame 1"][random.below(2)].parse().unwrap();
        let failed = (random.below(5) == 0).then(|| "no room".to_owned());
        let staged = failed.is_none().then(|| {
            let mut upload = self.vault.stage(self.viewer).unwrap();
            upload.write(&bytes).unwrap();
            upload.finish().unwrap()
        });
        let request = IngestRequest {
            filename: "a.bin".to_owned(),
            project: project.cloned(),
            part,
            asset_key: project.map(|_| asset_key),
            set_best: failed.is_none() && project.is_some() && random.below(4) == 0,
            failed,
            tags: vec!["red".to_owned()],
            metadata: Map::from_iter([("seed".to_owned(), random.below(9).into())]),
            ..IngestRequest::default()
        };
        let made = self.vault.ingest(self.viewer, request, staged, None);
        self.assets.extend(made.map(|made| made.asset.id));
    }

    /// What is made, changed and deleted of a project and its parts. What is refused changes
    /// nothing, and that is seen as well.
    fn change_parts(
        &self,
        random: &mut Random,
        project: &ProjectId,
        (scenes, mood): (&[SceneId], Option<ElementId>),
    ) -> Result<(), CommandError> {
        let (vault, viewer) = (&self.vault, self.viewer);
        let scene = random.one_of(scenes).map(SceneRef::Id);
        match (random.below(11), scene, mood) {
            (0, ..) => vault.delete_project(viewer, project, None, None).map(drop),
            (1..=3, ..) => vault.restore_project(viewer, project, None).map(drop),
            (4 | 5, ..) => vault.add_scene(viewer, project, NewScene::default(), None).map(drop),
            (6, Some(scene), _) => {
                vault.delete_scene(viewer, (project, scene), None, None).map(drop)
            }
            (7, ..) => {
                let order = scenes.iter().rev().copied().collect();
                vault.reorder_scenes(viewer, project, order, None).map(drop)
            }
            (8, _, Some(id)) => {
                let element = ElementRef { kind: ElementKind::Mood, id };
                vault.delete_element(viewer, (project, element), None, None).map(drop)
            }
            (9, ..) => {
                let mood = Mood { name: "Dusk".to_owned(), ..Mood::default() };
                let new = NewElement { id: None, record: ElementRecord::Mood(mood) };
                vault.add_element(viewer, project, new, None).map(drop)
            }
            _ => {
                let patch = json!({"description": "x", "storyboard": {"title": "y"}});
                let patch = patch.as_object().unwrap().clone();
                let change = Change { patch, expected: None };
                vault.change_project(viewer, project, change, None).map(drop)
            }
        }
    }

    /// The same of assets that are there, and of histories.
    fn change_assets(&self, random: &mut Random, project: ProjectId) {
        let (vault, viewer) = (&self.vault, self.viewer);
        let (scope, asset_key) = (Scope::of_project(project.clone()), "clip".parse().unwrap());
        let Some(id) = random.one_of(&self.assets) else { return };
        let mut change = Marks::default();
        match random.below(8) {
            0 => drop(vault.delete_asset(viewer, id, None, None)),
            1 => drop(vault.restore_asset(viewer, id, None)),
            2 => {
                let best = SetBest { scope, asset_key, version: 1, expected: None };
                drop(vault.set_best(viewer, best, None));
            }
            3 => drop(vault.hide(viewer, id)),
            4 | 5 => {
                let notes = Some(Some(random.below(100).to_string()));
                change.patch = AssetPatch { notes, ..AssetPatch::default() };
                drop(vault.change_asset(viewer, id, &change, None));
            }
            _ => {
                // One that is in no history yet becomes a version.
                change.target = Some(Target { project, part: None, asset_key, set_best: false });
                drop(vault.change_asset(viewer, id, &change, None));
            }
        }
    }

    fn step(&mut self, random: &mut Random) {
        let project = id(PROJECTS[random.below(2)]);
        let (vault, viewer) = (Arc::clone(&self.vault), self.viewer);
        let view = vault.project_view(viewer, &project).unwrap();
        let scenes: Vec<SceneId> =
            view.iter().flat_map(|view| view.scenes.iter().map(|one| one.scene.id)).collect();
        let moods: Vec<ElementId> =
            view.iter().flat_map(|view| view.elements.iter().map(|one| one.element.id)).collect();
        let (scene, mood) = (random.one_of(&scenes), random.one_of(&moods));
        match random.below(11) {
            0..=4 => drop(self.change_parts(random, &project, (&scenes, mood))),
            5..=7 => self.change_assets(random, project),
            8 => self.ingest(random, None, None),
            9 => {
                let scene = scene.map(|id| PartRef::Scene(SceneRef::Id(id)));
                self.ingest(random, Some(&project), scene.or(mood.map(PartRef::Mood)));
            }
            _ => self.ingest(random, Some(&project), mood.map(PartRef::Mood)),
        }
        let begun = Instant::now();
        while !self.vault.has_followed().unwrap() {
            assert!(begun.elapsed() < PATIENCE, "the assets never followed");
            std::thread::yield_now();
        }
        // Once this is answered, so is what followed.
        let description = random.below(9).to_string().into();
        let patch = Map::from_iter([("description".to_owned(), description)]);
        let change = Change { patch, expected: None };
        vault.change_project(viewer, &id("tick"), change, None).unwrap();
    }

    fn told(&self) -> Vec<Option<Vec<String>>> {
        PROJECTS.map(|name| told(&*self.vault, self.viewer, &id(name))).into()
    }
}

type Told = BTreeMap<Revision, Vec<Option<Vec<String>>>>;

fn assert_told(vault: &Vault, viewer: Viewer, then: &Told, context: &str) {
    for (revision, projects) in then {
        let mut there = Vec::new();
        for (name, then) in PROJECTS.iter().zip(projects) {
            let past = vault.past(viewer, *revision, &id(name)).unwrap();
            let now = past.and_then(|past| told(&*past, viewer, &id(name)));
            assert_eq!(&now, then, "{context}: {name} at {revision}");
            there.extend(then.as_ref().map(|_| id(name)));
        }
        let listed = vault.past_projects(viewer, *revision, None, 10).unwrap();
        let listed: Vec<_> = listed.into_iter().map(|entry| entry.id).collect();
        there.push(id("tick"));
        assert_eq!(listed, there, "{context}: at {revision}");
    }
}

#[test]
fn a_moment_is_told_as_it_was_told_when_it_was_now() {
    for seed in 0..3 {
        let data = tempfile::tempdir().unwrap();
        let (vault, viewer) = open(data.path());
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (seed + 1));
        let mut world = World { vault, viewer, assets: Vec::new() };
        for name in PROJECTS.into_iter().chain(["tick"]) {
            world.vault.create_project(viewer, NewProject::named(name), None).unwrap();
        }
        let mut then = Told::new();
        for _ in 0..STEPS {
            world.step(&mut random);
            then.insert(world.vault.revision(), world.told());
        }
        let different: HashSet<_> = then.values().collect();
        assert!(different.len() > STEPS / 3, "seed {seed}: hardly anything happened");
        let World { vault, .. } = world;
        assert_told(&vault, viewer, &then, &format!("seed {seed}"));
        let how = Sweep { grace: Duration::ZERO, run: Run::Really, packs: Packs::All };
        vault.sweep(how, &false.into(), &mut |_| {}).unwrap();
        vault.close().unwrap();
        drop(vault);
        std::fs::remove_dir_all(data.path().join("index")).unwrap();
        let (vault, viewer) = open(data.path());
        assert_told(&vault, viewer, &then, &format!("seed {seed}, swept and made anew"));
    }
}

fn put(vault: &Vault, viewer: Viewer, bytes: &[u8], metadata: Value) -> AssetId {
    let mut upload = vault.stage(viewer).unwrap();
    upload.write(bytes).unwrap();
    let Value::Object(metadata) = metadata else { unreachable!() };
    let request = IngestRequest {
        filename: "clip.bin".to_owned(),
        project: Some(id("fox")),
        metadata,
        ..IngestRequest::default()
    };
    vault.ingest(viewer, request, Some(upload.finish().unwrap()), None).unwrap().asset.id
}

#[test]
fn bytes_that_were_swept_leave_a_record_without_them() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    vault.create_project(viewer, NewProject::named("Fox"), None).unwrap();
    let workflow = "node ".repeat(2000);
    let asset = put(&vault, viewer, b"one", json!({ "workflow": workflow }));
    let revision = vault.revision();
    vault.delete_asset(viewer, asset, None, None).unwrap();
    let digest = Digest::of(b"one");
    let record = || -> Value {
        let past = vault.past(viewer, revision, &id("fox")).unwrap().unwrap();
        let text = past.record(viewer, &RecordOf::Asset(asset)).unwrap().unwrap();
        serde_json::from_slice(&text).unwrap()
    };
    let then = record();
    assert_eq!(
        (&then["status"], &then["metadata"]["workflow"]),
        (&json!("ready"), &json!(workflow))
    );
    assert!(vault.is_kept(viewer, asset, &digest).unwrap());
    assert!(vault.open_kept(viewer, asset, &digest).unwrap().is_some());
    let how = Sweep { grace: Duration::ZERO, run: Run::Really, packs: Packs::All };
    vault.sweep(how, &false.into(), &mut |_| {}).unwrap();
    assert!(!vault.is_kept(viewer, asset, &digest).unwrap());
    assert!(vault.open_kept(viewer, asset, &digest).unwrap().is_none());
    let now = record();
    assert_eq!((&now["status"], &now["metadata"]), (&json!("ready"), &Value::Null));
    assert_eq!(now["metadata_digest"], then["metadata_digest"]);
}

#[test]
fn moments_are_over_and_of_one_user() {
    let data = tempfile::tempdir().unwrap();
    let (vault, viewer) = open(data.path());
    vault.create_project(viewer, NewProject::named("Fox"), None).unwrap();
    let head = vault.revision();
    for (revision, expected) in [(0, None), (1, Some(1)), (head, Some(head)), (head + 1, None)] {
        assert_eq!(vault.moment(Moment::Revision(revision)).unwrap(), expected);
    }
    assert_eq!(vault.moment(Moment::EndOf(1_000_000_000)).unwrap(), None, "before the first claim");
    assert_eq!(vault.moment(Moment::EndOf(1 << 40)).unwrap(), None, "not over");
    let eve = Viewer { user: UserId::generate() };
    assert_eq!(vault.past_projects(eve, head, None, 10).unwrap(), []);
    assert_eq!(vault.past_project(eve, head, "fox").unwrap(), None);
    assert!(vault.past(eve, head, &id("fox")).unwrap().is_none());
    // Who asks with another user's facts in hand is told nothing either.
    let past = vault.past(viewer, head, &id("fox")).unwrap().unwrap();
    assert_eq!(past.project(eve, &id("fox")).unwrap(), None);
    assert!(past.record(eve, &RecordOf::Project(id("fox"))).unwrap().is_none());
}
