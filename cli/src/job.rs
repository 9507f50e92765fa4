//! Long jobs of the daemon's: waiting for their end.
//!
//! Knows nothing of what they do.

use std::time::Duration;

use rushes_api::store::{Job, JobStatus};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::error::CliError;

/// How often a job is asked how it stands.
const ASK_AGAIN: Duration = Duration::from_millis(250);

/// Waits for the end of a job.
pub async fn ended<R: DeserializeOwned>(
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

/// Says why a job failed, if it did.
pub fn went_well<R: Serialize>(job: Job<R>) -> Result<(), CliError> {
    match job.status {
        JobStatus::Failed => {
            let why = job.why.unwrap_or_else(|| "it gave no reason".to_owned());
            Err(CliError::JobFailed { why })
        }
        _ => Ok(()),
    }
}
