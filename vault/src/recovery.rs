//! What comes back of files that programs wrote in the folder when their daemon was killed.
//!
//! Invariant: of files that may belong to one history the one that was made first comes first; what
//! takes long holds no start up, and is done by a thread that a stop ends between two blocks.

use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use rushes_catalog::ids::AssetKey;
use rushes_catalog::model::{Scope, Viewer};
use rushes_store::{Promised, StoreError};

use crate::Vault;
use crate::saves::Note;
use crate::source::{SaveAs, SavedAs, SourceError};

/// How much of a file is read at once, in bytes.
const BLOCK_BYTES: usize = 1 << 20;
/// Longest file that is a version before the daemon is ready, in bytes.
const AT_ONCE_BYTES_MAX: u64 = 16 << 20;
/// How long the start is held up by all of them.
const AT_ONCE_MAX: Duration = Duration::from_secs(2);

/// What becomes of a file that was promised.
enum Came {
    /// A version.
    Back(SavedAs),
    /// Nothing: nobody can want it, or it is there.
    Done,
    /// Nothing yet: this process ends.
    Stopped,
}

/// Files that may belong to one history.
type Lane = (Viewer, Scope, String);

impl Vault {
    /// Makes versions of the files that were promised before this process began: small ones on
    /// return, the others soon. What cannot be saved now stays for the next start.
    pub(crate) fn recover_saves(self: &Arc<Self>) -> Result<(), StoreError> {
        let until = Instant::now() + AT_ONCE_MAX;
        let (mut kept, mut waiting) = (Vec::new(), HashSet::new());
        for promised in self.store.promised()? {
            let note = serde_json::from_slice::<Note>(&promised.note);
            let lane = note.as_ref().ok().map(lane);
            let waits = lane.as_ref().is_some_and(|lane| waiting.contains(lane));
            if waits || promised.size > AT_ONCE_BYTES_MAX || Instant::now() > until {
                waiting.extend(lane);
                kept.push(promised);
            } else {
                self.bring_back(&promised);
            }
        }
        if kept.is_empty() {
            return Ok(());
        }
        tracing::info!(files = kept.len(), "saves that were cut off are made versions meanwhile");
        let vault = Arc::downgrade(self);
        let run = move || bring_all_back(&vault, &kept);
        if let Err(error) = self.recovery.start("rushes-recovery", run) {
            tracing::error!(%error, "saves that were cut off wait for a start");
        }
        Ok(())
    }

    fn bring_back(&self, promised: &Promised) {
        let name = &promised.name;
        match self.recover_save(promised) {
            Ok(Came::Back(saved)) => {
                let asset = saved.asset;
                tracing::warn!(name, %asset, "a save that was cut off is a version now");
            }
            Ok(Came::Done) => {}
            Ok(Came::Stopped) => return,
            Err(error) => {
                tracing::error!(name, %error, "a save that was cut off stays in staging/");
                return;
            }
        }
        if let Err(error) = self.store.forget_promised(promised) {
            tracing::warn!(name, %error, "a save that came back is looked at again");
        }
    }

    fn recover_save(&self, promised: &Promised) -> Result<Came, SourceError> {
        let note: Note = serde_json::from_slice(&promised.note)
            .map_err(|error| SourceError::Failed(format!("its note cannot be read: {error}")))?;
        let (viewer, mut save) = (Viewer { user: note.user }, note.save());
        let Some(key) = save.asset_key.take() else { return Ok(Came::Done) };
        save.asset_key = Some(self.key_now(viewer, &save, key)?);
        let file = self.store.open_promised(promised)?;
        let mut upload = self.stage(viewer)?;
        let (mut at, mut block) = (0, vec![0; BLOCK_BYTES]);
        loop {
            if self.recovery.is_stopped() {
                return Ok(Came::Stopped);
            }
            let got = file.read_at(&mut block, at).map_err(StoreError::from)?;
            if got == 0 {
                break;
            }
            upload.write(block.get(..got).unwrap_or_default())?;
            at += got as u64;
        }
        let staged = upload.finish()?;
        if at == 0 || self.shown(viewer, &save, &staged.digest())?.is_some() {
            return Ok(Came::Done);
        }
        match self.record(viewer, &save, (staged, &promised.name, true)) {
            Err(SourceError::Saved) => Ok(Came::Done),
            saved => saved.map(Came::Back),
        }
    }

    /// The history of a file: that of its full name where the one that was noted shows another type
    /// of media by now.
    fn key_now(
        &self,
        viewer: Viewer,
        save: &SaveAs,
        key: AssetKey,
    ) -> Result<AssetKey, SourceError> {
        let entry = self.catalog.history(viewer, &save.scope, &key)?;
        let content = entry.and_then(|entry| entry.current).and_then(|current| current.content);
        let is_other = |shown: &str| !shown.eq_ignore_ascii_case(&save.extension);
        let has_extension = save.filename.len() > key.as_str().len();
        if has_extension && content.is_some_and(|content| is_other(&content.extension)) {
            return Ok(save.filename.parse().unwrap_or(key));
        }
        Ok(key)
    }
}

fn lane(note: &Note) -> Lane {
    let save = note.save();
    let stem = save.filename.rsplit_once('.').map_or(&*save.filename, |(stem, _)| stem);
    (Viewer { user: note.user }, save.scope, stem.to_lowercase())
}

fn bring_all_back(vault: &Weak<Vault>, late: &[Promised]) {
    for promised in late {
        let Some(vault) = vault.upgrade() else { return };
        if vault.recovery.is_stopped() {
            return;
        }
        vault.bring_back(promised);
    }
}
