//! What the folder asks beside projects: where elements lie, which assets share a word, which are
//! new, and what was made from what, each as lines that name a file.
//!
//! Invariant: an answer is one range scan and a look-up for each line; no claim is read.

use rushes_digest::Digest;

use crate::Catalog;
use crate::folders::folded;
use crate::ids::{AssetId, ElementId, ProjectId, UserId};
use crate::look;
use crate::model::{ElementEntry, ElementKind, Revision, ShelfEntry, VersionContent, Viewer};
use crate::naming;
use crate::query::{Answer, ROWS_MAX};
use crate::tables::{AssetRow, ElementRow, Get, Key, LinkRow, PlaceRow, ShelfRow, Snapshot};

pub use crate::tables::ShelfOf;

/// The line of an asset, its words, and whether it is deleted.
pub type AssetLine = (ShelfEntry, Vec<(ShelfOf, String)>, bool);

/// In which direction lineage is followed, one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Links {
    /// What an asset was made from.
    Sources,
    /// What was made from it.
    Uses,
}

impl Catalog {
    /// The folders of a project's elements of a kind, by id, after a cursor.
    pub fn element_entries(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        after: Option<ElementId>,
        limit: usize,
    ) -> Answer<Vec<ElementEntry>> {
        look::element_entries(viewer.user, of, (after, limit), &self.tables.read()?)
    }

    /// The element whose folder has a name.
    pub fn element_in(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        folder: &str,
    ) -> Answer<Option<ElementEntry>> {
        look::element_in(viewer.user, of, folder, &self.tables.read()?)
    }

    /// The folder of an element, wherever it is and whether it is deleted or not.
    pub fn element_folder(&self, viewer: Viewer, id: ElementId) -> Answer<Option<ElementEntry>> {
        let row = self.tables.read()?.get::<ElementRow>(&Key::element_by_id(viewer.user, id))?;
        Ok(row.map(ElementRow::entry))
    }

    /// The words by which the viewer's assets are put together, each with the name of its folder,
    /// in order, after a cursor.
    pub fn shelves(
        &self,
        viewer: Viewer,
        of: ShelfOf,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<(String, String)>> {
        let prefix = Key::shelves(viewer.user, of);
        let after = after.map(|word| Key::shelf(viewer.user, of, word));
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<ShelfRow>(&prefix, after.as_ref(), limit)?;
        let named = |(mut key, row): (Vec<u8>, ShelfRow)| {
            key.pop()?; // the zero byte behind a text
            Some((String::from_utf8(key).ok()?, row.folder))
        };
        Ok(rows.into_iter().filter_map(named).collect())
    }

    /// The word whose folder has a name.
    pub fn shelf_in(&self, viewer: Viewer, of: ShelfOf, folder: &str) -> Answer<Option<String>> {
        let tables = self.tables.read()?;
        let key = Key::shelf_folder(viewer.user, of, &folded(folder));
        let Some(word) = tables.get::<String>(&key)? else { return Ok(None) };
        let row = tables.get::<ShelfRow>(&Key::shelf(viewer.user, of, &word))?;
        Ok(row.filter(|row| row.folder == folder).map(|_| word))
    }

    /// The assets that have a word, in the order in which they came, after a cursor.
    pub fn shelved(
        &self,
        viewer: Viewer,
        (of, word): (ShelfOf, &str),
        after: Option<Revision>,
        limit: usize,
    ) -> Answer<Vec<ShelfEntry>> {
        let prefix = Key::shelved(viewer.user, of, word);
        let after = after.map(|made| Key::shelved_asset(viewer.user, of, word, made));
        let tables = self.tables.read()?;
        let rows = tables.scan::<AssetId>(&prefix, after.as_ref(), limit.min(ROWS_MAX))?;
        entries(viewer.user, rows.into_iter().map(|(_, id)| id), &tables)
    }

    /// The asset that has a word and was made by a claim.
    pub fn shelved_at(
        &self,
        viewer: Viewer,
        (of, word): (ShelfOf, &str),
        made: Revision,
    ) -> Answer<Option<ShelfEntry>> {
        let tables = self.tables.read()?;
        let id = tables.get::<AssetId>(&Key::shelved_asset(viewer.user, of, word, made))?;
        Ok(entries(viewer.user, id, &tables)?.pop())
    }

    /// The viewer's newest assets that are neither deleted nor archived, the newest first; of the
    /// first `limit` those that have bytes.
    pub fn newest(&self, viewer: Viewer, limit: usize) -> Answer<Vec<ShelfEntry>> {
        let tables = self.tables.read()?;
        let limit = limit.min(ROWS_MAX);
        let rows = tables.scan::<AssetId>(&Key::recent(viewer.user), None, limit)?;
        entries(viewer.user, rows.into_iter().map(|(_, id)| id), &tables)
    }

    /// What an asset was made from, or what was made from it, in the order in which these came: at
    /// most `limit`, of them those that have bytes and are not deleted.
    pub fn linked(
        &self,
        viewer: Viewer,
        (asset, links): (AssetId, Links),
        limit: usize,
    ) -> Answer<Vec<ShelfEntry>> {
        let tables = self.tables.read()?;
        let prefix = links.prefix(viewer.user, asset);
        let rows = tables.scan::<LinkRow>(&prefix, None, limit.min(ROWS_MAX))?;
        let id = |(key, _): (Vec<u8>, LinkRow)| Some(AssetId::from_bytes(key.try_into().ok()?));
        entries(viewer.user, rows.into_iter().filter_map(id), &tables)
    }

    /// Whether an asset was made from another one, or another one from it, whatever became of that.
    pub fn has_links(&self, viewer: Viewer, asset: AssetId) -> Answer<bool> {
        let tables = self.tables.read()?;
        for links in [Links::Sources, Links::Uses] {
            if !tables.scan::<LinkRow>(&links.prefix(viewer.user, asset), None, 1)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The lines of assets, without those that are deleted or have no bytes.
    pub fn shelf_entries(
        &self,
        viewer: Viewer,
        ids: impl IntoIterator<Item = AssetId>,
    ) -> Answer<Vec<ShelfEntry>> {
        entries(viewer.user, ids, &self.tables.read()?)
    }

    /// The line of an asset that has or had bytes, the words that it has or had when it was
    /// deleted, and whether it is deleted.
    pub fn asset_line(&self, viewer: Viewer, id: AssetId) -> Answer<Option<AssetLine>> {
        let row = self.tables.read()?.get::<AssetRow>(&Key::asset(viewer.user, id))?;
        let Some(row) = row else { return Ok(None) };
        let tags = row.tags.iter().map(|tag| (ShelfOf::Tag, tag.clone()));
        let words = tags.chain([(ShelfOf::Kind, row.kind.clone())]).collect();
        let is_deleted = row.deleted.is_some();
        Ok(entry(id, row).map(|entry| (entry, words, is_deleted)))
    }

    /// Whether an asset has a content whose bytes are still there, although it may be deleted.
    pub fn is_kept(&self, viewer: Viewer, id: AssetId, digest: &Digest) -> Answer<bool> {
        let tables = self.tables.read()?;
        let row = tables.get::<AssetRow>(&Key::asset(viewer.user, id))?;
        let Some(row) = row.filter(|row| row.digest() == Some(*digest)) else { return Ok(false) };
        Ok(naming::is_kept(viewer.user, &row, &tables)?)
    }
}

impl Links {
    fn prefix(self, owner: UserId, asset: AssetId) -> Key {
        match self {
            Self::Sources => Key::sources(owner, asset),
            Self::Uses => Key::uses(owner, asset),
        }
    }
}

fn entries(
    owner: UserId,
    ids: impl IntoIterator<Item = AssetId>,
    tables: &Snapshot<'_>,
) -> Answer<Vec<ShelfEntry>> {
    let mut found = Vec::new();
    for id in ids {
        let row = tables.get::<AssetRow>(&Key::asset(owner, id))?;
        let row = row.filter(|row| row.deleted.is_none());
        found.extend(row.and_then(|row| entry(id, row)));
    }
    Ok(found)
}

fn entry(asset: AssetId, row: AssetRow) -> Option<ShelfEntry> {
    let content = VersionContent::of(row.content.as_ref()?);
    Some(ShelfEntry {
        asset,
        revision: row.revision,
        filename: row.filename,
        content,
        created_ms: row.created_ms,
        tags: u32::try_from(row.tags.len()).unwrap_or(u32::MAX),
        placement: row.place.as_ref().map(PlaceRow::placement),
    })
}
