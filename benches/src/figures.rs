//! Medians, ratios and a line of the table.

use std::time::{Duration, Instant};

/// How long something takes, in seconds.
pub fn seconds(body: impl FnOnce()) -> f64 {
    let start = Instant::now();
    body();
    start.elapsed().max(Duration::from_nanos(1)).as_secs_f64()
}

/// The median of some figures.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A throughput of both sides: seconds by round, and megabytes moved in each.
pub fn throughput(what: &str, megabytes: f64, ours: &[f64], plain: &[f64]) {
    let ratios: Vec<_> = ours.iter().zip(plain).map(|(ours, plain)| plain / ours).collect();
    println!(
        "| {what} | {:.0} MB/s | {:.0} MB/s | {:.2} |",
        megabytes / median(ours),
        megabytes / median(plain),
        median(&ratios)
    );
}

/// A figure of ours alone.
pub fn alone(what: &str, figure: &str) {
    println!("| {what} | {figure} | | |");
}
