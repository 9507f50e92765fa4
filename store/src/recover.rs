//! What happens to packs and wholes at start: everything durable has an entry in the index
//! afterwards, and every pack is sealed.
//!
//! Invariant: what a pack without a footer holds is served only from a copy that was synced after
//! the start. The killed process may have seen a sync fail, and the page cache does not show it.
//! No intact record is ever lost, and bytes with damage in their midst are kept in quarantine.

use std::path::Path;

use rushes_digest::Digest;
use rushes_disk::{Disk, DiskFile, Kind};

use crate::error::StoreError;
use crate::footer::{ENTRIES_MAX, Entry, Header, Listed, check_header, read_footer};
use crate::index::{BATCH_ENTRIES_MAX, Index};
use crate::layout;
use crate::pack::OpenPack;
use crate::place::{PackId, WholeStat};
use crate::record::{self, MANIFEST, Record};
use crate::scan::{Gaps, scan};

/// How much is copied with one write, in bytes.
const COPY_BYTES: usize = 1 << 20;

/// Brings every pack into the index that is not there to its end.
pub fn recover_packs(disk: &dyn Disk, index: &Index) -> Result<(), StoreError> {
    for id in layout::packs(disk)? {
        let path = layout::pack(id);
        let size = disk.stat(&path)?.size;
        if index.sealed(id)? != Some(size) {
            recover_pack(disk, index, id, size)?;
        }
    }
    Ok(())
}

fn recover_pack(disk: &dyn Disk, index: &Index, id: PackId, size: u64) -> Result<(), StoreError> {
    let path = layout::pack(id);
    let file = disk.open_read(&path)?;
    let header = check_header(id, &*file)?;
    if let Header::Newer { version } = header {
        return Err(StoreError::Newer { path, version });
    }
    if let Some(entries) = read_footer(id, &*file, &path, size)? {
        // A footer is written only once the records before it are durable.
        index.enter(id, &with_traces(id, &*file, entries)?)?;
        return Ok(index.set_sealed(id, size)?);
    }
    let mut copy = Copy { disk, index, pack: None, waiting: Vec::new(), waiting_bytes: 0 };
    let gaps = scan(id, &*file, |head, payload| copy.take(Record::copy(head, payload)))?;
    copy.seal()?;
    drop(file);
    set_aside(disk, id, size, (header, gaps))
}

/// Reads the manifests of a sealed pack for what they leave in the index. One that cannot be read
/// keeps its entry: the blob is damaged then, not gone.
pub fn with_traces(
    id: PackId,
    file: &dyn DiskFile,
    entries: Vec<Entry>,
) -> Result<Vec<Listed>, StoreError> {
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
    id: PackId,
    size: u64,
    (header, gaps): (Header, Gaps),
) -> Result<(), StoreError> {
    let path = layout::pack(id);
    if gaps.inner_bytes > 0 || (header == Header::Damaged && size > 0) {
        let why = format!(
            "{} bytes are damaged between intact records, {} at the end, header: {header:?}; \
             the intact records were copied to another pack",
            gaps.inner_bytes, gaps.tail_bytes
        );
        return Ok(layout::quarantine(disk, &path, &why)?);
    }
    if gaps.tail_bytes > 0 {
        let bytes = gaps.tail_bytes;
        tracing::warn!(pack = %path.display(), bytes, "the end of a pack was never finished");
    }
    disk.remove(&path)?;
    Ok(disk.sync_dir(Path::new(layout::PACKS))?)
}

/// Records on their way into a new pack.
struct Copy<'a> {
    disk: &'a dyn Disk,
    index: &'a Index,
    pack: Option<OpenPack>,
    waiting: Vec<Record>,
    waiting_bytes: usize,
}

impl Copy<'_> {
    fn take(&mut self, record: Record) -> Result<(), StoreError> {
        self.waiting_bytes += record.len();
        self.waiting.push(record);
        if self.waiting_bytes >= COPY_BYTES || self.waiting.len() >= BATCH_ENTRIES_MAX {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let mut pack = match self.pack.take() {
            Some(pack) => pack,
            None => OpenPack::create(self.disk)?,
        };
        pack.append(std::mem::take(&mut self.waiting))?;
        self.waiting_bytes = 0;
        let is_full = pack.entries().len() + BATCH_ENTRIES_MAX > ENTRIES_MAX;
        self.pack = Some(pack);
        if is_full { self.seal() } else { Ok(()) }
    }

    fn seal(&mut self) -> Result<(), StoreError> {
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
pub fn list_wholes(disk: &dyn Disk, index: &Index) -> Result<(), StoreError> {
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

fn whole_of(name: &str) -> Option<Digest> {
    name.parse().ok()
}
