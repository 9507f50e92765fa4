//! What happens to packs and wholes at start: everything durable has an entry in the index
//! afterwards, and every pack is sealed.
//!
//! Invariant: what a pack without a footer holds is served only from a copy that was synced after
//! the start. The killed process may have seen a sync fail, and the page cache does not show it.
//! No intact record is ever lost, and bytes with damage in their midst are kept in quarantine.

use std::path::Path;
use std::sync::Arc;

use rushes_digest::Digest;
use rushes_disk::{Disk, DiskFile, Kind};

use crate::error::StoreError;
use crate::footer::{ENTRIES_MAX, Entry, Header, Listed, check_header, read_footer};
use crate::index::{BATCH_ENTRIES_MAX, Index};
use crate::layout;
use crate::ledger::{Aside, Ledger};
use crate::manifest::Container;
use crate::moved::{Moves, each_in, follow, placed_in};
use crate::pack::OpenPack;
use crate::packs::Packs;
use crate::place::{PackId, WholeStat};
use crate::record::{self, CHUNK, MANIFEST, Record};
use crate::scan::{Gaps, scan};

type Result<T> = std::result::Result<T, StoreError>;

/// How much is copied with one write, in bytes.
const COPY_BYTES: usize = 1 << 20;

/// A pack whose intact records lie elsewhere now.
struct Left {
    id: PackId,
    size: u64,
    header: Header,
    gaps: Gaps,
    moves: Moves,
    /// Whether it once had a footer: its end was there, and is not any more.
    was_sealed: bool,
}

/// Brings every pack into the index that is not there to its end.
///
/// First everything is entered, then manifests follow the chunks that have moved, and only then do
/// old packs leave: a stop in between is repeated by the next start.
pub fn recover_packs(disk: &Arc<dyn Disk>, index: &Index, ledger: &Ledger) -> Result<()> {
    let mut left = Vec::new();
    for id in layout::packs(&**disk)? {
        let path = layout::pack(id);
        let size = disk.stat(&path)?.size;
        if index.sealed(id)? != Some(size) {
            left.extend(recover_pack(&**disk, index, id, size)?);
        }
    }
    for old in &left {
        let lost = follow_moves(disk, index, old)?;
        set_aside(&**disk, (index, ledger), old, lost)?;
    }
    Ok(())
}

fn recover_pack(disk: &dyn Disk, index: &Index, id: PackId, size: u64) -> Result<Option<Left>> {
    let path = layout::pack(id);
    let file = disk.open_read(&path)?;
    let header = check_header(id, &*file)?;
    if let Header::Newer { version } = header {
        return Err(StoreError::Newer { path, version });
    }
    if let Some(entries) = read_footer(id, &*file, &path, size)? {
        // A footer is written only once the records before it are durable.
        index.enter(id, &with_traces(id, &*file, entries)?)?;
        index.set_sealed(id, size)?;
        return Ok(None);
    }
    let mut copy = Copy::new(disk, index);
    let gaps = scan(id, &*file, size, |at, head, payload| {
        copy.take(Some(at), Record::copy(head, payload))
    })?;
    copy.seal()?;
    let was_sealed = index.sealed(id)?.is_some();
    Ok(Some(Left { id, size, header, gaps, moves: copy.moves, was_sealed }))
}

/// Writes newer manifests for the blobs whose chunks have moved; returns those that miss some.
fn follow_moves(disk: &Arc<dyn Disk>, index: &Index, old: &Left) -> Result<Vec<Digest>> {
    let packs = Packs::new(Arc::clone(disk));
    let (mut copy, mut lost) = (Copy::new(&**disk, index), Vec::new());
    each_in(index, &packs, &Container::Pack(old.id), &mut |blob, manifest| {
        let followed = follow(&manifest, old.id, &old.moves);
        if followed.has_lost {
            lost.push(blob);
        }
        if followed.has_moved {
            copy.take(None, Record::manifest(blob, &followed.manifest))?;
        }
        Ok(())
    })?;
    copy.seal()?;
    Ok(lost)
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

/// Takes a pack out of the way whose intact records lie elsewhere now.
fn set_aside(
    disk: &dyn Disk,
    (index, ledger): (&Index, &Ledger),
    old: &Left,
    mut lost: Vec<Digest>,
) -> Result<()> {
    let Left { id, size, header, gaps, was_sealed, .. } = old;
    let path = layout::pack(*id);
    if *was_sealed || gaps.inner_bytes > 0 || (*header == Header::Damaged && *size > 0) {
        let why = format!(
            "{} bytes are damaged between intact records, {} at the end, header: {header:?}; \
             the intact records were copied to another pack",
            gaps.inner_bytes, gaps.tail_bytes
        );
        lost.extend(forget_placed(index, *id)?);
        index.forget_pack(*id)?;
        ledger.set_aside(&path, &why, &lost, Aside::Moved)?;
        return Ok(());
    }
    if gaps.tail_bytes > 0 {
        let bytes = gaps.tail_bytes;
        tracing::warn!(pack = %path.display(), bytes, "the end of a pack was never finished");
    }
    disk.remove(&path)?;
    Ok(disk.sync_dir(Path::new(layout::PACKS))?)
}

/// Forgets what the index still places in a pack that leaves; returns the blobs that are lost.
fn forget_placed(index: &Index, id: PackId) -> Result<Vec<Digest>> {
    let (placed, mut lost) = (placed_in(index, id)?, Vec::new());
    for (digest, _) in placed.blobs {
        index.forget(&digest)?;
        lost.push(digest);
    }
    for (digest, _) in placed.manifests {
        index.forget_manifest(&digest)?;
        // The manifest of a whole is made again from the file.
        if index.blob(&digest)?.is_none() {
            lost.push(digest);
        }
    }
    Ok(lost)
}

/// Records on their way into a new pack.
struct Copy<'a> {
    disk: &'a dyn Disk,
    index: &'a Index,
    pack: Option<OpenPack>,
    waiting: Vec<Record>,
    waiting_bytes: usize,
    /// Where chunks were that wait, and nothing for other records.
    were: Vec<Option<u64>>,
    moves: Moves,
}

impl<'a> Copy<'a> {
    fn new(disk: &'a dyn Disk, index: &'a Index) -> Self {
        let (waiting, were, moves) = (Vec::new(), Vec::new(), Moves::new());
        Self { disk, index, pack: None, waiting, waiting_bytes: 0, were, moves }
    }

    fn take(&mut self, was: Option<u64>, record: Record) -> Result<()> {
        self.waiting_bytes += record.len();
        self.were.push(was.filter(|_| record.head.kind == CHUNK));
        self.waiting.push(record);
        if self.waiting_bytes >= COPY_BYTES || self.waiting.len() >= BATCH_ENTRIES_MAX {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        let mut pack = match self.pack.take() {
            Some(pack) => pack,
            None => OpenPack::create(self.disk)?,
        };
        let id = pack.id();
        let entries = pack.append(std::mem::take(&mut self.waiting))?;
        for (was, entry) in self.were.drain(..).zip(entries) {
            self.moves.extend(was.map(|was| (was, entry.at(id))));
        }
        self.waiting_bytes = 0;
        let is_full = pack.entries().len() + BATCH_ENTRIES_MAX > ENTRIES_MAX;
        self.pack = Some(pack);
        if is_full { self.seal() } else { Ok(()) }
    }

    fn seal(&mut self) -> Result<()> {
        if !self.waiting.is_empty() {
            self.write()?;
        }
        let Some(mut pack) = self.pack.take() else { return Ok(()) };
        pack.sync()?;
        let size = pack.seal()?;
        self.index.enter(pack.id(), &pack.take_fresh())?;
        self.index.set_sealed(pack.id(), size)?;
        tracing::info!(
            pack = %pack.path().display(), records = pack.entries().len(),
            "copied what an unfinished pack held"
        );
        Ok(())
    }
}

/// Enters every whole, by its name and looks: reading them through is left to reads and scrubs.
pub fn list_wholes(disk: &dyn Disk, index: &Index) -> Result<()> {
    let mut found = Vec::new();
    for dir in layout::whole_dirs() {
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

/// The blob that a name in `whole/` stands for.
pub fn whole_of(name: &str) -> Option<Digest> {
    name.parse().ok()
}
