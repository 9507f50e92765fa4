//! Rows on their way into sled: what lines changed is held in memory, and written together.
//!
//! Rows that many claims touch, such as counts, are so written once for all of them, and the
//! sequencer never waits for sled. Invariant: memory above sled always holds whole lines, and what
//! sled holds together with the layer in `redo` is always exactly some prefix of the journal; what
//! a kill takes from memory is read from the journal again.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Bound::{self, Unbounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use sled::IVec;

use super::database::Database;
use super::error::TablesError;
use super::overlay::Changes;
use super::redo::{self, Redo};

/// How long lines gather before they are written.
const GATHER: Duration = Duration::from_millis(200);
/// Bytes of rows that are written without waiting for more.
const SETTLED_BYTES: usize = 2 << 20;
/// Bytes of rows from which on the next line waits: a layer that is being written may hold as many
/// again.
const HELD_BYTES_MAX: usize = 8 << 20;
/// Bytes of rows that are written before sled is opened again, while queries wait for half a second
/// or so: it logs about twice as much, which it reads at the next start after a kill.
const LOGGED_BYTES_MAX: usize = 128 << 20;
/// How long until it is tried again to open what could not be opened.
const AGAIN: Duration = Duration::from_secs(1);
/// What a row takes in memory besides its key and value, in bytes.
const ROW_BYTES: usize = 64;

type Result<T> = std::result::Result<T, TablesError>;
/// A row, or the note that there is none.
type Entry = (IVec, Option<IVec>);
/// Rows by key; `None` removes one.
type Layer = BTreeMap<IVec, Option<IVec>>;

/// The rows, and who brings them into sled.
#[derive(Debug)]
pub struct Layers {
    gate: RwLock<Stack>,
    /// The key of the row that says how far a layer goes.
    stamp: Vec<u8>,
    database: Database,
    redo: Redo,
    held: Mutex<Held>,
    changed: Condvar,
}

/// The layers: what is above hides what is below.
#[derive(Debug)]
pub struct Stack {
    fresh: Layer,
    /// Is being written into sled, or was the last that was.
    settling: Arc<Layer>,
    db: Option<sled::Db>,
    /// Why it is not open, where it is to be.
    why: Option<String>,
}

#[derive(Debug, Default)]
struct Held {
    /// Of the fresh layer.
    bytes: usize,
    /// Written since sled was opened.
    logged: usize,
    is_closing: bool,
    failed: Option<String>,
}

impl Layers {
    /// Nothing above a database yet. A layer that a kill left half written is made whole; an error
    /// says that the tables must be made anew.
    pub fn over(database: Database, stamp: Vec<u8>) -> Result<Self> {
        let (db, redo) = (database.open()?, Redo::beside(database.path()));
        if let Some(layer) = redo.read()? {
            let there = db.get(&stamp)?.map(|there| there.to_vec());
            // The stamp goes in last: with it, all is there.
            if there.as_ref() != Some(&layer.to) {
                if there != layer.from {
                    return Err(TablesError::Failed("the layer is of other tables".to_owned()));
                }
                tracing::info!(rows = layer.rows.len(), "making the last layer whole");
                write(&db, &stamp, layer)?;
            }
        }
        let stack =
            Stack { fresh: Layer::new(), settling: Arc::default(), db: Some(db), why: None };
        let (held, changed) = (Mutex::default(), Condvar::new());
        Ok(Self { gate: RwLock::new(stack), stamp, database, redo, held, changed })
    }

    /// Puts changes on top, all at once. Waits while too much is held.
    pub fn put(&self, changes: Changes) -> Result<()> {
        let held = self.lock();
        let is_full = |held: &mut Held| held.bytes >= HELD_BYTES_MAX && held.failed.is_none();
        let held = self.changed.wait_while(held, is_full).unwrap_or_else(PoisonError::into_inner);
        if let Some(failed) = &held.failed {
            return Err(TablesError::Failed(failed.clone()));
        }
        drop(held);
        let mut stack = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        if stack.db.is_none() && stack.why.is_none() {
            return Err(TablesError::Closed);
        }
        let mut bytes = 0;
        for (key, value) in changes {
            bytes += key.len() + value.as_ref().map_or(0, Vec::len) + ROW_BYTES;
            stack.fresh.insert(key.into(), value.map(IVec::from));
        }
        // Under the gate: so the count is of what is there.
        self.lock().bytes += bytes;
        drop(stack);
        self.changed.notify_all();
        Ok(())
    }

    /// The rows as of now; they stay so as long as the answer is held.
    pub fn read(&self) -> Result<RwLockReadGuard<'_, Stack>> {
        let stack = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        stack.db()?;
        Ok(stack)
    }

    /// Writes into sled what is put, until this is closed and all is written. Runs on a thread of
    /// its own.
    pub fn settle(&self) {
        while self.wait() {
            if let Err(error) = self.settle_once() {
                tracing::error!(%error, "the tables cannot be written");
                self.lock().failed = Some(error.to_string());
                self.changed.notify_all();
                return;
            }
        }
    }

    /// Nothing more is put: what is there is written, then [`Self::settle`] ends.
    pub fn finish(&self) {
        self.lock().is_closing = true;
        self.changed.notify_all();
    }

    /// Closes the database once no query is under way. An error says that it may not hold
    /// everything. Call it when `settle` has ended.
    pub fn close(&self) -> Result<()> {
        let db = self.gate.write().unwrap_or_else(PoisonError::into_inner).db.take();
        if let Some(failed) = &self.lock().failed {
            return Err(TablesError::Failed(failed.clone()));
        }
        db.map_or(Ok(()), |db| Ok(db.flush().map(drop)?))
    }

    /// Waits until lines have gathered; `false` when there will be none.
    fn wait(&self) -> bool {
        let idle = |held: &mut Held| held.bytes == 0 && !held.is_closing;
        let held = self.changed.wait_while(self.lock(), idle);
        let held = held.unwrap_or_else(PoisonError::into_inner);
        if held.bytes == 0 {
            return false;
        }
        let few = |held: &mut Held| held.bytes < SETTLED_BYTES && !held.is_closing;
        drop(self.changed.wait_timeout_while(held, GATHER, few));
        true
    }

    fn settle_once(&self) -> Result<()> {
        let (layer, db) = {
            let mut stack = self.gate.write().unwrap_or_else(PoisonError::into_inner);
            stack.settling = Arc::new(std::mem::take(&mut stack.fresh));
            let mut held = self.lock();
            held.logged += std::mem::take(&mut held.bytes);
            drop(held);
            (Arc::clone(&stack.settling), stack.db()?.clone())
        };
        self.changed.notify_all();
        // A panic of sled is an error like any other.
        let written = catch_unwind(AssertUnwindSafe(|| self.write(&layer, &db)));
        drop(db);
        written.map_err(|_| TablesError::Failed("sled panicked".to_owned()))??;
        let is_due = self.lock().logged >= LOGGED_BYTES_MAX;
        if is_due && self.database.has_room(self.read()?.db()?) { self.reopen() } else { Ok(()) }
    }

    /// Closes and opens sled, while every query waits. Where it cannot be opened, queries are told
    /// why, and it is tried again until it can, or until this is closed.
    fn reopen(&self) -> Result<()> {
        let mut stack = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        drop(stack.db.take());
        let mut opened = self.database.open();
        while let Err(error) = opened {
            tracing::error!(%error, "the tables cannot be opened again");
            stack.why = Some(error.to_string());
            drop(stack);
            let closing = |held: &mut Held| !held.is_closing;
            let waited = self.changed.wait_timeout_while(self.lock(), AGAIN, closing);
            if waited.unwrap_or_else(PoisonError::into_inner).0.is_closing {
                return Err(error);
            }
            opened = self.database.open();
            stack = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        }
        (stack.db, stack.why) = (opened.ok(), None);
        self.lock().logged = 0;
        Ok(())
    }

    /// The layer stays in memory until the next one settles: what just changed is asked for soon.
    fn write(&self, layer: &Layer, db: &sled::Db) -> Result<()> {
        let bytes = |value: &IVec| value.to_vec();
        let Some(Some(to)) = layer.get(self.stamp.as_slice()).map(|to| to.as_ref().map(bytes))
        else {
            return Err(TablesError::Failed("a layer has no stamp".to_owned()));
        };
        let from = db.get(&self.stamp)?.as_ref().map(bytes);
        let rows = layer.iter().filter(|(key, _)| **key != self.stamp);
        let rows = rows.map(|(key, value)| (key.to_vec(), value.as_ref().map(bytes))).collect();
        let layer = redo::Layer { from, to, rows };
        self.redo.write(&layer)?;
        write(db, &self.stamp, layer)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a layer, its stamp last. The one before is whole: the file of this one takes its place.
fn write(db: &sled::Db, stamp: &[u8], layer: redo::Layer) -> Result<()> {
    for (key, value) in layer.rows {
        match value {
            Some(value) => db.insert(key, value)?,
            None => db.remove(key)?,
        };
    }
    db.insert(stamp, layer.to)?;
    // What sled still held back would be missing below the next layer.
    db.flush()?;
    Ok(())
}

impl Stack {
    fn db(&self) -> Result<&sled::Db> {
        let why = || self.why.clone().map_or(TablesError::Closed, TablesError::Failed);
        self.db.as_ref().ok_or_else(why)
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Result<Option<IVec>> {
        for layer in [&self.fresh, &*self.settling] {
            if let Some(value) = layer.get(key) {
                return Ok(value.clone());
            }
        }
        Ok(self.db()?.get(key)?)
    }

    /// Rows from a key on, in order.
    pub fn from<'a>(
        &'a self,
        start: Bound<&'a [u8]>,
    ) -> Result<impl Iterator<Item = Result<(IVec, IVec)>> + 'a> {
        let db = self.db()?;
        let settled = db.range::<&[u8], _>((start, Unbounded));
        let settled = settled.map(|row| row.map(|(key, value)| (key, Some(value))));
        let [fresh, settling] = [&self.fresh, &*self.settling].map(|layer| {
            let rows = layer.range::<[u8], _>((start, Unbounded));
            rows.map(|(key, value)| Ok((key.clone(), value.clone())))
        });
        let rows = Over::new(fresh, Over::new(settling, settled));
        Ok(rows.filter_map(|row| match row {
            Ok((key, value)) => Some(Ok((key, value?))),
            Err(error) => Some(Err(error.into())),
        }))
    }
}

type Found = sled::Result<Entry>;

/// Two sources in order of keys: of equal ones the upper's counts.
struct Over<U: Iterator<Item = Found>, L: Iterator<Item = Found>> {
    upper: Peekable<U>,
    lower: Peekable<L>,
}

impl<U: Iterator<Item = Found>, L: Iterator<Item = Found>> Over<U, L> {
    fn new(upper: U, lower: L) -> Self {
        Self { upper: upper.peekable(), lower: lower.peekable() }
    }
}

impl<U: Iterator<Item = Found>, L: Iterator<Item = Found>> Iterator for Over<U, L> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if let Some(Err(_)) = self.lower.peek() {
            return self.lower.next();
        }
        let (Some(Ok((upper, _))), Some(Ok((lower, _)))) = (self.upper.peek(), self.lower.peek())
        else {
            return self.upper.next().or_else(|| self.lower.next());
        };
        match upper.cmp(lower) {
            std::cmp::Ordering::Less => self.upper.next(),
            std::cmp::Ordering::Greater => self.lower.next(),
            std::cmp::Ordering::Equal => {
                self.lower.next();
                self.upper.next()
            }
        }
    }
}

#[cfg(test)]
mod tests;
