//! Crash replay: a random session is cut at every sync of it, and the store starts again on what
//! survived, with the index in every state.

use rushes_disk::{CrashDisk, Cut, Lie};

use crate::dice::{Dice, from_env};
use crate::dirs::{BOOT, Dirs, copy_dir, open};
use crate::model::{Held, Model};
use crate::ops::{Op, USE};
use crate::session::{Bug, Session};

/// Operations of a session.
const OPS: usize = 70;
/// More kills than a start has syncs.
pub const KILLS_MAX: u64 = 1000;

/// In which state the index is found, and on which boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// As it is, and trusted although the machine went down: harder than what the boot id allows.
    Current,
    /// As the last clean stop left it, and trusted.
    AtStop,
    Empty,
    /// Some files of it as they are, some as the last clean stop left them. The machine went down,
    /// or they could not differ.
    Mixed,
}

pub const FOUND: [Found; 4] = [Found::Current, Found::AtStop, Found::Empty, Found::Mixed];

/// What survives of what is pending.
#[derive(Debug, Clone, Copy)]
pub enum Left {
    /// The machine goes on, only the process is gone.
    All,
    /// Only what was synced.
    Synced,
    /// Some of it.
    Some(u64),
}

/// A session up to a cut.
pub struct Cutting {
    pub seed: u64,
    pub sync: u64,
    pub side: Cut,
    /// What the disk says that is not so, of what lies below a path.
    pub lie: Option<(Lie, &'static str)>,
    pub bug: Bug,
}

/// Runs a session until it ends or the power goes.
pub fn session(cutting: Option<&Cutting>, seed: u64) -> Held<Session> {
    let disk = CrashDisk::new();
    let mut session = Session::new(seed, disk.clone());
    session.start()?;
    if let Some(cutting) = cutting {
        session.bug = cutting.bug;
        if let Some((lie, below)) = cutting.lie {
            disk.lie(lie, below);
        }
        disk.cut_at(cutting.sync, cutting.side);
    }
    for _ in 0..OPS {
        let op = session.dice.choose(&[USE, &[(3, Op::Fault)]].concat());
        session.run(op).map_err(|why| format!("{op:?}: {why}"))?;
        if disk.is_cut() {
            break;
        }
    }
    session.disk.cut_now();
    session.drop_store();
    Ok(session)
}

/// How many syncs a session has from its start on.
pub fn syncs_of(seed: u64) -> u64 {
    let begun = Session::new(seed, CrashDisk::new());
    drop(open(&begun.disk, &begun.dirs.index(), BOOT).unwrap());
    let session = session(None, seed).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    session.disk.syncs() - begun.disk.syncs()
}

/// Starts on what a session left, checks everything, goes on and checks again.
pub fn restart(session: &Session, left: Left, found: Found, goes_on: bool) -> Held {
    let context = |why| format!("{left:?} {found:?}: {why}");
    let disk = match left {
        Left::All => session.disk.restart(),
        Left::Synced => session.disk.reboot_bare(),
        Left::Some(seed) => session.disk.reboot(seed),
    };
    let (index, boot) = (session.dirs.other(), prepare(&session.dirs, found));
    let mut model = session.model.clone();
    let failed = |error| context(format!("the store does not open: {error}"));
    let store = open(&disk, &index, boot).map_err(failed)?;
    model.check(&store, true).map_err(context)?;
    if !goes_on {
        return Ok(());
    }
    let mut after = Session::over(disk, model, store);
    let again = |why| context(format!("then {why}"));
    for op in [Op::Sweep, Op::Whole, Op::Small, Op::Compact, Op::Scrub] {
        after.run(op).map_err(again)?;
    }
    after.disk.cut_now();
    after.drop_store();
    // Whatever was seen stays, also when nothing that is pending survives.
    let disk = after.disk.reboot_bare();
    copy_dir(None, &session.dirs.other());
    let store = open(&disk, &session.dirs.other(), "the boot after").map_err(failed)?;
    after.model.check(&store, true).map_err(again)
}

/// Lays the index out; tells on which boot it is found.
fn prepare(dirs: &Dirs, found: Found) -> &'static str {
    let other = dirs.other();
    match found {
        Found::Current => copy_dir(Some(&dirs.index()), &other),
        Found::AtStop => copy_dir(Some(&dirs.at_stop()), &other),
        Found::Empty => copy_dir(None, &other),
        Found::Mixed => {
            copy_dir(Some(&dirs.index()), &other);
            let (older, mixed) = (dirs.at_stop().join("blobs"), other.join("blobs"));
            for (number, entry) in std::fs::read_dir(older).into_iter().flatten().enumerate() {
                let entry = entry.unwrap();
                if number % 2 == 0 && entry.file_type().unwrap().is_file() {
                    std::fs::copy(entry.path(), mixed.join(entry.file_name())).unwrap();
                }
            }
            return "the boot after";
        }
    }
    BOOT
}

/// What was acknowledged so that it rests on syncs up to this one only.
pub fn told_by(model: &mut Model, sync: u64) {
    for fact in model.0.values_mut().filter(|fact| fact.told_at > sync) {
        fact.state = crate::model::State::Untold;
    }
}

/// Starts on what a killed session left, kills that start at each of its syncs, and starts again:
/// whatever is seen then stays, also when nothing that is pending survives. Tells how many starts
/// were killed, at most; without one there is only the last start. The disk may lie to that.
pub fn killed_starts(
    session: &Session,
    found: Found,
    lie: Option<(Lie, &str)>,
    kills_max: u64,
) -> Held<u64> {
    for sync in 0..=kills_max {
        let context = |why| format!("{found:?}, killed at sync {sync} of the start: {why}");
        let failed = |error| context(format!("the store does not open: {error}"));
        let mut disk = session.disk.restart();
        let (index, boot) = (session.dirs.other(), prepare(&session.dirs, found));
        if sync > 0 {
            disk.cut_at(sync, Cut::Before);
            drop(open(&disk, &index, boot));
            if !disk.is_cut() {
                return Ok(sync - 1);
            }
            disk = disk.restart();
        }
        if let Some((lie, below)) = lie {
            disk.lie(lie, below);
        }
        let mut model = session.model.clone();
        let store = open(&disk, &index, boot).map_err(failed)?;
        model.check(&store, true).map_err(context)?;
        disk.cut_now();
        drop(store);
        copy_dir(None, &index);
        let store = open(&disk.reboot_bare(), &index, "the boot after").map_err(failed)?;
        model.check(&store, true).map_err(context)?;
    }
    Ok(kills_max)
}

/// How much of a session is replayed.
struct Extent {
    /// Most syncs of it, evenly spread.
    syncs_max: u64,
    /// Restarts at each cut.
    restarts: usize,
    /// At one of how many cuts each start is killed at every sync of its own.
    killed_every: u64,
}

/// What a replay did.
#[derive(Debug, Default)]
struct Done {
    syncs: u64,
    cuts: u64,
    restarts: u64,
    killed_starts: u64,
}

/// Replays a session.
fn replay(seed: u64, extent: &Extent) -> Held<Done> {
    let mut done = Done { syncs: syncs_of(seed), ..Done::default() };
    let mut dice = Dice::new(seed);
    let step = done.syncs.div_ceil(extent.syncs_max).max(1);
    let first = 1 + dice.roll() % step;
    for sync in (first..=done.syncs).step_by(usize::try_from(step).unwrap()) {
        for side in [Cut::Before, Cut::After] {
            let cutting = Cutting { seed, sync, side, lie: None, bug: Bug::None };
            replay_cut(&cutting, extent, &mut dice, &mut done)
                .map_err(|why| format!("RUSHES_SEED={seed}, sync {sync} {side:?}: {why}"))?;
        }
    }
    Ok(done)
}

fn replay_cut(cutting: &Cutting, extent: &Extent, dice: &mut Dice, done: &mut Done) -> Held {
    let session = session(Some(cutting), cutting.seed)?;
    done.cuts += 1;
    for _ in 0..extent.restarts {
        let left = match dice.below(5) {
            0 => Left::All,
            1 => Left::Synced,
            _ => Left::Some(dice.roll()),
        };
        let found = FOUND[usize::try_from(done.restarts).unwrap() % FOUND.len()];
        restart(&session, left, found, done.restarts.is_multiple_of(3))?;
        done.restarts += 1;
    }
    let kills_max = if done.cuts.is_multiple_of(extent.killed_every) { KILLS_MAX } else { 0 };
    for found in [Found::Current, Found::Empty] {
        done.killed_starts += killed_starts(&session, found, None, kills_max)?;
    }
    Ok(())
}

fn replay_seeds(seeds: u64, extent: &Extent) {
    let first: u64 = from_env("RUSHES_SEED", 1);
    for seed in first..first + seeds {
        let done = replay(seed, extent).unwrap_or_else(|why| panic!("{why}"));
        println!("seed {seed}: {done:?}");
        assert!(done.syncs >= 20, "seed {seed}: the session hardly syncs: {done:?}");
    }
}

#[test]
fn a_cut_at_a_sync_of_a_random_session_loses_nothing() {
    replay_seeds(4, &Extent { syncs_max: 40, restarts: 2, killed_every: 12 });
}

#[test]
#[ignore = "long: `make soak`"]
fn a_cut_at_every_sync_of_many_random_sessions_loses_nothing() {
    replay_seeds(
        from_env("RUSHES_SEEDS", 40),
        &Extent { syncs_max: u64::MAX, restarts: 12, killed_every: 1 },
    );
}
