//! The tables with changes on top that are not applied yet: what a batch's later commands see of
//! its earlier ones.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};

use super::error::TablesError;
use super::keys::Key;
use super::rows::Row;

/// Changes by key; `None` removes a row.
pub type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Looks single rows up.
pub trait Get {
    /// The value of a key.
    fn get_bytes(&self, key: &Key) -> Result<Option<Vec<u8>>, TablesError>;

    /// The row of a key.
    fn get<R: Row>(&self, key: &Key) -> Result<Option<R>, TablesError> {
        self.get_bytes(key)?.map(|value| R::decode(&value)).transpose()
    }
}

/// Looks rows up and lists them.
pub trait Scan: Get {
    /// Rows whose key starts with `prefix` and comes after `after`, at most `limit`, in order, each
    /// with the part of its key behind the prefix. One range scan.
    fn scan<R: Row>(
        &self,
        prefix: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, R)>, TablesError>;
}

/// Tables without a row.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Get for Nothing {
    fn get_bytes(&self, _: &Key) -> Result<Option<Vec<u8>>, TablesError> {
        Ok(None)
    }
}

/// Changes over something that they do not touch.
#[derive(Debug)]
pub struct Overlay<'a, B> {
    below: &'a B,
    changes: Changes,
}

impl<'a, B: Get> Overlay<'a, B> {
    /// No changes yet.
    pub const fn over(below: &'a B) -> Self {
        Self { below, changes: Changes::new() }
    }

    /// Sets a row.
    pub fn put<R: Row>(&mut self, key: Key, row: &R) -> Result<(), TablesError> {
        self.changes.insert(key.into_bytes(), Some(row.encode()?));
        Ok(())
    }

    /// Removes a row, whether it is there or not.
    pub fn remove(&mut self, key: Key) {
        self.changes.insert(key.into_bytes(), None);
    }

    /// Forgets every row but those whose key is wanted, and those that were removed.
    pub fn keep(&mut self, is_wanted: impl Fn(&[u8]) -> bool) {
        self.changes.retain(|key, row| row.is_some() && is_wanted(key));
    }

    /// Takes the changes.
    pub fn into_changes(self) -> Changes {
        self.changes
    }
}

impl<B: Get> Get for Overlay<'_, B> {
    fn get_bytes(&self, key: &Key) -> Result<Option<Vec<u8>>, TablesError> {
        match self.changes.get(key.as_bytes()) {
            Some(value) => Ok(value.clone()),
            None => self.below.get_bytes(key),
        }
    }
}

impl Scan for Overlay<'_, Nothing> {
    fn scan<R: Row>(
        &self,
        prefix: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, R)>, TablesError> {
        let start = after.map_or(Included(prefix.as_bytes()), |key| Excluded(key.as_bytes()));
        let range = self.changes.range::<[u8], _>((start, Unbounded));
        let rows =
            range.map_while(|(key, value)| Some((key.strip_prefix(prefix.as_bytes())?, value)));
        let there = rows.filter_map(|(rest, value)| Some((rest.to_vec(), value.as_ref()?)));
        there.take(limit).map(|(rest, value)| Ok((rest, R::decode(value)?))).collect()
    }
}
