//! Search, as the doors show it.
//!
//! Invariant: nothing here finds what is another viewer's.

use rushes_catalog::model::Viewer;
use rushes_catalog::search::Found;

use crate::Vault;
use crate::assets::AssetView;

pub use rushes_catalog::search::{Field, Find, SearchError, Sort};

/// What was found.
#[derive(Debug, Clone)]
pub struct FoundView {
    /// A page of it.
    pub assets: Vec<AssetView>,
    /// Where the page ends, if there is another one.
    pub next_cursor: Option<String>,
    /// How many there are on all pages.
    pub total: u64,
    /// The most frequent values of the fields that were to be counted.
    pub counts: Vec<(Field, Vec<(String, u64)>)>,
}

impl Vault {
    /// How far the search index is, in percent: below 100 it is made anew or catches up, and
    /// nothing is found yet. `None` without a search.
    pub fn search_percent(&self) -> Option<u8> {
        self.catalog.search_percent()
    }

    /// Finds assets by words and properties. What was recorded shows here within a second.
    pub fn find(&self, viewer: Viewer, find: &Find) -> Result<FoundView, SearchError> {
        let Found { assets, next_cursor, total, counts } = self.catalog.find(viewer, find)?;
        let assets = self.asset_views(viewer, assets)?;
        Ok(FoundView { assets, next_cursor, total, counts })
    }
}
