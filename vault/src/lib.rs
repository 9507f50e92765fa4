//! Bytes and facts opened together: one data directory, its lock, and everything a door may ask.
//!
//! Knows no HTTP and no FUSE. Invariant, the order of everything that comes in: bytes durable, then
//! the claim that names them, then the tables, then the reply.

pub mod assets;
mod changes;
mod counts;
mod format;
pub mod found;
mod in_flight;
mod ingest;
mod known;
mod lock;
pub mod media;
mod records;
mod release;
pub mod search;
pub mod source;
pub mod sweep;
mod titles;
pub mod upkeep;
pub mod versions;
mod view;
mod views;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rushes_catalog::Catalog;
use rushes_catalog::command::{Command, CommandError, NewProject, NewScene, SetBest};
use rushes_disk::{Clock, Disk, RealClock, RealDisk};
use rushes_store::{Store, StoreError};

pub use ingest::{IngestError, IngestRequest, Ingested, Staged, Upload};
pub use lock::LockError;
pub use rushes_catalog::claim::rfc3339;
pub use rushes_catalog::counts as costs;
pub use rushes_catalog::{QueryError, command, ids, lineage, marks, model, names};
pub use rushes_digest::Digest;
pub use rushes_disk::Timestamp;
pub use views::{HistoryView, ProjectView, SceneView};

use changes::Changes;
use in_flight::InFlight;
use lock::Lock;
use model::{Project, Revision, Scene, User, Viewer};

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
    store: Store,
    catalog: Arc<Catalog>,
    changes: Arc<Changes>,
    in_flight: InFlight,
    disk: Arc<dyn Disk>,
    lock: Lock,
}

impl Vault {
    /// Opens a data directory, and makes one where there is none. It is locked until the vault is
    /// dropped; recovery has run on return.
    pub fn open(options: &Options) -> Result<Arc<Self>, OpenError> {
        let real = RealDisk::open(&options.data)?;
        let root = real.root().to_owned();
        let lock = Lock::take(&root)?;
        let disk: Arc<dyn Disk> = Arc::new(real);
        format::check_or_make(&*disk)?;
        let boot = rushes_disk::boot_id();
        let index = root.join("index");
        let store = Store::open(Arc::clone(&disk), &index, boot.as_deref())?;
        let changes = Arc::new(Changes::default());
        let clock: Arc<dyn Clock> = Arc::new(RealClock);
        let publish = changes.publisher();
        let disk_of_facts = Arc::clone(&disk);
        let catalog = Arc::new(Catalog::open(rushes_catalog::Options {
            disk: disk_of_facts,
            index_above: index,
            search_above: Some(root.join("search")),
            boot,
            clock,
            publish,
        })?);
        changes.look_up_in(&catalog);
        let in_flight = InFlight::default();
        Ok(Arc::new(Self { store, catalog, changes, in_flight, disk, lock }))
    }

    /// Says in the lock file where this daemon answers, for the command line and for the message
    /// that a second daemon gives.
    pub fn set_address(&self, address: SocketAddr) -> Result<(), LockError> {
        self.lock.set_address(address)
    }

    /// Stops taking writes, closes everything and leaves the marks of a clean stop. Calls that come
    /// later answer with errors.
    pub fn close(&self) -> Result<(), CloseError> {
        let facts = self.catalog.close();
        self.store.close()?;
        Ok(facts?)
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
        self.changes.wait_shown(revision, SHOWN_WAIT);
    }

    /// The user of a name, made when there is none.
    pub fn ensure_user(&self, name: &str) -> Result<User, CommandError> {
        let find = || self.catalog.user_named(name).map_err(|error| unreadable(&error));
        if let Some(user) = find()? {
            return Ok(user);
        }
        let add = Command::AddUser { name: name.to_owned() };
        match self.catalog.submit(Viewer::NOBODY, add, None) {
            Ok(_) | Err(CommandError::Taken { .. }) => {
                find()?.ok_or(CommandError::Missing { what: "user" })
            }
            Err(error) => Err(error),
        }
    }

    /// A user by name.
    pub fn user_named(&self, name: &str) -> Result<Option<User>, QueryError> {
        self.catalog.user_named(name)
    }

    /// Makes a project. With an idempotency key a retry gets the first answer.
    pub fn create_project(
        &self,
        viewer: Viewer,
        project: NewProject,
        key: Option<String>,
    ) -> Result<Project, CommandError> {
        let made = self.catalog.submit(viewer, Command::CreateProject(project), key)?;
        self.catalog.project_at(made.revision, made.position).map_err(|error| unreadable(&error))
    }

    /// Adds a scene.
    pub fn add_scene(
        &self,
        viewer: Viewer,
        scene: NewScene,
        key: Option<String>,
    ) -> Result<Scene, CommandError> {
        let made = self.catalog.submit(viewer, Command::AddScene(scene), key)?;
        self.catalog.scene_at(made.revision, made.position).map_err(|error| unreadable(&error))
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
    tracing::error!(%error, "a fact that was just recorded cannot be read");
    CommandError::OutcomeUnknown
}

/// Path of the file that holds the first user's token, in a data directory.
pub fn admin_token_path(data: &Path) -> PathBuf {
    data.join("admin.token")
}
