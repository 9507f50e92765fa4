//! The tables: sled, as a disposable index over the journal. The only file here that knows sled.
//!
//! Invariant: every batch holds absolute values and the stamp of the line that it comes from, so
//! the tables are always exactly some prefix of the journal. Values are keys, positions and a few
//! small facts, never records. A query holds the gate, so it never sees half a batch.

mod error;
mod keys;
mod overlay;
mod rows;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

pub use error::TablesError;
pub use keys::{Key, Tally};
pub use overlay::{Get, Overlay};
pub use rows::{
    AssetRow, ClaimRow, ContentRow, CostRow, CostsRow, Deletion, ElementRow, HistoryRow, LinkRow,
    NamingRow, PlaceRow, ProjectRow, RequestRow, Row, SceneRow, SumRow, TallyRow, UserRow,
    VersionRow,
};

use crate::line::{Head, Sum};

/// Changes whenever a key or a row changes its form: older tables are then rebuilt.
const LAYOUT: u8 = 5;
/// Pages that sled keeps in memory, in bytes.
const CACHE_BYTES: u64 = 64 << 20;

impl From<sled::Error> for TablesError {
    fn from(error: sled::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

type Result<T> = std::result::Result<T, TablesError>;

/// The tables. The lock is the gate between batches and queries.
#[derive(Debug)]
pub struct Tables {
    db: RwLock<Option<sled::Db>>,
}

impl Tables {
    /// Opens the database in a directory. A panic of sled is an error like any other.
    pub fn open(path: &Path) -> Result<Self> {
        let config = sled::Config::new().path(path).cache_capacity(CACHE_BYTES);
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
        let db = opened.map_err(|_| TablesError::Failed("sled panicked".to_owned()))??;
        Ok(Self { db: RwLock::new(Some(db)) })
    }

    /// How far the journal is in the tables; `None` for new tables and those of another layout.
    pub fn stamp(&self) -> Result<Option<Head>> {
        let Some(value) = self.get_bytes(&Key::stamp())? else { return Ok(None) };
        let Some((&LAYOUT, rest)) = value.split_first() else { return Ok(None) };
        let Some((revision, sum)) = rest.split_at_checked(8) else { return Ok(None) };
        let revision = revision.try_into().map(u64::from_be_bytes);
        let sum = sum.try_into().map(Sum::from_bytes);
        Ok(revision.ok().zip(sum.ok()).map(|(revision, sum)| Head { revision, sum }))
    }

    /// Puts a line's changes and its stamp in, as one.
    pub fn apply(&self, changes: overlay::Changes, stamp: Head) -> Result<()> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        let mut value = vec![LAYOUT];
        value.extend_from_slice(&stamp.revision.to_be_bytes());
        value.extend_from_slice(stamp.sum.as_bytes());
        batch.insert(Key::stamp().as_bytes(), value);
        let db = self.db.write().unwrap_or_else(PoisonError::into_inner);
        Ok(db.as_ref().ok_or(TablesError::Closed)?.apply_batch(batch)?)
    }

    /// Begins a query: what it reads belongs together.
    pub fn read(&self) -> Result<Snapshot<'_>> {
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
        if db.is_none() { Err(TablesError::Closed) } else { Ok(Snapshot { db }) }
    }

    /// Closes the database once no query is under way; later calls fail. An error says that it may
    /// not hold everything: then it is no basis for a clean stop.
    pub fn close(&self) -> Result<()> {
        match self.db.write().unwrap_or_else(PoisonError::into_inner).take() {
            Some(db) => Ok(db.flush().map(drop)?),
            None => Ok(()),
        }
    }
}

impl Get for Tables {
    fn get_bytes(&self, key: &Key) -> Result<Option<Vec<u8>>> {
        self.read()?.get_bytes(key)
    }
}

/// The tables as of one moment.
#[derive(Debug)]
pub struct Snapshot<'a> {
    db: RwLockReadGuard<'a, Option<sled::Db>>,
}

impl Snapshot<'_> {
    /// Rows whose key starts with `prefix` and comes after `after`, at most `limit`, in order, each
    /// with the part of its key behind the prefix. One range scan.
    pub fn scan<R: Row>(
        &self,
        prefix: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, R)>> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let start = after.map_or(Included(prefix.as_bytes()), |key| Excluded(key.as_bytes()));
        let db = self.db.as_ref().ok_or(TablesError::Closed)?;
        let mut rows = Vec::new();
        for entry in db.range::<&[u8], _>((start, Unbounded)).take(limit) {
            let (key, value) = entry?;
            let Some(rest) = key.strip_prefix(prefix.as_bytes()) else { break };
            rows.push((rest.to_vec(), R::decode(&value)?));
        }
        Ok(rows)
    }
}

impl Get for Snapshot<'_> {
    fn get_bytes(&self, key: &Key) -> Result<Option<Vec<u8>>> {
        let db = self.db.as_ref().ok_or(TablesError::Closed)?;
        Ok(db.get(key.as_bytes())?.map(|value| value.to_vec()))
    }
}
