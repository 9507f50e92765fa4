//! Files to ingest: a corpus with a second generation, edited from the first.
//!
//! `RUSHES_CORPUS` names a directory that holds `corpus` and `gen2`; without it a small one is made
//! here, of bytes that do not compress.

use std::fs;
use std::path::{Path, PathBuf};

use rushes_harness::{files_below, noise};

/// Where both generations lie.
#[derive(Debug)]
pub struct Corpus {
    /// What comes in first.
    pub first: PathBuf,
    /// What is edited from it.
    pub second: PathBuf,
}

impl Corpus {
    /// The one that is named, or a small one that is made below `place`.
    pub fn find(place: &Path) -> Self {
        let named = std::env::var_os("RUSHES_CORPUS").map(PathBuf::from);
        let above = named.unwrap_or_else(|| make(&place.join("made")));
        Self { first: above.join("corpus"), second: above.join("gen2") }
    }

    /// The kinds of edit in the second generation: its directories, sorted.
    pub fn kinds(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.second).unwrap().map(|entry| entry.unwrap().path());
        let mut kinds: Vec<_> = entries.filter(|path| path.is_dir()).collect();
        kinds.sort();
        kinds
    }
}

/// Length of all files below a directory.
pub fn length(path: &Path) -> u64 {
    files_below(path).iter().map(|file| fs::metadata(file).unwrap().len()).sum()
}

fn make(above: &Path) -> PathBuf {
    let film = |number: u64| noise(number + 1, 10_000_000);
    let still = |number: u64| noise(number + 1000, 300_000);
    let write = |path: &str, bytes: &[u8]| {
        let path = above.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    for number in 0..20 {
        write(&format!("corpus/films/{number}.bin"), &film(number));
    }
    for number in 0..400 {
        write(&format!("corpus/stills/{number}.bin"), &still(number));
        write(&format!("corpus/notes/{number}.txt"), &noise(number + 9000, 2000));
    }
    for number in 0..5 {
        let whole = film(number);
        let (before, after) = whole.split_at(4_000_000);
        write(&format!("gen2/copied/{number}.bin"), &whole);
        let inserted = noise(number + 20_000, 100_000);
        write(&format!("gen2/inserted/{number}.bin"), &[before, &inserted, after].concat());
        let joined = [film(number), film(number + 5)].concat();
        write(&format!("gen2/joined/{number}.bin"), &joined);
    }
    above.to_owned()
}
