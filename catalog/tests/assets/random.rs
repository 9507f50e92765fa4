//! Random histories of assets that are made, changed, placed, chosen, deleted and restored, against
//! naive sums: costs, tags, counts, the newest ones, what is outdated; and that tables made anew
//! say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rushes_catalog::command::{ChangeAsset, Command, CommandError, NewAsset, SceneRef, SetBest};
use rushes_catalog::costs::{CostBy, CostGroup, CostPage, CostQuery, Costs, Sum};
use rushes_catalog::counts::Count;
use rushes_catalog::ids::AssetId;
use rushes_catalog::marks::AssetPatch;
use rushes_catalog::model::{Asset, Content, Generation, Scope, Status, Version};
use rushes_catalog::{Catalog, Follow};
use rushes_digest::Digest;
use rushes_disk::{CrashDisk, ManualClock, Timestamp};

use crate::stage::{BEGIN_MS, KEYS, OTHER, PLACES, Place, Stage, VIEWER, key, open};

const TAGS: [&str; 3] = ["fox", "den", "dusk"];
const MODELS: [&str; 2] = ["flux", "kling"];
/// Steps are so far apart that a history lasts some months.
const STEP_MS: i64 = 86_400_000;

/// An asset as the model keeps it.
#[derive(Clone)]
struct Kept {
    id: AssetId,
    place: Option<(Place, Version)>,
    size: Option<u64>,
    cost: Option<(u64, &'static str, String)>,
    tags: BTreeSet<&'static str>,
    notes: Option<String>,
    sources: Vec<usize>,
    parent: Option<usize>,
    archived: bool,
    deleted: bool,
}

impl Kept {
    fn is_ready(&self) -> bool {
        self.size.is_some() && !self.deleted
    }

    fn status(&self) -> &'static str {
        match self {
            Self { deleted: true, .. } => "deleted",
            Self { archived: true, .. } => "archived",
            Self { size: None, .. } => "failed",
            _ => "ready",
        }
    }
}

#[derive(Default)]
struct Model {
    assets: Vec<Kept>,
    chosen: BTreeMap<Place, Version>,
}

impl Model {
    fn next_version(&self, place: Place) -> Version {
        let of = self.assets.iter().filter(|kept| kept.place.is_some_and(|(of, _)| of == place));
        Version::try_from(of.count() + 1).unwrap()
    }

    fn current(&self, place: Place) -> Option<Version> {
        let ready = |kept: &&Kept| kept.is_ready();
        let of = |kept: &Kept| kept.place.filter(|(of, _)| *of == place).map(|(_, at)| at);
        let ready: Vec<_> = self.assets.iter().filter(ready).filter_map(of).collect();
        let chosen = self.chosen.get(&place).filter(|chosen| ready.contains(chosen));
        chosen.copied().or_else(|| ready.iter().max().copied())
    }

    fn is_picked(&self, kept: &Kept) -> bool {
        kept.place.is_some_and(|(place, version)| self.current(place) == Some(version))
    }

    fn is_replaced(&self, kept: &Kept) -> bool {
        kept.place.is_some_and(|(place, version)| {
            self.current(place).is_some_and(|current| current != version)
        })
    }

    fn outdated(&self, at: usize) -> BTreeSet<AssetId> {
        let (mut seen, mut waiting) = (BTreeSet::new(), vec![at]);
        while let Some(user) = waiting.pop() {
            let user = &self.assets[user];
            for source in user.sources.iter().copied().chain(user.parent) {
                let place = |kept: &Kept| kept.place.map(|(place, _)| place);
                let same = place(user).is_some() && place(user) == place(&self.assets[source]);
                if !same && seen.insert(source) {
                    waiting.push(source);
                }
            }
        }
        let replaced = |at: &usize| self.is_replaced(&self.assets[*at]);
        seen.into_iter().filter(replaced).map(|at| self.assets[at].id).collect()
    }

    fn sum(&self, is_of: impl Fn(&Kept) -> bool) -> Costs {
        let sum = |is_wanted: &dyn Fn(&Kept) -> bool| {
            let costs = self.assets.iter().filter(|kept| is_of(kept) && is_wanted(kept));
            let costs: Vec<_> = costs.filter_map(|kept| kept.cost.as_ref()).collect();
            let micros = costs.iter().map(|(micros, ..)| u128::from(*micros)).sum();
            Sum { count: costs.len() as u64, micros }
        };
        Costs {
            all: sum(&|_| true),
            failed: sum(&|kept| kept.size.is_none()),
            picked: sum(&|kept| self.is_picked(kept)),
        }
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn place(&mut self) -> Place {
        (self.below(PLACES), self.below(KEYS.len()))
    }
}

fn month(now: i64) -> String {
    rushes_catalog::claim::rfc3339(Timestamp(now))[..7].to_owned()
}

fn add(stage: &Stage, model: &mut Model, random: &mut Random, now: i64) {
    let place = (random.below(4) > 0).then(|| random.place());
    let size = (random.below(4) > 0).then(|| random.below(1000) as u64);
    let amount = (random.below(3) > 0).then(|| random.below(10_000));
    let model_number = random.below(MODELS.len());
    let tags: Vec<_> = (0..random.below(3)).map(|_| TAGS[random.below(3)]).collect();
    let count = model.assets.len();
    let sources: Vec<_> = (0..random.below(3).min(count)).map(|_| random.below(count)).collect();
    let parent = (count > 0 && random.below(3) == 0).then(|| random.below(count));
    let id = AssetId::generate();
    let new = NewAsset {
        id,
        kind: if size.is_some() { "video" } else { "other" }.to_owned(),
        asset_type: None,
        status: if size.is_some() { Status::Ready } else { Status::Failed },
        filename: "a.mp4".to_owned(),
        content: size.map(|size| Content {
            digest: Digest::of(&size.to_le_bytes()),
            size,
            media_type: "video/mp4".to_owned(),
            extension: "mp4".to_owned(),
            modified_ms: None,
        }),
        target: place.map(|place| stage.target(place)),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        client_id: None,
        generation: Generation {
            model: Some(MODELS[model_number].to_owned()),
            workflow_id: Some("w".to_owned()),
            // Ten-thousandths, which no binary number holds exactly.
            estimated_cost: amount.map(|amount| f64::from(u32::try_from(amount).unwrap()) / 1e4),
            source_asset_ids: sources.iter().map(|at| model.assets[*at].id).collect(),
            parent_id: parent.map(|at| model.assets[at].id),
            ..Generation::default()
        },
        metadata: serde_json::Map::new(),
        metadata_digest: None,
    };
    stage.catalog.submit(VIEWER, Command::AddAsset(Box::new(new)), None).unwrap();
    let place = place.map(|place| (place, model.next_version(place)));
    let cost = amount.map(|amount| (amount as u64 * 100, MODELS[model_number], month(now)));
    let tags = tags.into_iter().collect();
    let (notes, archived, deleted) = (None, false, false);
    model.assets.push(Kept {
        id,
        place,
        size,
        cost,
        tags,
        notes,
        sources,
        parent,
        archived,
        deleted,
    });
}

fn change(stage: &Stage, model: &mut Model, random: &mut Random, at: usize) {
    let id = model.assets[at].id;
    let tags = (random.below(2) == 0).then(|| vec![TAGS[random.below(3)]]);
    let notes = (random.below(2) == 0)
        .then(|| (random.below(3) > 0).then(|| format!("note {}", random.below(100))));
    let archived = (random.below(2) == 0).then(|| random.below(2) == 0);
    let place = (random.below(2) == 0).then(|| random.place());
    let patch = AssetPatch {
        tags: tags.as_ref().map(|tags| tags.iter().map(|tag| (*tag).to_owned()).collect()),
        notes: notes.clone(),
        is_archived: archived,
        ..AssetPatch::default()
    };
    let target = place.map(|place| stage.target(place));
    let change = ChangeAsset { id, patch, expected: None, merged: None, target };
    let submit =
        |viewer| stage.catalog.submit(viewer, Command::ChangeAsset(Box::new(change.clone())), None);
    assert_eq!(submit(OTHER).unwrap_err(), other_error(place));
    let changed = submit(VIEWER);
    let next = place.map(|place| (place, model.next_version(place)));
    let kept = &mut model.assets[at];
    if kept.deleted || (place.is_some() && kept.place.is_some()) {
        changed.unwrap_err();
        return;
    }
    changed.unwrap();
    if let Some(tags) = tags {
        kept.tags = tags.into_iter().collect();
    }
    if let Some(notes) = notes {
        kept.notes = notes;
    }
    kept.archived = archived.unwrap_or(kept.archived);
    kept.place = kept.place.or(next);
}

/// What somebody else is told: the project is missing before the asset is.
fn other_error(place: Option<Place>) -> CommandError {
    match place {
        Some(_) => CommandError::Unresolved { field: "project_id", what: "project" },
        None => CommandError::Missing { what: "asset" },
    }
}

fn step(stage: &Stage, model: &mut Model, random: &mut Random, now: i64) {
    let at = random.below(model.assets.len().max(1));
    let submit = |command| stage.catalog.submit(VIEWER, command, None);
    match random.below(14) {
        4..=6 if !model.assets.is_empty() => change(stage, model, random, at),
        7 if !model.assets.is_empty() => {
            let id = model.assets[at].id;
            submit(Command::DeleteAsset { id, expected: None }).unwrap();
            model.assets[at].deleted = true;
        }
        8 if !model.assets.is_empty() => {
            let id = model.assets[at].id;
            submit(Command::RestoreAsset { id }).unwrap();
            model.assets[at].deleted = false;
        }
        9..=11 if !model.assets.is_empty() => {
            let kept = &model.assets[at];
            let Some((place, version)) = kept.place else { return };
            let (scope, asset_key) = (stage.scopes[place.0].clone(), key(place.1));
            let chosen =
                submit(Command::SetBest(SetBest { scope, asset_key, version, expected: None }));
            assert_eq!(chosen.is_ok(), kept.is_ready());
            if chosen.is_ok() {
                model.chosen.insert(place, version);
            }
        }
        12 => go_with_a_scene(stage, model, 1 + random.below(PLACES - 1)),
        _ => add(stage, model, random, now),
    }
}

/// A scene is deleted with what is placed there, and restored with what went with it.
fn go_with_a_scene(stage: &Stage, model: &Model, of: usize) {
    let (project, id) = (stage.scopes[of].project.clone(), stage.scopes[of].scene().unwrap());
    let scene = SceneRef::Id(id);
    let submit = |command| stage.catalog.submit(VIEWER, command, None).unwrap();
    submit(Command::DeleteScene { project: project.clone(), scene, expected: None });
    let mut without = Model { assets: model.assets.clone(), chosen: model.chosen.clone() };
    let is_there = |kept: &&mut Kept| kept.place.is_some_and(|(place, _)| place.0 == of);
    without.assets.iter_mut().filter(is_there).for_each(|kept| kept.deleted = true);
    follow(&stage.catalog);
    assert_same(&stage.catalog, &without, &stage.scopes, "without a scene");
    submit(Command::RestoreScene { project, id });
    follow(&stage.catalog);
    assert_same(&stage.catalog, model, &stage.scopes, "with the scene again");
}

fn follow(catalog: &Catalog) {
    for follow in catalog.follows(None, 10).unwrap() {
        let asset_ids = catalog.following(&follow, None, 1000).unwrap().asset_ids;
        let Follow { viewer, scope, since, .. } = follow;
        let command = Command::FollowScope { scope, since, asset_ids, is_last: true };
        catalog.submit(viewer, command, None).unwrap();
    }
}

fn assert_same(catalog: &Catalog, model: &Model, scopes: &[Scope], context: &str) {
    let shown = || model.assets.iter().filter(|kept| !kept.deleted);
    let mut tags = BTreeMap::new();
    for tag in shown().flat_map(|kept| &kept.tags) {
        *tags.entry((*tag).to_owned()).or_insert(0u64) += 1;
    }
    assert_eq!(catalog.tags(VIEWER, None, 10).unwrap(), Vec::from_iter(tags), "{context}");
    let recent: Vec<_> = catalog.recent(VIEWER, 1000).unwrap();
    let newest: Vec<_> = shown().rev().filter(|kept| !kept.archived).map(|kept| kept.id).collect();
    assert_eq!(recent.iter().map(|asset| asset.id).collect::<Vec<_>>(), newest, "{context}");
    let by_status = counted(model.assets.iter().map(|kept| (kept.status(), kept.size)));
    assert_eq!(catalog.counts_by_status(VIEWER).unwrap(), by_status, "{context}");
    let kind = |kept: &Kept| if kept.size.is_some() { "video" } else { "other" };
    let by_kind = counted(shown().map(|kept| (kind(kept), kept.size)));
    assert_eq!(catalog.counts_by_kind(VIEWER).unwrap(), by_kind, "{context}");
    let ids = model.assets.iter().map(|kept| kept.id);
    let outdated = catalog.outdated_sources(VIEWER, ids).unwrap();
    for (at, (kept, outdated)) in model.assets.iter().zip(outdated).enumerate() {
        let outdated: BTreeSet<_> = outdated.into_iter().map(|source| source.id).collect();
        assert_eq!(outdated, model.outdated(at), "{context}: asset {at}");
        let asset = catalog.asset(VIEWER, kept.id).unwrap().unwrap();
        assert_kept(&asset, kept, scopes, context);
    }
    let project = &scopes[0].project;
    let now = catalog.project_facts(VIEWER, project).unwrap().unwrap();
    let past = catalog.project_as_of(VIEWER, project, catalog.revision()).unwrap().unwrap();
    let then = past.project_facts(VIEWER, project).unwrap();
    assert_eq!(then.as_ref(), Some(&now), "{context}");
    let made = catalog.workflow_assets(VIEWER, "w", None, 1000).unwrap().entries;
    assert_eq!(made.len(), model.assets.len(), "{context}");
    assert_same_costs(catalog, model, scopes, context);
}

fn assert_kept(asset: &Asset, kept: &Kept, scopes: &[Scope], context: &str) {
    let tags: BTreeSet<_> = asset.marks.tags.iter().map(String::as_str).collect();
    assert_eq!(tags, kept.tags, "{context}");
    assert_eq!(asset.marks.notes, kept.notes, "{context}");
    assert_eq!(asset.marks.is_archived, kept.archived, "{context}");
    assert_eq!(asset.deleted_at.is_some(), kept.deleted, "{context}");
    let placed = asset.placement.as_ref().map(|placed| (&placed.scope, placed.version));
    assert_eq!(placed, kept.place.map(|(of, at)| (&scopes[of.0], at)), "{context}");
}

fn counted<'a>(each: impl Iterator<Item = (&'a str, Option<u64>)>) -> Vec<Count> {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (word, size) in each {
        let (count, bytes) = counts.entry(word).or_default();
        (*count, *bytes) = (*count + 1, *bytes + size.unwrap_or(0));
    }
    let count = |(of, (count, bytes)): (&str, _)| Count { of: of.to_owned(), count, bytes };
    counts.into_iter().map(count).collect()
}

/// What is asked, page by page.
fn costs(catalog: &Catalog, query: CostQuery) -> (Vec<CostGroup>, Costs) {
    let (mut query, mut groups) = (query, Vec::new());
    loop {
        let page = catalog.costs(VIEWER, &query).unwrap();
        assert!(page.groups.len() <= query.limit);
        groups.extend(page.groups);
        if !page.has_more {
            return (groups, page.total);
        }
        query.after = groups.last().map(|last| last.name.clone());
    }
}

fn assert_same_costs(catalog: &Catalog, model: &Model, scopes: &[Scope], context: &str) {
    let in_first = |kept: &Kept| kept.place.is_some_and(|(at, _)| is_first(scopes, at.0));
    let ask = |by, from: Option<String>, project: bool| {
        let project = project.then(|| scopes[0].project.clone());
        let to = from.clone();
        let all = CostQuery { by, project, to, from, after: None, limit: 1000 };
        let (groups, total) = costs(catalog, all.clone());
        // Pages of any size hold the same.
        for limit in [1, 2] {
            let paged = costs(catalog, CostQuery { limit, ..all.clone() });
            assert_eq!(paged, (groups.clone(), total), "{context}: {all:?}");
        }
        let sum = groups.iter().fold(Costs::default(), |sum, group| sum.plus(&group.costs));
        assert_eq!(sum, total, "{context}: {all:?}");
        groups
    };
    for (project, is_in) in [(false, None), (true, Some(&in_first))] {
        let is_in = |kept: &Kept| is_in.is_none_or(|is_in| is_in(kept));
        let every =
            [CostBy::Project, CostBy::Scene, CostBy::Provider, CostBy::Model, CostBy::Month];
        for by in every {
            let groups = ask(by, None, project);
            let all = groups.iter().fold(Costs::default(), |sum, group| sum.plus(&group.costs));
            assert_eq!(all, model.sum(is_in), "{context}: {by:?}");
        }
        for group in ask(CostBy::Model, None, project) {
            let model_of = |kept: &Kept| kept.cost.as_ref().map(|cost| cost.1);
            let of = |kept: &Kept| model_of(kept) == group.name.word.as_deref() && is_in(kept);
            assert_eq!(group.costs, model.sum(of), "{context}: {group:?}");
        }
        for group in ask(CostBy::Month, None, project) {
            let month = |kept: &Kept| kept.cost.as_ref().map(|cost| cost.2.clone());
            let of = |kept: &Kept| month(kept) == group.name.word && is_in(kept);
            assert_eq!(group.costs, model.sum(of), "{context}: {group:?}");
            let same = ask(CostBy::Month, group.name.word.clone(), project);
            assert_eq!(same, [group], "{context}");
        }
    }
    for group in ask(CostBy::Scene, None, true) {
        let scope = scopes.iter().position(|scope| scope.scene() == group.name.scene).unwrap();
        let of = |kept: &Kept| kept.place.is_some_and(|(place, _)| place.0 == scope);
        assert_eq!(group.costs, model.sum(of), "{context}: {group:?}");
    }
}

fn is_first(scopes: &[Scope], at: usize) -> bool {
    scopes[at].project == scopes[0].project
}

#[test]
fn random_changes_agree_with_naive_sums_and_with_tables_made_anew() {
    for seed in 0..20 {
        let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let clock = Arc::new(ManualClock::at(Timestamp(BEGIN_MS)));
        let stage = Stage::set(&disk, index.path(), &clock);
        let (mut model, mut random) = (Model::default(), Random(seed));
        for number in 0..60 {
            step(&stage, &mut model, &mut random, BEGIN_MS + number * STEP_MS);
            clock.advance_ms(STEP_MS);
            if number % 4 == 3 {
                let context = format!("seed {seed} step {number}");
                assert_same(&stage.catalog, &model, &stage.scopes, &context);
            }
        }
        let Stage { catalog, scopes } = stage;
        assert_eq!(catalog.costs(OTHER, &all_costs()).unwrap(), CostPage::default());
        assert!(catalog.tags(OTHER, None, 10).unwrap().is_empty());
        assert!(catalog.recent(OTHER, 10).unwrap().is_empty());
        drop(catalog);
        let fresh = tempfile::tempdir().unwrap();
        let again = open(&disk.restart(), fresh.path(), &clock);
        assert_same(&again, &model, &scopes, &format!("seed {seed} made anew"));
    }
}

fn all_costs() -> CostQuery {
    let (project, after) = (None, None);
    CostQuery { by: CostBy::Model, project, from: None, to: None, after, limit: 1000 }
}
