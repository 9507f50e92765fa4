//! Which assets name which contents: what the sweep may free is decided from these rows.
//!
//! Knows no claim and no history. Invariant: for every content there is either an asset that is not
//! deleted and names it, or a row that says when the last one was deleted, or a claim that freed it
//! after that. An asset names its bytes and its metadata's blob alike.

use rushes_digest::Digest;

use crate::ids::UserId;
use crate::model::Revision;
use crate::tables::{AssetRow, ContentRow, Get, Key, NamingRow, Overlay, TablesError};

type Changed = Result<(), TablesError>;

/// An asset is there, or there again: its contents are named once more.
pub fn name<B: Get>(owner: UserId, asset: &AssetRow, into: &mut Overlay<'_, B>) -> Changed {
    if let Some((digest, size, ..)) = asset.content.as_ref() {
        let (digest, size) = (Digest::from_bytes(*digest), *size);
        let key = Key::content(owner, &digest);
        let named = into.get::<ContentRow>(&key)?.map_or(0, |row| row.named);
        into.put(key, &ContentRow { size, named: named + 1 })?;
        add_bytes(owner, into, |total| total.saturating_add(size))?;
        name_once(&digest, into)?;
    }
    if let Some(digest) = asset.metadata {
        name_metadata(owner, &Digest::from_bytes(digest), into)?;
    }
    Ok(())
}

/// An asset names a blob of metadata.
pub fn name_metadata<B: Get>(owner: UserId, digest: &Digest, into: &mut Overlay<'_, B>) -> Changed {
    let key = Key::metadata(owner, digest);
    let named = into.get::<u64>(&key)?.unwrap_or(0);
    into.put(key, &(named + 1))?;
    name_once(digest, into)
}

/// An asset was deleted: its contents are named once less.
pub fn release<B: Get>(
    owner: UserId,
    asset: &AssetRow,
    at_ms: i64,
    into: &mut Overlay<'_, B>,
) -> Changed {
    if let Some((digest, size, ..)) = asset.content.as_ref() {
        let (digest, size) = (Digest::from_bytes(*digest), *size);
        let key = Key::content(owner, &digest);
        match into.get::<ContentRow>(&key)?.map_or(0, |row| row.named) {
            0 | 1 => into.remove(key),
            named => into.put(key, &ContentRow { size, named: named - 1 })?,
        }
        add_bytes(owner, into, |total| total.saturating_sub(size))?;
        release_once(&digest, at_ms, into)?;
    }
    if let Some(digest) = asset.metadata {
        release_metadata(owner, &Digest::from_bytes(digest), at_ms, into)?;
    }
    Ok(())
}

/// An asset names a blob of metadata no more.
pub fn release_metadata<B: Get>(
    owner: UserId,
    digest: &Digest,
    at_ms: i64,
    into: &mut Overlay<'_, B>,
) -> Changed {
    let key = Key::metadata(owner, digest);
    match into.get::<u64>(&key)?.unwrap_or(0) {
        0 | 1 => into.remove(key),
        named => into.put(key, &(named - 1))?,
    }
    release_once(digest, at_ms, into)
}

/// Whether a content may be freed: it was named once, and no asset names it now.
pub fn is_free(digest: &Digest, facts: &impl Get) -> Result<bool, TablesError> {
    let row = facts.get::<NamingRow>(&Key::naming(digest))?;
    Ok(row.is_some_and(|row| row.named == 0))
}

/// The bytes of a content go.
pub fn free<B: Get>(digest: &Digest, by: Revision, into: &mut Overlay<'_, B>) -> Changed {
    let key = Key::naming(digest);
    let row = into.get::<NamingRow>(&key)?.unwrap_or_default();
    into.put(key, &NamingRow { freed: Some(by), ..row })?;
    into.remove(Key::released(digest));
    Ok(())
}

/// Whether what an asset named when it was deleted is there for its owner: nothing of it was freed
/// since, or the owner has uploaded it again. That somebody else did tells nobody anything.
pub fn is_kept(owner: UserId, asset: &AssetRow, facts: &impl Get) -> Result<bool, TablesError> {
    let Some(deleted) = asset.deleted else { return Ok(true) };
    let was_freed = |digest: &Digest| {
        let row = facts.get::<NamingRow>(&Key::naming(digest))?;
        let freed = row.and_then(|row| row.freed);
        Ok::<_, TablesError>(freed.is_some_and(|freed| freed > deleted.revision))
    };
    if let Some(digest) = asset.digest() {
        let has = facts.get::<ContentRow>(&Key::content(owner, &digest))?.is_some();
        if !has && was_freed(&digest)? {
            return Ok(false);
        }
    }
    if let Some(digest) = asset.metadata {
        let digest = Digest::from_bytes(digest);
        let has = facts.get::<u64>(&Key::metadata(owner, &digest))?.is_some();
        if !has && was_freed(&digest)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A content is named once more, by whatever it is.
pub fn name_once<B: Get>(digest: &Digest, into: &mut Overlay<'_, B>) -> Changed {
    let key = Key::naming(digest);
    let row = into.get::<NamingRow>(&key)?.unwrap_or_default();
    into.put(key, &NamingRow { named: row.named + 1, ..row })?;
    into.remove(Key::released(digest));
    Ok(())
}

fn release_once<B: Get>(digest: &Digest, at_ms: i64, into: &mut Overlay<'_, B>) -> Changed {
    let key = Key::naming(digest);
    let row = into.get::<NamingRow>(&key)?.unwrap_or_default();
    let named = row.named.saturating_sub(1);
    into.put(key, &NamingRow { named, ..row })?;
    if named == 0 {
        into.put(Key::released(digest), &at_ms)?;
    }
    Ok(())
}

fn add_bytes<B: Get>(
    owner: UserId,
    into: &mut Overlay<'_, B>,
    change: impl FnOnce(u64) -> u64,
) -> Changed {
    let key = Key::logical_bytes(owner);
    let total = into.get::<u64>(&key)?.unwrap_or(0);
    into.put(key, &change(total))
}
