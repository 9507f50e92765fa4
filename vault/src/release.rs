//! How an asset is deleted and restored, and how the sweep learns what it may free.
//!
//! Knows no bytes. Invariant, the order of everything that goes: the claim that nobody names a
//! content any more and that its bytes go is durable and in the tables before any byte of it is
//! freed; the sequencer decides between that claim and one that names the content again.

use rushes_catalog::QueryError;
use rushes_catalog::command::{Command, CommandError};
use rushes_catalog::ids::AssetId;
use rushes_catalog::model::{Asset, Claimed, Revision, Viewer};
use rushes_digest::Digest;
use rushes_disk::Timestamp;

use crate::{Vault, unreadable};

impl Vault {
    /// Deletes an asset: its record and its version's number stay, its bytes are released. The
    /// answer is the record afterwards; one that is deleted already stays as it is.
    pub fn delete_asset(
        &self,
        viewer: Viewer,
        id: AssetId,
        expected: Option<Revision>,
        key: Option<String>,
    ) -> Result<Asset, CommandError> {
        self.change_state(viewer, id, Command::DeleteAsset { id, expected }, key)
    }

    /// Restores a deleted asset; the answer is the record afterwards. Refused with
    /// [`CommandError::Gone`] once its bytes were freed.
    pub fn restore_asset(
        &self,
        viewer: Viewer,
        id: AssetId,
        key: Option<String>,
    ) -> Result<Asset, CommandError> {
        self.change_state(viewer, id, Command::RestoreAsset { id }, key)
    }

    /// Whether any asset of anybody names a content, as its bytes or as its metadata.
    pub fn claimed(&self, digest: &Digest) -> Result<Claimed, QueryError> {
        self.catalog.claimed(digest)
    }

    /// Contents that are released and not freed, the last time at `time` or before, with that time,
    /// in the order of their digests after a cursor; fewer than `count` are the last ones.
    pub fn released_before(
        &self,
        time: Timestamp,
        after: Option<Digest>,
        count: usize,
    ) -> Result<Vec<(Digest, Timestamp)>, QueryError> {
        self.catalog.released_before(time, after, count)
    }

    /// Records that bytes go, of at most [`rushes_catalog::command::DIGESTS_MAX`] contents. Durable
    /// on return; only what comes back may be freed: contents that an asset names at that moment,
    /// or that none ever named, are left out. A content that was recorded before and whose bytes
    /// are still there is recorded again.
    pub fn record_freed(&self, digests: &[Digest]) -> Result<Vec<Digest>, CommandError> {
        let command = Command::FreeBytes { digests: digests.to_vec() };
        match self.catalog.submit(Viewer::NOBODY, command, None) {
            Ok(recorded) => self
                .catalog
                .freed_at(recorded.revision, recorded.position)
                .map_err(|error| unreadable(&error)),
            Err(CommandError::Missing { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    fn change_state(
        &self,
        viewer: Viewer,
        id: AssetId,
        command: Command,
        key: Option<String>,
    ) -> Result<Asset, CommandError> {
        self.catalog.submit(viewer, command, key)?;
        let asset = self.asset(viewer, id).map_err(|error| unreadable(&error))?;
        asset.ok_or(CommandError::Missing { what: "asset" })
    }
}
