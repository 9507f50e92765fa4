//! Bearer tokens: who a request comes from.
//!
//! Knows files and hashes, nothing of HTTP. Invariant: a token is stored as its hash only, except
//! the first one, which lies in `admin.token` for whoever may read the data directory; no token is
//! ever logged or shown again.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rushes_vault::model::Viewer;
use rushes_vault::{Digest, admin_token_path};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// The user that the first start makes.
pub const ADMIN: &str = "admin";
/// What every token begins with, so that scanners for leaked secrets know one when they see it.
const PREFIX: &str = "rushes_";
/// Random bytes in a token: 256 bits.
const RANDOM_BYTES: usize = 32;
/// Longest token file that is read: thousands of tokens.
const TOKEN_FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Why the tokens could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Somebody else can read a secret.
    #[error("{path} can be read by others: run chmod 600 {path}")]
    Exposed {
        /// Which file.
        path: PathBuf,
    },
    /// A file does not hold what it should.
    #[error("{path} is not a token file ({reason}): restore it, or move it away for a new token")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system has no random numbers to give.
    #[error("no random numbers for a token: {0}")]
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

/// One token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// BLAKE3 of the token.
    pub hash: Digest,
    /// The name of the user whom it speaks for.
    pub user: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFile {
    tokens: Vec<Record>,
}

/// Reads the stored tokens of a data directory; the first time, makes the admin's.
///
/// A start that stopped between the two files is carried on: the token that was already shown in
/// `admin.token` stays valid.
pub fn open(data: &Path) -> Result<Vec<Record>, AuthError> {
    let secrets = data.join("secrets");
    let stored = secrets.join("tokens.json");
    let admin = admin_token_path(data);
    let shown = read_private(&admin)?;
    if let Some(text) = read_private(&stored)? {
        let file: TokenFile = serde_json::from_str(&text)
            .map_err(|error| AuthError::Malformed { path: stored, reason: error.to_string() })?;
        return Ok(file.tokens);
    }
    private_dir(&secrets)?;
    let token = if let Some(text) = shown {
        adopted(&text, admin)?
    } else {
        let token = new_token()?;
        write_private(&admin, format!("{token}\n").as_bytes())?;
        token
    };
    let record = Record { hash: Digest::of(token.as_bytes()), user: ADMIN.to_owned() };
    let file = TokenFile { tokens: vec![record] };
    let text = serde_json::to_vec_pretty(&file).map_err(|error| AuthError::Malformed {
        path: stored.clone(),
        reason: error.to_string(),
    })?;
    write_private(&stored, &text)?;
    Ok(file.tokens)
}

/// The tokens that are valid, each with the viewer it speaks for.
#[derive(Debug, Default)]
pub struct Tokens(Vec<(Digest, Viewer)>);

impl Tokens {
    /// Takes the valid tokens.
    pub fn new(tokens: Vec<(Digest, Viewer)>) -> Self {
        Self(tokens)
    }

    /// Who a token speaks for. Takes the same time whatever part of a wrong token is right.
    pub fn viewer(&self, token: &str) -> Option<Viewer> {
        let hash = Digest::of(token.as_bytes());
        let mut found = None;
        for (known, viewer) in &self.0 {
            if bool::from(known.as_bytes().ct_eq(hash.as_bytes())) {
                found = Some(*viewer);
            }
        }
        found
    }
}

fn adopted(text: &str, path: PathBuf) -> Result<String, AuthError> {
    let token = text.trim();
    let digits = token.strip_prefix(PREFIX).unwrap_or_default();
    if digits.len() == 2 * RANDOM_BYTES && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(token.to_owned());
    }
    Err(AuthError::Malformed { path, reason: "no token in it".to_owned() })
}

fn new_token() -> Result<String, AuthError> {
    let mut random = [0; RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(AuthError::Random)?;
    Ok(format!("{PREFIX}{}", Digest::from_bytes(random)))
}

fn read_private(path: &Path) -> Result<Option<String>, AuthError> {
    let io = |verb, source| AuthError::Io { verb, path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io("open", error)),
    };
    let metadata = file.metadata().map_err(|error| io("read", error))?;
    if metadata.mode() & 0o077 != 0 {
        return Err(AuthError::Exposed { path: path.to_owned() });
    }
    let mut text = String::new();
    file.take(TOKEN_FILE_BYTES_MAX).read_to_string(&mut text).map_err(|error| io("read", error))?;
    Ok(Some(text))
}

fn private_dir(path: &Path) -> Result<(), AuthError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| AuthError::Io {
        verb: "create",
        path: path.to_owned(),
        source,
    })
}

/// Writes a file that only its owner reads, whole or not at all, durable on return.
fn write_private(path: &Path, content: &[u8]) -> Result<(), AuthError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let new = path.with_added_extension("new");
    let io = |verb, path: &Path| {
        let path = path.to_owned();
        move |source| AuthError::Io { verb, path, source }
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

    use rushes_vault::ids::UserId;

    use super::*;

    fn token_in(data: &Path) -> String {
        fs::read_to_string(admin_token_path(data)).unwrap().trim().to_owned()
    }

    #[test]
    fn the_first_start_makes_one_token_and_keeps_it() {
        let data = tempfile::tempdir().unwrap();
        let first = open(data.path()).unwrap();
        let token = token_in(data.path());
        assert_eq!(first, [Record { hash: Digest::of(token.as_bytes()), user: ADMIN.to_owned() }]);
        assert_eq!(open(data.path()).unwrap(), first);
    }

    #[test]
    fn secrets_are_private_and_the_token_is_stored_as_its_hash() {
        let data = tempfile::tempdir().unwrap();
        open(data.path()).unwrap();
        let stored = data.path().join("secrets/tokens.json");
        assert!(!fs::read_to_string(&stored).unwrap().contains(&token_in(data.path())));
        for (path, mode) in
            [("secrets", 0o700), ("secrets/tokens.json", 0o600), ("admin.token", 0o600)]
        {
            let found = fs::metadata(data.path().join(path)).unwrap().mode() & 0o777;
            assert_eq!(found, mode, "{path}");
        }
    }

    #[test]
    fn a_token_that_others_can_read_is_refused_with_the_remedy() {
        let data = tempfile::tempdir().unwrap();
        open(data.path()).unwrap();
        let path = admin_token_path(data.path());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let message = open(data.path()).unwrap_err().to_string();
        assert!(message.contains("chmod 600"), "{message}");
    }

    #[test]
    fn a_start_that_stopped_halfway_is_carried_on() {
        let data = tempfile::tempdir().unwrap();
        open(data.path()).unwrap();
        let token = token_in(data.path());
        fs::remove_file(data.path().join("secrets/tokens.json")).unwrap();
        assert_eq!(open(data.path()).unwrap()[0].hash, Digest::of(token.as_bytes()));
    }

    #[test]
    fn a_damaged_token_file_is_named() {
        let data = tempfile::tempdir().unwrap();
        open(data.path()).unwrap();
        let path = data.path().join("secrets/tokens.json");
        fs::write(&path, "{").unwrap();
        assert!(open(data.path()).unwrap_err().to_string().contains("tokens.json"));
    }

    #[test]
    fn only_the_exact_token_has_a_viewer() {
        let viewer = Viewer { user: UserId::generate() };
        let tokens = Tokens::new(vec![(Digest::of(b"rushes_1"), viewer)]);
        assert_eq!(tokens.viewer("rushes_1"), Some(viewer));
        for wrong in ["", "rushes_", "rushes_2", "rushes_11"] {
            assert_eq!(tokens.viewer(wrong), None, "{wrong}");
        }
    }
}
