//! Compaction: the records of a sealed pack that still live are copied, then the pack goes.
//!
//! Invariant: everything new is durable and in the index before anything old goes, and at the end
//! nothing points to the pack. A record that is damaged stops the compaction of its pack: what can
//! still be healed from is not thrown away.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::DiskFile;

use crate::error::{Damage, StoreError};
use crate::footer::{Entry, read_footer};
use crate::free::{How, free};
use crate::layout;
use crate::leases::Held;
use crate::manifest::Container;
use crate::moving::{self, Waiting, is_gone, read_record};
use crate::place::{PackId, Place};
use crate::record::{BLOB, CHUNK, MANIFEST, Record};
use crate::shelf::Shelf;
use crate::swept::{Left, Run, Swept};

/// Blobs that are looked up at once.
const PAGE: usize = 64;

/// Compacts those of some packs that are sealed and mostly dead.
pub fn packs(
    shelf: &Shelf,
    packs: impl Iterator<Item = PackId>,
    how: How<'_>,
    swept: &mut Swept,
) -> Result<(), StoreError> {
    for pack in packs.take_while(|_| how.check().is_ok()) {
        if let Err(left) = one(shelf, pack, how, swept) {
            swept.leave_pack(layout::pack(pack), left)?;
        }
    }
    Ok(())
}

/// A sealed pack and its records.
struct Sealed<'a> {
    shelf: &'a Shelf,
    pack: PackId,
    size: u64,
    file: Arc<dyn DiskFile>,
    entries: Vec<Entry>,
}

fn one(shelf: &Shelf, pack: PackId, how: How<'_>, swept: &mut Swept) -> Result<(), Left> {
    let Some(sealed) = Sealed::open(shelf, pack)? else { return Ok(()) };
    let live_bytes = sealed.live_bytes(how)?;
    if live_bytes >= sealed.size.div_ceil(2) {
        return Ok(());
    }
    if how.run == Run::Plan {
        swept.bytes_moved += live_bytes;
    } else {
        // From now on no new manifest names the pack.
        let _alone = shelf.leases.alone(Held::Pack(pack)).ok_or(Left::Held)?;
        sealed.copy_entries(how, swept)?;
        moving::all_from(shelf, Container::Pack(pack), how, swept)?;
        sealed.remove()?;
    }
    swept.packs_compacted += 1;
    swept.bytes_freed += sealed.size;
    Ok(())
}

impl<'a> Sealed<'a> {
    /// `None` when the pack is not sealed, or gone.
    fn open(shelf: &'a Shelf, pack: PackId) -> Result<Option<Self>, Left> {
        let Some(size) = shelf.index.sealed(pack)? else { return Ok(None) };
        let path = layout::pack(pack);
        let file = match shelf.disk.open_read(&path) {
            Ok(file) => file,
            Err(error) if error.is_missing() => {
                return Err(Left::Damaged { place: path, damage: Damage::Missing });
            }
            Err(error) => return Err(error.into()),
        };
        let entries = read_footer(pack, &*file, &path, size)?;
        let footer = || Left::Damaged { place: path, damage: Damage::Record { offset: size } };
        Ok(Some(Self { shelf, pack, size, file, entries: entries.ok_or_else(footer)? }))
    }

    /// Bytes of the records that would have to be copied.
    fn live_bytes(&self, how: How<'_>) -> Result<u64, Left> {
        let chunks = self.live_chunks(how)?;
        let mut bytes = 0;
        for entry in &self.entries {
            let is_live = chunks.contains(&entry.offset)
                || match entry.head.kind {
                    CHUNK => false,
                    BLOB => {
                        let blob = &entry.head.digest;
                        self.is_placed(entry)? && !is_gone(self.shelf, blob, how.is_free)
                    }
                    MANIFEST => {
                        self.is_placed(entry)?
                            && !is_gone(self.shelf, &entry.head.digest, how.is_free)
                            && !self.is_left_over(entry)?
                    }
                    _ => true,
                };
            if is_live {
                bytes += entry.head.record_bytes() as u64;
            }
        }
        Ok(bytes)
    }

    /// The offsets of the records that manifests name.
    fn live_chunks(&self, how: How<'_>) -> Result<HashSet<u64>, Left> {
        let here = Container::Pack(self.pack);
        let mut offsets = HashSet::new();
        let mut after = None;
        loop {
            how.check()?;
            let blobs = self.shelf.index.dependents(&here, after.as_ref(), PAGE)?;
            for blob in blobs.iter().filter(|blob| !is_gone(self.shelf, blob, how.is_free)) {
                if let Some(manifest) = moving::manifest_in(self.shelf, blob, &here)? {
                    offsets.extend(moving::pieces_in(&manifest, &here).into_keys());
                }
            }
            match blobs.last() {
                Some(last) if blobs.len() == PAGE => after = Some(*last),
                _ => return Ok(offsets),
            }
        }
    }

    /// Whether the index places the record exactly here.
    fn is_placed(&self, entry: &Entry) -> Result<bool, StoreError> {
        let (digest, at) = (&entry.head.digest, entry.at(self.pack));
        Ok(match entry.head.kind {
            BLOB => self.shelf.index.blob(digest)? == Some(Place::Packed(at)),
            MANIFEST => self.shelf.index.manifest(digest)?.is_some_and(|known| known.at == at),
            _ => false,
        })
    }

    /// Whether a manifest that is placed here is that of a whole that is not there any more.
    fn is_left_over(&self, entry: &Entry) -> Result<bool, StoreError> {
        let digest = &entry.head.digest;
        // Of a whole in quarantine it tells which chunks may still be right.
        if self.shelf.index.blob(digest)?.is_some() || self.shelf.ledger.of(digest).is_some() {
            return Ok(false);
        }
        Ok(self.shelf.packs.manifest_front(digest, &entry.at(self.pack))?.is_of_own_whole)
    }

    /// Copies all records that live by themselves. Chunks live by what names them.
    fn copy_entries(&self, how: How<'_>, swept: &mut Swept) -> Result<(), Left> {
        let mut waiting = Waiting::new();
        for entry in &self.entries {
            how.check()?;
            if self.is_dead(entry, how, swept)? {
                continue;
            }
            let found = read_record(&*self.file, (self.pack, entry.offset))?;
            let (head, payload) =
                found.filter(|(head, _)| *head == entry.head).ok_or_else(|| Left::Damaged {
                    place: layout::pack(self.pack),
                    damage: Damage::Record { offset: entry.offset },
                })?;
            let record = Record::copy(head, &payload);
            swept.bytes_moved += record.len() as u64;
            waiting.push(self.shelf, ((), record), |(), _| {})?;
        }
        Ok(waiting.finish(|(), _| {})?)
    }

    /// Whether a record need not be copied; what is free is given up for that.
    fn is_dead(&self, entry: &Entry, how: How<'_>, swept: &mut Swept) -> Result<bool, Left> {
        let digest = &entry.head.digest;
        Ok(match entry.head.kind {
            CHUNK => true,
            BLOB => {
                !self.is_placed(entry)?
                    || (is_gone(self.shelf, digest, how.is_free)
                        && free(self.shelf, digest, how, swept).is_ok())
            }
            MANIFEST => !self.is_placed(entry)? || self.drop_left_over(entry)?,
            _ => false,
        })
    }

    fn drop_left_over(&self, entry: &Entry) -> Result<bool, Left> {
        let digest: &Digest = &entry.head.digest;
        let Some(_alone) = self.shelf.leases.alone(Held::Blob(*digest)) else { return Ok(false) };
        let is_dead = self.is_left_over(entry)? && self.is_placed(entry)?;
        if is_dead {
            self.shelf.index.forget_manifest(digest)?;
        }
        Ok(is_dead)
    }

    /// Takes the pack away, unless something points to it after all.
    fn remove(&self) -> Result<(), Left> {
        if !self.shelf.index.dependents(&Container::Pack(self.pack), None, 1)?.is_empty() {
            return Err(Left::Held);
        }
        for entry in &self.entries {
            if self.is_placed(entry)? {
                return Err(Left::Held);
            }
        }
        self.shelf.index.forget_pack(self.pack)?;
        self.shelf.index.flush()?;
        if let Err(error) = self.shelf.disk.remove(&layout::pack(self.pack)) {
            self.shelf.index.set_sealed(self.pack, self.size)?;
            return Err(error.into());
        }
        self.shelf.packs.forget(self.pack);
        Ok(self.shelf.disk.sync_dir(Path::new(layout::PACKS))?)
    }
}
