//! Uploads without their bytes: of contents that the same user already has.
//!
//! Invariant: only what the viewer's own assets name is known; whether anybody else has a content
//! changes no answer. A copy that cannot be read is not known, so that an upload heals it.

use rushes_catalog::QueryError;
use rushes_catalog::command::{Command, CommandError};
use rushes_catalog::model::Viewer;
use rushes_digest::Digest;
use rushes_store::{BlobReader, Lease};

use crate::ingest::{Seen, new_asset, settled};
use crate::{IngestError, IngestRequest, Ingested, Vault};

/// First bytes that are looked at to find the kind of media, as of an upload.
const HEAD_BYTES: usize = 4 << 10;

impl Vault {
    /// Those of some contents that the viewer's assets name.
    pub fn known_contents(
        &self,
        viewer: Viewer,
        mut digests: Vec<Digest>,
    ) -> Result<Vec<Digest>, QueryError> {
        let mut failed = Ok(());
        digests.retain(|digest| match self.catalog.content(viewer, digest) {
            Ok(size) => size.is_some(),
            Err(error) => {
                failed = Err(error);
                false
            }
        });
        failed.map(|()| digests)
    }

    /// Records an asset as [`Vault::ingest`] does, of a content that an asset of the viewer's has
    /// already. Errors: `BytesNeeded` when none has, or when its bytes are not there as they were.
    pub fn ingest_known(
        &self,
        viewer: Viewer,
        request: IngestRequest,
        digest: Digest,
        key: Option<String>,
    ) -> Result<Ingested, IngestError> {
        let (command, held) = self.known_command(viewer, request, digest, key.clone())?;
        let outcome = self.catalog.submit(viewer, command, key);
        self.answer(settled(outcome, held)?)
    }

    /// The command of such an asset, with what keeps its bytes and its metadata where they are.
    /// What is refused leaves nothing behind.
    pub(crate) fn known_command(
        &self,
        viewer: Viewer,
        request: IngestRequest,
        digest: Digest,
        key: Option<String>,
    ) -> Result<(Command, Vec<Lease>), IngestError> {
        // While it is open nobody frees the bytes; the lease goes on from there.
        let (_open, size, head) = self.open_known(viewer, &digest)?;
        let seen = Seen { digest, size, head: &head };
        let (new, metadata) = new_asset(request, Some(seen))?;
        let command = Command::AddAsset(Box::new(new));
        let mut leases = Vec::new();
        if self.catalog.rehearse(viewer, &command, key)?.is_none() {
            leases.extend(self.store.hold(&digest));
            if let Some(json) = metadata {
                leases.push(self.keep_metadata(viewer, &json)?);
            }
        }
        Ok((command, leases))
    }

    fn open_known(
        &self,
        viewer: Viewer,
        digest: &Digest,
    ) -> Result<(BlobReader, u64, Vec<u8>), IngestError> {
        let unknown = |error: QueryError| CommandError::ReadOnly { reason: error.to_string() };
        let size = self.catalog.content(viewer, digest).map_err(unknown)?;
        let size = size.ok_or(IngestError::BytesNeeded)?;
        let unusable = |error| {
            tracing::warn!(%error, %digest, "a copy cannot be read: its bytes are asked for again");
            IngestError::BytesNeeded
        };
        let open = self.store.open_blob(digest).map_err(unusable)?;
        let open = open.filter(|open| open.size() == size).ok_or(IngestError::BytesNeeded)?;
        let mut head = vec![0; HEAD_BYTES.min(usize::try_from(size).unwrap_or(HEAD_BYTES))];
        open.read_at(&mut head, 0).map_err(unusable)?;
        Ok((open, size, head))
    }
}
