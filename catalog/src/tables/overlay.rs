//! The tables with changes on top that are not applied yet: what a batch's later commands see of
//! its earlier ones.

use std::collections::BTreeMap;

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
