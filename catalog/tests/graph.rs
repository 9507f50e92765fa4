//! Projects, scenes and elements: what commands make of them, also many at once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rushes_catalog::command::{
    Change, Command, CommandError, NewAsset, NewElement, NewProject, NewScene, PartRef, SceneRef,
    Target,
};
use rushes_catalog::element::{Clip, ElementRecord, ElementRef, Figure, Mood, Prompt, Timeline};
use rushes_catalog::ids::{AssetId, ElementId, ProjectId, SceneId, UserId};
use rushes_catalog::model::{ElementKind, Generation, Scene, Scope, Status, Viewer};
use rushes_catalog::record::{ProjectRecord, Storyboard};
use rushes_catalog::{Catalog, Follow, FollowCursor, Made, Options};
use rushes_disk::{CrashDisk, ManualClock, Timestamp};
use serde_json::{Map, Value, json};

const VIEWER: Viewer = Viewer { user: UserId::from_bytes([7; 16]) };
const OTHER: Viewer = Viewer { user: UserId::from_bytes([8; 16]) };

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

fn submit(catalog: &Catalog, command: Command) -> Result<Made, CommandError> {
    let made = catalog.submit(VIEWER, command, None)?;
    Ok(catalog.made_at(made.revision, made.position).unwrap_or(Made::Project(fox())))
}

fn create(catalog: &Catalog, new: NewProject) {
    submit(catalog, Command::CreateProject(new.into())).unwrap();
}

fn add_scene(catalog: &Catalog) -> SceneId {
    let add = Command::AddScene { project: fox(), scene: NewScene::default() };
    let Made::Scene(_, id) = submit(catalog, add).unwrap() else { panic!("no scene") };
    id
}

fn add_element(catalog: &Catalog, record: ElementRecord) -> Result<ElementId, CommandError> {
    let element = NewElement { id: None, record };
    let made = submit(catalog, Command::AddElement { project: fox(), element })?;
    let Made::Element(_, element) = made else { panic!("no element") };
    Ok(element.id)
}

fn mood(name: &str) -> ElementRecord {
    ElementRecord::Mood(Mood { name: name.to_owned(), ..Mood::default() })
}

fn patch(value: Value) -> Change {
    let Value::Object(patch) = value else { panic!("no object") };
    Change { patch, expected: None }
}

fn add_asset(catalog: &Catalog, part: Option<PartRef>) -> Result<AssetId, CommandError> {
    let id = AssetId::generate();
    let asset_key = "clip".parse().unwrap();
    let new = NewAsset {
        id,
        kind: "video".to_owned(),
        asset_type: None,
        status: Status::Failed,
        filename: "a".to_owned(),
        content: None,
        target: Some(Target { project: fox(), part, asset_key, set_best: false }),
        tags: Vec::new(),
        client_id: None,
        generation: Generation::default(),
        metadata: Map::new(),
        metadata_digest: None,
    };
    catalog.submit(VIEWER, Command::AddAsset(new.into()), None).map(|_| id)
}

fn scenes(catalog: &Catalog) -> Vec<Scene> {
    catalog.scenes(VIEWER, &fox(), None, 10_000).unwrap()
}

fn numbers(catalog: &Catalog) -> Vec<(u32, SceneId)> {
    scenes(catalog).iter().map(|scene| (scene.scene_number, scene.id)).collect()
}

#[test]
fn of_64_writers_on_one_scene_list_none_is_lost() {
    const EACH: u32 = 8;
    with_catalog(|catalog| {
        create(catalog, NewProject::named("Fox"));
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    for _ in 0..EACH {
                        add_scene(catalog);
                    }
                });
            }
        });
        let expected: Vec<u32> = (1..=64 * EACH).collect();
        let found: Vec<u32> = scenes(catalog).iter().map(|scene| scene.scene_number).collect();
        assert_eq!(found, expected);
    });
}

#[test]
fn changes_of_different_members_at_once_all_survive() {
    with_catalog(|catalog| {
        create(catalog, NewProject::named("Fox"));
        let scene = SceneRef::Id(add_scene(catalog));
        std::thread::scope(|scope| {
            for number in 0..32 {
                scope.spawn(move || {
                    let change = patch(json!({"metadata": {format!("k{number}"): number}}));
                    submit(catalog, Command::ChangeProject { id: fox(), change: change.clone() })
                        .unwrap();
                    let of_scene = Command::ChangeScene { project: fox(), scene, change };
                    submit(catalog, of_scene).unwrap();
                });
            }
        });
        let project = catalog.project(VIEWER, &fox()).unwrap().unwrap();
        assert_eq!((project.record.metadata.len(), project.record.name.as_str()), (32, "Fox"));
        assert_eq!(scenes(catalog)[0].record.metadata.len(), 32);
    });
}

#[test]
fn a_change_of_what_was_changed_meanwhile_is_refused() {
    with_catalog(|catalog| {
        create(catalog, NewProject::named("Fox"));
        let seen = catalog.project(VIEWER, &fox()).unwrap().unwrap().revision;
        let change = |name: &str| {
            let change = Change { expected: Some(seen), ..patch(json!({ "name": name })) };
            submit(catalog, Command::ChangeProject { id: fox(), change })
        };
        change("Owl").unwrap();
        let now = catalog.project(VIEWER, &fox()).unwrap().unwrap();
        assert_eq!(change("Cat"), Err(CommandError::Changed { revision: now.revision }));
        assert_eq!((now.record.name.as_str(), now.revision > seen), ("Owl", true));
    });
}

#[test]
fn a_change_that_would_make_a_bad_record_is_refused() {
    with_catalog(|catalog| {
        create(catalog, NewProject::named("Fox"));
        for change in [
            json!({"name": null}),
            json!({"name": 5}),
            json!({"colour": "red"}),
            json!({"tags": vec!["x"; 1000]}),
            json!({"archived_at": "yesterday"}),
            json!({"metadata": {"x": "y".repeat(70_000)}}),
            json!({"brand_asset_ids": [AssetId::generate()]}),
            json!({"storyboard": {"selected_mood": ElementId::generate()}}),
        ] {
            let text = change.to_string();
            let change = patch(change);
            let refused = submit(catalog, Command::ChangeProject { id: fox(), change });
            assert!(refused.is_err(), "{text:.80}");
        }
        let record = ProjectRecord { name: "Fox".to_owned(), ..ProjectRecord::default() };
        assert_eq!(catalog.project(VIEWER, &fox()).unwrap().unwrap().record, record);
    });
}

#[test]
fn scenes_are_put_in_order_all_of_them_or_not_at_all() {
    with_catalog(|catalog| {
        create(catalog, NewProject::named("Fox"));
        let [a, b, c] = [add_scene(catalog), add_scene(catalog), add_scene(catalog)];
        let reorder = |ids: &[SceneId]| {
            let scene_ids = ids.to_vec();
            submit(catalog, Command::ReorderScenes { project: fox(), scene_ids })
        };
        for refused in [&[a, b][..], &[a, b, b], &[a, b, c, c], &[a, b, SceneId::generate()], &[]] {
            assert!(reorder(refused).is_err());
            assert_eq!(numbers(catalog), [(1, a), (2, b), (3, c)]);
        }
        reorder(&[c, a, b]).unwrap();
        assert_eq!(numbers(catalog), [(1, c), (2, a), (3, b)]);

        let delete = |expected| {
            let command =
                Command::DeleteScene { project: fox(), scene: SceneRef::Number(2), expected };
            submit(catalog, command)
        };
        let refused = delete(Some(1)).unwrap_err();
        assert!(matches!(refused, CommandError::Changed { .. }), "somebody changed it since");
        assert_eq!(numbers(catalog), [(1, c), (2, a), (3, b)]);
        delete(None).unwrap();
        assert_eq!(numbers(catalog), [(1, c), (3, b)], "the others keep their numbers");
        let d = add_scene(catalog);
        assert_eq!(numbers(catalog), [(1, c), (3, b), (4, d)]);
        assert!(reorder(&[a, b, c, d]).is_err(), "one of them is deleted");
        let restore = |id| submit(catalog, Command::RestoreScene { project: fox(), id });
        restore(a).unwrap();
        assert_eq!(numbers(catalog), [(1, c), (2, a), (3, b), (4, d)], "its number was free");
        submit(
            catalog,
            Command::DeleteScene { project: fox(), scene: SceneRef::Id(a), expected: None },
        )
        .unwrap();
        reorder(&[d, c, b]).unwrap();
        restore(a).unwrap();
        assert_eq!(numbers(catalog), [(1, d), (2, c), (3, b), (4, a)], "its number was taken");
        restore(a).unwrap();
        assert_eq!(scenes(catalog).len(), 4, "restored again");
    });
}

#[test]
fn a_project_comes_whole_or_not_at_all() {
    with_catalog(|catalog| {
        let (mood_id, scene_id) = (ElementId::generate(), SceneId::generate());
        let storyboard = Storyboard { selected_mood: Some(mood_id), ..Storyboard::default() };
        let whole = |selected: ElementId| {
            let storyboard = Storyboard { selected_mood: Some(selected), ..storyboard.clone() };
            let mut new = NewProject::named("Fox");
            new.record.storyboard = Some(storyboard);
            new.scenes = vec![
                NewScene { id: Some(scene_id), ..NewScene::default() },
                NewScene { scene_number: Some(5), ..NewScene::default() },
                NewScene::default(),
            ];
            let figure = Figure { name: "Reynard".to_owned(), ..Figure::default() };
            new.elements = vec![
                NewElement { id: None, record: ElementRecord::Character(figure) },
                NewElement { id: Some(mood_id), record: mood("dusk") },
            ];
            Command::CreateProject(new.into())
        };
        let before = catalog.revision();
        let refused = submit(catalog, whole(ElementId::generate()));
        let unresolved = CommandError::Unresolved { field: "selected_mood", what: "mood" };
        assert_eq!(refused, Err(unresolved));
        assert_eq!(catalog.revision(), before, "something was left behind");
        submit(catalog, whole(mood_id)).unwrap();
        let facts = catalog.project_facts(VIEWER, &fox()).unwrap().unwrap();
        let found: Vec<_> = facts.scenes.iter().map(|scene| scene.scene_number).collect();
        assert_eq!((found, facts.scenes[0].id), (vec![1, 5, 6], scene_id));
        let kinds: Vec<_> = facts.elements.iter().map(|one| one.record.kind()).collect();
        assert_eq!(kinds, [ElementKind::Character, ElementKind::Mood]);
        assert!(!facts.project.record.storyboard.unwrap().id.is_empty(), "it got no id");
        let mut again = NewProject::named("Fox");
        again.scenes = vec![NewScene { id: Some(scene_id), ..NewScene::default() }];
        let taken = submit(catalog, Command::CreateProject(again.into()));
        assert_eq!(taken, Err(CommandError::Taken { field: "id" }));
    });
}

#[test]
fn elements_name_only_what_is_there() {
    with_catalog(|catalog| {
        create(catalog, NewProject::named("Fox"));
        let asset = add_asset(catalog, None).unwrap();
        let loose = AssetId::generate();
        let clip =
            |asset_id| Clip { asset_id, track: String::new(), in_ms: 0, out_ms: 5, at_ms: None };
        let timeline = |asset_id| {
            let (name, clips) = ("cut".to_owned(), vec![clip(asset_id)]);
            ElementRecord::Timeline(Timeline { name, clips, ..Timeline::default() })
        };
        assert!(add_element(catalog, timeline(loose)).is_err());
        add_element(catalog, timeline(asset)).unwrap();
        let prompt = |derived_from: Vec<ElementId>| {
            let (kind, text) = ("seed".to_owned(), "a fox".to_owned());
            ElementRecord::Prompt(Prompt { kind, text, derived_from, ..Prompt::default() })
        };
        let seed = add_element(catalog, prompt(Vec::new())).unwrap();
        add_element(catalog, prompt(vec![seed])).unwrap();
        assert!(add_element(catalog, prompt(vec![ElementId::generate()])).is_err());
        let id = add_element(catalog, mood("dusk")).unwrap();
        let element = ElementRef { kind: ElementKind::Mood, id };
        let wrong = ElementRef { kind: ElementKind::Character, id };
        let change = |element| Command::ChangeElement {
            project: fox(),
            element,
            change: patch(json!({"color_palette": ["#fff"]})),
        };
        submit(catalog, change(element)).unwrap();
        assert_eq!(
            submit(catalog, change(wrong)),
            Err(CommandError::Missing { what: "character" })
        );
        let found = catalog.element(VIEWER, &fox(), element).unwrap().unwrap();
        let ElementRecord::Mood(found) = found.record else { panic!("no mood") };
        assert_eq!((found.name.as_str(), found.color_palette), ("dusk", vec!["#fff".to_owned()]));
        assert!(catalog.element(OTHER, &fox(), element).unwrap().is_none());
        let page = catalog.element_page(VIEWER, (&fox(), ElementKind::Prompt), Some(seed), 10);
        assert_eq!(page.unwrap().entries.len(), 1);
    });
}

#[test]
fn nothing_of_what_is_deleted_is_shown_and_all_of_it_comes_back() {
    with_catalog(|catalog| {
        create(catalog, NewProject::named("Fox"));
        let scene = add_scene(catalog);
        let id = add_element(catalog, mood("dusk")).unwrap();
        let element = ElementRef { kind: ElementKind::Mood, id };
        for part in [None, Some(PartRef::Scene(SceneRef::Id(scene))), Some(PartRef::Mood(id))] {
            add_asset(catalog, part).unwrap();
        }
        let before = catalog.project_facts(VIEWER, &fox()).unwrap().unwrap();
        assert_eq!(before.histories.len(), 3);
        let scope = Scope::of_scene(fox(), scene);
        let key = "clip".parse().unwrap();

        submit(catalog, Command::DeleteElement { project: fox(), element, expected: None })
            .unwrap();
        assert!(add_asset(catalog, Some(PartRef::Mood(id))).is_err());
        assert_eq!(catalog.project_facts(VIEWER, &fox()).unwrap().unwrap().histories.len(), 2);
        submit(catalog, Command::RestoreElement { project: fox(), element }).unwrap();

        submit(catalog, Command::DeleteProject { id: fox(), expected: None }).unwrap();
        assert!(catalog.projects(VIEWER, None, 10).unwrap().is_empty());
        assert!(catalog.project(VIEWER, &fox()).unwrap().is_none());
        assert!(catalog.project_facts(VIEWER, &fox()).unwrap().is_none());
        assert!(scenes(catalog).is_empty());
        assert!(catalog.scene(VIEWER, &fox(), SceneRef::Number(1)).unwrap().is_none());
        assert!(catalog.histories(VIEWER, &scope, None, 10).unwrap().is_empty());
        assert!(catalog.version(VIEWER, (&scope, &key), 1).unwrap().is_none());
        assert!(catalog.element(VIEWER, &fox(), element).unwrap().is_none());
        assert!(add_asset(catalog, None).is_err());
        let again = NewProject { id: Some(fox()), ..NewProject::named("Other") };
        let taken = submit(catalog, Command::CreateProject(again.into()));
        assert_eq!(taken, Err(CommandError::Taken { field: "id" }), "its id stays taken");

        submit(catalog, Command::RestoreProject { id: fox() }).unwrap();
        let after = catalog.project_facts(VIEWER, &fox()).unwrap().unwrap();
        assert_eq!((after.scenes, after.histories), (before.scenes, before.histories));
        assert_eq!(after.project.record, before.project.record);
        let restore = Command::RestoreProject { id: fox() };
        assert!(catalog.submit(OTHER, restore, None).is_err());
    });
}

#[test]
fn a_project_is_read_by_the_same_number_of_scans_whatever_it_holds() {
    with_catalog(|catalog| {
        let mut counts = Vec::new();
        for (name, scenes) in [("p10", 10), ("p100", 100), ("p1000", 1000)] {
            let mut new = NewProject::named(name);
            new.scenes = vec![NewScene::default(); scenes];
            create(catalog, new);
            let before = catalog.scans();
            let facts = catalog.project_facts(VIEWER, &name.parse().unwrap()).unwrap().unwrap();
            assert_eq!(facts.scenes.len(), scenes);
            counts.push(catalog.scans() - before);
        }
        assert!(counts[0] > 0 && counts[0] < 10);
        assert_eq!(counts, [counts[0]; 3]);
    });
}

/// Lets the assets of a scope follow it, at most `limit` at a time from `after` on.
fn follow_once(
    catalog: &Catalog,
    follow: &Follow,
    after: Option<FollowCursor>,
    limit: usize,
) -> Result<Option<FollowCursor>, CommandError> {
    let found = catalog.following(follow, after, limit).unwrap();
    if !found.is_under_way {
        return Ok(None);
    }
    let (scope, since, is_last) = (follow.scope.clone(), follow.since, found.next.is_none());
    let command = Command::FollowScope { scope, since, asset_ids: found.asset_ids, is_last };
    catalog.submit(VIEWER, command, None).map(|_| found.next)
}

fn follow_all(catalog: &Catalog) {
    for follow in catalog.follows(None, 10).unwrap() {
        follow_once(catalog, &follow, None, 1000).unwrap();
    }
}

fn is_deleted(catalog: &Catalog, id: AssetId) -> bool {
    catalog.asset(VIEWER, id).unwrap().unwrap().deleted_at.is_some()
}

#[test]
fn what_went_with_a_project_comes_back_with_its_part_when_that_is_deleted_meanwhile() {
    with_catalog(|catalog| {
        create(catalog, NewProject::named("Fox"));
        let id = add_element(catalog, mood("dusk")).unwrap();
        let element = ElementRef { kind: ElementKind::Mood, id };
        let own = add_asset(catalog, None).unwrap();
        let of_mood = add_asset(catalog, Some(PartRef::Mood(id))).unwrap();
        submit(catalog, Command::DeleteProject { id: fox(), expected: None }).unwrap();
        follow_all(catalog);
        assert!(is_deleted(catalog, own) && is_deleted(catalog, of_mood));

        submit(catalog, Command::RestoreProject { id: fox() }).unwrap();
        let delete = Command::DeleteElement { project: fox(), element, expected: None };
        submit(catalog, delete).unwrap();
        let follows = catalog.follows(None, 10).unwrap();
        // The part's deletion finds nothing that is left to delete; the project's restoration then
        // leaves to the part what is the part's. In either order.
        for follow in follows.iter().rev().chain(&follows) {
            follow_once(catalog, follow, None, 1000).unwrap();
        }
        assert!(!is_deleted(catalog, own));
        assert!(is_deleted(catalog, of_mood), "its mood is deleted");

        submit(catalog, Command::RestoreElement { project: fox(), element }).unwrap();
        follow_all(catalog);
        assert!(!is_deleted(catalog, of_mood));
    });
}

#[test]
fn a_second_deletion_does_not_end_where_the_first_one_was() {
    with_catalog(|catalog| {
        create(catalog, NewProject::named("Fox"));
        let id = add_element(catalog, mood("dusk")).unwrap();
        let first = add_asset(catalog, Some(PartRef::Mood(id))).unwrap();
        let others = [(); 2].map(|()| add_asset(catalog, Some(PartRef::Mood(id))).unwrap());
        let delete = || Command::DeleteProject { id: fox(), expected: None };
        submit(catalog, delete()).unwrap();
        let [earlier] = catalog.follows(None, 10).unwrap().try_into().unwrap();
        let next = follow_once(catalog, &earlier, None, 1).unwrap();
        assert!(is_deleted(catalog, first));
        submit(catalog, Command::RestoreProject { id: fox() }).unwrap();
        submit(catalog, Command::RestoreAsset { id: first }).unwrap();
        submit(catalog, delete()).unwrap();
        // The first deletion's walk goes on where it was; it must not end the second one's.
        assert!(!catalog.following(&earlier, next, 1000).unwrap().is_under_way);
        let stale = Command::FollowScope {
            scope: earlier.scope.clone(),
            since: earlier.since,
            asset_ids: others.to_vec(),
            is_last: true,
        };
        assert_eq!(submit(catalog, stale), Err(CommandError::Missing { what: "scope to follow" }));
        follow_all(catalog);
        assert!([first, others[0], others[1]].iter().all(|id| is_deleted(catalog, *id)));
    });
}
