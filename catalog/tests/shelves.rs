//! What the folder asks beside projects: element folders, assets by word, lineage by one step.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rushes_catalog::command::{ChangeAsset, Command, NewAsset, NewElement, NewProject};
use rushes_catalog::element::{ElementRecord, ElementRef, Figure};
use rushes_catalog::ids::{AssetId, ElementId, ProjectId, UserId};
use rushes_catalog::marks::AssetPatch;
use rushes_catalog::model::{Content, ElementKind, Generation, Status, Viewer};
use rushes_catalog::{Catalog, Links, Made, Options, ShelfOf};
use rushes_digest::Digest;
use rushes_disk::{CrashDisk, ManualClock, Timestamp};
use serde_json::Map;

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

fn fox() -> ProjectId {
    "fox".parse().unwrap()
}

fn add_character(catalog: &Catalog, name: &str) -> ElementId {
    let record = ElementRecord::Character(Figure { name: name.to_owned(), ..Figure::default() });
    let element = NewElement { id: None, record };
    let add = Command::AddElement { project: fox(), element };
    let made = catalog.submit(VIEWER, add, None).unwrap();
    let Made::Element(_, element) = catalog.made_at(made.revision, made.position).unwrap() else {
        panic!("no element")
    };
    element.id
}

fn add(catalog: &Catalog, name: &str, tags: &[&str], sources: &[AssetId]) -> AssetId {
    let id = AssetId::generate();
    let content = Content {
        digest: Digest::of(name.as_bytes()),
        size: 3,
        media_type: "image/png".to_owned(),
        extension: "png".to_owned(),
        modified_ms: None,
    };
    let new = NewAsset {
        id,
        kind: "image".to_owned(),
        asset_type: None,
        status: Status::Ready,
        filename: name.to_owned(),
        content: Some(content),
        target: None,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        client_id: None,
        generation: Generation { source_asset_ids: sources.to_vec(), ..Generation::default() },
        metadata: Map::new(),
        metadata_digest: None,
    };
    catalog.submit(VIEWER, Command::AddAsset(new.into()), None).unwrap();
    id
}

fn folders(catalog: &Catalog) -> Vec<String> {
    let project = fox();
    let of = (&project, ElementKind::Character);
    let entries = catalog.element_entries(VIEWER, of, None, 100).unwrap();
    for entry in &entries {
        let found = catalog.element_in(VIEWER, of, &entry.folder).unwrap();
        assert_eq!(found.as_ref(), Some(entry));
        assert_eq!(catalog.element_in(OTHER, of, &entry.folder).unwrap(), None);
    }
    entries.into_iter().map(|entry| entry.folder).collect()
}

/// Each word with its folder and the names of the assets that have it.
fn shelved(catalog: &Catalog, of: ShelfOf) -> Vec<(String, String, Vec<String>)> {
    assert_eq!(catalog.shelves(OTHER, of, None, 100).unwrap(), []);
    let shelf = |(word, folder): (String, String)| {
        assert_eq!(catalog.shelf_in(VIEWER, of, &folder).unwrap().as_ref(), Some(&word));
        let entries = catalog.shelved(VIEWER, (of, &word), None, 100).unwrap();
        for entry in &entries {
            let at = catalog.shelved_at(VIEWER, (of, &word), entry.revision).unwrap();
            assert_eq!(at.as_ref(), Some(entry));
        }
        (word, folder, entries.into_iter().map(|entry| entry.filename).collect())
    };
    catalog.shelves(VIEWER, of, None, 100).unwrap().into_iter().map(shelf).collect()
}

#[test]
fn a_character_keeps_its_folder_for_good_and_shares_it_with_no_other() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path());
    catalog.submit(VIEWER, Command::CreateProject(NewProject::named("Fox").into()), None).unwrap();
    let ids: Vec<_> = ["Red Fox", "red-FOX", "Caf\u{e9}", "CAFE\u{301}", "!!", "con", "../x"]
        .map(|name| add_character(&catalog, name))
        .to_vec();
    let expected =
        ["red-fox", "red-fox-2", "caf\u{e9}", "caf\u{e9}-2", "character", "character-2", "x"];
    assert_eq!(folders(&catalog), expected);
    let first = ElementRef { kind: ElementKind::Character, id: ids[0] };
    let delete = Command::DeleteElement { project: fox(), element: first, expected: None };
    catalog.submit(VIEWER, delete, None).unwrap();
    assert_eq!(folders(&catalog)[0], "red-fox-2");
    add_character(&catalog, "Red fox");
    assert_eq!(folders(&catalog).last().unwrap(), "red-fox-3", "a deleted one comes back to its");
    let restore = Command::RestoreElement { project: fox(), element: first };
    catalog.submit(VIEWER, restore, None).unwrap();
    let before = folders(&catalog);
    assert_eq!(before[..7], expected);
    drop(catalog);
    let anew = tempfile::tempdir().unwrap();
    assert_eq!(folders(&open(&disk, anew.path())), before, "folded anew");
}

#[test]
fn assets_are_listed_by_kind_and_tag_while_they_are_there() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path());
    let one = add(&catalog, "one", &["Fox", "den"], &[]);
    let two = add(&catalog, "two", &["fox", "a/b"], &[one]);
    let texts = |all: &[(&str, &str, &[&str])]| -> Vec<(String, String, Vec<String>)> {
        let own = |names: &&[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        all.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), own(c))).collect()
    };
    let tags = texts(&[
        ("Fox", "Fox", &["one"]),
        ("a/b", "a_b", &["two"]),
        ("den", "den", &["one"]),
        ("fox", "fox-2", &["two"]),
    ]);
    assert_eq!(shelved(&catalog, ShelfOf::Tag), tags);
    assert_eq!(shelved(&catalog, ShelfOf::Kind), texts(&[("image", "image", &["one", "two"])]));
    let patch = AssetPatch { tags: Some(vec!["den".to_owned()]), ..AssetPatch::default() };
    let change = ChangeAsset { id: two, patch, expected: None, merged: None, target: None };
    catalog.submit(VIEWER, Command::ChangeAsset(change.into()), None).unwrap();
    catalog.submit(VIEWER, Command::DeleteAsset { id: one, expected: None }, None).unwrap();
    assert_eq!(shelved(&catalog, ShelfOf::Tag), texts(&[("den", "den", &["two"])]));
    assert_eq!(shelved(&catalog, ShelfOf::Kind), texts(&[("image", "image", &["two"])]));
    assert_eq!(catalog.linked(VIEWER, (two, Links::Sources), 9).unwrap(), []);
    catalog.submit(VIEWER, Command::RestoreAsset { id: one }, None).unwrap();
    assert_eq!(shelved(&catalog, ShelfOf::Kind)[0].2, ["one", "two"]);
    let names = |of| -> Vec<String> {
        catalog.linked(VIEWER, of, 9).unwrap().into_iter().map(|entry| entry.filename).collect()
    };
    assert_eq!(names((two, Links::Sources)), ["one"]);
    assert_eq!(names((one, Links::Uses)), ["two"]);
    assert_eq!(names((one, Links::Sources)), [""; 0]);
    assert!(catalog.has_links(VIEWER, one).unwrap());
    assert!(!catalog.has_links(OTHER, one).unwrap());
    let tags = shelved(&catalog, ShelfOf::Tag);
    drop(catalog);
    let anew = tempfile::tempdir().unwrap();
    assert_eq!(shelved(&open(&disk, anew.path()), ShelfOf::Tag), tags, "folded anew");
}
