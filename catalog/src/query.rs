//! What can be asked of the facts. Every query runs in a viewer's name space and is a bounded
//! number of range scans and look-ups.

use crate::Catalog;
use crate::claim::Fact;
use crate::ids::{AssetId, AssetKey, UserId};
use crate::journal::Position;
use crate::look;
use crate::model::{
    Asset, AssetEntry, HistoryEntry, Identity, Revision, Scope, User, Version, VersionEntry, Viewer,
};
use crate::records::asset_made;
use crate::tables::{AssetRow, ContentRow, Get, Key, PlaceRow, UserRow, VersionRow};
use crate::weight::{self, Weighed};
use rushes_digest::Digest;

pub use crate::look::{ROWS_MAX, history_entry};
pub use crate::records::{Answer, QueryError};

impl Catalog {
    /// A user by name.
    pub fn user_named(&self, name: &str) -> Answer<Option<User>> {
        let row = self.tables.read()?.get::<UserRow>(&Key::user_named(name))?;
        Ok(row.map(UserRow::entry))
    }

    /// A user by what an issuer of tokens calls it.
    pub fn user_identified(&self, identity: &Identity) -> Answer<Option<User>> {
        let row = self.tables.read()?.get::<UserRow>(&Key::user_identified(identity))?;
        Ok(row.map(UserRow::entry))
    }

    /// A user.
    pub fn user(&self, id: UserId) -> Answer<Option<User>> {
        Ok(self.tables.read()?.get::<UserRow>(&Key::user(id))?.map(UserRow::entry))
    }

    /// The user that a claim made, as it is now.
    pub fn user_at(&self, revision: Revision, at: Position) -> Answer<User> {
        let mismatch = QueryError::Mismatch(revision);
        let Fact::UserAdded { user_id, .. } = self.reader.read(revision, at)?.fact else {
            return Err(mismatch);
        };
        self.user(user_id)?.ok_or(mismatch)
    }

    /// All users, in the order in which they came, at most `ROWS_MAX`.
    pub fn users(&self) -> Answer<Vec<User>> {
        let rows = self.tables.read()?.scan::<UserRow>(&Key::users(), None, ROWS_MAX)?;
        Ok(rows.into_iter().map(|(_, row)| row.entry()).collect())
    }

    /// Users in the order in which they came, after a cursor.
    pub fn users_after(&self, after: Option<UserId>, limit: usize) -> Answer<Vec<User>> {
        let after = after.map(Key::user);
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<UserRow>(&Key::users(), after.as_ref(), limit)?;
        Ok(rows.into_iter().map(|(_, row)| row.entry()).collect())
    }

    /// Histories of a scope by key, after a cursor.
    pub fn histories(
        &self,
        viewer: Viewer,
        scope: &Scope,
        after: Option<&AssetKey>,
        limit: usize,
    ) -> Answer<Vec<HistoryEntry>> {
        look::histories(viewer.user, scope, (after, limit), &self.tables.read()?)
    }

    /// A history, by its key as it was first written.
    pub fn history(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
    ) -> Answer<Option<HistoryEntry>> {
        let entry = self.history_like(viewer, scope, key)?;
        Ok(entry.filter(|entry| entry.asset_key == *key))
    }

    /// The history of a key, however that is spelled: in another case, or composed otherwise.
    pub fn history_like(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
    ) -> Answer<Option<HistoryEntry>> {
        look::history_like(viewer.user, (scope, key), &self.tables.read()?)
    }

    /// Versions of a history by number, after a cursor.
    pub fn versions(
        &self,
        viewer: Viewer,
        (scope, key): (&Scope, &AssetKey),
        after: Option<Version>,
        limit: usize,
    ) -> Answer<Vec<VersionEntry>> {
        let limit = limit.min(ROWS_MAX);
        let tables = self.tables.read()?;
        let rows = look::versions(viewer.user, (scope, key), (after, limit), &tables)?;
        Ok(rows.iter().map(VersionRow::entry).collect())
    }

    /// The assets of all of a history's versions, in full, by number.
    pub fn version_assets(
        &self,
        viewer: Viewer,
        (scope, key): (&Scope, &AssetKey),
    ) -> Answer<Vec<Asset>> {
        let tables = self.tables.read()?;
        let rows = look::versions(viewer.user, (scope, key), (None, ROWS_MAX + 1), &tables)?;
        drop(tables);
        let instead = "ask for its versions one by one";
        let rows = weight::few(rows, ROWS_MAX, ("versions", instead))?;
        weight::whole(rows.iter().map(Weighed::bytes), instead)?;
        rows.iter().map(|row| self.version_now((scope, key), row)).collect()
    }

    /// One version.
    pub fn version(
        &self,
        viewer: Viewer,
        (scope, key): (&Scope, &AssetKey),
        version: Version,
    ) -> Answer<Option<VersionEntry>> {
        look::version(viewer.user, (scope, key), version, &self.tables.read()?)
    }

    /// An asset.
    pub fn asset(&self, viewer: Viewer, id: AssetId) -> Answer<Option<Asset>> {
        let row = self.tables.read()?.get::<AssetRow>(&Key::asset(viewer.user, id))?;
        row.map(|row| self.asset_now(&row)).transpose()
    }

    /// Assets by id, deleted ones too, after a cursor.
    pub fn assets(
        &self,
        viewer: Viewer,
        after: Option<AssetId>,
        limit: usize,
    ) -> Answer<Vec<Asset>> {
        let prefix = Key::assets(viewer.user);
        let after = after.map(|id| Key::asset(viewer.user, id));
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<AssetRow>(&prefix, after.as_ref(), limit)?;
        rows.iter().map(|(_, row)| self.asset_now(row)).collect()
    }

    /// Where an asset shows, without reading its record.
    pub fn asset_entry(&self, viewer: Viewer, id: AssetId) -> Answer<Option<AssetEntry>> {
        let row = self.tables.read()?.get::<AssetRow>(&Key::asset(viewer.user, id))?;
        Ok(row.map(|row| AssetEntry {
            digest: row.digest(),
            placement: row.place.as_ref().map(PlaceRow::placement),
        }))
    }

    /// Digests that assets of the viewer name that are not deleted, with their sizes, in order,
    /// after a cursor.
    pub fn contents(
        &self,
        viewer: Viewer,
        after: Option<&Digest>,
        limit: usize,
    ) -> Answer<Vec<(Digest, u64)>> {
        let prefix = Key::contents(viewer.user);
        let after = after.map(|digest| Key::content(viewer.user, digest));
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<ContentRow>(&prefix, after.as_ref(), limit)?;
        let entry = |(key, row): &(Vec<u8>, ContentRow)| Some((Digest::from_slice(key)?, row.size));
        Ok(rows.iter().filter_map(entry).collect())
    }

    /// The size of a content; `None` unless an asset of the viewer's names it that is not deleted.
    pub fn content(&self, viewer: Viewer, digest: &Digest) -> Answer<Option<u64>> {
        let row = self.tables.read()?.get::<ContentRow>(&Key::content(viewer.user, digest))?;
        Ok(row.map(|row| row.size))
    }

    /// Whether an asset of the viewer's that is not deleted names this blob of metadata.
    pub fn has_metadata(&self, viewer: Viewer, digest: &Digest) -> Answer<bool> {
        Ok(self.tables.read()?.get::<u64>(&Key::metadata(viewer.user, digest))?.is_some())
    }

    /// The sum of the sizes of all the viewer's assets that are not deleted, in bytes, whatever
    /// they share.
    pub fn logical_bytes(&self, viewer: Viewer) -> Answer<u64> {
        let sum = self.tables.read()?.get::<u64>(&Key::logical_bytes(viewer.user))?;
        Ok(sum.unwrap_or(0))
    }

    /// The asset that a claim made, as that claim says it.
    pub fn asset_at(&self, revision: Revision, at: Position) -> Answer<Asset> {
        asset_made(&self.reader, revision, at)
    }
}
