//! Bytes: blobs by digest, in wholes and packs, over an index that can be thrown away.
//!
//! Knows no facts: not who owns a blob, nor what it is for. Invariant: what was put is durable and
//! never changes; what is read was checked.

mod bytes;
mod chunker;
mod error;
mod index;
mod layout;
mod manifest;
mod pack;
mod put;
mod read;
mod record;
mod recover;
mod staging;
mod writer;

use std::sync::{Arc, Mutex, PoisonError};

use rushes_disk::{Derived, Disk, GroupCommit};

pub use error::StoreError;
pub use index::IndexError;
pub use layout::{SMALL_BYTES_MAX, whole_path};
pub use put::{Known, Stored};
pub use read::BlobReader;
pub use staging::{HEAD_BYTES, Staged, Staging};

use index::Index;
use read::Packs;
use writer::PackWriter;

/// The bytes of one data directory. Many threads may use it at once.
#[derive(Debug)]
pub struct Store {
    disk: Arc<dyn Disk>,
    index: Arc<Index>,
    packs: Arc<Packs>,
    writer: GroupCommit<PackWriter>,
    derived: Mutex<Option<Derived>>,
}

impl Store {
    /// Begins a content. Refused when the disk is full.
    pub fn stage(&self) -> Result<Staging, StoreError> {
        Staging::begin(Arc::clone(&self.disk))
    }

    /// Stops writing, closes the index and leaves the marker of a clean stop. A second call does
    /// nothing.
    pub fn close(&self) -> Result<(), StoreError> {
        let has_stopped = self.writer.stop().is_some();
        self.index.close();
        let derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner).take();
        match derived {
            Some(derived) if has_stopped => derived.close("clean").map_err(StoreError::Derived),
            _ => Ok(()),
        }
    }
}
