//! The real daemon on a disk whose power is cut: what it acknowledged before is there afterwards.
//!
//! `RUSHES_CUTS` (of both file systems together) and `RUSHES_SEED` make it longer and repeat its
//! choices. It needs root, `/dev/fuse` and loop devices, and fails without them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod check;
mod load;
mod pages;
mod rig;
mod world;

use std::fs::{self, File};
use std::io::Write;

use rushes_harness::{noise, setting};

use crate::rig::{FileSystem, Mounted};
use crate::world::World;

/// Cuts of one disk and daemon before another one begins.
const LIFE: u64 = 10;
/// Losses that a failure lists.
const LOSSES_SHOWN: usize = 20;

/// Cuts the power so many times and fails at the first loss.
fn cut(file_system: FileSystem, cuts: u64) {
    rig::require();
    let seed = setting("RUSHES_SEED", 1);
    let mut done = 0;
    let (mut life, mut freed) = (0, 0);
    while done < cuts {
        life += 1;
        let both = 2 * life + u64::from(file_system == FileSystem::Xfs);
        println!("{file_system:?}, RUSHES_SEED={seed}, life {life}");
        let mut world = World::new(file_system, seed.wrapping_mul(1_000_003).wrapping_add(both));
        for _ in 0..LIFE.min(cuts - done) {
            let losses = world.round();
            done += 1;
            let shown = losses.iter().take(LOSSES_SHOWN).map(ToString::to_string);
            assert!(
                losses.is_empty(),
                "RUSHES_SEED={seed}, {file_system:?}, life {life}, cut {done}: {} losses\n{}",
                losses.len(),
                shown.collect::<Vec<_>>().join("\n"),
            );
        }
        assert!(world.acknowledged() > 0, "nothing was acknowledged");
        freed += world.freed();
    }
    assert!(freed > 0 || cuts == 0, "nothing was freed");
}

#[test]
fn a_power_cut_on_ext4_loses_nothing_that_was_acknowledged() {
    cut(FileSystem::Ext4, setting("RUSHES_CUTS", 20).div_ceil(2));
}

#[test]
fn a_power_cut_on_xfs_loses_nothing_that_was_acknowledged() {
    cut(FileSystem::Xfs, setting("RUSHES_CUTS", 20) / 2);
}

#[test]
#[ignore = "long: 500 cuts"]
fn many_power_cuts_lose_nothing_that_was_acknowledged() {
    let cuts = setting("RUSHES_CUTS", 500);
    std::thread::scope(|scope| {
        scope.spawn(|| cut(FileSystem::Ext4, cuts.div_ceil(2)));
        scope.spawn(|| cut(FileSystem::Xfs, cuts / 2));
    });
}

/// What was closed in the folder, and the daemon had time for, is there, though nobody has fsynced
/// it; and a disk that lies is noticed.
#[test]
fn a_power_cut_loses_no_closed_file_that_the_daemon_was_past() {
    rig::require();
    for file_system in [FileSystem::Ext4, FileSystem::Xfs] {
        let mut world = World::new(file_system, setting("RUSHES_SEED", 1));
        world.mounted();
        let mut recovered = 0;
        // On a machine that stands still for a moment the files are versions before the cut.
        for (round, kept) in ["none", "torn", "none"].iter().cycle().take(12).enumerate() {
            if round >= 3 && recovered > 0 {
                break;
            }
            let closed = world.closed_round(kept);
            assert!(closed.lost.is_empty(), "{file_system:?}: {:?}", closed.lost);
            recovered += closed.recovered;
        }
        assert!(recovered > 0, "each of them had a version already");
        world.lie();
        assert!(!world.closed_round("none").lost.is_empty(), "{file_system:?}");
    }
}

/// The rig's own control: a disk that acknowledges flushes and forgets them is noticed.
#[test]
fn a_disk_that_lies_is_noticed() {
    rig::require();
    for file_system in [FileSystem::Ext4, FileSystem::Xfs] {
        let mut world = World::new(file_system, 7);
        let honest = world.worst_round();
        assert!(honest.is_empty(), "{honest:?}");
        let before = world.acknowledged();
        world.lie();
        let losses = world.worst_round();
        let after = world.acknowledged();
        println!("{file_system:?}: {} losses of {}", losses.len(), after - before);
        assert!(losses.len() >= after - before, "{} of {}", losses.len(), after - before);
    }
}

/// The rig's own control: who answers before its sync is found out, who answers after it is not.
#[test]
fn an_answer_before_the_sync_is_noticed() {
    rig::require();
    let bytes = noise(1, 100_000);
    for file_system in [FileSystem::Ext4, FileSystem::Xfs] {
        for is_synced in [false, true] {
            let place = tempfile::tempdir().unwrap();
            let mut device = rig::Device::start(&place.path().join("device"));
            device.create("disk", 1 << 29);
            Mounted::format(&device.file("disk"), file_system);
            let dir = place.path().join("disk");
            let mounted = Mounted::mount(&device.file("disk"), &dir, file_system);
            let mut file = File::create(dir.join("answered")).unwrap();
            file.write_all(&bytes).unwrap();
            if is_synced {
                file.sync_all().unwrap();
                File::open(&dir).unwrap().sync_all().unwrap();
            }
            drop(file);
            device.cut("disk", "cut", "none", 1);
            mounted.unmount();
            let mounted = Mounted::mount(&device.file("cut"), &dir, file_system);
            let is_there = fs::read(dir.join("answered")).is_ok_and(|got| got == bytes);
            assert_eq!(is_there, is_synced, "{file_system:?}");
            mounted.unmount();
        }
    }
}
