//! A directory of derived files (a sled database, a search index): when it may be trusted.
//!
//! sled loses acknowledged keys at a power cut and passes its own check afterwards, so what it says
//! counts only after a clean stop, or after a kill on a machine that has run on since: the kernel
//! still has every page then. In every other case it is thrown away and rebuilt.
//!
//! Beside the directory `NAME` lie `NAME.boot` (which boot last opened it) and, between a clean
//! stop and the next start, `NAME.clean` (its marker). The marker is durably gone before anything
//! in the directory can change.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What the last user of the directory left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// It stopped cleanly and left this marker.
    Clean {
        /// What was handed to [`Derived::close`].
        marker: String,
    },
    /// It was killed, and the machine has not restarted since.
    SameBoot,
    /// It cannot be trusted.
    Rebuild {
        /// Why, for the log.
        why: &'static str,
    },
}

/// Told while derived files are made again: what is being read, how much of it was, of how much.
pub type Tell<'a> = &'a dyn Fn(&'static str, u64, u64);

/// A directory of derived files that is in use.
#[derive(Debug)]
pub struct Derived {
    path: PathBuf,
}

impl Derived {
    /// Claims the directory `name` below `above` and tells what its content is worth.
    ///
    /// `boot` is [`crate::boot_id`]; without one only a clean stop is trusted. On return the marker
    /// is durably gone.
    pub fn open(above: &Path, name: &str, boot: Option<&str>) -> io::Result<(Self, Trust)> {
        fs::create_dir_all(above)?;
        let derived = Self { path: above.join(name) };
        let trust = derived.judge(boot)?;
        remove_if_there(&derived.beside("clean"))?;
        match boot {
            Some(boot) => write_durably(&derived.beside("boot"), boot)?,
            None => remove_if_there(&derived.beside("boot"))?,
        }
        sync_dir(above)?;
        Ok((derived, trust))
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Throws the content away.
    pub fn clear(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                fs::remove_file(&self.path)
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Ends a clean use: everything below is made durable, then the marker. Whoever wrote there has
    /// closed its files before.
    pub fn close(self, marker: &str) -> io::Result<()> {
        sync_tree(&self.path)?;
        write_durably(&self.beside("clean"), marker)
    }

    fn judge(&self, boot: Option<&str>) -> io::Result<Trust> {
        if !self.path.is_dir() {
            return Ok(Trust::Rebuild { why: "there is none" });
        }
        if let Some(marker) = read_if_there(&self.beside("clean"))? {
            return Ok(Trust::Clean { marker });
        }
        Ok(match (boot, read_if_there(&self.beside("boot"))?) {
            (Some(now), Some(then)) if now == then => Trust::SameBoot,
            (Some(_), Some(_)) => Trust::Rebuild { why: "the machine went down while it was open" },
            _ => Trust::Rebuild { why: "nobody knows how it was left" },
        })
    }

    fn beside(&self, extension: &str) -> PathBuf {
        self.path.with_extension(extension)
    }
}

fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write_durably(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = File::create(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn sync_tree(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync_dir(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(above: &Path, boot: Option<&str>) -> (Derived, Trust) {
        Derived::open(above, "tables", boot).unwrap()
    }

    fn used(above: &Path, boot: Option<&str>) -> Derived {
        let (derived, _) = open(above, boot);
        fs::create_dir_all(derived.path()).unwrap();
        fs::write(derived.path().join("db"), "x").unwrap();
        derived
    }

    #[test]
    fn a_clean_stop_is_trusted_once_whatever_happened_to_the_machine() {
        let above = tempfile::tempdir().unwrap();
        used(above.path(), Some("a")).close("head 7").unwrap();
        let (derived, trust) = open(above.path(), Some("b"));
        assert_eq!(trust, Trust::Clean { marker: "head 7".to_owned() });
        drop(derived); // killed right after
        assert_eq!(open(above.path(), Some("b")).1, Trust::SameBoot);
    }

    #[test]
    fn a_kill_is_trusted_within_one_boot_only() {
        let above = tempfile::tempdir().unwrap();
        used(above.path(), Some("a"));
        assert_eq!(open(above.path(), Some("a")).1, Trust::SameBoot);
        assert!(matches!(open(above.path(), Some("b")).1, Trust::Rebuild { .. }));
        used(above.path(), None);
        assert!(matches!(open(above.path(), None).1, Trust::Rebuild { .. }));
    }

    #[test]
    fn a_directory_that_is_gone_is_rebuilt_even_with_a_marker() {
        let above = tempfile::tempdir().unwrap();
        used(above.path(), Some("a")).close("head 7").unwrap();
        fs::remove_dir_all(above.path().join("tables")).unwrap();
        assert!(matches!(open(above.path(), Some("a")).1, Trust::Rebuild { .. }));
    }
}
