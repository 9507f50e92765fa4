//! Bytes and facts opened together: one data directory, its lock, and everything a door may ask.
//!
//! Knows no HTTP and no FUSE. Invariant, the order of everything that comes in: bytes durable, then
//! the claim that names them, then the tables, then the reply.

pub mod assets;
mod changes;
mod counts;
mod errand;
mod folder_changes;
mod folds;
mod follow;
mod format;
pub mod found;
mod in_flight;
mod ingest;
mod keeper;
mod known;
mod lock;
pub mod media;
mod metadata;
mod opening;
mod past;
mod project_folders;
mod projects;
mod records;
mod recovery;
mod release;
mod saves;
pub mod search;
mod shelves;
pub mod source;
pub mod sweep;
mod titles;
pub mod upkeep;
mod users;
pub mod versions;
mod view;
mod views;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rushes_catalog::Catalog;
use rushes_catalog::command::{Command, CommandError, SetBest};
use rushes_disk::Disk;
use rushes_store::{Store, StoreError};

pub use ingest::{IngestError, IngestRequest, Ingested, Staged, Upload};
pub use lock::LockError;
pub use opening::{Locked, Progress, Step};
pub use rushes_catalog::claim::rfc3339;
pub use rushes_catalog::{
    Links, QueryError, ShelfOf, command, element, folders, ids, lineage, marks, model, names,
    record, weight,
};
pub use rushes_catalog::{costs, counts as counted};
pub use rushes_digest::Digest;
pub use rushes_disk::Timestamp;
pub use views::{ElementView, HistoryView, ProjectView, SceneView, Stats};

use changes::Changes;
use errand::Errand;
use folds::Folds;
use follow::Follower;
use in_flight::InFlight;
use lock::Lock;
use model::{Revision, Viewer};
use project_folders::ProjectFolders;
use worker::Worker;

/// How long a change waits for the folders to show it before its reply goes out anyway.
const SHOWN_WAIT: Duration = Duration::from_millis(250);

/// What a vault is opened with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data directory; made when it is not there.
    pub data: PathBuf,
}

/// Why a vault cannot be opened. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another daemon has it open, or the lock cannot be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The directory cannot be used.
    #[error(transparent)]
    Disk(#[from] rushes_disk::DiskError),
    /// It was made by a newer version, or it is no data directory.
    #[error(transparent)]
    Format(#[from] format::FormatError),
    /// The bytes cannot be opened.
    #[error("cannot open the store: {0}")]
    Store(#[from] StoreError),
    /// The facts cannot be opened.
    #[error("cannot open the catalogue: {0}")]
    Catalog(#[from] rushes_catalog::OpenError),
    /// A thread cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

/// Why a clean stop was not clean. Nothing is lost: the next start takes longer.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// The store's index.
    #[error("cannot close the store: {0}")]
    Store(#[from] StoreError),
    /// The catalogue's tables.
    #[error("cannot close the catalogue: {0}")]
    Catalog(#[from] std::io::Error),
}

/// A data directory that is in use.
#[derive(Debug)]
pub struct Vault {
    follower: Follower,
    keeper: Worker,
    store: Arc<Store>,
    catalog: Arc<Catalog>,
    changes: Arc<Changes>,
    project_folders: Arc<ProjectFolders>,
    in_flight: InFlight,
    folds: Folds,
    disk: Arc<dyn Disk>,
    /// How long a file may be that a program writes in the folder.
    file_bytes_max: AtomicU64,
    recovery: Errand,
    /// Held, not used.
    _lock: Lock,
}

impl Vault {
    /// Stops taking writes, closes everything and leaves the marks of a clean stop. Calls that come
    /// later answer with errors.
    pub fn close(&self) -> Result<(), CloseError> {
        self.recovery.stop();
        self.follower.stop();
        self.keeper.stop();
        let facts = self.catalog.close();
        self.store.close()?;
        Ok(facts?)
    }

    /// Sets how long a file may be that a program writes in the folder: at first as long as a blob
    /// may be.
    pub fn set_file_bytes_max(&self, bytes_max: u64) {
        self.file_bytes_max.store(bytes_max, Ordering::SeqCst);
    }

    /// Whether writes are taken; if not, why.
    pub fn writable(&self) -> Result<(), String> {
        self.catalog.read_only().map_or(Ok(()), Err)
    }

    /// The last claim that queries see.
    pub fn revision(&self) -> Revision {
        self.catalog.revision()
    }

    /// Waits a moment until the folders show everything up to a revision.
    pub fn wait_shown(&self, revision: Revision) {
        let _is_late = self.changes.wait_shown(revision, SHOWN_WAIT);
    }

    /// Chooses a version; the answer is the history afterwards.
    pub fn set_best(
        &self,
        viewer: Viewer,
        best: SetBest,
        key: Option<String>,
    ) -> Result<HistoryView, CommandError> {
        let (scope, asset_key) = (best.scope.clone(), best.asset_key.clone());
        self.catalog.submit(viewer, Command::SetBest(best), key)?;
        let view = self.history(viewer, &scope, &asset_key).map_err(|error| unreadable(&error))?;
        view.ok_or(CommandError::Missing { what: "history" })
    }

    fn space_free(&self) -> u64 {
        self.disk.space().map_or(0, |space| space.free)
    }
}

/// What was recorded cannot be read back: the claim stands, the reply cannot be made.
fn unreadable(error: &QueryError) -> CommandError {
    if let QueryError::TooMuch(much) = error {
        return much.clone().into();
    }
    tracing::error!(%error, "a fact that was just recorded cannot be read");
    CommandError::OutcomeUnknown
}

/// Path of the file that holds the first user's token, in a data directory.
pub fn admin_token_path(data: &Path) -> PathBuf {
    data.join("admin.token")
}
