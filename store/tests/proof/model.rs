//! The naive model: a map of digests to bytes, and what was promised of each.
//!
//! Knows nothing of disks and indexes. Invariant: what is named was acknowledged and not released
//! since, or was seen after a restart.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_store::{Familiar, Store, StoreError};

use crate::dice::Dice;

/// What breaks a promise, in words.
pub type Held<T = ()> = Result<T, String>;

/// What was promised of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was put, without an answer or with an error: it may be there, all of it.
    Untold,
    /// It was acknowledged: it is there.
    Named,
    /// It was released at that step: a sweep may free it.
    Released(usize),
    /// A sweep has freed it: it may come back when the index is rebuilt.
    Swept,
}

/// A content and what was promised of it.
#[derive(Debug, Clone)]
pub struct Fact {
    pub content: Arc<Vec<u8>>,
    /// What it was made from.
    pub parent: Option<Digest>,
    pub state: State,
    /// At which sync it was acknowledged.
    pub told_at: u64,
}

impl Fact {
    /// What was freed keeps nothing alive. Its manifest may be found again at a start, without what
    /// it names.
    fn may_lack(&self) -> bool {
        self.state == State::Swept
    }
}

/// All contents that were ever put.
#[derive(Debug, Clone, Default)]
pub struct Model(pub BTreeMap<Digest, Fact>);

impl Model {
    /// One of the contents that a test accepts.
    pub fn any(&self, dice: &mut Dice, is_wanted: impl Fn(&Fact) -> bool) -> Option<Digest> {
        let wanted: Vec<_> = self.0.iter().filter(|(_, fact)| is_wanted(fact)).collect();
        wanted.get(dice.below(wanted.len())).map(|(digest, _)| **digest)
    }

    pub fn named(&self, dice: &mut Dice) -> Option<Digest> {
        self.any(dice, |fact| fact.state == State::Named)
    }

    pub fn released(&self, dice: &mut Dice) -> Option<Digest> {
        self.any(dice, |fact| matches!(fact.state, State::Released(_)))
    }

    /// A user who references what is named.
    pub fn familiar(&self) -> Familiar {
        let named = self.0.iter().filter(|(_, fact)| fact.state == State::Named);
        let named: HashSet<Digest> = named.map(|(digest, _)| *digest).collect();
        Familiar::new(move |digest| named.contains(digest))
    }

    /// Notes a content that is being put.
    pub fn begin(&mut self, content: Vec<u8>, parent: Option<Digest>) -> Digest {
        let digest = Digest::of(&content);
        let state = State::Untold;
        let fact = Fact { content: Arc::new(content), parent, state, told_at: 0 };
        self.0.entry(digest).or_insert(fact);
        digest
    }

    pub fn set(&mut self, digest: &Digest, state: State) {
        self.0.get_mut(digest).unwrap().state = state;
    }

    /// Whether a sweep may free a blob. What was never released never goes.
    pub fn is_free(&self, digest: &Digest, step: usize, grace: usize) -> bool {
        match self.0.get(digest).map(|fact| fact.state) {
            Some(State::Released(at)) => at + grace <= step,
            Some(State::Swept) => true,
            _ => false,
        }
    }

    /// Whatever opens is right, and what is named opens. What opens after a start is named from
    /// then on, unless it was released: nobody sees what a power cut could still take away.
    pub fn check(&mut self, store: &Store, after_start: bool) -> Held {
        for (digest, fact) in &mut self.0 {
            let is_there = reads(store, digest, fact)?;
            if !is_there && fact.state == State::Named {
                return Err(format!("{} is lost", told(digest, fact)));
            }
            if is_there && after_start && fact.state == State::Untold {
                fact.state = State::Named;
            }
        }
        Ok(())
    }

    /// Whether nothing keeps the bytes of a blob alive.
    pub fn may_lack(&self, digest: &Digest) -> bool {
        self.0.get(digest).is_none_or(Fact::may_lack)
    }

    /// The same of one content.
    pub fn check_one(&self, store: &Store, digest: &Digest) -> Held {
        let fact = &self.0[digest];
        if reads(store, digest, fact)? || fact.state != State::Named {
            return Ok(());
        }
        Err(format!("{} is lost", told(digest, fact)))
    }
}

/// Whether a content is there, all of it and right.
fn reads(store: &Store, digest: &Digest, fact: &Fact) -> Held<bool> {
    let may_lack = fact.may_lack();
    let is_excused = |error: &StoreError| may_lack && matches!(error, StoreError::Damaged { .. });
    let failed = |error: StoreError| format!("{} fails: {error}", told(digest, fact));
    let reader = match store.open_blob(digest) {
        Ok(Some(reader)) => reader,
        Ok(None) => return Ok(false),
        Err(error) if is_excused(&error) => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    let mut read = vec![0; fact.content.len() + 1];
    let got = match reader.read_at(&mut read, 0) {
        Err(error) if is_excused(&error) => return Ok(false),
        got => got.map_err(failed)?,
    };
    if read[..got] != fact.content[..] || reader.size() != fact.content.len() as u64 {
        return Err(format!("{} is wrong", told(digest, fact)));
    }
    Ok(true)
}

fn told(digest: &Digest, fact: &Fact) -> String {
    let name = &digest.to_hex()[..8];
    format!("{name} ({} bytes, {:?})", fact.content.len(), fact.state)
}
