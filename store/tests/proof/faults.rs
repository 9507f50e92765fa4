//! Faults at every call of a session, and at every call of a start.

use rushes_disk::{CrashDisk, Fault};

use crate::dice::from_env;
use crate::dirs::{BOOT, copy_dir, open};
use crate::ops::Op;
use crate::replay::{FOUND, Left, restart};
use crate::session::Session;

/// Everything once, in an order in which each one has something to do.
const SCRIPT: &[Op] = &[
    Op::Small,
    Op::Whole,
    Op::Edit,
    Op::Text,
    Op::Stop,
    Op::Whole,
    Op::Open,
    Op::Edit,
    Op::Again,
    Op::Release,
    Op::Small,
    Op::SweepBeforePut,
    Op::Release,
    Op::Release,
    Op::SweepBeforeName,
    Op::Release,
    Op::Sweep,
    Op::Again,
    Op::Compact,
    Op::Scrub,
    Op::Reindex,
    Op::Stop,
    Op::Verify,
    Op::Edit,
    Op::Release,
    Op::Release,
    Op::Release,
    Op::Sweep,
    Op::Compact,
    Op::Small,
];
const FAULTS: [Fault; 3] = [Fault::Io, Fault::Full, Fault::Short];

/// Runs the script with a fault at one call, then starts again in two ways. Tells which call was
/// struck; none when the session was over before.
fn run(seed: u64, fault: Fault, call: u64, turn: usize) -> Option<u64> {
    let name = format!("RUSHES_SEED={seed}, {fault:?} at call {call}");
    let mut session = Session::new(seed, CrashDisk::new());
    session.start().unwrap();
    session.plan(fault, call, true);
    for op in SCRIPT {
        session.run(*op).unwrap_or_else(|why| panic!("{name}, {op:?}: {why}"));
    }
    let struck = session.struck()?;
    session.disk.cut_now();
    session.drop_store();
    for (at, left) in [Left::All, Left::Synced].into_iter().enumerate() {
        let found = FOUND[(turn + 2 * at) % FOUND.len()];
        restart(&session, left, found, turn.is_multiple_of(4))
            .unwrap_or_else(|why| panic!("{name}, struck {struck}: {why}"));
    }
    Some(struck)
}

/// Every `stride`-th call of the script, with each fault; tells how many faults struck.
fn run_all(seed: u64, stride: u64) -> usize {
    let mut count = 0;
    for (number, fault) in FAULTS.into_iter().enumerate() {
        let mut call = 1 + number as u64 % stride;
        while let Some(struck) = run(seed, fault, call, count) {
            count += 1;
            call = struck + stride;
        }
    }
    count
}

#[test]
fn a_fault_at_a_call_is_an_error_and_costs_nothing_else() {
    let seed = from_env("RUSHES_SEED", 1);
    let count = run_all(seed, 9);
    println!("seed {seed}: {count} faults");
    assert!(count > 100, "the session hardly calls the disk: {count}");
}

#[test]
#[ignore = "long: `make soak`"]
fn a_fault_at_every_call_is_an_error_and_costs_nothing_else() {
    let first: u64 = from_env("RUSHES_SEED", 1);
    for seed in first..first + from_env("RUSHES_SEEDS", 5) {
        println!("seed {seed}: {} faults", run_all(seed, 1));
    }
}

/// A start in whose midst a call fails says so, and the next start works.
fn faults_at_starts(seed: u64, stride: u64) -> usize {
    let mut session = Session::new(seed, CrashDisk::new());
    session.start().unwrap();
    for op in &SCRIPT[..17] {
        session.run(*op).unwrap();
    }
    session.disk.cut_now();
    session.drop_store();
    let mut count = 0;
    for fault in FAULTS {
        for is_there in [true, false] {
            let mut call = 1 + count as u64 % stride;
            loop {
                let disk = session.disk.restart();
                let index = session.dirs.other();
                copy_dir(is_there.then(|| session.dirs.at_stop()).as_deref(), &index);
                disk.fail_at(call, fault);
                let opened = open(&disk, &index, BOOT);
                disk.call_off();
                let Some(struck) = disk.struck_at() else { break };
                let name = format!("RUSHES_SEED={seed}, {fault:?} at call {struck} of a start");
                if let Ok(store) = &opened {
                    let checked = session.model.clone().check(store, false);
                    checked.unwrap_or_else(|why| panic!("{name}: {why}"));
                }
                drop(opened);
                let again = open(&disk, &index, BOOT);
                let again = again.unwrap_or_else(|error| panic!("{name}, then: {error}"));
                let mut model = session.model.clone();
                model.check(&again, true).unwrap_or_else(|why| panic!("{name}, then: {why}"));
                drop(again);
                copy_dir(None, &index);
                let last = open(&disk.reboot_bare(), &index, BOOT).unwrap();
                model.check(&last, true).unwrap_or_else(|why| panic!("{name}, at last: {why}"));
                count += 1;
                call = struck + stride;
            }
        }
    }
    count
}

#[test]
fn a_fault_in_a_start_is_an_error_and_the_next_start_works() {
    let seed = from_env("RUSHES_SEED", 1);
    let count = faults_at_starts(seed, 9);
    println!("seed {seed}: {count} faults");
    assert!(count > 60, "a start hardly calls the disk: {count}");
}

#[test]
#[ignore = "long: `make soak`"]
fn a_fault_at_every_call_of_a_start_is_an_error_and_the_next_start_works() {
    let seed = from_env("RUSHES_SEED", 1);
    println!("seed {seed}: {} faults", faults_at_starts(seed, 1));
}
