//! A folder that is open.

use std::sync::Arc;

use crate::list::Stream;
/// An open folder: what the view shows, and the names that were being written when it was opened.
#[derive(Debug)]
pub struct Listing {
    /// What the view shows.
    pub stream: Stream,
    /// The names that were being written, sorted.
    pub saved: Vec<Arc<str>>,
}
