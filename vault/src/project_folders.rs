//! What the folders of projects are called that are not called as the project's id.
//!
//! In memory, so that every reply can say where something is in the mount without asking.
//! Invariant: what a claim says stands here before its command is answered; deleted projects are
//! kept.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rushes_catalog::claim::Fact;
use rushes_catalog::ids::{ProjectId, UserId};
use rushes_catalog::model::Viewer;
use rushes_catalog::record::ProjectRecord;
use rushes_catalog::{Catalog, Committed, Publish, QueryError};

/// The names.
#[derive(Debug, Default)]
pub struct ProjectFolders(RwLock<HashMap<(UserId, ProjectId), Box<str>>>);

impl ProjectFolders {
    /// Takes note of what claims say, and passes everything on.
    pub fn watch(self: &Arc<Self>, publish: Publish) -> Publish {
        let names = Arc::clone(self);
        Box::new(move |committed: Committed| {
            for (_, claim) in &committed.claims {
                if let Fact::ProjectCreated { project_id, record }
                | Fact::ProjectChanged { project_id, record } = &claim.fact
                {
                    names.say((claim.by, project_id), record);
                }
            }
            publish(committed);
        })
    }

    /// Takes note of what was recorded before.
    pub fn load(&self, catalog: &Catalog) -> Result<(), QueryError> {
        for user in catalog.users()? {
            let found = catalog.named_folders(Viewer { user: user.id })?;
            let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
            all.extend(found.into_iter().map(|(id, folder)| ((user.id, id), folder.into())));
        }
        Ok(())
    }

    /// What a project's folder is called; of one that is not there, its id.
    pub fn of(&self, owner: UserId, id: &ProjectId) -> String {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&(owner, id.clone())).map_or_else(|| id.to_string(), ToString::to_string)
    }

    fn say(&self, (owner, id): (UserId, &ProjectId), record: &ProjectRecord) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match &record.folder {
            Some(folder) => all.insert((owner, id.clone()), folder.as_str().into()),
            None => all.remove(&(owner, id.clone())),
        };
    }
}
