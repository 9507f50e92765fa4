//! Negative controls: bugs that the crash replay must catch. They lie in the disk below the store,
//! or in what its caller does; the store itself has none of them.

use rushes_disk::{Cut, Lie};

use crate::replay::{
    Cutting, Found, KILLS_MAX, Left, killed_starts, restart, session, syncs_of, told_by,
};
use crate::session::Bug;

/// Sessions that a bug has to hide from.
const SEEDS: std::ops::Range<u64> = 1..30;

/// A bug, and how the replay meets it.
struct Control {
    lie: Option<(Lie, &'static str)>,
    bug: Bug,
    /// Promises of the last so many syncs before a cut do not count.
    spared: u64,
    left: Left,
    found: &'static [Found],
}

const NONE: Control = Control {
    lie: None,
    bug: Bug::None,
    spared: 0,
    left: Left::Synced,
    found: &[Found::Current, Found::Empty],
};

/// What the replay says of a bug: the first promise that is broken.
fn caught(control: &Control, seeds: std::ops::Range<u64>) -> Option<String> {
    seeds.into_iter().find_map(|seed| caught_in(control, seed))
}

fn caught_in(control: &Control, seed: u64) -> Option<String> {
    let syncs = syncs_of(seed);
    for sync in 1..=syncs {
        let (lie, bug, side) = (control.lie, control.bug, Cut::Before);
        let cutting = Cutting { seed, sync, side, lie, bug };
        let mut session = match session(Some(&cutting), seed) {
            Ok(session) => session,
            Err(why) => return Some(format!("seed {seed}, until sync {sync}: {why}")),
        };
        if control.spared > 0 {
            told_by(&mut session.model, sync.saturating_sub(control.spared));
        }
        for found in control.found {
            if let Err(why) = restart(&session, control.left, *found, false) {
                return Some(format!("seed {seed}, sync {sync}: {why}"));
            }
        }
    }
    None
}

fn assert_caught(name: &str, control: &Control) {
    let caught = caught(control, SEEDS);
    println!("{name}: {}", caught.as_deref().unwrap_or("not caught"));
    assert!(caught.is_some(), "{name}: no session shows it");
}

#[test]
fn without_a_bug_nothing_is_caught() {
    assert_eq!(caught(&NONE, 1..3), None);
}

#[test]
fn files_that_are_not_synced_are_caught() {
    for below in ["", "packs", "staging"] {
        let name = format!("no file is synced below '{below}'");
        assert_caught(&name, &Control { lie: Some((Lie::Contents, below)), ..NONE });
    }
}

#[test]
fn directories_that_are_not_synced_are_caught() {
    for below in ["", "packs", "whole"] {
        let name = format!("no directory is synced below '{below}'");
        assert_caught(&name, &Control { lie: Some((Lie::Names, below)), ..NONE });
    }
}

#[test]
fn an_answer_before_its_sync_is_caught() {
    assert_caught("answers come one sync early", &Control { lie: Some((Lie::Late, "")), ..NONE });
}

#[test]
fn an_index_before_the_bytes_is_caught() {
    // Each sync is done one late, so the index is one ahead of the bytes. What was promised since
    // does not count, so only what the index says beyond that can be wrong.
    let ahead = Control { lie: Some((Lie::Late, "")), spared: 2, found: &[Found::Current], ..NONE };
    assert_caught("the index is ahead", &ahead);
}

#[test]
fn a_sweep_without_leases_is_caught() {
    let control = Control { bug: Bug::NoLeases, found: &[Found::Current], ..NONE };
    assert_caught("leases are dropped early", &control);
}

#[test]
fn directories_that_a_start_does_not_sync_are_caught() {
    // Packs that a killed start was about to finish, and wholes that a killed process was about to
    // acknowledge: what is seen of them stays.
    for below in ["packs", "whole"] {
        let caught = SEEDS.into_iter().find_map(|seed| caught_in_starts(seed, below));
        println!("no start syncs '{below}': {}", caught.as_deref().unwrap_or("not caught"));
        assert!(caught.is_some(), "no start syncs '{below}': no session shows it");
    }
}

fn caught_in_starts(seed: u64, below: &'static str) -> Option<String> {
    (1..=syncs_of(seed)).find_map(|sync| {
        let cutting = Cutting { seed, sync, side: Cut::Before, lie: None, bug: Bug::None };
        let session = session(Some(&cutting), seed).unwrap();
        let lie = Some((Lie::Names, below));
        [Found::Current, Found::Empty].into_iter().find_map(|found| {
            let why = killed_starts(&session, found, lie, KILLS_MAX).err()?;
            Some(format!("seed {seed}, sync {sync}: {why}"))
        })
    })
}
