//! Rows, and the claims that they point to: what decisions and answers are made from.
//!
//! Knows no kind of claim. Invariant: a claim of a batch that is not written yet is found as one in
//! the journal is.

use crate::claim::Claim;
use crate::journal::{JournalReader, Position, ReadError};
use crate::model::Revision;
use crate::tables::{Get, Key, TablesError};

/// Rows and claims.
pub trait Facts: Get {
    /// A claim, by its number and where it stands.
    fn claim(&self, revision: Revision, at: Position) -> Result<Claim, ReadError>;
}

/// Rows, with claims from the journal and from a batch that is not there yet.
#[derive(Debug)]
pub struct Known<'a, R> {
    rows: &'a R,
    reader: &'a JournalReader,
    fresh: &'a [(Revision, Claim)],
}

impl<'a, R: Get> Known<'a, R> {
    /// Rows, whose claims are all in the journal but for those of a batch, in order.
    pub const fn new(
        rows: &'a R,
        reader: &'a JournalReader,
        fresh: &'a [(Revision, Claim)],
    ) -> Self {
        Self { rows, reader, fresh }
    }
}

impl<R: Get> Get for Known<'_, R> {
    fn get_bytes(&self, key: &Key) -> Result<Option<Vec<u8>>, TablesError> {
        self.rows.get_bytes(key)
    }
}

impl<R: Get> Facts for Known<'_, R> {
    fn claim(&self, revision: Revision, at: Position) -> Result<Claim, ReadError> {
        let fresh = self.fresh.binary_search_by_key(&revision, |(revision, _)| *revision);
        match fresh.ok().and_then(|index| self.fresh.get(index)) {
            Some((_, claim)) => Ok(claim.clone()),
            None => self.reader.read(revision, at),
        }
    }
}
