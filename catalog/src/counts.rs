//! What is asked of the counts: tags, how many assets stand where, and the newest ones.
//!
//! Invariant: an answer is one or two range scans, whatever was counted.

use crate::Catalog;
use crate::model::{Asset, Viewer};
use crate::query::{Answer, ROWS_MAX};
use crate::tables::{Key, Tally, TallyRow};

/// How many assets, and how many bytes they have together, whatever they share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Of what: a status, or a kind of media.
    pub of: String,
    /// How many.
    pub count: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Catalog {
    /// The viewer's tags with how many assets have each that are not deleted, after a cursor.
    pub fn tags(
        &self,
        viewer: Viewer,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<(String, u64)>> {
        let after = after.map(|tag| Key::tag(viewer.user, tag));
        let prefix = Key::tags(viewer.user);
        let limit = limit.min(ROWS_MAX);
        let rows = self.tables.read()?.scan::<u64>(&prefix, after.as_ref(), limit)?;
        Ok(rows.into_iter().filter_map(|(key, count)| Some((word_of(key)?, count))).collect())
    }

    /// The viewer's newest assets that are neither deleted nor archived, the newest first; fewer
    /// than `limit` where a page cannot hold so many.
    pub fn recent(&self, viewer: Viewer, limit: usize) -> Answer<Vec<Asset>> {
        Ok(self.listed(viewer, (&Key::recent(viewer.user), None), limit)?.entries)
    }

    /// How many assets stand where: ready, failed, archived, deleted.
    pub fn counts_by_status(&self, viewer: Viewer) -> Answer<Vec<Count>> {
        self.counts(viewer, Tally::Status)
    }

    /// How many assets that are not deleted are of each kind of media.
    pub fn counts_by_kind(&self, viewer: Viewer) -> Answer<Vec<Count>> {
        self.counts(viewer, Tally::Kind)
    }

    fn counts(&self, viewer: Viewer, of: Tally) -> Answer<Vec<Count>> {
        let prefix = Key::tallies(viewer.user, of);
        let rows = self.tables.read()?.scan::<TallyRow>(&prefix, None, ROWS_MAX)?;
        let count = |(key, row): (Vec<u8>, TallyRow)| {
            Some(Count { of: word_of(key)?, count: row.count, bytes: row.bytes })
        };
        Ok(rows.into_iter().filter_map(count).collect())
    }
}

/// The text that ends a key, without the zero byte behind it.
fn word_of(mut key: Vec<u8>) -> Option<String> {
    key.pop()?;
    String::from_utf8(key).ok()
}
