//! Search: a tantivy index of the assets, derived from the journal as the tables are.
//!
//! The only place that knows tantivy. Invariant: it is deleted without loss, holds nothing that the
//! journal does not, and is behind it by less than a second; what it finds is read from the facts.

mod ask;
mod error;
mod feed;
mod field;
mod gather;
mod indexer;
mod order;
mod query;
mod schema;
mod shown;
mod tokens;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rushes_digest::Digest;
use rushes_disk::{Derived, Trust};
use tantivy::query::{EnableScoring, Query};

use crate::command::COST_MAX;
use crate::ids::{AssetId, UserId};
use crate::journal::JournalReader;
use crate::line::Head;
use crate::model::Asset;
use crate::tables::Tables;
use crate::tally::micros_of;
use gather::{Gathered, Span, Wanted};
use indexer::Indexer;
use order::Place;
use query::{FixedStatistics, query_of};
use schema::{Layout, NO_COST, Owner};
use shown::Shown;

pub use error::SearchError;
pub(crate) use feed::Feed;
pub use field::Field;
pub use order::Sort;

/// Longest time that one search takes.
const BUDGET: Duration = Duration::from_millis(250);
/// Most assets that one search returns.
pub const FOUND_MAX: usize = 1000;
/// Most values of a field that are counted: the most frequent ones.
pub const VALUES_MAX: usize = 50;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// Words, "phrases", -without, a last word that goes on*.
    pub words: Option<String>,
    /// Properties that it must have, all of them.
    pub filters: Vec<(Field, String)>,
    /// When it was recorded: from (included), to (excluded), milliseconds since 1970.
    pub created_ms: Option<Span>,
    /// The least and the most that it cost, in the account's currency. With either, what nobody
    /// said the cost of is not found.
    pub cost: (Option<f64>, Option<f64>),
    /// What comes first; by relevance where there are words, else the newest.
    pub sort: Option<Sort>,
    /// How many, at most [`FOUND_MAX`].
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// What is counted over everything that is found.
    pub counted: Vec<Field>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// A page of it.
    pub assets: Vec<Asset>,
    /// Where the page ends, if there is another one.
    pub next_cursor: Option<String>,
    /// How many there are on all pages.
    pub total: u64,
    /// The values of the counted fields, the most frequent first, at most [`VALUES_MAX`] of each.
    pub counts: Vec<(Field, Vec<(String, u64)>)>,
}

/// The same before it is read from the facts.
#[derive(Debug)]
pub(crate) struct Hits {
    pub(crate) ids: Vec<AssetId>,
    pub(crate) next_cursor: Option<String>,
    pub(crate) total: u64,
    pub(crate) counts: Vec<(Field, Vec<(String, u64)>)>,
}

type Thread = JoinHandle<Option<(Derived, Head)>>;

/// The index.
#[derive(Debug)]
pub(crate) struct Search {
    layout: Layout,
    feed: Arc<Feed>,
    shown: Arc<Shown>,
    thread: Mutex<Option<Thread>>,
}

impl Search {
    /// Starts the thread that brings the index up to `head` and keeps it there.
    pub(crate) fn start(
        (derived, trust): (Derived, Trust),
        (tables, journal): (Arc<Tables>, Arc<JournalReader>),
        head: Head,
    ) -> std::io::Result<Self> {
        let (layout, feed) = (Layout::new(), Arc::new(Feed::new(head)));
        let shown = Arc::new(Shown::default());
        let indexer = Indexer {
            derived,
            layout: layout.clone(),
            tables,
            journal,
            feed: Arc::clone(&feed),
            shown: Arc::clone(&shown),
        };
        let is_trusted = !matches!(trust, Trust::Rebuild { .. });
        let thread = std::thread::Builder::new().name("search index".to_owned());
        let thread = thread.spawn(move || indexer.run(is_trusted))?;
        Ok(Self { layout, feed, shown, thread: Mutex::new(Some(thread)) })
    }

    /// Where the sequencer says what is new.
    pub(crate) fn feed(&self) -> Arc<Feed> {
        Arc::clone(&self.feed)
    }

    /// How far the index is.
    pub(crate) fn percent(&self) -> u8 {
        self.shown.percent()
    }

    /// Finds assets of an owner.
    pub(crate) fn find(&self, owner: UserId, find: &Find) -> Result<Hits, SearchError> {
        let deadline = Instant::now() + BUDGET;
        let parts = ask::parse(find.words.as_deref().unwrap_or_default())?;
        let usual = if parts.is_empty() { Sort::Newest } else { Sort::Relevance };
        let sort = find.sort.unwrap_or(usual);
        let asked = (owner, &parts, &find.filters, find.created_ms, find.cost, sort);
        let digest = Digest::of(format!("{asked:?}").as_bytes());
        let cursor = find.cursor.as_deref();
        let after = cursor.map(|cursor| Place::of_cursor(cursor, &digest)).transpose()?;
        let cost = cost_span(find.cost)?;
        let limit = find.limit.clamp(1, FOUND_MAX);
        let searcher = self.shown.searcher()?;
        let owner = Owner::new(&self.layout, owner);
        let query = query_of(&owner, &parts, &find.filters, &searcher)?;
        let scoring = if sort == Sort::Relevance {
            EnableScoring::enabled_from_statistics_provider(&FixedStatistics, &searcher)
        } else {
            EnableScoring::disabled_from_searcher(&searcher)
        };
        let weight = query.weight(scoring)?;
        let wanted = Wanted {
            sort,
            after,
            // One more than asked for tells whether there is another page.
            limit: limit + 1,
            counted: &find.counted,
            created: find.created_ms,
            cost,
            deadline,
        };
        let mut gathered = Gathered::default();
        for segment in searcher.segment_readers() {
            gathered.add_segment(&wanted, &*weight, segment)?;
        }
        Ok(hits(gathered, &find.counted, (limit, &digest)))
    }

    /// Brings the index up to the facts, which change no more, and leaves the mark of a clean stop.
    pub(crate) fn close(&self) -> std::io::Result<()> {
        match self.join() {
            Some((derived, head)) => derived.close(&head.to_string()),
            None => Ok(()),
        }
    }

    fn join(&self) -> Option<(Derived, Head)> {
        self.feed.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        thread.and_then(|thread| thread.join().ok().flatten())
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.join();
    }
}

/// The costs between two, both included.
fn cost_span((least, most): (Option<f64>, Option<f64>)) -> Result<Option<Span>, SearchError> {
    for (field, cost) in [("cost_min", least), ("cost_max", most)] {
        if cost.is_some_and(|cost| !(0.0..=COST_MAX).contains(&cost)) {
            let reason = format!("must be a number from 0 to {COST_MAX}");
            return Err(SearchError::Refused { field, reason });
        }
    }
    if least.is_none() && most.is_none() {
        return Ok(None);
    }
    let to = most.map_or(NO_COST, |most| micros_of(most) + 1);
    Ok(Some((least.map_or(0, micros_of), to)))
}

fn hits(gathered: Gathered, counted: &[Field], (limit, digest): (usize, &Digest)) -> Hits {
    let Gathered { mut places, total, counts } = gathered;
    places.sort_unstable();
    let has_more = places.len() > limit;
    places.truncate(limit);
    let next_cursor = places.last().filter(|_| has_more).map(|last| last.cursor(digest));
    let ids = places.iter().map(|place| AssetId::from_bytes(place.id.to_be_bytes())).collect();
    Hits { ids, next_cursor, total, counts: most_frequent(counts, counted) }
}

fn most_frequent(
    mut counts: HashMap<Field, HashMap<String, u64>>,
    counted: &[Field],
) -> Vec<(Field, Vec<(String, u64)>)> {
    let most = |field: &Field| {
        let mut values: Vec<_> = counts.remove(field).unwrap_or_default().into_iter().collect();
        values.sort_unstable_by(|(a, times_a), (b, times_b)| {
            times_b.cmp(times_a).then_with(|| a.cmp(b))
        });
        values.truncate(VALUES_MAX);
        (*field, values)
    };
    counted.iter().map(most).collect()
}
