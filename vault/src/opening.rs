//! Opening a data directory in two steps: its lock, which takes no time, and then all the rest,
//! which may take minutes where the derived files have to be made again.
//!
//! Invariant: whoever has the lock is alone with the directory, before anything in it is opened.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use rushes_catalog::Catalog;
use rushes_disk::{Disk, RealClock, RealDisk};
use rushes_store::Store;

use crate::changes::Changes;
use crate::errand::Errand;
use crate::folds::Folds;
use crate::follow::Follower;
use crate::in_flight::InFlight;
use crate::keeper::{self, Places};
use crate::lock::{Lock, LockError};
use crate::project_folders::ProjectFolders;
use crate::worker::Bell;
use crate::{OpenError, Options, Vault, format};

/// Longest file that a program may write where nothing else is said, in bytes: what a blob of the
/// smallest chunks can have.
const FILE_BYTES_MAX: u64 = 64 << 30;

/// How far an opening has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What it is at: `packs` and `wholes` while the index of the bytes is made, `facts` while the
    /// tables are.
    pub phase: &'static str,
    /// How many of them were read: packs, directories of wholes, revisions.
    pub done: u64,
    /// Of how many.
    pub total: u64,
}

/// A step that the one who opens tells and others look at.
#[derive(Debug)]
pub struct Progress(Mutex<Step>);

impl Default for Progress {
    fn default() -> Self {
        Self(Mutex::new(Step { phase: "lock", done: 0, total: 0 }))
    }
}

impl Progress {
    /// The step now.
    pub fn step(&self) -> Step {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on to a step.
    pub fn tell(&self, phase: &'static str, done: u64, total: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Step { phase, done, total };
    }
}

impl Vault {
    /// Opens a data directory, and makes one where there is none. It is locked until the vault is
    /// dropped; recovery has run on return.
    pub fn open(options: &Options) -> Result<Arc<Self>, OpenError> {
        Self::lock(options)?.open(&Progress::default())
    }

    /// The same up to the lock, so that there is somebody to ask while the rest is opened.
    pub fn lock(options: &Options) -> Result<Locked, OpenError> {
        Locked::take(options)
    }
}

/// A data directory that nobody else may open, and that is not open yet.
#[derive(Debug)]
pub struct Locked {
    root: PathBuf,
    disk: Arc<dyn Disk>,
    lock: Lock,
}

impl Locked {
    /// Takes the lock of a directory, and makes one where there is none.
    fn take(options: &Options) -> Result<Self, OpenError> {
        let real = RealDisk::open(&options.data)?;
        let root = real.root().to_owned();
        let lock = Lock::take(&root)?;
        let disk: Arc<dyn Disk> = Arc::new(real);
        format::check_or_make(&*disk)?;
        Ok(Self { root, disk, lock })
    }

    /// Says in the lock file where this daemon answers, for the command line and for the message
    /// that a second daemon gives.
    pub fn set_address(&self, address: SocketAddr) -> Result<(), LockError> {
        self.lock.set_address(address)
    }

    /// Opens the directory; recovery has run on return. It stays locked until the vault is dropped.
    pub fn open(self, progress: &Progress) -> Result<Arc<Vault>, OpenError> {
        let Self { root, disk, lock } = self;
        let tell = |phase, done, total| progress.tell(phase, done, total);
        let boot = rushes_disk::boot_id();
        let index = root.join("index");
        let store = Store::open_telling(Arc::clone(&disk), &index, boot.as_deref(), &tell)?;
        let (store, (bell, calls)) = (Arc::new(store), Bell::new());
        let changes = Arc::new(Changes::default());
        let project_folders = Arc::new(ProjectFolders::default());
        let open_facts = || {
            let options = rushes_catalog::Options {
                disk: Arc::clone(&disk),
                index_above: index.clone(),
                search_above: Some(root.join("search")),
                boot: boot.clone(),
                clock: Arc::new(RealClock),
                publish: keeper::watch(project_folders.watch(changes.publisher()), bell.clone()),
            };
            Catalog::open_telling(options, &tell)
        };
        let catalog = Arc::new(open_whole(open_facts, &store, &*disk)?);
        changes.look_up_in(&catalog);
        if let Err(error) = project_folders.load(&catalog) {
            tracing::warn!(%error, "replies may call folders of projects by their ids");
        }
        let in_flight = InFlight::default();
        let follower = Follower::start(Arc::clone(&catalog)).map_err(OpenError::Thread)?;
        let (of_store, of_facts) = (Arc::clone(&store), Arc::clone(&catalog));
        let places = Places { store: of_store, catalog: of_facts, disk: Arc::clone(&disk) };
        if let Err(error) = keeper::heal_missing(&places) {
            tracing::warn!(%error, "the journal's files were not looked at");
        }
        let keeper = keeper::start(places, (bell, calls)).map_err(OpenError::Thread)?;
        let vault = Arc::new(Vault {
            follower,
            keeper,
            store,
            catalog,
            changes,
            project_folders,
            in_flight,
            folds: Folds::default(),
            disk,
            file_bytes_max: AtomicU64::new(FILE_BYTES_MAX),
            recovery: Errand::default(),
            _lock: lock,
        });
        vault.recover_saves()?;
        Ok(vault)
    }
}

/// Opens the facts; where the journal is damaged, what can be put back is, and then they are opened
/// again.
fn open_whole(
    open: impl Fn() -> Result<Catalog, rushes_catalog::OpenError>,
    store: &Store,
    disk: &dyn Disk,
) -> Result<Catalog, rushes_catalog::OpenError> {
    let opened = open();
    match &opened {
        Ok(catalog) if catalog.read_only().is_none() => return opened,
        Err(error) if !error.is_unreadable() => return opened,
        _ => {}
    }
    match keeper::heal_journal(store, disk) {
        Ok(0) => opened,
        Ok(files) => {
            tracing::warn!(files, "the journal was damaged and is healed: opening it again");
            if let Ok(Err(error)) = opened.map(|catalog| catalog.close()) {
                tracing::warn!(%error, "the tables were not closed");
            }
            open()
        }
        Err(error) => {
            tracing::error!(%error, "the journal is damaged and cannot be healed now");
            opened
        }
    }
}
