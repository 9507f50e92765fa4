//! A daemon whose data lie on a disk that can lose its power: rounds of load, cut, recovery and
//! check.
//!
//! After a cut the world goes on from what the cut has left, as a machine does, with another boot
//! id: what comes next stands on a recovered daemon. Invariant: one daemon and one mounted disk at
//! a time.

mod closed;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rushes_harness::{Daemon, Dice, Start, wait_until};
use tempfile::TempDir;

use crate::check::{self, Loss};
use crate::load::{Begun, Ledger, WRITERS, keep_up_until_dead, write_until_dead};
use crate::pages;
use crate::rig::{Device, FileSystem, KEPT, Mounted};

/// How large the disks are; only what is written takes memory.
const DISK_BYTES: u64 = 1 << 30;
/// How long the disk stands still before a cut.
const STILL: Duration = Duration::from_millis(5);
/// Starts the daemon with a boot id of its own: a file over the kernel's, which only it sees.
const BOOT: &str = "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\"";

/// When the power goes.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// While uploads are on their way.
    Load,
    /// The same, after a clean stop and another start.
    Restarted,
    /// While the daemon stops.
    Stop,
    /// While the daemon starts.
    Recovery,
}

/// The index that the daemon finds after a cut.
#[derive(Debug, Clone, Copy)]
enum Found {
    /// What the cut has left.
    AsLeft,
    /// None.
    Gone,
    /// Pages of it are from an earlier cut.
    Mixed,
}

/// What comes round by round; the lengths share no factor, so every pair comes too.
const MOMENTS: &[Moment] =
    &[Moment::Load, Moment::Restarted, Moment::Recovery, Moment::Load, Moment::Stop];
const FOUND: &[Found] = &[Found::AsLeft, Found::Gone, Found::AsLeft, Found::Mixed];

/// See the file's head. Dropped in this order: nothing waits for a disk that is gone.
#[derive(Debug)]
pub struct World {
    device: Device,
    mounted: Option<Mounted>,
    place: TempDir,
    file_system: FileSystem,
    disk: String,
    cuts: u64,
    first: u64,
    rounds: u64,
    /// How long the last start took until the daemon answered.
    start_us: u64,
    start: Start,
    dice: Dice,
    ledger: Ledger,
    begun: Begun,
}

impl World {
    /// A daemon's first start on an empty disk, and a project.
    pub fn new(file_system: FileSystem, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let place = tempfile::tempdir().unwrap();
        let mut device = Device::start(&place.path().join("device"));
        device.create("disk-0", DISK_BYTES);
        Mounted::format(&device.file("disk-0"), file_system);
        let mount = place.path().join("disk");
        let mounted = Mounted::mount(&device.file("disk-0"), &mount, file_system);
        let mut start = Start::on(&mount.join("data"));
        let boot = place.path().join("boot");
        let before = ["unshare", "-m", "--propagation", "slave", "sh", "-c", BOOT];
        start.before = before.into_iter().map(str::to_owned).collect();
        start.before.push(boot.display().to_string());
        start.log = Some(place.path().join("daemon.log"));
        let world = Self {
            mounted: Some(mounted),
            device,
            place,
            file_system,
            disk: "disk-0".to_owned(),
            cuts: 0,
            first: dice.below(20),
            rounds: 0,
            start_us: 0,
            start,
            dice,
            ledger: Ledger::default(),
            begun: Begun::default(),
        };
        world.boot();
        let daemon = world.start.run();
        daemon.client().project("Fox", u32::try_from(WRITERS).unwrap());
        drop(daemon);
        world
    }

    /// From here on the disk says yes to a flush and does nothing.
    pub fn lie(&mut self) {
        self.device.lie(&self.disk);
    }

    /// How many uploads were acknowledged before the last cut.
    pub fn acknowledged(&self) -> usize {
        self.ledger.uploads()
    }

    /// How many contents sweeps were seen to free.
    pub fn freed(&self) -> u64 {
        self.ledger.freed()
    }

    /// One cut, and what is missing after it.
    pub fn round(&mut self) -> Vec<Loss> {
        let turn = usize::try_from(self.first + self.rounds).unwrap();
        self.rounds += 1;
        let moment = MOMENTS[turn % MOMENTS.len()];
        let kept = KEPT[usize::try_from(self.dice.below(KEPT.len() as u64)).unwrap()];
        let begun = Instant::now();
        let daemon = self.start.run();
        self.start_us = u64::try_from(begun.elapsed().as_micros()).unwrap();
        let told = match moment {
            Moment::Load => self.cut_under_load(daemon, kept),
            Moment::Restarted => {
                drop(daemon.stop());
                let daemon = self.start.run();
                self.cut_under_load(daemon, kept)
            }
            Moment::Stop => self.cut_while_stopping(daemon, kept),
            Moment::Recovery => {
                let first = self.cut_under_load(daemon, kept);
                let second = self.cut_while_starting(kept);
                format!("{first}; then {second}")
            }
        };
        let found = FOUND[turn % FOUND.len()];
        let found = self.treat(found);
        println!(
            "{:?} cut {}: {moment:?}, {kept} kept of {told}, index {found:?}, {} acknowledged, \
             {} freed, {} bytes moved",
            self.file_system,
            self.rounds,
            self.ledger.stamp(),
            self.ledger.freed(),
            self.ledger.moved(),
        );
        self.check()
    }

    /// Load, a cut without any luck, and what is missing after it.
    pub fn worst_round(&mut self) -> Vec<Loss> {
        let daemon = self.start.run();
        self.cut_under_load(daemon, "none");
        self.check()
    }

    fn check(&mut self) -> Vec<Loss> {
        let said = std::fs::metadata(self.log()).unwrap().len();
        let daemon = self.start.run();
        check::losses(&daemon, &self.start.data, &self.ledger, said)
    }

    fn cut_under_load(&mut self, daemon: Daemon, kept: &str) -> String {
        let client = daemon.client();
        let more = usize::try_from(5 + self.dice.below(60)).unwrap();
        let enough = self.ledger.stamp() + more;
        let pause = Duration::from_micros(self.dice.below(30_000));
        let (stamp, told) = self.under_load(&client, |world| {
            wait_until("enough is acknowledged", || world.ledger.stamp() >= enough);
            std::thread::sleep(pause); // the moment of the cut is what varies
            let cut = world.cut(kept);
            drop(daemon);
            cut
        });
        self.go_on_from(stamp);
        told
    }

    fn cut_while_stopping(&mut self, daemon: Daemon, kept: &str) -> String {
        let client = daemon.client();
        let enough = self.ledger.stamp() + usize::try_from(1 + self.dice.below(30)).unwrap();
        let pause = Duration::from_micros(self.dice.below(150_000));
        let (stamp, told) = self.under_load(&client, |world| {
            wait_until("enough is acknowledged", || world.ledger.stamp() >= enough);
            daemon.ask_to_stop();
            std::thread::sleep(pause); // the moment of the cut is what varies
            let cut = world.cut(kept);
            drop(daemon);
            cut
        });
        self.go_on_from(stamp);
        told
    }

    fn cut_while_starting(&mut self, kept: &str) -> String {
        let pause = Duration::from_micros(self.dice.below(self.start_us));
        let mut command = self.start.command();
        let log = std::fs::File::options().append(true).open(self.log()).unwrap();
        let mut child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        std::thread::sleep(pause); // the moment of the cut is what varies
        let (stamp, told) = self.cut(kept);
        child.kill().unwrap();
        child.wait().unwrap();
        self.go_on_from(stamp);
        format!("{told} {pause:?} into the start")
    }

    /// Runs something while the writers write; it has to end the daemon.
    fn under_load<T>(
        &mut self,
        client: &rushes_harness::Client,
        then: impl FnOnce(&mut Cutting<'_>) -> T,
    ) -> T {
        let dice: Vec<_> =
            (1..=WRITERS).map(|scene| (scene, Dice::new(self.dice.roll()))).collect();
        let upkeep = Dice::new(self.dice.roll());
        let fresh = self.fresh();
        let seed = self.dice.roll();
        let (ledger, begun) = (&self.ledger, &self.begun);
        let mut cutting =
            Cutting { device: &mut self.device, disk: &self.disk, fresh, seed, ledger };
        std::thread::scope(|scope| {
            for writer in dice {
                scope.spawn(move || write_until_dead(client, ledger, begun, writer));
            }
            scope.spawn(move || keep_up_until_dead(client, ledger, upkeep));
            then(&mut cutting)
        })
    }

    fn cut(&mut self, kept: &str) -> (usize, String) {
        let (fresh, seed) = (self.fresh(), self.dice.roll());
        let (disk, ledger) = (&self.disk, &self.ledger);
        Cutting { device: &mut self.device, disk, fresh, seed, ledger }.cut(kept)
    }

    fn fresh(&self) -> String {
        format!("disk-{}", self.cuts + 1)
    }

    /// Puts what the cut has left in the place of the disk. The daemon is dead.
    fn go_on_from(&mut self, stamp: usize) {
        self.ledger.back_to(stamp);
        self.mounted.take().unwrap().unmount();
        self.device.remove(&self.disk);
        self.disk = self.fresh();
        self.cuts += 1;
        let mount = self.place.path().join("disk");
        let disk = self.device.file(&self.disk);
        self.mounted = Some(Mounted::mount(&disk, &mount, self.file_system));
        self.boot();
    }

    /// The machine starts: another boot id.
    fn boot(&self) {
        let id = format!("00000000-0000-4000-8000-{:012}\n", self.cuts);
        std::fs::write(self.place.path().join("boot"), id).unwrap();
    }

    /// Changes the index that the cut has left, where that may be.
    fn treat(&mut self, found: Found) -> Found {
        let (index, older) = (self.start.data.join("index"), self.place.path().join("older"));
        // After a clean stop the index is synced before it is trusted: no cut can leave it mixed.
        let is_clean = pages::any(&index, pages::is_marker);
        let found = match found {
            Found::Mixed if is_clean => Found::AsLeft,
            found => found,
        };
        let kept = self.place.path().join("kept");
        pages::copy(&index, &kept);
        match found {
            Found::AsLeft => {}
            Found::Gone => pages::remove(&index),
            Found::Mixed => pages::mix(&older, &index, &mut self.dice),
        }
        pages::remove(&older);
        std::fs::rename(&kept, &older).unwrap();
        found
    }

    fn log(&self) -> PathBuf {
        self.start.log.clone().unwrap()
    }
}

/// What it takes to cut the power while writers hold the ledger.
struct Cutting<'a> {
    device: &'a mut Device,
    disk: &'a str,
    fresh: String,
    seed: u64,
    ledger: &'a Ledger,
}

impl Cutting<'_> {
    /// Cuts, and says how much was acknowledged before.
    fn cut(&mut self, kept: &str) -> (usize, String) {
        let mut dice = Dice::new(self.seed);
        let (before, count) = if dice.coin() { ("flush", 8) } else { ("write", 40) };
        self.device.freeze(self.disk, before, dice.below(count));
        // Whoever answers without waiting for the disk does so now.
        std::thread::sleep(STILL);
        let stamp = self.ledger.stamp();
        (stamp, self.device.cut(self.disk, &self.fresh, kept, self.seed))
    }
}
