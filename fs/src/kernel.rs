//! The handlers of the FUSE protocol. Translates requests into questions to the tree, and its
//! answers into replies; decides nothing but flags and cache times. Beside it only `session.rs`
//! knows fuser.
//!
//! Invariant: a handler never panics into the session, never waits for a notification, and answers
//! every change with EROFS for as long as nothing can be saved.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::io;
use std::os::fd::BorrowedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fuser::{
    AccessFlags, BackingId, BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem,
    FopenFlags, Generation, INodeNo, InitFlags, IoctlFlags, KernelConfig, LockOwner, OpenAccMode,
    OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyDirectoryPlus,
    ReplyEmpty, ReplyEntry, ReplyIoctl, ReplyLseek, ReplyOpen, ReplyStatfs, ReplyXattr, Request,
    TimeOrNow,
};
use rustix::fs::OFlags;

use crate::handles::{Opened, Way};
use crate::mode::{Mode, ModeState};
use crate::node::Attr;
use crate::tree::{Row, Tree};

/// How long the kernel keeps names and attributes: they are dropped by name when they change, so
/// for ever; a year is far below where the kernel's clock arithmetic saturates.
const TTL: Duration = Duration::from_hours(365 * 24);

/// Largest request: what the kernel's limit of 256 pages allows.
const REQUEST_BYTES_MAX: u32 = 1024 * 1024;

/// Requests that the kernel sends ahead of time: readahead of several readers.
const BACKGROUND_MAX: u16 = 64;

/// One backing file system may itself be stacked (overlayfs in a container); the price is that this
/// mount cannot be the lower layer of another overlayfs.
const STACK_DEPTH: u32 = 2;

/// The unit of sizes that `statfs` reports, and the preferred size of a read.
const BLOCK_BYTES: u32 = 4096;
/// The unit of `st_blocks`, fixed by POSIX tradition.
const STAT_BLOCK_BYTES: u64 = 512;
/// Longest name, as everywhere on Linux.
const NAME_BYTES_MAX: u32 = 255;

/// The handlers of one session.
pub struct Kernel {
    tree: Arc<Tree<BackingId>>,
    mode: Arc<ModeState>,
    uid: u32,
    gid: u32,
    passthrough: bool,
    _alive: Sender<()>,
}

/// Runs a handler; a panic in it is an I/O error and a line in the log, not the end of the session.
fn guarded<T>(
    operation: &'static str,
    work: impl FnOnce() -> Result<T, rustix::io::Errno>,
) -> Result<T, Errno> {
    let answer = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        tracing::error!(operation, "a request of the folder panicked and was answered with EIO");
        Err(rustix::io::Errno::IO)
    });
    answer.map_err(|errno| Errno::from_i32(errno.raw_os_error()))
}

/// The same for what cannot fail otherwise.
fn guarded_plain(operation: &'static str, work: impl FnOnce()) -> Result<(), Errno> {
    guarded(operation, || {
        work();
        Ok(())
    })
}

thread_local! {
    /// What a read is copied through: one per session thread, as large as its largest request.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Kernel {
    /// Handlers over a tree, whose files belong to the user of this process. `passthrough` says
    /// whether it is wanted, `alive` is dropped with the session.
    pub fn new(
        tree: Arc<Tree<BackingId>>,
        mode: Arc<ModeState>,
        passthrough: bool,
        alive: Sender<()>,
    ) -> Self {
        let uid = rustix::process::geteuid().as_raw();
        let gid = rustix::process::getegid().as_raw();
        Self { tree, mode, uid, gid, passthrough, _alive: alive }
    }

    /// Adds a row and counts its lookup; true when there was no room for it.
    fn add_plus(&self, reply: &mut ReplyDirectoryPlus, row: &Row) -> bool {
        let Some(found) = &row.found else {
            let attr = self.shown(row.ino, &Attr::folder(0, 1));
            return reply.add(INodeNo(row.ino), row.next, &row.name, &TTL, &attr, Generation(0));
        };
        let Some(ino) = self.tree.inodes.look_up(found) else { return false };
        let attr = self.shown(ino, &found.attr);
        let full = reply.add(INodeNo(ino), row.next, &row.name, &TTL, &attr, Generation(0));
        if full {
            self.tree.inodes.forget(ino, 1);
        }
        full
    }

    fn shown(&self, ino: u64, attr: &Attr) -> FileAttr {
        let time = time_of(attr.mtime_ms);
        let (kind, perm) =
            if attr.folder { (FileType::Directory, 0o555) } else { (FileType::RegularFile, 0o444) };
        FileAttr {
            ino: INodeNo(ino),
            size: attr.size,
            blocks: attr.size.div_ceil(STAT_BLOCK_BYTES),
            atime: time,
            mtime: time,
            ctime: time,
            crtime: time,
            kind,
            perm,
            nlink: attr.links,
            uid: self.uid,
            gid: self.gid,
            rdev: 0,
            blksize: BLOCK_BYTES,
            flags: 0,
        }
    }

    fn register(&self, file: BorrowedFd<'_>, reply: &ReplyOpen) -> Option<BackingId> {
        if !self.mode.may_pass() {
            return None;
        }
        reply.open_backing(file).inspect_err(|error| self.mode.failed(error)).ok()
    }
}

fn time_of(ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

fn changes(flags: OpenFlags) -> bool {
    let flag_bits = u32::from_ne_bytes(flags.0.to_ne_bytes());
    flags.acc_mode() != OpenAccMode::O_RDONLY || flag_bits & OFlags::TRUNC.bits() != 0
}

impl Filesystem for Kernel {
    fn init(&mut self, _: &Request, config: &mut KernelConfig) -> io::Result<()> {
        // What the kernel does not offer is done without.
        for wish in [
            InitFlags::FUSE_DO_READDIRPLUS,
            InitFlags::FUSE_PARALLEL_DIROPS,
            InitFlags::FUSE_ATOMIC_O_TRUNC,
        ] {
            config.add_capabilities(wish).ok();
        }
        config.set_max_write(REQUEST_BYTES_MAX).ok();
        config.set_max_background(BACKGROUND_MAX).ok();
        self.mode.set(if !self.passthrough {
            Mode::Ranges { why: "passthrough is switched off".to_owned() }
        } else if config.add_capabilities(InitFlags::FUSE_PASSTHROUGH).is_err() {
            Mode::Ranges { why: "this kernel has no FUSE passthrough: Linux 6.9 has".to_owned() }
        } else {
            config.set_max_stack_depth(STACK_DEPTH).ok();
            Mode::Passthrough
        });
        Ok(())
    }

    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match guarded("lookup", || self.tree.lookup(parent.0, name)) {
            Ok((ino, attr)) => reply.entry(&TTL, &self.shown(ino, &attr), Generation(0)),
            // Without a time: what is not there is asked for again, so it appears at once.
            Err(errno) => reply.error(errno),
        }
    }

    fn forget(&self, _: &Request, ino: INodeNo, lookups: u64) {
        guarded_plain("forget", || self.tree.inodes.forget(ino.0, lookups)).ok();
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match guarded("getattr", || self.tree.attr(ino.0)) {
            Ok(attr) => reply.attr(&TTL, &self.shown(ino.0, &attr)),
            Err(errno) => reply.error(errno),
        }
    }

    fn open(&self, _: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        if changes(flags) {
            return reply.error(Errno::EROFS);
        }
        let opened = guarded("open", || self.tree.open(ino.0, |file| self.register(file, &reply)));
        let plain = FopenFlags::FOPEN_NOFLUSH;
        match opened {
            Ok(Opened { handle, way: Way::Passthrough(backing) }) => {
                reply.opened_passthrough(FileHandle(handle), plain, &backing);
            }
            Ok(Opened { handle, way: Way::Cached }) => {
                reply.opened(FileHandle(handle), plain | FopenFlags::FOPEN_KEEP_CACHE);
            }
            Ok(Opened { handle, way: Way::Direct }) => {
                reply.opened(FileHandle(handle), plain | FopenFlags::FOPEN_DIRECT_IO);
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        BUFFER.with_borrow_mut(|buffer| {
            let answer = guarded("read", || {
                let size = usize::try_from(size.min(REQUEST_BYTES_MAX)).unwrap_or_default();
                if buffer.len() < size {
                    buffer.resize(size, 0);
                }
                let room = buffer.get_mut(..size).unwrap_or_default();
                let count = self.tree.read(ino.0, handle.0, offset, room)?;
                Ok(room.get(..count).unwrap_or_default())
            });
            match answer {
                Ok(bytes) => reply.data(bytes),
                Err(errno) => reply.error(errno),
            }
        });
    }

    fn release(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        _: Option<LockOwner>,
        _: bool,
        reply: ReplyEmpty,
    ) {
        match guarded_plain("release", || self.tree.release(ino.0, handle.0)) {
            Ok(()) => reply.ok(),
            Err(errno) => reply.error(errno),
        }
    }

    fn opendir(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let kept = FopenFlags::FOPEN_CACHE_DIR | FopenFlags::FOPEN_KEEP_CACHE;
        match guarded("opendir", || self.tree.open_folder(ino.0)) {
            Ok(handle) => reply.opened(FileHandle(handle), kept),
            Err(errno) => reply.error(errno),
        }
    }

    fn readdir(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        from: u64,
        mut reply: ReplyDirectory,
    ) {
        let mut empty = true;
        let answer = guarded("readdir", || {
            self.tree.list(ino.0, handle.0, from, |row| {
                let folder = row.found.as_ref().is_none_or(|found| found.attr.folder);
                let kind = if folder { FileType::Directory } else { FileType::RegularFile };
                let full = reply.add(INodeNo(row.ino), row.next, kind, &row.name);
                empty &= full;
                !full
            })
        });
        match answer {
            Err(errno) if empty => reply.error(errno),
            _ => reply.ok(),
        }
    }

    fn readdirplus(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        from: u64,
        mut reply: ReplyDirectoryPlus,
    ) {
        let mut empty = true;
        let answer = guarded("readdirplus", || {
            self.tree.list(ino.0, handle.0, from, |row| {
                let full = self.add_plus(&mut reply, row);
                empty &= full;
                !full
            })
        });
        match answer {
            // Rows that are in the reply count lookups: they must reach the kernel.
            Err(errno) if empty => reply.error(errno),
            _ => reply.ok(),
        }
    }

    fn releasedir(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        reply: ReplyEmpty,
    ) {
        match guarded_plain("releasedir", || self.tree.release_folder(ino.0, handle.0)) {
            Ok(()) => reply.ok(),
            Err(errno) => reply.error(errno),
        }
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        match guarded("statfs", || self.tree.space()) {
            Ok((used, free)) => {
                let unit = u64::from(BLOCK_BYTES);
                let (used, free) = (used.div_ceil(unit), free / unit);
                let all = used.saturating_add(free);
                reply.statfs(all, free, free, 0, 0, BLOCK_BYTES, NAME_BYTES_MAX, BLOCK_BYTES);
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn access(&self, _: &Request, ino: INodeNo, mask: AccessFlags, reply: ReplyEmpty) {
        match guarded("access", || self.tree.attr(ino.0)) {
            Ok(_) if mask.contains(AccessFlags::W_OK) => reply.error(Errno::EROFS),
            Ok(attr) if mask.contains(AccessFlags::X_OK) && !attr.folder => {
                reply.error(Errno::EACCES);
            }
            Ok(_) => reply.ok(),
            Err(errno) => reply.error(errno),
        }
    }

    fn getxattr(&self, _: &Request, _: INodeNo, _: &OsStr, _: u32, reply: ReplyXattr) {
        reply.error(Errno::ENOSYS); // The kernel answers "not supported" from now on by itself.
    }

    fn listxattr(&self, _: &Request, _: INodeNo, _: u32, reply: ReplyXattr) {
        reply.error(Errno::ENOSYS);
    }

    fn lseek(&self, _: &Request, _: INodeNo, _: FileHandle, _: i64, _: i32, reply: ReplyLseek) {
        reply.error(Errno::ENOSYS); // No holes: the kernel knows the rest.
    }

    fn ioctl(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        _: IoctlFlags,
        _: u32,
        _: &[u8],
        _: u32,
        reply: ReplyIoctl,
    ) {
        reply.error(Errno::ENOTTY);
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        reply.ok(); // What can be seen is durable.
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        reply.ok();
    }

    // Changes.

    fn setattr(
        &self,
        _: &Request,
        _: INodeNo,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        reply.error(Errno::EROFS);
    }

    fn create(
        &self,
        _: &Request,
        _: INodeNo,
        _: &OsStr,
        _: u32,
        _: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        reply.error(Errno::EROFS);
    }

    fn mknod(&self, _: &Request, _: INodeNo, _: &OsStr, _: u32, _: u32, _: u32, reply: ReplyEntry) {
        reply.error(Errno::EROFS);
    }

    fn mkdir(&self, _: &Request, _: INodeNo, _: &OsStr, _: u32, _: u32, reply: ReplyEntry) {
        reply.error(Errno::EROFS);
    }

    fn unlink(&self, _: &Request, _: INodeNo, _: &OsStr, reply: ReplyEmpty) {
        reply.error(Errno::EROFS);
    }

    fn rmdir(&self, _: &Request, _: INodeNo, _: &OsStr, reply: ReplyEmpty) {
        reply.error(Errno::EROFS);
    }

    fn symlink(&self, _: &Request, _: INodeNo, _: &OsStr, _: &Path, reply: ReplyEntry) {
        reply.error(Errno::EROFS);
    }

    fn rename(
        &self,
        _: &Request,
        _: INodeNo,
        _: &OsStr,
        _: INodeNo,
        _: &OsStr,
        _: RenameFlags,
        reply: ReplyEmpty,
    ) {
        reply.error(Errno::EROFS);
    }

    fn link(&self, _: &Request, _: INodeNo, _: INodeNo, _: &OsStr, reply: ReplyEntry) {
        reply.error(Errno::EROFS);
    }

    fn setxattr(
        &self,
        _: &Request,
        _: INodeNo,
        _: &OsStr,
        _: &[u8],
        _: i32,
        _: u32,
        reply: ReplyEmpty,
    ) {
        reply.error(Errno::EROFS);
    }

    fn removexattr(&self, _: &Request, _: INodeNo, _: &OsStr, reply: ReplyEmpty) {
        reply.error(Errno::EROFS);
    }
}
