//! Opening and closing the catalogue: which tables may be trusted, and what they have missed.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rushes_disk::{Batch, Clock, Derived, Disk, GroupCommit, Tell, Trust};

use crate::Catalog;
use crate::fold::{FoldError, Placed, fold};
use crate::journal::{Found, Journal, JournalError, JournalReader, ReadError};
use crate::line::Head;
use crate::model::Revision;
use crate::search::Search;
use crate::sequencer::{Publish, Sequencer, State};
use crate::tables::{Overlay, Tables, TablesError};

/// Name of the tables' directory below `index/`.
const TABLES: &str = "tables";
/// Name of the search index's directory below `search/`.
const SEARCH: &str = "assets";
/// How the sequencer's queue and lines are bounded: a line stays far below its longest, and a batch
/// small enough that sled's memory stays small.
const BATCH: Batch = Batch { queue_max: 1024, items_max: 128, weight_max: 4 << 20 };

/// What a catalogue is opened with.
pub struct Options {
    /// The data directory.
    pub disk: Arc<dyn Disk>,
    /// Where derived files lie, on the real file system: sled opens its own files.
    pub index_above: PathBuf,
    /// Where the search index lies, on the real file system; without it nothing can be searched.
    pub search_above: Option<PathBuf>,
    /// Which boot of the machine this is (see [`rushes_disk::boot_id`]).
    pub boot: Option<String>,
    /// Where times come from.
    pub clock: Arc<dyn Clock>,
    /// Who is told of claims.
    pub publish: Publish,
}

/// Why a catalogue cannot be opened at all. Damage is no reason: it opens read-only then.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The journal cannot be read or copied.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A claim cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The tables cannot be rebuilt.
    #[error(transparent)]
    Tables(#[from] TablesError),
    /// The claims do not fit together.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// The directory of derived files cannot be used.
    #[error("cannot use {path}: {source}")]
    Index {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The sequencer's thread cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

impl OpenError {
    /// Whether the medium did not give a journal file back.
    pub fn is_unreadable(&self) -> bool {
        match self {
            Self::Journal(JournalError::Disk(error)) | Self::Read(ReadError::Disk(error)) => {
                error.is_unreadable()
            }
            _ => false,
        }
    }
}

impl Catalog {
    /// Opens the facts of a data directory: the journal is made safe to go on with, the tables are
    /// trusted, brought up to date or rebuilt. Damage in the journal opens it read-only.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        Self::open_telling(options, &|_, _, _| {})
    }

    /// The same, and says which revision the tables have come to, of how many.
    pub fn open_telling(options: Options, tell: Tell<'_>) -> Result<Self, OpenError> {
        let Options { disk, index_above, search_above, boot, clock, publish } = options;
        let index = |source| OpenError::Index { path: index_above.clone(), source };
        let (derived, trust) =
            Derived::open(&index_above, TABLES, boot.as_deref()).map_err(index)?;
        let clean = if let Trust::Clean { marker } = &trust { Head::parse(marker) } else { None };
        let Found { journal, damage } = Journal::open(Arc::clone(&disk), clean)?;
        let reader = Arc::new(JournalReader::new(Arc::clone(&disk)));
        let state = Arc::new(State::default());
        if let Some(damage) = damage {
            state.stop(damage.to_string());
        }
        if let Trust::Rebuild { why } = trust {
            tracing::info!(why, "rebuilding the tables from the journal");
            derived.clear().map_err(index)?;
        }
        let (tables, reached) = current_tables(&derived, &reader, (journal.head(), tell), &state)?;
        state.reach(reached.revision);
        let tables = Arc::new(tables);
        let search = search_above
            .map(|above| {
                let derived = Derived::open(&above, SEARCH, boot.as_deref());
                let derived = derived.map_err(|source| OpenError::Index { path: above, source })?;
                Search::start(derived, (Arc::clone(&tables), Arc::clone(&reader)), reached)
                    .map_err(OpenError::Thread)
            })
            .transpose()?;
        let sequencer = Sequencer {
            journal,
            reader: Arc::clone(&reader),
            disk: Arc::clone(&disk),
            tables: Arc::clone(&tables),
            clock,
            state: Arc::clone(&state),
            feed: search.as_ref().map(Search::feed),
            publish,
        };
        let sequencer =
            GroupCommit::start("sequencer", BATCH, sequencer).map_err(OpenError::Thread)?;
        let derived = Mutex::new(Some(derived));
        Ok(Self { tables, reader, disk, sequencer, state, search, derived })
    }

    /// Stops recording, closes the tables and leaves the marker of a clean stop. Queries fail from
    /// now on. A second call does nothing.
    pub fn close(&self) -> std::io::Result<()> {
        self.state.stop("the daemon is stopping".to_owned());
        let sequencer = self.sequencer.stop();
        let searched = self.search.as_ref().map_or(Ok(()), Search::close);
        self.tables.close().map_err(std::io::Error::other)?;
        let derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (derived, sequencer) {
            // Tables that are behind the journal get no marker: they are not what it would say.
            (Some(derived), Some(sequencer))
                if sequencer.head().revision == self.state.revision() =>
            {
                derived.close(&sequencer.head().to_string())?;
            }
            _ => {}
        }
        searched
    }
}

/// Opens the tables and brings them up to the journal. Those that cannot be opened, that stand for
/// another journal or that cannot be continued are thrown away and made anew, once.
fn current_tables(
    derived: &Derived,
    reader: &JournalReader,
    (head, tell): (Head, Tell<'_>),
    state: &State,
) -> Result<(Tables, Head), OpenError> {
    let tell = |reached: Revision| tell("facts", reached, head.revision);
    let index = |source| OpenError::Index { path: derived.path().to_owned(), source };
    match Tables::open(derived.path()).and_then(|tables| Ok((tables.stamp()?, tables))) {
        Ok((Some(stamp), tables)) if stamp.revision > head.revision => {
            // A stamp is written only after its line was synced: that line is lost.
            state.stop(format!(
                "the journal ends at revision {}, but revision {} was recorded: restore journal/ \
                 from a backup, or stop, remove index/ and start again to go on without it",
                head.revision, stamp.revision
            ));
            return Ok((tables, stamp));
        }
        Ok((Some(stamp), tables)) if reader.contains(stamp)? => {
            match catch_up(&tables, reader, stamp, &tell) {
                Ok(reached) => return Ok((tables, reached)),
                Err(OpenError::Read(error @ ReadError::Newer { .. })) => return Err(error.into()),
                Err(error) => tracing::warn!(%error, "the tables cannot be continued"),
            }
        }
        Ok((None, _)) => {}
        Ok((Some(_), _)) => tracing::warn!("the tables are not of this journal"),
        Err(error) => tracing::warn!(%error, "the tables cannot be opened"),
    }
    derived.clear().map_err(index)?;
    let tables = Tables::open(derived.path())?;
    let reached = match catch_up(&tables, reader, Head::default(), &tell) {
        Ok(reached) => reached,
        Err(
            error @ (OpenError::Read(ReadError::Damaged(_))
            | OpenError::Fold(FoldError::Contradiction { .. })),
        ) => {
            tracing::error!(%error, "the journal is damaged: no writes will be taken");
            state.stop(error.to_string());
            tables.stamp()?.unwrap_or_default()
        }
        Err(error) => return Err(error),
    };
    Ok((tables, reached))
}

fn catch_up(
    tables: &Tables,
    reader: &JournalReader,
    stamp: Head,
    tell: &dyn Fn(Revision),
) -> Result<Head, OpenError> {
    tell(stamp.revision);
    reader.replay(stamp, |claims, head| {
        let mut overlay = Overlay::over(tables);
        for (revision, position, claim) in claims {
            let placed = Placed { revision: *revision, position: *position, claim };
            fold(placed, &mut overlay)?;
        }
        tables.apply(overlay.into_changes(), head)?;
        tell(head.revision);
        Ok(())
    })
}
