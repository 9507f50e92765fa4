//! Scrub: reads everything at rest again, in an order that can be taken up where it was left.
//!
//! Invariant: files are handed out in one order, and the cursor never passes one that is not done.
//! One bad file never ends a pass.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rushes_digest::Digest;
use rushes_disk::{Clock, RealClock};

use crate::aside::affected;
use crate::bytes::Fields;
use crate::error::{IndexError, StoreError};
use crate::heal::{Judged, judge_whole};
use crate::layout;
use crate::leases::Held;
use crate::ledger::Aside;
use crate::place::{PackId, Place};
use crate::progress::{Pace, ScrubState, Tally, Throttle};
use crate::recover::whole_of;
use crate::repack::judge_pack;
use crate::shelf::Shelf;

type Result<T> = std::result::Result<T, StoreError>;

/// Where the cursor lies in the index.
const CURSOR: &str = "scrub";
/// How many files are read between two notes of the cursor.
const SAVE_FILES: usize = 64;
/// How many entries of the index are looked at together.
const PAGE: usize = 256;

/// How a scrub ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scrubbed {
    /// Whether the pass is complete; else the next call goes on where it was stopped.
    pub is_complete: bool,
    /// How it stands.
    pub state: ScrubState,
}

/// What is looked at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Whole(Digest),
    Pack(PackId),
    /// Wholes that the index names below a directory and that are not there.
    Missing(u8),
}

/// What is left of a pass.
struct Walk<'a> {
    shelf: &'a Shelf,
    from: Option<Item>,
    /// Directories that were listed; after the last one come packs, then what is missing.
    stage: u16,
    queue: VecDeque<Item>,
    in_flight: BTreeSet<Item>,
    unsaved: usize,
    failed: Option<StoreError>,
}

/// Takes up what the last process left.
pub fn restore(shelf: &Shelf) -> Result<()> {
    let (state, _) = load(shelf)?;
    shelf.scrubbing.set(&state);
    Ok(())
}

/// Reads everything at rest, from the cursor on.
pub fn scrub(shelf: &Shelf, pace: Pace, stop: &AtomicBool) -> Result<Scrubbed> {
    if !shelf.scrubbing.begin() {
        return Err(StoreError::Scrubbing);
    }
    let scrubbed = pass(shelf, pace, stop);
    shelf.scrubbing.end();
    let state = shelf.scrubbing.state();
    Ok(Scrubbed { is_complete: scrubbed?, state })
}

fn pass(shelf: &Shelf, pace: Pace, stop: &AtomicBool) -> Result<bool> {
    let (mut state, from) = load(shelf)?;
    if from.is_none() {
        let ended_ms = state.ended_ms;
        state = ScrubState { began_ms: RealClock.now().0, ended_ms, ..ScrubState::default() };
    }
    (state.files_total, state.bytes_total) = total(shelf)?;
    shelf.scrubbing.set(&state);
    let walk = Mutex::new(Walk {
        shelf,
        from,
        stage: 0,
        queue: VecDeque::new(),
        in_flight: BTreeSet::new(),
        unsaved: 0,
        failed: None,
    });
    std::thread::scope(|scope| {
        if pace == Pace::Full {
            scope.spawn(|| work(shelf, &walk, pace, stop));
        }
        work(shelf, &walk, pace, stop);
    });
    let mut walk = walk.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = walk.failed.take() {
        return Err(error);
    }
    let is_complete = walk.in_flight.is_empty() && walk.next()?.is_none();
    if is_complete {
        let ended_ms = RealClock.now().0;
        shelf.scrubbing.set(&ScrubState { ended_ms, ..shelf.scrubbing.state() });
    }
    save(shelf, walk.in_flight.first().copied())?;
    Ok(is_complete)
}

fn work(shelf: &Shelf, walk: &Mutex<Walk<'_>>, pace: Pace, stop: &AtomicBool) {
    let mut throttle = Throttle::new(pace, stop);
    let mut buffer = Vec::new();
    while !stop.load(Ordering::Acquire) {
        let next = lock(walk).next();
        let item = match next {
            Ok(Some(item)) => item,
            Ok(None) => return,
            Err(error) => return lock(walk).fail(error),
        };
        let mut read_on = |bytes| {
            shelf.scrubbing.add(Tally::Bytes(bytes));
            throttle.goes_on()
        };
        let judged = match item {
            Item::Whole(digest) => {
                held(shelf, &digest, |shelf| judge_whole(shelf, &digest, &mut buffer, &mut read_on))
            }
            Item::Pack(id) => judge_pack(shelf, id, &mut read_on),
            Item::Missing(first) => note_missing(shelf, first),
        };
        match judged {
            Ok(Judged::Stopped) => return,
            Ok(judged) => tally(shelf, item, judged),
            // Nothing more can be judged: the store is being closed.
            Err(error @ (StoreError::Index(IndexError::Closed) | StoreError::Stopped)) => {
                return lock(walk).fail(error);
            }
            Err(error) => {
                tracing::error!(%error, ?item, "a file could not be judged");
                tally(shelf, item, Judged::Unreadable);
            }
        }
        lock(walk).done(item);
        if !throttle.goes_on() {
            return;
        }
    }
}

/// Judges a blob's file while nobody frees it.
fn held(
    shelf: &Shelf,
    digest: &Digest,
    judge: impl FnOnce(&Shelf) -> Result<Judged>,
) -> Result<Judged> {
    match shelf.leases.share(Held::Blob(*digest)) {
        Some(_lease) => judge(shelf),
        None => Ok(Judged::Gone),
    }
}

fn tally(shelf: &Shelf, item: Item, judged: Judged) {
    let add = |tally| shelf.scrubbing.add(tally);
    match judged {
        Judged::Healed => {
            add(Tally::Damaged);
            add(Tally::Healed);
        }
        Judged::Lost => add(Tally::Damaged),
        Judged::Unreadable => add(Tally::Unreadable),
        Judged::Sound | Judged::Gone | Judged::Stopped => {}
    }
    if !matches!(item, Item::Missing(_)) {
        add(Tally::File);
    }
}

/// Writes down the wholes that the index names and nobody finds.
fn note_missing(shelf: &Shelf, first: u8) -> Result<Judged> {
    let dir = Path::new(layout::WHOLE).join(format!("{first:02x}"));
    let there: HashSet<_> =
        shelf.disk.list(&dir)?.iter().filter_map(|entry| whole_of(&entry.name)).collect();
    let mut start = [0; Digest::BYTES];
    start[0] = first;
    let mut after = Digest::from_bytes(start);
    let mut judged = Judged::Sound;
    loop {
        let page = shelf.index.blobs(Some(&after), PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(judged) };
        after = *last;
        for (digest, place) in page {
            let [begins, ..] = digest.as_bytes();
            if *begins != first {
                return Ok(judged);
            }
            let is_whole = matches!(place, Place::Whole { .. });
            if is_whole && !there.contains(&digest) && lose(shelf, &digest, &place)? {
                judged = Judged::Lost;
            }
        }
    }
}

/// Writes down that a whole is gone, if it really is; a sweep forgets a blob before its file goes.
pub fn lose(shelf: &Shelf, digest: &Digest, place: &Place) -> Result<bool> {
    let path = layout::whole(digest);
    match shelf.disk.stat(&path) {
        Err(error) if error.is_missing() => {}
        Ok(_) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    if shelf.index.blob(digest)? != Some(*place) {
        return Ok(false);
    }
    let lost = affected(shelf, digest, None)?;
    shelf.ledger.set_aside(&path, "the file is gone", &lost, Aside::Gone)?;
    Ok(shelf.index.forget_if(digest, place)?)
}

impl Walk<'_> {
    /// The next thing to look at, which counts as being looked at from now on.
    fn next(&mut self) -> Result<Option<Item>> {
        while self.queue.is_empty() {
            let items = self.list()?;
            let Some(items) = items else { return Ok(None) };
            let from = self.from;
            self.queue
                .extend(items.into_iter().filter(|item| from.is_none_or(|from| *item >= from)));
        }
        let item = self.queue.pop_front();
        self.in_flight.extend(item);
        Ok(item)
    }

    fn list(&mut self) -> Result<Option<Vec<Item>>> {
        let stage = self.stage;
        self.stage = stage.saturating_add(1);
        let disk = &*self.shelf.disk;
        if let Ok(first) = u8::try_from(stage) {
            let entries = disk.list(&Path::new(layout::WHOLE).join(format!("{first:02x}")))?;
            let digests = entries.iter().filter_map(|entry| whole_of(&entry.name));
            return Ok(Some(digests.map(Item::Whole).collect()));
        }
        let packs = u16::from(u8::MAX) + 1;
        if stage == packs {
            // Those that should be there, too.
            let mut ids: BTreeSet<_> = layout::packs(disk)?.into_iter().collect();
            ids.extend(self.shelf.index.sealed_packs()?);
            return Ok(Some(ids.into_iter().map(Item::Pack).collect()));
        }
        let first = u8::try_from(stage - packs - 1).ok();
        Ok(first.map(|first| vec![Item::Missing(first)]))
    }

    fn done(&mut self, item: Item) {
        let next = self.queue.front().copied();
        self.in_flight.remove(&item);
        self.unsaved += 1;
        // Between two directories the cursor waits: what comes next is not known yet.
        let cursor = self.in_flight.first().copied().or(next);
        if self.unsaved >= SAVE_FILES && cursor.is_some() {
            self.unsaved = 0;
            if let Err(error) = save(self.shelf, cursor) {
                tracing::warn!(%error, "a scrub that is stopped now begins earlier next time");
            }
        }
    }

    fn fail(&mut self, error: StoreError) {
        self.failed.get_or_insert(error);
    }
}

fn lock<'a, 'b>(walk: &'a Mutex<Walk<'b>>) -> MutexGuard<'a, Walk<'b>> {
    walk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many files a pass reads, and their bytes, as far as the index knows.
fn total(shelf: &Shelf) -> Result<(u64, u64)> {
    let (mut files, mut bytes, mut after) = (0, 0, None);
    loop {
        let page = shelf.index.blobs(after.as_ref(), PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        for (_, place) in page {
            if let Place::Whole { stat, .. } = place {
                files += 1;
                bytes += stat.size;
            }
        }
    }
    for id in layout::packs(&*shelf.disk)? {
        files += 1;
        bytes += shelf.index.sealed(id)?.unwrap_or_default();
    }
    Ok((files, bytes))
}

const WHOLE_TAG: u8 = 1;
const PACK_TAG: u8 = 2;
const MISSING_TAG: u8 = 3;

fn save(shelf: &Shelf, cursor: Option<Item>) -> Result<()> {
    let mut bytes = shelf.scrubbing.state().encode();
    match cursor {
        None => bytes.push(0),
        Some(Item::Whole(digest)) => {
            bytes.push(WHOLE_TAG);
            bytes.extend(digest.as_bytes());
        }
        Some(Item::Pack(PackId(id))) => {
            bytes.push(PACK_TAG);
            bytes.extend(id);
        }
        Some(Item::Missing(first)) => bytes.extend([MISSING_TAG, first]),
    }
    Ok(shelf.index.set_note(CURSOR, &bytes)?)
}

/// What was saved last; from the start where nothing was.
fn load(shelf: &Shelf) -> Result<(ScrubState, Option<Item>)> {
    let saved = shelf.index.note(CURSOR)?.unwrap_or_default();
    let mut fields = Fields(&saved);
    let Some(state) = ScrubState::decode(&mut fields) else {
        return Ok((ScrubState::default(), None));
    };
    let cursor = match fields.u8() {
        Some(WHOLE_TAG) => fields.digest().map(Item::Whole),
        Some(PACK_TAG) => fields.array().map(|id| Item::Pack(PackId(id))),
        Some(MISSING_TAG) => fields.u8().map(Item::Missing),
        _ => None,
    };
    Ok((state, cursor))
}
