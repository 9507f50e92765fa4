//! How much of the journal one answer is made from.
//!
//! Reads no claim: a row knows how long the claim behind it is. Invariant: what does not fit is
//! found out before anything of it is read; a page then ends early and says that there is more, and
//! a view that has no pages is refused.

use crate::tables::{AssetRow, ClaimRow, ElementRow, ProjectRow, SceneRow, VersionRow};

/// Most bytes of claims behind an answer that is given as a whole: with what else is in memory for
/// it, a few such answers at once still fit into a small machine.
pub const VIEW_BYTES_MAX: u64 = 64 << 20;
/// Most bytes of claims behind one page; a page has one entry at least.
pub const PAGE_BYTES_MAX: u64 = 16 << 20;

/// A view holds more than one answer may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is more than {max} {of}: {instead}")]
pub struct TooMuch {
    /// How much an answer may hold.
    pub max: u64,
    /// Of what.
    pub of: &'static str,
    /// What to ask instead.
    pub instead: &'static str,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its entries.
    pub entries: Vec<T>,
    /// Whether there are others behind them.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// The same with something made of each entry.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        let entries = self.entries.into_iter().map(each).collect();
        Page { entries, has_more: self.has_more }
    }
}

/// A row that points to claims.
pub trait Weighed {
    /// How long the JSON of its claims is, in bytes.
    fn bytes(&self) -> u64;
}

impl Weighed for ProjectRow {
    fn bytes(&self) -> u64 {
        self.position.length.into()
    }
}

impl Weighed for SceneRow {
    fn bytes(&self) -> u64 {
        self.position.length.into()
    }
}

impl Weighed for ElementRow {
    fn bytes(&self) -> u64 {
        self.position.length.into()
    }
}

impl Weighed for AssetRow {
    fn bytes(&self) -> u64 {
        u64::from(self.position.length) + marks_bytes(self.marks)
    }
}

impl Weighed for VersionRow {
    fn bytes(&self) -> u64 {
        u64::from(self.position.length) + marks_bytes(self.marks)
    }
}

fn marks_bytes(marks: Option<ClaimRow>) -> u64 {
    marks.map_or(0, |claim| claim.position.length.into())
}

/// Ends a page where it is full: `rows` are one more than it may have, where there are so many.
pub fn page<R: Weighed>(mut rows: Vec<R>, limit: usize) -> Page<R> {
    let mut bytes = 0;
    let is_full = |row: &R| {
        bytes += row.bytes();
        bytes > PAGE_BYTES_MAX
    };
    let count = rows.iter().take(limit).position(is_full).unwrap_or(limit).max(1);
    let has_more = rows.len() > count;
    rows.truncate(count);
    Page { entries: rows, has_more }
}

/// Refuses a view that is made from more than one answer may be.
pub fn whole(bytes: impl Iterator<Item = u64>, instead: &'static str) -> Result<(), TooMuch> {
    let mut left = VIEW_BYTES_MAX;
    for bytes in bytes {
        let refused = TooMuch { max: VIEW_BYTES_MAX, of: "bytes of records", instead };
        left = left.checked_sub(bytes).ok_or(refused)?;
    }
    Ok(())
}

/// Refuses a view of more rows than one answer may hold.
pub fn few<R>(
    rows: Vec<R>,
    max: usize,
    (of, instead): (&'static str, &'static str),
) -> Result<Vec<R>, TooMuch> {
    let count = u64::try_from(max).unwrap_or(u64::MAX);
    if rows.len() > max { Err(TooMuch { max: count, of, instead }) } else { Ok(rows) }
}
