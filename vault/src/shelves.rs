//! The vault as what the folder asks beside projects and histories.

use std::sync::Arc;

use rushes_catalog::ids::AssetId;
use rushes_catalog::model::{Asset, Part, Revision, Scope, ShelfEntry, Viewer};
use rushes_catalog::search::{Find, SearchError};
use rushes_catalog::{Links, ShelfOf};
use rushes_digest::Digest;

use crate::Vault;
use crate::source::{AssetLine, OpenContent, Place, Shelves, SourceError};

type Answer<T> = Result<T, SourceError>;

impl Shelves for Vault {
    fn place(&self, viewer: Viewer, scope: &Scope) -> Answer<Option<Place>> {
        Ok(match scope.part {
            None => Some(Place::Project),
            Some(Part::Scene(id)) => self.catalog.scene_number(viewer, id)?.map(Place::Scene),
            Some(Part::Character(id) | Part::Location(id) | Part::Mood(id)) => {
                self.catalog.element_folder(viewer, id)?.map(Place::Element)
            }
        })
    }

    fn shelves(
        &self,
        viewer: Viewer,
        of: ShelfOf,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<(String, String)>> {
        Ok(self.catalog.shelves(viewer, of, after, limit)?)
    }

    fn shelf(&self, viewer: Viewer, of: ShelfOf, folder: &str) -> Answer<Option<String>> {
        Ok(self.catalog.shelf_in(viewer, of, folder)?)
    }

    fn shelved(
        &self,
        viewer: Viewer,
        of: (ShelfOf, &str),
        after: Option<Revision>,
        limit: usize,
    ) -> Answer<Vec<ShelfEntry>> {
        Ok(self.catalog.shelved(viewer, of, after, limit)?)
    }

    fn shelved_at(
        &self,
        viewer: Viewer,
        of: (ShelfOf, &str),
        made: Revision,
    ) -> Answer<Option<ShelfEntry>> {
        Ok(self.catalog.shelved_at(viewer, of, made)?)
    }

    fn recent(&self, viewer: Viewer, limit: usize) -> Answer<Vec<ShelfEntry>> {
        Ok(self.catalog.newest(viewer, limit)?)
    }

    fn search(&self, viewer: Viewer, words: &str, limit: usize) -> Answer<Option<Vec<ShelfEntry>>> {
        let find = Find { words: Some(words.to_owned()), limit, ..Find::default() };
        match self.catalog.find(viewer, &find) {
            Ok(found) => {
                let ids = found.assets.into_iter().map(|asset| asset.id);
                Ok(Some(self.catalog.shelf_entries(viewer, ids)?))
            }
            Err(SearchError::Refused { .. }) => Ok(None),
            Err(error) => Err(SourceError::Failed(error.to_string())),
        }
    }

    fn linked(
        &self,
        viewer: Viewer,
        of: (AssetId, Links),
        limit: usize,
    ) -> Answer<Vec<ShelfEntry>> {
        Ok(self.catalog.linked(viewer, of, limit)?)
    }

    fn has_links(&self, viewer: Viewer, asset: AssetId) -> Answer<bool> {
        Ok(self.catalog.has_links(viewer, asset)?)
    }

    fn line(&self, viewer: Viewer, asset: AssetId) -> Answer<Option<AssetLine>> {
        let line = self.catalog.asset_line(viewer, asset)?;
        let line = line.map(|(entry, words, is_deleted)| AssetLine { entry, words, is_deleted });
        Ok(line)
    }

    fn asset(&self, viewer: Viewer, asset: AssetId) -> Answer<Option<Asset>> {
        Ok(self.catalog.asset(viewer, asset)?)
    }

    fn is_kept(&self, viewer: Viewer, asset: AssetId, digest: &Digest) -> Answer<bool> {
        Ok(self.catalog.is_kept(viewer, asset, digest)?)
    }

    fn open_kept(
        &self,
        viewer: Viewer,
        asset: AssetId,
        digest: &Digest,
    ) -> Answer<Option<Arc<dyn OpenContent>>> {
        if !self.catalog.is_kept(viewer, asset, digest)? {
            return Ok(None);
        }
        self.open_stored(digest).map(Some)
    }
}
