//! What can happen to a store, and how often.
//!
//! Knows nothing of how it is done.

/// What can happen to a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// A new content: small, a text, a whole, or an edit of an earlier whole.
    Small,
    Text,
    Whole,
    Edit,
    /// A content that was put before, named or not.
    Again,
    /// Reads one content; opens a reader and keeps it.
    Read,
    Open,
    Release,
    Sweep,
    Compact,
    /// A released content is put again, and a sweep comes before a fact names it.
    SweepBeforeName,
    /// An edit of a released content is staged, and a sweep comes before it is put.
    SweepBeforePut,
    /// Everything at rest is read again; nothing is wrong with it.
    Scrub,
    Verify,
    Reindex,
    Stop,
    Kill,
    Cut,
    Fault,
}

/// What a user does: no interference.
pub const USE: &[(usize, Op)] = &[
    (12, Op::Small),
    (3, Op::Text),
    (6, Op::Whole),
    (8, Op::Edit),
    (5, Op::Again),
    (4, Op::Read),
    (4, Op::Open),
    (12, Op::Release),
    (8, Op::Sweep),
    (3, Op::Compact),
    (4, Op::SweepBeforeName),
    (3, Op::SweepBeforePut),
    (3, Op::Scrub),
    (2, Op::Verify),
    (3, Op::Reindex),
    (4, Op::Stop),
];
