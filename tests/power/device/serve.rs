//! Disks as files in a FUSE folder, for loop mounts: a WRITE goes into the disk's cache, an FSYNC,
//! which the loop driver makes of every flush, empties it.
//!
//! Invariant: files are opened for direct I/O, so that the kernel keeps no page of theirs and every
//! write and flush of the file system above arrives here.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation,
    INodeNo, LockOwner, OpenFlags, ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyOpen,
    ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use crate::gate::{Change, Gate};
use crate::image::Volatile;

/// How long the kernel keeps names and sizes, which never change.
const TTL: Duration = Duration::from_hours(1);
/// Inode number of the first disk.
const FIRST: u64 = 2;

/// The disks by inode number, with their names. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Disks(Arc<Mutex<Known>>);

/// A disk and what its changes go through.
#[derive(Debug)]
pub struct Served {
    /// What stops it.
    pub gate: Gate,
    disk: Mutex<Volatile>,
}

impl Served {
    /// The disk itself, past the gate.
    pub fn disk(&self) -> MutexGuard<'_, Volatile> {
        self.disk.lock().unwrap()
    }
}

#[derive(Debug, Default)]
struct Known {
    made: u64,
    disks: BTreeMap<u64, (String, Arc<Served>)>,
}

impl Disks {
    /// Adds a disk under a name that was never used.
    pub fn add(&self, name: &str, disk: Volatile) {
        let mut known = self.0.lock().unwrap();
        let ino = FIRST + known.made;
        known.made += 1;
        let served = Served { gate: Gate::default(), disk: Mutex::new(disk) };
        known.disks.insert(ino, (name.to_owned(), Arc::new(served)));
    }

    /// Takes a disk away; what still uses it gets errors.
    pub fn remove(&self, name: &str) {
        self.0.lock().unwrap().disks.retain(|_, (one, _)| one != name);
    }

    /// The disk of a name.
    pub fn named(&self, name: &str) -> Option<Arc<Served>> {
        self.find(name).map(|(_, disk)| disk)
    }

    fn find(&self, name: &str) -> Option<(u64, Arc<Served>)> {
        let known = self.0.lock().unwrap();
        let found = known.disks.iter().find(|(_, (one, _))| one == name);
        found.map(|(ino, (_, disk))| (*ino, Arc::clone(disk)))
    }

    fn disk(&self, ino: INodeNo) -> Option<Arc<Served>> {
        self.0.lock().unwrap().disks.get(&ino.0).map(|(_, disk)| Arc::clone(disk))
    }

    fn attr(&self, ino: INodeNo) -> Option<FileAttr> {
        if ino == INodeNo::ROOT {
            return Some(attr(ino, FileType::Directory, 0));
        }
        let bytes = self.disk(ino)?.disk().bytes;
        Some(attr(ino, FileType::RegularFile, bytes))
    }
}

fn attr(ino: INodeNo, kind: FileType, size: u64) -> FileAttr {
    let time: SystemTime = UNIX_EPOCH;
    FileAttr {
        ino,
        size,
        blocks: size / 512,
        atime: time,
        mtime: time,
        ctime: time,
        crtime: time,
        kind,
        perm: 0o600,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        flags: 0,
        blksize: 4096,
    }
}

impl Filesystem for Disks {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let found = name.to_str().and_then(|name| self.find(name));
        match found.and_then(|(ino, _)| self.attr(INodeNo(ino))) {
            Some(attr) => reply.entry(&TTL, &attr, Generation(0)),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.attr(ino) {
            Some(attr) => reply.attr(&TTL, &attr),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        _mode: Option<u32>,
        _uid: Option<u32>,
        _gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        _mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        _fh: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        match self.attr(ino) {
            Some(attr) if size.is_none_or(|size| size == attr.size) => reply.attr(&TTL, &attr),
            _ => reply.error(Errno::EINVAL),
        }
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.disk(ino) {
            Some(served) => reply.data(&served.disk().read(offset, size as usize)),
            None => reply.error(Errno::EIO),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let Some(served) = self.disk(ino) else { return reply.error(Errno::EIO) };
        served.gate.pass(Change::Write);
        if served.disk().write(offset, data) {
            reply.written(u32::try_from(data.len()).unwrap());
        } else {
            reply.error(Errno::ENOSPC);
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok(); // a close(2), not a flush of the disk
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let Some(served) = self.disk(ino) else { return reply.error(Errno::EIO) };
        served.gate.pass(Change::Flush);
        served.disk().flush();
        reply.ok();
    }
}
