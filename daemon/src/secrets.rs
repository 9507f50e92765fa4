//! Files that hold secrets: read only when they are private, written whole or not at all.
//!
//! Knows nothing of what the secrets are for. Invariant: nobody but the owner can read them, and
//! what was written is durable.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rushes_vault::Digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Random bytes of a secret: 256 bits.
pub const SECRET_BYTES: usize = 32;
/// Longest file that is read: as many tokens as there may be, with room.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Why a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Somebody else can read a secret.
    #[error("{path} can be read by others: run chmod 600 {path}")]
    Exposed {
        /// Which file.
        path: PathBuf,
    },
    /// A file does not hold what it should.
    #[error("{path} is damaged ({reason}): restore it, or move it away and new secrets are made")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system has no random numbers to give.
    #[error("no random numbers for a secret: {0}")]
    Random(getrandom::Error),
    /// A file could not be used.
    #[error("cannot {verb} {path}: {source}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

/// 256 random bits that sign. It is never shown, not even when what holds it is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Digest", into = "Digest")]
pub struct Secret([u8; SECRET_BYTES]);

impl Secret {
    /// Makes one that no other is.
    pub fn generate() -> Result<Self, SecretError> {
        random().map(Self)
    }

    /// Signs a text.
    pub fn sign(&self, text: &[u8]) -> Digest {
        Digest::keyed(&self.0, text)
    }
}

/// In files a secret is written as a digest is.
impl From<Digest> for Secret {
    fn from(bytes: Digest) -> Self {
        Self(*bytes.as_bytes())
    }
}

impl From<Secret> for Digest {
    fn from(secret: Secret) -> Self {
        Self::from_bytes(secret.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// New random bytes.
pub fn random<const BYTES: usize>() -> Result<[u8; BYTES], SecretError> {
    let mut random = [0; BYTES];
    getrandom::fill(&mut random).map_err(SecretError::Random)?;
    Ok(random)
}

/// Reads a private JSON file; `None` when it is not there.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, SecretError> {
    let malformed = |error: serde_json::Error| {
        let reason = error.to_string();
        SecretError::Malformed { path: path.to_owned(), reason }
    };
    let text = read_private(path)?;
    text.map(|text| serde_json::from_str(&text).map_err(malformed)).transpose()
}

/// Writes a private JSON file, durable on return.
pub fn write_json<T: Serialize>(path: &Path, content: &T) -> Result<(), SecretError> {
    let text = serde_json::to_vec_pretty(content).map_err(|error| SecretError::Malformed {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    write_private(path, &text)
}

/// Reads a file that nobody else may read; `None` when it is not there.
pub fn read_private(path: &Path) -> Result<Option<String>, SecretError> {
    let io = |verb, source| SecretError::Io { verb, path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io("open", error)),
    };
    let metadata = file.metadata().map_err(|error| io("read", error))?;
    if metadata.mode() & 0o077 != 0 {
        return Err(SecretError::Exposed { path: path.to_owned() });
    }
    let mut text = String::new();
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(|error| io("read", error))?;
    Ok(Some(text))
}

/// Makes a directory that nobody else may enter, if it is not there.
pub fn private_dir(path: &Path) -> Result<(), SecretError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| SecretError::Io {
        verb: "create",
        path: path.to_owned(),
        source,
    })
}

/// Writes a file that only its owner reads, whole or not at all, durable on return.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), SecretError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let new = path.with_added_extension("new");
    let io = |verb, path: &Path| {
        let path = path.to_owned();
        move |source| SecretError::Io { verb, path, source }
    };
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(io("remove", &new)(error));
        }
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .map_err(io("create", &new))?;
    file.write_all(content).map_err(io("write", &new))?;
    file.sync_all().map_err(io("sync", &new))?;
    fs::rename(&new, path).map_err(io("rename", path))?;
    let folder_file = File::open(folder).map_err(io("open", folder))?;
    folder_file.sync_all().map_err(io("sync", folder))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_others_can_read_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write_private(&path, b"x").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(read_private(&path).unwrap().as_deref(), Some("x"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let message = read_private(&path).unwrap_err().to_string();
        assert!(message.contains("chmod 600"), "{message}");
        assert_eq!(read_private(&folder.path().join("none")).unwrap(), None);
    }

    #[test]
    fn a_secret_is_written_and_never_shown() {
        let secret = Secret::generate().unwrap();
        let text = serde_json::to_string(&secret).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret");
        let again: Secret = serde_json::from_str(&text).unwrap();
        assert_eq!(again.sign(b"x"), secret.sign(b"x"));
        assert_ne!(Secret::generate().unwrap().sign(b"x"), secret.sign(b"x"));
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        write_private(&path, b"{").unwrap();
        let message = read_json::<u8>(&path).unwrap_err().to_string();
        assert!(message.contains("tokens.json"), "{message}");
    }
}
