//! The disk below the data directory: a device process, a file system on a loop mount of it, and
//! the moment when the power goes.
//!
//! Knows nothing of the daemon. Invariant: whatever happens, dropping what is here takes every
//! mount and process away again.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::mount::{UnmountFlags, unmount};
use rustix::process::geteuid;

/// A file system that can be on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    /// ext4.
    Ext4,
    /// XFS.
    Xfs,
}

impl FileSystem {
    /// What makes an empty one. Both are told not to discard: the disk is empty already.
    fn maker(self) -> &'static [&'static str] {
        match self {
            Self::Ext4 => &["mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=0"],
            Self::Xfs => &["mkfs.xfs", "-q", "-f", "-K"],
        }
    }

    /// What it is mounted with.
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Ext4 => &["-t", "ext4", "-o", "loop"],
            Self::Xfs => &["-t", "xfs", "-o", "loop,nouuid"],
        }
    }
}

/// Fails with everything that this machine lacks for the rig.
pub fn require() {
    let mut missing = Vec::new();
    if !geteuid().is_root() {
        missing.push("root (it mounts file systems)".to_owned());
    }
    for device in ["/dev/fuse", "/dev/loop-control"] {
        if !Path::new(device).exists() {
            missing.push(format!("{device} (load the kernel module, or pass it to the container)"));
        }
    }
    let programs = [
        ("mkfs.ext4", "e2fsprogs"),
        ("mkfs.xfs", "xfsprogs"),
        ("mount", "mount"),
        ("unshare", "util-linux"),
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> =
        std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]).collect();
    for (program, package) in programs {
        if !folders.iter().any(|folder| folder.join(program).is_file()) {
            missing.push(format!("{program} (Debian package {package})"));
        }
    }
    assert!(missing.is_empty(), "the power-cut rig needs {}", missing.join(", "));
}

/// What a cut keeps of what no flush has covered, in the device's words.
pub const KEPT: &[&str] = &["none", "all", "prefix", "subset", "torn"];

/// The process that serves the disks.
#[derive(Debug)]
pub struct Device {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    dir: PathBuf,
}

impl Device {
    /// Starts one with its folder at `dir`.
    pub fn start(dir: &Path) -> Self {
        std::fs::create_dir(dir).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rushes-volatile-disk"));
        command.arg(dir).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut device = Self { child, orders, answers, dir: dir.to_owned() };
        device.answer("start");
        device
    }

    /// The file that is a disk.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Makes an empty disk.
    pub fn create(&mut self, name: &str, bytes: u64) {
        self.order(&format!("create {name} {bytes}"));
    }

    /// Lets so many more changes of a kind (`write`, `flush`) through; then the disk stands still
    /// until it is cut.
    pub fn freeze(&mut self, name: &str, before: &str, count: u64) {
        self.order(&format!("freeze {name} {before} {count}"));
    }

    /// Cuts the power of a disk: what would be left is a new disk. The old one goes on.
    pub fn cut(&mut self, name: &str, fresh: &str, kept: &str, seed: u64) -> String {
        self.order(&format!("cut {name} {fresh} {kept} {seed}"))
    }

    /// From here on a disk says yes to a flush and does nothing.
    pub fn lie(&mut self, name: &str) {
        self.order(&format!("lie {name}"));
    }

    /// Takes a disk away.
    pub fn remove(&mut self, name: &str) {
        self.order(&format!("remove {name}"));
    }

    fn order(&mut self, line: &str) -> String {
        writeln!(self.orders.as_ref().unwrap(), "{line}").unwrap();
        self.answer(line)
    }

    fn answer(&mut self, order: &str) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let told = line.strip_prefix("ok").unwrap_or_else(|| panic!("{order}: {line}"));
        told.trim().to_owned()
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // Its connection to the kernel ends with it, so nothing hangs on it from then on.
        self.orders.take();
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = unmount(&self.dir, UnmountFlags::DETACH);
    }
}

/// A mounted disk. Its loop device goes with the mount. Dropping it detaches it.
#[derive(Debug)]
pub struct Mounted {
    dir: PathBuf,
    is_mounted: bool,
}

impl Mounted {
    /// Makes a file system on a disk.
    pub fn format(disk: &Path, file_system: FileSystem) {
        run(file_system.maker().iter().map(AsRef::as_ref).chain([disk.as_os_str()]));
    }

    /// Mounts it; what a cut has left is recovered by the kernel.
    pub fn mount(disk: &Path, dir: &Path, file_system: FileSystem) -> Self {
        std::fs::create_dir_all(dir).unwrap();
        let words = ["mount"].iter().chain(file_system.options()).map(AsRef::as_ref);
        run(words.chain([disk.as_os_str(), dir.as_os_str()]));
        Self { dir: dir.to_owned(), is_mounted: true }
    }

    /// Takes it down in order; nothing may use it any more.
    pub fn unmount(mut self) {
        run(["umount".as_ref(), self.dir.as_os_str()]);
        self.is_mounted = false;
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if self.is_mounted {
            let _ = unmount(&self.dir, UnmountFlags::DETACH);
        }
    }
}

fn run<'a>(words: impl IntoIterator<Item = &'a std::ffi::OsStr>) {
    let words: Vec<_> = words.into_iter().collect();
    let (program, arguments) = words.split_first().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(program);
    let done =
        command.args(arguments).env("PATH", format!("{path}:/usr/sbin:/sbin")).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{words:?}: {said}");
}
