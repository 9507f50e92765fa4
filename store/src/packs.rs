//! Packs as they are read: a record by its position.
//!
//! Knows nothing of the index. Invariant: what is handed out hashes to its digest.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rushes_digest::Digest;
use rushes_disk::{Disk, DiskFile};

use crate::error::{Damage, StoreError};
use crate::layout;
use crate::manifest::Manifest;
use crate::place::{PackId, RecordAt};
use crate::record::{self, FRAME_BYTES, HEAD_BYTES, Head, MANIFEST};

/// Packs that are kept open: most reads go to the newest ones.
const OPEN_MAX: usize = 64;

/// All packs of a data directory.
#[derive(Debug)]
pub struct Packs {
    disk: Arc<dyn Disk>,
    open: Mutex<VecDeque<(PackId, Arc<dyn DiskFile>)>>,
}

impl Packs {
    /// Opens none yet.
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk, open: Mutex::default() }
    }

    /// The content of a blob's or chunk's record, verified. `of` is the blob that it is read for.
    pub fn content(
        &self,
        of: &Digest,
        digest: &Digest,
        at: &RecordAt,
    ) -> Result<Vec<u8>, StoreError> {
        let bytes = self.record(of, at)?;
        let content = || {
            let head = Head::parse(&bytes)?;
            // The digest covers what the checksum does, so that one hash is enough.
            let payload = bytes.get(HEAD_BYTES..HEAD_BYTES + head.stored_len as usize)?;
            let content = record::unpack(&head, payload)?;
            (head.kind != MANIFEST && Digest::of(&content) == *digest).then(|| content.into_owned())
        };
        content().ok_or_else(|| damaged(of, at))
    }

    /// The content of a chunk's record at an offset; its stored length is in its header.
    pub fn chunk(
        &self,
        of: &Digest,
        digest: &Digest,
        pack: PackId,
        offset: u64,
    ) -> Result<Vec<u8>, StoreError> {
        let mut at = RecordAt { pack, offset, stored_len: 0 };
        let mut head = [0; HEAD_BYTES];
        self.file(of, pack)?.read_at(&mut head, offset)?;
        at.stored_len = Head::parse(&head).ok_or_else(|| damaged(of, &at))?.stored_len;
        self.content(of, digest, &at)
    }

    /// A blob's manifest.
    pub fn manifest(&self, of: &Digest, at: &RecordAt) -> Result<Manifest, StoreError> {
        let bytes = self.record(of, at)?;
        let manifest = || {
            let (head, payload) = record::open(at.pack, &bytes)?;
            let is_its = head.kind == MANIFEST && head.digest == *of;
            Manifest::decode(&record::unpack(&head, payload)?).filter(|_| is_its)
        };
        manifest().ok_or_else(|| damaged(of, at))
    }

    /// Closes a pack that leaves its place.
    pub fn forget(&self, pack: PackId) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(id, _)| *id != pack);
    }

    fn record(&self, of: &Digest, at: &RecordAt) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; FRAME_BYTES + at.stored_len as usize];
        let got = self.file(of, at.pack)?.read_at(&mut bytes, at.offset)?;
        if got == bytes.len() { Ok(bytes) } else { Err(damaged(of, at)) }
    }

    fn file(&self, of: &Digest, pack: PackId) -> Result<Arc<dyn DiskFile>, StoreError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, file)) = open.iter().find(|(id, _)| *id == pack) {
            return Ok(Arc::clone(file));
        }
        let place = layout::pack(pack);
        let file = self.disk.open_read(&place).map_err(|error| {
            if error.is_missing() {
                StoreError::Damaged { digest: *of, place, damage: Damage::Missing }
            } else {
                error.into()
            }
        })?;
        if open.len() >= OPEN_MAX {
            open.pop_front();
        }
        open.push_back((pack, Arc::clone(&file)));
        Ok(file)
    }
}

fn damaged(of: &Digest, at: &RecordAt) -> StoreError {
    let damage = Damage::Record { offset: at.offset };
    StoreError::Damaged { digest: *of, place: layout::pack(at.pack), damage }
}
