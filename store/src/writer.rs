//! The thread that appends records to the open pack: many callers, one write, one sync.
//!
//! Order: write, sync, index, answer. After a failure nothing more goes into that pack; the next
//! batch starts a new one.

use std::sync::Arc;

use rushes_disk::{AppendFile, Committer, Disk, DiskError};

use crate::error::StoreError;
use crate::index::{Additions, Index};
use crate::layout::PackId;
use crate::pack::{self, PACK_BYTES_MAX, PackEntry};
use crate::record::Header;

/// A record on its way into a pack.
#[derive(Debug)]
pub struct NewRecord {
    /// The record's bytes.
    pub bytes: Vec<u8>,
    /// What it says of itself.
    pub header: Header,
    /// Of a manifest; 0 otherwise.
    pub generation: u64,
}

impl NewRecord {
    /// Wraps an encoded record.
    pub fn of(bytes: Vec<u8>, generation: u64) -> Option<Self> {
        let header = Header::parse(&bytes)?;
        Some(Self { bytes, header, generation })
    }
}

#[derive(Debug)]
pub struct OpenPack {
    pub id: PackId,
    pub file: AppendFile,
    pub entries: Vec<PackEntry>,
}

/// The committing end.
#[derive(Debug)]
pub struct PackWriter {
    disk: Arc<dyn Disk>,
    index: Arc<Index>,
    open: Option<OpenPack>,
}

impl PackWriter {
    /// Goes on in `open`, or in a new pack.
    pub const fn new(disk: Arc<dyn Disk>, index: Arc<Index>, open: Option<OpenPack>) -> Self {
        Self { disk, index, open }
    }

    fn append(&mut self, items: &[NewRecord]) -> Result<(PackId, Vec<PackEntry>, u64), DiskError> {
        let open = self.room()?;
        let mut bytes = Vec::with_capacity(items.iter().map(|item| item.bytes.len()).sum());
        let mut entries = Vec::with_capacity(items.len());
        for item in items {
            let offset = open.file.end() + bytes.len() as u64;
            entries.push(PackEntry { header: item.header, offset, generation: item.generation });
            bytes.extend_from_slice(&item.bytes);
        }
        open.file.append(&bytes)?;
        open.file.sync()?;
        open.entries.extend_from_slice(&entries);
        Ok((open.id, entries, open.file.synced()))
    }

    /// The open pack; a new one when there is none that can take more.
    fn room(&mut self) -> Result<&mut OpenPack, DiskError> {
        if let Some(full) = self.open.take_if(|open| open.file.end() >= PACK_BYTES_MAX)
            && !full.file.has_failed()
            && let Err(error) = seal(full)
        {
            // Unsealed it costs a scan at the next start, and nothing else.
            tracing::warn!(%error, "a pack could not be sealed");
        }
        if self.open.as_ref().is_none_or(|open| open.file.has_failed()) {
            let id = PackId::generate();
            let mut file = AppendFile::create(&*self.disk, &id.path())?;
            file.append(&pack::file_header(id))?;
            self.open = None;
            return Ok(self.open.insert(OpenPack { id, file, entries: Vec::new() }));
        }
        let unreachable = || std::io::Error::other("no open pack");
        self.open.as_mut().ok_or_else(|| {
            DiskError::new(rushes_disk::Verb::Open, std::path::Path::new("packs"), unreachable())
        })
    }

    fn note(&self, pack: PackId, entries: &[PackEntry], end: u64) -> Result<(), StoreError> {
        let mut additions = Additions::default();
        for entry in entries {
            self.index.note(entry, pack, &mut additions)?;
        }
        additions.pack_end(pack, end);
        Ok(self.index.add(additions)?)
    }
}

/// Ends a pack with its footer.
pub fn seal(mut open: OpenPack) -> Result<(), DiskError> {
    let footer = pack::footer(&open.entries, open.file.end());
    open.file.append(&footer)?;
    open.file.sync()
}

impl Committer for PackWriter {
    type Item = NewRecord;
    type Done = Result<(), StoreError>;

    fn weight(item: &NewRecord) -> usize {
        item.bytes.len()
    }

    fn commit(&mut self, items: Vec<NewRecord>) -> Vec<Result<(), StoreError>> {
        let written = self.append(&items).map_err(Arc::new);
        let (pack, entries, end) = match written {
            Ok(written) => written,
            Err(error) => {
                tracing::error!(%error, "records could not be written");
                return items.iter().map(|_| Err(StoreError::from(Arc::clone(&error)))).collect();
            }
        };
        if let Err(error) = self.note(pack, &entries, end) {
            // The bytes are durable, but nobody could find them: the uploads must be told.
            tracing::error!(%error, "records could not be indexed");
            return items.iter().map(|_| Err(StoreError::Stopped)).collect();
        }
        items.iter().map(|_| Ok(())).collect()
    }
}
