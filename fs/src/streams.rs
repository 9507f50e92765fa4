//! Folders that are being listed.
//!
//! The kernel opens no folder here: that would cost a request for each one, even where it knows
//! the listing. So a position in a listing says which one it belongs to. Invariant: a listing is
//! kept until its end was seen, unless [`STREAMS_MAX`] others were asked since; who comes back to
//! one that is not kept gets a new one, at the same place.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::list::Stream;

/// Listings that go on at the same time without a new beginning. Each holds a page.
const STREAMS_MAX: usize = 256;
/// How many bits of a position say which row it is, and how many of which listing: together with
/// the one between them they fill what a program may seek to.
const ROW_BITS: u32 = 40;
const STREAM_BITS: u32 = 22;

/// What a folder showed when its listing began, and what was being written then.
#[derive(Debug)]
pub struct Listing {
    /// What the view shows.
    pub stream: Stream,
    /// The names that were being written, sorted.
    pub saved: Vec<Arc<str>>,
}

/// A place in a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The number of the listing.
    pub stream: u64,
    /// Whether it is among the names that were being written, which come last.
    pub is_saved: bool,
    /// The row, of these or of what the view shows.
    pub row: u64,
}

impl Position {
    /// The number that a program may seek to; 0 is no listing's.
    pub const fn pack(self) -> u64 {
        let part = if self.is_saved { 1 << ROW_BITS } else { 0 };
        self.stream << (ROW_BITS + 1) | part | self.row
    }

    /// What a number stands for.
    pub const fn unpack(number: u64) -> Self {
        Self {
            stream: number >> (ROW_BITS + 1),
            is_saved: number >> ROW_BITS & 1 == 1,
            row: number & ((1 << ROW_BITS) - 1),
        }
    }
}

/// The listings that have not come to their end.
#[derive(Debug, Default)]
pub struct Streams(Mutex<Begun>);

#[derive(Debug, Default)]
struct Begun {
    last: u64,
    /// With their folders, the ones that were asked last at the end.
    recent: VecDeque<(u64, u64, Arc<Mutex<Listing>>)>,
}

impl Streams {
    /// Keeps a listing of a folder that begins, and gives its number.
    pub fn begin(&self, ino: u64, listing: Listing) -> (u64, Arc<Mutex<Listing>>) {
        let listing = Arc::new(Mutex::new(listing));
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun.last = begun.last % ((1 << STREAM_BITS) - 1) + 1;
        let number = begun.last;
        begun.recent.push_back((number, ino, Arc::clone(&listing)));
        let old = if begun.recent.len() > STREAMS_MAX { begun.recent.pop_front() } else { None };
        drop(begun);
        drop(old);
        (number, listing)
    }

    /// A listing of a folder by its number.
    pub fn find(&self, ino: u64, number: u64) -> Option<Arc<Mutex<Listing>>> {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(own, folder, _): &(u64, u64, _)| (*own, *folder) == (number, ino);
        let at = begun.recent.iter().rposition(is_it)?;
        let found = begun.recent.remove(at)?;
        let listing = Arc::clone(&found.2);
        begun.recent.push_back(found);
        Some(listing)
    }

    /// The end of a listing was seen.
    pub fn end(&self, ino: u64, number: u64) {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(own, folder, _): &(u64, u64, _)| (*own, *folder) == (number, ino);
        let at = begun.recent.iter().rposition(is_it);
        let ended = at.and_then(|at| begun.recent.remove(at));
        drop(begun);
        drop(ended);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;

    fn listing() -> Listing {
        Listing { stream: Stream::new(Node::Root), saved: Vec::new() }
    }

    #[test]
    fn a_position_is_a_number_that_programs_may_seek_to() {
        for stream in [0, 1, (1 << STREAM_BITS) - 1] {
            for (is_saved, row) in [(false, 0), (true, 0), (true, (1 << ROW_BITS) - 1)] {
                let position = Position { stream, is_saved, row };
                assert!(i64::try_from(position.pack()).is_ok());
                assert_eq!(Position::unpack(position.pack()), position);
            }
        }
    }

    #[test]
    fn the_listings_that_were_asked_last_are_kept() {
        let streams = Streams::default();
        let (first, _) = streams.begin(7, listing());
        assert!(streams.find(8, first).is_none(), "it is another folder's");
        for _ in 1..STREAMS_MAX {
            streams.begin(9, listing());
        }
        assert!(streams.find(7, first).is_some());
        let (_, _) = streams.begin(9, listing());
        assert!(streams.find(7, first).is_some(), "it was asked a moment ago");
        for _ in 0..STREAMS_MAX {
            streams.begin(9, listing());
        }
        assert!(streams.find(7, first).is_none());
        let (last, _) = streams.begin(9, listing());
        streams.end(9, last);
        assert!(streams.find(9, last).is_none());
    }
}
