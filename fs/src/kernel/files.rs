//! Opening, reading and closing files.
//!
//! Invariant: an open is answered in the mode that its inode has, and no buffer outlives a read.

use std::cell::RefCell;
use std::os::fd::BorrowedFd;

use fuser::{
    BackingId, Errno, FileHandle, FopenFlags, OpenAccMode, OpenFlags, ReplyData, ReplyOpen,
};
use rustix::fs::OFlags;

use super::{Kernel, REQUEST_BYTES_MAX, guarded};
use crate::handles::{Opened, Way};
use crate::save::changes::Opening;
use crate::save::state::Saves;

thread_local! {
    /// What a read is copied through: one per session thread, as large as its largest request.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Kernel {
    /// Whether an open file may be written to.
    pub(super) fn writes(flags: OpenFlags) -> bool {
        flags.acc_mode() != OpenAccMode::O_RDONLY
    }

    /// Whether an open must make the file.
    pub(super) fn is_exclusive(flags: i32) -> bool {
        u32::from_ne_bytes(flags.to_ne_bytes()) & OFlags::EXCL.bits() != 0
    }

    pub(super) fn open_file(&self, ino: u64, flags: OpenFlags, reply: ReplyOpen) {
        let how = opening(flags);
        if let Some(id) = Saves::file_of(ino) {
            return match guarded("open", || self.tree.open_saved(id, how)) {
                Ok(handle) => reply.opened(FileHandle(handle), self.written),
                Err(errno) => reply.error(errno),
            };
        }
        if how.writes || how.truncates {
            let stands = || -> Result<(), _> { Err(self.tree.stand_before_node(ino)) };
            return reply.error(guarded("open", stands).err().unwrap_or(Errno::EIO));
        }
        let opened = guarded("open", || self.tree.open(ino, |file| self.register(file, &reply)));
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

    pub(super) fn read_file(
        &self,
        ino: u64,
        handle: u64,
        (offset, size): (u64, u32),
        reply: ReplyData,
    ) {
        BUFFER.with_borrow_mut(|buffer| {
            let answer = guarded("read", || {
                let size = usize::try_from(size.min(REQUEST_BYTES_MAX)).unwrap_or_default();
                if buffer.len() < size {
                    buffer.resize(size, 0);
                }
                let room = buffer.get_mut(..size).unwrap_or_default();
                let count = self.tree.read(ino, handle, offset, room)?;
                Ok(room.get(..count).unwrap_or_default())
            });
            match answer {
                Ok(bytes) => reply.data(bytes),
                Err(errno) => reply.error(errno),
            }
        });
    }

    fn register(&self, file: BorrowedFd<'_>, reply: &ReplyOpen) -> Option<BackingId> {
        if !self.mode.may_pass() {
            return None;
        }
        reply.open_backing(file).inspect_err(|error| self.mode.failed(error)).ok()
    }
}

fn opening(flags: OpenFlags) -> Opening {
    let flag_bits = u32::from_ne_bytes(flags.0.to_ne_bytes());
    Opening { writes: Kernel::writes(flags), truncates: flag_bits & OFlags::TRUNC.bits() != 0 }
}
