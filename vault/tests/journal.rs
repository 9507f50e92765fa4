//! Closed journal files have second copies among the bytes, from which they are healed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rushes_vault::command::NewProject;
use rushes_vault::model::Viewer;
use rushes_vault::sweep::{Packs, Run, Sweep};
use rushes_vault::upkeep::Pace;
use rushes_vault::{Options, Vault};
use serde_json::Value;

/// Far above what a busy machine needs.
const PATIENCE: Duration = Duration::from_mins(1);

fn open(data: &Path) -> (Arc<Vault>, Viewer) {
    let vault = Vault::open(&Options { data: data.to_owned() }).unwrap();
    let viewer = Viewer { user: vault.first_user("admin").unwrap().id };
    (vault, viewer)
}

/// The journal's files, in order.
fn files(data: &Path) -> Vec<PathBuf> {
    let names = fs::read_dir(data.join("journal")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        names.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
    files.sort();
    files
}

fn contents(files: &[PathBuf]) -> BTreeMap<PathBuf, Vec<u8>> {
    files.iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// How often a claim in the journal names a second copy.
fn copies(data: &Path) -> usize {
    let count = |path: &PathBuf| fs::read_to_string(path).unwrap().matches("segment_kept").count();
    files(data).iter().map(count).sum()
}

/// Writes until there are as many closed files, each with a copy; how many projects there are.
fn fill(data: &Path, closed: usize) -> usize {
    let (vault, viewer) = open(data);
    let words = "a fox at dusk ".repeat(4500);
    let mut made = 0;
    while files(data).len() <= closed {
        let mut new = NewProject::named(format!("fox {made}"));
        new.record.metadata.insert("words".to_owned(), Value::from(words.as_str()));
        vault.create_project(viewer, new, None).unwrap();
        made += 1;
    }
    let begun = Instant::now();
    while copies(data) < closed {
        assert!(begun.elapsed() < PATIENCE, "a closed file has no copy");
        std::thread::yield_now();
    }
    vault.close().unwrap();
    made
}

fn assert_whole(data: &Path, before: &BTreeMap<PathBuf, Vec<u8>>, made: usize, when: &str) {
    let (vault, viewer) = open(data);
    assert_eq!(vault.writable(), Ok(()), "{when}");
    for (path, content) in before {
        assert!(fs::read(path).unwrap() == *content, "{when}: {}", path.display());
    }
    let project = format!("fox-{}", made - 1).parse().unwrap();
    assert!(vault.project(viewer, &project).unwrap().is_some(), "{when}");
    let project = "fox-0".parse().unwrap();
    assert!(vault.project(viewer, &project).unwrap().is_some(), "{when}");
    vault.close().unwrap();
}

/// Changes one bit, in a line that names a copy where there is one.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let named = bytes.windows(12).position(|window| window == b"segment_kept");
    *bytes.get_mut(named.unwrap_or(100) + 3).unwrap() ^= 1;
    fs::write(path, bytes).unwrap();
}

fn without_derived(data: &Path) {
    for derived in ["index", "search"] {
        fs::remove_dir_all(data.join(derived)).unwrap();
    }
}

#[test]
fn damaged_files_are_healed_from_their_copies() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = fill(&data, 2);
    let all = files(&data);
    let closed = &all[..2];
    let before = contents(closed);
    assert!(fs::read_to_string(&closed[1]).unwrap().contains("segment_kept"));

    // The copy of the first one is named in the second one, which is damaged in that very line.
    for path in closed {
        flip(path);
    }
    without_derived(&data);
    assert_whole(&data, &before, made, "both flipped, the tables made anew");
    let quarantined = fs::read_dir(data.join("quarantine")).unwrap().count();
    assert_eq!(quarantined, 4, "each with a note");

    for path in closed {
        fs::remove_file(path).unwrap();
    }
    without_derived(&data);
    assert_whole(&data, &before, made, "both gone, the tables made anew");

    fs::remove_file(&closed[0]).unwrap();
    assert_whole(&data, &before, made, "one gone, after a clean stop");

    let half = before[&closed[1]].len() / 2;
    fs::write(&closed[1], &before[&closed[1]][..half]).unwrap();
    assert_whole(&data, &before, made, "one cut short, after a clean stop");
    assert_eq!(copies(&data), 2, "no copy is recorded twice");
}

#[test]
fn a_scrub_heals_file_and_copy_and_no_sweep_takes_the_copy() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = fill(&data, 1);
    let closed = files(&data)[..1].to_vec();
    let before = contents(&closed);
    let never = AtomicBool::new(false);

    let (vault, viewer) = open(&data);
    flip(&closed[0]);
    vault.scrub(Pace::Full, &never).unwrap();
    assert!(fs::read(&closed[0]).unwrap() == before[&closed[0]], "the file");
    let project = "fox-0".parse().unwrap();
    assert!(vault.project(viewer, &project).unwrap().is_some());

    let everything = Sweep { grace: Duration::ZERO, run: Run::Really, packs: Packs::All };
    vault.sweep(everything, &never, &mut |_| ()).unwrap();
    assert!(vault.found(None, 10).unwrap().contents.is_empty(), "the copy counts as found");
    vault.close().unwrap();
    drop(vault);

    for pack in fs::read_dir(data.join("packs")).unwrap() {
        let path = pack.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        let half = bytes.len() / 2;
        bytes[half] ^= 1;
        fs::write(path, bytes).unwrap();
    }
    let (vault, _) = open(&data);
    vault.scrub(Pace::Full, &never).unwrap();
    assert_eq!(vault.damage(), Vec::new(), "the copy");
    vault.close().unwrap();
    drop(vault);
    fs::remove_file(&closed[0]).unwrap();
    without_derived(&data);
    assert_whole(&data, &before, made, "healed from the copy that was healed");
}

#[test]
fn a_file_whose_copy_is_lost_as_well_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fill(&data, 1);
    flip(&files(&data)[0]);
    without_derived(&data);
    for pack in fs::read_dir(data.join("packs")).unwrap() {
        fs::remove_file(pack.unwrap().path()).unwrap();
    }
    let vault = Vault::open(&Options { data: data.clone() }).unwrap();
    let why = vault.writable().unwrap_err();
    assert!(why.contains("0000000000000001.jsonl"), "{why}");
    vault.close().unwrap();
}
