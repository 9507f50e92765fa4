//! Layers are one map, whatever has settled and whatever fails.

use std::fs;
use std::time::Instant;

use proptest::prelude::*;

use super::*;

fn open(folder: &std::path::Path) -> Layers {
    Layers::over(Database::at(folder), b"!".to_vec()).unwrap()
}

fn settled(layers: &Layers) {
    layers.finish();
    layers.settle();
    layers.close().unwrap();
}

/// Writes rows of the layer that is being written.
fn settle_rest(layers: &Layers, rows: usize) {
    let stack = layers.read().unwrap();
    let db = stack.db.as_ref().unwrap();
    for (key, value) in stack.settling.iter().take(rows) {
        match value {
            Some(value) => db.insert(key, value),
            None => db.remove(key),
        }
        .unwrap();
    }
}

fn all(layers: &Layers, start: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let stack = layers.read().unwrap();
    let rows = stack.from(Bound::Included(start)).unwrap().map(Result::unwrap);
    rows.map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
}

type Lines = Vec<(BTreeMap<u8, Option<u8>>, u8)>;

/// Lines, and what settles after each.
fn lines() -> impl Strategy<Value = Lines> {
    let line = proptest::collection::btree_map(0_u8..24, proptest::option::of(0_u8..9), 1..9);
    proptest::collection::vec((line, 0_u8..3), 1..30)
}

fn advance(layers: &Layers, settles: u8) {
    match settles {
        0 => {
            settle_rest(layers, usize::MAX);
            layers.settle_once().unwrap();
        }
        // Half of it is written.
        1 => {
            settle_rest(layers, usize::MAX);
            let mut stack = layers.gate.write().unwrap();
            stack.settling = Arc::new(std::mem::take(&mut stack.fresh));
            drop(stack);
            settle_rest(layers, 3);
        }
        _ => {}
    }
}

fn is_one_map(lines: Lines, start: u8) {
    let folder = tempfile::tempdir().unwrap();
    let layers = open(folder.path());
    let mut model = BTreeMap::new();
    for (number, (line, settles)) in (1_u8..).zip(lines) {
        let bytes = |value: Option<u8>| value.map(|value| vec![value]);
        let stamp = (b'!', Some(number));
        model.extend(line.iter().map(|(key, value)| (*key, *value)).chain([stamp]));
        let rows = line.into_iter().chain([stamp]);
        layers.put(rows.map(|(key, value)| (vec![key], bytes(value))).collect()).unwrap();
        advance(&layers, settles);
        let there = model.range(start..).filter_map(|(key, value)| Some((*key, (*value)?)));
        let there: Vec<_> = there.map(|(key, value)| (vec![key], vec![value])).collect();
        assert_eq!(all(&layers, &[start]), there);
        for key in 0..24 {
            let found = layers.read().unwrap().get(&[key]).unwrap();
            assert_eq!(
                found.map(|found| found.to_vec()),
                bytes(model.get(&key).copied().flatten())
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn layers_are_one_map_whatever_has_settled(lines in lines(), start in 0_u8..24) {
        is_one_map(lines, start);
    }
}

type Line = [(&'static str, Option<&'static str>)];

/// A line's changes with its stamp.
fn line(stamp: &str, rows: &Line) -> Changes {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let rows = rows.iter().map(|(key, value)| (bytes(key), value.map(bytes)));
    rows.chain([(b"!".to_vec(), Some(bytes(stamp)))]).collect()
}

fn keys(layers: &Layers) -> String {
    let keys = all(layers, b"").into_iter().flat_map(|(key, _)| key);
    String::from_utf8(keys.collect()).unwrap()
}

#[test]
fn what_was_put_is_there_after_a_close() {
    let folder = tempfile::tempdir().unwrap();
    let layers = open(folder.path());
    layers.put(line("1", &[("a", Some("x")), ("b", Some("x"))])).unwrap();
    layers.put(line("2", &[("c", Some("x")), ("a", None)])).unwrap();
    settled(&layers);
    assert!(matches!(layers.read(), Err(TablesError::Closed)));
    assert!(matches!(layers.put(line("3", &[])), Err(TablesError::Closed)));
    assert_eq!(keys(&open(folder.path())), "!bc");
}

#[test]
fn a_layer_that_a_kill_cut_short_is_made_whole() {
    let rows: &Line = &[("a", None), ("b", Some("y")), ("c", Some("y"))];
    for written in 0..=rows.len() {
        let folder = tempfile::tempdir().unwrap();
        let layers = open(folder.path());
        layers.put(line("1", &[("a", Some("x")), ("b", Some("x"))])).unwrap();
        layers.settle_once().unwrap();
        let mut changes = line("2", rows);
        let to = changes.remove(&b"!"[..]).flatten().unwrap();
        let (from, rows) = (Some(b"1".to_vec()), changes.into_iter().collect());
        layers.redo.write(&redo::Layer { from, to, rows }).unwrap();
        let part = layers.redo.read().unwrap().unwrap().rows.into_iter().take(written);
        let stack = layers.read().unwrap();
        for (key, value) in part {
            let db = stack.db.as_ref().unwrap();
            value.map_or_else(|| db.remove(&key), |value| db.insert(&key, value)).unwrap();
        }
        drop(stack);
        layers.close().unwrap();
        let again = open(folder.path());
        assert_eq!(keys(&again), "!bc", "{written} rows");
        assert_eq!(again.read().unwrap().get(b"!").unwrap().unwrap(), b"2");
        assert_eq!(again.read().unwrap().get(b"b").unwrap().unwrap(), b"y");
    }
}

#[test]
fn much_that_was_written_opens_sled_again_with_everything_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let layers = open(folder.path());
    layers.put(line("1", &[("a", Some("x")), ("b", Some("x"))])).unwrap();
    layers.settle_once().unwrap();
    let noted = || {
        fs::read_dir(folder.path())
            .unwrap()
            .any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with("snap."))
    };
    assert!(!noted(), "sled wrote where its pages are by itself");
    layers.lock().logged = LOGGED_BYTES_MAX;
    layers.put(line("2", &[("c", Some("x")), ("a", None)])).unwrap();
    layers.settle_once().unwrap();
    assert!(noted());
    assert_eq!(layers.lock().logged, 0);
    assert_eq!(keys(&layers), "!bc");
    layers.put(line("3", &[("d", Some("x"))])).unwrap();
    settled(&layers);
    assert_eq!(keys(&open(folder.path())), "!bcd");
}

#[test]
fn what_cannot_be_opened_again_says_why_until_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let (path, aside) = (folder.path().join("tables"), folder.path().join("aside"));
    let layers = open(&path);
    layers.put(line("1", &[("a", Some("x"))])).unwrap();
    layers.settle_once().unwrap();
    fs::rename(&path, &aside).unwrap();
    fs::write(&path, "no directory").unwrap();
    std::thread::scope(|scope| {
        let again = scope.spawn(|| layers.reopen());
        let begun = Instant::now();
        let why = loop {
            if let Err(error) = layers.read() {
                break error;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "it was opened");
            std::thread::yield_now();
        };
        assert!(matches!(why, TablesError::Failed(_)), "{why}");
        layers.put(line("2", &[("b", Some("x"))])).unwrap();
        fs::remove_file(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
        again.join().unwrap().unwrap();
    });
    assert_eq!(keys(&layers), "!ab");
    settled(&layers);
}

#[test]
fn a_layer_of_other_tables_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let layers = open(folder.path());
    layers.put(line("1", &[])).unwrap();
    settled(&layers);
    let layer = redo::Layer { from: Some(b"7".to_vec()), to: b"8".to_vec(), rows: Vec::new() };
    Redo::beside(folder.path()).write(&layer).unwrap();
    assert!(Layers::over(Database::at(folder.path()), b"!".to_vec()).is_err());
}

#[test]
fn what_cannot_be_written_stops_the_next_line_and_the_clean_stop() {
    let folder = tempfile::tempdir().unwrap();
    let layers = open(folder.path());
    layers.put(line("1", &[("a", Some("x"))])).unwrap();
    // No file can take the place of a directory.
    fs::create_dir(folder.path().join("layer")).unwrap();
    layers.finish();
    layers.settle();
    assert!(matches!(layers.put(line("2", &[])), Err(TablesError::Failed(_))));
    assert_eq!(keys(&layers), "!a");
    assert!(layers.close().is_err());
}

#[test]
fn a_line_waits_while_too_much_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let layers = open(folder.path());
    let mut long = line("1", &[]);
    long.insert(b"a".to_vec(), Some(vec![0; HELD_BYTES_MAX]));
    layers.put(long).unwrap();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| layers.put(line("2", &[("b", Some("x"))])));
        // Nothing has made room, so it cannot be done, however long this takes.
        std::thread::yield_now();
        assert!(layers.read().unwrap().get(b"b").unwrap().is_none());
        layers.settle_once().unwrap();
        second.join().unwrap().unwrap();
    });
    assert!(layers.read().unwrap().get(b"b").unwrap().is_some());
}
