//! Where the index of a session lies, and copies of it.
//!
//! Knows nothing of what a session does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rushes_disk::CrashDisk;
use rushes_store::{Store, StoreError};

/// The boot of a session.
pub const BOOT: &str = "this boot";

/// Directories of the index: as it is, and as the last clean stop left it.
#[derive(Debug)]
pub struct Dirs(tempfile::TempDir);

impl Dirs {
    /// In memory where there is a place for that: none of it must outlive the test.
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let dirs = Self(dir.unwrap());
        std::fs::create_dir(dirs.index()).unwrap();
        std::fs::create_dir(dirs.at_stop()).unwrap();
        dirs
    }

    pub fn index(&self) -> PathBuf {
        self.0.path().join("index")
    }

    pub fn at_stop(&self) -> PathBuf {
        self.0.path().join("at-stop")
    }

    /// A place for a copy.
    pub fn other(&self) -> PathBuf {
        self.0.path().join("other")
    }
}

/// Makes a directory the copy of another, or empty.
pub fn copy_dir(from: Option<&Path>, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    let Some(from) = from else { return };
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy_dir(Some(&entry.path()), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

pub fn open(disk: &CrashDisk, index: &Path, boot: &str) -> Result<Store, StoreError> {
    Store::open(Arc::new(disk.clone()), index, Some(boot))
}
