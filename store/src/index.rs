//! The index: sled, as a disposable list of what lies where. The only file here that knows sled.
//!
//! Invariant: an entry is made only once its bytes are durable; it stays a hint all the same.
//! Values are positions, batches are small, and nothing here walks the tree.

use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use rushes_digest::Digest;

use crate::bytes::Fields;
use crate::error::IndexError;
use crate::footer::Entry;
use crate::place::{PackId, Place, RecordAt, WholeStat};
use crate::record::{BLOB, MANIFEST};

/// Changes whenever a key or a value changes its form: another index is rebuilt then.
const LAYOUT: u8 = 1;
/// Entries in one batch: sled's memory follows the size of its batches.
pub const BATCH_ENTRIES_MAX: usize = 100;
/// Pages that sled keeps in memory, in bytes.
const CACHE_BYTES: u64 = 64 << 20;

const BLOB_TAG: u8 = b'b';
const MANIFEST_TAG: u8 = b'm';
const PACK_TAG: u8 = b'p';
const LAYOUT_KEY: &[u8] = b"v";

impl From<sled::Error> for IndexError {
    fn from(error: sled::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

type Result<T> = std::result::Result<T, IndexError>;

/// Where a blob's newest manifest lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestAt {
    /// Its record.
    pub at: RecordAt,
    /// Its generation.
    pub generation: u64,
}

/// What lies where.
pub struct Index {
    db: RwLock<Option<sled::Db>>,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // sled's own would print every entry.
        f.debug_struct("Index").finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in a directory. A panic of sled is an error like any other.
    pub fn open(path: &Path) -> Result<Self> {
        let config = sled::Config::new().path(path).cache_capacity(CACHE_BYTES);
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
        let db = opened.map_err(|_| IndexError::Failed("sled panicked".to_owned()))??;
        Ok(Self { db: RwLock::new(Some(db)) })
    }

    /// Whether it was once built to the end, in today's layout.
    pub fn is_built(&self) -> Result<bool> {
        self.with(|db| Ok(db.get(LAYOUT_KEY)?.is_some_and(|value| *value == [LAYOUT])))
    }

    /// Says that it was built to the end.
    pub fn set_built(&self) -> Result<()> {
        self.with(|db| Ok(db.insert(LAYOUT_KEY, &[LAYOUT]).map(drop)?))
    }

    /// Where a blob lies.
    pub fn blob(&self, digest: &Digest) -> Result<Option<Place>> {
        let value = self.with(|db| Ok(db.get(key(BLOB_TAG, digest.as_bytes()))?))?;
        value.map(|value| place(&value).ok_or(IndexError::Value)).transpose()
    }

    /// Where a blob's manifest lies.
    pub fn manifest(&self, digest: &Digest) -> Result<Option<ManifestAt>> {
        self.with(|db| manifest(db, digest))
    }

    /// How long a sealed pack was when all its records had entries.
    pub fn sealed(&self, pack: PackId) -> Result<Option<u64>> {
        let value = self.with(|db| Ok(db.get(key(PACK_TAG, &pack.0))?))?;
        value.map(|value| Fields(&value).u64().ok_or(IndexError::Value)).transpose()
    }

    /// Says that a pack of this length is sealed and all its records have entries.
    pub fn set_sealed(&self, pack: PackId, size: u64) -> Result<()> {
        self.with(|db| Ok(db.insert(key(PACK_TAG, &pack.0), &size.to_le_bytes()).map(drop)?))
    }

    /// Enters durable records. Of manifests the highest generation stays.
    pub fn enter(&self, pack: PackId, entries: &[Entry]) -> Result<()> {
        entries.chunks(BATCH_ENTRIES_MAX).try_for_each(|some| self.enter_batch(pack, some))
    }

    fn enter_batch(&self, pack: PackId, entries: &[Entry]) -> Result<()> {
        let mut batch = sled::Batch::default();
        let mut highest: HashMap<Digest, u64> = HashMap::new();
        self.with(|db| {
            for entry in entries {
                let (digest, at) = (entry.head.digest, record(&entry.at(pack)));
                match entry.head.kind {
                    BLOB => batch.insert(key(BLOB_TAG, digest.as_bytes()), packed(&at)),
                    MANIFEST => {
                        let known = match highest.get(&digest) {
                            Some(generation) => Some(*generation),
                            None => manifest(db, &digest)?.map(|known| known.generation),
                        };
                        if known.is_none_or(|known| known <= entry.generation) {
                            highest.insert(digest, entry.generation);
                            let value = [&at, entry.generation.to_le_bytes().as_slice()].concat();
                            batch.insert(key(MANIFEST_TAG, digest.as_bytes()), value);
                        }
                    }
                    _ => {}
                }
            }
            Ok(db.apply_batch(std::mem::take(&mut batch))?)
        })
    }

    /// Enters wholes; their bytes and names are durable.
    pub fn enter_wholes(&self, wholes: &[(Digest, WholeStat)]) -> Result<()> {
        for some in wholes.chunks(BATCH_ENTRIES_MAX) {
            let mut batch = sled::Batch::default();
            for (digest, stat) in some {
                batch.insert(key(BLOB_TAG, digest.as_bytes()), whole(stat, true));
            }
            self.with(|db| Ok(db.apply_batch(batch)?))?;
        }
        Ok(())
    }

    /// Marks a whole in which a wrong chunk was met, unless another file has taken its place.
    pub fn doubt(&self, digest: &Digest, stat: &WholeStat) -> Result<()> {
        let (old, new) = (whole(stat, true), whole(stat, false));
        self.with(|db| {
            // An entry that is another one by now is not in doubt.
            let _swapped =
                db.compare_and_swap(key(BLOB_TAG, digest.as_bytes()), Some(old), Some(new))?;
            Ok(())
        })
    }

    /// Forgets where a blob lies.
    pub fn forget(&self, digest: &Digest) -> Result<()> {
        self.with(|db| Ok(db.remove(key(BLOB_TAG, digest.as_bytes())).map(drop)?))
    }

    /// Closes the index once no call is under way; later ones fail. On return its files hold
    /// everything: an error means that they may not.
    pub fn close(&self) -> Result<()> {
        let db = self.db.write().unwrap_or_else(PoisonError::into_inner).take();
        db.map_or(Ok(()), |db| Ok(db.flush().map(drop)?))
    }

    fn with<T>(&self, call: impl FnOnce(&sled::Db) -> Result<T>) -> Result<T> {
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
        call(db.as_ref().ok_or(IndexError::Closed)?)
    }
}

fn manifest(db: &sled::Db, digest: &Digest) -> Result<Option<ManifestAt>> {
    let value = db.get(key(MANIFEST_TAG, digest.as_bytes()))?;
    let parse = |value: &[u8]| {
        let mut fields = Fields(value);
        Some(ManifestAt { at: record_at(&mut fields)?, generation: fields.u64()? })
    };
    value.map(|value| parse(&value).ok_or(IndexError::Value)).transpose()
}

fn key(tag: u8, name: &[u8]) -> Vec<u8> {
    [&[tag], name].concat()
}

fn record(at: &RecordAt) -> Vec<u8> {
    let RecordAt { pack, offset, stored_len } = at;
    [pack.0.as_slice(), &offset.to_le_bytes(), &stored_len.to_le_bytes()].concat()
}

fn record_at(fields: &mut Fields<'_>) -> Option<RecordAt> {
    let pack = PackId(fields.array()?);
    Some(RecordAt { pack, offset: fields.u64()?, stored_len: fields.u32()? })
}

const PACKED: u8 = 1;
const WHOLE_SOUND: u8 = 2;
const WHOLE_IN_DOUBT: u8 = 3;

fn packed(at: &[u8]) -> Vec<u8> {
    [&[PACKED], at].concat()
}

fn whole(stat: &WholeStat, sound: bool) -> Vec<u8> {
    let WholeStat { size, modified_ns, inode } = stat;
    let form = if sound { WHOLE_SOUND } else { WHOLE_IN_DOUBT };
    let mut value = vec![form];
    value.extend(size.to_le_bytes());
    value.extend(modified_ns.to_le_bytes());
    value.extend(inode.to_le_bytes());
    value
}

fn place(value: &[u8]) -> Option<Place> {
    let mut fields = Fields(value);
    let form = fields.u8()?;
    if form == PACKED {
        return record_at(&mut fields).map(Place::Packed);
    }
    let size = fields.u64()?;
    let modified_ns = i128::from_le_bytes(fields.array()?);
    let stat = WholeStat { size, modified_ns, inode: fields.u64()? };
    match form {
        WHOLE_SOUND => Some(Place::Whole { stat, sound: true }),
        WHOLE_IN_DOUBT => Some(Place::Whole { stat, sound: false }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;
    use crate::record::Record;

    #[test]
    fn entries_come_back_after_a_close() {
        let above = tempfile::tempdir().unwrap();
        let digest = Digest::of(b"x");
        let pack = PackId([3; 16]);
        let entry = Entry::of(&Record::blob(digest, b"x"), 32);
        let stat = WholeStat { size: 1, modified_ns: -5, inode: 9 };
        let index = Index::open(above.path()).unwrap();
        assert!(!index.is_built().unwrap());
        index.enter(pack, &[entry]).unwrap();
        assert_eq!(index.blob(&digest).unwrap(), Some(Place::Packed(entry.at(pack))));
        index.enter_wholes(&[(digest, stat)]).unwrap();
        index.set_sealed(pack, 77).unwrap();
        index.set_built().unwrap();
        index.close().unwrap();
        assert!(matches!(index.blob(&digest), Err(IndexError::Closed)));
        let index = Index::open(above.path()).unwrap();
        assert!(index.is_built().unwrap());
        assert_eq!(index.blob(&digest).unwrap(), Some(Place::Whole { stat, sound: true }));
        assert_eq!(index.sealed(pack).unwrap(), Some(77));
        index.doubt(&digest, &WholeStat { inode: 1, ..stat }).unwrap();
        assert_eq!(index.blob(&digest).unwrap(), Some(Place::Whole { stat, sound: true }));
        index.doubt(&digest, &stat).unwrap();
        assert_eq!(index.blob(&digest).unwrap(), Some(Place::Whole { stat, sound: false }));
    }

    #[test]
    fn the_highest_generation_stays_within_a_batch_and_across() {
        let above = tempfile::tempdir().unwrap();
        let index = Index::open(above.path()).unwrap();
        let digest = Digest::of(b"x");
        let of = |generation, offset| {
            let manifest = Manifest { generation, ..Manifest::of_whole(digest, &[]) };
            Entry::of(&Record::manifest(digest, &manifest), offset)
        };
        let pack = PackId([3; 16]);
        index.enter(pack, &[of(2, 1), of(5, 2), of(3, 3)]).unwrap();
        assert_eq!(index.manifest(&digest).unwrap().map(|found| found.at.offset), Some(2));
        index.enter(pack, &[of(4, 4)]).unwrap();
        assert_eq!(index.manifest(&digest).unwrap().map(|found| found.at.offset), Some(2));
        index.enter(pack, &[of(5, 5)]).unwrap();
        assert_eq!(index.manifest(&digest).unwrap().map(|found| found.at.offset), Some(5));
    }
}
