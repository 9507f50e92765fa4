//! Downloads: a file appears whole and checked under its name, or not at all.

use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use reqwest::{Method, Response};
use rushes_api::asset::{AssetReply, Status};
use rushes_api::paths;
use rushes_api::project::HistoryReply;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::args::Get;
use crate::client::Client;
use crate::error::CliError;
use crate::progress::bar;
use crate::target::Target;

/// A daemon that sends nothing for so long has gone away.
const SILENCE_MAX: Duration = Duration::from_mins(1);
/// Longest name that file systems take, in bytes.
const NAME_BYTES_MAX: usize = 255;

/// Fetches what was asked for; gives its record and the file, `None` for standard output.
pub async fn get(client: &Client, get: &Get) -> Result<(AssetReply, Option<PathBuf>), CliError> {
    let asset = find(client, &get.target).await?;
    if asset.status == Status::Deleted {
        let why = "it is deleted: rushes restore brings it back while its bytes are there";
        return Err(CliError::NoFile { what: get.target.to_string(), why: why.to_owned() });
    }
    let Some(expected) = asset.digest.map(|digest| digest.to_string()) else {
        let why = asset.error.unwrap_or_else(|| "nothing was recorded".to_owned());
        return Err(CliError::NoFile { what: get.target.to_string(), why });
    };
    if get.output.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        let mut out = stdout()?;
        let response = open(client, &asset).await?;
        let actual = copy(client, &asset, response, &mut out).await?;
        verified(&asset, &expected, actual)?;
        return Ok((asset, None));
    }
    let path = destination(get.output.as_deref(), &asset);
    // Asked before anything is fetched; asked again, for good, when the file gets its name.
    if !get.force && path.symlink_metadata().is_ok() {
        return Err(CliError::Exists { path });
    }
    let response = open(client, &asset).await?;
    let (mut file, partial) = Partial::create(&path).await?;
    let actual = copy(client, &asset, response, &mut file).await?;
    verified(&asset, &expected, actual)?;
    file.sync_data().await.map_err(|error| CliError::file("write", &partial.path, error))?;
    partial.rename(&path, get.force)?;
    Ok((asset, Some(path)))
}

/// The asset that is meant.
pub async fn find(client: &Client, target: &Target) -> Result<AssetReply, CliError> {
    let (history, wanted) = match target {
        Target::Asset(id) => return client.get(&paths::asset(id)).await,
        Target::Version(history, wanted) => (history, *wanted),
    };
    let reply: HistoryReply = client.get(&history.path()).await?;
    let Some(version) = wanted.or_else(|| reply.current.as_ref().map(|current| current.version))
    else {
        let why = "every attempt failed or is deleted".to_owned();
        return Err(CliError::NoFile { what: history.to_string(), why });
    };
    let latest = reply.latest;
    let found = reply.versions.into_iter().find(|asset| asset.version == Some(version));
    found.ok_or_else(|| CliError::NoVersion { history: history.to_string(), version, latest })
}

async fn open(client: &Client, asset: &AssetReply) -> Result<Response, CliError> {
    client.send(client.request(Method::GET, &paths::asset_data(&asset.id))?).await
}

/// Writes what arrives and gives its digest.
async fn copy(
    client: &Client,
    asset: &AssetReply,
    response: Response,
    to: &mut (impl AsyncWrite + Unpin),
) -> Result<String, CliError> {
    let progress = bar(&asset.filename, asset.size);
    let mut hasher = blake3::Hasher::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = next(client, &mut pieces).await? {
        hasher.update(&piece);
        to.write_all(&piece).await?;
        progress.inc(piece.len() as u64);
    }
    to.flush().await?;
    progress.finish_and_clear();
    Ok(hasher.finalize().to_string())
}

async fn next<T>(
    client: &Client,
    pieces: &mut (impl Stream<Item = Result<T, reqwest::Error>> + Unpin),
) -> Result<Option<T>, CliError> {
    match tokio::time::timeout(SILENCE_MAX, pieces.next()).await {
        Ok(piece) => piece.transpose().map_err(|error| client.lost(&error)),
        Err(_) => Err(CliError::Broken {
            server: client.server().to_owned(),
            why: format!("nothing came for {} s", SILENCE_MAX.as_secs()),
        }),
    }
}

fn verified(asset: &AssetReply, expected: &str, actual: String) -> Result<(), CliError> {
    if actual == expected {
        return Ok(());
    }
    Err(CliError::Damaged { what: asset.id.clone(), expected: expected.to_owned(), actual })
}

fn stdout() -> Result<File, CliError> {
    Ok(File::from_std(io::stdout().as_fd().try_clone_to_owned()?.into()))
}

/// The file to write: the one that was asked for, or the asset's own name in that folder or here.
fn destination(output: Option<&Path>, asset: &AssetReply) -> PathBuf {
    match output {
        Some(folder) if folder.is_dir() => folder.join(own_name(asset)),
        Some(file) => file.to_owned(),
        None => PathBuf::from(own_name(asset)),
    }
}

/// The name that the daemon gives it, as one that stays in its folder and is not hidden.
fn own_name(asset: &AssetReply) -> String {
    let safe = |c: char| if c == '/' || c.is_control() { '_' } else { c };
    let name: String = asset.filename.chars().map(safe).collect();
    let mut name = name.trim_start_matches(['.', '-', ' ']);
    while name.len() > NAME_BYTES_MAX {
        let last = name.chars().next_back().map_or(1, char::len_utf8);
        name = name.get(..name.len() - last).unwrap_or_default();
    }
    if name.is_empty() { asset.id.clone() } else { name.to_owned() }
}

/// A file that is not whole yet; removed unless it gets its name.
struct Partial {
    path: PathBuf,
}

impl Partial {
    async fn create(path: &Path) -> Result<(File, Self), CliError> {
        let name = format!(".rushes-{}.part", std::process::id());
        let partial = path.parent().map_or_else(|| PathBuf::from(&name), |dir| dir.join(&name));
        let file = OpenOptions::new().write(true).create_new(true).open(&partial).await;
        let file = file.map_err(|error| CliError::file("create", &partial, error))?;
        Ok((file, Self { path: partial }))
    }

    /// Gives it its name; without `force` only if nothing has that name.
    fn rename(self, to: &Path, force: bool) -> Result<(), CliError> {
        let flags = if force { RenameFlags::empty() } else { RenameFlags::NOREPLACE };
        let done = match renameat_with(CWD, &self.path, CWD, to, flags) {
            // A file system that cannot promise it; whether the name is free was asked before.
            Err(Errno::INVAL) => std::fs::rename(&self.path, to),
            done => done.map_err(io::Error::from),
        };
        done.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => CliError::Exists { path: to.to_owned() },
            _ => CliError::file("create", to, error),
        })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After the rename there is nothing left under this name.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(filename: &str) -> AssetReply {
        let text = serde_json::json!({
            "id": "0198", "asset_id": "0198", "type": "image", "status": "ready",
            "filename": filename, "created_at": "", "uploaded_at": "", "user_id": "", "revision": 1,
        });
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn a_name_from_the_daemon_stays_in_its_folder() {
        let name = |text: &str| own_name(&named(text));
        assert_eq!(name("fox.png"), "fox.png");
        assert_eq!(name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(name("/etc/passwd"), "_etc_passwd");
        assert_eq!(name("..."), "0198");
        assert_eq!(name("-rf\n"), "rf_");
        assert_eq!(name(&"\u{e9}".repeat(200)).len(), 254);
    }

    #[test]
    fn a_file_keeps_its_name_unless_forced() {
        let dir = tempfile::tempdir().unwrap();
        let (partial, taken) = (dir.path().join("partial"), dir.path().join("taken"));
        let write = || {
            std::fs::write(&partial, "new").unwrap();
            Partial { path: partial.clone() }
        };
        std::fs::write(&taken, "old").unwrap();
        let refused = write().rename(&taken, false);
        assert!(matches!(refused, Err(CliError::Exists { path }) if path == taken));
        assert_eq!(std::fs::read(&taken).unwrap(), b"old");
        assert!(!partial.exists(), "what was not kept is removed");
        write().rename(&taken, true).unwrap();
        assert_eq!(std::fs::read(&taken).unwrap(), b"new");
    }
}
