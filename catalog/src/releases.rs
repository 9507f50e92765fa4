//! What the sweep asks of the facts: who names a content, and what was released when.
//!
//! Answers for all users at once, so no door may pass it on to one. Invariant: each look holds the
//! tables for a bounded number of rows only.

use rushes_digest::Digest;
use rushes_disk::Timestamp;

use crate::Catalog;
use crate::claim::Fact;
use crate::journal::Position;
use crate::model::{Claimed, Revision};
use crate::query::QueryError;
use crate::tables::{Get, Key, NamingRow};

/// Rows that are read at a time: writers wait no longer than for these.
const ROWS: usize = 1024;

type Answer<T> = Result<T, QueryError>;

impl Catalog {
    /// Whether any asset names a content, as its bytes or as its metadata, whoever owns it.
    pub fn claimed(&self, digest: &Digest) -> Answer<Claimed> {
        let tables = self.tables.read()?;
        let Some(row) = tables.get::<NamingRow>(&Key::naming(digest))? else {
            return Ok(Claimed::Never);
        };
        if row.named > 0 {
            return Ok(Claimed::Named);
        }
        let released = tables.get::<i64>(&Key::released(digest))?;
        Ok(released.map_or(Claimed::Freed, |at| Claimed::Released { at: Timestamp(at) }))
    }

    /// Contents that are released and not freed, the last time at `time` or before, with that time;
    /// at most `count`, in the order of their digests, after a cursor. Fewer than `count` are the
    /// last ones. What is freed or named meanwhile does not move the cursor.
    pub fn released_before(
        &self,
        time: Timestamp,
        after: Option<Digest>,
        count: usize,
    ) -> Answer<Vec<(Digest, Timestamp)>> {
        let prefix = Key::all_released();
        let (mut found, mut after) = (Vec::new(), after);
        while found.len() < count {
            let cursor = after.map(|digest| Key::released(&digest));
            let rows = self.tables.read()?.scan::<i64>(&prefix, cursor.as_ref(), ROWS)?;
            let released = |(key, at): &(Vec<u8>, i64)| Some((Digest::from_slice(key)?, *at));
            let rows: Vec<_> = rows.iter().filter_map(released).collect();
            let Some((last, _)) = rows.last() else { break };
            after = Some(*last);
            let due = rows.into_iter().filter(|(_, at)| *at <= time.0);
            let room = count - found.len();
            found.extend(due.map(|(digest, at)| (digest, Timestamp(at))).take(room));
        }
        Ok(found)
    }

    /// The contents that a claim freed.
    pub fn freed_at(&self, revision: Revision, at: Position) -> Answer<Vec<Digest>> {
        match self.reader.read(revision, at)?.fact {
            Fact::BytesFreed { digests } => Ok(digests),
            _ => Err(QueryError::Mismatch(revision)),
        }
    }
}
