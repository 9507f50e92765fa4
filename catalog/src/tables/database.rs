//! sled's database in its directory: how it is opened, and opened again.
//!
//! sled notes where its pages are only when it is opened, and reads all that was logged since at
//! the next start. Invariant: at most one database of a directory is open.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::error::TablesError;

/// Pages that sled keeps in memory, in bytes.
const CACHE_BYTES: u64 = 64 << 20;
/// How long a closed database may keep its lock: threads of sled's hold it a little longer.
const LOCKED: Duration = Duration::from_secs(2);
/// How long until the next try.
const PAUSE: Duration = Duration::from_millis(5);

/// A directory of sled's.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
}

impl Database {
    /// A directory, not opened yet.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it. Waits for a lock that is held: a database that was just closed keeps it for a
    /// moment. A panic of sled is an error like any other.
    pub fn open(&self) -> Result<sled::Db, TablesError> {
        let begun = Instant::now();
        loop {
            let config = sled::Config::new().path(&self.path).cache_capacity(CACHE_BYTES);
            let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
            match opened.map_err(|_| TablesError::Failed("sled panicked".to_owned()))? {
                Err(error) if is_locked(&error) && begun.elapsed() < LOCKED => sleep(PAUSE),
                opened => return Ok(opened?),
            }
        }
    }

    /// Whether it can be opened again: what is written then is a part of what is there.
    pub fn has_room(&self, db: &sled::Db) -> bool {
        let free = rustix::fs::statvfs(&self.path).map(|vfs| vfs.f_bavail * vfs.f_frsize);
        matches!((free, db.size_on_disk()), (Ok(free), Ok(there)) if free > there)
    }
}

/// sled has no kind of error for it: it says so in words.
fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_let_go_soon_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::at(folder.path());
        let held = database.open().unwrap();
        let closing = std::thread::spawn(move || {
            sleep(Duration::from_millis(100));
            drop(held);
        });
        database.open().unwrap();
        closing.join().unwrap();
    }
}
