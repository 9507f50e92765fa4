//! Attributes as the protocol writes them.
//!
//! Invariant: what is not in a node's attributes is the same for all of them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fuser::{FileAttr, FileType, INodeNo, ReplyStatfs, TimeOrNow};

use super::{Kernel, guarded};
use crate::tree::Seen;

/// The unit of sizes that `statfs` reports, and the preferred size of a read.
const BLOCK_BYTES: u32 = 4096;
/// The unit of `st_blocks`, fixed by POSIX tradition.
const STAT_BLOCK_BYTES: u64 = 512;
/// Longest name, as everywhere on Linux.
const NAME_BYTES_MAX: u32 = 255;

impl Kernel {
    pub(super) fn shown(&self, ino: u64, seen: &Seen) -> FileAttr {
        let attr = &seen.attr;
        let time = time_of(attr.mtime_ms);
        let (kind, perm) =
            if attr.folder { (FileType::Directory, 0o555) } else { (FileType::RegularFile, 0o444) };
        let perm = if seen.is_writable { perm | 0o200 } else { perm };
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

    /// A time that a program sets, in milliseconds since 1970.
    pub(super) fn ms_of(time: TimeOrNow) -> i64 {
        let time = match time {
            TimeOrNow::SpecificTime(time) => time,
            TimeOrNow::Now => SystemTime::now(),
        };
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => {
                // fuser takes the part of a second away that is to be added.
                let before = before.duration();
                let ms = i64::try_from(before.as_secs()).unwrap_or(i64::MAX).saturating_mul(-1_000);
                ms.saturating_add(i64::from(before.subsec_millis()))
            }
        }
    }

    pub(super) fn space(&self, reply: ReplyStatfs) {
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
}

/// A time that a file shows; one that this machine cannot say is 1970.
fn time_of(ms: i64) -> SystemTime {
    let distance = Duration::from_millis(ms.unsigned_abs());
    let time =
        if ms < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    time.unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_and_far_ahead_are_kept() {
        for ms in [0, 1, -86_400_000, 4_102_444_800_123, 253_402_300_799_999] {
            assert_eq!(Kernel::ms_of(TimeOrNow::SpecificTime(time_of(ms))), ms);
        }
        // 0.25 s after that second, as fuser tells it.
        let told = UNIX_EPOCH - Duration::new(315_619_200, 250_000_000);
        assert_eq!(Kernel::ms_of(TimeOrNow::SpecificTime(told)), -315_619_199_750);
        for ms in [i64::MIN, i64::MAX] {
            time_of(ms); // Whatever it is: no panic.
        }
    }
}
