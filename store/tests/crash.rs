//! Power cuts at every sync of a scripted session, and a fault at every call of it: what was
//! acknowledged is there and right afterwards, and nothing else that opens is wrong, whatever state
//! the index is found in.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use rushes_digest::Digest;
use rushes_disk::{CrashDisk, Cut, Fault};
use rushes_store::{Familiar, Store, StoreError};

const BOOT: &str = "this boot";
const SEEDS: u64 = 3;

/// Bytes that do not compress, or a text that does.
fn content(number: u8, length: usize, is_text: bool) -> Vec<u8> {
    let block = |at: u32| *Digest::of(&[&[number][..], &at.to_le_bytes()].concat()).as_bytes();
    if is_text {
        return format!("take {number}, a fox ").into_bytes().repeat(length / 16);
    }
    (0..).flat_map(block).take(length).collect()
}

/// What the session puts, in order; the large ones become wholes.
static CONTENTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    vec![
        content(0, 3000, false),
        content(1, 300_000, false),
        content(2, 0, false),
        content(3, 40_000, true),
        content(4, 1_100_000, false),
        content(5, 2000, false),
        content(6, 128 << 10, false),
        content(7, 150_000, false),
        content(8, 10, false),
        // Made from number 4: it becomes ranges.
        [content(9, 30_000, false), content(4, 1_100_000, false)].concat(),
    ]
});

fn put(store: &Store, content: &[u8], familiar: Familiar) -> Result<(), StoreError> {
    let mut staging = store.stage(familiar)?;
    for piece in content.chunks(100_000) {
        staging.write(piece)?;
    }
    store.put(staging.finish()?).map(drop)
}

fn open(disk: &CrashDisk, index: &Path, boot: &str) -> Result<Store, StoreError> {
    Store::open(Arc::new(disk.clone()), index, Some(boot))
}

/// Every content, whether it was acknowledged.
#[derive(Debug, Clone)]
struct Told(Vec<bool>);

impl Told {
    fn put(&mut self, store: &Store, number: usize, familiar: Familiar) {
        self.0[number] |= put(store, &CONTENTS[number], familiar).is_ok();
    }
}

/// The first half of the session, ended by a clean stop.
fn first_half(store: &Store, told: &mut Told) -> bool {
    for number in 0..3 {
        told.put(store, number, Familiar::with_none());
    }
    store.close().is_ok()
}

/// The second half: more of both kinds, each kind once more in both ways, and a sync that fails.
fn second_half(disk: &CrashDisk, store: &Store, told: &mut Told, fail_a_sync: bool) {
    for number in 3..6 {
        told.put(store, number, Familiar::with_none());
    }
    for familiar in [Familiar::with_none(), Familiar::with_all()] {
        for number in [1, 3] {
            if told.0[number] {
                told.put(store, number, familiar.clone());
            }
        }
    }
    if fail_a_sync {
        // The write of a record comes first, then its sync; nothing else is under way.
        disk.fail_at(2, Fault::Io);
    }
    for number in 6..9 {
        told.put(store, number, Familiar::with_none());
    }
    told.put(store, 9, Familiar::with_all());
}

/// The session, until it ends or the power goes. The second directory gets the index as the clean
/// stop in its midst left it.
fn session(disk: &CrashDisk, index: &Path, at_stop: &Path) -> Told {
    let mut told = Told(vec![false; CONTENTS.len()]);
    let Ok(store) = open(disk, index, BOOT) else { return told };
    let is_clean = first_half(&store, &mut told);
    drop(store);
    if is_clean {
        copy_dir(index, at_stop);
        std::fs::remove_file(at_stop.join("blobs.clean")).unwrap();
    }
    if let Ok(store) = open(disk, index, BOOT) {
        second_half(disk, &store, &mut told, true);
    }
    told
}

/// Whatever opens is right, and what was acknowledged opens. Tells what opened: nobody sees what a
/// power cut could still take away.
fn assert_holds(store: &Store, told: &Told, context: &str) -> Told {
    let mut seen = told.clone();
    for (number, content) in CONTENTS.iter().enumerate() {
        let reader = store.open_blob(&Digest::of(content));
        let reader = reader.unwrap_or_else(|error| panic!("{context}: content {number}: {error}"));
        let was_told = told.0[number];
        assert!(reader.is_some() || !was_told, "{context}: content {number} is lost");
        let Some(reader) = reader else { continue };
        let mut read = vec![0; content.len() + 1];
        let got = reader
            .read_at(&mut read, 0)
            .unwrap_or_else(|error| panic!("{context}: content {number}: {error}"));
        assert!(read[..got] == content[..], "{context}: content {number} is wrong");
        assert_eq!(reader.size(), content.len() as u64, "{context}: content {number}");
        seen.0[number] = true;
    }
    seen
}

/// Opens, checks, goes on writing, and checks again after another kill and another power cut.
fn assert_recovers(disk: &CrashDisk, index: &Path, boot: &str, told: &Told, context: &str) {
    let opened = open(disk, index, boot);
    let store = opened.unwrap_or_else(|error| panic!("{context}: {error}"));
    let mut told = assert_holds(&store, told, context);
    told.put(&store, 5, Familiar::with_none());
    told.put(&store, 7, Familiar::with_none());
    assert!(told.0[5] && told.0[7], "{context}: nothing can be put any more");
    drop(store);
    let context = format!("{context}, then once more");
    for (after, boot) in [(disk.restart(), boot), (disk.reboot(1), "the boot after")] {
        let store = open(&after, index, boot).unwrap();
        assert_holds(&store, &told, &context);
    }
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Three directories that are gone at the end: the index, its state at the clean stop, a copy.
struct Dirs(tempfile::TempDir);

impl Dirs {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn index(&self) -> PathBuf {
        self.0.path().join("index")
    }

    fn at_stop(&self) -> PathBuf {
        self.0.path().join("at-stop")
    }

    /// A fresh copy of a state.
    fn copy_of(&self, state: Option<&Path>) -> PathBuf {
        let copy = self.0.path().join("copy");
        let _ = std::fs::remove_dir_all(&copy);
        std::fs::create_dir_all(&copy).unwrap();
        if let Some(state) = state.filter(|state| state.is_dir()) {
            copy_dir(state, &copy);
        }
        copy
    }
}

/// Syncs of the whole session when no power goes.
fn syncs_of_a_session() -> u64 {
    let (disk, dirs) = (CrashDisk::new(), Dirs::new());
    let told = session(&disk, &dirs.index(), &dirs.at_stop());
    let lost: Vec<_> = (0..told.0.len()).filter(|number| !told.0[*number]).collect();
    assert_eq!(lost, [6], "only the put whose sync failed is not acknowledged");
    disk.syncs()
}

#[test]
fn a_power_cut_at_any_sync_loses_nothing_that_was_acknowledged() {
    let syncs = syncs_of_a_session();
    assert!(syncs >= 20, "the session hardly syncs: {syncs}");
    for sync in 1..=syncs {
        for side in [Cut::Before, Cut::After] {
            let (disk, dirs) = (CrashDisk::new(), Dirs::new());
            disk.cut_at(sync, side);
            let told = session(&disk, &dirs.index(), &dirs.at_stop());
            for seed in 0..SEEDS {
                let after = disk.reboot(seed * 1000 + sync);
                // Current, as of the last clean stop, and none; trusted although the machine went
                // down, which is harder than what the boot id allows, and not.
                for (state, boot) in [
                    (Some(dirs.index()), BOOT),
                    (Some(dirs.at_stop()), BOOT),
                    (Some(dirs.index()), "another boot"),
                    (None, BOOT),
                ] {
                    let index = dirs.copy_of(state.as_deref());
                    let context = format!("sync {sync} {side:?} seed {seed} {state:?} {boot}");
                    assert_recovers(&after.restart(), &index, boot, &told, &context);
                }
            }
        }
    }
}

#[test]
fn a_kill_at_any_sync_and_a_power_cut_afterwards_lose_nothing() {
    let syncs = syncs_of_a_session();
    for sync in 1..=syncs {
        let (disk, dirs) = (CrashDisk::new(), Dirs::new());
        disk.cut_at(sync, Cut::Before);
        let told = session(&disk, &dirs.index(), &dirs.at_stop());
        for state in [Some(dirs.index()), Some(dirs.at_stop()), None] {
            let index = dirs.copy_of(state.as_deref());
            let context = format!("killed at sync {sync} {state:?}");
            assert_recovers(&disk.restart(), &index, BOOT, &told, &context);
        }
    }
}

#[test]
fn a_fault_at_any_call_is_answered_with_an_error_and_costs_nothing_else() {
    for fault in [Fault::Io, Fault::Full] {
        let mut call = 1;
        while !survives_a_fault_at(call, fault) {
            call += 1;
        }
        assert!(call > 50, "the session hardly calls the disk: {call}");
    }
}

/// Returns whether the session was over before that call.
fn survives_a_fault_at(call: u64, fault: Fault) -> bool {
    let (disk, dirs) = (CrashDisk::new(), Dirs::new());
    let mut told = Told(vec![false; CONTENTS.len()]);
    let store = open(&disk, &dirs.index(), BOOT).unwrap();
    let before = disk.calls();
    disk.fail_at(call, fault);
    for number in 0..3 {
        told.put(&store, number, Familiar::with_none());
    }
    second_half(&disk, &store, &mut told, false);
    let is_over = disk.calls() < before + call;
    assert!(!is_over || told.0.iter().all(|told| *told), "a session without a fault fails");
    let context = format!("call {call} {fault:?}");
    // A fault that has not struck yet strikes nobody else.
    disk.fail_at(u64::MAX / 2, fault);
    assert_holds(&store, &told, &context);
    drop(store);
    for (after, state) in [
        (disk.restart(), Some(dirs.index())),
        (disk.restart(), None),
        (disk.reboot(call), Some(dirs.index())),
        (disk.reboot(call), None),
    ] {
        let index = dirs.copy_of(state.as_deref());
        assert_recovers(&after, &index, BOOT, &told, &format!("{context} {state:?}"));
    }
    is_over
}

#[test]
fn a_fault_at_any_call_of_a_start_is_an_error_and_the_next_start_works() {
    let (disk, dirs) = (CrashDisk::new(), Dirs::new());
    let told = session(&disk, &dirs.index(), &dirs.at_stop());
    for fault in [Fault::Io, Fault::Full] {
        for state in [Some(dirs.at_stop()), None] {
            for call in 1.. {
                let disk = disk.restart();
                let index = dirs.copy_of(state.as_deref());
                disk.fail_at(call, fault);
                let is_over = open(&disk, &index, BOOT).is_ok();
                disk.fail_at(u64::MAX / 2, fault);
                let context = format!("start, call {call} {fault:?} {state:?}");
                assert_recovers(&disk, &index, BOOT, &told, &context);
                if is_over {
                    break;
                }
            }
        }
    }
}
