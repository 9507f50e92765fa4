//! Listing folders.
//!
//! Invariant: a row that is in a reply counts exactly the lookups that the kernel gives back.

use fuser::{FileType, Generation, INodeNo, ReplyDirectory, ReplyDirectoryPlus};

use super::{Kernel, TTL, guarded};
use crate::node::Attr;
use crate::tree::{Row, Seen};

impl Kernel {
    pub(super) fn list_names(&self, folder: u64, from: u64, mut reply: ReplyDirectory) {
        let mut empty = true;
        let answer = guarded("readdir", || {
            self.tree.list(folder, from, |row| {
                let kind = if row.is_folder { FileType::Directory } else { FileType::RegularFile };
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

    pub(super) fn list_nodes(&self, folder: u64, from: u64, mut reply: ReplyDirectoryPlus) {
        let mut empty = true;
        let answer = guarded("readdirplus", || {
            self.tree.list(folder, from, |row| {
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

    /// Adds a row and counts its lookup; true when there was no room for it.
    fn add_plus(&self, reply: &mut ReplyDirectoryPlus, row: &Row) -> bool {
        let Some(found) = &row.found else {
            // Node 0: a name and a number, of which nothing is looked up.
            let attr = if row.is_folder { Attr::folder(0, 1) } else { Attr::file(0, 0) };
            let seen = Seen { ino: 0, shown_ino: row.ino, attr, is_writable: false };
            let attr = self.shown(row.ino, &seen);
            return reply.add(INodeNo(0), row.next, &row.name, &TTL, &attr, Generation(0));
        };
        let Some(ino) = self.tree.inodes.look_up(found) else { return false };
        self.tree.projects.saw(&row.name, found);
        let attr = self.shown(ino, &Seen::of(ino, found));
        let ttl = found.attr.keep.time().unwrap_or(TTL);
        let full = reply.add(INodeNo(ino), row.next, &row.name, &ttl, &attr, Generation(0));
        if full {
            self.tree.inodes.forget(ino, 1);
        }
        full
    }
}
