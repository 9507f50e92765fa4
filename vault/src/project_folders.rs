//! What the folders of projects are called that are not called as the project's id.
//!
//! In memory, so that every reply can say where something is in the mount without asking. Invariant:
//! what a claim says stands here before its command is answered; deleted projects are kept.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rushes_catalog::claim::Fact;
use rushes_catalog::ids::{ProjectId, UserId};
use rushes_catalog::model::Viewer;
use rushes_catalog::record::ProjectRecord;
use rushes_catalog::{Catalog, Committed, Publish, QueryError};

use crate::Vault;

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
                    names.note((claim.by, project_id), record);
                }
            }
            publish(committed);
        })
    }

    /// Takes note of what was recorded before.
    pub fn load(&self, catalog: &Catalog) -> Result<(), QueryError> {
        for user in catalog.users()? {
            let named = catalog.named_folders(Viewer { user: user.id })?;
            let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
            names.extend(named.into_iter().map(|(id, name)| ((user.id, id), name.into())));
        }
        Ok(())
    }

    fn note(&self, (owner, id): (UserId, &ProjectId), record: &ProjectRecord) {
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match &record.folder {
            Some(folder) => names.insert((owner, id.clone()), folder.as_str().into()),
            None => names.remove(&(owner, id.clone())),
        };
    }
}

impl Vault {
    /// What a project's folder is called; of one that is not there, its id. Asks no disk.
    pub fn project_folder(&self, viewer: Viewer, id: &ProjectId) -> String {
        let names = self.project_folders.0.read().unwrap_or_else(PoisonError::into_inner);
        names.get(&(viewer.user, id.clone())).map_or_else(|| id.to_string(), ToString::to_string)
    }
}
