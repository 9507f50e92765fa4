//! `rushes store …`: what the store is asked, and what is waited for.
//!
//! Invariant: nothing is freed before it was shown and agreed to.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use reqwest::{Method, Url};
use rushes_api::store::{
    Check, DamageList, FoundContent, FoundPage, FreeFound, Job, JobStatus, Pace, ReindexReport,
    ScrubReport, StartScrub, StartSweep, StoreStats, SweepReport, Verified, Verify,
};
use rushes_api::{Digest, paths};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::CliError;
use crate::progress::bar;
use crate::show::Output;
use crate::store_words as words;

/// How often a job is asked how it stands.
const ASK_AGAIN: Duration = Duration::from_millis(250);
/// Most contents that are freed with one request.
const FREE_MAX: usize = 1000;

/// `rushes store …`
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Say what there is and what it takes on the disk
    Stats,
    /// Say what is wrong, and what to do
    Check,
    /// Read everything again, and heal what can be healed
    Scrub {
        /// How hard to work: gentle leaves the disk to others most of the time
        #[arg(long, value_enum, default_value_t = PaceName::Gentle)]
        pace: PaceName,
        /// Only say how the scrub stands
        #[arg(long, conflicts_with_all = ["stop", "detach"])]
        status: bool,
        /// Stop it; the next one goes on from there
        #[arg(long, conflicts_with = "detach")]
        stop: bool,
        /// Do not wait for its end
        #[arg(long)]
        detach: bool,
    },
    /// Read one content again
    Verify {
        /// Its digest, or an asset's id
        #[arg(value_name = "DIGEST|ASSET")]
        what: String,
    },
    /// Make the index anew from the files; nothing is freed
    Reindex,
    /// List bytes that no asset ever named
    Found {
        /// Free them: all, or those that are named
        #[arg(long)]
        free: bool,
        /// Which of them
        #[arg(value_name = "DIGEST", requires = "free")]
        digests: Vec<Digest>,
        /// Do not ask
        #[arg(long, requires = "free")]
        yes: bool,
    },
    /// Free the bytes of deleted assets
    Sweep {
        /// How many seconds ago they must have been deleted [default: 7 days]
        #[arg(long, value_name = "SECONDS")]
        grace: Option<u64>,
        /// Only say what it would do
        #[arg(long, conflicts_with = "yes")]
        dry_run: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// List damage that is not healed
    Damage,
}

/// How hard a scrub works.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PaceName {
    /// It leaves the disk to others most of the time.
    Gentle,
    /// As fast as it can.
    Full,
}

/// Does what the command line says.
pub async fn store(client: &Client, command: StoreCommand, output: Output) -> Result<(), CliError> {
    match command {
        StoreCommand::Stats => {
            let stats: StoreStats = client.get(paths::STORE_STATS).await?;
            output.print(&stats, words::stats)
        }
        StoreCommand::Check => check(client, output).await,
        StoreCommand::Scrub { status: true, .. } => {
            let job: Job<ScrubReport> = client.get(paths::STORE_SCRUB).await?;
            output.print(&job, words::scrub)
        }
        StoreCommand::Scrub { stop: true, .. } => {
            let stop = client.request(Method::DELETE, paths::STORE_SCRUB)?;
            let job: Job<ScrubReport> = client.read(client.send(stop).await?).await?;
            output.print(&job, words::scrub)
        }
        StoreCommand::Scrub { pace, detach, .. } => scrub(client, pace, detach, output).await,
        StoreCommand::Verify { what } => verify(client, what, output).await,
        StoreCommand::Reindex => {
            let path = paths::STORE_REINDEX;
            let job: Job<ReindexReport> = client.send_json(Method::POST, path, &()).await?;
            let job = ended(client, path, job, |_| {}).await?;
            output.print(&job, words::reindex)?;
            went_well(job)
        }
        StoreCommand::Found { free: false, .. } => {
            let found = found(client).await?;
            output.print(&found, |found| words::found(found))
        }
        StoreCommand::Found { digests, yes, .. } => free(client, digests, yes, output).await,
        StoreCommand::Sweep { grace, dry_run, yes } => {
            sweep(client, grace, (dry_run, yes), output).await
        }
        StoreCommand::Damage => {
            let damage: DamageList = client.get(paths::STORE_DAMAGE).await?;
            output.print(&damage, words::damage)?;
            if damage.count == 0 { Ok(()) } else { Err(CliError::Unsound { count: damage.count }) }
        }
    }
}

async fn check(client: &Client, output: Output) -> Result<(), CliError> {
    let check: Check = client.get(paths::STORE_CHECK).await?;
    output.print(&check, words::check)?;
    if check.is_sound {
        return Ok(());
    }
    let wrong = check.findings.iter().filter(|finding| finding.is_wrong).count();
    Err(CliError::Unsound { count: wrong as u64 })
}

async fn scrub(
    client: &Client,
    pace: PaceName,
    detach: bool,
    output: Output,
) -> Result<(), CliError> {
    let pace = match pace {
        PaceName::Gentle => Pace::Gentle,
        PaceName::Full => Pace::Full,
    };
    let path = paths::STORE_SCRUB;
    let started = client.send_json(Method::POST, path, &StartScrub { pace }).await?;
    if detach {
        return output.print(&started, words::scrub);
    }
    let progress = bar("scrub", Some(0));
    let show = |report: &ScrubReport| {
        progress.set_length(report.bytes_total);
        progress.set_position(report.bytes);
    };
    let job = ended(client, path, started, show).await;
    progress.finish_and_clear();
    let job = job?;
    output.print(&job, words::scrub)?;
    let report = job.report.clone().unwrap_or_default();
    let left = report.damaged.saturating_sub(report.healed) + report.unreadable;
    went_well(job)?;
    if left == 0 { Ok(()) } else { Err(CliError::Unsound { count: left }) }
}

async fn verify(client: &Client, what: String, output: Output) -> Result<(), CliError> {
    let ask = match what.parse() {
        Ok(digest) => Verify { digest: Some(digest), asset_id: None },
        Err(_) => Verify { digest: None, asset_id: Some(what) },
    };
    let verified: Verified = client.send_json(Method::POST, paths::STORE_VERIFY, &ask).await?;
    output.print(&verified, words::verified)?;
    match verified.status.as_str() {
        "sound" | "healed" => Ok(()),
        _ => Err(CliError::Unsound { count: 1 }),
    }
}

/// All found bytes.
async fn found(client: &Client) -> Result<Vec<FoundContent>, CliError> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let query = after.iter().map(|cursor| ("after", cursor.as_str()));
        let url = Url::parse_with_params("http://any", query).ok();
        let query = url.as_ref().and_then(Url::query).unwrap_or_default();
        let page: FoundPage = client.get(&format!("{}?{query}", paths::STORE_FOUND)).await?;
        all.extend(page.found);
        after = page.next_cursor;
        if after.is_none() {
            return Ok(all);
        }
    }
}

async fn free(
    client: &Client,
    digests: Vec<Digest>,
    yes: bool,
    output: Output,
) -> Result<(), CliError> {
    let digests = if digests.is_empty() {
        found(client).await?.into_iter().map(|found| found.digest).collect()
    } else {
        digests
    };
    let path = paths::STORE_FOUND_FREE;
    let ask = |digests: &[Digest], dry_run| FreeFound { digests: digests.to_vec(), dry_run };
    let mut would = SweepReport { dry_run: true, ..SweepReport::default() };
    for some in digests.chunks(FREE_MAX) {
        add(&mut would, &client.send_json(Method::POST, path, &ask(some, true)).await?);
    }
    if would.contents == 0 {
        return output.print(&would, words::sweep);
    }
    if !yes && !agreed(&would)? {
        return Err(CliError::NotFreed);
    }
    let mut done = SweepReport::default();
    for some in digests.chunks(FREE_MAX) {
        add(&mut done, &client.send_json(Method::POST, path, &ask(some, false)).await?);
    }
    output.print(&done, words::sweep)
}

fn add(to: &mut SweepReport, more: &SweepReport) {
    to.contents += more.contents;
    to.bytes += more.bytes;
    to.bytes_dead += more.bytes_dead;
    to.bytes_moved += more.bytes_moved;
    to.packs += more.packs;
    to.left_count += more.left_count;
    to.left.extend(more.left.iter().cloned());
}

async fn sweep(
    client: &Client,
    grace_s: Option<u64>,
    (dry_run, yes): (bool, bool),
    output: Output,
) -> Result<(), CliError> {
    let path = paths::STORE_SWEEP;
    let run = async |dry_run| {
        let ask = StartSweep { grace_s, dry_run };
        let started: Job<SweepReport> = client.send_json(Method::POST, path, &ask).await?;
        ended(client, path, started, |_| {}).await
    };
    if !yes || dry_run {
        let would = run(true).await?;
        let report = would.report.clone().unwrap_or_default();
        went_well(would)?;
        if dry_run || report.contents == 0 {
            return output.print(&report, words::sweep);
        }
        if !agreed(&report)? {
            return Err(CliError::NotFreed);
        }
    }
    let done = run(false).await?;
    let report = done.report.clone().unwrap_or_default();
    output.print(&report, words::sweep)?;
    went_well(done)
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

/// Waits for the end of a job.
async fn ended<R: DeserializeOwned>(
    client: &Client,
    path: &str,
    mut job: Job<R>,
    show: impl Fn(&R),
) -> Result<Job<R>, CliError> {
    while job.status == JobStatus::Running {
        tokio::time::sleep(ASK_AGAIN).await;
        job = client.get(path).await?;
        job.report.iter().for_each(&show);
    }
    Ok(job)
}

fn went_well<R: Serialize>(job: Job<R>) -> Result<(), CliError> {
    match job.status {
        JobStatus::Failed => {
            let why = job.why.unwrap_or_else(|| "it gave no reason".to_owned());
            Err(CliError::JobFailed { why })
        }
        _ => Ok(()),
    }
}
