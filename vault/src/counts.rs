//! What a viewer's assets are counted by.
//!
//! Invariant: nothing here counts what is another viewer's.

use rushes_catalog::QueryError;
use rushes_catalog::costs::{CostPage, CostQuery};
use rushes_catalog::counts::Count;
use rushes_catalog::model::Viewer;

use crate::Vault;

/// How many assets a viewer has.
#[derive(Debug, Clone)]
pub struct Counts {
    /// By where they stand: ready, failed, archived, deleted.
    pub by_status: Vec<Count>,
    /// By kind of media, without deleted ones.
    pub by_kind: Vec<Count>,
    /// The sum of the sizes of those that are not deleted, whatever they share.
    pub logical_bytes: u64,
}

impl Vault {
    /// What generations cost, in groups: a page of them.
    pub fn costs(&self, viewer: Viewer, query: &CostQuery) -> Result<CostPage, QueryError> {
        self.catalog.costs(viewer, query)
    }

    /// Tags with how many assets have each, in order, after a cursor.
    pub fn tags(
        &self,
        viewer: Viewer,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, u64)>, QueryError> {
        self.catalog.tags(viewer, after, limit)
    }

    /// How many assets there are.
    pub fn counts(&self, viewer: Viewer) -> Result<Counts, QueryError> {
        Ok(Counts {
            by_status: self.catalog.counts_by_status(viewer)?,
            by_kind: self.catalog.counts_by_kind(viewer)?,
            logical_bytes: self.catalog.logical_bytes(viewer)?,
        })
    }
}
