//! Files in `staging/`, which nobody relies on.
//!
//! Invariant: a file that was not kept is removed, at the latest by the next start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rushes_disk::{Disk, DiskFile};

use crate::error::StoreError;
use crate::layout;

/// A file in `staging/` that is removed when nobody wants it any more.
#[derive(Debug)]
pub struct Unfinished {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    is_wanted: bool,
}

impl Unfinished {
    /// Makes an empty one.
    pub fn create(disk: &Arc<dyn Disk>) -> Result<(Self, Arc<dyn DiskFile>), StoreError> {
        let path = layout::new_staging();
        let file = disk.create_new(&path)?;
        Ok((Self { disk: Arc::clone(disk), path, is_wanted: false }, file))
    }

    /// Takes over a file that is there.
    pub fn adopt(disk: &Arc<dyn Disk>, path: PathBuf) -> Self {
        Self { disk: Arc::clone(disk), path, is_wanted: false }
    }

    /// Its path in the data directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the file, which has another name by now.
    pub fn keep(mut self) {
        self.is_wanted = true;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.is_wanted {
            return;
        }
        if let Err(error) = self.disk.remove(&self.path) {
            tracing::warn!(%error, "an unfinished file stays until the next start");
        }
    }
}
