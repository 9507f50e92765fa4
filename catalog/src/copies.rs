//! The second copy of a closed journal file as a fact: when it is recorded, and as which row.
//!
//! Knows no place for bytes: who has one makes the copies. Invariant: a copy is recorded once, when
//! it is durable, and from then on its bytes count as named for ever.

use crate::claim::Fact;
use crate::command::CommandError;
use crate::journal::{KeptSegment, Segment};
use crate::naming;
use crate::tables::{Get, Key, Overlay, SegmentRow, TablesError};

/// Decides that a copy is recorded.
pub fn keep(kept: &KeptSegment, facts: &impl Get) -> Result<Vec<Fact>, CommandError> {
    let KeptSegment { segment: Segment { first, next }, digest, size } = *kept;
    if facts.get::<SegmentRow>(&Key::segment(first))?.is_some() {
        return Err(CommandError::Taken { field: "first" });
    }
    Ok(vec![Fact::SegmentKept { first, next, digest, size }])
}

/// Writes down that there is a copy.
pub fn fold<B: Get>(kept: &KeptSegment, into: &mut Overlay<'_, B>) -> Result<(), TablesError> {
    let KeptSegment { segment: Segment { first, next }, digest, size } = *kept;
    into.put(Key::segment(first), &SegmentRow { next, digest: *digest.as_bytes(), size })?;
    naming::name_once(&digest, into)
}
