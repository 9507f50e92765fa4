//! What the store says, in words and tables for people.

use comfy_table::Cell;
use rushes_api::store::{
    Amount, Check, DamageList, Finding, FoundContent, Job, JobStatus, LeftAlone, PackLeft,
    ReindexReport, ScrubReport, StoreStats, StoredAs, SweepReport, Verified,
};

use crate::show::{bytes, count, plain, right, table};

/// What there is.
pub fn stats(stats: &StoreStats) -> String {
    let mut lines = vec![
        line("assets", &bytes(stats.logical_bytes)),
        line("contents", &contents(stats.contents)),
    ];
    if let Some(store) = &stats.store {
        lines.extend([
            String::new(),
            line("all users", &bytes(store.logical_bytes)),
            line("contents", &contents(store.contents)),
            line("on disk", &bytes(store.disk_bytes)),
            line("wholes", &files(store.wholes)),
            line("packs", &files(store.packs)),
            line("packed", &contents(store.packed)),
            line("in ranges", &contents(store.in_ranges)),
            line("quarantine", &files(store.quarantine)),
            line("damaged", &count(store.damaged)),
            line("dedup", &format!("{:.2}", store.dedup_ratio)),
            line("zstd", &format!("{:.2}", store.compression_ratio)),
        ]);
    }
    if !stats.by_type.is_empty() {
        let mut table = table(["TYPE", "ASSETS", "SIZE"]);
        for one in &stats.by_type {
            table.add_row([
                Cell::new(plain(&one.media_type)),
                right(Some(count(one.assets.count))),
                right(Some(bytes(one.assets.bytes))),
            ]);
        }
        lines.extend([String::new(), table.trim_fmt()]);
    }
    if !stats.is_complete {
        lines.push("not everything was counted by type: there is too much".to_owned());
    }
    lines.join("\n")
}

/// What a look at the store found.
pub fn check(check: &Check) -> String {
    if check.findings.is_empty() {
        return "nothing is wrong".to_owned();
    }
    let finding = |finding: &Finding| {
        let mark = if finding.is_wrong { "wrong" } else { "note " };
        format!("{mark}  {}\n       {}", plain(&finding.what), plain(&finding.remedy))
    };
    check.findings.iter().map(finding).collect::<Vec<_>>().join("\n")
}

/// How a scrub stands.
pub fn scrub(job: &Job<ScrubReport>) -> String {
    let report = job.report.clone().unwrap_or_default();
    let state = status(job);
    let read = format!("{} of {}", bytes(report.bytes), bytes(report.bytes_total));
    let (damaged, healed) = (count(report.damaged), count(report.healed));
    let unreadable = match report.unreadable {
        0 => String::new(),
        some => format!(", {} unreadable", count(some)),
    };
    format!("{state}: {read} read, {damaged} damaged, {healed} healed{unreadable}")
}

/// How a reindex stands.
pub fn reindex(job: &Job<ReindexReport>) -> String {
    let report = job.report.clone().unwrap_or_default();
    let counts = [report.files, report.entered, report.dropped, report.refused].map(count);
    let [files, entered, dropped, refused] = counts;
    let entries = format!("{entered} entries made, {dropped} dropped");
    format!("{}: {files} files looked at, {refused} not usable, {entries}", status(job))
}

/// What a sweep did or would do.
pub fn sweep(report: &SweepReport) -> String {
    let would = if report.dry_run { "would free" } else { "freed" };
    let noun = if report.contents == 1 { "content" } else { "contents" };
    let (number, size) = (count(report.contents), bytes(report.bytes));
    let mut lines = vec![format!("{would} {number} {noun}: {size} of files")];
    if report.packs > 0 {
        lines.push(format!("{} packs among them, that are mostly dead", count(report.packs)));
    }
    if report.bytes_moved > 0 {
        lines.push(format!("{} that others need, written anew", bytes(report.bytes_moved)));
    }
    if report.bytes_dead > 0 {
        lines.push(format!("{} in packs, that go with their packs", bytes(report.bytes_dead)));
    }
    if report.left_count > 0 {
        lines.push(format!("{} left alone:", count(report.left_count)));
    }
    let left = |left: &LeftAlone| format!("  {} {}", left.digest, plain(&left.why));
    lines.extend(report.left.iter().map(left));
    let pack = |left: &PackLeft| format!("{} is not compacted: {}", left.file, left.why);
    lines.extend(report.packs_left.iter().map(|left| plain(&pack(left))));
    lines.join("\n")
}

/// How a content is.
pub fn verified(verified: &Verified) -> String {
    match &verified.why {
        Some(why) => format!("{}  {}: {}", verified.digest, plain(&verified.status), plain(why)),
        None => format!("{}  {}", verified.digest, plain(&verified.status)),
    }
}

/// Bytes that no asset ever named.
pub fn found(found: &[FoundContent]) -> String {
    let mut table = table(["DIGEST", "SIZE", "KEPT"]);
    for one in found {
        let kept = match one.stored_as {
            StoredAs::Whole => "whole",
            StoredAs::Packed => "packed",
            StoredAs::InRanges => "in ranges",
        };
        table.add_row([Cell::new(one.digest), right(one.size.map(bytes)), Cell::new(kept)]);
    }
    let size = found.iter().filter_map(|one| one.size).sum();
    let sum = contents(Amount { count: found.len() as u64, bytes: size });
    if found.is_empty() {
        format!("{sum} found")
    } else {
        format!("{}\n{sum} found", table.trim_fmt())
    }
}

/// Damage that is not healed.
pub fn damage(list: &DamageList) -> String {
    if list.count == 0 {
        return "no damage is known".to_owned();
    }
    let mut table = table(["CONTENT", "SINCE", "FILE", "WHAT IS WRONG"]);
    for one in &list.damage {
        let digest = one.digest.to_string();
        table.add_row([&digest, &one.since, &one.file, &one.why].map(|text| plain(text)));
    }
    format!("{}\nupload the same files again: that heals them", table.trim_fmt())
}

fn status<R>(job: &Job<R>) -> String {
    match job.status {
        JobStatus::Never => "has not run yet".to_owned(),
        JobStatus::Running => "running".to_owned(),
        JobStatus::Finished => "finished".to_owned(),
        JobStatus::Stopped => "stopped".to_owned(),
        JobStatus::Failed => {
            format!("failed ({})", job.why.as_deref().map(plain).unwrap_or_default())
        }
    }
}

fn contents(amount: Amount) -> String {
    let noun = if amount.count == 1 { "content" } else { "contents" };
    format!("{} {noun}, {}", count(amount.count), bytes(amount.bytes))
}

fn files(amount: Amount) -> String {
    let noun = if amount.count == 1 { "file" } else { "files" };
    format!("{} {noun}, {}", count(amount.count), bytes(amount.bytes))
}

fn line(name: &str, value: &str) -> String {
    format!("{name:<10} {value}")
}
