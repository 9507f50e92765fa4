//! Where the chunks of a content that is coming in may lie already.
//!
//! Knows nothing of what is coming in but its chunks. Invariant: a spot that was told is leased and
//! was checked, and belongs to a blob that the same user references.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use rushes_digest::Digest;

use crate::cutter::Chunk;
use crate::error::StoreError;
use crate::layout;
use crate::leases::{Held, Lease};
use crate::manifest::{Container, Manifest};
use crate::place::{ManifestAt, Place};
use crate::shelf::Shelf;
use crate::traces::hook;

/// How many chunks are known at a time: 2 GiB of average ones, about 4 MiB of memory.
const KNOWN_MAX: usize = 32 << 10;
/// How many chunks are taken from one manifest at a time, from a little before the hit on; more
/// when the last one of them is met.
const WINDOW: usize = KNOWN_MAX / 2;
/// How far before the hit.
const BEFORE: usize = 1024;
/// How many manifests one upload may read: a content made of pieces of thousands of others is
/// written as new.
const MANIFESTS_MAX: usize = 1024;
/// Longest manifest that is read for an upload, in bytes: that of a blob of about 10 GiB.
const MANIFEST_BYTES_MAX: u32 = 8 << 20;

/// Tells which blobs a user references. Only those may stand in for bytes that the user sends:
/// nobody can tell what others have.
#[derive(Clone)]
pub struct Familiar(Arc<dyn Fn(&Digest) -> bool + Send + Sync>);

impl Familiar {
    /// Asks a function, which may be called from any thread, once for each hit.
    pub fn new(knows: impl Fn(&Digest) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(knows))
    }

    /// References no blob: everything is written and synced as new.
    pub fn with_none() -> Self {
        Self::new(|_| false)
    }

    /// References every blob: there is only one user.
    pub fn with_all() -> Self {
        Self::new(|_| true)
    }

    /// Whether the user references a blob.
    pub fn knows(&self, digest: &Digest) -> bool {
        (self.0)(digest)
    }
}

impl fmt::Debug for Familiar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Familiar").finish_non_exhaustive()
    }
}

/// Where a chunk lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Which of [`Hints::container`].
    pub source: usize,
    /// Where in the container.
    pub offset: u64,
}

/// A known chunk.
#[derive(Debug, Clone, Copy)]
struct Known {
    length: u32,
    spot: Spot,
    /// Its number in [`Hints::order`].
    at: usize,
}

/// A blob's manifest, of which a part was taken in.
#[derive(Debug, Clone, Copy)]
struct Tail {
    /// The last chunk of the part.
    chunk: Digest,
    blob: Digest,
    manifest: ManifestAt,
    /// Where the next part begins.
    next: usize,
}

/// What one upload has found out.
#[derive(Debug)]
pub struct Hints {
    shelf: Arc<Shelf>,
    familiar: Familiar,
    known: HashMap<Digest, Known>,
    /// The known chunks as they stand in their blobs; `None` behind each part.
    order: Vec<Option<Chunk>>,
    /// Where to go on in a long blob.
    tail: Option<Tail>,
    sources: Vec<(Container, Lease)>,
    /// Which of them a container is.
    numbers: HashMap<Container, usize>,
    /// Containers that may not be used.
    refused: HashSet<Container>,
    /// Blobs that are not the user's, or cannot be used.
    strange: HashSet<Digest>,
    manifests: usize,
}

impl Hints {
    /// Knows nothing yet.
    pub fn new(shelf: &Arc<Shelf>, familiar: Familiar) -> Self {
        Self {
            shelf: Arc::clone(shelf),
            familiar,
            known: HashMap::new(),
            order: Vec::new(),
            tail: None,
            sources: Vec::new(),
            numbers: HashMap::new(),
            refused: HashSet::new(),
            strange: HashSet::new(),
            manifests: 0,
        }
    }

    /// The store that is asked.
    pub fn shelf(&self) -> &Arc<Shelf> {
        &self.shelf
    }

    /// Which blobs the user references.
    pub fn familiar(&self) -> &Familiar {
        &self.familiar
    }

    /// What a spot's source is.
    pub fn container(&self, spot: Spot) -> Option<Container> {
        self.sources.get(spot.source).map(|(container, _)| *container)
    }

    /// Where a chunk lies already. What goes wrong on the way is no reason to refuse the upload.
    pub fn find(&mut self, chunk: &Chunk) -> Option<Spot> {
        if !self.known.contains_key(&chunk.digest)
            && let Err(error) = self.follow(chunk)
        {
            tracing::debug!(%error, "a hint is not followed");
        }
        let spot = self.recall(chunk);
        if let Some(tail) = self.tail.filter(|tail| spot.is_some() && tail.chunk == chunk.digest)
            && let Err(error) = self.go_on(&tail)
        {
            tracing::debug!(%error, "a hint is not followed any further");
        }
        spot
    }

    /// Which chunk probably follows. Never the last one of a blob: it ends there because the blob
    /// does.
    pub fn next(&self, after: &Chunk) -> Option<Chunk> {
        let at = self.known.get(&after.digest)?.at;
        let next = (*self.order.get(at + 1)?)?;
        self.order.get(at + 2).is_some_and(Option::is_some).then_some(next)
    }

    /// Where a chunk lies, as far as that is known without another look at the index.
    pub fn recall(&self, chunk: &Chunk) -> Option<Spot> {
        let Known { length, spot, .. } = *self.known.get(&chunk.digest)?;
        (length == chunk.length && self.is_there(chunk, spot)).then_some(spot)
    }

    /// Takes in what the blob is known of that has this chunk as a hook.
    fn follow(&mut self, chunk: &Chunk) -> Result<(), StoreError> {
        let Some((blob, known)) = self.shelf.index.hooked(hook(chunk))? else { return Ok(()) };
        self.learn(&blob, &known, Some(chunk))
    }

    /// Takes in what a blob consists of, from the part around a chunk on.
    fn learn(
        &mut self,
        blob: &Digest,
        known: &ManifestAt,
        around: Option<&Chunk>,
    ) -> Result<(), StoreError> {
        if self.manifests >= MANIFESTS_MAX
            || known.at.stored_len > MANIFEST_BYTES_MAX
            || self.strange.contains(blob)
        {
            return Ok(());
        }
        self.manifests += 1;
        if !self.familiar.knows(blob) {
            self.strange.insert(*blob);
            return Ok(());
        }
        let manifest = self.shelf.packs.manifest(blob, &known.at)?;
        let hit = around.and_then(|chunk| {
            manifest.pieces.iter().position(|piece| piece.chunk.digest == chunk.digest)
        });
        if around.is_some() && hit.is_none() {
            // Another chunk with the same front.
            return Ok(());
        }
        self.take_in((blob, known), &manifest, hit.unwrap_or(0).saturating_sub(BEFORE));
        Ok(())
    }

    /// Takes in the next part of a blob.
    fn go_on(&mut self, tail: &Tail) -> Result<(), StoreError> {
        let manifest = self.shelf.packs.manifest(&tail.blob, &tail.manifest.at)?;
        self.take_in((&tail.blob, &tail.manifest), &manifest, tail.next);
        Ok(())
    }

    fn take_in(&mut self, (blob, at): (&Digest, &ManifestAt), manifest: &Manifest, from: usize) {
        if self.known.len() + WINDOW > KNOWN_MAX || self.order.len() + WINDOW > 2 * KNOWN_MAX {
            self.known.clear();
            self.order.clear();
        }
        let mut sources: HashMap<u32, Option<usize>> = HashMap::new();
        for piece in manifest.pieces.iter().skip(from).take(WINDOW) {
            let source = *sources.entry(piece.container).or_insert_with(|| {
                self.source(*manifest.containers.get(piece.container as usize)?)
            });
            if let Some(source) = source {
                let spot = Spot { source, offset: piece.offset };
                let known = Known { length: piece.chunk.length, spot, at: self.order.len() };
                self.known.insert(piece.chunk.digest, known);
                self.order.push(Some(piece.chunk));
            }
        }
        self.order.push(None);
        let next = from + WINDOW;
        let last = next.checked_sub(1).and_then(|last| manifest.pieces.get(last));
        self.tail = last.filter(|_| next < manifest.pieces.len()).map(|last| Tail {
            chunk: last.chunk.digest,
            blob: *blob,
            manifest: *at,
            next,
        });
    }

    /// Leases a container and looks whether it is really there.
    fn source(&mut self, container: Container) -> Option<usize> {
        if let Some(at) = self.numbers.get(&container) {
            return Some(*at);
        }
        if self.refused.contains(&container) {
            return None;
        }
        let held = match container {
            Container::Whole(digest) => Held::Blob(digest),
            Container::Pack(pack) => Held::Pack(pack),
        };
        let lease = self.shelf.leases.share(held);
        let Some(lease) = lease.filter(|_| self.is_usable(&container)) else {
            self.refused.insert(container);
            return None;
        };
        self.numbers.insert(container, self.sources.len());
        self.sources.push((container, lease));
        Some(self.sources.len() - 1)
    }

    /// Whether a container is there as it should be. A lease does not keep a damaged one there.
    pub fn is_usable(&self, container: &Container) -> bool {
        match container {
            Container::Whole(digest) => {
                let place = self.shelf.index.blob(digest);
                let whole = self.shelf.open_whole(digest);
                let (Ok(Some(Place::Whole { stat, sound: true })), Ok(Some(whole))) =
                    (place, whole)
                else {
                    return false;
                };
                stat == whole.stat
            }
            Container::Pack(pack) => self.shelf.disk.stat(&layout::pack(*pack)).is_ok(),
        }
    }

    /// A record is read itself; a whole was looked at when it became a source.
    fn is_there(&self, chunk: &Chunk, spot: Spot) -> bool {
        let Some(Container::Pack(pack)) = self.container(spot) else { return true };
        let content = self.shelf.packs.chunk(&chunk.digest, &chunk.digest, pack, spot.offset);
        content.is_ok_and(|content| content.len() == chunk.length as usize)
    }

    /// Takes in a blob that the content was probably made from.
    pub fn expect(&mut self, blob: &Digest) {
        let known = self.shelf.index.manifest(blob).map_err(StoreError::from);
        let learnt = known.and_then(|known| match known {
            Some(known) => self.learn(blob, &known, None),
            None => Ok(()),
        });
        if let Err(error) = learnt {
            tracing::debug!(%error, "a hint is not followed");
        }
    }
}
