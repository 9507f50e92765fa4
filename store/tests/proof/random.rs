//! Random operations against the naive model, with stops, kills, power cuts and faults among them.

use rushes_disk::CrashDisk;

use crate::dice::from_env;
use crate::ops::{Op, USE};
use crate::session::Session;

/// How often somebody interferes, beside what a user does.
const INTERFERENCE: &[(usize, Op)] = &[(3, Op::Kill), (4, Op::Cut), (8, Op::Fault)];

fn run(seed: u64, ops: usize) -> [usize; 3] {
    let all = [USE, INTERFERENCE].concat();
    let mut session = Session::new(seed, CrashDisk::new());
    session.grace = session.dice.below(3) * 4;
    session.start().unwrap();
    for step in 1..=ops {
        let op = session.dice.choose(&all);
        let done = session.run(op);
        done.unwrap_or_else(|why| panic!("RUSHES_SEED={seed}, step {step}, {op:?}: {why}"));
    }
    for op in [Op::Sweep, Op::Compact, Op::Cut, Op::Stop, Op::Kill] {
        let done = session.run(op);
        done.unwrap_or_else(|why| panic!("RUSHES_SEED={seed}, at the end, {op:?}: {why}"));
    }
    session.kept
}

fn run_seeds(seeds: u64, ops: usize) {
    let first: u64 = from_env("RUSHES_SEED", 1);
    let ops = from_env("RUSHES_OPS", ops);
    let mut kept = [0; 3];
    for seed in first..first + seeds {
        for (sum, count) in kept.iter_mut().zip(run(seed, ops)) {
            *sum += count;
        }
    }
    println!("{seeds} seeds of {ops} operations; shared, in ranges, otherwise: {kept:?}");
    let is_missed = seeds > 4 && kept.contains(&0);
    assert!(!is_missed, "{kept:?}: something is never met");
}

#[test]
fn random_operations_hold_to_the_model() {
    run_seeds(16, 200);
}

#[test]
#[ignore = "long: `make soak`"]
fn many_random_operations_hold_to_the_model() {
    run_seeds(from_env("RUSHES_SEEDS", 200), 500);
}
