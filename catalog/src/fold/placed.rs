//! A claim with its place, and why one cannot be folded.

use crate::claim::Claim;
use crate::journal::Position;
use crate::model::Revision;
use crate::tables::TablesError;

/// Why a claim cannot be folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// The tables failed.
    #[error(transparent)]
    Tables(#[from] TablesError),
    /// The claim contradicts the ones before it: the journal was not written by one sequencer.
    #[error("revision {revision} contradicts what came before it: {reason}")]
    Contradiction {
        /// The claim.
        revision: Revision,
        /// In which way.
        reason: &'static str,
    },
}

/// A claim with its place.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// Its number.
    pub revision: Revision,
    /// Where it stands.
    pub position: Position,
    /// What it says.
    pub claim: &'a Claim,
}

impl Placed<'_> {
    /// Says that it contradicts what came before it.
    pub fn contradicts(&self, reason: &'static str) -> FoldError {
        FoldError::Contradiction { revision: self.revision, reason }
    }
}
