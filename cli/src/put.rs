//! Uploads: a form whose file is streamed, whatever its size.

use std::os::fd::AsFd;
use std::path::Path;
use std::time::SystemTime;

use futures_util::TryStreamExt;
use indicatif::ProgressBar;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use rushes_api::asset::{AssetReply, UploadField};
use rushes_api::{Code, Digest, paths};
use serde::de::IgnoredAny;
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use crate::args::Put;
use crate::client::Client;
use crate::error::CliError;
use crate::progress::bar;
use crate::sent::{Look, Place, Sent, short};

/// What is read at once: large enough that a system call costs nothing beside it.
const PIECE_BYTES: usize = 256 * 1024;

/// Uploads one file, or records the failed attempt; `last` is whether no other file follows.
pub async fn put(
    client: &Client,
    put: &Put,
    (file, last): (Option<&Path>, bool),
    sent: &mut Sent,
) -> Result<AssetReply, CliError> {
    let form = fields(put, last)?;
    let Some(path) = file else { return send(client, put, form, &ProgressBar::hidden()).await };
    let since = SystemTime::now();
    let Open { file, look, length, name } = open(path).await?;
    if let Some(digest) = look.and_then(|look| sent.digest(&look)) {
        let named = fields(put, last)?.text(UploadField::Digest.name(), digest.to_string());
        let named = match &put.filename {
            Some(_) => named,
            None => named.text(UploadField::Filename.name(), name.clone()),
        };
        match send(client, put, named, &ProgressBar::hidden()).await {
            Err(CliError::Refused { problem }) if problem.code == Code::BytesNeeded => {}
            done => return done.inspect(|_| remember(sent, put, (look, since), look, digest)),
        }
    }
    let progress = bar(&name, length);
    // The same file is looked at again once it was read.
    let again = file.try_clone().await.map_err(|error| CliError::file("read", path, error))?;
    let form = form.part(UploadField::File.name(), part(file, length, &progress).file_name(name));
    let asset = send(client, put, form, &progress).await?;
    let after = again.metadata().await.ok().map(|metadata| Look::of(&metadata));
    if let Some(digest) = asset.digest {
        remember(sent, put, (look, since), after, digest);
    }
    Ok(asset)
}

fn remember(
    sent: &mut Sent,
    put: &Put,
    (before, since): (Option<Look>, SystemTime),
    after: Option<Look>,
    digest: Digest,
) {
    if let (Some(before), Some(after)) = (before, after) {
        sent.remember(place(put), (before, since), after, digest);
    }
}

/// Where the files of a command go, for the memory of what was put there.
pub fn place(put: &Put) -> Place {
    let texts = [&put.project, &put.scene, &put.key];
    short(&texts.map(|text| text.as_deref().unwrap_or_default()))
}

async fn send(
    client: &Client,
    put: &Put,
    form: Form,
    progress: &ProgressBar,
) -> Result<AssetReply, CliError> {
    let mut request = client.request(Method::POST, paths::UPLOAD)?.multipart(form);
    if let Some(key) = &put.idempotency_key {
        request = request.header(paths::IDEMPOTENCY_KEY, key);
    }
    let response = client.send(request).await;
    progress.finish_and_clear();
    match response {
        Ok(response) => client.read(response).await,
        Err(error) => Err(explained(client, put, error).await),
    }
}

/// A daemon that refuses an upload may close the connection before its words can be read; asking
/// for the place that the file was meant for brings the commonest ones to light.
async fn explained(client: &Client, put: &Put, error: CliError) -> CliError {
    if !matches!(error, CliError::Broken { .. }) {
        return error;
    }
    let path = match (&put.project, &put.scene) {
        (Some(project), Some(scene)) => paths::scene(project, scene),
        (Some(project), None) => paths::project(project),
        (None, _) => paths::PROJECTS.to_owned(),
    };
    match client.get::<IgnoredAny>(&path).await {
        Err(refused @ CliError::Refused { .. }) => refused,
        _ => error,
    }
}

/// What is said about the file. It goes first, so that it can be refused before any byte is sent.
fn fields(put: &Put, last: bool) -> Result<Form, CliError> {
    let number = put.scene.as_deref().filter(|scene| scene.parse::<u32>().is_ok());
    let id = put.scene.as_deref().filter(|_| number.is_none());
    let array = |words: &[String]| {
        let text = (!words.is_empty()).then(|| serde_json::to_string(words));
        text.transpose().map_err(std::io::Error::from)
    };
    let metadata = put.metadata.as_ref().map(serde_json::to_string);
    let texts = [
        (UploadField::ProjectId, put.project.clone()),
        (UploadField::SceneNumber, number.map(str::to_owned)),
        (UploadField::SceneId, id.map(str::to_owned)),
        (UploadField::AssetKey, put.key.clone()),
        (UploadField::SetBest, (put.best && last).then(|| "true".to_owned())),
        (UploadField::Prompt, put.prompt.clone()),
        (UploadField::Provider, put.provider.clone()),
        (UploadField::Model, put.model.clone()),
        (UploadField::Tags, array(&put.tags)?),
        (UploadField::Type, put.kind.clone()),
        (UploadField::AssetType, put.asset_type.clone()),
        (UploadField::EstimatedCost, put.cost.map(|cost| cost.to_string())),
        (UploadField::GenerationTimeMs, put.time_ms.map(|ms| ms.to_string())),
        (UploadField::ParentId, put.parent.clone()),
        (UploadField::SourceAssetIds, array(&put.sources)?),
        (UploadField::Metadata, metadata.transpose().map_err(std::io::Error::from)?),
        (UploadField::Filename, put.filename.clone()),
        (UploadField::Status, put.failed.as_ref().map(|_| "failed".to_owned())),
        (UploadField::Error, put.failed.clone()),
    ];
    let given = texts.into_iter().filter_map(|(field, text)| Some((field, text?)));
    // Names go as they are, in quotes, as browsers and curl send them.
    let empty = Form::new().percent_encode_noop();
    Ok(given.fold(empty, |form, (field, text)| form.text(field.name(), text)))
}

/// A file that is to be sent.
struct Open {
    file: File,
    /// How it looks; `None` of what is no file.
    look: Option<Look>,
    /// Its length in bytes, where that is known.
    length: Option<u64>,
    name: String,
}

async fn open(path: &Path) -> Result<Open, CliError> {
    let failed = |source| CliError::file("read", path, source);
    let file = if path.as_os_str() == "-" {
        let stdin = std::io::stdin().as_fd().try_clone_to_owned().map_err(failed)?;
        File::from_std(stdin.into())
    } else {
        File::open(path).await.map_err(failed)?
    };
    let metadata = file.metadata().await.map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(std::io::ErrorKind::IsADirectory.into()));
    }
    // A pipe has no length to promise, nor has a file that is handed over half read.
    let is_whole = metadata.is_file() && path.as_os_str() != "-";
    let length = is_whole.then_some(metadata.len());
    let name = match path.file_name() {
        Some(name) if name != "-" => name.to_string_lossy().into_owned(),
        _ => "stdin".to_owned(),
    };
    let look = is_whole.then(|| Look::of(&metadata));
    Ok(Open { file, look, length, name })
}

fn part(file: File, length: Option<u64>, progress: &ProgressBar) -> Part {
    let counter = progress.clone();
    let pieces = ReaderStream::with_capacity(file, PIECE_BYTES)
        .inspect_ok(move |piece| counter.inc(piece.len() as u64));
    let body = Body::wrap_stream(pieces);
    match length {
        Some(length) => Part::stream_with_length(body, length),
        None => Part::stream(body),
    }
}
