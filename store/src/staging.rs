//! Bytes that are coming in: hashed and cut on the way, in memory while they are few.
//!
//! Invariant: whatever is dropped before it was put leaves nothing behind, and memory does not grow
//! with the size beyond the list of chunks (64 bytes each).

use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::DiskFile;

use crate::cutter::{Cut, Cutter, Sink};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::hints::{Familiar, Hints};
use crate::room::check_room;
use crate::shelf::Shelf;
use crate::unfinished::Unfinished;

/// Longest content that is kept in a record of a pack, in bytes; longer ones become wholes. Up to
/// here one shared sync beats a file of one's own, and a reader verifies all of it at once.
pub const SMALL_BYTES_MAX: usize = 128 << 10;
/// How much of the front of a content is kept to tell its type, in bytes.
const FRONT_BYTES: usize = 4 << 10;
/// How often the free space is looked at while bytes come in.
const ROOM_CHECK_BYTES: u64 = 64 << 20;

/// An upload. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Staging {
    /// `None` once a write has failed.
    cutter: Option<Cutter>,
    front: Vec<u8>,
    draft: Draft,
    room_checked_at: u64,
}

impl Staging {
    /// Begins an upload, if there is room for one at all.
    pub(crate) fn begin(shelf: &Arc<Shelf>, familiar: Familiar) -> Result<Self, StoreError> {
        check_room(&*shelf.disk, 0)?;
        Ok(Self {
            cutter: Some(Cutter::default()),
            front: Vec::new(),
            draft: Draft::new(Hints::new(shelf, familiar)),
            room_checked_at: 0,
        })
    }

    /// Looks at the bytes of a file as they come; the file itself is kept elsewhere.
    pub(crate) fn over(shelf: &Arc<Shelf>, familiar: Familiar) -> Self {
        Self {
            cutter: Some(Cutter::default()),
            front: Vec::new(),
            draft: Draft::over_a_file(Hints::new(shelf, familiar)),
            room_checked_at: u64::MAX - ROOM_CHECK_BYTES,
        }
    }

    /// Ends the content of a file that nothing writes to any more and names it.
    pub(crate) fn finish_over(
        mut self,
        unfinished: Unfinished,
        file: Arc<dyn DiskFile>,
    ) -> Result<Staged, StoreError> {
        self.draft.set_file(unfinished, file);
        self.finish()
    }

    /// Says from which blob this one was probably made, so that all of what they share is found.
    pub fn expect(&mut self, blob: &Digest) {
        self.draft.hints().expect(blob);
    }

    /// Appends bytes. Nothing is durable. After an error the upload can only be dropped.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let mut cutter = self.cutter.take().ok_or(StoreError::Broken)?;
        let missing = FRONT_BYTES.saturating_sub(self.front.len()).min(bytes.len());
        self.front.extend_from_slice(bytes.get(..missing).unwrap_or_default());
        if cutter.count() >= self.room_checked_at + ROOM_CHECK_BYTES {
            self.room_checked_at = cutter.count();
            check_room(&*self.draft.hints().shelf().disk, 0)?;
        }
        cutter.push(bytes, &mut self.draft)?;
        self.cutter = Some(cutter);
        Ok(())
    }

    /// Ends the content and names it. Nothing is durable yet.
    pub fn finish(mut self) -> Result<Staged, StoreError> {
        let cutter = self.cutter.take().ok_or(StoreError::Broken)?;
        let Cut { digest, size, rest, chunks } = cutter.finish()?;
        let familiar = self.draft.hints().familiar().clone();
        let body = if size <= SMALL_BYTES_MAX as u64 {
            Body::Small(rest)
        } else {
            self.draft.take(&rest, &chunks)?;
            self.draft.finish();
            Body::Large(Box::new(self.draft))
        };
        Ok(Staged { digest, size, front: self.front, familiar, body })
    }
}

/// A complete content that is not kept yet. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Staged {
    digest: Digest,
    size: u64,
    front: Vec<u8>,
    familiar: Familiar,
    body: Body,
}

/// What a staged content consists of.
#[derive(Debug)]
pub enum Body {
    /// It is in memory.
    Small(Vec<u8>),
    /// It is known in part; the rest is in memory or in a file.
    Large(Box<Draft>),
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

    /// Whether the user who sent it references it already.
    pub(crate) fn is_familiar(&self) -> bool {
        self.familiar.knows(&self.digest)
    }

    pub(crate) fn into_body(self) -> Body {
        self.body
    }
}
