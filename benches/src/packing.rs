//! What compressing records gains by kind of file, and what unpacking them costs readers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rushes_harness::files_below;

use crate::corpus::{Corpus, length};
use crate::figures::{count, median, seconds};
use crate::keep::{self, keep_bytes};

/// Longer files are cut into contents of this length, in bytes: short enough for a pack.
const CONTENT_BYTES: usize = 100_000;
/// How much of each kind is taken, in bytes.
const KIND_BYTES_MAX: usize = 32 << 20;

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    let corpus = Corpus::find(place);
    let mut kinds: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in files_below(&corpus.first).into_iter().chain(files_below(&corpus.second)) {
        let extension = file.extension().map(|extension| extension.to_string_lossy().into_owned());
        kinds.entry(extension.unwrap_or_default()).or_default().push(file);
    }
    println!("\n| records | contents | stored of it | keeping MB/s | reading warm MB/s |");
    println!("|---|---|---|---|---|");
    for (kind, files) in kinds {
        let contents = contents(&files);
        let total: usize = contents.iter().map(Vec::len).sum();
        let (mut kept, mut read, mut share) = (Vec::new(), Vec::new(), 0.0);
        for _ in 0..rounds {
            let data = place.join("packed");
            let store = keep::open(&data);
            let mut digests = Vec::new();
            kept.push(seconds(|| {
                digests.extend(contents.iter().map(|bytes| keep_bytes(&store, bytes).digest));
            }));
            let mut buffer = vec![0; CONTENT_BYTES];
            let mut read_all = || {
                for digest in &digests {
                    let reader = store.open_blob(digest).unwrap().unwrap();
                    reader.read_at(&mut buffer, 0).unwrap();
                }
            };
            read_all();
            read.push(seconds(read_all));
            store.close().unwrap();
            let stored = usize::try_from(length(&data.join("packs"))).unwrap();
            share = count(stored) / count(total);
            fs::remove_dir_all(&data).unwrap();
        }
        let rate = |figures: &[f64]| count(total) / 1e6 / median(figures);
        let number = contents.len();
        println!("| {kind} | {number} | {share:.2} | {:.0} | {:.0} |", rate(&kept), rate(&read));
    }
}

fn contents(files: &[PathBuf]) -> Vec<Vec<u8>> {
    let mut contents = Vec::new();
    let mut bytes = 0;
    for file in files {
        for content in fs::read(file).unwrap().chunks(CONTENT_BYTES) {
            if bytes >= KIND_BYTES_MAX {
                return contents;
            }
            bytes += content.len();
            contents.push(content.to_vec());
        }
    }
    contents
}
