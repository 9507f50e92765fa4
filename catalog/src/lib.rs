//! Facts: the journal of claims, the tables that are folded from it, commands and queries.
//!
//! Knows nothing of bytes but their digests, and never the store. Invariant: the journal is the
//! truth; everything else here can be deleted and comes back the same.

mod arrivals;
mod asset_query;
mod bounds;
mod check;
mod check_records;
pub mod claim;
pub mod command;
mod copies;
pub mod costs;
pub mod counts;
mod decide;
pub mod element;
mod facts;
mod find;
mod fold;
pub mod folders;
mod follow;
mod graph;
pub mod ids;
pub mod journal;
pub mod line;
pub mod lineage;
mod look;
pub mod marks;
pub mod metadata;
pub mod model;
mod moments;
pub mod names;
mod naming;
mod open;
mod pages;
mod past;
mod query;
pub mod record;
mod records;
mod releases;
mod scope;
pub mod search;
mod segments;
mod sequencer;
mod shelve;
mod shelves;
mod tables;
mod tally;
mod told;
mod too_much;
mod users;
pub mod weight;

use std::sync::{Arc, Mutex};

use rushes_digest::Digest;
use rushes_disk::{Derived, Disk, GroupCommit, Pending};

use crate::claim::RequestKey;
use crate::command::{Command, CommandError};
use crate::facts::Known;
use crate::journal::JournalReader;
use crate::model::{Revision, Viewer};
use crate::search::{Find, Found, Search, SearchError};
use crate::sequencer::{Request, SEQUENCER_FAILED, Sequencer, State};
use crate::tables::Tables;

pub use graph::{Follow, FollowCursor, Following, Made};
pub use open::{OpenError, Options};
pub use past::{PAST_CLAIMS_MAX, ProjectPast};
pub use records::QueryError;
pub use sequencer::{Committed, Outcome, Publish, Written};
pub use shelves::{AssetLine, Links, ShelfOf};
pub use too_much::TooMuch;

/// The facts of one data directory.
#[derive(Debug)]
pub struct Catalog {
    tables: Arc<Tables>,
    reader: Arc<JournalReader>,
    disk: Arc<dyn Disk>,
    sequencer: GroupCommit<Sequencer>,
    state: Arc<State>,
    search: Option<Search>,
    derived: Mutex<Option<Derived>>,
}

impl Catalog {
    /// Records what a command makes true. Durable and visible to every query on return.
    ///
    /// With an idempotency key, the same command asked again gets the first answer.
    pub fn submit(
        &self,
        viewer: Viewer,
        command: Command,
        key: Option<String>,
    ) -> Result<Outcome, CommandError> {
        self.wait(self.hand_in(viewer, command, key)?)
    }

    /// Records several commands, each with its own key, as [`Self::submit`] does. They share as few
    /// syncs as they can; one that is refused holds up no other.
    pub fn submit_all(
        &self,
        viewer: Viewer,
        commands: Vec<(Command, Option<String>)>,
    ) -> Vec<Result<Outcome, CommandError>> {
        let hand_in = |(command, key)| self.hand_in(viewer, command, key);
        let handed_in: Vec<_> = commands.into_iter().map(hand_in).collect();
        handed_in.into_iter().map(|one| self.wait(one?)).collect()
    }

    fn hand_in(
        &self,
        viewer: Viewer,
        command: Command,
        key: Option<String>,
    ) -> Result<Pending<Result<Outcome, CommandError>>, CommandError> {
        let request = request(viewer, command, key)?;
        if let Some(reason) = self.state.read_only() {
            return Err(CommandError::ReadOnly { reason });
        }
        let stopped = |_| CommandError::ReadOnly { reason: "the sequencer has stopped".to_owned() };
        self.sequencer.submit(request).map_err(stopped)
    }

    /// Once it was handed in, a sequencer that fails may have recorded it.
    fn wait(
        &self,
        handed_in: Pending<Result<Outcome, CommandError>>,
    ) -> Result<Outcome, CommandError> {
        handed_in.wait().map_err(|_| {
            self.state.stop(SEQUENCER_FAILED.to_owned());
            CommandError::OutcomeUnknown
        })?
    }

    /// Says whether a command would be taken now, without recording anything; an answer that an
    /// earlier try got is given back.
    pub fn rehearse(
        &self,
        viewer: Viewer,
        command: &Command,
        key: Option<String>,
    ) -> Result<Option<Outcome>, CommandError> {
        let request = request(viewer, command.clone(), key)?;
        if let Some(reason) = self.state.read_only() {
            return Err(CommandError::ReadOnly { reason });
        }
        let facts = self.tables.read()?;
        if let Some(earlier) = sequencer::answered(&request, &facts)? {
            return Ok(Some(earlier));
        }
        decide::decide(viewer, command, &Known::new(&facts, &self.reader, &[])).map(|_| None)
    }

    /// Finds assets of the viewer by words and properties. A claim shows here within a second;
    /// what is found is as it is now, and without what was deleted meanwhile.
    pub fn find(&self, viewer: Viewer, find: &Find) -> Result<Found, SearchError> {
        let search = self.search.as_ref().ok_or(SearchError::Off)?;
        let hits = search.find(viewer.user, find)?;
        let mut assets = Vec::with_capacity(hits.ids.len());
        for id in hits.ids {
            let asset = self.asset(viewer, id)?;
            assets.extend(asset.filter(|asset| asset.deleted_at.is_none()));
        }
        let (total, counts) = (hits.total, hits.counts);
        Ok(Found { assets, next_cursor: hits.next_cursor, total, counts })
    }

    /// How far the search index is, in percent: below 100 it is made anew or catches up, and
    /// nothing is found yet. `None` without a search.
    pub fn search_percent(&self) -> Option<u8> {
        self.search.as_ref().map(Search::percent)
    }

    /// The last claim that queries see.
    pub fn revision(&self) -> Revision {
        self.state.revision()
    }

    /// What was recorded since the start.
    pub fn written(&self) -> Written {
        self.state.written()
    }

    /// Why nothing can be recorded; `None` when all is well.
    pub fn read_only(&self) -> Option<String> {
        self.state.read_only()
    }
}

fn request(viewer: Viewer, command: Command, key: Option<String>) -> Result<Request, CommandError> {
    check::check(&command)?;
    let key = key.map(|key| {
        check::check_request_key(&key)?;
        let asked = serde_json::to_vec(&command).map_err(|error| CommandError::Invalid {
            field: "metadata",
            reason: error.to_string(),
        })?;
        Ok::<_, CommandError>(RequestKey { key, digest: Digest::of(&asked) })
    });
    let weight = check::weight(&command);
    Ok(Request { viewer, command, key: key.transpose()?, weight })
}
