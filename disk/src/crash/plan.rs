//! What a crashing disk was told to do wrong: cuts, faults and lies.
//!
//! Knows nothing of files.

use std::path::PathBuf;

use crate::Verb;

/// On which side of a sync the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Nothing of it is promised: pending bytes survive in part.
    Before,
    /// It is done, but the caller never hears of it.
    After,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// EIO. A sync that fails like this loses what it should have saved.
    Io,
    /// ENOSPC; a write keeps its first half.
    Full,
    /// The next write keeps all but its last byte, and fails then. Calls that do not write work.
    Short,
}

/// What a disk says of a sync that is not so: for tests of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Contents are not durable.
    Contents,
    /// Names are not durable.
    Names,
    /// What a sync promised is done with the next sync.
    Late,
}

/// What one sync makes durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    Content(u64),
    Names(PathBuf),
}

/// A fault that is to come.
#[derive(Debug, Clone, Copy)]
pub struct Planned {
    /// Calls before it was planned.
    pub since: u64,
    /// At which call from then on.
    pub call: u64,
    pub fault: Fault,
}

impl Planned {
    /// Whether it strikes a call.
    pub fn strikes(&self, verb: Verb, calls: u64) -> bool {
        match self.fault {
            Fault::Io | Fault::Full => calls == self.since + self.call,
            Fault::Short => calls >= self.since + self.call && verb == Verb::Write,
        }
    }
}
