//! Wholes: files that are exactly one blob. How one is put in place and judged.
//!
//! Invariant: a name in `whole/` appears only once the bytes behind it are durable, and an entry in
//! the index only once the name is.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use rushes_digest::Digest;
use rushes_disk::DiskFile;

use crate::cutter::{BLOCK_BYTES, Chunk, Cutter, Sink};
use crate::error::{Damage, StoreError};
use crate::layout;
use crate::manifest::Manifest;
use crate::place::{Place, WholeStat};
use crate::record::Record;
use crate::shelf::Shelf;
use crate::unfinished::Unfinished;

/// A whole that was opened.
#[derive(Debug, Clone)]
pub struct OpenWhole {
    /// The file, read-only.
    pub file: Arc<dyn DiskFile>,
    /// What it looked like when it was opened.
    pub stat: WholeStat,
}

impl Shelf {
    /// Opens a whole; `None` when there is no such file.
    pub fn open_whole(&self, digest: &Digest) -> Result<Option<OpenWhole>, StoreError> {
        match self.disk.open_read(&layout::whole(digest)) {
            Ok(file) => {
                let stat = WholeStat::from(file.stat()?);
                Ok(Some(OpenWhole { file, stat }))
            }
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes an unfinished file a whole, durably. No handle that writes to it exists any more.
    ///
    /// A name that is taken is given to the new file in one step: the new bytes were just hashed
    /// and synced, what the old ones have become nobody knows. Open readers keep the old file.
    pub fn place_whole(
        &self,
        digest: &Digest,
        chunks: &[Chunk],
        unfinished: Unfinished,
    ) -> Result<(), StoreError> {
        let (dir, path) = (layout::whole_dir(digest), layout::whole(digest));
        self.disk.set_read_only(unfinished.path())?;
        let file = self.disk.open_read(unfinished.path())?;
        file.sync()?;
        let stat = WholeStat::from(file.stat()?);
        let is_new = self.name(unfinished, &path)?;
        if let Err(error) = self.disk.sync_dir(&dir) {
            if is_new {
                self.retract(digest, stat);
            }
            return Err(error.into());
        }
        self.index.enter_wholes(&[(*digest, stat)])?;
        if let Err(error) = self.keep_own_manifest(digest, chunks) {
            tracing::warn!(%error, "a manifest must be made again next time");
        }
        Ok(())
    }

    /// Gives a file the name of a whole; tells whether nothing had it.
    fn name(&self, unfinished: Unfinished, path: &Path) -> Result<bool, StoreError> {
        let _nobody_takes_away = self.placing.lock().unwrap_or_else(PoisonError::into_inner);
        match self.disk.hard_link(unfinished.path(), path) {
            Ok(()) => Ok(true),
            Err(error) if error.is_taken() => {
                self.disk.rename(unfinished.path(), path)?;
                unfinished.keep();
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Hands the manifest of a whole to the pack writer and does not wait: it can be made again.
    /// It counts more than one that the blob had before, when it lay in ranges.
    fn keep_own_manifest(&self, digest: &Digest, chunks: &[Chunk]) -> Result<Manifest, StoreError> {
        let generation = self.next_generation(digest)?;
        let manifest = Manifest { generation, ..Manifest::of_whole(*digest, chunks) };
        let _nobody_waits = self.writer.submit(Record::manifest(*digest, &manifest))?;
        Ok(manifest)
    }

    /// Takes a whole into the index that is not there as it looks now: after a kill, or when a
    /// backup was restored. It is read through; one that is wrong goes to quarantine.
    pub fn adopt(&self, digest: &Digest, whole: &OpenWhole) -> Result<Manifest, StoreError> {
        let manifest = self.verified(digest, whole)?;
        // Whoever put it there may not have done it.
        whole.file.sync()?;
        self.disk.sync_dir(&layout::whole_dir(digest))?;
        if whole.file.stat()?.links == 0 {
            let (place, damage) = (layout::whole(digest), Damage::Missing);
            return Err(StoreError::Damaged { digest: *digest, place, damage });
        }
        self.index.enter_wholes(&[(*digest, whole.stat)])?;
        Ok(manifest)
    }

    /// Reads an open whole through and makes its manifest. It may have lost its name meanwhile, to
    /// another file with the same content. One that is wrong goes to quarantine.
    pub fn verified(&self, digest: &Digest, whole: &OpenWhole) -> Result<Manifest, StoreError> {
        if let Some(manifest) = self.derive(digest, &*whole.file)? {
            return Ok(manifest);
        }
        self.take_away(digest, whole.stat, None)?;
        let (place, damage) = (layout::whole(digest), Damage::Content);
        Err(StoreError::Damaged { digest: *digest, place, damage })
    }

    /// Reads a whole through and makes its manifest; `None` when it does not hash to its name.
    pub fn derive(
        &self,
        digest: &Digest,
        file: &dyn DiskFile,
    ) -> Result<Option<Manifest>, StoreError> {
        let (found, chunks) = cut_file(file)?;
        if found != *digest {
            return Ok(None);
        }
        self.keep_own_manifest(digest, &chunks).map(Some)
    }

    /// From now on no shortcut relies on this whole, so that the next put heals it.
    pub fn doubt(&self, digest: &Digest) {
        let doubted = self.index.blob(digest).and_then(|place| match place {
            Some(Place::Whole { stat, sound: true }) => self.index.doubt(digest, &stat),
            _ => Ok(()),
        });
        if let Err(error) = doubted {
            tracing::warn!(%error, "damage is not remembered");
        }
    }

    /// Removes a name that could not be made durable, so that nobody takes it for one that is.
    fn retract(&self, digest: &Digest, placed: WholeStat) {
        let place = layout::whole(digest);
        let _nobody_heals = self.placing.lock().unwrap_or_else(PoisonError::into_inner);
        let is_ours = self.is_still(digest, placed).unwrap_or(false);
        if is_ours && let Err(error) = self.disk.remove(&place) {
            tracing::warn!(%error, "a whole that was refused stays visible until the next start");
        }
    }
}

/// Wants the chunks only.
struct Chunks(Vec<Chunk>);

impl Sink for Chunks {
    fn take(&mut self, _: &[u8], chunks: &[Chunk]) -> Result<(), StoreError> {
        self.0.extend_from_slice(chunks);
        Ok(())
    }

    fn next(&self, _: &Chunk) -> Option<Chunk> {
        None
    }
}

fn cut_file(file: &dyn DiskFile) -> Result<(Digest, Vec<Chunk>), StoreError> {
    let (mut cutter, mut all) = (Cutter::default(), Chunks(Vec::new()));
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let got = file.read_at(&mut block, cutter.count())?;
        if got == 0 {
            let cut = cutter.finish()?;
            all.0.extend(cut.chunks);
            return Ok((cut.digest, all.0));
        }
        cutter.push(block.get(..got).unwrap_or_default(), &mut all)?;
    }
}
