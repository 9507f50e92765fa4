//! The FUSE session: mounting, what the process may do in it, and its end.
//!
//! Beside it only `kernel.rs` knows fuser.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use fuser::{
    BackgroundSession, BackingId, Config, INodeNo, MountOption, Notifier, Session, SessionACL,
};
use rustix::fs::{MemfdFlags, memfd_create};

use crate::invalidate::Notify;
use crate::kernel::Kernel;
use crate::mode::{Mode, ModeState, why};
use crate::tree::Tree;

/// What the session is started with.
pub struct Start<'a> {
    /// Where.
    pub dir: &'a Path,
    /// How many threads serve.
    pub threads: usize,
    /// Whether other users may look.
    pub allow_other: bool,
    /// Whether passthrough is wanted.
    pub passthrough: bool,
    /// Dropped with the session.
    pub alive: Sender<()>,
}

/// A running session. Dropping it unmounts.
#[derive(Debug)]
pub struct Running(BackgroundSession);

impl Running {
    /// Unmounts, unless somebody else did; a busy mount stays. What is being served goes on.
    pub fn unmount(self, mounted: bool) {
        if mounted {
            drop(self.0);
        } else {
            // Its drop would unmount whatever lies there now.
            std::mem::forget(self.0);
        }
    }

    /// What drops entries from this session's caches.
    pub fn notifier(&self) -> impl Notify + use<> {
        Dropper(self.0.notifier())
    }
}

/// Mounts a tree and serves it. The mode is known when this returns.
pub fn start(
    tree: Arc<Tree<BackingId>>,
    mode: &Arc<ModeState>,
    start: Start<'_>,
) -> io::Result<Running> {
    let mut config = Config::default();
    config.mount_options = vec![
        MountOption::FSName("rushes".to_owned()),
        MountOption::Subtype("rushes".to_owned()),
        MountOption::NoSuid,
        MountOption::NoDev,
        MountOption::NoExec,
    ];
    if start.allow_other {
        config.acl = SessionACL::All;
        // Alone, the owner is asked here, where a change is EROFS rather than EACCES.
        config.mount_options.push(MountOption::DefaultPermissions);
    }
    config.n_threads = Some(start.threads.max(1));
    let kernel = Kernel::new(tree, Arc::clone(mode), start.passthrough, start.alive);
    let session = Session::new(kernel, start.dir, &config)?;
    if mode.may_pass()
        && let Err(error) = probe(&session)
    {
        mode.set(Mode::Ranges { why: why(&error) });
    }
    session.spawn().map(Running)
}

/// Registers an empty file, to see whether this process may. It stays registered until the session
/// ends: closing it by hand would take unsafe code, and it is one file without a page.
fn probe(session: &Session<Kernel>) -> io::Result<()> {
    let file = memfd_create("rushes-probe", MemfdFlags::CLOEXEC)?;
    BackingId::create_raw(session, file).map(drop)
}

struct Dropper(Notifier);

impl Notify for Dropper {
    fn entry(&self, parent: u64, name: &str) -> io::Result<()> {
        self.0.inval_entry(INodeNo(parent), OsStr::new(name))
    }

    fn inode(&self, ino: u64) -> io::Result<()> {
        self.0.inval_inode(INodeNo(ino), 0, 0)
    }
}
