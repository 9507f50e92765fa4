//! Answers that stand for a moment: what is new, and what was found.
//!
//! Knows nothing of what it holds. Invariant: at most [`ANSWERS_MAX`], none older than [`MOMENT`]
//! is given.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::node::{MOMENT, Node};

/// Answers that are held.
const ANSWERS_MAX: usize = 16;

/// The entries of a folder, by name.
pub type Shown<T> = Arc<[(String, T)]>;

/// Answers of a moment ago.
#[derive(Debug)]
pub struct Answers<T>(Mutex<VecDeque<(Node, Instant, Shown<T>)>>);

impl<T> Answers<T> {
    /// None yet.
    pub fn none() -> Self {
        Self(Mutex::default())
    }

    /// What a folder showed.
    pub fn get(&self, folder: &Node) -> Option<Shown<T>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|(_, since, _)| since.elapsed() < MOMENT);
        let found = held.iter().find(|(of, ..)| of == folder);
        found.map(|(.., shown)| Arc::clone(shown))
    }

    /// What a folder shows now.
    pub fn put(&self, folder: &Node, shown: &Shown<T>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|(of, ..)| of != folder);
        held.push_back((folder.clone(), Instant::now(), Arc::clone(shown)));
        if held.len() > ANSWERS_MAX {
            held.pop_front();
        }
    }
}
