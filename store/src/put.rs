//! Keeping a content.
//!
//! Invariant: on return its bytes are durable. A copy that the index names stands in for them only
//! where the same user references the content already, and only after it was opened and checked.

use rushes_digest::Digest;

use crate::error::StoreError;
use crate::leases::{Held, Lease};
use crate::place::Place;
use crate::record::Record;
use crate::room::check_room;
use crate::shelf::Shelf;
use crate::staging::{Body, Staged};

/// How a content was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// Its bytes were written, or those of them that were new.
    New,
    /// An earlier copy was checked and stands in for them.
    Shared,
}

/// A content that is durable.
#[derive(Debug)]
#[must_use = "the bytes may be freed once the lease is dropped and no claim names them"]
pub struct Put {
    /// Its name.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// Whether its bytes were written.
    pub stored: Stored,
    /// How many of its bytes were written, before compression.
    pub new_bytes: u64,
    /// Keeps it from being freed until a claim names it.
    pub lease: Lease,
}

impl Shelf {
    /// Keeps a content.
    pub fn put(&self, staged: Staged) -> Result<Put, StoreError> {
        let (digest, size) = (staged.digest(), staged.size());
        let lease = self.leases.wait_to_share(Held::Blob(digest));
        let is_familiar = staged.is_familiar();
        let (stored, new_bytes) = if is_familiar && self.is_sound(&digest, size) {
            (Stored::Shared, 0)
        } else {
            match self.keep(&digest, staged, is_familiar)? {
                0 if size > 0 => (Stored::Shared, 0),
                new_bytes => {
                    self.ledger.healed(&digest);
                    (Stored::New, new_bytes)
                }
            }
        };
        Ok(Put { digest, size, stored, new_bytes, lease })
    }

    /// Keeps a content in one record of a pack, whatever its length.
    pub fn put_packed(&self, content: &[u8]) -> Result<Put, StoreError> {
        let (digest, size) = (Digest::of(content), content.len() as u64);
        let lease = self.leases.wait_to_share(Held::Blob(digest));
        if self.is_sound(&digest, size) {
            return Ok(Put { digest, size, stored: Stored::Shared, new_bytes: 0, lease });
        }
        check_room(&*self.disk, size)?;
        self.writer.call(Record::blob(digest, content))??;
        self.ledger.healed(&digest);
        Ok(Put { digest, size, stored: Stored::New, new_bytes: size, lease })
    }

    /// Tells how many bytes were new.
    fn keep(&self, digest: &Digest, staged: Staged, is_familiar: bool) -> Result<u64, StoreError> {
        let size = staged.size();
        let mut draft = match staged.into_body() {
            Body::Small(content) => {
                check_room(&*self.disk, size)?;
                self.writer.call(Record::blob(*digest, &content))??;
                return Ok(size);
            }
            Body::Large(draft) => draft,
        };
        if is_familiar {
            // It may lie in ranges already, of which others have taken the hooks.
            draft.hints().expect(digest);
            draft.finish();
        }
        // What has a place already is given a new file: nothing is known to be wrong with ranges,
        // but the index would go on naming that place.
        if draft.is_mostly_known()
            && self.index.blob(digest)?.is_none()
            && let Some(new_bytes) = self.place_ranges(digest, &draft)?
        {
            return Ok(new_bytes);
        }
        check_room(&*self.disk, draft.unwritten_bytes())?;
        let (unfinished, chunks) = draft.into_file(digest)?;
        self.place_whole(digest, &chunks, unfinished)?;
        Ok(size)
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
