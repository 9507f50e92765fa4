//! The disk as the kernel offers it.

use std::fs::{File, Permissions};
use std::io::{self, IoSlice};
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FallocateFlags, Mode, OFlags, SeekFrom};
use rustix::io::{Errno, ReadWriteFlags};

use crate::{Disk, DiskError, DiskFile, Entry, Kind, Result, Space, Stat, Verb};

/// Writes through the page cache, which then lets the pages go: `RWF_DONTCACHE` of Linux 6.14,
/// which rustix does not name yet. Other kernels and some file systems refuse it.
const DONT_CACHE: ReadWriteFlags = ReadWriteFlags::from_bits_retain(0x80);

/// A data directory on a real file system.
#[derive(Debug)]
pub struct RealDisk {
    root: PathBuf,
}

impl RealDisk {
    /// Opens a directory, and makes it (mode 0700) when it is not there; its name is durable then.
    pub fn open(root: &Path) -> Result<Self> {
        let failed = |source| DiskError::new(Verb::Create, root, source);
        if !root.is_dir() {
            std::fs::create_dir_all(root).map_err(failed)?;
            std::fs::set_permissions(root, Permissions::from_mode(0o700)).map_err(failed)?;
            if let Some(above) = root.canonicalize().ok().as_deref().and_then(Path::parent) {
                File::open(above).and_then(|dir| dir.sync_all()).map_err(failed)?;
            }
        }
        Ok(Self { root: root.canonicalize().map_err(failed)? })
    }

    /// The directory itself, absolute: for what must be handed to others as a path (sled, exports).
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn open_with(&self, verb: Verb, path: &Path, flags: OFlags) -> Result<Arc<dyn DiskFile>> {
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let fd = rustix::fs::open(self.root.join(path), flags, Mode::from_raw_mode(0o600))
            .map_err(|errno| DiskError::new(verb, path, errno.into()))?;
        let file = RealFile { file: File::from(fd), path: path.to_owned() };
        if file.stat()?.kind != Kind::File {
            let source = io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
            return Err(DiskError::new(verb, path, source));
        }
        Ok(Arc::new(file))
    }

    fn on<T>(
        &self,
        verb: Verb,
        path: &Path,
        call: impl FnOnce(&Path) -> io::Result<T>,
    ) -> Result<T> {
        call(&self.root.join(path)).map_err(|source| DiskError::new(verb, path, source))
    }
}

fn kind_of(file_type: std::fs::FileType) -> Kind {
    if file_type.is_file() {
        Kind::File
    } else if file_type.is_dir() {
        Kind::Directory
    } else {
        Kind::Other
    }
}

fn stat_of(metadata: &std::fs::Metadata) -> Stat {
    Stat {
        kind: kind_of(metadata.file_type()),
        size: metadata.len(),
        modified_ns: i128::from(metadata.mtime()) * 1_000_000_000
            + i128::from(metadata.mtime_nsec()),
        inode: metadata.ino(),
        links: metadata.nlink(),
    }
}

impl Disk for RealDisk {
    fn create_new(&self, path: &Path) -> Result<Arc<dyn DiskFile>> {
        self.open_with(Verb::Create, path, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL)
    }

    fn open_read(&self, path: &Path) -> Result<Arc<dyn DiskFile>> {
        self.open_with(Verb::Open, path, OFlags::RDONLY)
    }

    fn open_write(&self, path: &Path) -> Result<Arc<dyn DiskFile>> {
        self.open_with(Verb::Open, path, OFlags::RDWR)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> Result<()> {
        let from = self.root.join(from);
        self.on(Verb::Link, to, |to| std::fs::hard_link(&from, to))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        let from = self.root.join(from);
        self.on(Verb::Rename, to, |to| std::fs::rename(&from, to))
    }

    fn remove(&self, path: &Path) -> Result<()> {
        self.on(Verb::Remove, path, |path| std::fs::remove_file(path))
    }

    fn create_dir_all(&self, path: &Path) -> Result<()> {
        self.on(Verb::Create, path, |path| std::fs::create_dir_all(path))
    }

    fn sync_dir(&self, path: &Path) -> Result<()> {
        self.on(Verb::Sync, path, |path| File::open(path)?.sync_all())
    }

    fn list(&self, path: &Path) -> Result<Vec<Entry>> {
        self.on(Verb::List, path, |path| {
            let mut entries = Vec::new();
            for entry in std::fs::read_dir(path)? {
                let entry = entry?;
                // A name that is not UTF-8 is not ours; whoever put it there keeps it.
                if let Ok(name) = entry.file_name().into_string() {
                    entries.push(Entry { name, kind: kind_of(entry.file_type()?) });
                }
            }
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(entries)
        })
    }

    fn stat(&self, path: &Path) -> Result<Stat> {
        self.on(Verb::Stat, path, |path| Ok(stat_of(&path.symlink_metadata()?)))
    }

    fn set_read_only(&self, path: &Path) -> Result<()> {
        self.on(Verb::Protect, path, |path| {
            std::fs::set_permissions(path, Permissions::from_mode(0o444))
        })
    }

    fn space(&self) -> Result<Space> {
        self.on(Verb::Stat, Path::new(""), |root| {
            let vfs = rustix::fs::statvfs(root)?;
            Ok(Space {
                free: vfs.f_bavail.saturating_mul(vfs.f_frsize),
                total: vfs.f_blocks.saturating_mul(vfs.f_frsize),
            })
        })
    }
}

#[derive(Debug)]
struct RealFile {
    file: File,
    path: PathBuf,
}

impl RealFile {
    fn on<T>(&self, verb: Verb, result: io::Result<T>) -> Result<T> {
        result.map_err(|source| DiskError::new(verb, &self.path, source))
    }
}

impl DiskFile for RealFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.on(Verb::Read, Err(error)),
            }
        }
        Ok(filled)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        self.on(Verb::Write, self.file.write_all_at(bytes, offset))
    }

    fn stream_at(&self, mut bytes: &[u8], mut offset: u64) -> Result<()> {
        while !bytes.is_empty() {
            match rustix::io::pwritev2(&self.file, &[IoSlice::new(bytes)], offset, DONT_CACHE) {
                Err(Errno::INTR) => {}
                Err(Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS) | Ok(0) => {
                    return self.write_all_at(bytes, offset);
                }
                Err(errno) => return self.on(Verb::Write, Err(errno.into())),
                Ok(count) => {
                    bytes = bytes.get(count..).unwrap_or_default();
                    offset += count as u64;
                }
            }
        }
        Ok(())
    }

    fn set_len(&self, size: u64) -> Result<()> {
        self.on(Verb::Write, self.file.set_len(size))
    }

    fn allocate(&self, range: Range<u64>) -> Result<bool> {
        let count = range.end.saturating_sub(range.start);
        loop {
            match rustix::fs::fallocate(&self.file, FallocateFlags::empty(), range.start, count) {
                Ok(()) => return Ok(true),
                Err(Errno::INTR) => {}
                Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(false),
                Err(errno) => return self.on(Verb::Write, Err(errno.into())),
            }
        }
    }

    fn next_kept(&self, from: u64) -> Range<u64> {
        let start = match rustix::fs::seek(&self.file, SeekFrom::Data(from)) {
            Ok(start) => start,
            Err(Errno::NXIO) => return u64::MAX..u64::MAX,
            Err(_) => return from..u64::MAX,
        };
        let end = rustix::fs::seek(&self.file, SeekFrom::Hole(start));
        start..end.unwrap_or(u64::MAX)
    }

    fn reflink(&self, from: BorrowedFd<'_>) -> bool {
        rustix::fs::ioctl_ficlone(&self.file, from).is_ok()
    }

    fn sync(&self) -> Result<()> {
        self.on(Verb::Sync, self.file.sync_data())
    }

    fn stat(&self) -> Result<Stat> {
        self.on(Verb::Stat, self.file.metadata().map(|metadata| stat_of(&metadata)))
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.file.as_fd())
    }
}

impl From<RealFile> for OwnedFd {
    fn from(file: RealFile) -> Self {
        file.file.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_where_its_bytes_are_and_makes_room() {
        let above = tempfile::tempdir().unwrap();
        let disk = RealDisk::open(above.path()).unwrap();
        let file = disk.create_new(Path::new("sparse")).unwrap();
        file.set_len(64 << 20).unwrap();
        file.write_all_at(&vec![7; 1 << 20], 32 << 20).unwrap();
        let kept = file.next_kept(0);
        assert!(kept.start <= 32 << 20 && (33 << 20..=64 << 20).contains(&kept.end), "{kept:?}");
        assert!(kept.start > 0 || kept.end == 64 << 20, "{kept:?}");
        assert!(file.next_kept(64 << 20).start >= 64 << 20);
        if file.allocate(60 << 20..80 << 20).unwrap() {
            assert_eq!(file.stat().unwrap().size, 80 << 20);
        }
    }

    #[test]
    fn bytes_that_are_streamed_are_there_like_all_others() {
        let above = tempfile::tempdir().unwrap();
        let disk = RealDisk::open(above.path()).unwrap();
        let file = disk.create_new(Path::new("film")).unwrap();
        let bytes: Vec<u8> = (0..3_000_001_u32).map(|at| at.to_le_bytes()[1]).collect();
        let (front, rest) = bytes.split_at(1_000_003);
        file.stream_at(rest, front.len() as u64).unwrap();
        file.stream_at(front, 0).unwrap();
        file.sync().unwrap();
        assert_eq!(std::fs::read(above.path().join("film")).unwrap(), bytes);
        let read_only = disk.open_read(Path::new("film")).unwrap();
        assert!(read_only.stream_at(b"x", 0).is_err());
    }
}
