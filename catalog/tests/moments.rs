//! What `at/` asks of moments: which claim was the last one, and which projects were there.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rushes_catalog::command::{Command, NewProject};
use rushes_catalog::ids::{ProjectId, UserId};
use rushes_catalog::model::Viewer;
use rushes_catalog::{Catalog, Options};
use rushes_disk::{Clock, CrashDisk, ManualClock, Timestamp};

const VIEWER: Viewer = Viewer { user: UserId::from_bytes([7; 16]) };

fn open(disk: &CrashDisk, index: &Path, clock: &Arc<ManualClock>) -> Catalog {
    Catalog::open(Options {
        disk: Arc::new(disk.clone()),
        index_above: index.to_owned(),
        search_above: None,
        boot: Some("boot".to_owned()),
        clock: Arc::<ManualClock>::clone(clock),
        publish: Box::new(drop),
    })
    .unwrap()
}

fn make(catalog: &Catalog, name: &str) {
    let command = Command::CreateProject(NewProject::named(name).into());
    catalog.submit(VIEWER, command, None).unwrap();
}

#[test]
fn a_second_ends_with_the_last_claim_in_it_also_where_the_clock_was_set_back() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(0)));
    let catalog = open(&disk, index.path(), &clock);
    assert_eq!(catalog.revision_at(5).unwrap(), 0);
    for (name, at_ms) in
        [("a", 10_000), ("b", 10_999), ("c", 11_000), ("d", 4_000), ("e", 11_500), ("f", 20_000)]
    {
        clock.advance_ms(at_ms - clock.now().0);
        make(&catalog, name);
    }
    let ends = [(0, 0), (9, 0), (10, 2), (11, 5), (12, 5), (19, 5), (20, 6), (1 << 40, 6)];
    let same = |catalog: &Catalog| {
        for (second, revision) in ends {
            assert_eq!(catalog.revision_at(second).unwrap(), revision, "second {second}");
        }
    };
    same(&catalog);
    drop(catalog);
    let index = tempfile::tempdir().unwrap();
    same(&open(&disk.restart(), index.path(), &clock));
}

#[test]
fn projects_of_a_moment_come_in_pages_whatever_became_of_them() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(0)));
    let catalog = open(&disk, index.path(), &clock);
    let id = |number: usize| format!("p{number:02}").parse::<ProjectId>().unwrap();
    for number in 0..20 {
        make(&catalog, id(number).as_str());
    }
    let all = catalog.revision();
    // More claims of one project than are read at a time.
    for _ in 0..1_000 {
        let delete = Command::DeleteProject { id: id(7), expected: None };
        catalog.submit(VIEWER, delete, None).unwrap();
        catalog.submit(VIEWER, Command::RestoreProject { id: id(7) }, None).unwrap();
    }
    for number in (0..20).step_by(2) {
        let delete = Command::DeleteProject { id: id(number), expected: None };
        catalog.submit(VIEWER, delete, None).unwrap();
    }
    let at = |revision, limit| {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = catalog.past_projects(VIEWER, revision, after.as_deref(), limit).unwrap();
            let Some(last) = page.last() else { return seen };
            assert!(page.len() <= limit);
            after = Some(last.folder.clone());
            seen.extend(page.into_iter().map(|entry| entry.id));
        }
    };
    let (everyone, odd): (Vec<_>, Vec<_>) =
        ((0..20).map(id).collect(), (0..20).filter(|number| number % 2 == 1).map(id).collect());
    for limit in [1, 3, 10, 100] {
        assert_eq!(at(all, limit), everyone, "limit {limit}");
        assert_eq!(at(catalog.revision(), limit), odd, "limit {limit}");
        assert_eq!(at(5, limit), everyone.get(..5).unwrap(), "limit {limit}");
    }
    let without: Vec<_> = (0..20).filter(|number| *number != 7).map(id).collect();
    assert_eq!(at(all + 1001, 10), without, "the five hundred and first time");
    for (revision, is_there) in [(all + 1000, true), (all + 1001, false), (7, false), (8, true)] {
        let found = catalog.past_project(VIEWER, revision, "p07").unwrap();
        assert_eq!(found.is_some(), is_there, "at {revision}");
    }
    assert_eq!(catalog.past_project(VIEWER, all, "P07").unwrap(), None);
}
