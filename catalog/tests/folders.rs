//! What the folders of projects are called, whoever names them, and after deletions.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rushes_catalog::command::{Change, Command, CommandError, NewAsset, NewProject, Target};
use rushes_catalog::ids::{AssetId, ProjectId, UserId};
use rushes_catalog::model::{Generation, ProjectEntry, Scope, Status, Viewer};
use rushes_catalog::record::ProjectRecord;
use rushes_catalog::{Catalog, Made, Options};
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

fn id(text: &str) -> ProjectId {
    text.parse().unwrap()
}

fn submit(catalog: &Catalog, command: Command) -> Result<(), CommandError> {
    catalog.submit(VIEWER, command, None).map(drop)
}

/// Makes a project as `mkdir` does, and gives back its id.
fn make(catalog: &Catalog, folder: &str) -> Result<ProjectId, CommandError> {
    let (name, folder) = (folder.to_owned(), Some(folder.to_owned()));
    let record = ProjectRecord { name, folder, ..ProjectRecord::default() };
    let new = NewProject { record, ..NewProject::default() };
    let made = catalog.submit(VIEWER, Command::CreateProject(new.into()), None)?;
    let Made::Project(id) = catalog.made_at(made.revision, made.position).unwrap() else {
        panic!("no project")
    };
    Ok(id)
}

fn rename(catalog: &Catalog, project: &str, folder: &str) -> Result<(), CommandError> {
    submit(catalog, Command::NameProject { id: id(project), folder: folder.to_owned() })
}

fn change(catalog: &Catalog, project: &str, patch: Value) -> Result<(), CommandError> {
    let patch: Map<String, Value> = serde_json::from_value(patch).unwrap();
    let change = Change { patch, expected: None };
    submit(catalog, Command::ChangeProject { id: id(project), change })
}

fn delete(catalog: &Catalog, project: &str) {
    submit(catalog, Command::DeleteProject { id: id(project), expected: None }).unwrap();
}

fn restore(catalog: &Catalog, project: &str) {
    submit(catalog, Command::RestoreProject { id: id(project) }).unwrap();
}

/// Folder, id and name of each project, and that each is found by its folder.
fn shown(catalog: &Catalog) -> Vec<(String, String, String)> {
    let mut shown = Vec::new();
    for project in catalog.projects(VIEWER, None, 100).unwrap() {
        let folder = project.folder().to_owned();
        assert_eq!(catalog.project_in(VIEWER, &folder).unwrap().as_ref(), Some(&project));
        shown.push((folder, project.id.to_string(), project.record.name));
    }
    shown.sort();
    shown
}

fn row(folder: &str, id: &str, name: &str) -> (String, String, String) {
    (folder.to_owned(), id.to_owned(), name.to_owned())
}

const TAKEN: Result<(), CommandError> = Err(CommandError::Taken { field: "folder" });

#[test]
fn a_folder_is_called_as_it_was_made_and_keeps_its_id_when_it_is_renamed() {
    with_catalog(|catalog| {
        assert_eq!(make(catalog, "fox").unwrap(), id("fox"));
        assert_eq!(make(catalog, "New Folder").unwrap(), id("new-folder"));
        assert_eq!(make(catalog, "ฉาก").unwrap(), id("project"));
        rename(catalog, "new-folder", "Red Fox").unwrap();
        change(catalog, "fox", json!({"name": "A fox"})).unwrap();
        rename(catalog, "fox", "Fox").unwrap();
        let expected = [
            row("Fox", "fox", "A fox"),
            row("Red Fox", "new-folder", "Red Fox"),
            row("ฉาก", "project", "ฉาก"),
        ];
        assert_eq!(shown(catalog), expected);
        for (name, viewer) in [("fox", VIEWER), ("RED FOX", VIEWER), ("Fox", OTHER)] {
            assert_eq!(catalog.project_in(viewer, name).unwrap(), None, "{name}");
        }
        change(catalog, "fox", json!({"folder": "fox"})).unwrap();
        assert_eq!(catalog.project(VIEWER, &id("fox")).unwrap().unwrap().record.folder, None);
        change(catalog, "new-folder", json!({"folder": null})).unwrap();
        assert!(catalog.project_in(VIEWER, "new-folder").unwrap().is_some());
    });
}

#[test]
fn no_name_leads_to_two_projects_nor_an_id_to_another_one() {
    with_catalog(|catalog| {
        make(catalog, "fox").unwrap();
        make(catalog, "owl").unwrap();
        rename(catalog, "fox", "Caf\u{e9}").unwrap();
        for name in ["CAFE\u{301}", "caf\u{e9}", "FOX", "fox"] {
            assert_eq!(rename(catalog, "owl", name), TAKEN, "{name}");
            assert_eq!(change(catalog, "owl", json!({"folder": name})), TAKEN, "{name}");
            assert_eq!(make(catalog, name).map(drop), TAKEN, "{name}");
        }
        rename(catalog, "owl", "den").unwrap();
        let taken = NewProject { id: Some(id("Den")), ..NewProject::named("x") };
        let refused = submit(catalog, Command::CreateProject(taken.into()));
        assert_eq!(refused, Err(CommandError::Taken { field: "id" }));
        let slugged = submit(catalog, Command::CreateProject(NewProject::named("Den").into()));
        assert_eq!(slugged, Ok(()));
        assert!(catalog.project_in(VIEWER, "den-2").unwrap().is_some());
        for name in ["a/b", "CON", ".x", "x.", "", &"x".repeat(256)] {
            let refused = rename(catalog, "fox", name);
            assert!(
                matches!(refused, Err(CommandError::Invalid { field: "folder", .. })),
                "{name}"
            );
        }
        assert_eq!(rename(catalog, "fox", &"x".repeat(255)), Ok(()));
    });
}

#[test]
fn a_name_is_free_when_its_project_is_deleted_and_who_comes_back_gets_a_number() {
    with_catalog(|catalog| {
        make(catalog, "fox").unwrap();
        rename(catalog, "fox", "Red Fox").unwrap();
        delete(catalog, "fox");
        assert_eq!(make(catalog, "fox").unwrap(), id("fox-2"));
        assert_eq!(make(catalog, "red fox").unwrap(), id("red-fox"));
        restore(catalog, "fox");
        let expected = [
            row("Red Fox-2", "fox", "Red Fox"),
            row("fox", "fox-2", "fox"),
            row("red fox", "red-fox", "red fox"),
        ];
        assert_eq!(shown(catalog), expected);
        delete(catalog, "red-fox");
        delete(catalog, "fox");
        restore(catalog, "fox");
        assert_eq!(shown(catalog)[0].0, "Red Fox-2", "as it was when it was deleted");
        let named: BTreeMap<_, _> = catalog.named_folders(VIEWER).unwrap().into_iter().collect();
        assert_eq!(named[&id("red-fox")], "red fox");
        assert_eq!(named.len(), 3);
    });
}

#[test]
fn the_past_has_the_names_that_folders_had_and_new_tables_have_those_of_now() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path());
    make(&catalog, "fox").unwrap();
    let before = catalog.revision();
    let steps: [&dyn Fn(); 8] = [
        &|| rename(&catalog, "fox", "Red Fox").unwrap(),
        &|| rename(&catalog, "fox", "RED fox").unwrap(),
        &|| rename(&catalog, "fox", "Red Fox").unwrap(),
        &|| make(&catalog, "owl").map(drop).unwrap(),
        &|| delete(&catalog, "owl"),
        &|| make(&catalog, "owl").map(drop).unwrap(),
        &|| restore(&catalog, "owl"),
        &|| rename(&catalog, "fox", "Red Fox").unwrap(),
    ];
    let told = |found: Vec<ProjectEntry>| -> BTreeMap<String, String> {
        found.into_iter().map(|one| (one.folder, one.id.to_string())).collect()
    };
    let now = || shown(&catalog).into_iter().map(|(folder, id, _)| (folder, id)).collect();
    let mut then: Vec<(_, BTreeMap<String, String>)> = vec![(before, now())];
    for step in steps {
        step();
        then.push((catalog.revision(), now()));
    }
    for (revision, expected) in then {
        let all = catalog.past_projects(VIEWER, revision, None, 10).unwrap();
        assert_eq!(told(all), expected, "at {revision}");
        for folder in ["fox", "Red Fox", "RED fox", "owl", "owl-2", "owl-3"] {
            let found = catalog.past_project(VIEWER, revision, folder).unwrap();
            let found = found.map(|one| one.id.to_string());
            assert_eq!(found.as_ref(), expected.get(folder), "{folder} at {revision}");
        }
    }
    let folder_at = |revision| {
        let past = catalog.project_as_of(VIEWER, &id("fox"), revision).unwrap().unwrap();
        past.project(VIEWER, &id("fox")).unwrap().unwrap().folder().to_owned()
    };
    assert_eq!(folder_at(before), "fox");
    assert_eq!(folder_at(before + 1), "Red Fox");
    let expected = shown(&catalog);
    assert_eq!(
        expected.iter().map(|(folder, ..)| folder.as_str()).collect::<Vec<_>>(),
        ["Red Fox", "owl", "owl-3"]
    );
    catalog.close().unwrap();
    let anew = tempfile::tempdir().unwrap();
    assert_eq!(shown(&open(&disk, anew.path())), expected);
}

#[test]
fn what_comes_to_a_folder_is_told_from_what_only_changes() {
    with_catalog(|catalog| {
        make(catalog, "fox").unwrap();
        let scope = Scope::of_project(id("fox"));
        let since = catalog.revision();
        change(catalog, "fox", json!({"description": "d"})).unwrap();
        assert!(!catalog.has_arrivals(VIEWER, &scope, since).unwrap());
        let target = Target {
            project: id("fox"),
            part: None,
            asset_key: "clip".parse().unwrap(),
            set_best: false,
        };
        let asset = NewAsset {
            id: AssetId::generate(),
            kind: "video".to_owned(),
            asset_type: None,
            status: Status::Failed,
            filename: "clip.mp4".to_owned(),
            content: None,
            target: Some(target),
            tags: Vec::new(),
            client_id: None,
            generation: Generation::default(),
            metadata: Map::new(),
            metadata_digest: None,
        };
        submit(catalog, Command::AddAsset(asset.into())).unwrap();
        assert!(catalog.has_arrivals(VIEWER, &scope, since).unwrap());
        assert!(!catalog.has_arrivals(VIEWER, &scope, catalog.revision()).unwrap());
        assert!(!catalog.has_arrivals(OTHER, &scope, 0).unwrap());
    });
}
