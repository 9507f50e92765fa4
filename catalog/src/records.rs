//! Assets as the journal says them, read by the rows that point there.
//!
//! Knows no viewer: who asks has found the row in a viewer's name space. Invariant: one read of the
//! journal for each asset, or two.

use rushes_disk::Timestamp;

use crate::claim::{Claim, Fact, rfc3339};
use crate::ids::AssetKey;
use crate::journal::{JournalReader, Position, ReadError};
use crate::model::{Asset, Placement, Revision, Scope};
use crate::tables::{AssetRow, ClaimRow, Deletion, PlaceRow, TablesError, VersionRow};
use crate::weight::TooMuch;

/// Why a query has no answer. "Not there" is an answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The tables failed.
    #[error(transparent)]
    Tables(#[from] TablesError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] ReadError),
    /// A row leads to a claim of another kind.
    #[error(
        "revision {0} is not what the tables say; stop the daemon, remove index/ and start it again"
    )]
    Mismatch(Revision),
    /// It is more than one answer may hold.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
}

/// What a query gives.
pub type Answer<T> = Result<T, QueryError>;

/// What became of an asset after it was made.
struct Now {
    marks: Option<ClaimRow>,
    placement: Option<Placement>,
    changed: Revision,
    deleted: Option<Deletion>,
}

/// The asset that a claim made, as that claim says it.
pub fn asset_made(reader: &JournalReader, revision: Revision, at: Position) -> Answer<Asset> {
    let Claim { at: created_at, by: user_id, fact, .. } = reader.read(revision, at)?;
    let Fact::AssetAdded(added) = fact else { return Err(QueryError::Mismatch(revision)) };
    let marks = added.marks();
    Ok(Asset {
        id: added.asset_id,
        user_id,
        kind: added.kind,
        status: added.status,
        content: added.content,
        placement: added.placement,
        marks,
        client_id: added.client_id,
        generation: added.generation,
        created_at,
        deleted_at: None,
        revision,
    })
}

/// The asset of a row, as it is now.
pub fn asset_now(reader: &JournalReader, row: &AssetRow) -> Answer<Asset> {
    let placement = row.place.as_ref().map(PlaceRow::placement);
    let now = Now { marks: row.marks, placement, changed: row.changed, deleted: row.deleted };
    asset_as(reader, (row.revision, row.position), now)
}

/// The asset of a version's row, as it is now.
pub fn version_now(
    reader: &JournalReader,
    (scope, key): (&Scope, &AssetKey),
    row: &VersionRow,
) -> Answer<Asset> {
    let (scope, asset_key) = (scope.clone(), key.clone());
    let placement = Some(Placement { scope, asset_key, version: row.version });
    let now = Now { marks: row.marks, placement, changed: row.changed, deleted: row.deleted };
    asset_as(reader, (row.revision, row.position), now)
}

fn asset_as(
    reader: &JournalReader,
    (revision, at): (Revision, Position),
    now: Now,
) -> Answer<Asset> {
    let mut asset = asset_made(reader, revision, at)?;
    if let Some(ClaimRow { revision, position }) = now.marks {
        let Fact::AssetChanged(changed) = reader.read(revision, position)?.fact else {
            return Err(QueryError::Mismatch(revision));
        };
        asset.marks = changed.marks;
    }
    // The claim that made it holds its key as it was first written.
    asset.placement = asset.placement.or(now.placement);
    asset.deleted_at = now.deleted.map(|deleted| rfc3339(Timestamp(deleted.at_ms)));
    asset.revision = now.changed;
    Ok(asset)
}
