//! Durable files: one data directory behind a trait, the clock, and append-only files with group
//! commit.
//!
//! Knows nothing of blobs, claims or sled. Invariant: what a call promises to be durable is durable
//! on every implementation of [`Disk`], and [`CrashDisk`] takes everything else away.

mod append;
mod clock;
mod crash;
mod derived;
mod error;
mod group;
mod real;
mod record;

use std::fmt;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::Arc;

pub use append::AppendFile;
pub use clock::{Clock, ManualClock, RealClock, Timestamp, boot_id};
pub use crash::{CrashDisk, Cut, Fault, Lie};
pub use derived::{Derived, Tell, Trust};
pub use error::{DiskError, Verb};
pub use group::{Batch, Committer, GroupCommit, Pending, Stopped};
pub use real::RealDisk;
pub use record::{Call, RecordingDisk, Watcher};

/// Result of a call on a disk.
pub type Result<T> = std::result::Result<T, DiskError>;

/// What a directory entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// Anything else: never made by us, never followed.
    Other,
}

/// What the disk says about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// File, directory or something foreign.
    pub kind: Kind,
    /// Length in bytes.
    pub size: u64,
    /// Time of the last change of content, nanoseconds since 1970.
    pub modified_ns: i128,
    /// Inode number: two names with one inode are one file.
    pub inode: u64,
    /// How many names it has; an open file without any is gone once it is closed.
    pub links: u64,
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, without the directory.
    pub name: String,
    /// What it names.
    pub kind: Kind,
}

/// A data directory. All paths are relative to its root; names are ours, so they are UTF-8.
///
/// A name becomes durable with [`Disk::sync_dir`] of its directory, content with
/// [`DiskFile::sync`]; neither implies the other. Errors carry the verb and the path.
pub trait Disk: Send + Sync + fmt::Debug + 'static {
    /// Makes a new file that can be read and written; fails when the name exists.
    fn create_new(&self, path: &Path) -> Result<Arc<dyn DiskFile>>;
    /// Opens an existing regular file for reading; symbolic links are refused.
    fn open_read(&self, path: &Path) -> Result<Arc<dyn DiskFile>>;
    /// Opens an existing regular file for reading and writing.
    fn open_write(&self, path: &Path) -> Result<Arc<dyn DiskFile>>;
    /// Gives a file a second name; fails when that name exists, so it never replaces.
    fn hard_link(&self, from: &Path, to: &Path) -> Result<()>;
    /// Renames a file, replacing what `to` named.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;
    /// Removes a file's name.
    fn remove(&self, path: &Path) -> Result<()>;
    /// Makes a directory and those above it; an existing one is fine.
    fn create_dir_all(&self, path: &Path) -> Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, path: &Path) -> Result<()>;
    /// The names in a directory, sorted.
    fn list(&self, path: &Path) -> Result<Vec<Entry>>;
    /// What a name stands for; a symbolic link is [`Kind::Other`].
    fn stat(&self, path: &Path) -> Result<Stat>;
    /// Takes write permission away from everybody (mode 0444).
    fn set_read_only(&self, path: &Path) -> Result<()>;
    /// Bytes that may still be written, and the size of the whole file system.
    fn space(&self) -> Result<Space>;
}

/// Room on the disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// What an ordinary process may still write.
    pub free: u64,
    /// Size of the file system.
    pub total: u64,
}

/// An open file. Dropping it closes it; closing makes nothing durable.
pub trait DiskFile: Send + Sync + fmt::Debug {
    /// Reads at an offset; fewer bytes than asked for only at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize>;
    /// Writes all bytes at an offset, extending the file when needed.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> Result<()>;
    /// The same for bytes of which many come and that nobody reads soon: they go to the disk as
    /// they come and leave the page cache, where the kernel can do that. Not durable either.
    fn stream_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        self.write_all_at(bytes, offset)
    }
    /// Makes the file shorter, or longer with zeros.
    fn set_len(&self, size: u64) -> Result<()>;
    /// Makes room for a range, longer with zeros where it ends behind the file: writes there do not
    /// fail for want of room. `false` where the file system cannot do that, and then nothing has
    /// changed.
    fn allocate(&self, _range: Range<u64>) -> Result<bool> {
        Ok(false)
    }
    /// The next bytes from an offset on that take room; before and behind them are zeros that take
    /// none. Empty where no more come. All of it, where nobody can tell.
    fn next_kept(&self, from: u64) -> Range<u64> {
        from..u64::MAX
    }
    /// Takes over the bytes of another file of the same file system, sharing its blocks; `false`
    /// where the file system cannot do that, and then nothing has changed.
    fn reflink(&self, _from: BorrowedFd<'_>) -> bool {
        false
    }
    /// Makes the content durable (fdatasync: size included, times not). The name is another matter.
    fn sync(&self) -> Result<()>;
    /// Length, times and inode.
    fn stat(&self) -> Result<Stat>;
    /// The descriptor, where a kernel stands behind this file.
    fn fd(&self) -> Option<BorrowedFd<'_>>;
}

/// How much is copied at once, in bytes.
const COPY_BYTES: usize = 1 << 20;

/// Copies the first `count` bytes of a file to the start of another one. Nothing is durable yet.
pub fn copy_front(from: &dyn DiskFile, path: &Path, count: u64, to: &dyn DiskFile) -> Result<()> {
    let mut piece = vec![0; COPY_BYTES];
    let mut at = 0;
    while at < count {
        let wanted = usize::try_from(count - at).unwrap_or(COPY_BYTES).min(COPY_BYTES);
        let Some(buffer) = piece.get_mut(..wanted) else { break };
        read_exact_at(from, path, buffer, at)?;
        to.write_all_at(buffer, at)?;
        at += wanted as u64;
    }
    Ok(())
}

/// Reads exactly `buffer.len()` bytes, or fails with `UnexpectedEof`.
pub fn read_exact_at(file: &dyn DiskFile, path: &Path, buffer: &mut [u8], at: u64) -> Result<()> {
    let wanted = buffer.len();
    let got = file.read_at(buffer, at)?;
    if got == wanted {
        return Ok(());
    }
    let source = std::io::Error::new(
        std::io::ErrorKind::UnexpectedEof,
        format!("wanted {wanted} bytes at {at}, the file has {got}"),
    );
    Err(DiskError::new(Verb::Read, path, source))
}
