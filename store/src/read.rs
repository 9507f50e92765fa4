//! Reading blobs: every byte that is handed out was checked against a digest.

use std::collections::HashMap;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rushes_digest::Digest;
use rushes_disk::{Disk, DiskError, DiskFile};

use crate::Store;
use crate::error::StoreError;
use crate::index::{Additions, Index, Place};
use crate::layout::{PackId, whole_path};
use crate::manifest::{Container, Entry, Manifest};
use crate::pack;
use crate::put::chunks_of;
use crate::record::{self, Header, Kind};

/// Open packs kept for reading.
const OPEN_PACKS_MAX: usize = 256;

/// Open packs, shared by all readers.
#[derive(Debug)]
pub struct Packs {
    disk: Arc<dyn Disk>,
    open: Mutex<HashMap<PackId, Arc<dyn DiskFile>>>,
}

impl Packs {
    /// Reads packs of a data directory.
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk, open: Mutex::default() }
    }

    fn file(&self, pack: PackId) -> Result<Arc<dyn DiskFile>, DiskError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(&pack) {
            return Ok(Arc::clone(file));
        }
        let file = self.disk.open_read(&pack.path())?;
        if open.len() >= OPEN_PACKS_MAX {
            open.clear(); // reads that are under way keep theirs
        }
        open.insert(pack, Arc::clone(&file));
        Ok(file)
    }

    /// Reads and checks a record; the error says what is wrong with it.
    pub fn read(&self, pack: PackId, offset: u64) -> Result<(Header, Vec<u8>), ReadError> {
        let file = self.file(pack).map_err(ReadError::Disk)?;
        let bytes = pack::read_record(&*file, &pack.path(), offset).map_err(ReadError::Disk)?;
        let wrong = |reason: String| {
            ReadError::Wrong(format!("pack {pack}, record at byte {offset}: {reason}"))
        };
        let bytes = bytes.ok_or_else(|| wrong("there is none".to_owned()))?;
        record::decode(&bytes).map_err(|error| wrong(error.to_string()))
    }
}

/// Why a record cannot be read.
#[derive(Debug)]
pub enum ReadError {
    Disk(DiskError),
    Wrong(String),
}

impl ReadError {
    fn of(self, digest: &Digest) -> StoreError {
        match self {
            Self::Disk(error) if !error.is_missing() => error.into(),
            Self::Disk(error) => damaged(digest, error.to_string()),
            Self::Wrong(reason) => damaged(digest, reason),
        }
    }
}

fn damaged(digest: &Digest, reason: String) -> StoreError {
    StoreError::Damaged { digest: *digest, reason }
}

#[derive(Debug)]
enum Body {
    Memory(Vec<u8>),
    Chunks(Chunked),
}

#[derive(Debug)]
struct Chunked {
    manifest: OnceLock<Arc<Mapped>>,
    /// The blob's own whole, where there is one.
    whole: Option<Arc<dyn DiskFile>>,
    /// The chunk that was read last, when only a part of it was wanted.
    last: Mutex<Option<(usize, Arc<Vec<u8>>)>>,
}

/// A manifest with the offset of each chunk in the blob.
#[derive(Debug)]
struct Mapped {
    manifest: Manifest,
    starts: Vec<u64>,
}

impl Mapped {
    fn of(manifest: Manifest) -> Self {
        let starts = manifest.entries.iter().scan(0, |at, entry| {
            let start = *at;
            *at += u64::from(entry.length);
            Some(start)
        });
        let starts = starts.collect();
        Self { manifest, starts }
    }

    /// The number of the chunk that holds an offset, the chunk, and where it starts.
    fn at(&self, offset: u64) -> Option<(usize, &Entry, u64)> {
        let number = self.starts.partition_point(|start| *start <= offset).checked_sub(1)?;
        Some((number, self.manifest.entries.get(number)?, *self.starts.get(number)?))
    }
}

/// An open blob. Many threads may read it at once. It stays readable whatever happens to its name.
#[derive(Debug)]
pub struct BlobReader {
    digest: Digest,
    size: u64,
    body: Body,
    disk: Arc<dyn Disk>,
    index: Arc<Index>,
    packs: Arc<Packs>,
}

impl Store {
    /// Opens a blob; `None` when there is none.
    pub fn open_blob(&self, digest: &Digest) -> Result<Option<BlobReader>, StoreError> {
        let (size, body) = match self.index.blob(digest)? {
            Some(Place::Packed { pack, offset, .. }) => {
                let (_, bytes) = self.packs.read(pack, offset).map_err(|error| error.of(digest))?;
                (bytes.len() as u64, Body::Memory(bytes))
            }
            hint => match self.open_whole(digest, hint)? {
                Some((size, chunked)) => (size, Body::Chunks(chunked)),
                None => return self.open_ranges(digest),
            },
        };
        Ok(Some(self.reader(digest, size, body)))
    }

    fn reader(&self, digest: &Digest, size: u64, body: Body) -> BlobReader {
        let (disk, index, packs) =
            (Arc::clone(&self.disk), Arc::clone(&self.index), Arc::clone(&self.packs));
        BlobReader { digest: *digest, size, body, disk, index, packs }
    }

    /// Opens a blob that is a whole. One that is not as the index says is read from end to end first.
    fn open_whole(
        &self,
        digest: &Digest,
        hint: Option<Place>,
    ) -> Result<Option<(u64, Chunked)>, StoreError> {
        let file = match self.disk.open_read(&whole_path(digest)) {
            Ok(file) => file,
            Err(error) if error.is_missing() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let stat = file.stat()?;
        let manifest = OnceLock::new();
        if hint != Some(Place::of_whole(&stat)) {
            let Some(chunks) = chunks_of(&*file, digest)? else {
                let reason = "its content is not what its name says";
                self.quarantine(digest, reason)?;
                return Err(damaged(digest, format!("{reason}; it was moved to quarantine/")));
            };
            file.sync()?;
            self.disk.sync_dir(&crate::layout::whole_dir(digest))?;
            self.adopt(digest)?;
            let made = Manifest::of_whole(*digest, &chunks);
            if self.index.manifest(digest)?.is_none() {
                self.append_manifest(digest, &made)?;
            }
            let _ = manifest.set(Arc::new(Mapped::of(made)));
        } else if self.index.manifest(digest)?.is_none() {
            // A power cut came before its manifest was durable.
            if let Some(chunks) = chunks_of(&*file, digest)? {
                let made = Manifest::of_whole(*digest, &chunks);
                self.append_manifest(digest, &made)?;
                let _ = manifest.set(Arc::new(Mapped::of(made)));
            } else {
                let reason = "its content is not what its name says";
                self.quarantine(digest, reason)?;
                return Err(damaged(digest, format!("{reason}; it was moved to quarantine/")));
            }
        }
        Ok(Some((stat.size, Chunked { manifest, whole: Some(file), last: Mutex::default() })))
    }

    /// Opens a blob that has no bytes of its own: its manifest says where they are.
    fn open_ranges(&self, digest: &Digest) -> Result<Option<BlobReader>, StoreError> {
        if self.index.manifest(digest)?.is_none() {
            return Ok(None);
        }
        let chunked = Chunked { manifest: OnceLock::new(), whole: None, last: Mutex::default() };
        let mut reader = self.reader(digest, 0, Body::Chunks(chunked));
        reader.size = reader.mapped()?.manifest.size;
        Ok(Some(reader))
    }

    pub(crate) fn read_record(
        &self,
        pack: PackId,
        offset: u64,
    ) -> Result<(Header, Vec<u8>), ReadError> {
        self.packs.read(pack, offset)
    }
}

impl BlobReader {
    /// Length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads at an offset; fewer bytes than asked for only at the end. What is returned was checked;
    /// damage is an error, and only for the reads that touch it.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, StoreError> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let buffer = buffer.get_mut(..wanted).unwrap_or_default();
        match &self.body {
            Body::Memory(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                if let Some(from) = bytes.get(start..start.saturating_add(wanted)) {
                    buffer.copy_from_slice(from);
                }
            }
            Body::Chunks(_) => self.read_chunks(buffer, offset)?,
        }
        Ok(wanted)
    }

    /// The file that is exactly this blob, for reads that nobody checks: kernel passthrough. Its
    /// size, time and inode were those of the index when it was opened, or it was read whole.
    pub fn exact_file(&self) -> Option<BorrowedFd<'_>> {
        match &self.body {
            Body::Chunks(Chunked { whole: Some(file), .. }) => file.fd(),
            _ => None,
        }
    }

    fn read_chunks(&self, mut buffer: &mut [u8], mut offset: u64) -> Result<(), StoreError> {
        let mapped = self.mapped()?;
        while !buffer.is_empty() {
            let beyond = || damaged(&self.digest, format!("no chunk holds byte {offset}"));
            let (number, entry, start) = mapped.at(offset).ok_or_else(beyond)?;
            let skip = usize::try_from(offset - start).unwrap_or(usize::MAX);
            let length = (entry.length as usize).saturating_sub(skip).min(buffer.len());
            let (now, later) = buffer.split_at_mut(length);
            if length == entry.length as usize {
                self.read_chunk(&mapped, entry, now)?;
            } else {
                let chunk = self.whole_chunk(&mapped, number, entry)?;
                now.copy_from_slice(chunk.get(skip..skip + length).ok_or_else(beyond)?);
            }
            offset += length as u64;
            buffer = later;
        }
        Ok(())
    }

    /// A chunk of which a part is wanted: the last one is kept, because the rest is wanted next.
    fn whole_chunk(
        &self,
        mapped: &Mapped,
        number: usize,
        entry: &Entry,
    ) -> Result<Arc<Vec<u8>>, StoreError> {
        let Body::Chunks(Chunked { last, .. }) = &self.body else { return Ok(Arc::default()) };
        let kept = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, chunk)) = kept.filter(|(kept, _)| *kept == number) {
            return Ok(chunk);
        }
        let mut chunk = vec![0; entry.length as usize];
        self.read_chunk(mapped, entry, &mut chunk)?;
        let chunk = Arc::new(chunk);
        *last.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, Arc::clone(&chunk)));
        Ok(chunk)
    }

    /// Reads one chunk into a buffer of its length and checks it.
    fn read_chunk(
        &self,
        mapped: &Mapped,
        entry: &Entry,
        into: &mut [u8],
    ) -> Result<(), StoreError> {
        let container = mapped.manifest.containers.get(entry.container as usize);
        let place = match container {
            Some(Container::Whole(digest)) => {
                let path = whole_path(digest);
                let file = self.container(digest, &path)?;
                let count = file.read_at(into, entry.offset)?;
                (count == into.len() && Digest::of(into) == entry.digest)
                    .then_some(())
                    .ok_or_else(|| format!("{}, byte {}", path.display(), entry.offset))
            }
            Some(Container::Pack(pack)) => {
                let read = self.packs.read(*pack, entry.offset);
                let (header, bytes) = read.map_err(|error| error.of(&self.digest))?;
                let fits = header.digest == entry.digest && bytes.len() == into.len();
                if fits {
                    into.copy_from_slice(&bytes);
                }
                fits.then_some(()).ok_or_else(|| format!("pack {pack}, byte {}", entry.offset))
            }
            None => Err("a container that its manifest does not name".to_owned()),
        };
        place.map_err(|place| {
            self.doubt();
            damaged(&self.digest, format!("the chunk in {place} does not match its digest"))
        })
    }

    fn container(&self, digest: &Digest, path: &Path) -> Result<Arc<dyn DiskFile>, StoreError> {
        match &self.body {
            Body::Chunks(Chunked { whole: Some(file), .. }) if *digest == self.digest => {
                Ok(Arc::clone(file))
            }
            _ => self.disk.open_read(path).map_err(|error| {
                if error.is_missing() {
                    damaged(&self.digest, error.to_string())
                } else {
                    error.into()
                }
            }),
        }
    }

    /// Takes the blob's place out of the index, so that nobody shares it and the next open looks at
    /// every byte.
    fn doubt(&self) {
        tracing::error!(digest = %self.digest, "a blob is damaged");
        let mut additions = Additions::default();
        additions.forget(&self.digest);
        if let Err(error) = self.index.add(additions) {
            tracing::error!(%error, "a damaged blob could not be taken out of the index");
        }
    }

    fn mapped(&self) -> Result<Arc<Mapped>, StoreError> {
        let Body::Chunks(Chunked { manifest, .. }) = &self.body else {
            return Err(damaged(&self.digest, "it has no manifest".to_owned()));
        };
        if let Some(mapped) = manifest.get() {
            return Ok(Arc::clone(mapped));
        }
        let none = || damaged(&self.digest, "its manifest is not in the index".to_owned());
        let place = self.index.manifest(&self.digest)?.ok_or_else(none)?;
        let read = self.packs.read(place.pack, place.offset);
        let (header, payload) = read.map_err(|error| error.of(&self.digest))?;
        let is_ours = Kind::of(header.kind) == Some(Kind::Manifest) && header.digest == self.digest;
        let decoded = Manifest::decode(&payload).filter(|_| is_ours);
        let unreadable = || damaged(&self.digest, "its manifest cannot be read".to_owned());
        let mapped = Arc::new(Mapped::of(decoded.ok_or_else(unreadable)?));
        Ok(Arc::clone(manifest.get_or_init(|| mapped)))
    }
}
