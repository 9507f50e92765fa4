//! The tables: sled, as a disposable index over the journal. This file and those below it alone
//! know sled.
//!
//! Invariant: every line's changes hold absolute values and the stamp of the line, so the tables
//! are always exactly some prefix of the journal. Values are keys, positions and a few small facts,
//! never records. A query holds the gate, so it never sees half a line.

mod database;
mod entries;
mod error;
mod keys;
mod layers;
mod overlay;
mod redo;
mod rows;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLockReadGuard};
use std::thread::JoinHandle;

pub use error::TablesError;
pub use keys::{Key, Tally};
pub use overlay::{Get, Nothing, Overlay, Scan};
pub use rows::{
    AssetRow, Cause, ClaimRow, ContentRow, CostRow, CostsOf, CostsRow, Deletion, ElementRow,
    FollowRow, HistoryRow, LifeRow, LinkRow, NamingRow, PlaceRow, ProjectRow, RequestRow, Row,
    SceneCountRow, SceneRow, SegmentRow, ShelfOf, ShelfRow, SumRow, TallyRow, UserRow, VersionRow,
};

use crate::line::{Head, Sum};
use database::Database;
use layers::{Layers, Stack};

/// Changes whenever a key or a row changes its form: older tables are then rebuilt.
const LAYOUT: u8 = 14;

impl From<sled::Error> for TablesError {
    fn from(error: sled::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

type Result<T> = std::result::Result<T, TablesError>;

/// The tables.
#[derive(Debug)]
pub struct Tables {
    layers: Arc<Layers>,
    settler: Mutex<Option<JoinHandle<()>>>,
    scans: AtomicU64,
}

impl Tables {
    /// Opens the database in a directory.
    pub fn open(path: &Path) -> Result<Self> {
        let layers = Layers::over(Database::at(path), Key::stamp().into_bytes())?;
        let layers = Arc::new(layers);
        let settled = Arc::clone(&layers);
        let settler = std::thread::Builder::new().name("tables".to_owned());
        let settler = settler.spawn(move || settled.settle());
        let settler = settler.map_err(|error| TablesError::Failed(error.to_string()))?;
        Ok(Self { layers, settler: Mutex::new(Some(settler)), scans: AtomicU64::new(0) })
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

    /// Puts a line's changes and its stamp in, as one. Queries see them from now on; they reach the
    /// disk later. An error may also be that of an earlier line.
    pub fn apply(&self, mut changes: overlay::Changes, stamp: Head) -> Result<()> {
        let mut value = vec![LAYOUT];
        value.extend_from_slice(&stamp.revision.to_be_bytes());
        value.extend_from_slice(stamp.sum.as_bytes());
        changes.insert(Key::stamp().into_bytes(), Some(value));
        self.layers.put(changes)
    }

    /// How many range scans there were since they were opened.
    pub fn scans(&self) -> u64 {
        self.scans.load(Ordering::Relaxed)
    }

    /// Begins a query: what it reads belongs together.
    pub fn read(&self) -> Result<Snapshot<'_>> {
        Ok(Snapshot { stack: self.layers.read()?, scans: &self.scans })
    }

    /// Closes the database once no query is under way; later calls fail. An error says that it may
    /// not hold everything: then it is no basis for a clean stop.
    pub fn close(&self) -> Result<()> {
        self.finish();
        self.layers.close()
    }

    fn finish(&self) {
        self.layers.finish();
        let settler = self.settler.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Its panics are caught, and its errors told by `Layers::close`.
        let _ = settler.map(JoinHandle::join);
    }
}

impl Drop for Tables {
    fn drop(&mut self) {
        self.finish();
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
    stack: RwLockReadGuard<'a, Stack>,
    scans: &'a AtomicU64,
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
        use std::ops::Bound::{Excluded, Included};
        let start = after.map_or(Included(prefix.as_bytes()), |key| Excluded(key.as_bytes()));
        self.scans.fetch_add(1, Ordering::Relaxed);
        let mut rows = Vec::new();
        for entry in self.stack.from(start)?.take(limit) {
            let (key, value) = entry?;
            let Some(rest) = key.strip_prefix(prefix.as_bytes()) else { break };
            rows.push((rest.to_vec(), R::decode(&value)?));
        }
        Ok(rows)
    }
}

impl Get for Snapshot<'_> {
    fn get_bytes(&self, key: &Key) -> Result<Option<Vec<u8>>> {
        Ok(self.stack.get(key.as_bytes())?.map(|value| value.to_vec()))
    }
}

impl Scan for Snapshot<'_> {
    fn scan<R: Row>(
        &self,
        prefix: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, R)>> {
        Snapshot::scan(self, prefix, after, limit)
    }
}
