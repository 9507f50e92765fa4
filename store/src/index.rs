//! The index: sled, as a disposable list of what lies where. The only file here that knows sled.
//!
//! Invariant: an entry is made only once its bytes are durable; it stays a hint all the same.
//! Values are positions, batches are small, and lists are bounded.

mod notes;

use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use rushes_digest::Digest;

use crate::bytes::Fields;
use crate::error::IndexError;
use crate::footer::Listed;
use crate::manifest::Container;
use crate::place::{PackId, Place, RecordAt, WholeStat};
use crate::record::{BLOB, MANIFEST};
use crate::traces::{Hook, Traces};

/// Changes whenever a key or a value changes its form: another index is rebuilt then.
const LAYOUT: u8 = 2;
/// Entries in one batch: sled's memory follows the size of its batches.
pub const BATCH_ENTRIES_MAX: usize = 100;
/// Pages that sled keeps in memory, in bytes.
const CACHE_BYTES: u64 = 64 << 20;

const BLOB_TAG: u8 = b'b';
const MANIFEST_TAG: u8 = b'm';
const PACK_TAG: u8 = b'p';
const HOOK_TAG: u8 = b'h';
const DEPENDS_TAG: u8 = b'r';
/// How much of a blob's digest a hook keeps, in bytes: enough to find its manifest.
const HOOK_VALUE_BYTES: usize = 8;
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

    /// The packs that were sealed when all their records had entries.
    pub fn sealed_packs(&self) -> Result<Vec<PackId>> {
        self.with(|db| {
            let ids = db.scan_prefix([PACK_TAG]).keys().map(|key| {
                let id = key?.get(1..).and_then(|id| id.try_into().ok()).map(PackId);
                id.ok_or(IndexError::Value)
            });
            ids.collect()
        })
    }

    /// Forgets a pack that is gone.
    pub fn forget_pack(&self, pack: PackId) -> Result<()> {
        self.with(|db| Ok(db.remove(key(PACK_TAG, &pack.0)).map(drop)?))
    }

    /// Enters durable records. Of manifests the highest generation stays.
    pub fn enter(&self, pack: PackId, records: &[Listed]) -> Result<()> {
        // Several manifests of one blob may be among them, and a batch does not see itself.
        let mut highest: HashMap<Digest, u64> = HashMap::new();
        let mut batch = Batched::default();
        self.with(|db| {
            for Listed { entry, traces } in records {
                let (digest, at) = (entry.head.digest, record(&entry.at(pack)));
                match entry.head.kind {
                    BLOB => batch.insert(db, key(BLOB_TAG, digest.as_bytes()), packed(&at))?,
                    MANIFEST => {
                        let known = match highest.get(&digest) {
                            Some(generation) => Some(*generation),
                            None => manifest(db, &digest)?.map(|known| known.generation),
                        };
                        if known.is_none_or(|known| known <= entry.generation) {
                            highest.insert(digest, entry.generation);
                            // First what keeps others from freeing what this blob needs.
                            for (key, value) in
                                traces.iter().flat_map(|traces| left(&digest, traces))
                            {
                                batch.insert(db, key, value)?;
                            }
                            let value = [&at, entry.generation.to_le_bytes().as_slice()].concat();
                            batch.insert(db, key(MANIFEST_TAG, digest.as_bytes()), value)?;
                        }
                    }
                    _ => {}
                }
            }
            batch.apply(db)
        })
    }

    /// A blob that may have a chunk of this hook, and its manifest. A hint like any other.
    pub fn hooked(&self, hook: Hook) -> Result<Option<(Digest, ManifestAt)>> {
        self.with(|db| {
            let Some(front) = db.get(key(HOOK_TAG, &hook))? else { return Ok(None) };
            let Some(found) = db.scan_prefix(key(MANIFEST_TAG, &front)).next() else {
                return Ok(None);
            };
            let (name, value) = found?;
            let digest = name.get(1..).and_then(|digest| Fields(digest).digest());
            let both = digest.zip(manifest_at(&value));
            both.map(Some).ok_or(IndexError::Value)
        })
    }

    /// Blobs whose bytes may depend on a container that is not their own whole, after the given
    /// one. Some may have left it meanwhile.
    pub fn dependents(
        &self,
        on: &Container,
        after: Option<&Digest>,
        count: usize,
    ) -> Result<Vec<Digest>> {
        let prefix = depends_key(on, None);
        let from = after.map_or_else(|| prefix.clone(), |after| depends_key(on, Some(after)));
        self.with(|db| {
            let keys = db
                .range(from.clone()..)
                .keys()
                .take_while(|key| key.as_ref().map_or(true, |key| key.starts_with(&prefix)));
            let others = keys.filter(|key| key.as_ref().map_or(true, |key| *key != from));
            let digests = others.take(count).map(|key| {
                let digest = key?.get(prefix.len()..).and_then(|rest| Fields(rest).digest());
                digest.ok_or(IndexError::Value)
            });
            digests.collect()
        })
    }

    /// Says that a blob does not depend on a container any more.
    pub fn set_independent(&self, blob: &Digest, of: &Container) -> Result<()> {
        self.with(|db| Ok(db.remove(depends_key(of, Some(blob))).map(drop)?))
    }

    /// Blobs that have an entry of their own, after the given one, in the order of their digests.
    pub fn blobs(&self, after: Option<&Digest>, count: usize) -> Result<Vec<(Digest, Place)>> {
        self.listed(BLOB_TAG, after, count, place)
    }

    /// Blobs that have a manifest, after the given one, in the order of their digests.
    pub fn manifests(
        &self,
        after: Option<&Digest>,
        count: usize,
    ) -> Result<Vec<(Digest, ManifestAt)>> {
        self.listed(MANIFEST_TAG, after, count, manifest_at)
    }

    fn listed<T>(
        &self,
        tag: u8,
        after: Option<&Digest>,
        count: usize,
        parse: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Vec<(Digest, T)>> {
        let from = key(tag, after.map_or(&[][..], |after| after.as_bytes()));
        self.with(|db| {
            let rows = db.range(from.clone()..[tag + 1].to_vec());
            let others = rows.filter(|row| row.as_ref().map_or(true, |(key, _)| *key != from));
            let parsed = others.take(count).map(|row| {
                let (key, value) = row?;
                let digest = key.get(1..).and_then(|digest| Fields(digest).digest());
                digest.zip(parse(&value)).ok_or(IndexError::Value)
            });
            parsed.collect()
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

    /// Forgets a blob's manifest.
    pub fn forget_manifest(&self, digest: &Digest) -> Result<()> {
        self.with(|db| Ok(db.remove(key(MANIFEST_TAG, digest.as_bytes())).map(drop)?))
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
    value.map(|value| manifest_at(&value).ok_or(IndexError::Value)).transpose()
}

fn manifest_at(value: &[u8]) -> Option<ManifestAt> {
    let mut fields = Fields(value);
    Some(ManifestAt { at: record_at(&mut fields)?, generation: fields.u64()? })
}

/// Entries on their way in, in batches that sled takes well.
#[derive(Default)]
struct Batched {
    batch: sled::Batch,
    count: usize,
}

impl Batched {
    fn insert(&mut self, db: &sled::Db, key: Vec<u8>, value: Vec<u8>) -> Result<()> {
        self.batch.insert(key, value);
        self.count += 1;
        if self.count >= BATCH_ENTRIES_MAX { self.apply(db) } else { Ok(()) }
    }

    fn apply(&mut self, db: &sled::Db) -> Result<()> {
        self.count = 0;
        Ok(db.apply_batch(std::mem::take(&mut self.batch))?)
    }
}

/// The entries that a manifest leaves beside its own.
fn left<'a>(blob: &'a Digest, traces: &'a Traces) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> + 'a {
    let front = blob.as_bytes().get(..HOOK_VALUE_BYTES).unwrap_or_default();
    let depends = traces.containers.iter().map(|on| (depends_key(on, Some(blob)), Vec::new()));
    depends.chain(traces.hooks.iter().map(|hook| (key(HOOK_TAG, hook), front.to_vec())))
}

fn depends_key(on: &Container, blob: Option<&Digest>) -> Vec<u8> {
    let mut key = vec![DEPENDS_TAG];
    match on {
        Container::Whole(digest) => {
            key.push(b'w');
            key.extend(digest.as_bytes());
        }
        Container::Pack(PackId(id)) => {
            key.push(b'p');
            key.extend(id);
        }
    }
    key.extend(blob.iter().flat_map(|blob| blob.as_bytes()));
    key
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
    use crate::cutter::Chunk;
    use crate::footer::Entry;
    use crate::manifest::Manifest;
    use crate::record::Record;
    use crate::traces::hook;

    #[test]
    fn entries_come_back_after_a_close() {
        let above = tempfile::tempdir().unwrap();
        let digest = Digest::of(b"x");
        let pack = PackId([3; 16]);
        let entry = Entry::of(&Record::blob(digest, b"x"), 32);
        let stat = WholeStat { size: 1, modified_ns: -5, inode: 9 };
        let index = Index::open(above.path()).unwrap();
        assert!(!index.is_built().unwrap());
        index.enter(pack, &[Listed { entry, traces: None }]).unwrap();
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
            let record = Record::manifest(digest, &manifest);
            Listed { entry: Entry::of(&record, offset), traces: record.traces }
        };
        let pack = PackId([3; 16]);
        index.enter(pack, &[of(2, 1), of(5, 2), of(3, 3)]).unwrap();
        assert_eq!(index.manifest(&digest).unwrap().map(|found| found.at.offset), Some(2));
        index.enter(pack, &[of(4, 4)]).unwrap();
        assert_eq!(index.manifest(&digest).unwrap().map(|found| found.at.offset), Some(2));
        index.enter(pack, &[of(5, 5)]).unwrap();
        assert_eq!(index.manifest(&digest).unwrap().map(|found| found.at.offset), Some(5));
    }

    #[test]
    fn a_manifest_leaves_hooks_and_what_it_depends_on() {
        let above = tempfile::tempdir().unwrap();
        let index = Index::open(above.path()).unwrap();
        let chunk = Chunk { digest: Digest::of(b"chunk"), length: 5 };
        let film = Container::Whole(Digest::of(b"film"));
        let on = [film, Container::Pack(PackId([7; 16]))];
        let blobs = [b"a", b"b", b"c"].map(|content| Digest::of(content));
        for (number, blob) in (0..).zip(blobs) {
            let mut manifest = Manifest::of_whole(blob, &[chunk]);
            manifest.containers.extend(on);
            let record = Record::manifest(blob, &manifest);
            let entry = Entry::of(&record, number);
            index.enter(PackId([3; 16]), &[Listed { entry, traces: record.traces }]).unwrap();
        }
        let (found, at) = index.hooked(hook(&chunk)).unwrap().unwrap();
        assert_eq!((found, at.at.offset), (blobs[2], 2), "the newest blob has it");
        assert_eq!(index.hooked([1; 8]).unwrap(), None);
        let mut sorted = blobs;
        sorted.sort_unstable();
        for on in on {
            assert_eq!(index.dependents(&on, None, 9).unwrap(), sorted);
            assert_eq!(index.dependents(&on, Some(&sorted[0]), 1).unwrap(), [sorted[1]]);
        }
        index.set_independent(&sorted[0], &film).unwrap();
        assert_eq!(index.dependents(&film, None, 9).unwrap(), sorted[1..]);
        let listed = index.manifests(Some(&sorted[0]), 9).unwrap();
        assert_eq!(listed.iter().map(|(digest, _)| *digest).collect::<Vec<_>>(), sorted[1..]);
        assert_eq!(index.blobs(None, 9).unwrap(), []);
        assert_eq!(index.sealed_packs().unwrap(), []);
        index.set_sealed(PackId([3; 16]), 1).unwrap();
        assert_eq!(index.sealed_packs().unwrap(), [PackId([3; 16])]);
    }
}
