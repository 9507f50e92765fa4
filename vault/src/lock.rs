//! One daemon at a time: the lock on a data directory, and who holds it.
//!
//! The lock is the kernel's (flock(2)), so it goes with the process however that ends. It is taken
//! on the directory itself, which cannot be swapped for another as a file in it can, and on the
//! file `LOCK`, which tells the command line whether anybody is there. What stands in the file is
//! for people, and may be stale.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

/// Name of the lock file in the data directory.
pub const LOCK_FILE: &str = "LOCK";
/// Longest holder's note that is read, in bytes.
const NOTE_BYTES_MAX: u64 = 4096;

/// Why the lock cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another daemon has it.
    #[error(
        "{path} is in use by another rushesd{holder}: stop that one first, or use another --data"
    )]
    Held {
        /// The data directory.
        path: PathBuf,
        /// Its process id and address, as far as it has said them.
        holder: String,
    },
    /// The file cannot be made, locked or written.
    #[error("cannot lock {path}: {source}")]
    Failed {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<SocketAddr>,
}

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: Mutex<File>,
    path: PathBuf,
    /// Held, not used.
    _directory: File,
}

impl Lock {
    /// Takes the lock of a data directory without waiting.
    pub fn take(root: &Path) -> Result<Self, LockError> {
        let path = root.join(LOCK_FILE);
        let failed = |source| LockError::Failed { path: path.clone(), source };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        let directory = File::open(root).map_err(failed)?;
        let lock = FlockOperation::NonBlockingLockExclusive;
        match flock(&directory, lock).and_then(|()| patiently(&file, lock)) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let holder = who(&mut file).unwrap_or_default();
                return Err(LockError::Held { path: root.to_owned(), holder });
            }
            Err(errno) => return Err(failed(errno.into())),
        }
        let lock = Self { file: Mutex::new(file), path: path.clone(), _directory: directory };
        lock.note(&Holder { pid: std::process::id(), address: None })?;
        Ok(lock)
    }

    /// Says where this daemon answers.
    pub fn set_address(&self, address: SocketAddr) -> Result<(), LockError> {
        self.note(&Holder { pid: std::process::id(), address: Some(address) })
    }

    fn note(&self, holder: &Holder) -> Result<(), LockError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let write = |file: &mut File| {
            let text = serde_json::to_string(holder)?;
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")
        };
        write(&mut file).map_err(|source| LockError::Failed { path: self.path.clone(), source })
    }
}

/// Locks the file, which the command line holds for a moment when it asks whether anybody is there.
fn patiently(file: &File, lock: FlockOperation) -> rustix::io::Result<()> {
    const TRIES: u32 = 20;
    const PAUSE: Duration = Duration::from_millis(5);
    for _ in 1..TRIES {
        match flock(file, lock) {
            Err(rustix::io::Errno::WOULDBLOCK) => std::thread::sleep(PAUSE),
            taken => return taken,
        }
    }
    flock(file, lock)
}

fn who(file: &mut File) -> Option<String> {
    let mut text = String::new();
    file.take(NOTE_BYTES_MAX).read_to_string(&mut text).ok()?;
    let holder: Holder = serde_json::from_str(&text).ok()?;
    let address = holder.address.map(|address| format!(" at {address}")).unwrap_or_default();
    Some(format!(" (pid {}{address})", holder.pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_daemon_is_told_who_the_first_one_is() {
        let root = tempfile::tempdir().unwrap();
        let first = Lock::take(root.path()).unwrap();
        first.set_address("127.0.0.1:7878".parse().unwrap()).unwrap();
        let refused = Lock::take(root.path()).unwrap_err().to_string();
        let expected = format!("(pid {} at 127.0.0.1:7878)", std::process::id());
        assert!(refused.contains(&expected), "{refused}");
        std::fs::remove_file(root.path().join(LOCK_FILE)).unwrap();
        assert!(Lock::take(root.path()).is_err(), "without the file the directory is free");
        drop(first);
        Lock::take(root.path()).unwrap();
    }
}
