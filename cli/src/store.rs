//! `rushes store …`: what the store is asked, and what is waited for.
//!
//! Frees nothing itself. Invariant: what is not as it should be ends in an exit code that is not 0.

use clap::{Subcommand, ValueEnum};
use reqwest::Method;
use rushes_api::store::{
    Check, DamageList, Job, Pace, ReindexReport, ScrubReport, StartScrub, StoreStats, Verified,
    Verify,
};
use rushes_api::{Digest, paths};

use crate::client::Client;
use crate::error::CliError;
use crate::freeing;
use crate::job::{ended, went_well};
use crate::progress::bar;
use crate::show::Output;
use crate::store_words as words;

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
    Found,
    /// Free bytes that no asset ever named
    Free {
        /// Which of them, as `found` lists them
        #[arg(value_name = "DIGEST", required_unless_present = "all_found")]
        digests: Vec<Digest>,
        /// All of them
        #[arg(long, conflicts_with = "digests")]
        all_found: bool,
        /// Only say what it would do
        #[arg(long, conflicts_with = "yes")]
        dry_run: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Free the bytes of deleted assets
    Sweep {
        /// How many days ago they must have been deleted [default: 7]
        #[arg(long, value_name = "DAYS")]
        grace: Option<u32>,
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
        StoreCommand::Found => {
            let found = freeing::found(client).await?;
            output.print(&found, |found| words::found(found))
        }
        StoreCommand::Free { digests, all_found, dry_run, yes } => {
            let which = if all_found { None } else { Some(digests) };
            freeing::free(client, which, (dry_run, yes), output).await
        }
        StoreCommand::Sweep { grace, dry_run, yes } => {
            freeing::sweep(client, grace, (dry_run, yes), output).await
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
