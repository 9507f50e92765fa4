//! The door: puts the view into the file tree, and takes it out again.
//!
//! Invariant: a living mount or somebody's files are never covered; what a killed daemon left is
//! detached first; after `unmount` nothing of it is left in the file tree.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rushes_vault::model::Viewer;
use rushes_vault::source::Source;
use rustix::io::Errno;
use rustix::mount::UnmountFlags;

use crate::invalidate::{Notify, follow};
use crate::mode::{Mode, ModeState};
use crate::mountinfo;
use crate::save::state::WORKERS;
use crate::save::worker::{tell, work};
use crate::session::{Running, Start, start};
use crate::tree::Tree;

/// Dead mounts that may lie over each other, one for each kill without a clean-up.
const DEAD_MAX: usize = 16;

/// What the kernel reads ahead of a sequential reader. It takes at most its own default (128 KiB)
/// from a session; one request's worth is what keeps two threads busy.
const READAHEAD_KIB: u32 = 1024;

/// How long `unmount` waits for requests that are being answered, and for files to be closed.
const DRAIN_MAX: Duration = Duration::from_secs(2);

/// How long it waits for saves: the daemon gives an unmount 15 seconds. What takes longer comes
/// back at the next start.
const SAVES_END_MAX: Duration = Duration::from_secs(10);

/// What to mount.
#[derive(Debug, Clone)]
pub struct MountOptions {
    /// Where; made when it is missing.
    pub dir: PathBuf,
    /// Whose view.
    pub viewer: Viewer,
    /// Whether other users of the machine may look into it.
    pub allow_other: bool,
    /// Threads that answer requests; at least one.
    pub threads: usize,
    /// Whether the kernel may read whole files by itself.
    pub passthrough: bool,
}

/// Why there is no mount.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// The folder cannot be made or looked at.
    #[error("cannot {verb} {}: {source}", dir.display())]
    Folder {
        /// What was tried.
        verb: &'static str,
        /// The folder.
        dir: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// There are files in it, which the mount would hide.
    #[error("{} is not empty: choose an empty folder or a new name", dir.display())]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
    },
    /// Another daemon serves it.
    #[error("{} is served by another rushes daemon: stop it or choose another folder",
            dir.display())]
    InUse {
        /// The folder.
        dir: PathBuf,
    },
    /// What a killed daemon left cannot be detached.
    #[error("a dead mount is left at {} and cannot be detached: {source}: run `umount -l` on it as \
             root", dir.display())]
    Dead {
        /// The folder.
        dir: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The machine has no FUSE.
    #[error(
        "there is no /dev/fuse: load the kernel module (modprobe fuse) or start without a mount"
    )]
    NoFuse,
    /// The kernel refused the mount.
    #[error("cannot mount at {}: {source}", dir.display())]
    Refused {
        /// The folder.
        dir: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The mount is still there.
    #[error("cannot unmount {}: {source}: run `umount -l` on it as root", dir.display())]
    Unmount {
        /// The folder.
        dir: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

/// How a mount ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmounted {
    /// Nobody used it.
    Clean,
    /// It was busy: the name is gone, and the programs that held files open lose them when this
    /// process ends.
    Detached,
}

/// A mounted view. Dropping it unmounts as [`Mount::unmount`] does, without its answer.
#[derive(Debug)]
pub struct Mount {
    dir: PathBuf,
    device: Option<String>,
    mode: Arc<ModeState>,
    warnings: Vec<String>,
    stop: Arc<AtomicBool>,
    running: Option<Running>,
    follower: Option<JoinHandle<()>>,
    /// Ends the saving: kept apart from the tree's kind of backing files.
    saving: Option<Saving>,
    /// In a mutex only so that the mount can be shared.
    ended: Mutex<Receiver<()>>,
}

/// Mounts the view of a source.
///
/// The folder is made when it is missing, and freed from what a killed daemon left. It is visible
/// and complete when this returns.
pub fn mount(source: Arc<dyn Source>, options: MountOptions) -> Result<Mount, MountError> {
    let MountOptions { dir, viewer, allow_other, threads, passthrough } = options;
    let dir = prepared(&dir)?;
    // Before anything can be cached, so that no change is missed.
    let changes = source.changes();
    let tree = Arc::new(Tree::new(source, viewer));
    let mode = Arc::new(ModeState::new(Mode::Passthrough));
    let (alive, ended) = channel();
    let setup = Start { dir: &dir, threads, allow_other, passthrough, alive };
    let refused = |source| refused(&dir, source);
    let running = start(Arc::clone(&tree), &mode, setup).map_err(refused)?;
    let device = device_at(&dir);
    device.as_deref().inspect(|device| raise_readahead(device));
    let warnings = warnings(device.as_deref());
    let stop = Arc::new(AtomicBool::new(false));
    let (notifier, stopped) = (running.notifier(), Arc::clone(&stop));
    let saved = Arc::clone(&tree);
    let follower = thread::Builder::new()
        .name("rushes-invalidate".to_owned())
        .spawn(move || follow(&tree, &changes, &notifier, &stopped))
        .map_err(refused)?;
    let saving = Some(start_saving(&saved, running.notifier()).map_err(refused)?);
    tracing::info!(mode = %mode.get(), threads, "the folder is mounted");
    let (running, follower, ended) = (Some(running), Some(follower), Mutex::new(ended));
    Ok(Mount { dir, device, mode, warnings, stop, running, follower, saving, ended })
}

/// The threads that make versions, and how they are told to end.
struct Saving {
    end: Box<dyn FnOnce(Duration) + Send + Sync>,
    teller: JoinHandle<()>,
}

/// Starts the threads that make versions, and the one that tells the kernel of them. Those that
/// save are not joined: a save may take longer than an unmount may.
fn start_saving<B: Send + Sync + 'static>(
    tree: &Arc<Tree<B>>,
    notifier: impl Notify,
) -> io::Result<Saving> {
    let named = |name: &str| thread::Builder::new().name(name.to_owned());
    for _ in 0..WORKERS {
        let tree = Arc::clone(tree);
        tree.saves.begin();
        named("rushes-saves").spawn(move || work(&tree))?;
    }
    let (told, ending) = (Arc::clone(tree), Arc::clone(tree));
    let teller = named("rushes-saved").spawn(move || tell(&told, &notifier))?;
    Ok(Saving { end: Box::new(move |longest| ending.end_saves(longest)), teller })
}

impl fmt::Debug for Saving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saving").finish_non_exhaustive()
    }
}

impl Mount {
    /// How whole files are read, as far as it is known now: a file that the kernel refuses changes
    /// it.
    pub fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What works but not as one would expect.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Takes the view out of the file tree and waits for the requests that are being answered.
    pub fn unmount(mut self) -> Result<Unmounted, MountError> {
        self.end()
    }

    fn end(&mut self) -> Result<Unmounted, MountError> {
        let Some(running) = self.running.take() else { return Ok(Unmounted::Clean) };
        self.stop.store(true, Ordering::SeqCst);
        running.unmount(self.is_mounted());
        if self.is_mounted() {
            detach(&self.dir)
                .map_err(|source| MountError::Unmount { dir: self.dir.clone(), source })?;
        }
        // The session ends when nobody has a file open any more.
        let busy = self.still_answers();
        if busy {
            tracing::warn!(
                "the folder was busy: it was detached, open files end with this process"
            );
        }
        // What was closed by now becomes a version before anything else ends.
        if let Some(Saving { end, teller }) = self.saving.take() {
            end(SAVES_END_MAX);
            if teller.join().is_err() {
                tracing::error!("the thread that tells the kernel of saves has panicked");
            }
        }
        if let Some(follower) = self.follower.take()
            && follower.join().is_err()
        {
            tracing::error!("the thread that drops what changed has panicked");
        }
        Ok(if busy { Unmounted::Detached } else { Unmounted::Clean })
    }

    fn still_answers(&mut self) -> bool {
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        ended.recv_timeout(DRAIN_MAX) == Err(RecvTimeoutError::Timeout)
    }

    /// Whether it is still in the file tree: anybody who may can unmount it.
    pub fn is_mounted(&self) -> bool {
        device_at(&self.dir) == self.device
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::error!(%error, "the folder could not be unmounted");
        }
    }
}

/// Makes the folder ready: there, empty, with no mount of ours on it. Gives its real path.
fn prepared(dir: &Path) -> Result<PathBuf, MountError> {
    let failed = |verb| move |source| MountError::Folder { verb, dir: dir.to_owned(), source };
    if dir.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        fs::create_dir_all(dir).map_err(failed("make"))?;
    }
    let dir = real_path(dir).map_err(failed("find"))?;
    for _ in 0..DEAD_MAX {
        // A file system of a dead daemon still answers what the kernel has cached, but not this.
        match rustix::fs::statfs(&dir) {
            Ok(_) => break,
            Err(Errno::NOTCONN | Errno::CONNABORTED) => {
                detach(&dir).map_err(|source| MountError::Dead { dir: dir.clone(), source })?;
                tracing::info!("a dead mount was detached");
            }
            Err(errno) => return Err(failed("look at")(errno.into())),
        }
    }
    let mounts = mountinfo::own().map_err(failed("read the mounts around"))?;
    if mountinfo::at(&mounts, &dir).is_some_and(|mounted| mounted.source == "rushes") {
        return Err(MountError::InUse { dir });
    }
    if fs::read_dir(&dir).map_err(failed("list"))?.next().is_some() {
        return Err(MountError::NotEmpty { dir });
    }
    Ok(dir)
}

/// The path without symbolic links; the last component may be a dead mount.
fn real_path(dir: &Path) -> io::Result<PathBuf> {
    match (dir.canonicalize(), dir.parent(), dir.file_name()) {
        (Err(error), Some(parent), Some(name)) if is_dead(&error) => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            Ok(parent.canonicalize()?.join(name))
        }
        (found, ..) => found,
    }
}

fn is_dead(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::NOTCONN | Errno::CONNABORTED))
}

/// Takes a mount out of the file tree whatever uses it: directly where this process may, else with
/// the program that may.
fn detach(dir: &Path) -> io::Result<()> {
    match rustix::mount::unmount(dir, UnmountFlags::DETACH) {
        Err(Errno::PERM) => {}
        done => return Ok(done?),
    }
    let mut command = Command::new("fusermount3");
    let status = command.arg("-uz").arg("--").arg(dir).stdin(Stdio::null()).status()?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("fusermount3 -uz failed with {status}")))
}

fn refused(dir: &Path, source: io::Error) -> MountError {
    if Path::new("/dev/fuse").exists() {
        MountError::Refused { dir: dir.to_owned(), source }
    } else {
        MountError::NoFuse
    }
}

/// `major:minor` of what is mounted at a folder.
fn device_at(dir: &Path) -> Option<String> {
    let mounts = mountinfo::own().ok()?;
    mountinfo::at(&mounts, dir).map(|mounted| mounted.device.clone())
}

fn raise_readahead(device: &str) {
    let path = format!("/sys/class/bdi/{device}/read_ahead_kb");
    if let Err(error) = fs::write(&path, READAHEAD_KIB.to_string()) {
        tracing::info!(%error, "readahead stays at 128 KiB: reads by range are slower");
    }
}

fn warnings(device: Option<&str>) -> Vec<String> {
    let seen = device.and_then(mountinfo::is_seen_by_others);
    let hidden = "started in a mount namespace whose mounts do not propagate: others will not see \
                  this folder: start the daemon without options that give it a namespace of its \
                  own (ProtectSystem, PrivateTmp, …)";
    if seen == Some(false) { vec![hidden.to_owned()] } else { Vec::new() }
}
