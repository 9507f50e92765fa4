//! Why a search has no answer.

use crate::journal::ReadError;
use crate::records::QueryError;
use crate::tables::TablesError;

/// Why a search has no answer. "Nothing found" is an answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A member of what was asked is not acceptable; the text says what would be.
    #[error("{field}: {reason}")]
    Refused {
        /// The member's name on the wire.
        field: &'static str,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// The index is behind the facts, because it is made anew or catches up.
    #[error("the search index is being rebuilt: {percent}%; try again in a moment")]
    Rebuilding {
        /// How far it is.
        percent: u8,
    },
    /// It takes longer than a search may.
    #[error("the search takes too long: add a word or a filter")]
    TooLong,
    /// The catalogue was opened without a search, or is closed.
    #[error("there is no search index")]
    Off,
    /// The index failed.
    #[error("the search index failed: {0}")]
    Failed(String),
    /// The facts cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<std::io::Error> for SearchError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<TablesError> for SearchError {
    fn from(error: TablesError) -> Self {
        Self::Query(error.into())
    }
}

impl From<ReadError> for SearchError {
    fn from(error: ReadError) -> Self {
        Self::Query(error.into())
    }
}
