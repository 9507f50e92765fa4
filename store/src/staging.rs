//! Bytes that are coming in: hashed and cut in one pass, in memory while they are few, else in a
//! file of their own. Dropping them at any point leaves nothing behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rushes_digest::{Digest, Hasher};
use rushes_disk::{Disk, DiskFile};
use uuid::Uuid;

use crate::chunker::{Chunk, Chunker};
use crate::error::StoreError;
use crate::layout::{SMALL_BYTES_MAX, STAGING_DIR};
use crate::record::PAYLOAD_BYTES_MAX;

/// How much of the beginning is kept for telling the type of the content, in bytes.
pub const HEAD_BYTES: usize = 4096;
/// Free space is asked for again after this many bytes.
const SPACE_CHECK_BYTES: u64 = 64 << 20;
/// Kept free for the journal: the smaller of this and [`RESERVE_PERCENT`] of the disk.
const RESERVE_BYTES_MAX: u64 = 1 << 30;
const RESERVE_PERCENT: u64 = 5;

/// Refuses when less than the reserve would stay free.
pub fn check_space(disk: &dyn Disk, wanted: u64) -> Result<(), StoreError> {
    let space = disk.space()?;
    let reserve = RESERVE_BYTES_MAX.min(space.total / 100 * RESERVE_PERCENT);
    if space.free < reserve.saturating_add(wanted) { Err(StoreError::Full) } else { Ok(()) }
}

/// A name in staging that goes away with its owner.
#[derive(Debug)]
pub struct StagingName {
    disk: Arc<dyn Disk>,
    path: PathBuf,
}

impl StagingName {
    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for StagingName {
    fn drop(&mut self) {
        // What stays behind is removed at the next start.
        let _ = self.disk.remove(&self.path);
    }
}

#[derive(Debug)]
struct Spilled {
    file: Arc<dyn DiskFile>,
    name: StagingName,
    chunker: Chunker,
    written: u64,
    checked_until: u64,
}

/// A content that is being written.
#[derive(Debug)]
pub struct Staging {
    disk: Arc<dyn Disk>,
    hasher: Hasher,
    head: Vec<u8>,
    small: Vec<u8>,
    spilled: Option<Spilled>,
}

impl Staging {
    /// Starts an empty content. Refused when the disk is full.
    pub fn begin(disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        check_space(&*disk, 0)?;
        let (hasher, head, small) = (Hasher::new(), Vec::new(), Vec::new());
        Ok(Self { disk, hasher, head, small, spilled: None })
    }

    /// Appends bytes. After an error the content is worth nothing: drop it.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.hasher.update(bytes);
        let room = HEAD_BYTES - self.head.len();
        self.head.extend(bytes.iter().take(room));
        if self.spilled.is_none() {
            if self.small.len() + bytes.len() <= SMALL_BYTES_MAX {
                self.small.extend_from_slice(bytes);
                return Ok(());
            }
            self.spill()?;
        }
        self.append(bytes)
    }

    /// Ends the content and names it.
    pub fn finish(self) -> Result<Staged, StoreError> {
        let size = self.hasher.count();
        let digest = self.hasher.finish();
        let body = match self.spilled {
            None => Body::Small(self.small),
            // The file's only writable handle is dropped here.
            Some(Spilled { name, chunker, .. }) => Body::Large(name, chunker.finish()),
        };
        Ok(Staged { digest, size, head: self.head, body })
    }

    fn spill(&mut self) -> Result<(), StoreError> {
        let path = Path::new(STAGING_DIR).join(Uuid::new_v4().simple().to_string());
        let file = self.disk.create_new(&path)?;
        let name = StagingName { disk: Arc::clone(&self.disk), path };
        let chunker = Chunker::default();
        self.spilled = Some(Spilled { file, name, chunker, written: 0, checked_until: 0 });
        let small = std::mem::take(&mut self.small);
        self.append(&small)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let Some(spilled) = self.spilled.as_mut() else { return Ok(()) };
        let end = spilled.written + bytes.len() as u64;
        if end > spilled.checked_until {
            check_space(&*self.disk, bytes.len() as u64)?;
            spilled.checked_until = end + SPACE_CHECK_BYTES;
        }
        // 48 bytes of manifest for each 16 KiB at the worst must fit into one record.
        if end / crate::chunker::CHUNK_BYTES_MIN as u64 * 48 > PAYLOAD_BYTES_MAX as u64 / 2 {
            return Err(StoreError::TooLarge { size: end });
        }
        spilled.file.write_all_at(bytes, spilled.written)?;
        spilled.written = end;
        spilled.chunker.write(bytes);
        Ok(())
    }
}

/// Where a staged content is.
#[derive(Debug)]
pub enum Body {
    /// In memory.
    Small(Vec<u8>),
    /// In a file, with its chunks.
    Large(StagingName, Vec<Chunk>),
}

/// A content that is complete and named, but not durable.
#[derive(Debug)]
pub struct Staged {
    digest: Digest,
    size: u64,
    head: Vec<u8>,
    body: Body,
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

    /// Its first bytes, at most [`HEAD_BYTES`].
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Takes the bytes.
    pub fn into_body(self) -> Body {
        self.body
    }
}
