//! What the catalogue answers, and how soon, when it holds a studio's work of years.
//!
//! `CATALOGUE_ASSETS` says how much: a thousand assets for each project (default 100,000 assets).

mod ask;
mod film;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rushes_catalog::search::{Find, SearchError};
use rushes_catalog::{Catalog, Options};
use rushes_disk::{RealClock, RealDisk};

use crate::figures::{count, peak_mib, reset_peak, seconds};
use film::{ASSETS_EACH, Dice, VIEWER};

const WRITERS: usize = 64;
/// Says to a child of this program that it is to fill a catalogue and wait for its end.
const FILL: &str = "CATALOGUE_FILL";

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    let asked = std::env::var("CATALOGUE_ASSETS").ok().and_then(|text| text.parse().ok());
    let assets: usize = asked.unwrap_or(100_000);
    if let Some(filled) = std::env::var_os(FILL) {
        fill(Path::new(&filled), assets);
        // The one who asked kills this process: so a start after a kill is measured.
        loop {
            std::thread::park();
        }
    }
    println!("\n| catalogue of {assets} assets | | bar |\n|---|---|---|");
    filled_and_killed(place, assets);
    let catalog = started("a kill", "≤ 2 s", place, assets);
    reset_peak();
    let rounds = usize::try_from(rounds).unwrap() * 200;
    ask::facts(&catalog, assets, rounds);
    ask::words(&catalog, rounds);
    println!("| peak memory meanwhile | {:.0} MiB | ≤ 1024 MiB |", peak_mib("self"));
    catalog.close().unwrap();
    drop(catalog);
    let catalog = started("a clean stop", "≤ 2 s", place, assets);
    catalog.close().unwrap();
    drop(catalog);
    std::fs::remove_dir_all(place.join("index")).unwrap();
    std::fs::remove_dir_all(place.join("search")).unwrap();
    let catalog = started("index/ and search/ went", "≤ 180 s", place, assets);
    catalog.close().unwrap();
}

/// Fills a catalogue in a process of its own, and kills that.
fn filled_and_killed(place: &Path, assets: usize) {
    let done = place.join("filled");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("catalogue")
        .env(FILL, place)
        .env("CATALOGUE_ASSETS", assets.to_string())
        .spawn()
        .unwrap();
    while !done.exists() {
        assert!(child.try_wait().unwrap().is_none(), "filling failed");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn fill(place: &Path, assets: usize) {
    let catalog = open(place);
    let projects = assets.div_ceil(ASSETS_EACH);
    for number in 0..projects {
        catalog.submit(VIEWER, film::project(number), None).unwrap();
    }
    let next = AtomicUsize::new(0);
    let written = seconds(|| {
        std::thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| write(&catalog, &next, assets));
            }
        });
    });
    let behind = seconds(|| wait(&catalog, assets));
    println!("| claims a second, 64 writers | {:.0} | ≥ 5000 |", count(assets) / written);
    println!("| search was behind at the end | {behind:.2} s | ≤ 1 s |");
    println!("| peak memory meanwhile | {:.0} MiB | ≤ 1024 MiB |", peak_mib("self"));
    std::fs::write(place.join("filled"), "").unwrap();
}

/// Records what comes next until all is there: writers are in the same projects, as teams are.
fn write(catalog: &Catalog, next: &AtomicUsize, assets: usize) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= assets {
            return;
        }
        let mut dice = Dice(u64::try_from(number).unwrap() * 2_654_435_761 + 88_172_645);
        // The first numbers of a seed that small look alike.
        for _ in 0..8 {
            dice.roll(2);
        }
        let asset = film::asset(&mut dice, number / ASSETS_EACH, number % ASSETS_EACH);
        catalog.submit(VIEWER, asset, None).unwrap();
    }
}

fn open(place: &Path) -> Catalog {
    let options = Options {
        disk: Arc::new(RealDisk::open(place).unwrap()),
        index_above: place.join("index"),
        search_above: Some(place.join("search")),
        boot: rushes_disk::boot_id(),
        clock: Arc::new(RealClock),
        publish: Box::new(drop),
    };
    Catalog::open(options).unwrap()
}

/// Opens a catalogue and says how long that took.
fn started(after: &str, bar: &str, place: &Path, assets: usize) -> Catalog {
    reset_peak();
    let begun = Instant::now();
    let catalog = open(place);
    let opened = begun.elapsed().as_secs_f64();
    wait(&catalog, assets);
    let found = begun.elapsed().as_secs_f64();
    println!("| start after {after}: serves / searches | {opened:.2} / {found:.2} s | {bar} |");
    println!("| peak memory meanwhile | {:.0} MiB | ≤ 1024 MiB |", peak_mib("self"));
    catalog
}

/// Waits until as many are found.
fn wait(catalog: &Catalog, assets: usize) {
    let find = Find { limit: 1, ..Find::default() };
    loop {
        match catalog.find(VIEWER, &find) {
            Ok(found) if found.total >= u64::try_from(assets).unwrap() => return,
            Ok(_) | Err(SearchError::Rebuilding { .. } | SearchError::TooLong) => {}
            Err(error) => panic!("{error}"),
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
