//! The keys with which an issuer signs its tokens (JWKS, RFC 7517), out of a file or from a URL.
//!
//! Knows nothing of what is in a token. Invariant: a set is fetched at most once in
//! [`FETCH_PAUSE`], however many tokens name keys that are not known, and never without end; when
//! it cannot be had, the last one stays.

use std::collections::HashMap;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::StreamExt;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::{Client, Url, redirect};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// Between two fetches: an unknown key in a token costs its sender nothing.
const FETCH_PAUSE: Duration = Duration::from_mins(1);
/// When a set is fetched again though it knows the key: one that was withdrawn must go.
const AGE_MAX: Duration = Duration::from_mins(15);
/// How long a fetch may take; requests wait for it.
const FETCH_MAX: Duration = Duration::from_secs(5);
/// Largest set, in bytes: dozens of keys with their certificates.
const SET_BYTES_MAX: usize = 256 * 1024;
/// Most keys of a set that are looked at.
const KEYS_MAX: usize = 64;

/// Why there is no set of keys.
#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The URL cannot be fetched.
    #[error("cannot fetch {url}: {reason}")]
    Url {
        /// Which URL.
        url: Url,
        /// Why.
        reason: String,
    },
    /// It took too long.
    #[error("no answer in {} seconds", FETCH_MAX.as_secs())]
    Late,
    /// It is larger than any that is fair.
    #[error("the set of keys is larger than {SET_BYTES_MAX} bytes")]
    TooLarge,
    /// It is none.
    #[error("not a set of keys (RFC 7517): {0}")]
    Malformed(#[from] serde_json::Error),
    /// None of its keys can be used.
    #[error("the set has no key with a kid for RS256, ES256 or EdDSA")]
    Empty,
}

/// Where a set is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    File(PathBuf),
    /// Behind a URL.
    Url(Url),
}

/// A text that names no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a file's path, or an https:// URL (http:// on this machine only)")]
pub struct NotAPlace;

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        if !text.contains("://") {
            return if text.is_empty() { Err(NotAPlace) } else { Ok(Self::File(text.into())) };
        }
        let url: Url = text.parse().map_err(|_| NotAPlace)?;
        let is_local = match url.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        // Whoever stands between could put their own keys in.
        match url.scheme() {
            "https" => Ok(Self::Url(url)),
            "http" if is_local => Ok(Self::Url(url)),
            _ => Err(NotAPlace),
        }
    }
}

/// A key and the one algorithm that it is for.
pub struct Known {
    /// What verifies.
    pub key: DecodingKey,
    /// How.
    pub algorithm: Algorithm,
}

type Keys = HashMap<String, Arc<Known>>;

struct Set {
    keys: Keys,
    /// When it was fetched.
    came: Option<Instant>,
}

/// The keys of an issuer.
pub struct Jwks {
    place: Place,
    client: Client,
    set: RwLock<Set>,
    /// When it was last asked for; held while it is.
    asked: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for Jwks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jwks").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Jwks {
    /// Makes ready. A file is read now; a URL is asked when the first token comes.
    pub fn open(place: Place) -> Result<Self, JwksError> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(FETCH_MAX)
            .build()
            .map_err(|error| match &place {
                Place::Url(url) => JwksError::Url { url: url.clone(), reason: root(&error) },
                Place::File(path) => {
                    let source = std::io::Error::other(error);
                    JwksError::File { path: path.clone(), source }
                }
            })?;
        let keys = match &place {
            Place::File(path) => {
                let file = std::fs::read(path);
                let text = file.map_err(|source| JwksError::File { path: path.clone(), source })?;
                parse(&text)?
            }
            Place::Url(_) => Keys::new(),
        };
        let set = Set { keys, came: None };
        Ok(Self { place, client, set: RwLock::new(set), asked: Mutex::default() })
    }

    /// The key of a name; the set is fetched again when it does not know it, or is old. Whose key
    /// is known waits for nobody else's.
    pub async fn key(&self, id: &str) -> Option<Arc<Known>> {
        let (known, is_old) = self.known(id);
        let mut asked = match (&known, is_old) {
            (Some(_), false) => return known,
            (Some(_), true) => match self.asked.try_lock() {
                Ok(asked) => asked,
                Err(_busy) => return known,
            },
            (None, _) => self.asked.lock().await,
        };
        if asked.is_some_and(|asked| asked.elapsed() < FETCH_PAUSE) {
            return self.known(id).0;
        }
        *asked = Some(Instant::now());
        match timeout(FETCH_MAX, self.fetch()).await.unwrap_or(Err(JwksError::Late)) {
            Ok(keys) => {
                let set = Set { keys, came: *asked };
                *self.set.write().unwrap_or_else(PoisonError::into_inner) = set;
            }
            Err(error) => tracing::warn!(%error, "the keys of the tokens' issuer"),
        }
        self.known(id).0
    }

    /// The key of a name, and whether the set is old.
    fn known(&self, id: &str) -> (Option<Arc<Known>>, bool) {
        let set = self.set.read().unwrap_or_else(PoisonError::into_inner);
        (set.keys.get(id).cloned(), set.came.is_none_or(|came| came.elapsed() >= AGE_MAX))
    }

    async fn fetch(&self) -> Result<Keys, JwksError> {
        let url = match &self.place {
            Place::File(path) => {
                let text = tokio::fs::read(path).await;
                let text = text.map_err(|source| JwksError::File { path: path.clone(), source })?;
                return parse(&text);
            }
            Place::Url(url) => url,
        };
        let failed =
            |error: reqwest::Error| JwksError::Url { url: url.clone(), reason: root(&error) };
        let reply = self.client.get(url.clone()).send().await.map_err(failed)?;
        let reply = reply.error_for_status().map_err(failed)?;
        let mut pieces = reply.bytes_stream();
        let mut text = Vec::new();
        while let Some(piece) = pieces.next().await {
            text.extend_from_slice(&piece.map_err(failed)?);
            if text.len() > SET_BYTES_MAX {
                return Err(JwksError::TooLarge);
            }
        }
        parse(&text)
    }
}

/// Reads a set; keys of other kinds, and those for encryption, are passed over.
fn parse(text: &[u8]) -> Result<Keys, JwksError> {
    #[derive(Deserialize)]
    struct Sent {
        keys: Vec<serde_json::Value>,
    }
    if text.len() > SET_BYTES_MAX {
        return Err(JwksError::TooLarge);
    }
    let Sent { keys } = serde_json::from_slice(text)?;
    let keys = keys.into_iter().take(KEYS_MAX);
    let keys: Keys = keys.filter_map(|key| usable(&serde_json::from_value(key).ok()?)).collect();
    if keys.is_empty() { Err(JwksError::Empty) } else { Ok(keys) }
}

/// The algorithm follows from the key, never from a token (RFC 8725, section 3.1).
fn usable(key: &Jwk) -> Option<(String, Arc<Known>)> {
    let algorithm = match &key.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        AlgorithmParameters::OctetKeyPair(curve) if curve.curve == EllipticCurve::Ed25519 => {
            Algorithm::EdDSA
        }
        _ => return None,
    };
    let is_said = match key.common.key_algorithm {
        None => true,
        Some(KeyAlgorithm::RS256) => algorithm == Algorithm::RS256,
        Some(KeyAlgorithm::ES256) => algorithm == Algorithm::ES256,
        Some(KeyAlgorithm::EdDSA) => algorithm == Algorithm::EdDSA,
        Some(_) => false,
    };
    let signs = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
    let id = key.common.key_id.clone().filter(|_| is_said && signs)?;
    Some((id, Arc::new(Known { key: DecodingKey::from_jwk(key).ok()?, algorithm })))
}

/// What is at the bottom of an error: the rest says that a request failed.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED: &str = concat!(
        r#"{"kty":"OKP","crv":"Ed25519","kid":"ed","#,
        r#""x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
    );

    #[test]
    fn places_are_files_and_urls_that_nobody_can_stand_before() {
        assert_eq!("keys.json".parse(), Ok(Place::File("keys.json".into())));
        for fine in ["https://login.example/jwks.json", "http://127.0.0.1:1/x", "http://[::1]/x"] {
            assert!(matches!(fine.parse(), Ok(Place::Url(_))), "{fine}");
        }
        for refused in ["", "http://login.example/x", "ftp://x/y", "file:///etc/x", "https://"] {
            assert_eq!(refused.parse::<Place>(), Err(NotAPlace), "{refused}");
        }
    }

    #[test]
    fn only_signing_keys_of_the_three_kinds_are_taken() {
        let set = |keys: &str| parse(format!("{{\"keys\":[{keys}]}}").as_bytes());
        let one = set(&format!("{{\"kty\":\"new\",\"kid\":\"n\"}},1,{ED}")).unwrap();
        assert_eq!(one.len(), 1);
        assert_eq!(one["ed"].algorithm, Algorithm::EdDSA);
        for unusable in [
            r#"{"kty":"oct","kid":"h","k":"c2VjcmV0","alg":"HS256"}"#.to_owned(),
            ED.replace("\"kid\":\"ed\",", ""),
            ED.replace("\"kty\"", "\"alg\":\"ES256\",\"kty\""),
            ED.replace("\"kty\"", "\"use\":\"enc\",\"kty\""),
        ] {
            assert!(matches!(set(&unusable), Err(JwksError::Empty)), "{unusable}");
        }
        assert!(matches!(parse(b"{}"), Err(JwksError::Malformed(_))));
        assert!(matches!(parse(&vec![b' '; SET_BYTES_MAX + 1]), Err(JwksError::TooLarge)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_key_asks_again_once_a_minute_and_a_withdrawn_one_goes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.json");
        let write = |keys: &str| std::fs::write(&file, format!("{{\"keys\":[{keys}]}}")).unwrap();
        let later = ED.replace("\"ed\"", "\"later\"");
        write(ED);
        let keys = Jwks::open(Place::File(file.clone())).unwrap();
        assert!(keys.key("ed").await.is_some() && keys.key("later").await.is_none());
        write(&format!("{ED},{later}"));
        assert!(keys.key("later").await.is_none());
        tokio::time::advance(FETCH_PAUSE).await;
        assert!(keys.key("later").await.is_some() && keys.key("ed").await.is_some());
        write(&later);
        tokio::time::advance(FETCH_PAUSE).await;
        assert!(keys.key("ed").await.is_some());
        tokio::time::advance(AGE_MAX).await;
        assert!(keys.key("ed").await.is_none() && keys.key("later").await.is_some());
        // What cannot be had again stays.
        std::fs::remove_file(&file).unwrap();
        tokio::time::advance(AGE_MAX).await;
        assert!(keys.key("later").await.is_some());
    }
}
