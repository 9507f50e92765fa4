//! How an upload becomes a durable asset: validated, then its bytes, then its claim.
//!
//! Invariant: a request that the facts refuse leaves nothing behind. A crash, or a journal that
//! cannot be written, between bytes and claim leaves bytes that no claim names ("found"), never a
//! claim without bytes.

use std::sync::Arc;

use rushes_catalog::Outcome;
use rushes_catalog::command::{
    Command, CommandError, METADATA_INLINE_BYTES_MAX, NewAsset, PartRef, Target,
};
use rushes_catalog::ids::{AssetId, AssetKey, ProjectId};
use rushes_catalog::metadata::check_metadata;
use rushes_catalog::model::{Asset, Content, Generation, Status, Viewer};
use rushes_catalog::names::display_name;
use rushes_digest::Digest;
use rushes_store::{Familiar, Lease, StoreError};
use serde_json::{Map, Value};

use crate::titles::shown_name;
use crate::{Vault, media, metadata, unreadable};

/// What is said about a file that comes in.
#[derive(Debug, Clone, Default)]
pub struct IngestRequest {
    /// The file's name, as it was sent.
    pub filename: String,
    /// The kind of media; `None` finds it in the content.
    pub kind: Option<String>,
    /// Its role.
    pub asset_type: Option<String>,
    /// The project it is for.
    pub project: Option<ProjectId>,
    /// The part of it.
    pub part: Option<PartRef>,
    /// The history it becomes a version of; `None` takes the stem of the file's name.
    pub asset_key: Option<AssetKey>,
    /// Whether it becomes the best version at once.
    pub set_best: bool,
    /// Why the attempt failed; then there is no file.
    pub failed: Option<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// The client's own id.
    pub client_id: Option<String>,
    /// How it was made.
    pub generation: Generation,
    /// Whatever else was sent.
    pub metadata: Map<String, Value>,
    /// The extension to show; `None` takes the one that the content or the file's name has.
    pub extension: Option<String>,
    /// When the file was changed last, milliseconds since 1970, where that is to be kept.
    pub modified_ms: Option<i64>,
}

/// An asset that is durable.
#[derive(Debug)]
pub struct Ingested {
    /// Its record.
    pub asset: Asset,
    /// The number of its scene, where it is a scene's.
    pub scene_number: Option<u32>,
    /// Whether an earlier try had made it.
    pub replayed: bool,
}

/// Why nothing came in.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The facts do not allow it.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// There is no room for the bytes; nothing was kept.
    #[error("the disk is full: free some space and try again")]
    DiskFull,
    /// No asset of the viewer's has the content, or its copy cannot be read.
    #[error("no asset of yours has these bytes: send the file itself")]
    BytesNeeded,
    /// There are more bytes than one blob can have.
    #[error("{0}")]
    TooLarge(StoreError),
    /// The bytes could not be kept.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for IngestError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::DiskFull,
            error @ StoreError::TooLarge { .. } => Self::TooLarge(error),
            error => Self::Store(error),
        }
    }
}

/// Bytes that are coming in. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Upload(rushes_store::Staging);

impl Upload {
    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), IngestError> {
        Ok(self.0.write(bytes)?)
    }

    /// Ends the content and names it. Nothing is durable yet.
    pub fn finish(self) -> Result<Staged, IngestError> {
        Ok(Staged(self.0.finish()?))
    }
}

/// Bytes that have come in and belong to nothing yet. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Staged(pub(crate) rushes_store::Staged);

impl Staged {
    /// Their name.
    pub fn digest(&self) -> Digest {
        self.0.digest()
    }

    /// How many.
    pub fn size(&self) -> u64 {
        self.0.size()
    }
}

impl Vault {
    /// Begins an upload.
    pub fn stage(&self, viewer: Viewer) -> Result<Upload, IngestError> {
        let catalog = Arc::clone(&self.catalog);
        // What cannot be asked is not relied on: the bytes are written as new.
        let knows =
            move |digest: &Digest| catalog.content(viewer, digest).is_ok_and(|size| size.is_some());
        Ok(Upload(self.store.stage(Familiar::new(knows))?))
    }

    /// Says ahead of the bytes whether a request would be refused for what it refers to. What may
    /// still be said after the bytes is not missed yet.
    pub fn check_request(
        &self,
        viewer: Viewer,
        request: &IngestRequest,
    ) -> Result<(), IngestError> {
        let failed = Some(request.failed.clone().unwrap_or_default());
        // Without bytes it can only be tried as an attempt that failed.
        let mut request = IngestRequest { failed, set_best: false, ..request.clone() };
        request.asset_key = request.asset_key.or_else(|| "later".parse().ok());
        if request.project.is_none() {
            (request.part, request.asset_key) = (None, None);
        }
        let (new, _) = new_asset(request, None)?;
        self.catalog.rehearse(viewer, &Command::AddAsset(Box::new(new)), None)?;
        Ok(())
    }

    /// Records an asset: durable and shown by every query on return.
    ///
    /// `staged` holds its bytes; a failed attempt has none. With an idempotency key a retry gets
    /// the first answer, and its bytes are not kept again. What is refused leaves nothing behind.
    pub fn ingest(
        &self,
        viewer: Viewer,
        request: IngestRequest,
        staged: Option<Staged>,
        key: Option<String>,
    ) -> Result<Ingested, IngestError> {
        let content = staged.as_ref().map(|Staged(staged)| Seen {
            digest: staged.digest(),
            size: staged.size(),
            head: staged.head(),
        });
        let (new, metadata) = new_asset(request, content)?;
        let command = Command::AddAsset(Box::new(new));
        if let Some(earlier) = self.catalog.rehearse(viewer, &command, key.clone())? {
            return self.answer(earlier);
        }
        let metadata = metadata.map(|json| self.keep_metadata(viewer, &json)).transpose()?;
        // What was put is not freed before the claim names it.
        let (kept, _turn) = match staged {
            None => (None, None),
            Some(Staged(staged)) => {
                let turn = self.in_flight.take((viewer, staged.digest()));
                (Some(self.store.put(staged)?.lease), Some(turn))
            }
        };
        let outcome = self.catalog.submit(viewer, command, key);
        self.answer(settled(outcome, (kept, metadata))?)
    }

    pub(crate) fn keep_metadata(&self, viewer: Viewer, json: &[u8]) -> Result<Lease, IngestError> {
        let catalog = Arc::clone(&self.catalog);
        let knows = move |digest: &Digest| {
            catalog.has_metadata(viewer, digest).is_ok_and(|is_known| is_known)
        };
        let mut staging = self.store.stage(Familiar::new(knows))?;
        staging.write(json)?;
        Ok(self.store.put(staging.finish()?)?.lease)
    }

    pub(crate) fn answer(&self, outcome: Outcome) -> Result<Ingested, IngestError> {
        let asset = self
            .catalog
            .asset_at(outcome.revision, outcome.position)
            .map_err(|error| unreadable(&error))?;
        let asset = metadata::filled(&self.store, asset).unwrap_or_else(|(asset, error)| {
            tracing::error!(%error, "metadata that was just kept cannot be read");
            *asset
        });
        let scene = asset.placement.as_ref().and_then(|placement| placement.scope.scene());
        let owner = Viewer { user: asset.user_id };
        let number = scene.map(|scene| self.catalog.scene_number(owner, scene)).transpose();
        let scene_number = number.map_err(|error| unreadable(&error))?.flatten();
        Ok(Ingested { asset, scene_number, replayed: outcome.replayed })
    }
}

/// Lets the bytes go that a claim names. While nobody knows whether it was recorded, they stay
/// where they are until the daemon has started again and the journal says so.
pub(crate) fn settled<L>(
    outcome: Result<Outcome, CommandError>,
    leases: L,
) -> Result<Outcome, CommandError> {
    if matches!(outcome, Err(CommandError::OutcomeUnknown)) {
        std::mem::forget(leases);
    }
    outcome
}

/// What a record says of a content, and what that is found by.
pub(crate) struct Seen<'a> {
    /// Its name.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// Its first bytes.
    pub head: &'a [u8],
}

/// Makes the command out of the request; large metadata comes back apart, as JSON.
pub(crate) fn new_asset(
    request: IngestRequest,
    content: Option<Seen<'_>>,
) -> Result<(NewAsset, Option<Vec<u8>>), CommandError> {
    let filename = shown_name(&request.filename, request.generation.prompt.as_deref());
    check_metadata(&request.metadata)?;
    let content = content.map(|Seen { digest, size, head }| {
        let media = media::recognise(head, &filename);
        let (extension, modified_ms) = (request.extension.clone(), request.modified_ms);
        let extension = extension.unwrap_or(media.extension);
        let media_type = media.media_type;
        let content = Content { digest, size, media_type, extension, modified_ms };
        (content, media.kind)
    });
    let kind = match (request.kind.clone(), &content) {
        (Some(kind), _) => kind,
        (None, Some((_, kind))) => (*kind).to_owned(),
        (None, None) => "other".to_owned(),
    };
    let target = target_of(&request, &display_name(&request.filename))?;
    let json = serde_json::to_vec(&request.metadata)
        .map_err(|error| CommandError::Invalid { field: "metadata", reason: error.to_string() })?;
    let is_large = json.len() > METADATA_INLINE_BYTES_MAX;
    let mut generation = request.generation;
    let status = if request.failed.is_some() { Status::Failed } else { Status::Ready };
    generation.error = request.failed.or(generation.error);
    let new = NewAsset {
        id: AssetId::generate(),
        kind,
        asset_type: request.asset_type,
        status,
        filename,
        content: content.map(|(content, _)| content),
        target,
        tags: request.tags,
        client_id: request.client_id,
        generation,
        metadata: if is_large { Map::new() } else { request.metadata },
        metadata_digest: is_large.then(|| Digest::of(&json)),
    };
    Ok((new, is_large.then_some(json)))
}

fn target_of(request: &IngestRequest, filename: &str) -> Result<Option<Target>, CommandError> {
    let invalid = |field, reason: &str| CommandError::Invalid { field, reason: reason.to_owned() };
    let Some(project) = request.project.clone() else {
        if request.part.is_some() || request.asset_key.is_some() || request.set_best {
            return Err(invalid("project_id", "is missing: its parts and histories belong to one"));
        }
        return Ok(None);
    };
    let asset_key = match &request.asset_key {
        Some(key) => key.clone(),
        None => media::stem_of(filename).parse().map_err(|_| {
            invalid("asset_key", "is missing, and the file's name cannot stand in for it")
        })?,
    };
    Ok(Some(Target { project, part: request.part, asset_key, set_best: request.set_best }))
}
