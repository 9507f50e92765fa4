//! How fast a search is among many assets, and how fast its index comes back.
//!
//! `SEARCH_ASSETS` says how many (default 100,000), a thousandth of which are projects' worth: one
//! project for each thousand.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rushes_catalog::command::{Command, NewAsset, NewProject, Target};
use rushes_catalog::ids::{AssetId, UserId};
use rushes_catalog::model::{Content, Generation, Status, Viewer};
use rushes_catalog::search::{Field, Find, SearchError, Sort};
use rushes_catalog::{Catalog, Options};
use rushes_digest::Digest;
use rushes_disk::{RealClock, RealDisk};

use crate::figures::{peak_mib, reset_peak};

const VIEWER: Viewer = Viewer { user: UserId::from_bytes([7; 16]) };
const ASSETS_EACH: usize = 1000;
const WRITERS: usize = 16;
/// Words of a prompt.
const WORDS_EACH: usize = 40;
/// Different words: each has this many times fewer assets than the one before it.
const VOCABULARY: u64 = 20_000;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// Small numbers far more often than large ones, as words are used.
    fn word(&mut self) -> u64 {
        let top = self.roll(VOCABULARY) + 1;
        self.roll(top)
    }
}

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    let assets = std::env::var("SEARCH_ASSETS").ok().and_then(|text| text.parse().ok());
    let assets: usize = assets.unwrap_or(100_000);
    let catalog = open(place);
    let begun = Instant::now();
    fill(&catalog, assets);
    let written = begun.elapsed();
    wait(&catalog, assets);
    let behind = begun.elapsed() - written;
    println!("\n| search among {assets} assets | | bar |\n|---|---|---|");
    let each = u64::try_from(assets).unwrap() * 1000 / u64::try_from(written.as_millis()).unwrap();
    println!("| recorded and indexed, assets a second | {each} | |");
    println!("| the index was behind at the end | {:.2} s | ≤ 1 s |", behind.as_secs_f64());
    reset_peak();
    queries(&catalog, rounds * 200);
    println!("| peak memory meanwhile | {:.0} MiB | ≤ 1024 MiB |", peak_mib("self"));
    catalog.close().unwrap();
    drop(catalog);
    let begun = Instant::now();
    let catalog = open(place);
    wait(&catalog, assets);
    println!("| ready after a clean stop | {:.2} s | ≤ 2 s |", begun.elapsed().as_secs_f64());
    catalog.close().unwrap();
    drop(catalog);
    std::fs::remove_dir_all(place.join("search")).unwrap();
    reset_peak();
    let begun = Instant::now();
    let catalog = open(place);
    wait(&catalog, assets);
    println!("| ready without search/ | {:.1} s | ≤ 180 s |", begun.elapsed().as_secs_f64());
    println!("| peak memory meanwhile | {:.0} MiB | ≤ 1024 MiB |", peak_mib("self"));
    catalog.close().unwrap();
}

fn open(place: &Path) -> Catalog {
    let options = Options {
        disk: Arc::new(RealDisk::open(place).unwrap()),
        index_above: place.join("index"),
        search_above: Some(place.join("search")),
        boot: None,
        clock: Arc::new(RealClock),
        publish: Box::new(drop),
    };
    Catalog::open(options).unwrap()
}

fn fill(catalog: &Catalog, assets: usize) {
    let projects = assets.div_ceil(ASSETS_EACH);
    for number in 0..projects {
        let project = NewProject { name: format!("film {number}"), ..NewProject::default() };
        catalog.submit(VIEWER, Command::CreateProject(project), None).unwrap();
    }
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                let mut dice = Dice(u64::try_from(writer).unwrap() + 88_172_645_463_325_252);
                for number in (writer..assets).step_by(WRITERS) {
                    let asset = Command::AddAsset(Box::new(asset(&mut dice, number)));
                    catalog.submit(VIEWER, asset, None).unwrap();
                }
            });
        }
    });
}

fn asset(dice: &mut Dice, number: usize) -> NewAsset {
    let words: Vec<_> = (0..WORDS_EACH).map(|_| format!("w{}", dice.word())).collect();
    let id = AssetId::generate();
    let target = Target {
        project: format!("film-{}", number / ASSETS_EACH).parse().unwrap(),
        part: None,
        asset_key: format!("key_{}", number % 20).parse().unwrap(),
        set_best: false,
    };
    NewAsset {
        id,
        kind: (if number.is_multiple_of(3) { "image" } else { "video" }).to_owned(),
        asset_type: None,
        status: Status::Ready,
        filename: format!("take {number}.png"),
        content: Some(Content {
            digest: Digest::of(id.as_bytes()),
            size: 1000,
            media_type: "image/png".to_owned(),
            extension: "png".to_owned(),
        }),
        target: Some(target),
        tags: vec![format!("tag{}", dice.roll(100))],
        client_id: None,
        generation: Generation {
            provider: Some(format!("provider{}", dice.roll(8))),
            model: Some(format!("model{}", dice.roll(30))),
            prompt: Some(words.join(" ")),
            estimated_cost: Some(0.25),
            ..Generation::default()
        },
        metadata: serde_json::Map::new(),
        metadata_digest: None,
    }
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
        std::thread::yield_now();
    }
}

fn queries(catalog: &Catalog, rounds: u64) {
    let facets = Field::COUNTED.to_vec();
    let filtered = |words: String, field: Field, value: String| Find {
        words: Some(words),
        filters: vec![(field, value)],
        counted: facets.clone(),
        limit: 50,
        ..Find::default()
    };
    let mut dice = Dice(42);
    measure(catalog, "word + filter + facets", "≤ 20 / 50 ms", rounds, || {
        let value = format!("provider{}", dice.roll(8));
        filtered(format!("w{}", dice.word()), Field::Provider, value)
    });
    measure(catalog, "the most frequent word + filter + facets", "", rounds / 10, || {
        filtered("w0".to_owned(), Field::Kind, "image".to_owned())
    });
    let mut dice = Dice(43);
    measure(catalog, "two words, by relevance", "", rounds, || Find {
        words: Some(format!("w{} w{}", dice.roll(200), dice.word())),
        limit: 50,
        ..Find::default()
    });
    measure(catalog, "everything, the newest", "", rounds / 10, || Find {
        limit: 50,
        ..Find::default()
    });
    measure(catalog, "everything by name, with facets", "", rounds / 10, || Find {
        sort: Some(Sort::Name),
        counted: facets.clone(),
        limit: 50,
        ..Find::default()
    });
}

fn measure(catalog: &Catalog, what: &str, bar: &str, rounds: u64, mut find: impl FnMut() -> Find) {
    let mut times = Vec::new();
    let mut refused = 0;
    for _ in 0..rounds.max(10) {
        let find = find();
        let begun = Instant::now();
        match catalog.find(VIEWER, &find) {
            Ok(_) => {}
            Err(SearchError::TooLong) => refused += 1,
            Err(error) => panic!("{error}"),
        }
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or(f64::NAN);
    let (median, late) = (at(50), at(95));
    println!("| {what}: median / 95% | {median:.1} / {late:.1} ms, {refused} too long | {bar} |");
}
