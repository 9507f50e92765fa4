//! The name of a content: its BLAKE3-256 digest, and the readers and writers that compute it.
//!
//! Knows nothing of files, chunks or facts. Invariant: two `Digest`s are equal exactly when the
//! contents are; its text form is what `b3sum` prints.

mod verify;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use verify::VerifyingReader;

/// BLAKE3-256 of a content (<https://github.com/BLAKE3-team/BLAKE3-specs>), 32 bytes.
///
/// Text form: 64 lower-case hex digits; parsing accepts exactly those.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; Digest::BYTES]);

impl Digest {
    /// Length in bytes.
    pub const BYTES: usize = 32;
    /// Length of the text form in hex digits.
    pub const HEX_DIGITS: usize = 64;

    /// Hashes a content that is in memory.
    pub fn of(content: &[u8]) -> Self {
        Self(*blake3::hash(content).as_bytes())
    }

    /// Authenticates a text with a key (keyed BLAKE3, section 2.3 of its paper): who lacks the key
    /// cannot make it. Compare two of them in constant time.
    pub fn keyed(key: &[u8; Self::BYTES], text: &[u8]) -> Self {
        Self(*blake3::keyed_hash(key, text).as_bytes())
    }

    /// Wraps 32 bytes that already are a digest, such as those read back from an index.
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// Wraps a slice; `None` unless it is exactly 32 bytes long.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// The text form: 64 lower-case hex digits.
    pub fn to_hex(self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(blake3::Hash::from_bytes(self.0).to_hex().as_str())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// A text that is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a digest: expected 64 lower-case hex digits, got {length} characters")]
pub struct ParseDigestError {
    /// How many characters the refused text has.
    pub length: usize,
}

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseDigestError { length: text.chars().count() };
        // One digest has one spelling, so that paths and keys cannot alias.
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(refused());
        }
        blake3::Hash::from_hex(text).map(|hash| Self(*hash.as_bytes())).map_err(|_| refused())
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Hashes a content piece by piece.
#[derive(Debug, Clone, Default)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// Starts an empty content.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends bytes to the content.
    pub fn update(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(bytes);
        self
    }

    /// How many bytes were appended so far.
    pub fn count(&self) -> u64 {
        self.0.count()
    }

    /// Ends the content and names it.
    pub fn finish(self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First row of the published test vectors: the empty input.
    const EMPTY: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

    #[test]
    fn names_a_content_as_b3sum_does() {
        assert_eq!(Digest::of(b"").to_hex(), EMPTY);
    }

    #[test]
    fn pieces_and_whole_agree() {
        let mut hasher = Hasher::new();
        hasher.update(b"ru").update(b"shes");
        assert_eq!(hasher.count(), 6);
        assert_eq!(hasher.finish(), Digest::of(b"rushes"));
    }

    #[test]
    fn parses_its_own_text_and_nothing_else() {
        assert_eq!(EMPTY.parse::<Digest>(), Ok(Digest::of(b"")));
        for refused in ["", "af13", &EMPTY.to_uppercase(), &format!("{EMPTY}0"), &"g".repeat(64)] {
            assert!(refused.parse::<Digest>().is_err(), "{refused}");
        }
    }

    #[test]
    fn travels_as_text_in_json() {
        let digest = Digest::of(b"");
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, format!("\"{EMPTY}\""));
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
    }
}
