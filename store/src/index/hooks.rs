//! Hooks: which blob probably has a chunk. A table in one file, beside the database: there are a
//! few hooks to each blob, and an entry of its own costs the database far more than a hook is
//! worth.
//!
//! The file is an array of buckets that grows bucket by bucket (linear hashing: Litwin, VLDB 1980).
//! Invariant: whatever the file holds is a hint. It may forget, and after a crash it may lie; who
//! follows a hook verifies what is there.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::traces::Hook;

/// How much of a blob's digest a hook keeps, in bytes: enough to find its entry.
pub const FRONT_BYTES: usize = 8;
/// A hook and the front of its blob's digest; zeros are an empty place.
const SLOT_BYTES: usize = size_of::<Hook>() + FRONT_BYTES;
/// Slots that are found with one read. A full bucket forgets.
const SLOTS: usize = 16;
const BUCKET_BYTES: usize = SLOTS * SLOT_BYTES;
/// A bucket that is so full lets the file grow: on average about half of the slots are used, and
/// few buckets are ever full.
const CROWDED_SLOTS: usize = 12;
/// Buckets of a new file.
const BUCKETS_MIN: u64 = 16;

type Slot = [u8; SLOT_BYTES];
type Bucket = [Slot; SLOTS];

/// The table.
#[derive(Debug)]
pub struct Hooks {
    file: File,
    /// How many buckets there are. Held while anything changes.
    buckets: Mutex<u64>,
}

impl Hooks {
    /// Opens the table in a file, which is made when it is not there.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let buckets = (file.metadata()?.len() / BUCKET_BYTES as u64).max(BUCKETS_MIN);
        file.set_len(buckets * BUCKET_BYTES as u64)?;
        Ok(Self { file, buckets: Mutex::new(buckets) })
    }

    /// The front of the digest of the blob that last had this hook.
    pub fn get(&self, hook: Hook) -> io::Result<Option<[u8; FRONT_BYTES]>> {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = self.read(bucket_of(hook, *buckets))?;
        Ok(bucket.iter().find(|slot| slot.starts_with(&hook)).and_then(front))
    }

    /// Remembers a hook; an earlier blob of the same hook is forgotten.
    pub fn put(&self, hook: Hook, blob_front: [u8; FRONT_BYTES]) -> io::Result<()> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let number = bucket_of(hook, *buckets);
        let bucket = self.read(number)?;
        let same = bucket.iter().position(|slot| slot.starts_with(&hook));
        let place = same.or_else(|| bucket.iter().position(is_empty));
        let at = place.unwrap_or_else(|| usize::from(blob_front[0]) % SLOTS);
        let slot = slot_of(hook, blob_front);
        self.file.write_all_at(&slot, number * BUCKET_BYTES as u64 + (at * SLOT_BYTES) as u64)?;
        if at + 1 >= CROWDED_SLOTS && same.is_none() {
            self.split(&mut buckets)?;
        }
        Ok(())
    }

    /// Adds a bucket and moves there what belongs there now.
    fn split(&self, buckets: &mut u64) -> io::Result<()> {
        let (added, grown) = (*buckets, *buckets + 1);
        // It is the highest bit that tells the new bucket from the one that it was part of.
        let source = added - (1 << added.ilog2());
        let (mut stay, mut go) = ([[0; SLOT_BYTES]; SLOTS], [[0; SLOT_BYTES]; SLOTS]);
        let (mut staying, mut going) = (stay.iter_mut(), go.iter_mut());
        for slot in self.read(source)?.into_iter().filter(|slot| !is_empty(slot)) {
            let is_going = hook_of(&slot).is_some_and(|hook| bucket_of(hook, grown) == added);
            let next = if is_going { going.next() } else { staying.next() };
            if let Some(next) = next {
                *next = slot;
            }
        }
        // What stands in both is found in the new one: the old one comes second.
        self.file.write_all_at(go.as_flattened(), added * BUCKET_BYTES as u64)?;
        *buckets = grown;
        self.file.write_all_at(stay.as_flattened(), source * BUCKET_BYTES as u64)
    }

    fn read(&self, number: u64) -> io::Result<Bucket> {
        let mut bucket = [[0; SLOT_BYTES]; SLOTS];
        self.file.read_exact_at(bucket.as_flattened_mut(), number * BUCKET_BYTES as u64)?;
        Ok(bucket)
    }
}

/// Where a hook belongs among so many buckets.
fn bucket_of(hook: Hook, buckets: u64) -> u64 {
    // Hooks are chosen by their bits, so that some of these are always the same: mix them.
    let mixed = u64::from_le_bytes(hook).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = mixed ^ (mixed >> 32);
    let level = buckets.next_power_of_two();
    let number = mixed & (level - 1);
    if number < buckets { number } else { number - level / 2 }
}

fn is_empty(slot: &Slot) -> bool {
    slot.iter().all(|byte| *byte == 0)
}

fn slot_of(hook: Hook, blob_front: [u8; FRONT_BYTES]) -> Slot {
    let mut slot = [0; SLOT_BYTES];
    for (to, from) in slot.iter_mut().zip(hook.into_iter().chain(blob_front)) {
        *to = from;
    }
    slot
}

fn hook_of(slot: &Slot) -> Option<Hook> {
    slot.first_chunk().copied()
}

fn front(slot: &Slot) -> Option<[u8; FRONT_BYTES]> {
    slot.last_chunk().copied()
}

#[cfg(test)]
mod tests {
    use rushes_digest::Digest;

    use super::*;

    fn pair(number: u64) -> (Hook, [u8; FRONT_BYTES]) {
        let digest = Digest::of(&number.to_le_bytes());
        let (hook, rest) = digest.as_bytes().split_first_chunk().unwrap();
        // As hooks are chosen: some bits are always the same.
        let mut hook: Hook = *hook;
        hook[0] &= 1;
        (hook, *rest.first_chunk().unwrap())
    }

    #[test]
    fn nearly_all_hooks_are_found_however_many_there_are() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("hooks");
        let count = 30_000;
        let hooks = Hooks::open(&path).unwrap();
        for (hook, front) in (0..count).map(pair) {
            hooks.put(hook, front).unwrap();
            assert_eq!(hooks.get(hook).unwrap(), Some(front));
        }
        drop(hooks);
        let hooks = Hooks::open(&path).unwrap();
        let found = (0..count).map(pair);
        let found = found.filter(|(hook, front)| hooks.get(*hook).unwrap() == Some(*front)).count();
        assert!(found as u64 > count / 100 * 98, "{found} of {count}");
        let bytes = std::fs::metadata(&path).unwrap().len();
        assert!(bytes < count * SLOT_BYTES as u64 * 3, "{bytes} bytes");
    }

    #[test]
    fn the_newest_blob_of_a_hook_is_remembered() {
        let above = tempfile::tempdir().unwrap();
        let hooks = Hooks::open(&above.path().join("hooks")).unwrap();
        hooks.put([7; 8], [1; 8]).unwrap();
        hooks.put([7; 8], [2; 8]).unwrap();
        assert_eq!(hooks.get([7; 8]).unwrap(), Some([2; 8]));
        assert_eq!(hooks.get([8; 8]).unwrap(), None);
    }

    #[test]
    fn a_file_that_was_cut_off_or_holds_anything_is_read_all_the_same() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("hooks");
        std::fs::write(&path, [9; 5000]).unwrap();
        let hooks = Hooks::open(&path).unwrap();
        for (hook, front) in (0..2000).map(pair) {
            hooks.put(hook, front).unwrap();
            assert_eq!(hooks.get(hook).unwrap(), Some(front));
        }
    }
}
