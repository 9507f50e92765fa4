//! The past of the small world: what it was when it was told to remember.

use std::sync::{Arc, Mutex};

use rushes_vault::Digest;
use rushes_vault::ids::ProjectId;
use rushes_vault::model::{ProjectEntry, Revision, Viewer};
use rushes_vault::source::{Facts, Moment, Moments, Touched};

use super::{Answer, Fake};

/// The second in which nothing was there yet; one claim is made in each.
const START: u64 = 1_763_600_000;

impl Fake {
    /// Remembers what it is now, and says which revision that is.
    pub fn remember(&self) -> Revision {
        let mut facts = self.facts().clone();
        facts.watchers.clear();
        let revision = facts.revision;
        let then = Self { facts: Mutex::new(facts), ..Self::default() };
        self.past.lock().unwrap().insert(revision, Arc::new(then));
        revision
    }

    /// Removes the bytes of a content, as a sweep does.
    pub fn free(&self, bytes: &[u8]) {
        self.change(|facts| {
            facts.blobs.remove(&Digest::of(bytes)).unwrap();
            vec![Touched::Freed]
        });
    }

    fn then(&self, revision: Revision) -> Option<Arc<Self>> {
        let past = self.past.lock().unwrap();
        past.range(..=revision).next_back().map(|(_, then)| Arc::clone(then))
    }
}

fn entry(id: &ProjectId) -> ProjectEntry {
    ProjectEntry { id: id.clone(), folder: id.to_string(), created_ms: 1_763_632_800_000 }
}

impl Moments for Fake {
    fn moment(&self, moment: Moment) -> Answer<Option<Revision>> {
        let revision = match moment {
            Moment::Revision(revision) => revision,
            Moment::EndOf(second) => second.saturating_sub(START),
        };
        Ok((1..=self.facts().revision).contains(&revision).then_some(revision))
    }

    fn past_projects(
        &self,
        _: Viewer,
        revision: Revision,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<ProjectEntry>> {
        let Some(then) = self.then(revision) else { return Ok(Vec::new()) };
        let facts = then.facts();
        let later =
            facts.projects.keys().filter(|id| after.is_none_or(|after| id.as_str() > after));
        Ok(later.take(limit).map(entry).collect())
    }

    fn past_project(
        &self,
        _: Viewer,
        revision: Revision,
        folder: &str,
    ) -> Answer<Option<ProjectEntry>> {
        let Ok(id) = folder.parse() else { return Ok(None) };
        let then = self.then(revision).filter(|then| then.facts().projects.contains_key(&id));
        Ok(then.map(|_| entry(&id)))
    }

    fn past(
        &self,
        viewer: Viewer,
        revision: Revision,
        id: &ProjectId,
    ) -> Answer<Option<Arc<dyn Facts>>> {
        let is_there = self.past_project(viewer, revision, id.as_str())?.is_some();
        Ok(self.then(revision).filter(|_| is_there).map(|then| then as Arc<dyn Facts>))
    }
}
