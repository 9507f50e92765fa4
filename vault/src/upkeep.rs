//! How the bytes are: counted, checked, read again, healed; and what of that a user may know.
//!
//! Knows no files. Invariant: what is not a user's own comes from calls that take no viewer, which
//! doors keep for admins.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rushes_catalog::QueryError;
pub use rushes_catalog::Written;
use rushes_catalog::ids::AssetId;
use rushes_catalog::model::{Revision, Viewer};
use rushes_digest::Digest;
pub use rushes_store::{
    Checked, Count, Damaged, Finding, Kept, Pace, Reindexed, ScrubState, Stats, StoreError,
    Verified,
};

use crate::Vault;
use crate::keeper::{self, Places};

/// Most assets whose media types are counted for one answer: about a second's work.
const ASSETS_MAX: usize = 50_000;
/// Most findings of a check that are told one by one; the store's own have the same limit.
const FINDINGS_MAX: usize = 200;
/// Assets that are read at a time.
const LOT: usize = 1000;

/// What one user has.
#[derive(Debug, Default)]
pub struct Own {
    /// Bytes of the assets, whatever they share.
    pub logical_bytes: u64,
    /// Their contents, each once.
    pub contents: Count,
    /// Assets by media type, the most bytes first.
    pub by_type: Vec<(String, Count)>,
    /// Whether everything was counted: there is a limit.
    pub is_complete: bool,
}

/// What there is of all users.
#[derive(Debug)]
pub struct Whole {
    /// Bytes of all users' assets, whatever they share.
    pub logical_bytes: u64,
    /// What the store holds.
    pub stats: Stats,
}

/// How a vault is, as far as it is known without looking anything up.
#[derive(Debug)]
pub struct Figures {
    /// What was recorded since the start.
    pub written: Written,
    /// The last claim that queries see.
    pub revision: Revision,
    /// Whether writes are taken.
    pub is_writable: bool,
    /// Contents that miss bytes.
    pub damaged: u64,
    /// Room on the disk, in bytes.
    pub free_bytes: u64,
    /// What the store holds, as it was counted last; `None` until it was.
    pub stored: Option<Arc<Stats>>,
}

/// Why an answer about the bytes cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// The facts cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Vault {
    /// What a user has.
    pub fn own_stats(&self, viewer: Viewer) -> Result<Own, QueryError> {
        let logical_bytes = self.catalog.logical_bytes(viewer)?;
        let mut own = Own { logical_bytes, is_complete: true, ..Own::default() };
        let mut after = None;
        loop {
            let lot = self.catalog.contents(viewer, after.as_ref(), LOT)?;
            let Some((last, _)) = lot.last() else { break };
            after = Some(*last);
            for (_, size) in &lot {
                own.contents.add(*size);
            }
        }
        let (mut by_type, mut after, mut seen) = (BTreeMap::<_, Count>::new(), None, 0);
        while own.is_complete {
            let lot = self.catalog.assets(viewer, after, LOT)?;
            let Some(last) = lot.last() else { break };
            after = Some::<AssetId>(last.id);
            seen += lot.len();
            own.is_complete = seen < ASSETS_MAX;
            let there = lot.into_iter().filter(|asset| asset.deleted_at.is_none());
            for content in there.filter_map(|asset| asset.content) {
                by_type.entry(content.media_type).or_default().add(content.size);
            }
        }
        own.by_type = by_type.into_iter().collect();
        own.by_type.sort_by_key(|(_, count)| std::cmp::Reverse(count.bytes));
        Ok(own)
    }

    /// What there is of all users; counted now only when it never was.
    pub fn all_stats(&self) -> Result<Whole, UpkeepError> {
        let mut logical_bytes: u64 = 0;
        for user in self.catalog.users()? {
            let own = self.catalog.logical_bytes(Viewer { user: user.id })?;
            logical_bytes = logical_bytes.saturating_add(own);
        }
        let stats = match self.store.stats() {
            Some(stats) => *stats,
            None => self.store.count()?,
        };
        Ok(Whole { logical_bytes, stats })
    }

    /// How the vault is, in numbers. Never waits for the disk; what the store holds may be a minute
    /// old, and is counted again by a thread of its own.
    pub fn figures(&self) -> Figures {
        Figures {
            written: self.catalog.written(),
            revision: self.catalog.revision(),
            is_writable: self.catalog.read_only().is_none(),
            damaged: self.damage_count() as u64,
            free_bytes: self.space_free(),
            stored: self.store.stats(),
        }
    }

    /// Looks at names and sizes, and says what is wrong and what to do.
    pub fn check(&self) -> Result<Checked, UpkeepError> {
        let mut checked = self.store.check()?;
        for user in self.catalog.users()? {
            self.check_contents(Viewer { user: user.id }, &mut checked)?;
        }
        for segment in self.catalog.unkept_segments()? {
            let place = rushes_catalog::journal::segment_path(segment.first);
            let what = "has no second copy".to_owned();
            let remedy = "see the log: it says why, and a start makes it where it can be made";
            checked.findings.push(Finding { place, what, remedy });
        }
        if let Some(what) = self.catalog.read_only() {
            let remedy = "see the log: it says which file, and what to do";
            checked.findings.insert(0, Finding { place: PathBuf::from("journal"), what, remedy });
        }
        Ok(checked)
    }

    /// Looks whether the store knows every content that a user's assets name. The store itself
    /// cannot tell: where a pack and its note are gone, nothing is left that names what was in it.
    fn check_contents(&self, viewer: Viewer, checked: &mut Checked) -> Result<(), UpkeepError> {
        let mut after = None;
        loop {
            let lot = self.catalog.contents(viewer, after.as_ref(), LOT)?;
            let Some((last, _)) = lot.last() else { return Ok(()) };
            after = Some(*last);
            for (digest, _) in lot {
                if self.store.has_trace(&digest)? {
                    continue;
                }
                if checked.findings.len() >= FINDINGS_MAX {
                    checked.more += 1;
                    continue;
                }
                let what = format!("the bytes of {digest}, which an asset names, are not there");
                let remedy = "upload the same content again, or restore whole/ and packs/ from a \
                              backup and run a reindex";
                checked.findings.push(Finding { place: PathBuf::new(), what, remedy });
            }
        }
    }

    /// Reads everything at rest again, closed journal files last, from where the last scrub was
    /// stopped, until its end or until it is told to stop.
    pub fn scrub(&self, pace: Pace, stop: &AtomicBool) -> Result<(), StoreError> {
        self.store.scrub(pace, stop)?;
        let (store, catalog) = (Arc::clone(&self.store), Arc::clone(&self.catalog));
        let places = Places { store, catalog, disk: Arc::clone(&self.disk) };
        if let Err(error) = keeper::scrub(&places, stop) {
            tracing::error!(%error, "the journal was not read to its end");
        }
        Ok(())
    }

    /// How far a scrub has come.
    pub fn scrub_state(&self) -> ScrubState {
        self.store.scrub_state()
    }

    /// Reads one content again, and heals it where that is possible; `None` when it is not there.
    /// Errors: `Damaged` when bytes of it are lost.
    pub fn verify(&self, digest: &Digest) -> Result<Option<Verified>, StoreError> {
        self.store.verify(digest)
    }

    /// Brings the index up to date with the disk; nothing is freed.
    pub fn reindex(&self, progress: &mut dyn FnMut(&Reindexed)) -> Result<Reindexed, StoreError> {
        self.store.reindex(progress)
    }

    /// Contents that miss bytes.
    pub fn damage(&self) -> Vec<Damaged> {
        self.store.damage()
    }

    /// How many there are.
    pub fn damage_count(&self) -> usize {
        self.store.damage().len()
    }
}
