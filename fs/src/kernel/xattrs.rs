//! Extended attributes as the protocol asks for them (xattr(7)).

use std::ffi::OsStr;

use fuser::{Errno, ReplyXattr};
use rustix::io;

use super::{Kernel, guarded};

impl Kernel {
    pub(super) fn xattr(&self, ino: u64, name: &OsStr, room: u32, reply: ReplyXattr) {
        let name = name.to_str().unwrap_or_default(); // All of ours are UTF-8.
        answer(guarded("getxattr", || self.tree.xattr(ino, name)), room, reply);
    }

    pub(super) fn xattr_names(&self, ino: u64, room: u32, reply: ReplyXattr) {
        answer(guarded("listxattr", || self.tree.xattr_names(ino)), room, reply);
    }
}

/// Without room the length is asked for.
fn answer(value: Result<Vec<u8>, Errno>, room: u32, reply: ReplyXattr) {
    let value = match value {
        Ok(value) => value,
        Err(errno) => return reply.error(errno),
    };
    match u32::try_from(value.len()) {
        Ok(length) if room == 0 => reply.size(length),
        Ok(length) if length <= room => reply.data(&value),
        _ => reply.error(Errno::from_i32(io::Errno::RANGE.raw_os_error())),
    }
}
