//! Files that programs write in the folder, and how one becomes a version.
//!
//! Invariant: a promised file is removed only once a version holds its bytes, and its version is
//! recorded under the name of its file in `staging/`, so that a save that is tried again after a
//! kill is the same one.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rushes_catalog::command::{Command, CommandError, PartRef, SceneRef};
use rushes_catalog::ids::{AssetId, AssetKey, UserId};
use rushes_catalog::model::{Generation, Part, Scope, Viewer};
use rushes_digest::Digest;
use rushes_store::{Familiar, Loose};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::source::{SaveAs, SavedAs, SourceError, Unsaved};
use crate::{IngestError, IngestRequest, Staged, Vault};

impl From<IngestError> for SourceError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::DiskFull => Self::Full,
            IngestError::Command(error) => error.into(),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<CommandError> for SourceError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::DiskFull => Self::Full,
            CommandError::OutcomeUnknown => Self::Failed(error.to_string()),
            CommandError::Taken { .. } => Self::Taken,
            error => Self::Refused(error.to_string()),
        }
    }
}

/// What is noted beside a promised file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) user: UserId,
    #[serde(flatten)]
    scope: Scope,
    /// Nothing while the name does not count: then nobody can want it after a kill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asset_key: Option<AssetKey>,
    extension: String,
    filename: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<AssetId>,
    modified_ms: i64,
}

impl Note {
    fn of(viewer: Viewer, save: &SaveAs) -> Self {
        Self {
            user: viewer.user,
            scope: save.scope.clone(),
            asset_key: save.asset_key.clone(),
            extension: save.extension.clone(),
            filename: save.filename.clone(),
            base: save.base,
            modified_ms: save.modified_ms,
        }
    }

    pub(crate) fn save(&self) -> SaveAs {
        SaveAs {
            scope: self.scope.clone(),
            asset_key: self.asset_key.clone(),
            extension: self.extension.clone(),
            filename: self.filename.clone(),
            base: self.base,
            modified_ms: self.modified_ms,
        }
    }
}

/// A file that a program writes.
#[derive(Debug)]
struct Open {
    loose: Loose,
    viewer: Viewer,
    /// How long it may be.
    bytes_max: u64,
}

impl Open {
    /// Refuses to make it longer than it may be.
    fn check_end(&self, end: Option<u64>) -> Result<(), SourceError> {
        match end {
            Some(end) if end <= self.bytes_max => Ok(()),
            _ => Err(SourceError::TooLarge { bytes_max: self.bytes_max }),
        }
    }
}

impl Unsaved for Open {
    fn size(&self) -> u64 {
        self.loose.size()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, SourceError> {
        Ok(self.loose.read_at(buffer, offset)?)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), SourceError> {
        self.check_end(offset.checked_add(bytes.len() as u64))?;
        Ok(self.loose.write_at(bytes, offset)?)
    }

    fn set_len(&self, size: u64) -> Result<(), SourceError> {
        self.check_end(Some(size))?;
        Ok(self.loose.set_len(size)?)
    }

    fn allocate(&self, range: Range<u64>) -> Result<bool, SourceError> {
        self.check_end(Some(range.end))?;
        Ok(self.loose.allocate(range)?)
    }

    fn freeze(&self) -> Result<(), SourceError> {
        Ok(self.loose.freeze()?)
    }

    fn is_frozen(&self) -> bool {
        self.loose.is_frozen()
    }

    fn promise(&self, save: &SaveAs, lasts: bool) -> Result<(), SourceError> {
        let note = serde_json::to_vec(&Note::of(self.viewer, save))
            .map_err(|error| SourceError::Failed(error.to_string()))?;
        Ok(self.loose.promise(&note, lasts)?)
    }

    fn withdraw(&self) {
        self.loose.withdraw();
    }

    fn discard(&self) {
        self.loose.discard();
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl Vault {
    /// Begins a file that a program writes, empty or with the bytes of a content.
    pub(crate) fn begin_file(
        &self,
        viewer: Viewer,
        from: Option<&Digest>,
    ) -> Result<Arc<dyn Unsaved>, SourceError> {
        let catalog = Arc::clone(&self.catalog);
        let knows =
            move |digest: &Digest| catalog.content(viewer, digest).is_ok_and(|size| size.is_some());
        let loose = self.store.begin(Familiar::new(knows), from)?;
        let bytes_max = self.file_bytes_max.load(Ordering::SeqCst);
        Ok(Arc::new(Open { loose, viewer, bytes_max }))
    }

    /// Saves what a program wrote as a version. On an error the file stays as it is, and with a
    /// promise it comes back after a restart.
    pub(crate) fn save_file(
        &self,
        viewer: Viewer,
        save: &SaveAs,
        file: &dyn Unsaved,
    ) -> Result<SavedAs, SourceError> {
        let foreign = || SourceError::Failed("a file of another source cannot be saved".to_owned());
        let open = file.as_any().downcast_ref::<Open>().ok_or_else(foreign)?;
        let staged = Staged(open.loose.seal()?);
        let saved = match self.shown(viewer, save, &staged.digest())? {
            Some(there) => there,
            None => self.record(viewer, save, (staged, open.loose.name(), false))?,
        };
        open.loose.discard();
        Ok(saved)
    }

    /// Saves a content that is there already under a name: a file was moved there.
    pub(crate) fn save_known(
        &self,
        viewer: Viewer,
        save: &SaveAs,
        digest: &Digest,
    ) -> Result<SavedAs, SourceError> {
        if let Some(there) = self.shown(viewer, save, digest)? {
            return Ok(there);
        }
        let made = self.ingest_known(viewer, request(save, false)?, *digest, None)?;
        self.saved_as(viewer, save, made.asset.id)
    }

    /// The version that is shown under a name, if it has exactly these bytes: then there is
    /// nothing to save.
    pub(crate) fn shown(
        &self,
        viewer: Viewer,
        save: &SaveAs,
        digest: &Digest,
    ) -> Result<Option<SavedAs>, SourceError> {
        let Some(key) = &save.asset_key else { return Ok(None) };
        let entry = self.catalog.history(viewer, &save.scope, key)?;
        let entry = entry.filter(|entry| !entry.is_hidden);
        let current = entry.and_then(|entry| entry.current);
        Ok(current.and_then(|current| {
            let content = current.content.filter(|content| {
                content.digest == *digest && content.extension == save.extension
            })?;
            let (asset, made, size) = (current.asset, current.revision, content.size);
            Some(SavedAs { asset, made, digest: *digest, size, is_new: false })
        }))
    }

    pub(crate) fn record(
        &self,
        viewer: Viewer,
        save: &SaveAs,
        (staged, name, is_recovered): (Staged, &str, bool),
    ) -> Result<SavedAs, SourceError> {
        let request = request(save, is_recovered)?;
        let (digest, key) = (staged.digest(), Some(format!("save-{name}")));
        match self.ingest(viewer, request, Some(staged), key) {
            Ok(made) => self.saved_as(viewer, save, made.asset.id),
            // It was recorded by a try of which nobody heard.
            Err(IngestError::Command(CommandError::KeyReused)) => {
                let shown = self.shown(viewer, save, &digest)?;
                shown.ok_or(SourceError::Saved)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn saved_as(
        &self,
        viewer: Viewer,
        save: &SaveAs,
        asset: AssetId,
    ) -> Result<SavedAs, SourceError> {
        let lost = || SourceError::Failed(format!("{} was saved and is gone", save.filename));
        let found = self.catalog.asset(viewer, asset)?.ok_or_else(lost)?;
        let content = found.content.ok_or_else(lost)?;
        let (made, digest, size) = (found.revision, content.digest, content.size);
        Ok(SavedAs { asset, made, digest, size, is_new: true })
    }

    /// Takes the name under which a version was shown away until its history's next version. One
    /// that shows a newer version by now stays.
    pub(crate) fn hide_name(&self, viewer: Viewer, shown: AssetId) -> Result<(), SourceError> {
        match self.catalog.submit(viewer, Command::HideHistory { shown }, None) {
            Ok(_) | Err(CommandError::Changed { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn request(save: &SaveAs, is_recovered: bool) -> Result<IngestRequest, SourceError> {
    let nameless = || SourceError::Refused("a temporary name is never saved".to_owned());
    let mut metadata = Map::new();
    metadata.insert("source".to_owned(), json!("mount"));
    if is_recovered {
        metadata.insert("recovered".to_owned(), Value::Bool(true));
    }
    let part = save.scope.part.map(|part| match part {
        Part::Scene(id) => PartRef::Scene(SceneRef::Id(id)),
        Part::Character(id) => PartRef::Character(id),
        Part::Location(id) => PartRef::Location(id),
        Part::Mood(id) => PartRef::Mood(id),
    });
    let source_asset_ids = save.base.into_iter().collect();
    Ok(IngestRequest {
        filename: save.filename.clone(),
        project: Some(save.scope.project.clone()),
        part,
        asset_key: Some(save.asset_key.clone().ok_or_else(nameless)?),
        generation: Generation { source_asset_ids, ..Generation::default() },
        metadata,
        extension: Some(save.extension.clone()),
        modified_ms: Some(save.modified_ms),
        ..IngestRequest::default()
    })
}
