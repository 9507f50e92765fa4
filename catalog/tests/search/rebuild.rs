//! The index is derived: thrown away, left behind or taken from an older state, it comes to the
//! same.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rushes_catalog::Catalog;
use rushes_catalog::command::{ChangeAsset, Command, NewAsset};
use rushes_catalog::ids::AssetId;
use rushes_catalog::marks::AssetPatch;
use rushes_catalog::model::Viewer;
use rushes_catalog::search::{Field, Find, Sort};
use rushes_disk::CrashDisk;

use crate::stage::{OTHER, Stage, VIEWER, asked, open, settle, shot};

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

const WORDS: [&str; 6] = ["fox", "owl", "den", "red", "ป่า", "雪山"];

/// Assets of two users that come, change, go and come back.
fn live(stage: &Stage, dice: &mut Dice, steps: usize) {
    let mut made: Vec<(Viewer, AssetId)> = Vec::new();
    for step in 0..steps {
        let viewer = [VIEWER, OTHER][dice.roll(2)];
        let words = |dice: &mut Dice| {
            let words: Vec<_> = (0..=dice.roll(4)).map(|_| WORDS[dice.roll(6)]).collect();
            words.join(" ")
        };
        let pick = (dice.roll(4) > 0).then(|| made.get(dice.roll(made.len().max(1)))).flatten();
        let Some((viewer, id)) = pick.copied() else {
            let tags = vec![WORDS[dice.roll(6)].to_owned()];
            let asset = NewAsset { tags, ..shot(&format!("take {step}"), &words(dice)) };
            made.push((viewer, stage.add(viewer, asset)));
            continue;
        };
        let command = match dice.roll(3) {
            0 => Command::DeleteAsset { id, expected: None },
            1 => Command::RestoreAsset { id },
            _ => {
                let notes = Some(Some(words(dice)));
                let patch = AssetPatch { notes, ..AssetPatch::default() };
                let change = ChangeAsset { id, patch, expected: None, merged: None, target: None };
                Command::ChangeAsset(Box::new(change))
            }
        };
        // A change of what is deleted may be refused; then nothing is different.
        let _refused = stage.catalog.submit(viewer, command, None);
        if step.is_multiple_of(40) {
            stage.settle();
        }
    }
}

/// Everything that a handful of searches answers.
fn answers(catalog: &Catalog) -> Vec<String> {
    settle(catalog);
    let words = ["", "fox", "red owl", "\"fox den\"", "-fox", "r*", "ป่า", "雪"];
    let sorts = [None, Some(Sort::Relevance), Some(Sort::Name), Some(Sort::Oldest)];
    let mut answers = Vec::new();
    for viewer in [VIEWER, OTHER] {
        for words in words {
            for sort in sorts {
                let counted = vec![Field::Tag, Field::Status];
                let find = Find { sort, counted, ..asked(words, &[]) };
                let found = catalog.find(viewer, &find).unwrap();
                let ids: Vec<_> = found.assets.iter().map(|asset| asset.id).collect();
                assert_eq!(ids.len(), usize::try_from(found.total).unwrap(), "{words}");
                answers.push(format!("{words} {sort:?} {ids:?} {:?}", found.counts));
            }
        }
    }
    answers
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, to) = (entry.unwrap(), to.to_owned());
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            // What is merged meanwhile goes away; the copy is then as a crash leaves it.
            match fs::copy(entry.path(), to) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{error}"),
                _ => {}
            }
        }
    }
}

/// Opens the same facts with a given index and says what is found.
fn reopened(stage: &Stage, disk: &CrashDisk, boot: &str, index: Option<&Path>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    if let Some(index) = index {
        copy(index, &folder.path().join("search"));
    }
    let catalog = open(disk, &folder, boot, &Arc::clone(&stage.clock));
    let answers = answers(&catalog);
    catalog.close().unwrap();
    answers
}

#[test]
fn an_index_made_anew_or_left_behind_equals_the_one_that_grew() {
    let stage = Stage::set();
    let mut dice = Dice(1);
    live(&stage, &mut dice, 150);
    stage.settle();
    let older = tempfile::tempdir().unwrap();
    copy(&stage.folder.path().join("search"), older.path());
    live(&stage, &mut dice, 150);
    let grown = answers(&stage.catalog);
    assert!(grown.iter().any(|answer| answer.contains("AssetId")), "nothing is ever found");
    stage.catalog.close().unwrap();
    let clean = stage.folder.path().join("search");
    let disk = &stage.disk;
    assert_eq!(reopened(&stage, disk, "boot", Some(&clean)), grown, "after a clean stop");
    assert_eq!(reopened(&stage, disk, "boot", None), grown, "without an index");
    // A kill leaves the last commit; the machine ran on.
    assert_eq!(reopened(&stage, disk, "boot", Some(older.path())), grown, "an older state");
    assert_eq!(reopened(&stage, disk, "later", Some(older.path())), grown, "after a power cut");
}

#[test]
fn an_index_that_is_damaged_or_of_another_journal_is_made_anew() {
    let stage = Stage::set();
    live(&stage, &mut Dice(2), 100);
    let grown = answers(&stage.catalog);
    stage.catalog.close().unwrap();
    let search = stage.folder.path().join("search");
    for pick in ["meta.json", ".idx", ".term", ".fast"] {
        let spoilt = tempfile::tempdir().unwrap();
        copy(&search, spoilt.path());
        let files = fs::read_dir(spoilt.path().join("assets")).unwrap().map(|entry| entry.unwrap());
        let file = files.map(|file| file.path()).find(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(pick))
        });
        fs::write(file.unwrap(), b"spoilt").unwrap();
        let answers = reopened(&stage, &stage.disk, "boot", Some(spoilt.path()));
        assert_eq!(answers, grown, "{pick}");
    }
    let other = Stage::set();
    live(&other, &mut Dice(3), 100);
    other.settle();
    other.catalog.close().unwrap();
    let foreign = other.folder.path().join("search");
    assert_eq!(reopened(&stage, &stage.disk, "boot", Some(&foreign)), grown, "another journal");
}

#[test]
fn a_stop_amid_a_rebuild_is_no_clean_one() {
    let stage = Stage::set();
    live(&stage, &mut Dice(4), 60);
    let grown = answers(&stage.catalog);
    stage.catalog.close().unwrap();
    let folder = tempfile::tempdir().unwrap();
    // Closed at once, whatever of the index there is by then.
    open(&stage.disk, &folder, "boot", &stage.clock).close().unwrap();
    let search = folder.path().join("search");
    assert_eq!(reopened(&stage, &stage.disk, "boot", Some(&search)), grown);
}
