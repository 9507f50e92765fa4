//! Damage in the journal is told apart from a torn tail: it is named, nothing is written over it,
//! and what can be read is served.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rushes_catalog::command::{Command, CommandError, NewProject};
use rushes_catalog::ids::UserId;
use rushes_catalog::journal::segment_path;
use rushes_catalog::model::Viewer;
use rushes_catalog::{Catalog, OpenError, Options};
use rushes_disk::{CrashDisk, Disk, ManualClock, RecordingDisk, Timestamp, Verb};

fn viewer() -> Viewer {
    Viewer { user: UserId::from_bytes([7; 16]) }
}

fn open(disk: &CrashDisk, index: &Path) -> Result<Catalog, OpenError> {
    open_over(Arc::new(disk.clone()), index)
}

fn open_over(disk: Arc<dyn Disk>, index: &Path) -> Result<Catalog, OpenError> {
    Catalog::open(Options {
        disk,
        index_above: index.to_owned(),
        search_above: None,
        boot: Some("boot".to_owned()),
        clock: Arc::new(ManualClock::at(Timestamp(0))),
        publish: Box::new(drop),
    })
}

fn create(catalog: &Catalog, name: &str) -> Result<u64, CommandError> {
    let project = NewProject::named(name);
    catalog
        .submit(viewer(), Command::CreateProject(project.into()), None)
        .map(|outcome| outcome.revision)
}

/// A journal of five lines, its daemon killed.
fn five_lines() -> (CrashDisk, PathBuf) {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path()).unwrap();
    for name in ["one", "two", "three", "four", "five"] {
        create(&catalog, name).unwrap();
    }
    (disk.restart(), segment_path(1))
}

fn names(catalog: &Catalog) -> Vec<String> {
    let mut projects = catalog.projects(viewer(), None, 10).unwrap();
    projects.sort_by_key(|project| project.revision);
    projects.into_iter().map(|project| project.record.name).collect()
}

fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let newlines = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect()
}

#[test]
fn a_torn_last_line_is_cut_off_and_writing_goes_on() {
    let (intact, path) = five_lines();
    let starts = std::cell::RefCell::new(Vec::new());
    intact.damage(&path, |bytes| *starts.borrow_mut() = line_starts(bytes)).unwrap();
    let (last, end) = (starts.borrow()[4], starts.borrow()[5]);
    for cut in [last + 1, last + 40, end - 2, end - 1] {
        let (disk, index) = (intact.restart(), tempfile::tempdir().unwrap());
        disk.damage(&path, |bytes| bytes.truncate(cut)).unwrap();
        let catalog = open(&disk, index.path()).unwrap();
        assert_eq!(names(&catalog), ["one", "two", "three", "four"], "cut at {cut}");
        assert_eq!(create(&catalog, "five again"), Ok(5), "cut at {cut}");
        drop(catalog);
        let catalog = open(&disk.restart(), index.path()).unwrap();
        assert_eq!(names(&catalog).len(), 5, "cut at {cut}");
    }
}

#[test]
fn a_flipped_bit_before_the_last_line_makes_it_read_only_and_is_named() {
    let (intact, path) = five_lines();
    let (disk, index) = (intact.restart(), tempfile::tempdir().unwrap());
    disk.damage(&path, |bytes| {
        let at = line_starts(bytes)[2] + 50;
        bytes[at] ^= 1;
    })
    .unwrap();
    let catalog = open(&disk, index.path()).unwrap();
    let reason = catalog.read_only().unwrap();
    assert!(reason.contains("0000000000000001.jsonl is damaged at line 3"), "{reason}");
    assert_eq!(names(&catalog), ["one", "two"]);
    assert!(matches!(create(&catalog, "six"), Err(CommandError::ReadOnly { .. })));
    assert_eq!(disk.stat(&path).unwrap(), intact.stat(&path).unwrap(), "the file was written");
}

#[test]
fn a_line_that_was_taken_out_is_missed() {
    let (intact, path) = five_lines();
    let (disk, index) = (intact.restart(), tempfile::tempdir().unwrap());
    disk.damage(&path, |bytes| {
        let starts = line_starts(bytes);
        bytes.drain(starts[1]..starts[2]);
    })
    .unwrap();
    let catalog = open(&disk, index.path()).unwrap();
    let reason = catalog.read_only().unwrap();
    assert!(reason.contains("line 2: it does not continue the line before"), "{reason}");
}

#[test]
fn a_claim_of_a_newer_program_stops_the_start() {
    let (intact, path) = five_lines();
    let (disk, index) = (intact.restart(), tempfile::tempdir().unwrap());
    disk.damage(&path, |bytes| {
        // A line that is right in every way, but says something unknown.
        let head = rushes_catalog::line::Head::default();
        let mut line = rushes_catalog::line::LineBuilder::after(head);
        let by = UserId::from_bytes([7; 16]);
        line.push(&format!("{{\"v\":1,\"at\":\"\",\"by\":\"{by}\",\"type\":\"dream\"}}"));
        *bytes = line.finish().0.into_bytes();
    })
    .unwrap();
    let refused = open(&disk, index.path()).unwrap_err().to_string();
    assert!(refused.contains("revision 1 was written by a newer version of rushes"), "{refused}");
}

#[test]
fn tables_of_another_journal_are_rebuilt() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path()).unwrap();
    create(&catalog, "one").unwrap();
    catalog.close().unwrap();
    drop(catalog);
    // The data directory is replaced by one with another history; index/ stays.
    let other = CrashDisk::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let catalog = open(&other, elsewhere.path()).unwrap();
    create(&catalog, "uno").unwrap();
    drop(catalog);
    let catalog = open(&other.restart(), index.path()).unwrap();
    assert_eq!(names(&catalog), ["uno"]);
}

#[test]
fn after_a_clean_stop_nothing_is_copied_and_after_a_kill_the_newest_file_is() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let inode = |disk: &CrashDisk| disk.stat(&segment_path(1)).unwrap().inode;
    let catalog = open(&disk, index.path()).unwrap();
    create(&catalog, "one").unwrap();
    catalog.close().unwrap();
    drop(catalog);
    let (disk, before) = (disk.restart(), inode(&disk));
    let catalog = open(&disk, index.path()).unwrap();
    assert_eq!(inode(&disk), before);
    create(&catalog, "two").unwrap();
    drop(catalog); // killed
    let disk = disk.restart();
    let catalog = open(&disk, index.path()).unwrap();
    assert_ne!(inode(&disk), before);
    assert_eq!(names(&catalog), ["one", "two"]);
}

#[test]
fn a_line_that_a_clean_stop_vouches_for_is_missed_when_it_is_damaged() {
    for by_the_stamp in [false, true] {
        let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
        let catalog = open(&disk, index.path()).unwrap();
        for name in ["one", "two", "three"] {
            create(&catalog, name).unwrap();
        }
        catalog.close().unwrap();
        drop(catalog);
        if by_the_stamp {
            // Started and killed once more: only the tables' stamp vouches for it then.
            drop(open(&disk.restart(), index.path()).unwrap());
        }
        let disk = disk.restart();
        disk.damage(&segment_path(1), |bytes| {
            let at = line_starts(bytes)[2] + 50;
            bytes[at] ^= 1;
        })
        .unwrap();
        let catalog = open(&disk, index.path()).unwrap();
        let reason = catalog.read_only().unwrap();
        assert!(reason.contains("revision 3"), "{reason}");
        assert!(create(&catalog, "four").is_err());
        drop(catalog);
        let again = open(&disk.restart(), index.path()).unwrap();
        assert!(again.read_only().is_some(), "forgotten at the next start");
    }
}

#[test]
fn a_journal_that_was_emptied_is_not_written_as_if_it_were_new() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path()).unwrap();
    create(&catalog, "one").unwrap();
    catalog.close().unwrap();
    drop(catalog);
    let disk = disk.restart();
    disk.remove(&segment_path(1)).unwrap();
    let catalog = open(&disk, index.path()).unwrap();
    assert!(catalog.read_only().is_some());
    assert!(create(&catalog, "two").is_err());
}

#[test]
fn many_long_commands_at_once_are_all_there_after_a_restart() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path()).unwrap();
    // Every byte of these becomes six in JSON.
    let description = Some("\u{1}".repeat(64 * 1024));
    std::thread::scope(|scope| {
        for number in 0..60 {
            let (catalog, description) = (&catalog, description.clone());
            scope.spawn(move || {
                let name = format!("p{number}");
                let mut project = NewProject::named(name);
                project.record.description = description;
                catalog.submit(viewer(), Command::CreateProject(project.into()), None).unwrap();
            });
        }
    });
    assert!(segments(&disk) > 1, "no file was closed for its size");
    for clean in [true, false] {
        let fresh = tempfile::tempdir().unwrap();
        let index = if clean { index.path() } else { fresh.path() };
        if clean {
            catalog.close().unwrap();
        }
        let catalog = open(&disk.restart(), index).unwrap();
        assert_eq!(catalog.read_only(), None);
        assert_eq!(catalog.projects(viewer(), None, 100).unwrap().len(), 60);
    }
}

fn segments(disk: &CrashDisk) -> usize {
    disk.list(Path::new("journal")).unwrap().len()
}

#[test]
fn a_sequencer_that_fails_leaves_the_outcome_open_and_takes_no_more() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = Catalog::open(Options {
        disk: Arc::new(disk.clone()),
        index_above: index.path().to_owned(),
        search_above: None,
        boot: Some("boot".to_owned()),
        clock: Arc::new(ManualClock::at(Timestamp(0))),
        publish: Box::new(|_| panic!("on purpose")),
    })
    .unwrap();
    assert_eq!(create(&catalog, "one"), Err(CommandError::OutcomeUnknown));
    assert!(catalog.read_only().is_some());
    assert!(matches!(create(&catalog, "two"), Err(CommandError::ReadOnly { .. })));
    let fresh = tempfile::tempdir().unwrap();
    assert_eq!(names(&open(&disk.restart(), fresh.path()).unwrap()), ["one"]);
}

#[test]
fn a_file_in_which_nothing_was_recorded_is_no_damage_after_a_clean_stop() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path()).unwrap();
    create(&catalog, "one").unwrap();
    create(&catalog, "two").unwrap();
    catalog.close().unwrap();
    drop(catalog);
    // A command that was refused right after a file was full leaves the next one empty.
    let disk = disk.restart();
    disk.create_new(&segment_path(3)).unwrap();
    let catalog = open(&disk, index.path()).unwrap();
    assert_eq!(catalog.read_only(), None);
    assert_eq!(create(&catalog, "three"), Ok(3));
    assert_eq!(names(&catalog), ["one", "two", "three"]);
}

#[test]
fn a_journal_file_that_somebody_removes_is_back_with_the_next_line() {
    let (disk, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let catalog = open(&disk, index.path()).unwrap();
    for name in ["one", "two"] {
        create(&catalog, name).unwrap();
    }
    disk.remove(&segment_path(1)).unwrap();
    for name in ["three", "four"] {
        create(&catalog, name).unwrap();
    }
    disk.remove(&segment_path(3)).unwrap();
    create(&catalog, "five").unwrap();
    let all = ["one", "two", "three", "four", "five"];
    assert_eq!(names(&catalog), all);
    drop(catalog);
    for disk in [disk.restart(), disk.reboot_bare()] {
        let fresh = tempfile::tempdir().unwrap();
        let catalog = open(&disk, fresh.path()).unwrap();
        assert_eq!((names(&catalog), catalog.read_only()), (all.map(str::to_owned).into(), None));
    }
}

#[test]
fn a_journal_file_that_is_removed_under_a_sync_costs_that_line_only() {
    let (inner, index) = (CrashDisk::new(), tempfile::tempdir().unwrap());
    let disk = Arc::new(RecordingDisk::over(Arc::new(inner.clone())));
    let (by_hand, is_armed) = (inner.clone(), Arc::new(AtomicBool::new(false)));
    let armed = Arc::clone(&is_armed);
    disk.watch(Box::new(move |call| {
        if (call.verb, &call.path) == (Verb::Sync, &segment_path(1))
            && armed.swap(false, Ordering::Relaxed)
        {
            by_hand.remove(&call.path).unwrap();
        }
    }));
    let catalog = open_over(disk, index.path()).unwrap();
    create(&catalog, "one").unwrap();
    is_armed.store(true, Ordering::Relaxed);
    assert_eq!(create(&catalog, "lost"), Err(CommandError::OutcomeUnknown));
    assert_eq!(create(&catalog, "two"), Ok(2));
    drop(catalog);
    let fresh = tempfile::tempdir().unwrap();
    let catalog = open(&inner.reboot_bare(), fresh.path()).unwrap();
    assert_eq!(names(&catalog), ["one", "two"]);
}
