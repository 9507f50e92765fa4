//! How long the texts of records are, as they were rendered last: a listing shows the size of each,
//! and need not render them all again.
//!
//! Knows no record. Invariant: a size is only given for the stamp that it was kept with, and at
//! most twice [`SIZES_MAX`] are kept: those that were asked for last.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rushes_vault::source::RecordOf;

/// Sizes of which the older half is forgotten.
const SIZES_MAX: usize = 64 * 1024;

/// What is known of a record's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sized {
    /// Its length in bytes.
    pub bytes: u64,
    /// The start of its digest.
    pub text: u64,
}

/// The sizes of records.
#[derive(Debug, Default)]
pub struct Sizes(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    recent: HashMap<RecordOf, (u64, Sized)>,
    older: HashMap<RecordOf, (u64, Sized)>,
}

impl Sizes {
    /// The size of a record that was kept with this stamp.
    pub fn get(&self, of: &RecordOf, stamp: u64) -> Option<Sized> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((own, sized)) = kept.recent.get(of) {
            return (*own == stamp).then_some(*sized);
        }
        let (of, found) = kept.older.remove_entry(of)?;
        kept.keep(of, found);
        (found.0 == stamp).then_some(found.1)
    }

    /// Keeps the size of a record.
    pub fn put(&self, of: RecordOf, stamp: u64, sized: Sized) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keep(of, (stamp, sized));
    }
}

impl Kept {
    fn keep(&mut self, of: RecordOf, found: (u64, Sized)) {
        if self.recent.len() >= SIZES_MAX {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(of, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: usize) -> RecordOf {
        RecordOf::Project(format!("fox-{number}").parse().unwrap())
    }

    #[test]
    fn a_size_is_given_for_its_stamp_and_the_last_ones_are_kept() {
        let (known, sized) = (Sizes::default(), Sized { bytes: 7, text: 8 });
        known.put(of(0), 1, sized);
        assert_eq!(known.get(&of(0), 1), Some(sized));
        assert_eq!(known.get(&of(0), 2), None);
        assert_eq!(known.get(&of(1), 1), None);
        (1..=SIZES_MAX).for_each(|number| known.put(of(number), 1, sized));
        assert_eq!(known.get(&of(0), 1), Some(sized), "it is among the older ones, and recent now");
        (SIZES_MAX + 1..=SIZES_MAX * 2).for_each(|number| known.put(of(number), 1, sized));
        assert_eq!(known.get(&of(0), 1), Some(sized));
        assert_eq!(known.get(&of(1), 1), None);
    }
}
