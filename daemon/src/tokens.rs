//! The daemon's own tokens: made, found, revoked.
//!
//! Knows files and hashes, nothing of HTTP. Invariant: a token is stored as its hash only, except
//! the first one, which lies in `admin.token` for whoever may read the data directory. What was
//! made or revoked is durable before anybody hears of it, and holds at once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use jiff::Timestamp;
use rushes_api::Access;
use rushes_vault::ids::{ProjectId, UserId};
use rushes_vault::{Digest, admin_token_path};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::secrets::{
    SECRET_BYTES, SecretError, private_dir, random, read_json, read_private, write_json,
    write_private,
};

/// What every token begins with, so that scanners for leaked secrets know one when they see it.
pub const PREFIX: &str = "rushes_";
/// Most tokens of one user: one for each program and machine, with room.
pub const TOKENS_OF_USER_MAX: usize = 100;
/// Most tokens in all: the file is written anew with each change.
const TOKENS_MAX: usize = 10_000;
/// Bytes of a hash by which a token is looked up; all of it is then compared in constant time.
const PREFIX_BYTES: usize = 16;

/// Why no token was made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The user has as many as it may.
    #[error("there are {max} tokens already: revoke one that is not needed")]
    TooMany {
        /// How many that is.
        max: usize,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// What there is to say of a token, all but its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its id.
    pub id: Uuid,
    /// BLAKE3 of the token.
    hash: Digest,
    /// What people call it.
    pub name: String,
    /// Whom it speaks for.
    pub user_id: UserId,
    /// What it may do.
    pub access: Access,
    /// The one project that it sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A token to be made.
#[derive(Debug)]
pub struct NewToken {
    /// What people call it.
    pub name: String,
    /// Whom it speaks for.
    pub user_id: UserId,
    /// What it may do.
    pub access: Access,
    /// The one project that it sees.
    pub project_id: Option<ProjectId>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A valid token.
#[derive(Debug)]
pub struct Token {
    /// What there is to say of it.
    pub record: Record,
    used_ms: AtomicI64,
}

impl Token {
    fn of(record: Record) -> Arc<Self> {
        Arc::new(Self { record, used_ms: AtomicI64::new(0) })
    }

    /// When it was last used, since the daemon started.
    pub fn last_used(&self) -> Option<Timestamp> {
        let used = self.used_ms.load(Ordering::Relaxed);
        (used > 0).then(|| Timestamp::from_millisecond(used).ok()).flatten()
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.record.expires_at.is_some_and(|end| end <= now)
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFile {
    tokens: Vec<Record>,
}

type Table = HashMap<[u8; PREFIX_BYTES], Arc<Token>>;

/// The tokens.
#[derive(Debug)]
pub struct Tokens {
    path: PathBuf,
    valid: RwLock<Table>,
    /// Held while the file changes.
    changing: Mutex<()>,
}

impl Tokens {
    /// Reads the tokens of a data directory; where there are none, makes one for an admin.
    ///
    /// A start that stopped between the two files is carried on: the token that was already shown
    /// in `admin.token` stays valid.
    pub fn open(data: &Path, admin: UserId, now: Timestamp) -> Result<Self, SecretError> {
        let secrets = data.join("secrets");
        let path = secrets.join("tokens.json");
        let shown = admin_token_path(data);
        let first = read_private(&shown)?;
        let file = if let Some(file) = read_json::<TokenFile>(&path)? {
            file
        } else {
            private_dir(&secrets)?;
            let token = if let Some(text) = first {
                adopted(&text, shown)?
            } else {
                let token = secret()?;
                write_private(&shown, format!("{token}\n").as_bytes())?;
                token
            };
            let new = NewToken {
                name: "the first token".to_owned(),
                user_id: admin,
                access: Access::Admin,
                project_id: None,
                expires_at: None,
            };
            let file = TokenFile { tokens: vec![record(&token, new, now)] };
            write_json(&path, &file)?;
            file
        };
        let table = file.tokens.into_iter().map(|record| (prefix(&record.hash), Token::of(record)));
        Ok(Self { path, valid: RwLock::new(table.collect()), changing: Mutex::default() })
    }

    /// The token that a secret is. Takes the same time whatever part of a wrong one is right.
    pub fn find(&self, secret: &str, now: Timestamp) -> Option<Arc<Token>> {
        let hash = Digest::of(secret.as_bytes());
        let token = self.valid().get(&prefix(&hash)).cloned()?;
        let is_same = bool::from(token.record.hash.as_bytes().ct_eq(hash.as_bytes()));
        let is_valid = is_same && !token.is_over(now);
        is_valid.then(|| {
            token.used_ms.store(now.as_millisecond(), Ordering::Relaxed);
            token
        })
    }

    /// A user's tokens, oldest first.
    pub fn of_user(&self, user: UserId, now: Timestamp) -> Vec<Arc<Token>> {
        let valid = self.valid();
        let theirs = valid.values().filter(|token| token.record.user_id == user);
        let mut tokens: Vec<_> = theirs.filter(|token| !token.is_over(now)).cloned().collect();
        tokens.sort_by_key(|token| (token.record.created_at, token.record.id));
        tokens
    }

    /// Makes a token; gives its secret, which is kept nowhere.
    pub fn create(
        &self,
        new: NewToken,
        now: Timestamp,
    ) -> Result<(String, Arc<Token>), TokenError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut table = self.kept(now);
        let of_user = table.values().filter(|token| token.record.user_id == new.user_id).count();
        if of_user >= TOKENS_OF_USER_MAX {
            return Err(TokenError::TooMany { max: TOKENS_OF_USER_MAX });
        }
        if table.len() >= TOKENS_MAX {
            return Err(TokenError::TooMany { max: TOKENS_MAX });
        }
        let secret = secret()?;
        let token = Token::of(record(&secret, new, now));
        table.insert(prefix(&token.record.hash), Arc::clone(&token));
        self.replace(table)?;
        Ok((secret, token))
    }

    /// Revokes a token; `false` when there is none of this id, or it is another user's than the
    /// one that is named.
    pub fn revoke(&self, id: Uuid, of: Option<UserId>, now: Timestamp) -> Result<bool, TokenError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut table = self.kept(now);
        let before = table.len();
        table.retain(|_, token| {
            let record = &token.record;
            record.id != id || of.is_some_and(|user| user != record.user_id)
        });
        let is_revoked = table.len() < before;
        if is_revoked {
            self.replace(table)?;
        }
        Ok(is_revoked)
    }

    /// The tokens that are not over: the others go with the next change.
    fn kept(&self, now: Timestamp) -> Table {
        let valid = self.valid();
        let kept = valid.iter().filter(|(_, token)| !token.is_over(now));
        kept.map(|(prefix, token)| (*prefix, Arc::clone(token))).collect()
    }

    fn replace(&self, table: Table) -> Result<(), SecretError> {
        let mut tokens: Vec<_> = table.values().map(|token| token.record.clone()).collect();
        tokens.sort_by_key(|record| (record.created_at, record.id));
        write_json(&self.path, &TokenFile { tokens })?;
        *self.valid.write().unwrap_or_else(PoisonError::into_inner) = table;
        Ok(())
    }

    fn valid(&self) -> RwLockReadGuard<'_, Table> {
        self.valid.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn record(secret: &str, new: NewToken, now: Timestamp) -> Record {
    let NewToken { name, user_id, access, project_id, expires_at } = new;
    let (id, hash) = (Uuid::now_v7(), Digest::of(secret.as_bytes()));
    Record { id, hash, name, user_id, access, project_id, created_at: now, expires_at }
}

fn prefix(hash: &Digest) -> [u8; PREFIX_BYTES] {
    hash.as_bytes().first_chunk().copied().unwrap_or_default()
}

fn secret() -> Result<String, SecretError> {
    Ok(format!("{PREFIX}{}", Digest::from_bytes(random()?)))
}

fn adopted(text: &str, path: PathBuf) -> Result<String, SecretError> {
    let token = text.trim();
    let digits = token.strip_prefix(PREFIX).unwrap_or_default();
    if digits.len() == 2 * SECRET_BYTES && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(token.to_owned());
    }
    Err(SecretError::Malformed { path, reason: "no token in it".to_owned() })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_795_228_331, 0);

    fn later(seconds: i64) -> Timestamp {
        Timestamp::from_second(NOW.as_second() + seconds).unwrap()
    }

    fn new(user_id: UserId, expires_at: Option<Timestamp>) -> NewToken {
        NewToken {
            name: "ci".to_owned(),
            user_id,
            access: Access::Read,
            project_id: None,
            expires_at,
        }
    }

    fn first_in(data: &Path) -> String {
        fs::read_to_string(admin_token_path(data)).unwrap().trim().to_owned()
    }

    #[test]
    fn the_first_start_makes_one_token_and_keeps_it() {
        let (data, admin) = (tempfile::tempdir().unwrap(), UserId::generate());
        for _ in 0..2 {
            let tokens = Tokens::open(data.path(), admin, NOW).unwrap();
            let token = tokens.find(&first_in(data.path()), NOW).unwrap();
            assert_eq!((token.record.user_id, token.record.access), (admin, Access::Admin));
            assert_eq!(tokens.of_user(admin, NOW).len(), 1);
        }
    }

    #[test]
    fn secrets_are_private_and_tokens_are_stored_as_their_hash() {
        let (data, admin) = (tempfile::tempdir().unwrap(), UserId::generate());
        let tokens = Tokens::open(data.path(), admin, NOW).unwrap();
        let (secret, _) = tokens.create(new(admin, None), NOW).unwrap();
        let stored = fs::read_to_string(data.path().join("secrets/tokens.json")).unwrap();
        assert!(!stored.contains(&secret) && !stored.contains(&first_in(data.path())));
        for (path, mode) in
            [("secrets", 0o700), ("secrets/tokens.json", 0o600), ("admin.token", 0o600)]
        {
            let found = fs::metadata(data.path().join(path)).unwrap().mode() & 0o777;
            assert_eq!(found, mode, "{path}");
        }
    }

    #[test]
    fn a_start_that_stopped_halfway_is_carried_on() {
        let (data, admin) = (tempfile::tempdir().unwrap(), UserId::generate());
        Tokens::open(data.path(), admin, NOW).unwrap();
        fs::remove_file(data.path().join("secrets/tokens.json")).unwrap();
        let tokens = Tokens::open(data.path(), admin, NOW).unwrap();
        assert!(tokens.find(&first_in(data.path()), NOW).is_some());
    }

    #[test]
    fn only_the_exact_token_is_found_until_it_ends_or_is_revoked() {
        let (data, user) = (tempfile::tempdir().unwrap(), UserId::generate());
        let tokens = Tokens::open(data.path(), UserId::generate(), NOW).unwrap();
        let (secret, token) = tokens.create(new(user, Some(later(10))), NOW).unwrap();
        assert!(secret.starts_with(PREFIX) && secret.len() == PREFIX.len() + 2 * SECRET_BYTES);
        assert_eq!(token.last_used(), None);
        assert_eq!(tokens.find(&secret, later(9)).unwrap().record, token.record);
        assert_eq!(token.last_used(), Some(later(9)));
        assert!(tokens.find(&secret, later(10)).is_none());
        for wrong in ["", PREFIX, &secret[..secret.len() - 1], &format!("{secret}0")] {
            assert!(tokens.find(wrong, NOW).is_none(), "{wrong}");
        }
        assert!(!tokens.revoke(token.record.id, Some(UserId::generate()), NOW).unwrap());
        assert!(tokens.revoke(token.record.id, Some(user), NOW).unwrap());
        assert!(tokens.find(&secret, NOW).is_none());
        let again = Tokens::open(data.path(), user, NOW).unwrap();
        assert!(again.find(&secret, NOW).is_none() && again.of_user(user, NOW).is_empty());
    }

    #[test]
    fn a_token_that_only_shares_the_beginning_of_a_hash_is_none() {
        let data = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(data.path(), UserId::generate(), NOW).unwrap();
        let (secret, token) = tokens.create(new(UserId::generate(), None), NOW).unwrap();
        let mut hash = *token.record.hash.as_bytes();
        hash[SECRET_BYTES - 1] ^= 1;
        let other = Record { hash: Digest::from_bytes(hash), ..token.record.clone() };
        let table = Table::from([(prefix(&other.hash), Token::of(other))]);
        *tokens.valid.write().unwrap() = table;
        assert!(tokens.find(&secret, NOW).is_none());
    }

    #[test]
    fn a_user_has_so_many_tokens_and_no_more() {
        let (data, user) = (tempfile::tempdir().unwrap(), UserId::generate());
        let tokens = Tokens::open(data.path(), UserId::generate(), NOW).unwrap();
        let records = (0..TOKENS_OF_USER_MAX).map(|number| {
            let ends = Some(later(10)).filter(|_| number == 0);
            let record = record(&number.to_string(), new(user, ends), NOW);
            (prefix(&record.hash), Token::of(record))
        });
        tokens.valid.write().unwrap().extend(records);
        let refused = tokens.create(new(user, None), NOW).unwrap_err();
        assert!(matches!(refused, TokenError::TooMany { max: TOKENS_OF_USER_MAX }));
        // Room that a token leaves when it ends is free.
        tokens.create(new(user, None), later(10)).unwrap();
    }
}
