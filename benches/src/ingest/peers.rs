//! borg and restic, where they are installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::corpus::length;
use crate::figures::seconds;

/// A program that keeps files too.
#[derive(Debug)]
pub struct Peer {
    /// What it is called in a table.
    pub name: &'static str,
    /// How many times its speed is wanted.
    pub bar: &'static str,
    program: &'static str,
    init: &'static [&'static str],
    create: &'static [&'static str],
    /// Between the repository and what is kept: borg wants a name for each run.
    is_named: bool,
    repository: PathBuf,
    home: PathBuf,
}

/// Those that are installed.
pub fn peers(place: &Path) -> Vec<Peer> {
    let borg = Peer {
        name: "borg (lz4)",
        bar: "≥ 2",
        program: "borg",
        init: &["init", "-e", "none"],
        create: &["create", "-C", "lz4"],
        is_named: true,
        repository: place.join("borg"),
        home: place.join("home"),
    };
    let restic = Peer {
        name: "restic (no compression)",
        bar: "≥ 3",
        program: "restic",
        init: &["init", "-q", "--repository-version", "1"],
        create: &["backup", "-q"],
        is_named: false,
        repository: place.join("restic"),
        home: place.join("home"),
    };
    let is_there = |peer: &Peer| {
        let version = if peer.is_named { "--version" } else { "version" };
        let tried = Command::new(peer.program).arg(version).stdout(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    [borg, restic].into_iter().filter(is_there).collect()
}

impl Peer {
    /// Keeps a directory in a new repository; tells how long that took, with a sync.
    pub fn ingest(&self, from: &Path) -> f64 {
        self.call(self.init, None, None);
        seconds(|| {
            self.create(from);
            rustix::fs::sync();
        })
    }

    /// Keeps another directory and tells by how much the repository grew.
    pub fn grow(&self, from: &Path) -> u64 {
        let before = length(&self.repository);
        self.create(from);
        length(&self.repository).saturating_sub(before)
    }

    /// Removes the repository and what it remembers elsewhere.
    pub fn clear(&self) {
        for path in [&self.repository, &self.home] {
            if path.exists() {
                fs::remove_dir_all(path).unwrap();
            }
        }
    }

    fn create(&self, from: &Path) {
        let name = from.file_name().unwrap().to_string_lossy();
        self.call(self.create, Some(&name), Some(from));
    }

    fn call(&self, verb: &[&str], name: Option<&str>, from: Option<&Path>) {
        let mut target = self.repository.clone().into_os_string();
        if let Some(name) = name.filter(|_| self.is_named) {
            target.push(format!("::{name}"));
        }
        let status = Command::new(self.program)
            .env("BORG_BASE_DIR", &self.home)
            .env("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes")
            .env("RESTIC_REPOSITORY", &self.repository)
            .env("RESTIC_PASSWORD", "bench")
            .env("RESTIC_CACHE_DIR", self.home.join("restic"))
            .args(verb)
            .args(Some(target).filter(|_| self.is_named))
            .args(from)
            .status()
            .unwrap();
        assert!(status.success());
    }
}
