//! Medians, ratios and a line of the table.

use std::fs;
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

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
pub fn count(number: usize) -> f64 {
    number as f64
}

/// Bytes as a figure, in millions.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Writes out what is dirty and empties the kernel's caches.
pub fn drop_caches() {
    rustix::fs::sync();
    if fs::write("/proc/sys/vm/drop_caches", "3").is_err() {
        eprintln!("not root: the cold figures are warm");
    }
}

/// The most memory that a process has had resident so far, in MiB (proc(5), `VmHWM`).
pub fn peak_mib(process: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// What this process has resident, in bytes (proc(5), `VmRSS`).
pub fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0
}

/// Counts this process's peak anew from here (proc(5), `clear_refs`).
pub fn reset_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}
