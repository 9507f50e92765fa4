//! A pack that is being written.
//!
//! Knows nothing of the index. Invariant: after a failed write or sync it takes nothing more.

use std::path::Path;

use rushes_disk::{AppendFile, Disk, Result};

use crate::footer::{Entry, Listed, footer, header};
use crate::layout;
use crate::place::PackId;
use crate::record::Record;

/// How many zeros are written at once.
const PAD_BYTES: usize = 64 << 10;

/// An unsealed pack.
#[derive(Debug)]
pub struct OpenPack {
    id: PackId,
    file: AppendFile,
    entries: Vec<Entry>,
    /// What the index has not been told of yet.
    fresh: Vec<Listed>,
}

impl OpenPack {
    /// Makes a new pack; its name is durable, it holds nothing yet.
    pub fn create(disk: &dyn Disk) -> Result<Self> {
        let id = PackId::generate();
        let file = AppendFile::create(disk, &layout::pack(id))?;
        Ok(Self { id, file, entries: Vec::new(), fresh: Vec::new() })
    }

    /// Begins a copy of a pack in a file that does not have its name yet.
    pub fn create_copy(disk: &dyn Disk, id: PackId, path: &Path) -> Result<Self> {
        let file = AppendFile::create(disk, path)?;
        Ok(Self { id, file, entries: Vec::new(), fresh: Vec::new() })
    }

    /// Lets the next record lie at an offset that is not before the end: the copy of a damaged pack
    /// has zeros where the damage was.
    pub fn pad_to(&mut self, offset: u64) -> Result<()> {
        if self.file.end() == 0 {
            self.file.append(&header(self.id))?;
        }
        let zeros = vec![0; PAD_BYTES];
        while let Some(missing) = offset.checked_sub(self.file.end()).filter(|bytes| *bytes > 0) {
            let count = usize::try_from(missing).unwrap_or(PAD_BYTES).min(PAD_BYTES);
            self.file.append(zeros.get(..count).unwrap_or_default())?;
        }
        Ok(())
    }

    /// Writes records at the end, with one call, and lists them. Nothing is durable yet.
    pub fn append(&mut self, records: Vec<Record>) -> Result<&[Entry]> {
        let mut bytes = if self.file.end() == 0 { header(self.id) } else { Vec::new() };
        bytes.reserve(records.iter().map(Record::len).sum());
        let listed = self.entries.len();
        for record in records {
            let entry = Entry::of(&record, self.file.end() + bytes.len() as u64);
            record.write(self.id, &mut bytes);
            self.entries.push(entry);
            self.fresh.push(Listed { entry, traces: record.traces });
        }
        self.file.append_ahead(&bytes)?;
        Ok(self.entries.get(listed..).unwrap_or_default())
    }

    /// Makes everything that was appended durable.
    pub fn sync(&mut self) -> Result<()> {
        self.file.sync()
    }

    /// Whether somebody has removed the pack.
    pub fn is_nameless(&self) -> bool {
        self.file.is_nameless()
    }

    /// Whether nothing in it is known to be durable.
    pub fn is_empty(&self) -> bool {
        self.file.synced() == 0
    }

    /// Gives a pack that somebody has removed its name back, with all that was durable in it.
    pub fn restore(&mut self, disk: &dyn Disk) -> Result<()> {
        self.file.restore(disk, &layout::new_staging())?;
        let end = self.file.end();
        self.entries.retain(|entry| entry.offset < end);
        self.fresh.clear();
        Ok(())
    }

    /// Cuts off what a failed call has left: no start may find what nobody was promised.
    pub fn cut_failed(&mut self) -> Result<()> {
        self.file.cut_failed()
    }

    /// Ends the pack with its footer, durably; tells its length. All records were synced before:
    /// whoever finds a footer may rely on that.
    pub fn seal(&mut self) -> Result<u64> {
        self.file.append(&footer(self.id, &self.entries, self.file.end()))?;
        self.file.cut()?;
        self.file.sync()?;
        Ok(self.file.end())
    }

    /// The pack's id.
    pub fn id(&self) -> PackId {
        self.id
    }

    /// Its records since the last call, for the index.
    pub fn take_fresh(&mut self) -> Vec<Listed> {
        std::mem::take(&mut self.fresh)
    }

    /// The pack's path in the data directory.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Bytes written so far.
    pub fn end(&self) -> u64 {
        self.file.end()
    }

    /// Its records so far.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}
