//! What happens to packs and wholes at start: everything durable has an entry in the index
//! afterwards, and every pack is sealed.
//!
//! Invariant: what a pack without a footer holds is served only from a copy that was synced after
//! the start. The killed process may have seen a sync fail, and the page cache does not show it.
//! No intact record is ever lost or gets another place, because manifests name places; and bytes
//! with damage in their midst are kept in quarantine.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::{Disk, DiskFile, Kind, Tell};

use crate::error::StoreError;
use crate::footer::{Entry, Header, Listed, check_header, read_footer};
use crate::index::{BATCH_ENTRIES_MAX, Index};
use crate::layout;
use crate::ledger::{Aside, Ledger};
use crate::manifest::{Container, Piece};
use crate::moved::{each_in, placed_in};
use crate::pack::OpenPack;
use crate::packs::Packs;
use crate::place::{PackId, Place, WholeStat};
use crate::record::{self, MANIFEST, Record};
use crate::scan::{Gaps, scan};

type Result<T> = std::result::Result<T, StoreError>;

/// How much is copied with one write, in bytes.
const COPY_BYTES: u64 = 1 << 20;

/// Brings every pack into the index that is not there to its end.
pub fn recover_packs(
    disk: &Arc<dyn Disk>,
    index: &Index,
    ledger: &Ledger,
    tell: Tell<'_>,
) -> Result<()> {
    let (mut are_names_durable, mut damaged) = (false, Vec::new());
    let packs = layout::packs(&**disk)?;
    let total = packs.len() as u64;
    tell("packs", 0, total);
    for (id, done) in packs.into_iter().zip(1..) {
        let path = layout::pack(id);
        let size = disk.stat(&path)?.size;
        if index.sealed(id)? != Some(size) {
            if !are_names_durable {
                // A killed process may have been about to do it.
                disk.sync_dir(Path::new(layout::PACKS))?;
                are_names_durable = true;
            }
            if !recover_pack(disk, (index, None), id, size)? {
                damaged.push((id, size));
            }
        }
        tell("packs", done, total);
    }
    for (id, size) in damaged {
        // Only now the index knows whose bytes lie there, also when it was empty before.
        recover_pack(disk, (index, Some(ledger)), id, size)?;
    }
    Ok(())
}

/// Tells whether it is done: one that is damaged must be written down, in a ledger.
fn recover_pack(
    disk: &Arc<dyn Disk>,
    (index, ledger): (&Index, Option<&Ledger>),
    id: PackId,
    size: u64,
) -> Result<bool> {
    let path = layout::pack(id);
    let file = disk.open_read(&path)?;
    let header = check_header(id, &*file)?;
    if let Header::Newer { version } = header {
        return Err(StoreError::Newer { path, version });
    }
    if let Some(entries) = read_footer(id, &*file, &path, size)? {
        // A footer is written only once the records before it are durable.
        enter(&**disk, index, id, &with_traces(id, &*file, entries)?)?;
        index.set_sealed(id, size)?;
        return Ok(true);
    }
    let mut copy = Copy { disk: &**disk, id, pack: None, waiting: Vec::new(), next: 0, start: 0 };
    let gaps =
        scan(id, &*file, size, |at, head, payload| copy.take(at, Record::copy(head, payload)))?;
    drop(file);
    copy.write()?;
    // Its end was there once, and is not any more.
    let was_sealed = index.sealed(id)?.is_some();
    if was_sealed || gaps.inner_bytes > 0 || (header == Header::Damaged && size > 0) {
        let why = format!(
            "{} bytes are damaged between intact records, {} at the end, header: {header:?}; \
             the intact records were kept",
            gaps.inner_bytes, gaps.tail_bytes
        );
        let Some(ledger) = ledger else {
            copy.give_up()?;
            return Ok(false);
        };
        // What is intact in it tells, too. Nobody reads before the copy is in place.
        enter(&**disk, index, id, &copy.fresh())?;
        note_lost(disk, (index, ledger), &copy, (&gaps, &why))?;
    } else if gaps.tail_bytes > 0 {
        let bytes = gaps.tail_bytes;
        tracing::warn!(pack = %path.display(), bytes, "the end of a pack was never finished");
    }
    copy.put_in_place(index)?;
    Ok(true)
}

/// Writes down which blobs miss bytes of a damaged pack, keeps it as it is in quarantine, and
/// forgets what was in it and is not among what was copied.
fn note_lost(
    disk: &Arc<dyn Disk>,
    (index, ledger): (&Index, &Ledger),
    copy: &Copy<'_>,
    (gaps, why): (&Gaps, &str),
) -> Result<()> {
    let (id, intact) = (copy.id, copy.offsets());
    let mut placed = placed_in(index, id)?;
    placed
        .blobs
        .retain(|(_, place)| matches!(place, Place::Packed(at) if !intact.contains(&at.offset)));
    placed.manifests.retain(|(_, known)| !intact.contains(&known.at.offset));
    let mut lost: Vec<_> = placed.blobs.iter().map(|(digest, _)| *digest).collect();
    for (digest, _) in &placed.manifests {
        // The manifest of a whole is made again from the file.
        if index.blob(digest)?.is_none() {
            lost.push(*digest);
        }
    }
    for digest in &gaps.inner_digests {
        if is_nowhere(&**disk, index, digest)? {
            lost.push(*digest);
        }
    }
    let container = Container::Pack(id);
    each_in(index, &Packs::new(Arc::clone(disk)), &container, &mut |blob, manifest| {
        let is_lost = |piece: &Piece| {
            manifest.containers.get(piece.container as usize) == Some(&container)
                && !intact.contains(&piece.offset)
        };
        if manifest.pieces.iter().any(is_lost) {
            lost.push(blob);
        }
        Ok(())
    })?;
    lost.sort_unstable();
    lost.dedup();
    ledger.set_aside(&layout::pack(id), why, &lost, Aside::Linked)?;
    for (digest, _) in placed.blobs {
        index.forget(&digest)?;
    }
    for (digest, _) in placed.manifests {
        index.forget_manifest(&digest)?;
    }
    Ok(())
}

/// Whether there is no trace of a blob but the front of a damaged record.
fn is_nowhere(disk: &dyn Disk, index: &Index, digest: &Digest) -> Result<bool> {
    if index.blob(digest)?.is_some() || index.manifest(digest)?.is_some() {
        return Ok(false);
    }
    Ok(disk.stat(&layout::whole(digest)).is_err_and(|error| error.is_missing()))
}

/// Enters records. An index that is older than they are may name a whole that was freed before the
/// same content was put again, in ranges.
fn enter(disk: &dyn Disk, index: &Index, id: PackId, listed: &[Listed]) -> Result<()> {
    index.enter(id, listed)?;
    for Listed { entry, traces } in listed {
        let digest = &entry.head.digest;
        let is_in_ranges = traces.as_ref().is_some_and(|traces| !traces.containers.is_empty());
        if is_in_ranges
            && let Some(place @ Place::Whole { .. }) = index.blob(digest)?
            && disk.stat(&layout::whole(digest)).is_err_and(|error| error.is_missing())
        {
            index.forget_if(digest, &place)?;
        }
    }
    Ok(())
}

/// Reads the manifests of a sealed pack for what they leave in the index. One that cannot be read
/// keeps its entry: the blob is damaged then, not gone.
pub fn with_traces(id: PackId, file: &dyn DiskFile, entries: Vec<Entry>) -> Result<Vec<Listed>> {
    let mut bytes = Vec::new();
    let mut listed = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut traces = None;
        if entry.head.kind == MANIFEST {
            bytes.resize(entry.head.record_bytes(), 0);
            let got = file.read_at(&mut bytes, entry.offset)?;
            let found = record::open(id, bytes.get(..got).unwrap_or_default());
            traces = found.and_then(|(head, payload)| Record::copy(head, payload).traces);
            if traces.is_none() {
                tracing::error!(pack = %id, blob = %entry.head.digest, "a manifest is damaged");
            }
        }
        listed.push(Listed { entry, traces });
    }
    Ok(listed)
}

/// Records on their way into a copy of their pack.
struct Copy<'a> {
    disk: &'a dyn Disk,
    id: PackId,
    pack: Option<OpenPack>,
    /// Records without space between them.
    waiting: Vec<Record>,
    /// Where the first of them lies.
    start: u64,
    /// Where the last of them ends.
    next: u64,
}

impl Copy<'_> {
    fn take(&mut self, at: u64, record: Record) -> Result<()> {
        let waiting_bytes = self.next.saturating_sub(self.start);
        let is_behind = at == self.next && !self.waiting.is_empty();
        if !is_behind || waiting_bytes >= COPY_BYTES || self.waiting.len() >= BATCH_ENTRIES_MAX {
            self.write()?;
            self.start = at;
        }
        self.next = at + record.len() as u64;
        self.waiting.push(record);
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let pack = match &mut self.pack {
            Some(pack) => pack,
            none => {
                let path = layout::new_staging();
                none.insert(OpenPack::create_copy(self.disk, self.id, &path)?)
            }
        };
        pack.pad_to(self.start)?;
        pack.append(std::mem::take(&mut self.waiting))?;
        Ok(())
    }

    /// What the index has not been told of yet.
    fn fresh(&mut self) -> Vec<Listed> {
        self.pack.as_mut().map(OpenPack::take_fresh).unwrap_or_default()
    }

    /// Begins again later.
    fn give_up(self) -> Result<()> {
        self.pack.map_or(Ok(()), |pack| Ok(self.disk.remove(pack.path())?))
    }

    /// Where the records lie that were copied.
    fn offsets(&self) -> HashSet<u64> {
        let entries = self.pack.iter().flat_map(OpenPack::entries);
        entries.map(|entry| entry.offset).collect()
    }

    /// Gives the copy the name of the pack, in one step; a pack without records goes.
    fn put_in_place(mut self, index: &Index) -> Result<()> {
        self.write()?;
        let (dir, path) = (Path::new(layout::PACKS), layout::pack(self.id));
        let Some(mut pack) = self.pack.take() else {
            self.disk.remove(&path)?;
            index.forget_pack(self.id)?;
            return Ok(self.disk.sync_dir(dir)?);
        };
        pack.sync()?;
        let size = pack.seal()?;
        let old = layout::new_staging();
        self.disk.hard_link(&path, &old)?;
        self.disk.rename(pack.path(), &path)?;
        if let Err(failed) = self.disk.sync_dir(dir) {
            // The next start must not take a name that may not last for one that does.
            if let Err(error) = self.disk.rename(&old, &path) {
                tracing::warn!(%error, "an unfinished pack is not put back");
            }
            return Err(failed.into());
        }
        self.disk.remove(&old)?;
        enter(self.disk, index, self.id, &pack.take_fresh())?;
        index.set_sealed(self.id, size)?;
        let records = pack.entries().len();
        tracing::info!(pack = %path.display(), records, "finished a pack");
        Ok(())
    }
}

/// Enters every whole, by its name and looks: reading them through is left to reads and scrubs.
pub fn list_wholes(disk: &dyn Disk, index: &Index, tell: Tell<'_>) -> Result<()> {
    let mut found = Vec::new();
    for (dir, done) in layout::whole_dirs().zip(0..) {
        tell("wholes", done, layout::WHOLE_DIRS);
        let entries = disk.list(&dir)?;
        if !entries.is_empty() {
            // A killed process may have been about to do it.
            disk.sync_dir(&dir)?;
        }
        for entry in entries {
            let Some(digest) = whole_of(&entry.name).filter(|_| entry.kind == Kind::File) else {
                continue;
            };
            found.push((digest, WholeStat::from(disk.stat(&dir.join(&entry.name))?)));
            if found.len() >= BATCH_ENTRIES_MAX {
                index.enter_wholes(&found)?;
                found.clear();
            }
        }
    }
    Ok(index.enter_wholes(&found)?)
}

/// The digest that a name in `whole/` stands for.
pub fn whole_of(name: &str) -> Option<Digest> {
    name.parse().ok()
}
