//! How file contents reach programs: by kernel passthrough, or read by the daemon.
//!
//! Knows neither the view nor the session. Invariant: once passthrough has failed for a reason that
//! does not go away, it is not tried again, and the reason can be shown.

use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;

/// How whole contents are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// The kernel reads the file of the content itself.
    Passthrough,
    /// The daemon reads.
    Ranges {
        /// Why, and what would change it.
        why: String,
    },
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passthrough => f.write_str("passthrough"),
            Self::Ranges { why } => write!(f, "ranges: {why}"),
        }
    }
}

/// The mode of a session, as far as it is known.
#[derive(Debug)]
pub struct ModeState(Mutex<Mode>);

impl ModeState {
    /// Starts with what the probe found.
    pub fn new(mode: Mode) -> Self {
        Self(Mutex::new(mode))
    }

    /// The mode now.
    pub fn get(&self) -> Mode {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the mode.
    pub fn set(&self, mode: Mode) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// Whether passthrough is worth trying.
    pub fn may_pass(&self) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) == Mode::Passthrough
    }

    /// Takes note that a file could not be registered. A shortage may pass; anything else stays.
    pub fn failed(&self, error: &io::Error) {
        let shortage = [Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::NOSPC]
            .iter()
            .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()));
        tracing::warn!(%error, shortage, "a content could not be opened by passthrough");
        if !shortage {
            self.set(Mode::Ranges { why: why(error) });
        }
    }
}

/// What a failed registration means, and the remedy.
pub fn why(error: &io::Error) -> String {
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::PERM) => {
            "passthrough needs CAP_SYS_ADMIN: start the daemon with that capability".to_owned()
        }
        Some(Errno::LOOP) => "the data directory lies on a stacked file system (overlayfs): put \
                              it on ext4, XFS, btrfs or tmpfs"
            .to_owned(),
        _ => format!("the kernel refused passthrough: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_passes_and_a_refusal_stays() {
        let mode = ModeState::new(Mode::Passthrough);
        mode.failed(&io::Error::from(Errno::MFILE));
        assert!(mode.may_pass());
        mode.failed(&io::Error::from(Errno::LOOP));
        assert_eq!(
            mode.get().to_string(),
            "ranges: the data directory lies on a stacked file system (overlayfs): put it on \
             ext4, XFS, btrfs or tmpfs"
        );
    }
}
