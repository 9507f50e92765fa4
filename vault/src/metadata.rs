//! Metadata of assets that lies in a blob of its own.
//!
//! Invariant: where it cannot be read, the record says so by naming its digest.

use rushes_catalog::model::Asset;
use rushes_digest::Digest;
use rushes_store::Store;

use crate::source::SourceError;

/// Largest blob that is read into memory as a whole, in bytes.
const METADATA_BYTES_MAX: u64 = 64 << 20;

/// Puts metadata that lies in a blob into the record.
pub fn filled(store: &Store, mut asset: Asset) -> Result<Asset, (Box<Asset>, SourceError)> {
    let Some(digest) = asset.marks.metadata_digest else { return Ok(asset) };
    let json = match read_all(store, &digest) {
        Ok(json) => json,
        Err(error) => return Err((Box::new(asset), error)),
    };
    match serde_json::from_slice(&json) {
        Ok(metadata) => {
            asset.marks.metadata = metadata;
            Ok(asset)
        }
        Err(error) => Err((Box::new(asset), SourceError::Damaged(error.to_string()))),
    }
}

/// The same for a listing: a record whose metadata is damaged is shown without it, and its digest
/// says that there is some.
pub fn fill(store: &Store, asset: &mut Asset) {
    if asset.marks.metadata_digest.is_none() {
        return;
    }
    match filled(store, asset.clone()) {
        Ok(filled) => *asset = filled,
        // It goes with the bytes.
        Err(_) if asset.deleted_at.is_some() => {}
        Err((_, error)) => tracing::error!(%error, asset = %asset.id, "metadata is unreadable"),
    }
}

/// Reads a blob as a whole.
fn read_all(store: &Store, digest: &Digest) -> Result<Vec<u8>, SourceError> {
    let lost = || SourceError::Damaged(format!("the bytes of {digest} are not in the store"));
    let reader = store.open_blob(digest)?.filter(|reader| reader.size() <= METADATA_BYTES_MAX);
    let reader = reader.ok_or_else(lost)?;
    let mut bytes = vec![0; usize::try_from(reader.size()).map_err(|_| lost())?];
    reader.read_at(&mut bytes, 0)?;
    Ok(bytes)
}
