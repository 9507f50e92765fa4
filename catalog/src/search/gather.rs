//! One pass over everything that a query finds: a page of it in order, and what it counts.
//!
//! Invariant: memory is bounded by the page, the counted values and the segments, not by what is
//! found, and the pass ends with an error once its time is over.

use std::collections::{BinaryHeap, HashMap};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Instant;

use tantivy::columnar::{ColumnValues, StrColumn};
use tantivy::query::{Scorer, Weight};
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

use super::error::SearchError;
use super::field::Field;
use super::order::{Place, Sort};
use super::schema::{COST, CREATED, ID, NAME, NO_COST};

/// Documents between two looks at the clock: far less than a millisecond.
const LOOK_EVERY: u32 = 4096;
/// Values of one field that one segment may bring into the counts: the most frequent ones there.
const SEGMENT_VALUES_MAX: usize = 10_000;
/// Low bits of a score that are left out: sums of the same numbers in another order differ there.
const SCORE_NOISE_BITS: u32 = 8;

/// From (included) and to (excluded).
pub type Span = (u64, u64);

/// What is wanted of the assets that a query finds.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// What comes first.
    pub sort: Sort,
    /// Where the page before ended.
    pub after: Option<Place>,
    /// How many.
    pub limit: usize,
    /// What is counted.
    pub counted: &'a [Field],
    /// When they were made, milliseconds since 1970.
    pub created: Option<Span>,
    /// What they cost, millionths of the account's currency.
    pub cost: Option<Span>,
    /// When it must be over.
    pub deadline: Instant,
}

/// What was found in all segments so far.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The first places after the wanted one, in no order yet.
    pub places: Vec<Place>,
    /// How many there are altogether.
    pub total: u64,
    /// Of each counted field how often each value is there.
    pub counts: HashMap<Field, HashMap<String, u64>>,
}

impl Gathered {
    /// Adds what a segment holds.
    pub fn add_segment(
        &mut self,
        wanted: &Wanted<'_>,
        weight: &dyn Weight,
        segment: &SegmentReader,
    ) -> Result<(), SearchError> {
        let mut page = Page::open(wanted, segment)?;
        let mut counters = Vec::new();
        for field in wanted.counted {
            counters.extend(Counter::open(*field, segment)?);
        }
        let within = Within::open(wanted, segment)?;
        let mut scorer = weight.scorer(segment, 1.0)?;
        let alive = segment.alive_bitset();
        let mut looked = 0_u32;
        let mut doc = scorer.doc();
        while doc != TERMINATED {
            looked += 1;
            if looked.is_multiple_of(LOOK_EVERY) && Instant::now() > wanted.deadline {
                return Err(SearchError::TooLong);
            }
            if alive.is_none_or(|alive| alive.is_alive(doc)) && within.has(doc) {
                self.total += 1;
                page.offer(doc, &mut *scorer);
                for counter in &mut counters {
                    counter.count(doc);
                }
            }
            doc = scorer.advance();
        }
        self.places.append(&mut page.places()?);
        for counter in counters {
            counter.add_to(self.counts.entry(counter.field).or_default())?;
        }
        if Instant::now() > wanted.deadline { Err(SearchError::TooLong) } else { Ok(()) }
    }
}

type Numbers = Arc<dyn ColumnValues<u64>>;

fn numbers(segment: &SegmentReader, name: &str, absent: u64) -> Result<Numbers, SearchError> {
    Ok(segment.fast_fields().u64(name)?.first_or_default_col(absent))
}

/// The spans that a document must lie in.
struct Within(Vec<(Numbers, Span)>);

impl Within {
    fn open(wanted: &Wanted<'_>, segment: &SegmentReader) -> Result<Self, SearchError> {
        let mut spans = Vec::new();
        for (name, absent, span) in [(CREATED, 0, wanted.created), (COST, NO_COST, wanted.cost)] {
            if let Some(span) = span {
                spans.push((numbers(segment, name, absent)?, span));
            }
        }
        Ok(Self(spans))
    }

    fn has(&self, doc: DocId) -> bool {
        self.0.iter().all(|(column, (from, to))| (*from..*to).contains(&column.get_val(doc)))
    }
}

/// What the places of a segment are ordered by.
enum Keys {
    Score(Numbers),
    Up(Numbers),
    Down(Numbers),
    Dearest(Numbers),
    Names(Option<StrColumn>),
}

impl Keys {
    fn open(sort: Sort, segment: &SegmentReader) -> Result<Self, SearchError> {
        let created = || numbers(segment, CREATED, 0);
        Ok(match sort {
            Sort::Relevance => Self::Score(created()?),
            Sort::Newest => Self::Down(created()?),
            Sort::Oldest => Self::Up(created()?),
            Sort::Cheapest => Self::Up(numbers(segment, COST, NO_COST)?),
            Sort::Dearest => Self::Dearest(numbers(segment, COST, NO_COST)?),
            Sort::Name => Self::Names(segment.fast_fields().str(NAME)?),
        })
    }

    fn of(&self, doc: DocId, scorer: &mut dyn Scorer) -> u64 {
        match self {
            Self::Score(created) => {
                // The bits of positive floats sort as the numbers do; of equals the newest first.
                let score = scorer.score().max(0.0).to_bits() >> SCORE_NOISE_BITS;
                let created_s = u32::try_from(created.get_val(doc) / 1000).unwrap_or(u32::MAX);
                (u64::from(!score) << 32) | u64::from(!created_s)
            }
            Self::Up(column) => column.get_val(doc),
            Self::Down(column) => !column.get_val(doc),
            Self::Dearest(column) => match column.get_val(doc) {
                NO_COST => NO_COST,
                cost => NO_COST - 1 - cost,
            },
            Self::Names(column) => {
                column.as_ref().and_then(|names| names.ords().first(doc)).unwrap_or(0)
            }
        }
    }

    /// What the keys after a place are: above a number, or at it with a higher id.
    fn after(&self, place: &Place) -> Result<(u64, Option<u128>), SearchError> {
        let Self::Names(names) = self else {
            let key = place.key.as_slice().try_into().map(u64::from_be_bytes);
            let key = key.map_err(|_| SearchError::Refused {
                field: "cursor",
                reason: "is none that this search gave".to_owned(),
            })?;
            return Ok((key, Some(place.id)));
        };
        let Some(names) = names else { return Ok((0, Some(place.id))) };
        let from = Bound::Included(place.key.as_slice());
        let (from, _) = names.dictionary().term_bounds_to_ord(from, Bound::Unbounded)?;
        let (Bound::Included(ord) | Bound::Excluded(ord)) = from else { return Ok((0, None)) };
        let mut text = Vec::new();
        let is_there = names.dictionary().ord_to_term(ord, &mut text)? && text == place.key;
        Ok((ord, is_there.then_some(place.id)))
    }

    /// The key that holds in all segments.
    fn global(&self, key: u64) -> Result<Vec<u8>, SearchError> {
        let Self::Names(names) = self else { return Ok(key.to_be_bytes().to_vec()) };
        let mut name = Vec::new();
        if let Some(names) = names {
            names.dictionary().ord_to_term(key, &mut name)?;
        }
        Ok(name)
    }
}

/// The first places of a segment.
struct Page {
    keys: Keys,
    ids: [Numbers; 2],
    after: Option<(u64, Option<u128>)>,
    limit: usize,
    /// The last of them on top.
    first: BinaryHeap<(u64, u128)>,
}

impl Page {
    fn open(wanted: &Wanted<'_>, segment: &SegmentReader) -> Result<Self, SearchError> {
        let keys = Keys::open(wanted.sort, segment)?;
        let after = wanted.after.as_ref().map(|place| keys.after(place)).transpose()?;
        let [high, low] = ID;
        let ids = [numbers(segment, high, 0)?, numbers(segment, low, 0)?];
        Ok(Self { keys, ids, after, limit: wanted.limit, first: BinaryHeap::new() })
    }

    fn offer(&mut self, doc: DocId, scorer: &mut dyn Scorer) {
        let key = self.keys.of(doc, scorer);
        let last = self.first.peek().filter(|_| self.first.len() >= self.limit).copied();
        let is_late = last.is_some_and(|(last, _)| key > last);
        let is_early = self.after.is_some_and(|(from, _)| key < from);
        if is_late || is_early {
            return;
        }
        let [high, low] = &self.ids;
        let place = (key, (u128::from(high.get_val(doc)) << 64) | u128::from(low.get_val(doc)));
        let is_past = match self.after {
            Some((from, Some(id))) if key == from => place.1 > id,
            _ => true,
        };
        if is_past && last.is_none_or(|last| place < last) {
            self.first.push(place);
            if self.first.len() > self.limit {
                self.first.pop();
            }
        }
    }

    fn places(self) -> Result<Vec<Place>, SearchError> {
        let keys = self.keys;
        let place = |(key, id)| Ok(Place { key: keys.global(key)?, id });
        self.first.into_iter().map(place).collect()
    }
}

/// How often each value of a field is there.
struct Counter {
    field: Field,
    values: StrColumn,
    /// By the value's number in the segment, for those that were met: there are as many values as
    /// all users together have.
    counts: HashMap<u64, u32>,
}

impl Counter {
    fn open(field: Field, segment: &SegmentReader) -> Result<Option<Self>, SearchError> {
        let Some(values) = segment.fast_fields().str(field.word())? else { return Ok(None) };
        Ok(Some(Self { field, values, counts: HashMap::new() }))
    }

    fn count(&mut self, doc: DocId) {
        for value in self.values.ords().values_for_doc(doc) {
            *self.counts.entry(value).or_default() += 1;
        }
    }

    fn add_to(&self, all: &mut HashMap<String, u64>) -> Result<(), SearchError> {
        let mut counted: Vec<_> = self.counts.iter().map(|(ord, count)| (*ord, *count)).collect();
        if counted.len() > SEGMENT_VALUES_MAX {
            counted.sort_by_key(|(ord, count)| (std::cmp::Reverse(*count), *ord));
            counted.truncate(SEGMENT_VALUES_MAX);
        }
        counted.sort_unstable();
        let (ords, counts): (Vec<_>, Vec<_>) = counted.into_iter().unzip();
        let mut counts = counts.into_iter();
        self.values.dictionary().sorted_ords_to_term_cb(&ords, |value| {
            let value = String::from_utf8_lossy(value).into_owned();
            *all.entry(value).or_default() += u64::from(counts.next().unwrap_or(0));
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tantivy::query::{AllQuery, EnableScoring, Query};
    use tantivy::{Index, TantivyDocument};

    use super::super::schema::Layout;
    use super::*;

    #[test]
    fn a_pass_ends_when_its_time_is_over() {
        let layout = Layout::new();
        let index = Index::create_in_ram(layout.schema.clone());
        Layout::register(&index);
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 20_000_000).unwrap();
        writer.add_document(TantivyDocument::new()).unwrap();
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let scoring = EnableScoring::disabled_from_searcher(&searcher);
        let weight = AllQuery.weight(scoring).unwrap();
        let pass = |deadline| {
            let wanted = Wanted {
                sort: Sort::Newest,
                after: None,
                limit: 2,
                counted: &[],
                created: None,
                cost: None,
                deadline,
            };
            let mut gathered = Gathered::default();
            let segment = searcher.segment_reader(0);
            gathered.add_segment(&wanted, &*weight, segment).map(|()| gathered.total)
        };
        let now = Instant::now();
        assert!(matches!(pass(now), Err(SearchError::TooLong)));
        assert_eq!(pass(now + std::time::Duration::from_mins(1)).unwrap(), 1);
    }
}
