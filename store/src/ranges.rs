//! Blobs in ranges: most of their bytes lie in others already.
//!
//! Invariant: a manifest becomes durable only after every chunk that it names, and what it names
//! stays leased until it is in the index.

use std::collections::{HashMap, HashSet};

use rushes_digest::Digest;
use rushes_disk::Pending;

use crate::draft::{Containers, Draft, Drafted};
use crate::error::StoreError;
use crate::layout;
use crate::leases::{Held, Lease};
use crate::manifest::{CONTAINERS_MAX, Container, Manifest, Piece};
use crate::place::{ManifestAt, PackId, RecordAt};
use crate::record::Record;
use crate::room::check_room;
use crate::shelf::Shelf;

/// How many bytes of new chunks are on their way to the pack writer at a time.
const UNDER_WAY_BYTES_MAX: usize = 2 << 20;

/// How much of a blob must be known for it to become ranges, in parts of a hundred. Below that the
/// blob is a file of its own, which the kernel reads directly.
const KNOWN_PERCENT_MIN: u64 = 50;

/// Answers of the pack writer that are still to come.
type UnderWay = Vec<(Digest, Pending<Result<RecordAt, StoreError>>)>;

impl Draft {
    /// Whether so much is known that it becomes ranges.
    pub fn is_mostly_known(&self) -> bool {
        self.known_bytes() * 100 >= self.end() * KNOWN_PERCENT_MIN && self.known_bytes() > 0
    }
}

impl Shelf {
    /// Keeps a content as ranges of others and new chunks, durably, and tells how many bytes were
    /// new; `None` when that cannot be done and it must become a file.
    pub fn place_ranges(&self, digest: &Digest, draft: &Draft) -> Result<Option<u64>, StoreError> {
        check_room(&*self.disk, draft.end() - draft.known_bytes())?;
        let (new, new_bytes) = self.keep_chunks(draft)?;
        // From here on no compaction takes the new chunks for dead ones.
        let Some(_leases) = self.lease_packs(&new) else { return Ok(None) };
        let mut manifest = manifest_of(draft, &new)?;
        let is_usable = |container: &Container| match container {
            Container::Whole(whole) => whole != digest && draft.is_usable(container),
            Container::Pack(_) => true,
        };
        if manifest.containers.len() > CONTAINERS_MAX || !manifest.containers.iter().all(is_usable)
        {
            return Ok(None);
        }
        if let Some(known) = self.index.manifest(digest)? {
            manifest.generation = known.generation;
            if self.packs.manifest(digest, &known.at).is_ok_and(|there| there == manifest) {
                return Ok(Some(new_bytes));
            }
        }
        manifest.generation = self.next_generation(digest)?;
        let at = self.writer.call(Record::manifest(*digest, &manifest))??;
        if !manifest.containers.iter().all(is_usable) {
            // Whoever takes a whole away looked for what depends on it once it was doubted, and may
            // have come before this manifest.
            let generation = manifest.generation;
            self.index.forget_manifest_if(digest, &ManifestAt { at, generation })?;
            return Ok(None);
        }
        Ok(Some(new_bytes))
    }

    /// Leases the packs of new chunks; `None` when one of them is gone already.
    fn lease_packs(&self, new: &HashMap<Digest, RecordAt>) -> Option<Vec<Lease>> {
        let packs: HashSet<PackId> = new.values().map(|at| at.pack).collect();
        let lease = |pack: PackId| {
            let lease = self.leases.share(Held::Pack(pack))?;
            self.disk.stat(&layout::pack(pack)).is_ok().then_some(lease)
        };
        packs.into_iter().map(lease).collect()
    }

    /// Writes the chunks that are not known, each once, durably.
    fn keep_chunks(&self, draft: &Draft) -> Result<(HashMap<Digest, RecordAt>, u64), StoreError> {
        let (mut places, mut new_bytes) = (HashMap::new(), 0);
        let mut under_way = UnderWay::new();
        let mut under_way_bytes = 0;
        let mut handed = HashSet::new();
        for drafted in draft.chunks().iter().filter(|drafted| drafted.spot.is_none()) {
            if !handed.insert(drafted.chunk.digest) {
                continue;
            }
            let bytes = draft.read(drafted)?;
            new_bytes += bytes.len() as u64;
            under_way_bytes += bytes.len();
            let record = Record::chunk(drafted.chunk.digest, &bytes);
            under_way.push((drafted.chunk.digest, self.writer.submit(record)?));
            if under_way_bytes >= UNDER_WAY_BYTES_MAX {
                wait(&mut under_way, &mut places)?;
                under_way_bytes = 0;
            }
        }
        wait(&mut under_way, &mut places)?;
        Ok((places, new_bytes))
    }
}

/// The first manifest of a draft.
fn manifest_of(draft: &Draft, new: &HashMap<Digest, RecordAt>) -> Result<Manifest, StoreError> {
    let mut containers = Containers::default();
    let mut place = |drafted: &Drafted| {
        let (container, offset) = if let Some(spot) = drafted.spot {
            (draft.container(spot)?, spot.offset)
        } else {
            let at = new.get(&drafted.chunk.digest)?;
            (Container::Pack(at.pack), at.offset)
        };
        let container = containers.number(container);
        Some(Piece { chunk: drafted.chunk, container, offset })
    };
    let pieces: Option<Vec<_>> = draft.chunks().iter().map(&mut place).collect();
    let pieces = pieces.ok_or(StoreError::Broken)?;
    Ok(Manifest { generation: 1, size: draft.end(), containers: containers.list(), pieces })
}

fn wait(
    under_way: &mut UnderWay,
    places: &mut HashMap<Digest, RecordAt>,
) -> Result<(), StoreError> {
    for (digest, pending) in under_way.drain(..) {
        places.insert(digest, pending.wait()??);
    }
    Ok(())
}
