//! What a search sees of the index: how it was at its last commit, or how far it is from that.

use std::sync::{PoisonError, RwLock};

use tantivy::{IndexReader, Searcher};

use super::error::SearchError;
use crate::model::Revision;

/// What a search sees.
#[derive(Default)]
pub struct Shown(RwLock<State>);

enum State {
    Rebuilding { percent: u8 },
    Ready(IndexReader),
}

impl Default for State {
    fn default() -> Self {
        Self::Rebuilding { percent: 0 }
    }
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shown").finish_non_exhaustive()
    }
}

impl Shown {
    /// The index as it was at its last commit.
    pub fn searcher(&self) -> Result<Searcher, SearchError> {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            State::Ready(view) => Ok(view.searcher()),
            State::Rebuilding { percent } => Err(SearchError::Rebuilding { percent: *percent }),
        }
    }

    /// How far the index is, in percent; 100 is one that is shown.
    pub fn percent(&self) -> u8 {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            State::Ready(_) => 100,
            State::Rebuilding { percent } => *percent,
        }
    }

    /// Shows an index from now on.
    pub fn show(&self, view: &IndexReader) {
        self.set(State::Ready(view.clone()));
    }

    /// Shows none: it is made anew.
    pub fn rebuild(&self, percent: u8) {
        self.set(State::Rebuilding { percent });
    }

    /// Says how far an index is that is not shown yet; one that is shown stays.
    pub fn progress(&self, done: Revision, target: Revision) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let State::Rebuilding { percent } = &mut *state {
            let now = done.saturating_mul(100).checked_div(target).unwrap_or(100);
            *percent = u8::try_from(now).unwrap_or(100).min(99);
        }
    }

    fn set(&self, state: State) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = state;
    }
}
