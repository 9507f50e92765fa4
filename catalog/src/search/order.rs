//! In which order assets are found, and where a page of them ends.
//!
//! Knows no index. Invariant: the order depends on the assets alone, never on what else there is,
//! so that a place in it stays what it is while assets come and go.

use std::fmt::Write;

use super::error::SearchError;
use rushes_digest::Digest;

/// Bytes of a cursor's digest: it tells queries apart, it keeps no secret.
const DIGEST_BYTES: usize = 8;
/// Longest cursor, in bytes: twice the bytes of digest, id and name.
const CURSOR_BYTES_MAX: usize = 2048;

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// What holds the words most often, in the shortest text; then the newest.
    Relevance,
    /// The newest.
    Newest,
    /// The oldest.
    Oldest,
    /// The cheapest; those whose cost nobody said come last.
    Cheapest,
    /// The dearest; those whose cost nobody said come last.
    Dearest,
    /// By file name, without regard to case and accents.
    Name,
}

impl Sort {
    /// The order of a name on the wire.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "relevance" => Self::Relevance,
            "newest" => Self::Newest,
            "oldest" => Self::Oldest,
            "cost" => Self::Cheapest,
            "-cost" => Self::Dearest,
            "name" => Self::Name,
            _ => return None,
        })
    }
}

/// A place in the order: smaller ones come first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// A number, big-endian, or a folded name.
    pub key: Vec<u8>,
    /// The asset there.
    pub id: u128,
}

impl Place {
    /// The cursor of a page that ends here, for one query.
    pub fn cursor(&self, query: &Digest) -> String {
        let digest = query.as_bytes().iter().take(DIGEST_BYTES).copied();
        let bytes = digest.chain(self.id.to_be_bytes()).chain(self.key.iter().copied());
        bytes.fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}"); // writing into a String cannot fail
            text
        })
    }

    /// The place of a cursor, which must be of the same query.
    pub fn of_cursor(cursor: &str, query: &Digest) -> Result<Self, SearchError> {
        let refused =
            |reason: &str| SearchError::Refused { field: "cursor", reason: reason.to_owned() };
        let bytes = unhex(cursor).ok_or_else(|| refused("is none that this search gave"))?;
        let (digest, rest) = bytes.split_at_checked(DIGEST_BYTES).unwrap_or_default();
        let Some((id, key)) = rest.split_first_chunk::<16>() else {
            return Err(refused("is none that this search gave"));
        };
        if !query.as_bytes().starts_with(digest) {
            return Err(refused("belongs to another search: only limit and facets may change"));
        }
        Ok(Self { key: key.to_vec(), id: u128::from_be_bytes(*id) })
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() > CURSOR_BYTES_MAX || !text.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| pair.iter().try_fold(0, |sum, byte| Some(sum * 16 + nibble(byte)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_for_its_query_only() {
        let (query, other) = (Digest::of(b"q"), Digest::of(b"p"));
        let place = Place { key: "ærø.png".as_bytes().to_vec(), id: 7 };
        let cursor = place.cursor(&query);
        assert_eq!(Place::of_cursor(&cursor, &query).unwrap(), place);
        let refused =
            |cursor: &str, query| Place::of_cursor(cursor, query).unwrap_err().to_string();
        assert_eq!(
            refused(&cursor, &other),
            "cursor: belongs to another search: only limit and facets may change"
        );
        for bad in ["", "00", "zz", &cursor[1..], &"00".repeat(2000), "é€"] {
            assert_eq!(refused(bad, &query), "cursor: is none that this search gave", "{bad}");
        }
    }
}
