//! Which blob is where: sled, as a disposable index over wholes and packs. The only file here that
//! knows sled.
//!
//! An entry is a hint. It is written only after its bytes are durable, and whoever follows it checks
//! what it finds. Values are fixed and small.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use rushes_digest::Digest;
use rushes_disk::Stat;

use crate::bytes::Fields;
use crate::layout::PackId;
use crate::pack::PackEntry;
use crate::record::Kind;

/// Pages that sled keeps in memory, in bytes.
const CACHE_BYTES: u64 = 64 << 20;
/// Changes whenever an entry changes its form: an older index is then rebuilt.
const LAYOUT: &[u8] = &[1];
const LAYOUT_KEY: &[u8] = b"!layout";

const TAG_PACKED: u8 = 1;
const TAG_WHOLE: u8 = 2;

/// The index failed; the bytes are not concerned.
#[derive(Debug, thiserror::Error)]
#[error("the index failed: {0}; stop the daemon and start it again to rebuild it")]
pub struct IndexError(String);

impl From<sled::Error> for IndexError {
    fn from(error: sled::Error) -> Self {
        Self(error.to_string())
    }
}

type Result<T> = std::result::Result<T, IndexError>;

/// Where a blob is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A record of a pack.
    Packed {
        /// Which pack.
        pack: PackId,
        /// Where its record starts.
        offset: u64,
        /// Length of the blob.
        size: u64,
    },
    /// A file of its own.
    Whole {
        /// Length of the blob.
        size: u64,
        /// Time of the file's last change, nanoseconds since 1970.
        modified_ns: i64,
        /// The file's inode.
        inode: u64,
    },
}

impl Place {
    /// The place of a whole that the disk describes.
    pub fn of_whole(stat: &Stat) -> Self {
        let modified_ns = i64::try_from(stat.modified_ns).unwrap_or(i64::MAX);
        Self::Whole { size: stat.size, modified_ns, inode: stat.inode }
    }

    fn encode(self) -> Vec<u8> {
        match self {
            Self::Packed { pack, offset, size } => {
                [&[TAG_PACKED][..], pack.as_bytes(), &offset.to_le_bytes(), &size.to_le_bytes()]
                    .concat()
            }
            Self::Whole { size, modified_ns, inode } => [
                &[TAG_WHOLE][..],
                &size.to_le_bytes(),
                &modified_ns.to_le_bytes(),
                &inode.to_le_bytes(),
            ]
            .concat(),
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(bytes);
        Some(match fields.u8()? {
            TAG_PACKED => Self::Packed {
                pack: PackId::from_bytes(fields.array()?),
                offset: fields.u64()?,
                size: fields.u64()?,
            },
            TAG_WHOLE => Self::Whole {
                size: fields.u64()?,
                modified_ns: i64::from_le_bytes(fields.array()?),
                inode: fields.u64()?,
            },
            _ => return None,
        })
    }
}

/// Where a blob's manifest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestPlace {
    /// Which pack.
    pub pack: PackId,
    /// Where its record starts.
    pub offset: u64,
    /// Of several, the highest holds.
    pub generation: u64,
}

/// Entries that go in together.
#[derive(Debug, Default)]
pub struct Additions(sled::Batch);

impl Additions {
    /// A blob's place.
    pub fn blob(&mut self, digest: &Digest, place: Place) {
        self.0.insert(key(b'b', digest.as_bytes()), place.encode());
    }

    /// Forgets a blob's place.
    pub fn forget(&mut self, digest: &Digest) {
        self.0.remove(key(b'b', digest.as_bytes()));
    }

    /// How far a pack is indexed, in bytes.
    pub fn pack_end(&mut self, pack: PackId, end: u64) {
        self.0.insert(key(b'p', pack.as_bytes()), &end.to_le_bytes());
    }

    fn manifest(&mut self, digest: &Digest, place: ManifestPlace) {
        let value = [
            &place.pack.as_bytes()[..],
            &place.offset.to_le_bytes(),
            &place.generation.to_le_bytes(),
        ];
        self.0.insert(key(b'm', digest.as_bytes()), value.concat());
    }
}

fn key(tag: u8, rest: &[u8]) -> Vec<u8> {
    [&[tag], rest].concat()
}

/// The index.
#[derive(Debug)]
pub struct Index {
    db: RwLock<Option<sled::Db>>,
}

impl Index {
    /// Opens the database in a directory. A panic of sled is an error like any other; so is an
    /// index of another layout.
    pub fn open(path: &Path) -> Result<Self> {
        let config = sled::Config::new().path(path).cache_capacity(CACHE_BYTES);
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
        let db = opened.map_err(|_| IndexError("sled panicked".to_owned()))??;
        if !db.was_recovered() {
            db.insert(LAYOUT_KEY, LAYOUT)?;
        } else if db.get(LAYOUT_KEY)?.as_deref() != Some(LAYOUT) {
            return Err(IndexError("it has another layout".to_owned()));
        }
        Ok(Self { db: RwLock::new(Some(db)) })
    }

    /// Puts entries in, as one.
    pub fn add(&self, additions: Additions) -> Result<()> {
        self.with(|db| Ok(db.apply_batch(additions.0)?))
    }

    /// Adds a pack's record to what goes in together, unless a newer manifest is known.
    pub fn note(&self, entry: &PackEntry, pack: PackId, to: &mut Additions) -> Result<()> {
        let digest = &entry.header.digest;
        match Kind::of(entry.header.kind) {
            Some(Kind::Blob) => {
                let size = u64::from(entry.header.raw);
                to.blob(digest, Place::Packed { pack, offset: entry.offset, size });
            }
            Some(Kind::Manifest) => {
                let generation = entry.generation;
                let known = self.manifest(digest)?;
                if known.is_none_or(|known| known.generation <= generation) {
                    let offset = entry.offset;
                    to.manifest(digest, ManifestPlace { pack, offset, generation });
                }
            }
            // Chunks are found through manifests; a newer program's records are its own business.
            Some(Kind::Chunk) | None => {}
        }
        Ok(())
    }

    /// Where a blob is.
    pub fn blob(&self, digest: &Digest) -> Result<Option<Place>> {
        self.get(&key(b'b', digest.as_bytes()), Place::decode)
    }

    /// Where a blob's manifest is.
    pub fn manifest(&self, digest: &Digest) -> Result<Option<ManifestPlace>> {
        self.get(&key(b'm', digest.as_bytes()), |value| {
            let mut fields = Fields::of(value);
            let pack = PackId::from_bytes(fields.array()?);
            Some(ManifestPlace { pack, offset: fields.u64()?, generation: fields.u64()? })
        })
    }

    /// How far a pack is indexed.
    pub fn pack_end(&self, pack: PackId) -> Result<Option<u64>> {
        self.get(&key(b'p', pack.as_bytes()), |value| Fields::of(value).u64())
    }

    /// Closes the database; later calls fail.
    pub fn close(&self) {
        drop(self.db.write().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn get<T>(&self, key: &[u8], decode: impl Fn(&[u8]) -> Option<T>) -> Result<Option<T>> {
        // A value of another form is no hint at all.
        self.with(|db| Ok(db.get(key)?.and_then(|value| decode(&value))))
    }

    fn with<T>(&self, call: impl FnOnce(&sled::Db) -> Result<T>) -> Result<T> {
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
        call(db.as_ref().ok_or_else(|| IndexError("it is closed".to_owned()))?)
    }
}
