//! Deleting assets and restoring them.
//!
//! Invariant: nothing is deleted before everything that was named was found and shown, and a person
//! or `--yes` agreed.

use std::io::{self, IsTerminal, Write};

use reqwest::Method;
use rushes_api::asset::AssetReply;
use rushes_api::paths;

use crate::args::Delete;
use crate::client::Client;
use crate::error::CliError;
use crate::get::find;
use crate::show::{self, Output};
use crate::target::Target;

/// Deletes assets, after showing what that would do.
pub async fn delete(client: &Client, asked: &Delete, output: Output) -> Result<(), CliError> {
    let mut found = Vec::new();
    for target in &asked.targets {
        found.push(find(client, target).await?);
    }
    if asked.dry_run {
        return output.print(&found, |found| show::assets(found));
    }
    if !asked.yes && !agreed(&found)? {
        return Err(CliError::NotAgreed);
    }
    let mut deleted = Vec::new();
    let result = each(client, &found, Method::DELETE, paths::asset, &mut deleted).await;
    report(&deleted, output)?;
    result
}

/// Restores deleted assets.
pub async fn restore(client: &Client, targets: &[Target], output: Output) -> Result<(), CliError> {
    let mut found = Vec::new();
    for target in targets {
        found.push(find(client, target).await?);
    }
    let mut restored = Vec::new();
    let result = each(client, &found, Method::POST, paths::asset_restore, &mut restored).await;
    report(&restored, output)?;
    result
}

async fn each(
    client: &Client,
    assets: &[AssetReply],
    method: Method,
    path: fn(String) -> String,
    done: &mut Vec<AssetReply>,
) -> Result<(), CliError> {
    for asset in assets {
        let path = path(asset.id.clone());
        done.push(client.send_empty(method.clone(), &path).await?);
    }
    Ok(())
}

/// What was done before a failure is done and must not be forgotten.
fn report(done: &Vec<AssetReply>, output: Output) -> Result<(), CliError> {
    if done.is_empty() { Ok(()) } else { output.print(done, |done| show::assets(done)) }
}

/// Shows what would go and asks; without a terminal there is nobody to ask.
fn agreed(found: &[AssetReply]) -> Result<bool, CliError> {
    let mut out = io::stderr().lock();
    writeln!(out, "{}", show::assets(found))?;
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    write!(out, "delete {}? their records stay [y/N] ", count(found.len()))?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(is_yes(&answer))
}

fn count(assets: usize) -> String {
    if assets == 1 { "this asset".to_owned() } else { format!("these {assets} assets") }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        for yes in ["y\n", "Y", " yes \n"] {
            assert!(is_yes(yes), "{yes}");
        }
        for no in ["", "\n", "n", "ye", "yes please"] {
            assert!(!is_yes(no), "{no}");
        }
    }
}
