//! Where bytes lie in the data directory, and how they are named there.

use std::fmt;
use std::path::{Path, PathBuf};

use rushes_digest::Digest;
use uuid::Uuid;

/// Files that hold exactly one blob each.
pub const WHOLE_DIR: &str = "whole";
/// Append-only files of records.
pub const PACKS_DIR: &str = "packs";
/// Bytes that are still coming in.
pub const STAGING_DIR: &str = "staging";
/// Damaged bytes, with the reason.
pub const QUARANTINE_DIR: &str = "quarantine";
/// What keeps a file in staging over a restart.
pub const SIDECAR: &str = ".sidecar";

/// A blob of at most this many bytes goes into a pack: below it, a file of its own costs more than
/// passthrough brings.
pub const SMALL_BYTES_MAX: usize = 128 << 10;

/// Directory of the wholes whose digest starts alike.
pub fn whole_dir(digest: &Digest) -> PathBuf {
    Path::new(WHOLE_DIR).join(digest.to_hex().get(..2).unwrap_or_default())
}

/// Path of a whole.
pub fn whole_path(digest: &Digest) -> PathBuf {
    whole_dir(digest).join(digest.to_hex())
}

/// A pack's id: a UUID of version 7, so that later packs sort later.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackId(Uuid);

impl PackId {
    /// Length in bytes.
    pub const BYTES: usize = 16;

    /// Makes an id that no other pack has.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// Wraps 16 bytes of an index or a manifest.
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        self.0.as_bytes()
    }

    /// The id in a file's name; `None` for files that are not packs.
    pub fn of_file(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".pack").filter(|stem| stem.len() == 32)?;
        Uuid::try_parse(stem).ok().map(Self)
    }

    /// Path of the pack.
    pub fn path(self) -> PathBuf {
        Path::new(PACKS_DIR).join(format!("{self}.pack"))
    }
}

impl fmt::Display for PackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl fmt::Debug for PackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PackId({self})")
    }
}
