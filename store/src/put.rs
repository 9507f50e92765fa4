//! How a staged content becomes a durable blob: a record of a pack, or a whole.

use std::path::Path;

use rushes_digest::Digest;
use rushes_disk::DiskFile;
use uuid::Uuid;

use crate::Store;
use crate::chunker::Chunk;
use crate::error::StoreError;
use crate::index::{Additions, Place};
use crate::layout::{QUARANTINE_DIR, whole_dir, whole_path};
use crate::manifest::Manifest;
use crate::record::{self, Kind};
use crate::staging::{Body, Staged, StagingName, check_space};
use crate::writer::NewRecord;

/// What the caller's user already references.
///
/// A shortcut that saves a write shows that the bytes were there: it is taken only for bytes that
/// the same user has, so that nobody learns what another one keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The user's facts name this digest.
    Referenced,
    /// They do not; whoever else has it is nobody's business.
    Unknown,
}

/// What a put did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The bytes were written and synced.
    New,
    /// They were there, were checked, and are shared.
    Shared,
}

impl Store {
    /// Makes a content durable. Its bytes are there after a power cut from the moment of return.
    ///
    /// Bytes that are there already are checked before ours are dropped in their favour; on any
    /// doubt ours are written, and take the place of the old ones.
    pub fn put(&self, staged: Staged, known: Known) -> Result<Stored, StoreError> {
        let (digest, size) = (staged.digest(), staged.size());
        if known == Known::Referenced && self.is_sound(&digest, size)? {
            return Ok(Stored::Shared);
        }
        match staged.into_body() {
            Body::Small(bytes) => {
                check_space(&*self.disk, bytes.len() as u64)?;
                self.append(Kind::Blob, &digest, &bytes, 0)?.wait()??;
                Ok(Stored::New)
            }
            Body::Large(name, chunks) => self.put_whole(&digest, &name, &chunks),
        }
    }

    /// Whether the index's hint holds: a whole by its size, time and inode, a record by its bytes.
    fn is_sound(&self, digest: &Digest, size: u64) -> Result<bool, StoreError> {
        match self.index.blob(digest)? {
            Some(place @ Place::Whole { .. }) => {
                let stat = self.disk.stat(&whole_path(digest));
                Ok(stat.is_ok_and(|stat| stat.size == size && Place::of_whole(&stat) == place))
            }
            Some(Place::Packed { pack, offset, .. }) => {
                Ok(self.read_record(pack, offset).is_ok_and(|(header, _)| header.digest == *digest))
            }
            None => Ok(false),
        }
    }

    fn put_whole(
        &self,
        digest: &Digest,
        name: &StagingName,
        chunks: &[Chunk],
    ) -> Result<Stored, StoreError> {
        let path = whole_path(digest);
        self.disk.set_read_only(name.path())?;
        self.disk.open_read(name.path())?.sync()?;
        let stored = match self.disk.hard_link(name.path(), &path) {
            Ok(()) => Stored::New,
            Err(error) if error.is_taken() => self.settle(digest, name)?,
            Err(error) => return Err(error.into()),
        };
        self.disk.sync_dir(&whole_dir(digest))?;
        self.adopt(digest)?;
        if self.index.manifest(digest)?.is_none() {
            self.append_manifest(digest, &Manifest::of_whole(*digest, chunks))?;
        }
        Ok(stored)
    }

    /// Somebody was there first: keeps the one that is right.
    fn settle(&self, digest: &Digest, name: &StagingName) -> Result<Stored, StoreError> {
        let path = whole_path(digest);
        if self.is_sound(digest, self.disk.stat(name.path())?.size)? {
            return Ok(Stored::Shared);
        }
        let file = self.disk.open_read(&path)?;
        if chunks_of(&*file, digest)?.is_some() {
            file.sync()?;
            return Ok(Stored::Shared);
        }
        self.quarantine(digest, "its content is not what its name says")?;
        self.disk.hard_link(name.path(), &path)?;
        Ok(Stored::New)
    }

    /// Moves a whole that is not its blob out of the way, with the reason beside it.
    pub(crate) fn quarantine(&self, digest: &Digest, reason: &str) -> Result<(), StoreError> {
        tracing::error!(%digest, reason, "a damaged blob goes to quarantine");
        let name = format!("{digest}.{}", Uuid::new_v4().simple());
        let target = Path::new(QUARANTINE_DIR).join(&name);
        let why = self.disk.create_new(&target.with_extension("txt"))?;
        why.write_all_at(format!("{digest}: {reason}\n").as_bytes(), 0)?;
        why.sync()?;
        self.disk.rename(&whole_path(digest), &target)?;
        self.disk.sync_dir(Path::new(QUARANTINE_DIR))?;
        self.disk.sync_dir(&whole_dir(digest))?;
        let mut additions = Additions::default();
        additions.forget(digest);
        Ok(self.index.add(additions)?)
    }

    /// Lets the index name a whole that is durable.
    pub(crate) fn adopt(&self, digest: &Digest) -> Result<(), StoreError> {
        let place = Place::of_whole(&self.disk.stat(&whole_path(digest))?);
        if self.index.blob(digest)? == Some(place) {
            return Ok(());
        }
        let mut additions = Additions::default();
        additions.blob(digest, place);
        Ok(self.index.add(additions)?)
    }

    /// Appends a manifest without waiting for its sync: it can be made again from the whole.
    pub(crate) fn append_manifest(
        &self,
        digest: &Digest,
        manifest: &Manifest,
    ) -> Result<(), StoreError> {
        let payload = manifest.encode();
        drop(self.append(Kind::Manifest, digest, &payload, manifest.generation)?);
        Ok(())
    }

    fn append(
        &self,
        kind: Kind,
        digest: &Digest,
        payload: &[u8],
        generation: u64,
    ) -> Result<rushes_disk::Pending<Result<(), StoreError>>, StoreError> {
        let too_large = || StoreError::TooLarge { size: payload.len() as u64 };
        let record = record::encode(kind, digest, payload).ok_or_else(too_large)?;
        let record = NewRecord::of(record, generation).ok_or_else(too_large)?;
        Ok(self.writer.submit(record)?)
    }
}

/// The chunks of a file, when its content is the blob; `None` when it is not.
pub fn chunks_of(file: &dyn DiskFile, digest: &Digest) -> Result<Option<Vec<Chunk>>, StoreError> {
    const PIECE_BYTES: usize = 1 << 20;
    let mut hasher = rushes_digest::Hasher::new();
    let mut chunker = crate::chunker::Chunker::default();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = file.read_at(&mut piece, hasher.count())?;
        let read = piece.get(..count).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        hasher.update(read);
        chunker.write(read);
    }
    Ok((hasher.finish() == *digest).then(|| chunker.finish()))
}
