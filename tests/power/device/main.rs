//! Serves disks that a power cut empties, as files in a FUSE folder, for the power-cut rig.
//!
//! `rushes-volatile-disk DIR` mounts on DIR and takes orders, one a line, on standard input:
//! `create NAME BYTES`, `freeze NAME write|flush COUNT` (stand still after so many more),
//! `cut NAME NEW none|all|prefix|subset|torn SEED` (and go on), `lie NAME`, `remove NAME`. Each is
//! answered with one line that begins with `ok` or `error`.
//!
//! A process of its own: served from the one that writes to the file systems above, a thread of it
//! could wait for itself in the kernel. Invariant: it ends when its input does, and its mount goes
//! with it, so that nothing is left behind when a test is killed.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a part of a test, which fails by panicking"
)]

mod gate;
mod image;
mod serve;

use std::io::{BufRead, Write, stdin, stdout};

use fuser::{Config, MountOption, Session};
use rushes_harness::Dice;
use rustix::mount::{UnmountFlags, unmount};

use crate::gate::Change;
use crate::image::Volatile;
use crate::serve::Disks;

/// Threads that serve: the loop driver of each disk has several requests under way.
const THREADS: usize = 2;

fn main() {
    let dir = std::env::args().nth(1).unwrap_or_else(|| panic!("rushes-volatile-disk DIR"));
    let disks = Disks::default();
    let mut config = Config::default();
    config.mount_options = vec![MountOption::FSName("rushes-volatile-disk".to_owned())];
    config.n_threads = Some(THREADS);
    let session = Session::new(disks.clone(), &dir, &config).unwrap();
    let _served = session.spawn().unwrap();
    say("ok");
    for line in stdin().lock().lines() {
        let Ok(line) = line else { break };
        match obey(&disks, &line) {
            Ok(told) => say(&format!("ok {told}")),
            Err(why) => say(&format!("error {why}")),
        }
    }
    let _ = unmount(&dir, UnmountFlags::DETACH);
    // What still waits for an answer gets an error: the connection ends with the process.
    std::process::exit(0);
}

fn say(line: &str) {
    // Whoever gave the order may be gone.
    let _ = writeln!(stdout(), "{line}").and_then(|()| stdout().flush());
}

fn obey(disks: &Disks, line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text}: {error}"));
    let find = |name: &str| disks.named(name).ok_or_else(|| format!("no disk {name}"));
    match words.as_slice() {
        ["create", name, bytes] => {
            disks.add(name, Volatile::new(number(bytes)?));
            Ok(String::new())
        }
        ["cut", name, fresh, kept, seed] => {
            let (kept, mut dice) = (kept.parse()?, Dice::new(number(seed)?));
            let served = find(name)?;
            let disk = served.disk();
            let cut = disk.cut(kept, &mut dice);
            let told =
                format!("{} writes pending, {} flushes before", disk.pending(), disk.flushes);
            drop(disk);
            disks.add(fresh, cut);
            served.gate.thaw();
            Ok(told)
        }
        ["freeze", name, before, count] => {
            let before = if *before == "write" { Change::Write } else { Change::Flush };
            find(name)?.gate.freeze(before, number(count)?);
            Ok(String::new())
        }
        ["lie", name] => {
            find(name)?.disk().lies = true;
            Ok(String::new())
        }
        ["remove", name] => {
            disks.remove(name);
            Ok(String::new())
        }
        _ => Err(format!("no order: {line}")),
    }
}
