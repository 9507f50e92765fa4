//! Small values that upkeep leaves in the index, and entries that it takes out again.
//!
//! Invariant: an entry goes only if it is still the one that was judged.

use rushes_digest::Digest;

use super::{BLOB_TAG, Index, MANIFEST_TAG, ManifestAt, Place, Result, key, packed, record, whole};

const NOTE_TAG: u8 = b'n';

impl Index {
    /// A value of upkeep's own. Derived like all the rest: it may be gone after a restart.
    pub fn note(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.with(|db| Ok(db.get(key(NOTE_TAG, name.as_bytes()))?.map(|value| value.to_vec())))
    }

    /// Keeps a small value.
    pub fn set_note(&self, name: &str, value: &[u8]) -> Result<()> {
        self.with(|db| Ok(db.insert(key(NOTE_TAG, name.as_bytes()), value).map(drop)?))
    }

    /// Forgets where a blob lies, if it is still there; tells whether it was.
    pub fn forget_if(&self, digest: &Digest, place: &Place) -> Result<bool> {
        let value = match place {
            Place::Packed(at) => packed(&record(at)),
            Place::Whole { stat, sound } => whole(stat, *sound),
        };
        self.remove_if(&key(BLOB_TAG, digest.as_bytes()), value)
    }

    /// Forgets a blob's manifest, if it is still that one; tells whether it was.
    pub fn forget_manifest_if(&self, digest: &Digest, known: &ManifestAt) -> Result<bool> {
        let value = [record(&known.at).as_slice(), &known.generation.to_le_bytes()].concat();
        self.remove_if(&key(MANIFEST_TAG, digest.as_bytes()), value)
    }

    fn remove_if(&self, key: &[u8], value: Vec<u8>) -> Result<bool> {
        let gone: Option<Vec<u8>> = None;
        self.with(|db| Ok(db.compare_and_swap(key, Some(value), gone)?.is_ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::WholeStat;

    #[test]
    fn only_the_entry_that_was_judged_goes() {
        let above = tempfile::tempdir().unwrap();
        let (index, digest) = (Index::open(above.path()).unwrap(), Digest::of(b"x"));
        let stat = WholeStat { size: 1, modified_ns: 2, inode: 3 };
        index.enter_wholes(&[(digest, stat)]).unwrap();
        let other = Place::Whole { stat: WholeStat { inode: 4, ..stat }, sound: true };
        assert!(!index.forget_if(&digest, &other).unwrap());
        let place = index.blob(&digest).unwrap().unwrap();
        assert!(index.forget_if(&digest, &place).unwrap());
        assert_eq!(index.blob(&digest).unwrap(), None);
        assert_eq!(index.note("cursor").unwrap(), None);
        index.set_note("cursor", b"7").unwrap();
        assert_eq!(index.note("cursor").unwrap().as_deref(), Some(&b"7"[..]));
        assert_eq!(index.blobs(None, 9).unwrap(), []);
        assert_eq!(index.manifests(None, 9).unwrap(), []);
    }
}
