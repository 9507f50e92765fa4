//! The index: sled, as a disposable list of what lies where, and a table of hooks. The only file
//! here that knows sled.
//!
//! Invariant: an entry is made only once its bytes are durable; it stays a hint all the same.
//! Values are positions, and lists are bounded.

#[cfg(test)]
mod bars;
mod hooks;
mod notes;
mod rows;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use rushes_digest::Digest;

use crate::bytes::Fields;
use crate::error::IndexError;
use crate::footer::Listed;
use crate::manifest::Container;
use crate::place::{ManifestAt, PackId, Place, WholeStat};
use crate::record::{BLOB, MANIFEST};
use crate::traces::{Hook, Traces};
use hooks::{FRONT_BYTES, Hooks};
use rows::{BLOB_TAG, PACK_TAG, Row, depends_key, key};

/// Changes whenever a key or a value changes its form: another index is rebuilt then.
const LAYOUT: u8 = 3;
/// Entries that come in at once: nobody changes another one meanwhile, and the memory of sled
/// follows the size of its batches.
pub const BATCH_ENTRIES_MAX: usize = 100;
/// How far a put's manifest is ahead of any earlier one. Whoever moves chunks adds one to the
/// manifest that it has read: it never counts more than what was put meanwhile.
const PUT_GENERATIONS: u64 = 1 << 16;
/// Pages that sled keeps in memory, in bytes. It needs about four times as much, and 36 bytes for
/// each entry beside it, cached or not.
const CACHE_BYTES: u64 = 48 << 20;

/// Where the hooks are, beside sled's files.
const HOOKS_FILE: &str = "hooks";
const LAYOUT_KEY: &[u8] = b"v";
/// Of all manifests that were forgotten, the highest generation.
const FORGOTTEN_KEY: &[u8] = b"g";

impl From<sled::Error> for IndexError {
    fn from(error: sled::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

type Result<T> = std::result::Result<T, IndexError>;

/// A blob, its place and where its manifest lies.
pub type Stored = (Digest, Option<Place>, Option<ManifestAt>);

/// What lies where.
pub struct Index {
    db: RwLock<Option<sled::Db>>,
    /// Held while an entry is read and written again, and while a manifest and what it depends on
    /// come in.
    changing: Mutex<()>,
    hooks: Hooks,
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
        let hooks = Hooks::open(&path.join(HOOKS_FILE));
        let hooks = hooks.map_err(|error| IndexError::Failed(format!("hooks: {error}")))?;
        Ok(Self { db: RwLock::new(Some(db)), changing: Mutex::new(()), hooks })
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
        Ok(self.with(|db| row(db, digest))?.place)
    }

    /// Where a blob's manifest lies.
    pub fn manifest(&self, digest: &Digest) -> Result<Option<ManifestAt>> {
        Ok(self.with(|db| row(db, digest))?.manifest)
    }

    /// The generation that a blob's next manifest gets: higher than that of any earlier one whose
    /// record may still lie in a pack.
    pub fn next_generation(&self, digest: &Digest) -> Result<u64> {
        let known = self.manifest(digest)?.map_or(0, |known| known.generation);
        Ok(self.with(highest_forgotten)?.max(known).saturating_add(PUT_GENERATIONS))
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
        let _nobody_else = self.change();
        self.with(|db| {
            for Listed { entry, traces } in records {
                let (digest, at) = (entry.head.digest, entry.at(pack));
                match entry.head.kind {
                    BLOB => {
                        let known = row(db, &digest)?;
                        set_row(db, &digest, Row { place: Some(Place::Packed(at)), ..known })?;
                    }
                    MANIFEST => {
                        let known = row(db, &digest)?;
                        let manifest = ManifestAt { at, generation: entry.generation };
                        if known.manifest.is_some_and(|known| counts_more(&known, &manifest)) {
                            continue;
                        }
                        // First what keeps others from freeing what this blob needs.
                        for on in traces.iter().flat_map(|traces| &traces.containers) {
                            db.insert(depends_key(on, Some(&digest)), &[])?;
                        }
                        set_row(db, &digest, Row { manifest: Some(manifest), ..known })?;
                        self.remember(&digest, traces.as_ref());
                    }
                    _ => {}
                }
            }
            Ok(())
        })
    }

    /// A blob that may have a chunk of this hook, and its manifest. A hint like any other.
    pub fn hooked(&self, hook: Hook) -> Result<Option<(Digest, ManifestAt)>> {
        self.with(|db| {
            let front = self.hooks.get(hook).unwrap_or_else(|error| {
                tracing::debug!(%error, "a hook cannot be read");
                None
            });
            let Some(front) = front else { return Ok(None) };
            let Some(found) = db.scan_prefix(key(BLOB_TAG, &front)).next() else {
                return Ok(None);
            };
            let (digest, row) = named(&found?)?;
            Ok(row.manifest.map(|manifest| (digest, manifest)))
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

    /// Says that a blob does not depend on a container any more, if `seen`, the manifest that says
    /// so, is still its newest. Tells whether it was.
    pub fn leave(
        &self,
        blob: &Digest,
        container: &Container,
        seen: Option<ManifestAt>,
    ) -> Result<bool> {
        let _nobody_else = self.change();
        let is_newest = self.manifest(blob)? == seen;
        if is_newest {
            self.set_independent(blob, container)?;
        }
        Ok(is_newest)
    }

    /// Says that a blob does not depend on a container any more. Nobody puts the blob meanwhile.
    pub fn set_independent(&self, blob: &Digest, of: &Container) -> Result<()> {
        self.with(|db| Ok(db.remove(depends_key(of, Some(blob))).map(drop)?))
    }

    /// Blobs that have a place of their own, after the given one, in the order of their digests.
    pub fn blobs(&self, after: Option<&Digest>, count: usize) -> Result<Vec<(Digest, Place)>> {
        self.listed(after, count, |row| row.place)
    }

    /// Blobs that have a manifest, after the given one, in the order of their digests.
    pub fn manifests(
        &self,
        after: Option<&Digest>,
        count: usize,
    ) -> Result<Vec<(Digest, ManifestAt)>> {
        self.listed(after, count, |row| row.manifest)
    }

    fn listed<T>(
        &self,
        after: Option<&Digest>,
        count: usize,
        of: impl Fn(Row) -> Option<T>,
    ) -> Result<Vec<(Digest, T)>> {
        let from = key(BLOB_TAG, after.map_or(&[][..], |after| after.as_bytes()));
        self.with(|db| {
            let rows = db.range(from.clone()..[BLOB_TAG + 1].to_vec());
            let others = rows.filter(|row| row.as_ref().map_or(true, |(key, _)| *key != from));
            let parsed = others.map(|found| {
                let (digest, row) = named(&found?)?;
                Ok(of(row).map(|wanted| (digest, wanted)))
            });
            parsed.filter_map(Result::transpose).take(count).collect()
        })
    }

    /// Blobs that have a place or a manifest, after the given one, in the order of their digests.
    pub fn stored(&self, after: Option<&Digest>, count: usize) -> Result<Vec<Stored>> {
        let from = key(BLOB_TAG, after.map_or(&[][..], |after| after.as_bytes()));
        self.with(|db| {
            let rows = db.range(from.clone()..[BLOB_TAG + 1].to_vec());
            let others = rows.filter(|row| row.as_ref().map_or(true, |(key, _)| *key != from));
            let parsed = others.take(count).map(|found| {
                let (digest, row) = named(&found?)?;
                Ok((digest, row.place, row.manifest))
            });
            parsed.collect()
        })
    }

    /// Enters wholes, each once; their bytes and names are durable.
    pub fn enter_wholes(&self, wholes: &[(Digest, WholeStat)]) -> Result<()> {
        let _nobody_else = self.change();
        self.with(|db| {
            // sled hands a batch to the kernel at once, and an entry within half a second. A record
            // whose entry was lost by a kill is found when its pack is read again; a whole would be
            // read through before it is used.
            let mut batch = sled::Batch::default();
            for (digest, stat) in wholes {
                let place = Some(Place::Whole { stat: *stat, sound: true });
                let known = row(db, digest)?;
                batch.insert(key(BLOB_TAG, digest.as_bytes()), Row { place, ..known }.encode());
            }
            Ok(db.apply_batch(batch)?)
        })
    }

    /// Marks a whole in which a wrong chunk was met, unless another file has taken its place.
    pub fn doubt(&self, digest: &Digest, stat: &WholeStat) -> Result<()> {
        let sound = Some(Place::Whole { stat: *stat, sound: true });
        let doubted = Some(Place::Whole { stat: *stat, sound: false });
        self.update(digest, |row| {
            let place = if row.place == sound { doubted } else { row.place };
            Row { place, ..row }
        })
        .map(drop)
    }

    /// Forgets where a blob lies.
    pub fn forget(&self, digest: &Digest) -> Result<()> {
        self.update(digest, |row| Row { place: None, ..row }).map(drop)
    }

    /// Forgets a blob's manifest. The next one counts more than what a rebuild may bring back.
    pub fn forget_manifest(&self, digest: &Digest) -> Result<()> {
        self.update(digest, |row| Row { manifest: None, ..row }).map(drop)
    }

    /// Changes what is known of a blob; tells whether that was a change.
    fn update(&self, digest: &Digest, new: impl Fn(Row) -> Row) -> Result<bool> {
        let _nobody_else = self.change();
        self.with(|db| {
            let (old, key) = (row(db, digest)?, key(BLOB_TAG, digest.as_bytes()));
            let new = new(old);
            if new == old {
                return Ok(false);
            }
            if let (Some(known), None) = (old.manifest, new.manifest) {
                let highest = highest_forgotten(db)?.max(known.generation);
                db.insert(FORGOTTEN_KEY, &highest.to_le_bytes())?;
            }
            if new.is_empty() {
                db.remove(key)?;
            } else {
                db.insert(key, new.encode())?;
            }
            Ok(true)
        })
    }

    /// Keeps the hooks of a blob. They are hints: one that is lost saves fewer bytes later.
    fn remember(&self, blob: &Digest, traces: Option<&Traces>) {
        let Some(front) = blob.as_bytes().first_chunk::<FRONT_BYTES>() else { return };
        for hook in traces.iter().flat_map(|traces| &traces.hooks) {
            if let Err(error) = self.hooks.put(*hook, *front) {
                tracing::debug!(%error, "a hook is lost");
            }
        }
    }

    fn change(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands everything to the kernel: what was forgotten stays so when the process is killed.
    pub fn flush(&self) -> Result<()> {
        self.with(|db| Ok(db.flush().map(drop)?))
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

/// Whether a manifest stays when another one comes in. Of two with one generation any rebuild
/// chooses the same.
fn counts_more(known: &ManifestAt, other: &ManifestAt) -> bool {
    let order = |at: &ManifestAt| (at.generation, at.at.pack, at.at.offset);
    order(known) > order(other)
}

fn row(db: &sled::Db, digest: &Digest) -> Result<Row> {
    let value = db.get(key(BLOB_TAG, digest.as_bytes()))?;
    value.map_or(Ok(Row::default()), |value| Row::decode(&value).ok_or(IndexError::Value))
}

fn highest_forgotten(db: &sled::Db) -> Result<u64> {
    let value = db.get(FORGOTTEN_KEY)?;
    value.map_or(Ok(0), |value| Fields(&value).u64().ok_or(IndexError::Value))
}

fn named((key, value): &(sled::IVec, sled::IVec)) -> Result<(Digest, Row)> {
    let digest = key.get(1..).and_then(|digest| Fields(digest).digest());
    digest.zip(Row::decode(value)).ok_or(IndexError::Value)
}

fn set_row(db: &sled::Db, digest: &Digest, row: Row) -> Result<()> {
    Ok(db.insert(key(BLOB_TAG, digest.as_bytes()), row.encode()).map(drop)?)
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
