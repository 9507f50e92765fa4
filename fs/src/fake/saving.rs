//! How the small world takes files that programs write: in memory.

use std::sync::{Arc, Mutex};

use rushes_vault::Digest;
use rushes_vault::ids::AssetKey;
use rushes_vault::model::Scope;
use rushes_vault::source::{Facts, SaveAs, SavedAs, SourceError, Touched, Unsaved};

use super::{Answer, Bytes, Fake, Source, VIEWER};

/// A file that a program writes.
#[derive(Debug, Default)]
pub struct Written(Mutex<(Vec<u8>, bool)>);

impl Written {
    /// With these bytes.
    pub fn with(bytes: Vec<u8>) -> Self {
        Self(Mutex::new((bytes, false)))
    }

    fn change(&self, change: impl FnOnce(&mut Vec<u8>)) -> Answer<()> {
        let mut held = self.0.lock().unwrap();
        if held.1 {
            return Err(SourceError::Frozen);
        }
        change(&mut held.0);
        Ok(())
    }
}

impl Unsaved for Written {
    fn size(&self) -> u64 {
        self.0.lock().unwrap().0.len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Answer<usize> {
        let held = self.0.lock().unwrap();
        let rest = held.0.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> Answer<()> {
        let start = usize::try_from(offset).unwrap();
        self.change(|held| {
            held.resize(held.len().max(start + bytes.len()), 0);
            held[start..start + bytes.len()].copy_from_slice(bytes);
        })
    }

    fn set_len(&self, size: u64) -> Answer<()> {
        self.change(|held| held.resize(usize::try_from(size).unwrap(), 0))
    }

    fn freeze(&self) -> Answer<()> {
        self.0.lock().unwrap().1 = true;
        Ok(())
    }

    fn is_frozen(&self) -> bool {
        self.0.lock().unwrap().1
    }

    fn promise(&self, _: &SaveAs, _: bool) -> Answer<()> {
        Ok(())
    }

    fn withdraw(&self) {}

    fn discard(&self) {}

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl Fake {
    /// Begins a file.
    pub fn begin_file(&self, from: Option<&Digest>) -> Arc<dyn Unsaved> {
        let bytes = from.map(|digest| {
            let content = self.open(VIEWER, digest).unwrap().unwrap();
            let mut bytes = vec![0; usize::try_from(content.size()).unwrap()];
            content.read_at(&mut bytes, 0).unwrap();
            bytes
        });
        Arc::new(Written::with(bytes.unwrap_or_default()))
    }

    /// Makes a version of bytes, unless what is shown has the same.
    pub fn save_bytes(&self, save: &SaveAs, bytes: &[u8]) -> Answer<SavedAs> {
        let key = save.asset_key.clone().ok_or(SourceError::Saved)?;
        let (digest, size) = (Digest::of(bytes), bytes.len() as u64);
        let shown = || {
            let entry = self.history(VIEWER, &save.scope, &key).unwrap()?;
            entry.current.filter(|_| !entry.is_hidden)
        };
        let there = |current: &rushes_vault::model::VersionEntry| {
            current.content.as_ref().is_some_and(|content| content.digest == digest)
        };
        let is_new = !shown().as_ref().is_some_and(there);
        if is_new {
            self.add(&save.scope, (key.as_str(), &save.extension), Bytes::in_file(bytes));
        }
        let asset = shown().ok_or(SourceError::Saved)?.asset;
        Ok(SavedAs { asset, digest, size, is_new })
    }

    /// Hides a name.
    pub fn hide_name(&self, scope: &Scope, key: &AssetKey) {
        self.change(|facts| {
            let past = facts.histories.get_mut(&(scope.clone(), key.folded())).unwrap();
            past.is_hidden = true;
            let key = past.key.clone();
            vec![facts.touched(scope, key)]
        });
    }

    /// Deletes a scene.
    pub fn remove_scene(&self, scope: &Scope, number: u32) {
        self.change(|facts| {
            facts.scenes.remove(&(scope.project.clone(), number));
            vec![Touched::Scene(VIEWER, scope.project.clone(), number)]
        });
    }
}
