//! That an answer would be larger than one may be.
//!
//! Asks nothing. Invariant: it says what to ask instead.

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
