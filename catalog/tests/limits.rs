//! What one answer, and one project, may hold at most: what does not fit is said or refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rushes_catalog::command::{
    Change, Command, CommandError, ELEMENTS_MAX, NewAsset, NewElement, NewProject, NewScene,
    SCENE_NUMBER_MAX, SceneRef, Target,
};
use rushes_catalog::element::{ElementRecord, ElementRef, Mood};
use rushes_catalog::ids::{AssetId, ElementId, ProjectId, UserId};
use rushes_catalog::model::{ElementKind, Generation, Scope, Status, Viewer};
use rushes_catalog::record::SceneRecord;
use rushes_catalog::weight::{PAGE_BYTES_MAX, VIEW_BYTES_MAX};
use rushes_catalog::{Catalog, Options, PAST_CLAIMS_MAX, QueryError};
use rushes_disk::{CrashDisk, ManualClock, Timestamp};
use serde_json::Map;

const VIEWER: Viewer = Viewer { user: UserId::from_bytes([7; 16]) };
/// Claims of about this length.
const LONG_BYTES: u64 = 250_000;
/// More than one query returns of anything.
const MANY: usize = 10_001;

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

fn with_catalog(test: impl FnOnce(&Catalog)) {
    let index = tempfile::tempdir().unwrap();
    test(&open(&CrashDisk::new(), index.path()));
}

fn fox() -> ProjectId {
    "fox".parse().unwrap()
}

fn submit(catalog: &Catalog, command: Command) -> Result<(), CommandError> {
    catalog.submit(VIEWER, command, None).map(drop)
}

/// Hands in many commands, so that they share lines.
fn submit_all(catalog: &Catalog, commands: impl Iterator<Item = Command>) {
    let commands: Vec<_> = commands.map(|command| (command, None)).collect();
    for outcome in catalog.submit_all(VIEWER, commands) {
        outcome.unwrap();
    }
}

fn long_scene(_: u64) -> Command {
    let text = "\u{1f98a}".repeat(usize::try_from(LONG_BYTES / 4).unwrap());
    let record = SceneRecord { description: Some(text), ..SceneRecord::default() };
    Command::AddScene { project: fox(), scene: NewScene { record, ..NewScene::default() } }
}

#[test]
fn a_page_ends_where_it_is_full_and_a_view_that_is_too_large_is_refused() {
    with_catalog(|catalog| {
        submit(catalog, Command::CreateProject(NewProject::named("Fox").into())).unwrap();
        let (fitting, count) = (PAGE_BYTES_MAX / LONG_BYTES, VIEW_BYTES_MAX / LONG_BYTES);
        submit_all(catalog, (0..count - 1).map(long_scene));
        assert!(catalog.project_facts(VIEWER, &fox()).unwrap().is_some());
        let (mut seen, mut after) = (0, None);
        loop {
            let page = catalog.scene_page(VIEWER, &fox(), after, 1000).unwrap();
            assert!(!page.entries.is_empty() && page.entries.len() as u64 <= fitting);
            assert_eq!(page.entries.first().unwrap().scene_number, after.unwrap_or(0) + 1);
            seen += page.entries.len();
            after = page.entries.last().map(|last| last.scene_number);
            if !page.has_more {
                break;
            }
        }
        assert_eq!(seen as u64, count - 1);
        submit_all(catalog, (0..2).map(long_scene));
        let refused = catalog.project_facts(VIEWER, &fox()).unwrap_err();
        let QueryError::TooMuch(refused) = refused else { panic!("{refused}") };
        assert_eq!(
            refused.to_string(),
            "this is more than 67108864 bytes of records: ask for its scenes and its elements in \
             pages"
        );
    });
}

fn asset(number: usize) -> Command {
    let asset_key = format!("k{number}").parse().unwrap();
    let new = NewAsset {
        id: AssetId::generate(),
        kind: "video".to_owned(),
        asset_type: None,
        status: Status::Failed,
        filename: "a".to_owned(),
        content: None,
        target: Some(Target { project: fox(), part: None, asset_key, set_best: false }),
        tags: Vec::new(),
        client_id: None,
        generation: Generation::default(),
        metadata: Map::new(),
        metadata_digest: None,
    };
    Command::AddAsset(new.into())
}

#[test]
fn histories_are_all_answered_or_it_is_refused() {
    with_catalog(|catalog| {
        submit(catalog, Command::CreateProject(NewProject::named("Fox").into())).unwrap();
        submit_all(catalog, (0..MANY - 1).map(asset));
        let scope = Scope::of_project(fox());
        let full = catalog.full_histories(VIEWER, &scope).unwrap();
        assert!(full.len() == MANY - 1 && full.iter().all(|(_, versions)| versions.len() == 1));
        submit(catalog, asset(MANY)).unwrap();
        assert_eq!(catalog.project_histories(VIEWER, &fox()).unwrap().len(), MANY);
        let refused = catalog.full_histories(VIEWER, &scope).unwrap_err();
        assert!(matches!(refused, QueryError::TooMuch(_)), "{refused}");
    });
}

#[test]
fn a_project_has_only_so_many_elements_of_a_kind() {
    with_catalog(|catalog| {
        submit(catalog, Command::CreateProject(NewProject::named("Fox").into())).unwrap();
        let add = |id: Option<ElementId>| {
            let record = ElementRecord::Mood(Mood { name: "dusk".to_owned(), ..Mood::default() });
            Command::AddElement { project: fox(), element: NewElement { id, record } }
        };
        let first = ElementId::generate();
        submit(catalog, add(Some(first))).unwrap();
        submit_all(catalog, (1..ELEMENTS_MAX).map(|_| add(None)));
        let is_refused = |command| {
            let refused = submit(catalog, command);
            matches!(refused, Err(CommandError::Invalid { field: "elements", .. }))
        };
        assert!(is_refused(add(None)));
        let element = ElementRef { kind: ElementKind::Mood, id: first };
        let delete = Command::DeleteElement { project: fox(), element, expected: None };
        submit(catalog, delete).unwrap();
        submit(catalog, add(None)).unwrap();
        assert!(is_refused(Command::RestoreElement { project: fox(), element }));
    });
}

#[test]
fn a_restored_scene_gets_no_number_beyond_the_highest() {
    with_catalog(|catalog| {
        let mut new = NewProject::named("Fox");
        let last = NewScene { scene_number: Some(SCENE_NUMBER_MAX), ..NewScene::default() };
        new.scenes = vec![NewScene::default(), last];
        submit(catalog, Command::CreateProject(new.into())).unwrap();
        let scenes = catalog.scenes(VIEWER, &fox(), None, 10).unwrap();
        let id = scenes.first().unwrap().id;
        let delete =
            Command::DeleteScene { project: fox(), scene: SceneRef::Id(id), expected: None };
        submit(catalog, delete).unwrap();
        let one = NewScene { scene_number: Some(1), ..NewScene::default() };
        submit(catalog, Command::AddScene { project: fox(), scene: one }).unwrap();
        let refused = submit(catalog, Command::RestoreScene { project: fox(), id });
        let is_refused =
            matches!(refused, Err(CommandError::Invalid { field: "scene_number", .. }));
        assert!(is_refused, "{refused:?}");
    });
}

#[test]
fn the_past_of_a_project_is_folded_as_far_as_it_is_short() {
    with_catalog(|catalog| {
        submit(catalog, Command::CreateProject(NewProject::named("Fox").into())).unwrap();
        let change = |_| {
            let patch = Map::from_iter([("description".to_owned(), "x".into())]);
            Command::ChangeProject { id: fox(), change: Change { patch, expected: None } }
        };
        for _ in 0..10 {
            submit_all(catalog, (0..PAST_CLAIMS_MAX / 10).map(change));
        }
        let last = catalog.revision();
        assert!(catalog.project_as_of(VIEWER, &fox(), last - 1).unwrap().is_some());
        let refused = catalog.project_as_of(VIEWER, &fox(), last).unwrap_err();
        assert!(matches!(refused, QueryError::TooMuch(_)), "{refused}");
    });
}
