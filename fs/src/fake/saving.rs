//! How the small world takes files that programs write: in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex};

use rushes_vault::Digest;
use rushes_vault::ids::AssetId;
use rushes_vault::model::Scope;
use rushes_vault::source::{Facts, SaveAs, SavedAs, SourceError, Unsaved};

use super::{Answer, Bytes, Fake, Past, Source, VIEWER};

/// A file that a program writes.
#[derive(Debug, Default)]
pub struct Written(Mutex<(Vec<u8>, bool)>, Arc<Notes>);

/// The notes that were written, by the name of the file: whether they last.
type Notes = Mutex<BTreeMap<String, bool>>;

impl Written {
    /// With these bytes.
    fn with(bytes: Vec<u8>, notes: &Arc<Notes>) -> Self {
        Self(Mutex::new((bytes, false)), Arc::clone(notes))
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

    fn allocate(&self, range: Range<u64>) -> Answer<bool> {
        let end = usize::try_from(range.end).unwrap();
        self.change(|held| held.resize(held.len().max(end), 0))?;
        Ok(true)
    }

    fn freeze(&self) -> Answer<()> {
        self.0.lock().unwrap().1 = true;
        Ok(())
    }

    fn is_frozen(&self) -> bool {
        self.0.lock().unwrap().1
    }

    fn promise(&self, save: &SaveAs, lasts: bool) -> Answer<()> {
        *self.1.lock().unwrap().entry(save.filename.clone()).or_default() |= lasts;
        Ok(())
    }

    fn withdraw(&self) {}

    fn discard(&self) {}

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// How saves are held up.
#[derive(Debug, Default)]
pub struct Saving {
    held: Mutex<BTreeSet<String>>,
    moved: Condvar,
    notes: Arc<Notes>,
    tries: Mutex<usize>,
}

impl Fake {
    /// Holds the saves of a key up until it is let go.
    pub fn hold_saves(&self, key: &str) {
        self.saving.held.lock().unwrap().insert(key.to_owned());
    }

    /// Lets the saves of a key go.
    pub fn release_saves(&self, key: &str) {
        self.saving.held.lock().unwrap().remove(key);
        self.saving.moved.notify_all();
    }

    /// Whether there was a note of a file, and whether it lasts.
    pub fn note(&self, name: &str) -> Option<bool> {
        self.saving.notes.lock().unwrap().get(name).copied()
    }

    /// How many saves were tried.
    pub fn tries(&self) -> usize {
        *self.saving.tries.lock().unwrap()
    }

    /// Whether there is a project or scene.
    pub fn has_scope(&self, scope: &Scope) -> bool {
        let facts = self.facts();
        let scenes = facts.scenes.values();
        facts.projects.contains_key(&scope.project)
            && scope.scene().is_none_or(|id| scenes.map(|scene| scene.id).any(|one| one == id))
    }

    /// Makes a version of a file, once its key is not held.
    pub fn save_file(&self, save: &SaveAs, file: &dyn Unsaved) -> Answer<SavedAs> {
        let key = save.asset_key.as_ref().map(ToString::to_string).unwrap_or_default();
        let held = self.saving.held.lock().unwrap();
        drop(self.saving.moved.wait_while(held, |held| held.contains(&key)).unwrap());
        *self.saving.tries.lock().unwrap() += 1;
        if !self.has_scope(&save.scope) {
            return Err(SourceError::Refused("there is no such scene".to_owned()));
        }
        let mut bytes = vec![0; usize::try_from(file.size()).unwrap()];
        file.read_at(&mut bytes, 0)?;
        self.save_bytes(save, &bytes)
    }

    /// Begins a file.
    pub fn begin_file(&self, from: Option<&Digest>) -> Arc<dyn Unsaved> {
        let bytes = from.map(|digest| {
            let content = self.open(VIEWER, digest).unwrap().unwrap();
            let mut bytes = vec![0; usize::try_from(content.size()).unwrap()];
            content.read_at(&mut bytes, 0).unwrap();
            bytes
        });
        Arc::new(Written::with(bytes.unwrap_or_default(), &self.saving.notes))
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
        let current = shown().ok_or(SourceError::Saved)?;
        let (asset, made) = (current.asset, current.revision);
        Ok(SavedAs { asset, made, digest, size, is_new })
    }

    /// Hides the name under which a version was shown, unless a newer one is.
    pub fn hide_name(&self, shown: AssetId) {
        self.change(|facts| {
            let of = |past: &&mut Past| past.versions.iter().any(|one| one.asset == shown);
            let mut all = facts.histories.iter_mut();
            let (scope, past) =
                all.find_map(|(at, past)| of(&past).then_some((at.0.clone(), past))).unwrap();
            let version = past.versions.iter().find(|one| one.asset == shown).unwrap().version;
            let current = past.entry().current;
            past.is_hidden |= current.is_none_or(|current| current.version <= version);
            let key = past.key.clone();
            vec![facts.touched(&scope, key)]
        });
    }
}
