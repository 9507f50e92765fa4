//! Bytes that are coming in: hashed and cut on the way, in memory while they are few.
//!
//! Invariant: whatever is dropped before it was put leaves nothing behind, and memory does not grow
//! with the size beyond the list of chunks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::{Disk, DiskFile};

use crate::cutter::{Chunk, Cut, Cutter};
use crate::error::StoreError;
use crate::layout;
use crate::shelf::check_room;

/// Longest content that is kept in a record of a pack, in bytes; longer ones become wholes. Up to
/// here one shared sync beats a file of one's own, and a reader verifies all of it at once.
pub const SMALL_BYTES_MAX: usize = 128 << 10;
/// How much of the front of a content is kept to tell its type, in bytes.
const FRONT_BYTES: usize = 4 << 10;
/// How often the free space is looked at while bytes come in.
const ROOM_CHECK_BYTES: u64 = 64 << 20;

/// A file in `staging/` that is removed when nobody wants it any more.
#[derive(Debug)]
pub struct Unfinished {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    is_wanted: bool,
}

impl Unfinished {
    /// Makes a new, empty file.
    pub fn create(disk: &Arc<dyn Disk>) -> Result<(Self, Arc<dyn DiskFile>), StoreError> {
        let path = layout::new_staging();
        let file = disk.create_new(&path)?;
        Ok((Self { disk: Arc::clone(disk), path, is_wanted: false }, file))
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

/// An upload. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Staging {
    disk: Arc<dyn Disk>,
    /// `None` once a write has failed.
    cutter: Option<Cutter>,
    front: Vec<u8>,
    spilled: Option<Spilled>,
    room_checked_at: u64,
}

#[derive(Debug)]
struct Spilled {
    unfinished: Unfinished,
    file: Arc<dyn DiskFile>,
    end: u64,
}

impl Staging {
    /// Begins an upload, if there is room for one at all.
    pub(crate) fn begin(disk: &Arc<dyn Disk>) -> Result<Self, StoreError> {
        check_room(&**disk, 0)?;
        Ok(Self {
            disk: Arc::clone(disk),
            cutter: Some(Cutter::default()),
            front: Vec::new(),
            spilled: None,
            room_checked_at: 0,
        })
    }

    /// Appends bytes. Nothing is durable. After an error the upload can only be dropped.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let mut cutter = self.cutter.take().ok_or(StoreError::Broken)?;
        let missing = FRONT_BYTES.saturating_sub(self.front.len()).min(bytes.len());
        self.front.extend_from_slice(bytes.get(..missing).unwrap_or_default());
        if cutter.count() >= self.room_checked_at + ROOM_CHECK_BYTES {
            self.room_checked_at = cutter.count();
            check_room(&*self.disk, 0)?;
        }
        let (disk, spilled) = (&self.disk, &mut self.spilled);
        cutter.push(bytes, &mut |cut| spill(disk, spilled, cut))?;
        self.cutter = Some(cutter);
        Ok(())
    }

    /// Ends the content and names it. Nothing is durable yet.
    pub fn finish(mut self) -> Result<Staged, StoreError> {
        let cutter = self.cutter.take().ok_or(StoreError::Broken)?;
        let Cut { digest, size, chunks, rest } = cutter.finish()?;
        let is_small = self.spilled.is_none() && rest.len() <= SMALL_BYTES_MAX;
        if !is_small && !rest.is_empty() {
            spill(&self.disk, &mut self.spilled, &rest)?;
        }
        let body = match self.spilled {
            None => Body::Small(rest),
            Some(Spilled { unfinished, .. }) => Body::Large(unfinished, chunks),
        };
        Ok(Staged { digest, size, front: self.front, body })
    }
}

fn spill(
    disk: &Arc<dyn Disk>,
    spilled: &mut Option<Spilled>,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let spilled = if let Some(spilled) = spilled {
        spilled
    } else {
        let (unfinished, file) = Unfinished::create(disk)?;
        spilled.insert(Spilled { unfinished, file, end: 0 })
    };
    spilled.file.write_all_at(bytes, spilled.end)?;
    spilled.end += bytes.len() as u64;
    Ok(())
}

/// A complete content that is not kept yet. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Staged {
    digest: Digest,
    size: u64,
    front: Vec<u8>,
    body: Body,
}

/// What a staged content consists of.
#[derive(Debug)]
pub enum Body {
    /// It is in memory.
    Small(Vec<u8>),
    /// It is in a file, to which nothing writes any more.
    Large(Unfinished, Vec<Chunk>),
}

impl Staged {
    /// Its name.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its first 4 KiB, or all of it: enough to tell its type.
    pub fn head(&self) -> &[u8] {
        &self.front
    }

    pub(crate) fn into_body(self) -> Body {
        self.body
    }
}
