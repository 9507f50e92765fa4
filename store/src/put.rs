//! Keeping a content.
//!
//! Invariant: on return its bytes are durable. A copy that the index names stands in for them only
//! where the same user references the content already, and only after it was opened and checked.

use rushes_digest::Digest;

use crate::error::StoreError;
use crate::place::Place;
use crate::record::Record;
use crate::shelf::{Shelf, check_room};
use crate::staging::{Body, Staged};

/// What is known of a content before it is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The same user's facts name it: a copy that is there may stand in for the new bytes.
    Referenced,
    /// Nothing: it is written and synced as new, so that nobody can tell who else has it.
    Unknown,
}

/// How a content was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// Its bytes were written.
    New,
    /// An earlier copy was checked and stands in for them.
    Shared,
}

/// A content that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Put {
    /// Its name.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// Whether its bytes were written.
    pub stored: Stored,
}

impl Shelf {
    /// Keeps a content.
    pub fn put(&self, staged: Staged, known: Known) -> Result<Put, StoreError> {
        let (digest, size) = (staged.digest(), staged.size());
        if known == Known::Referenced && self.is_sound(&digest, size) {
            return Ok(Put { digest, size, stored: Stored::Shared });
        }
        match staged.into_body() {
            Body::Small(content) => {
                check_room(&*self.disk, size)?;
                self.writer.call(Record::blob(digest, &content))??;
            }
            Body::Large(unfinished, chunks) => {
                check_room(&*self.disk, 0)?;
                self.place_whole(&digest, &chunks, unfinished)?;
            }
        }
        self.ledger.healed(&digest);
        Ok(Put { digest, size, stored: Stored::New })
    }

    /// Whether the copy that the index names is really there. On any doubt it is not.
    fn is_sound(&self, digest: &Digest, size: u64) -> bool {
        let check = || -> Result<bool, StoreError> {
            Ok(match self.index.blob(digest)? {
                None => false,
                Some(Place::Packed(at)) => {
                    self.packs.content(digest, digest, &at)?.len() as u64 == size
                }
                Some(Place::Whole { stat, sound }) => {
                    let whole = self.open_whole(digest)?;
                    sound && stat.size == size && whole.is_some_and(|whole| whole.stat == stat)
                }
            })
        };
        check().unwrap_or_else(|error| {
            tracing::warn!(%error, "the copy that is there is not used; writing a new one");
            false
        })
    }
}
