//! What happens between a stop of any kind and the first request.
//!
//! Invariant: nothing is deleted but unfinished uploads. What cannot be trusted to be on the disk is
//! copied and synced before the index names it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rushes_digest::Digest;
use rushes_disk::{
    AppendFile, Batch, Committer, Derived, Disk, DiskError, GroupCommit, Kind, Trust,
};

use crate::Store;
use crate::error::StoreError;
use crate::index::{Additions, Index, Place};
use crate::layout::{
    PACKS_DIR, PackId, QUARANTINE_DIR, SIDECAR, STAGING_DIR, WHOLE_DIR, whole_path,
};
use crate::manifest::Manifest;
use crate::pack::{self, FILE_HEADER_BYTES, PackEntry};
use crate::read::Packs;
use crate::record::{self, Header};
use crate::writer::{NewRecord, OpenPack, PackWriter, seal};

/// Name of the index's directory below `index/`.
const BLOBS: &str = "blobs";
/// How the pack writer's queue and batches are bounded: few enough entries that sled's memory stays
/// small, few enough bytes that a batch takes milliseconds.
const BATCH: Batch = Batch { queue_max: 256, items_max: 100, weight_max: 8 << 20 };
/// Entries that go into the index together while it is rebuilt.
const REBUILD_BATCH: usize = 100;
/// Records that are copied together.
const COPY_BATCH: usize = 64;

impl Store {
    /// Opens the bytes of a data directory, and makes an empty store where there is none.
    ///
    /// `index_above` is where derived files lie, on the real file system; `boot` is
    /// [`rushes_disk::boot_id`].
    pub fn open(
        disk: Arc<dyn Disk>,
        index_above: &Path,
        boot: Option<&str>,
    ) -> Result<Self, StoreError> {
        make_directories(&*disk)?;
        clear_staging(&*disk)?;
        let (derived, trust) =
            Derived::open(index_above, BLOBS, boot).map_err(StoreError::Derived)?;
        if let Trust::Rebuild { why } = &trust {
            tracing::info!(why, "rebuilding the index of blobs");
            derived.clear().map_err(StoreError::Derived)?;
        }
        let (index, is_new) = open_index(&derived, matches!(trust, Trust::Rebuild { .. }))?;
        let index = Arc::new(index);
        if is_new {
            index_wholes(&*disk, &index)?;
        }
        let resumed = take_up_packs(&disk, &index, is_new, &trust)?;
        let writer = PackWriter::new(Arc::clone(&disk), Arc::clone(&index), resumed);
        let writer = GroupCommit::start("packs", BATCH, writer).map_err(StoreError::Derived)?;
        let packs = Arc::new(Packs::new(Arc::clone(&disk)));
        Ok(Self { disk, index, packs, writer, derived: Mutex::new(Some(derived)) })
    }
}

fn make_directories(disk: &dyn Disk) -> Result<(), DiskError> {
    for dir in [WHOLE_DIR, PACKS_DIR, STAGING_DIR, QUARANTINE_DIR] {
        disk.create_dir_all(Path::new(dir))?;
    }
    for first in 0..=u8::MAX {
        disk.create_dir_all(&Path::new(WHOLE_DIR).join(format!("{first:02x}")))?;
    }
    disk.sync_dir(Path::new(WHOLE_DIR))?;
    disk.sync_dir(Path::new(""))
}

/// Removes what uploads left that never ended. A file with a sidecar was promised to somebody.
fn clear_staging(disk: &dyn Disk) -> Result<(), DiskError> {
    let entries = disk.list(Path::new(STAGING_DIR))?;
    let has = |name: &str| entries.iter().any(|entry| entry.name == name);
    for entry in entries.iter().filter(|entry| entry.kind == Kind::File) {
        if !entry.name.ends_with(SIDECAR) && !has(&format!("{}{SIDECAR}", entry.name)) {
            disk.remove(&Path::new(STAGING_DIR).join(&entry.name))?;
        }
    }
    Ok(())
}

/// Opens the index; one that cannot be opened is thrown away. Says whether it is empty.
fn open_index(derived: &Derived, is_new: bool) -> Result<(Index, bool), StoreError> {
    match Index::open(derived.path()) {
        Ok(index) => Ok((index, is_new)),
        Err(error) => {
            tracing::warn!(%error, "the index of blobs cannot be opened: rebuilding it");
            derived.clear().map_err(StoreError::Derived)?;
            Ok((Index::open(derived.path())?, true))
        }
    }
}

fn index_wholes(disk: &dyn Disk, index: &Index) -> Result<(), StoreError> {
    let mut additions = Additions::default();
    let mut waiting = 0;
    for dir in disk.list(Path::new(WHOLE_DIR))? {
        for entry in disk.list(&Path::new(WHOLE_DIR).join(&dir.name))? {
            let Ok(digest) = entry.name.parse::<Digest>() else { continue };
            if entry.kind != Kind::File {
                continue;
            }
            additions.blob(&digest, Place::of_whole(&disk.stat(&whole_path(&digest))?));
            waiting += 1;
            if waiting == REBUILD_BATCH {
                index.add(std::mem::take(&mut additions))?;
                waiting = 0;
            }
        }
    }
    Ok(index.add(additions)?)
}

/// Brings the index up to date with the packs. Gives back the pack that writing goes on in, which
/// is there after a clean stop only.
fn take_up_packs(
    disk: &Arc<dyn Disk>,
    index: &Arc<Index>,
    is_new: bool,
    trust: &Trust,
) -> Result<Option<OpenPack>, StoreError> {
    let names = disk.list(Path::new(PACKS_DIR))?;
    let packs: Vec<_> = names.iter().filter_map(|entry| PackId::of_file(&entry.name)).collect();
    let is_clean = matches!(trust, Trust::Clean { .. }) && !is_new;
    let mut resumed = None;
    for (number, id) in packs.iter().enumerate() {
        let file = disk.open_read(&id.path())?;
        if pack::is_newer(&*file)? {
            return Err(StoreError::Newer { pack: id.to_string() });
        }
        if pack::is_sealed(&*file, &id.path())? {
            if !is_new {
                continue;
            }
            if let Some(entries) = pack::read_footer(&*file, &id.path())? {
                add_entries(index, *id, &entries)?;
                continue;
            }
            tracing::warn!(pack = %id, "the footer of a pack is damaged: reading its records");
        }
        let indexed = index.pack_end(*id)?;
        let (entries, end) = survey(&**disk, *id)?;
        if is_clean && indexed == Some(end) {
            // Only the newest one is written on; an older one is left as it is.
            if number + 1 == packs.len() {
                let file = AppendFile::resume(&**disk, &id.path(), end)?;
                resumed = Some(OpenPack { id: *id, file, entries });
            }
            continue;
        }
        copy_tail(disk, index, *id, indexed.unwrap_or(0))?;
        let end = disk.stat(&id.path())?.size;
        let file = AppendFile::resume(&**disk, &id.path(), end)?;
        seal(OpenPack { id: *id, file, entries })?;
    }
    Ok(resumed)
}

/// The good records of an unsealed pack, and where the last one ends.
fn survey(disk: &dyn Disk, id: PackId) -> Result<(Vec<PackEntry>, u64), StoreError> {
    let file = disk.open_read(&id.path())?;
    let mut entries = Vec::new();
    let mut end = FILE_HEADER_BYTES as u64;
    let passed_over = pack::scan(&*file, &id.path(), 0, |offset, header, bytes| {
        entries.push(PackEntry {
            header: *header,
            offset,
            generation: generation_of(header, &bytes),
        });
        end = offset + bytes.len() as u64;
        Ok::<_, StoreError>(())
    })?;
    if passed_over > 0 {
        tracing::warn!(pack = %id, bytes = passed_over, "a pack holds bytes that are no records");
    }
    Ok((entries, end))
}

fn generation_of(header: &Header, bytes: &[u8]) -> u64 {
    let is_manifest = record::Kind::of(header.kind) == Some(record::Kind::Manifest);
    let payload = is_manifest.then(|| record::decode(bytes).ok()).flatten();
    payload.and_then(|(_, payload)| Manifest::generation_of(&payload)).unwrap_or(0)
}

/// Copies the records behind an offset into a new pack and indexes the copies: they may be in the
/// page cache only, because the sync that should have saved them failed before a kill.
fn copy_tail(
    disk: &Arc<dyn Disk>,
    index: &Arc<Index>,
    id: PackId,
    from: u64,
) -> Result<(), StoreError> {
    let file = disk.open_read(&id.path())?;
    let mut writer = PackWriter::new(Arc::clone(disk), Arc::clone(index), None);
    let mut batch = Vec::new();
    let mut weight = 0;
    pack::scan(&*file, &id.path(), from, |_, header, bytes| {
        let generation = generation_of(header, &bytes);
        weight += bytes.len();
        batch.extend(NewRecord::of(bytes, generation));
        if batch.len() == COPY_BATCH || weight >= BATCH.weight_max {
            weight = 0;
            return copy(&mut writer, std::mem::take(&mut batch));
        }
        Ok(())
    })?;
    copy(&mut writer, batch)
}

fn copy(writer: &mut PackWriter, batch: Vec<NewRecord>) -> Result<(), StoreError> {
    if batch.is_empty() { Ok(()) } else { writer.commit(batch).into_iter().collect() }
}

fn add_entries(index: &Index, id: PackId, entries: &[PackEntry]) -> Result<(), StoreError> {
    for some in entries.chunks(REBUILD_BATCH) {
        let mut additions = Additions::default();
        for entry in some {
            index.note(entry, id, &mut additions)?;
        }
        index.add(additions)?;
    }
    Ok(())
}
