//! Signed URLs: links to bytes that work without a token, for a time.
//!
//! Knows no route. Invariant: a signature is for one method, path, query, end and user; every byte
//! of the target is under it, so that none can be changed, added or repeated. Keys are random, in a
//! private file, and never leave it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use axum::http::Method;
use jiff::Timestamp;
use rushes_api::SIGNED_S_MAX;
use rushes_vault::Digest;
use rushes_vault::ids::UserId;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::secrets::{Secret, SecretError, private_dir, random, read_json, write_json};

/// What is signed begins with this, so that a signature of another kind or form never fits.
const FORM: &str = "rushes signed url 1";
/// Bytes of a key's name: enough to tell two apart.
const KEY_ID_BYTES: usize = 4;
/// A record's own links end with the day after next (UTC): for a whole day they stay the same
/// text, so that caches and `ETag`s hold, and a page that is left open goes on working.
const DAY_S: i64 = 24 * 60 * 60;
/// How far behind ours the clock may run of a daemon that signed with the same key.
const CLOCK_SKEW_S: u64 = 60;

/// Why a signed URL is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Nobody ever signs such an end.
    #[error("exp must be seconds since 1970, at most {SIGNED_S_MAX} ahead")]
    Absurd,
    /// The signature does not fit, or is over.
    #[error("the signature of this URL is not valid, or it has expired: ask for a new one")]
    Refused,
}

/// A valid signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// In whose name it was signed.
    pub user: UserId,
    /// When it ends.
    pub ends: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    id: String,
    secret: Secret,
    created_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    current: Key,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Key>,
}

/// The keys.
#[derive(Debug)]
pub struct Signer {
    path: PathBuf,
    keys: RwLock<Keys>,
    /// Held while the file changes.
    changing: Mutex<()>,
}

impl Signer {
    /// Reads the keys of a data directory, or makes one.
    pub fn open(data: &Path, now: Timestamp) -> Result<Self, SecretError> {
        let secrets = data.join("secrets");
        let path = secrets.join("signing.json");
        let keys = if let Some(keys) = read_json(&path)? {
            keys
        } else {
            private_dir(&secrets)?;
            let keys = Keys { current: new_key(now)?, previous: None };
            write_json(&path, &keys)?;
            keys
        };
        Ok(Self { path, keys: RwLock::new(keys), changing: Mutex::default() })
    }

    /// Makes a new key, which signs from now on; what the last one signed stays valid until it
    /// ends, and what the one before that signed is refused. Answers the names of both.
    pub fn rotate(&self, now: Timestamp) -> Result<(String, Option<String>), SecretError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let current = new_key(now)?;
        let previous = self.keys().current.clone();
        let names = (current.id.clone(), Some(previous.id.clone()));
        let keys = Keys { current, previous: Some(previous) };
        write_json(&self.path, &keys)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(names)
    }

    /// The path with a query that lets anybody `GET` it until `ends`, in a user's name.
    pub fn sign(&self, path: &str, user: UserId, ends: Timestamp) -> String {
        let keys = self.keys();
        let query = format!("exp={}&u={user}&k={}", ends.as_second(), keys.current.id);
        let signature = keys.current.sign(path, &query);
        format!("{path}?{query}&sig={signature}")
    }

    /// The same, for the links that records carry.
    pub fn public(&self, path: &str, user: UserId, now: Timestamp) -> String {
        let day = now.as_second().div_euclid(DAY_S);
        let ends = Timestamp::from_second((day + 2) * DAY_S).unwrap_or(now);
        self.sign(path, user, ends)
    }

    /// Checks a request's target.
    pub fn check(
        &self,
        method: &Method,
        (path, query): (&str, &str),
        now: Timestamp,
    ) -> Result<Signature, SignatureError> {
        let refused = SignatureError::Refused;
        // Reading the head alone is less than reading everything.
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Err(refused);
        }
        let (signed, signature) = query.rsplit_once("&sig=").ok_or(refused)?;
        let ends = end(one(signed, "exp=").ok_or(refused)?, now)?;
        let id = one(signed, "k=").ok_or(refused)?;
        let user = one(signed, "u=").and_then(|user| user.parse().ok()).ok_or(refused)?;
        let signature: Digest = signature.parse().map_err(|_| refused)?;
        let keys = self.keys();
        let mut known = std::iter::once(&keys.current).chain(&keys.previous);
        let key = known.find(|key| key.id == id).ok_or(refused)?;
        let expected = key.sign(path, signed);
        let is_same = bool::from(expected.as_bytes().ct_eq(signature.as_bytes()));
        if is_same && now < ends { Ok(Signature { user, ends }) } else { Err(refused) }
    }

    fn keys(&self) -> RwLockReadGuard<'_, Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    /// Signs everything that a URL says. A path holds no line feed, so no two targets give the same
    /// text.
    fn sign(&self, path: &str, query: &str) -> Digest {
        self.secret.sign(format!("{FORM}\nGET\n{path}\n{query}").as_bytes())
    }
}

/// Whether a query asks to be taken for a signed one.
pub fn is_signed(query: &str) -> bool {
    query.split('&').any(|pair| pair.starts_with("sig="))
}

/// The value of a parameter that is there exactly once.
fn one<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut values = query.split('&').filter_map(|pair| pair.strip_prefix(name));
    values.next().filter(|_| values.next().is_none())
}

fn end(text: &str, now: Timestamp) -> Result<Timestamp, SignatureError> {
    let seconds: u64 = text.parse().map_err(|_| SignatureError::Absurd)?;
    let now = u64::try_from(now.as_second()).unwrap_or(0);
    if seconds > now.saturating_add(SIGNED_S_MAX + CLOCK_SKEW_S) {
        return Err(SignatureError::Absurd);
    }
    let seconds = i64::try_from(seconds).map_err(|_| SignatureError::Absurd)?;
    Timestamp::from_second(seconds).map_err(|_| SignatureError::Absurd)
}

fn new_key(now: Timestamp) -> Result<Key, SecretError> {
    let mut id = String::new();
    for byte in random::<KEY_ID_BYTES>()? {
        let _ = write!(id, "{byte:02x}"); // writing into a String cannot fail
    }
    Ok(Key { id, secret: Secret::generate()?, created_at: now })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_795_228_331, 0);
    const PATH: &str = "/api/assets/0193a5b0-7c3e-7000-8000-000000000001/data";

    fn later(seconds: i64) -> Timestamp {
        Timestamp::from_second(NOW.as_second() + seconds).unwrap()
    }

    fn check(signer: &Signer, target: &str, now: Timestamp) -> Result<Signature, SignatureError> {
        let (path, query) = target.split_once('?').unwrap();
        signer.check(&Method::GET, (path, query), now)
    }

    #[test]
    fn a_signature_is_valid_until_its_end() {
        let data = tempfile::tempdir().unwrap();
        let (signer, user) = (Signer::open(data.path(), NOW).unwrap(), UserId::generate());
        let url = signer.sign(PATH, user, later(10));
        let valid = Ok(Signature { user, ends: later(10) });
        assert_eq!(check(&signer, &url, later(9)), valid);
        assert_eq!(check(&signer, &url, later(10)), Err(SignatureError::Refused));
        let (path, query) = url.split_once('?').unwrap();
        assert_eq!(signer.check(&Method::HEAD, (path, query), NOW), valid);
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            assert!(signer.check(&method, (path, query), NOW).is_err(), "{method}");
        }
        let again = Signer::open(data.path(), NOW).unwrap();
        assert_eq!(check(&again, &url, NOW), valid);
    }

    #[test]
    fn no_bit_of_a_signature_can_be_another_one() {
        let data = tempfile::tempdir().unwrap();
        let signer = Signer::open(data.path(), NOW).unwrap();
        let url = signer.sign(PATH, UserId::generate(), later(10));
        let (rest, signature) = url.rsplit_once('=').unwrap();
        let signature: Digest = signature.parse().unwrap();
        for bit in 0..256 {
            let mut bytes = *signature.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let forged = format!("{rest}={}", Digest::from_bytes(bytes));
            assert_eq!(check(&signer, &forged, NOW), Err(SignatureError::Refused), "{bit}");
        }
        // Nor can any character of the rest.
        for place in 0..rest.len() {
            let mut text = url.clone().into_bytes();
            text[place] ^= 1;
            let forged = String::from_utf8(text).unwrap();
            let Some((path, query)) = forged.split_once('?') else { continue };
            assert!(signer.check(&Method::GET, (path, query), NOW).is_err(), "{forged}");
        }
    }

    #[test]
    fn nothing_can_be_added_to_a_signed_url() {
        let data = tempfile::tempdir().unwrap();
        let signer = Signer::open(data.path(), NOW).unwrap();
        let url = signer.sign(PATH, UserId::generate(), later(10));
        let (path, query) = url.split_once('?').unwrap();
        let refused = SignatureError::Refused;
        for (target, error) in [
            (format!("{path}?w=1&{query}"), refused),
            (format!("{url}&w=1"), refused),
            (format!("{path}?exp=1&{query}"), refused),
            (format!("{url}&exp={}", later(99).as_second()), refused),
            (format!("{path}/?{query}"), refused),
            (format!("/api/v2{}?{query}", &path[4..]), refused),
            (format!("{path}?exp={}&u=x&k=y&sig=", u64::MAX), SignatureError::Absurd),
            (format!("{path}?exp=-1&u=x&k=y&sig="), SignatureError::Absurd),
            (format!("{path}?exp=&u=x&k=y&sig="), SignatureError::Absurd),
            (format!("{path}?sig="), refused),
        ] {
            assert_eq!(check(&signer, &target, NOW), Err(error), "{target}");
        }
    }

    #[test]
    fn the_last_key_but_one_signs_nothing_any_more() {
        let data = tempfile::tempdir().unwrap();
        let signer = Signer::open(data.path(), NOW).unwrap();
        let url = signer.sign(PATH, UserId::generate(), later(10));
        let (current, previous) = signer.rotate(NOW).unwrap();
        assert!(url.contains(previous.as_deref().unwrap()) && !url.contains(&current));
        assert!(check(&signer, &url, NOW).is_ok());
        let again = Signer::open(data.path(), NOW).unwrap();
        assert!(check(&again, &url, NOW).is_ok());
        signer.rotate(NOW).unwrap();
        assert_eq!(check(&signer, &url, NOW), Err(SignatureError::Refused));
    }

    #[test]
    fn a_records_own_link_stays_the_same_for_a_day() {
        let data = tempfile::tempdir().unwrap();
        let (signer, user) = (Signer::open(data.path(), NOW).unwrap(), UserId::generate());
        let midnight = Timestamp::from_second(NOW.as_second() / DAY_S * DAY_S).unwrap();
        let at = |seconds| midnight.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        let link = signer.public(PATH, user, at(0));
        assert_eq!(signer.public(PATH, user, at(DAY_S - 1)), link);
        assert_ne!(signer.public(PATH, user, at(DAY_S)), link);
        assert_eq!(check(&signer, &link, at(0)).unwrap().ends, at(2 * DAY_S));
    }
}
