//! `rushes put`: one file after the other, and which of them need not be sent.
//!
//! Invariant: a file is skipped only when it is unchanged and the daemon says that its bytes are
//! there; what was uploaded before a failure is shown.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use reqwest::Method;
use rushes_api::asset::AssetReply;
use rushes_api::{DIGESTS_MAX, Digest, Digests, paths};
use serde::Serialize;

use crate::args::Put;
use crate::client::Client;
use crate::error::CliError;
use crate::put::{place, put};
use crate::sent::{Look, Sent, caches};
use crate::show::{self, Output};

/// What came of many files.
#[derive(Debug, Serialize)]
struct Outcome {
    /// How many were named.
    files: usize,
    /// How many were put.
    sent: usize,
    /// How many were skipped.
    unchanged: usize,
    /// What was put.
    assets: Vec<AssetReply>,
}

/// Uploads what the command line says.
pub async fn upload(client: &Client, files: &Put, output: Output) -> Result<(), CliError> {
    let mut sent = match caches().filter(|_| !files.no_cache) {
        Some(caches) => Sent::open(&caches, &client.account()),
        None => Sent::nothing(),
    };
    if files.failed.is_some() {
        let recorded = put(client, files, (None, true), &mut sent).await?;
        return output.print(&[recorded], |assets| show::assets(assets));
    }
    let all = if files.recursive { walked(&files.files)? } else { files.files.clone() };
    let left = if files.only_changed {
        changed(client, files, &all, &mut sent).await?
    } else {
        all.iter().collect()
    };
    let mut assets: Vec<AssetReply> = Vec::new();
    let mut failed = Ok(());
    for (at, path) in left.iter().enumerate() {
        match put(client, files, (Some(path), at + 1 == left.len()), &mut sent).await {
            Ok(asset) => assets.push(asset),
            Err(error) => {
                failed = Err(error.of_file(path));
                break;
            }
        }
    }
    // What was uploaded before a failure is there and must not be forgotten.
    if files.only_changed {
        let (sent, unchanged) = (assets.len(), all.len() - left.len());
        let outcome = Outcome { files: all.len(), sent, unchanged, assets };
        output.print(&outcome, in_words)?;
    } else if !assets.is_empty() || failed.is_ok() {
        output.print(&assets, |assets| show::assets(assets))?;
    }
    failed
}

fn in_words(outcome: &Outcome) -> String {
    let [files, sent, unchanged] =
        [outcome.files, outcome.sent, outcome.unchanged].map(|count| show::count(count as u64));
    let line = format!("{files} files, {sent} sent, {unchanged} unchanged");
    if outcome.assets.is_empty() {
        return line;
    }
    format!("{}\n{line}", show::assets(&outcome.assets))
}

/// The files that are not there already as they are.
async fn changed<'a>(
    client: &Client,
    put: &Put,
    files: &'a [PathBuf],
    sent: &mut Sent,
) -> Result<Vec<&'a PathBuf>, CliError> {
    let place = place(put);
    let mut digest = |path: &PathBuf| {
        let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        sent.digest_at(&Look::of(&metadata), place)
    };
    let met: Vec<(&PathBuf, Option<Digest>)> =
        files.iter().map(|path| (path, digest(path))).collect();
    let wanted: HashSet<Digest> = met.iter().filter_map(|(_, digest)| *digest).collect();
    let wanted: Vec<Digest> = wanted.into_iter().collect();
    let mut known = HashSet::new();
    for digests in wanted.chunks(DIGESTS_MAX) {
        let ask = Digests { digests: digests.to_vec() };
        let answer: Digests = client.send_json(Method::POST, paths::KNOWN_CONTENTS, &ask).await?;
        known.extend(answer.digests);
    }
    let is_there = |digest: Option<Digest>| digest.is_some_and(|digest| known.contains(&digest));
    let left = met.into_iter().filter(|(_, digest)| !is_there(*digest));
    Ok(left.map(|(path, _)| path).collect())
}

/// The named files, with those below folders in the place of these. Links to folders are not
/// followed: they may lead in a circle.
fn walked(named: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    // The next one is the last.
    let mut left: Vec<(PathBuf, bool)> =
        named.iter().rev().map(|path| (path.clone(), true)).collect();
    while let Some((path, is_named)) = left.pop() {
        let is_folder = if is_named { path.is_dir() } else { is_real_folder(&path) };
        if is_folder {
            let mut inside = listed(&path)?;
            inside.sort_unstable_by(|a, b| b.cmp(a));
            left.extend(inside.into_iter().map(|path| (path, false)));
        } else if is_named || path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

fn is_real_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|file| file.is_dir())
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let failed = |error| CliError::file("read", folder, error);
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_in_order_and_never_in_a_circle() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("b/c")).unwrap();
        for name in ["z", "b/2", "b/c/3", "a"] {
            fs::write(at(name), name).unwrap();
        }
        std::os::unix::fs::symlink(dir.path(), at("b/circle")).unwrap();
        std::os::unix::fs::symlink(at("z"), at("b/link")).unwrap();
        let found = walked(&[at("z"), at("b"), at("missing")]).unwrap();
        assert_eq!(found, ["z", "b/2", "b/c/3", "b/link", "missing"].map(at));
    }
}
