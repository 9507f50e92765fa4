//! The handlers of the FUSE protocol. Translates requests into questions to the tree, and its
//! answers into replies; decides nothing but flags and cache times. What takes more than a line
//! is in `kernel/`; beside these only `session.rs` knows fuser.
//!
//! Invariant: a handler never panics into the session, never waits for a notification, and answers
//! changes of what cannot be changed with EROFS, or with EPERM where nobody could ever do it.

mod files;
mod folders;
mod shown;
mod xattrs;

use std::ffi::OsStr;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, SystemTime};

use fuser::{
    AccessFlags, BackingId, BsdFileFlags, Errno, FileHandle, Filesystem, FopenFlags, Generation,
    INodeNo, InitFlags, IoctlFlags, KernelConfig, LockOwner, OpenFlags, RenameFlags, ReplyAttr,
    ReplyCreate, ReplyData, ReplyDirectory, ReplyDirectoryPlus, ReplyEmpty, ReplyEntry, ReplyIoctl,
    ReplyLseek, ReplyOpen, ReplyStatfs, ReplyWrite, ReplyXattr, Request, TimeOrNow, WriteFlags,
};

use rustix::fs::FallocateFlags;

use crate::mode::{Mode, ModeState};
use crate::node::{Keep, MOMENT};
use crate::save::changes::NewTimes;
use crate::tree::{Seen, Tree};

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

/// The handlers of one session.
pub struct Kernel {
    tree: Arc<Tree<BackingId>>,
    mode: Arc<ModeState>,
    uid: u32,
    gid: u32,
    passthrough: bool,
    /// Whether the kernel must ask before it lists a folder (before Linux 5.1).
    opens_folders: bool,
    /// How files are opened that are being written.
    written: FopenFlags,
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

/// Ends what has no other answer.
fn empty(reply: ReplyEmpty, done: Result<(), Errno>) {
    match done {
        Ok(()) => reply.ok(),
        Err(errno) => reply.error(errno),
    }
}

/// How long the kernel may keep an entry.
fn ttl(seen: &Seen) -> Duration {
    seen.attr.keep.time().unwrap_or(TTL)
}

/// How long it may keep attributes: a node's never change, but those of a file that is written, and
/// of a folder whose changes nobody tells.
fn attr_ttl(seen: &Seen) -> &'static Duration {
    match seen.attr.keep {
        Keep::Never => &Duration::ZERO,
        Keep::Moment if seen.attr.folder => &MOMENT,
        _ => &TTL,
    }
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
        let written = FopenFlags::FOPEN_KEEP_CACHE;
        Self { tree, mode, uid, gid, passthrough, opens_folders: true, written, _alive: alive }
    }
}

impl Filesystem for Kernel {
    fn init(&mut self, _: &Request, config: &mut KernelConfig) -> io::Result<()> {
        // What the kernel does not offer is done without.
        for wish in [
            InitFlags::FUSE_DO_READDIRPLUS,
            InitFlags::FUSE_PARALLEL_DIROPS,
            InitFlags::FUSE_ATOMIC_O_TRUNC,
            // No file here has privileges that a write would take away: else the kernel asks.
            InitFlags::FUSE_HANDLE_KILLPRIV_V2,
        ] {
            config.add_capabilities(wish).ok();
        }
        self.opens_folders = config.add_capabilities(InitFlags::FUSE_NO_OPENDIR_SUPPORT).is_err();
        // Written past the kernel's pages, which would be one more copy of all bytes; mapped all
        // the same, where the kernel can do that (Linux 6.6).
        if config.add_capabilities(InitFlags::FUSE_DIRECT_IO_ALLOW_MMAP).is_ok() {
            self.written = FopenFlags::FOPEN_DIRECT_IO;
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
            Ok(seen) => reply.entry(&ttl(&seen), &self.shown(seen.ino, &seen), Generation(0)),
            // Without a time: what is not there is asked for again, so it appears at once.
            Err(errno) => reply.error(errno),
        }
    }

    fn forget(&self, _: &Request, ino: INodeNo, lookups: u64) {
        guarded_plain("forget", || self.tree.forget(ino.0, lookups)).ok();
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match guarded("getattr", || self.tree.attr(ino.0)) {
            Ok(seen) => reply.attr(attr_ttl(&seen), &self.shown(seen.shown_ino, &seen)),
            Err(errno) => reply.error(errno),
        }
    }

    fn open(&self, _: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        self.open_file(ino.0, flags, reply);
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
        self.read_file(ino.0, handle.0, (offset, size), reply);
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        bytes: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match guarded("write", || self.tree.write(ino.0, bytes, offset)) {
            Ok(()) => reply.written(u32::try_from(bytes.len()).unwrap_or(u32::MAX)),
            Err(errno) => reply.error(errno),
        }
    }

    fn flush(&self, _: &Request, ino: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        empty(reply, guarded("flush", || self.tree.promise(ino.0, false)));
    }

    fn release(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        flags: OpenFlags,
        _: Option<LockOwner>,
        _: bool,
        reply: ReplyEmpty,
    ) {
        let writes = Self::writes(flags);
        empty(reply, guarded_plain("release", || self.tree.release(ino.0, handle.0, writes)));
    }

    fn opendir(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        if self.opens_folders {
            let kept = FopenFlags::FOPEN_CACHE_DIR | FopenFlags::FOPEN_KEEP_CACHE;
            return reply.opened(FileHandle(0), kept);
        }
        reply.error(Errno::ENOSYS); // The kernel opens folders by itself from now on.
    }

    fn readdir(&self, _: &Request, ino: INodeNo, _: FileHandle, from: u64, reply: ReplyDirectory) {
        self.list_names(ino.0, from, reply);
    }

    fn readdirplus(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        from: u64,
        reply: ReplyDirectoryPlus,
    ) {
        self.list_nodes(ino.0, from, reply);
    }

    fn releasedir(&self, _: &Request, _: INodeNo, _: FileHandle, _: OpenFlags, reply: ReplyEmpty) {
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        self.space(reply);
    }

    fn access(&self, _: &Request, ino: INodeNo, mask: AccessFlags, reply: ReplyEmpty) {
        match guarded("access", || self.tree.attr(ino.0)) {
            Ok(seen) if mask.contains(AccessFlags::W_OK) && !seen.is_writable => {
                // As for a file of mode 0444 anywhere: `rm` asks first, and may remove it.
                reply.error(Errno::EACCES);
            }
            Ok(seen) if mask.contains(AccessFlags::X_OK) && !seen.attr.folder => {
                reply.error(Errno::EACCES);
            }
            Ok(_) => reply.ok(),
            Err(errno) => reply.error(errno),
        }
    }

    fn getxattr(&self, _: &Request, ino: INodeNo, name: &OsStr, room: u32, reply: ReplyXattr) {
        self.xattr(ino.0, name, room, reply);
    }

    fn listxattr(&self, _: &Request, ino: INodeNo, room: u32, reply: ReplyXattr) {
        self.xattr_names(ino.0, room, reply);
    }

    fn lseek(&self, _: &Request, _: INodeNo, _: FileHandle, _: i64, _: i32, reply: ReplyLseek) {
        reply.error(Errno::ENOSYS); // No holes: the kernel knows the rest.
    }

    fn fallocate(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        count: u64,
        mode: i32,
        reply: ReplyEmpty,
    ) {
        let mode = FallocateFlags::from_bits_retain(mode.cast_unsigned());
        if !mode.difference(FallocateFlags::KEEP_SIZE).is_empty() {
            return reply.error(Errno::EOPNOTSUPP);
        }
        let (range, grows) = (offset..offset.saturating_add(count), mode.is_empty());
        empty(reply, guarded("fallocate", || self.tree.allocate(ino.0, range, grows)));
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

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        // What the view shows is durable.
        empty(reply, guarded("fsync", || self.tree.promise(ino.0, true)));
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        reply.ok();
    }

    // Changes.

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let new = NewTimes { size, mtime_ms: mtime.map(Self::ms_of) };
        match guarded("setattr", || self.tree.set(ino.0, new)) {
            Ok(seen) => reply.attr(attr_ttl(&seen), &self.shown(seen.shown_ino, &seen)),
            Err(errno) => reply.error(errno),
        }
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        _: u32,
        _: u32,
        flags: i32,
        reply: ReplyCreate,
    ) {
        let exclusive = Self::is_exclusive(flags);
        match guarded("create", || self.tree.create_in(parent.0, name, exclusive)) {
            Ok((seen, handle)) => reply.created(
                &ttl(&seen),
                &self.shown(seen.ino, &seen),
                Generation(0),
                FileHandle(handle),
                self.written,
            ),
            Err(errno) => reply.error(errno),
        }
    }

    fn mknod(&self, _: &Request, _: INodeNo, _: &OsStr, _: u32, _: u32, _: u32, reply: ReplyEntry) {
        reply.error(Errno::EPERM);
    }

    fn mkdir(&self, _: &Request, parent: INodeNo, name: &OsStr, _: u32, _: u32, reply: ReplyEntry) {
        match guarded("mkdir", || self.tree.make_folder(parent.0, name)) {
            Ok(seen) => reply.entry(&ttl(&seen), &self.shown(seen.ino, &seen), Generation(0)),
            Err(errno) => reply.error(errno),
        }
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(reply, guarded("unlink", || self.tree.remove_name(parent.0, name)));
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(reply, guarded("rmdir", || self.tree.remove_folder(parent.0, name)));
    }

    fn symlink(&self, _: &Request, _: INodeNo, _: &OsStr, _: &Path, reply: ReplyEntry) {
        reply.error(Errno::EPERM);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let keeps = flags.contains(RenameFlags::RENAME_NOREPLACE);
        if !flags.difference(RenameFlags::RENAME_NOREPLACE).is_empty() {
            return reply.error(Errno::EINVAL);
        }
        let (from, to) = ((parent.0, name), (new_parent.0, new_name));
        empty(reply, guarded("rename", || self.tree.rename_any(from, to, keeps)));
    }

    fn link(&self, _: &Request, _: INodeNo, _: INodeNo, _: &OsStr, reply: ReplyEntry) {
        reply.error(Errno::EPERM);
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
        reply.error(Errno::EOPNOTSUPP);
    }

    fn removexattr(&self, _: &Request, _: INodeNo, _: &OsStr, reply: ReplyEmpty) {
        reply.error(Errno::EOPNOTSUPP);
    }
}
