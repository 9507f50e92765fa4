//! Rows on their way into sled: what lines changed is held in memory, and written together.
//!
//! Rows that many claims touch, such as counts, are so written once for all of them, and the
//! sequencer never waits for sled. Invariant: memory above sled always holds whole lines, and goes
//! into sled as one batch; so what sled holds is always exactly some prefix of the journal, and
//! what a kill takes from memory is read from the journal again.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Bound::{self, Unbounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use sled::IVec;

use super::error::TablesError;
use super::overlay::Changes;

/// How long lines gather before they are written.
const GATHER: Duration = Duration::from_millis(100);
/// Bytes of rows that are written without waiting for more.
const SETTLED_BYTES: usize = 2 << 20;
/// Bytes of rows from which on the next line waits: a layer that is being written may hold as many
/// again.
const HELD_BYTES_MAX: usize = 8 << 20;
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
    held: Mutex<Held>,
    changed: Condvar,
}

/// The layers: what is above hides what is below.
#[derive(Debug)]
pub struct Stack {
    fresh: Layer,
    settling: Arc<Layer>,
    db: Option<sled::Db>,
}

#[derive(Debug, Default)]
struct Held {
    /// Of the fresh layer.
    bytes: usize,
    is_closing: bool,
    failed: Option<String>,
}

impl Layers {
    /// Nothing above a database yet.
    pub fn over(db: sled::Db) -> Self {
        let stack = Stack { fresh: Layer::new(), settling: Arc::default(), db: Some(db) };
        Self { gate: RwLock::new(stack), held: Mutex::default(), changed: Condvar::new() }
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
        if stack.db.is_none() {
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
        if stack.db.is_none() { Err(TablesError::Closed) } else { Ok(stack) }
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
            self.lock().bytes = 0;
            (Arc::clone(&stack.settling), stack.db.clone().ok_or(TablesError::Closed)?)
        };
        self.changed.notify_all();
        let mut batch = sled::Batch::default();
        for (key, value) in &*layer {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        // A panic of sled is an error like any other.
        let applied = catch_unwind(AssertUnwindSafe(|| db.apply_batch(batch)));
        applied.map_err(|_| TablesError::Failed("sled panicked".to_owned()))??;
        let mut stack = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        stack.settling = Arc::default();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stack {
    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Result<Option<IVec>> {
        for layer in [&self.fresh, &*self.settling] {
            if let Some(value) = layer.get(key) {
                return Ok(value.clone());
            }
        }
        Ok(self.db.as_ref().ok_or(TablesError::Closed)?.get(key)?)
    }

    /// Rows from a key on, in order.
    pub fn from<'a>(
        &'a self,
        start: Bound<&'a [u8]>,
    ) -> Result<impl Iterator<Item = Result<(IVec, IVec)>> + 'a> {
        let db = self.db.as_ref().ok_or(TablesError::Closed)?;
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(folder: &std::path::Path) -> Layers {
        Layers::over(sled::Config::new().path(folder).open().unwrap())
    }

    fn settled(layers: &Layers) {
        layers.finish();
        layers.settle();
        layers.close().unwrap();
    }

    /// Writes rows of the layer that is being written.
    fn settle_rest(layers: &Layers, rows: usize) {
        let stack = layers.read().unwrap();
        let db = stack.db.as_ref().unwrap();
        for (key, value) in stack.settling.iter().take(rows) {
            match value {
                Some(value) => db.insert(key, value),
                None => db.remove(key),
            }
            .unwrap();
        }
    }

    fn all(layers: &Layers, start: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let stack = layers.read().unwrap();
        let rows = stack.from(Bound::Included(start)).unwrap().map(Result::unwrap);
        rows.map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn layers_are_one_map_whatever_has_settled(
            lines in proptest::collection::vec(
                (proptest::collection::btree_map(0_u8..24, proptest::option::of(0_u8..9), 1..9), 0_u8..3),
                1..30,
            ),
            start in 0_u8..24,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let layers = open(folder.path());
            let mut model = BTreeMap::new();
            for (line, settles) in lines {
                let row = |(key, value): (&u8, &Option<u8>)| (vec![*key], value.map(|value| vec![value]));
                layers.put(line.iter().map(row).collect()).unwrap();
                model.extend(line);
                match settles {
                    0 => {
                        settle_rest(&layers, usize::MAX);
                        layers.settle_once().unwrap();
                    }
                    // Half of it is written.
                    1 => {
                        settle_rest(&layers, usize::MAX);
                        let mut stack = layers.gate.write().unwrap();
                        stack.settling = Arc::new(std::mem::take(&mut stack.fresh));
                        drop(stack);
                        settle_rest(&layers, 3);
                    }
                    _ => {}
                }
                let there = model.iter().filter_map(|(key, value)| Some((vec![*key], vec![(*value)?])));
                let there: Vec<_> = there.filter(|(key, _)| key.as_slice() >= &[start][..]).collect();
                prop_assert_eq!(&all(&layers, &[start]), &there);
                for key in 0..24 {
                    let found = layers.read().unwrap().get(&[key]).unwrap();
                    let value = model.get(&key).copied().flatten();
                    prop_assert_eq!(found.map(|found| found.to_vec()), value.map(|value| vec![value]));
                }
            }
        }
    }

    #[test]
    fn what_was_put_is_there_after_a_close_and_not_half_of_a_line_before() {
        let folder = tempfile::tempdir().unwrap();
        let layers = open(folder.path());
        let row = |key: &str| (key.as_bytes().to_vec(), Some(b"x".to_vec()));
        layers.put([row("a"), row("b")].into()).unwrap();
        layers.put([row("c"), (b"a".to_vec(), None)].into()).unwrap();
        settled(&layers);
        assert!(matches!(layers.read(), Err(TablesError::Closed)));
        assert!(matches!(layers.put([row("d")].into()), Err(TablesError::Closed)));
        let keys: Vec<_> = all(&open(folder.path()), b"").into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, [b"b".to_vec(), b"c".to_vec()]);
    }

    #[test]
    fn what_cannot_be_written_stops_the_next_line_and_the_clean_stop() {
        let folder = tempfile::tempdir().unwrap();
        let layers = open(folder.path());
        layers.put([(b"a".to_vec(), Some(vec![]))].into()).unwrap();
        layers.lock().failed = Some("no room".to_owned());
        assert!(matches!(layers.put([(b"b".to_vec(), None)].into()), Err(TablesError::Failed(_))));
        assert!(layers.close().is_err());
    }

    #[test]
    fn a_line_waits_while_too_much_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let layers = open(folder.path());
        let long = vec![0; HELD_BYTES_MAX];
        layers.put([(b"a".to_vec(), Some(long))].into()).unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| layers.put([(b"b".to_vec(), Some(vec![]))].into()));
            // Nothing has made room, so it cannot be done, however long this takes.
            std::thread::yield_now();
            assert!(layers.read().unwrap().get(b"b").unwrap().is_none());
            layers.settle_once().unwrap();
            second.join().unwrap().unwrap();
        });
        assert!(layers.read().unwrap().get(b"b").unwrap().is_some());
    }
}
