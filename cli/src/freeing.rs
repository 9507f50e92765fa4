//! `rushes store sweep`, `found` and `free`: what takes bytes away.
//!
//! Invariant: nothing is freed before it was shown and agreed to, by a person or by `--yes`.

use std::io::{self, IsTerminal, Write};

use reqwest::Method;
use rushes_api::store::{
    FREE_MAX, FoundContent, FoundPage, FreeFound, Job, StartSweep, SweepReport,
};
use rushes_api::{Digest, paths};

use crate::client::Client;
use crate::error::CliError;
use crate::job::{ended, went_well};
use crate::progress::counter;
use crate::show::Output;
use crate::store_words as words;

/// Seconds of a day.
const DAY_S: u64 = 24 * 60 * 60;

/// All found bytes.
pub async fn found(client: &Client) -> Result<Vec<FoundContent>, CliError> {
    let mut all = Vec::new();
    // A cursor is a digest: it needs no escaping.
    let mut path = format!("{}?limit={FREE_MAX}", paths::STORE_FOUND);
    loop {
        let page: FoundPage = client.get(&path).await?;
        all.extend(page.found);
        match page.next_cursor {
            Some(after) => path = format!("{}?limit={FREE_MAX}&after={after}", paths::STORE_FOUND),
            None => return Ok(all),
        }
    }
}

/// Frees found bytes: some, or all that there are.
pub async fn free(
    client: &Client,
    which: Option<Vec<Digest>>,
    (dry_run, yes): (bool, bool),
    output: Output,
) -> Result<(), CliError> {
    let digests = match which {
        Some(digests) => digests,
        None => found(client).await?.into_iter().map(|found| found.digest).collect(),
    };
    let run = async |dry_run| {
        let mut sum = SweepReport { dry_run, ..SweepReport::default() };
        for digests in digests.chunks(FREE_MAX) {
            let ask = FreeFound { digests: digests.to_vec(), dry_run };
            add(&mut sum, client.send_json(Method::POST, paths::STORE_FOUND_FREE, &ask).await?);
        }
        Ok::<_, CliError>(sum)
    };
    if !yes {
        let would = run(true).await?;
        if dry_run || would.contents == 0 {
            return output.print(&would, words::sweep);
        }
        if !agreed(&would)? {
            return Err(CliError::NotFreed);
        }
    }
    output.print(&run(false).await?, words::sweep)
}

fn add(to: &mut SweepReport, more: SweepReport) {
    to.looked_at += more.looked_at;
    to.contents += more.contents;
    to.bytes += more.bytes;
    to.bytes_dead += more.bytes_dead;
    to.bytes_moved += more.bytes_moved;
    to.packs += more.packs;
    to.left_count += more.left_count;
    to.left.extend(more.left);
    to.packs_left.extend(more.packs_left);
}

/// Frees what was deleted long enough ago.
pub async fn sweep(
    client: &Client,
    grace_days: Option<u32>,
    (dry_run, yes): (bool, bool),
    output: Output,
) -> Result<(), CliError> {
    let grace_s = grace_days.map(|days| u64::from(days) * DAY_S);
    if !yes {
        let (plan, would) =
            run(client, StartSweep { grace_s, dry_run: true, compact: true }).await?;
        went_well(plan)?;
        if dry_run || (would.contents == 0 && would.packs == 0) {
            return output.print(&would, words::sweep);
        }
        if !agreed(&would)? {
            return Err(CliError::NotFreed);
        }
    }
    let (job, done) = run(client, StartSweep { grace_s, dry_run: false, compact: true }).await?;
    went_well(job)?;
    output.print(&done, words::sweep)
}

/// Runs a sweep to its end.
async fn run(
    client: &Client,
    ask: StartSweep,
) -> Result<(Job<SweepReport>, SweepReport), CliError> {
    let path = paths::STORE_SWEEP;
    let started: Job<SweepReport> = client.send_json(Method::POST, path, &ask).await?;
    let progress = counter(if ask.dry_run { "looking" } else { "sweeping" });
    let job = ended(client, path, started, |report| progress.set_position(report.looked_at)).await;
    progress.finish_and_clear();
    let job = job?;
    let report = job.report.clone().unwrap_or_default();
    Ok((job, report))
}

/// Says what would go and asks whoever sits there. Where nobody does, nobody agrees.
fn agreed(would: &SweepReport) -> Result<bool, CliError> {
    let mut terminal = io::stderr().lock();
    writeln!(terminal, "{}", words::sweep(would))?;
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    write!(terminal, "free them for good? [y/N] ")?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
