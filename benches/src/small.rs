//! Small objects, each acknowledged only when it is durable, beside a plain append with a sync of
//! each and beside a file with a sync of each.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use rushes_harness::noise;

use crate::figures::median;
use crate::keep::{self, keep_bytes};

/// Length of an object in bytes: one that does not compress.
const OBJECT_BYTES: usize = 2000;
/// Objects of one writer, and of all when there are many.
const ALONE: usize = 5_000;
const TOGETHER: usize = 64_000;
const WRITERS: usize = 64;

/// One measurement: objects a second, and how long each took.
struct Run {
    rate: f64,
    latencies: Vec<Duration>,
}

/// What is measured, its bar, and how.
type Side = (&'static str, &'static str, fn(&Path) -> Run);

/// Runs everything here.
pub fn run(place: &Path, rounds: u64) {
    let sides: [Side; 4] = [
        ("the store, 1 writer", "≥ 5,000/s", |place| ours(place, 1, ALONE)),
        ("the store, 64 writers", "≥ 20,000/s, p99 ≤ 20 ms", |place| {
            ours(place, WRITERS, TOGETHER)
        }),
        ("append + fdatasync of each, 1 thread", "", appended),
        ("a file with fsync each, 1 thread", "", filed),
    ];
    let mut runs: Vec<Vec<Run>> = sides.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for ((_, _, side), runs) in sides.iter().zip(&mut runs) {
            runs.push(side(&place.join("small")));
            fs::remove_dir_all(place.join("small")).unwrap();
            rustix::fs::sync();
        }
    }
    println!(
        "\n| small objects of 2 KB, durable | a second | p50 | p99 | bar |\n|---|---|---|---|---|"
    );
    for ((what, bar, _), runs) in sides.iter().zip(&runs) {
        let of =
            |figure: &dyn Fn(&Run) -> f64| median(&runs.iter().map(figure).collect::<Vec<_>>());
        println!(
            "| {what} | {:.0} | {:.0} µs | {:.0} µs | {bar} |",
            of(&|run| run.rate),
            of(&|run| percentile(&run.latencies, 50)),
            of(&|run| percentile(&run.latencies, 99)),
        );
    }
}

fn ours(place: &Path, writers: usize, count: usize) -> Run {
    let store = keep::open(place);
    let objects: Vec<_> = (0..count as u64).map(|seed| noise(seed + 1, OBJECT_BYTES)).collect();
    let _put = keep_bytes(&store, b"the first one makes the pack");
    let start = Instant::now();
    let latencies = std::thread::scope(|scope| {
        let threads: Vec<_> = objects
            .chunks(count / writers)
            .map(|objects| {
                let store = &store;
                scope.spawn(move || {
                    let keep = |object: &Vec<u8>| {
                        timed(|| {
                            let _put = keep_bytes(store, object);
                        })
                    };
                    objects.iter().map(keep).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let run = finished(start, latencies);
    store.close().unwrap();
    run
}

fn appended(place: &Path) -> Run {
    fs::create_dir_all(place).unwrap();
    let object = noise(1, OBJECT_BYTES);
    let mut file = File::create(place.join("log")).unwrap();
    let start = Instant::now();
    let one = |_| {
        timed(|| {
            file.write_all(&object).unwrap();
            file.sync_data().unwrap();
        })
    };
    let latencies = (0..ALONE).map(one).collect();
    finished(start, latencies)
}

fn filed(place: &Path) -> Run {
    fs::create_dir_all(place).unwrap();
    let object = noise(1, OBJECT_BYTES);
    let start = Instant::now();
    let one = |number: usize| {
        timed(|| {
            let mut file = File::create(place.join(number.to_string())).unwrap();
            file.write_all(&object).unwrap();
            file.sync_all().unwrap();
        })
    };
    let latencies = (0..ALONE / 5).map(one).collect();
    finished(start, latencies)
}

fn timed(body: impl FnOnce()) -> Duration {
    let start = Instant::now();
    body();
    start.elapsed()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn finished(start: Instant, latencies: Vec<Duration>) -> Run {
    Run { rate: latencies.len() as f64 / start.elapsed().as_secs_f64(), latencies }
}

fn percentile(latencies: &[Duration], percent: usize) -> f64 {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    let at = sorted.len() * percent / 100;
    sorted
        .get(at.min(sorted.len().saturating_sub(1)))
        .map_or(f64::NAN, |found| found.as_secs_f64() * 1e6)
}
