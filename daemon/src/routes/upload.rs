//! `POST upload-asset`: a form becomes an asset.
//!
//! Invariant: one thread takes an upload from its first byte to its claim, so the bytes cross once
//! and an upload that ends early, in whatever way, leaves nothing behind. Memory does not grow with
//! the file: at most [`PIECES_MAX`] pieces wait between network and disk.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use bytes::Bytes;
use rushes_api::{AssetReply, Code, UploadField, paths};
use rushes_vault::model::Viewer;
use rushes_vault::{Digest, IngestError, IngestRequest, Ingested, Vault};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tracing::Span;

use super::form::Form;
use super::multipart;
use super::parts::{FORM_BYTES_MAX, Parts};
use crate::call::{Across, Call, must_see};
use crate::error::Refusal;
use crate::intake::Intake;
use crate::operation::{Operation, post};
use crate::{reply, wire};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    vec![
        post("/upload-asset", upload)
            .named("upload_asset", "Takes a file, or the record of a failed attempt.")
            .says(
                "A form with the file, or its digest, or `status=failed` and an `error`. With a \
                 `project_id` and an `asset_key` it becomes a version of that history.",
            )
            .keyed()
            .takes_content("multipart/form-data", super::form::described())
            .makes::<AssetReply>()
            .fails(&[Code::Taken]),
    ]
}

/// Pieces that may wait between network and disk. The network's pieces are up to half a MiB.
const PIECES_MAX: usize = 4;

/// Takes an upload.
pub async fn upload(Across(call): Across, body: Body) -> Result<Response, Refusal> {
    let content_type = call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = content_type.and_then(multipart::boundary).ok_or_else(|| {
        Refusal::new(
            Code::UnsupportedMediaType,
            "an upload is a form: send it as multipart/form-data with a boundary",
        )
    })?;
    let key = call.idempotency_key()?;
    let form_bytes_max = u64::try_from(FORM_BYTES_MAX).unwrap_or(u64::MAX);
    let bytes_max = call.app.upload_bytes_max.saturating_add(form_bytes_max);
    let intake = Intake::open(&call.headers, body, bytes_max)?;
    let (request, content) = read(&call, Parts::new(intake, &boundary)).await?;
    let ingested = match content {
        Content::Sent(writer) => writer.commit(request, key).await?,
        Content::Named(digest) => {
            call.ask(move |vault, viewer| {
                shown(vault, vault.ingest_known(viewer, request, digest, key))
            })
            .await?
        }
        Content::None => {
            call.ask(move |vault, viewer| shown(vault, vault.ingest(viewer, request, None, key)))
                .await?
        }
    };
    answer(&call, ingested)
}

/// Reads the form; its file goes to the writer while it arrives. What the fields before the file
/// refer to must be there: nobody sends a film only to hear that its project is missing.
async fn read(call: &Call, mut parts: Parts) -> Result<(IngestRequest, Content), Refusal> {
    let mut form = Form::default();
    let mut content = Content::None;
    while let Some(head) = parts.part().await? {
        let field = form.field(&head.name)?;
        if field == UploadField::File {
            form.file(head.filename);
            let told = form.so_far();
            within(call, &told, Told::InPart).await?;
            call.ask(move |vault, viewer| vault.check_request(viewer, &told)).await?;
            let mut open = Writer::open(call).await?;
            copy(&mut parts, &mut open, call.app.upload_bytes_max).await?;
            content = Content::Sent(open);
        } else {
            let text = parts.text(field.name()).await?;
            form.text(field, text)?;
        }
    }
    if let Some(digest) = form.digest() {
        if call.project_only().is_some() {
            // The bytes may be known from elsewhere, which this token does not see.
            return Err(IngestError::BytesNeeded.into());
        }
        content = Content::Named(digest);
    }
    let request = form.finish()?;
    within(call, &request, Told::Whole).await?;
    Ok((request, content))
}

/// How much of a form was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    InPart,
    Whole,
}

/// Refuses what a token of one project may not record: anything in another one, or made from it.
async fn within(call: &Call, request: &IngestRequest, told: Told) -> Result<(), Refusal> {
    let Some(only) = call.project_only() else { return Ok(()) };
    let missing = |field| Refusal::invalid(field, "there is no such project");
    match &request.project {
        Some(project) if project == only => {}
        Some(_) => return Err(missing("project_id")),
        None if told == Told::InPart => {}
        None => {
            let reason = "this token sees one project: send its id";
            return Err(Refusal::invalid("project_id", reason));
        }
    }
    let generation = &request.generation;
    let references = (generation.parent_id.iter().map(|id| ("parent_id", *id)))
        .chain(generation.source_asset_ids.iter().map(|id| ("source_asset_ids", *id)));
    let (named, only): (Vec<_>, _) = (references.collect(), only.clone());
    call.ask(move |vault, viewer| must_see(vault, viewer, Some(&only), &named, || Ok(Vec::new())))
        .await
}

async fn copy(parts: &mut Parts, writer: &mut Writer, bytes_max: u64) -> Result<(), Refusal> {
    let mut left = bytes_max;
    while let Some(bytes) = parts.data().await? {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(length).ok_or_else(|| {
            let reason = format_args!("larger than {bytes_max} bytes");
            Refusal::of_field(Code::TooLarge, UploadField::File.name(), reason)
        })?;
        writer.write(bytes).await?;
    }
    Ok(())
}

/// Asks nobody anything: the asset is recorded, and a refusal would be a lie.
fn answer(call: &Call, ingested: Ingested) -> Result<Response, Refusal> {
    let Ingested { asset, scene_number, .. } = ingested;
    let location = call.links.to(&paths::asset(asset.id));
    reply::made(Some(&location), &wire::asset(&call.links, asset, scene_number))
}

fn shown(vault: &Vault, ingested: Result<Ingested, IngestError>) -> Result<Ingested, IngestError> {
    ingested.inspect(|ingested| vault.wait_shown(ingested.asset.revision))
}

/// How the bytes of an asset come in.
enum Content {
    /// They do not: the attempt failed.
    None,
    /// They were sent.
    Sent(Writer),
    /// The sender has them already.
    Named(Digest),
}

/// What the network hands to the thread that writes.
enum Piece {
    Bytes(Bytes),
    Commit(Box<IngestRequest>, Option<String>),
}

/// A file on its way to the disk. Dropped before its commit, it leaves nothing behind.
struct Writer {
    pieces: Sender<Piece>,
    thread: JoinHandle<Result<Option<Ingested>, IngestError>>,
}

impl Writer {
    async fn open(call: &Call) -> Result<Self, Refusal> {
        let room = call.app.crossing.upload_room().await?;
        let (vault, viewer) = (Arc::clone(&call.app.vault), call.viewer);
        let (pieces, arriving) = channel(PIECES_MAX);
        let span = Span::current();
        let thread = tokio::task::spawn_blocking(move || {
            let outcome = span.in_scope(|| write(&vault, viewer, arriving));
            drop(room);
            outcome
        });
        Ok(Self { pieces, thread })
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), Refusal> {
        if self.pieces.send(Piece::Bytes(bytes)).await.is_ok() {
            return Ok(());
        }
        match (&mut self.thread).await {
            Ok(Err(error)) => Err(error.into()),
            Ok(Ok(_)) => Err(Refusal::failed("the upload's thread ended early")),
            Err(panic) => Err(Refusal::failed(panic)),
        }
    }

    async fn commit(
        self,
        request: IngestRequest,
        key: Option<String>,
    ) -> Result<Ingested, Refusal> {
        // When the thread has ended already, its outcome says why.
        let _ended = self.pieces.send(Piece::Commit(Box::new(request), key)).await;
        match self.thread.await {
            Ok(Ok(Some(ingested))) => Ok(ingested),
            Ok(Ok(None)) => Err(Refusal::failed("the upload's thread ended without an outcome")),
            Ok(Err(error)) => Err(error.into()),
            Err(panic) => Err(Refusal::failed(panic)),
        }
    }
}

/// Runs on the upload's own thread; `None` when the client went away.
fn write(
    vault: &Vault,
    viewer: Viewer,
    mut arriving: Receiver<Piece>,
) -> Result<Option<Ingested>, IngestError> {
    let mut upload = vault.stage(viewer)?;
    while let Some(piece) = arriving.blocking_recv() {
        match piece {
            Piece::Bytes(bytes) => upload.write(&bytes)?,
            Piece::Commit(request, key) => {
                let staged = upload.finish()?;
                let ingested = vault.ingest(viewer, *request, Some(staged), key)?;
                vault.wait_shown(ingested.asset.revision);
                return Ok(Some(ingested));
            }
        }
    }
    Ok(None)
}
