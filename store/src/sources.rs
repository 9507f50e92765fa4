//! Second copies: where else the bytes of a damaged place lie.
//!
//! Invariant: a copy counts only once it was read and hashed.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use rushes_digest::Digest;

use crate::error::StoreError;
use crate::footer::read_footer;
use crate::layout;
use crate::manifest::{Container, Manifest};
use crate::place::PackId;
use crate::record::{BLOB, CHUNK};
use crate::shelf::Shelf;
use crate::traces::Traces;

/// How many manifests are looked at together.
const PAGE: usize = 256;

/// Where a copy lies.
#[derive(Debug, Clone)]
pub enum Source {
    /// In a file, as it is.
    File {
        /// The file.
        path: PathBuf,
        /// Where it starts.
        offset: u64,
        /// Its length in bytes.
        length: u32,
    },
    /// In a record.
    Record {
        /// The pack.
        pack: PackId,
        /// Where the record starts.
        offset: u64,
    },
}

/// Copies by what they are copies of.
pub type Sources = HashMap<Digest, Source>;

/// What is sought, and what was found.
pub struct Search<'a> {
    shelf: &'a Shelf,
    wanted: HashSet<Digest>,
    found: Sources,
    /// Called between steps; `false` ends the search.
    goes_on: &'a mut dyn FnMut() -> bool,
}

impl<'a> Search<'a> {
    /// Begins to look for contents: chunks, or small blobs.
    pub fn new(
        shelf: &'a Shelf,
        wanted: impl IntoIterator<Item = Digest>,
        goes_on: &'a mut dyn FnMut() -> bool,
    ) -> Self {
        let wanted = wanted.into_iter().collect();
        Self { shelf, wanted, found: Sources::new(), goes_on }
    }

    /// Tries a place.
    pub fn consider(&mut self, digest: &Digest, source: Source) {
        if self.wanted.contains(digest) && load(self.shelf, digest, &source).is_some() {
            self.wanted.remove(digest);
            self.found.insert(*digest, source);
        }
    }

    /// Looks where a later or earlier version of a blob would be: at the blobs that share a hook.
    pub fn near(&mut self, blob: &Digest, manifest: &Manifest) {
        self.in_manifest(manifest);
        for hook in Traces::of(blob, manifest).hooks {
            if self.is_done() {
                return;
            }
            if let Ok(Some((other, known))) = self.shelf.index.hooked(hook)
                && other != *blob
                && let Ok(manifest) = self.shelf.packs.manifest(&other, &known.at)
            {
                self.in_manifest(&manifest);
            }
        }
    }

    /// Looks everywhere: at the footers of all sealed packs, then at all manifests. Slow, and worth
    /// it: nothing else would bring the bytes back.
    pub fn everywhere(mut self) -> Result<Sources, StoreError> {
        for pack in layout::packs(&*self.shelf.disk)? {
            if self.is_done() {
                return Ok(self.found);
            }
            self.in_pack(pack);
        }
        let mut after = None;
        loop {
            let page = self.shelf.index.manifests(after.as_ref(), PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            for (blob, known) in page {
                if self.is_done() {
                    return Ok(self.found);
                }
                if let Ok(manifest) = self.shelf.packs.manifest(&blob, &known.at) {
                    self.in_manifest(&manifest);
                }
            }
        }
        Ok(self.found)
    }

    fn is_done(&mut self) -> bool {
        self.wanted.is_empty() || !(self.goes_on)()
    }

    fn in_manifest(&mut self, manifest: &Manifest) {
        for piece in &manifest.pieces {
            if !self.wanted.contains(&piece.chunk.digest) {
                continue;
            }
            let (offset, length) = (piece.offset, piece.chunk.length);
            let source = match manifest.containers.get(piece.container as usize) {
                Some(Container::Whole(digest)) => {
                    Source::File { path: layout::whole(digest), offset, length }
                }
                Some(Container::Pack(pack)) => Source::Record { pack: *pack, offset },
                None => continue,
            };
            self.consider(&piece.chunk.digest, source);
        }
    }

    fn in_pack(&mut self, pack: PackId) {
        let path = layout::pack(pack);
        let disk = &self.shelf.disk;
        let entries = disk.open_read(&path).and_then(|file| {
            let size = file.stat()?.size;
            read_footer(pack, &*file, &path, size)
        });
        for entry in entries.ok().flatten().unwrap_or_default() {
            if matches!(entry.head.kind, BLOB | CHUNK) {
                self.consider(&entry.head.digest, Source::Record { pack, offset: entry.offset });
            }
        }
    }
}

/// Reads a copy; `None` when it is not one.
pub fn load(shelf: &Shelf, digest: &Digest, source: &Source) -> Option<Vec<u8>> {
    match source {
        Source::Record { pack, offset } => shelf.packs.chunk(digest, digest, *pack, *offset).ok(),
        Source::File { path, offset, length } => {
            let mut content = vec![0; *length as usize];
            let got =
                shelf.disk.open_read(path).and_then(|file| file.read_at(&mut content, *offset));
            let is_right = got.is_ok_and(|got| got == content.len());
            (is_right && Digest::of(&content) == *digest).then_some(content)
        }
    }
}
