//! Folders that programs make and remove: projects and what is in them.
//!
//! Invariant: nothing here waits until the folders show it: the caller is one.

use rushes_catalog::command::{Command, CommandError, NewProject, NewScene, SceneRef};
use rushes_catalog::element::element_of;
use rushes_catalog::ids::ProjectId;
use rushes_catalog::model::{Part, Project, Revision, Scope, Viewer};
use rushes_catalog::record::ProjectRecord;

use crate::Vault;
use crate::source::{Folders, SourceError};

type Answer<T> = Result<T, SourceError>;

impl Folders for Vault {
    fn project_in(&self, viewer: Viewer, folder: &str) -> Answer<Option<Project>> {
        Ok(self.catalog.project_in(viewer, folder)?)
    }

    fn name_project(&self, viewer: Viewer, id: &ProjectId, folder: &str) -> Answer<()> {
        let command = Command::NameProject { id: id.clone(), folder: folder.to_owned() };
        self.catalog.submit(viewer, command, None)?;
        Ok(())
    }

    fn add_project(&self, viewer: Viewer, name: &str) -> Answer<()> {
        let folder = Some(name.to_owned());
        let record = ProjectRecord { name: name.to_owned(), folder, ..ProjectRecord::default() };
        let new = NewProject { record, ..NewProject::default() };
        self.catalog.submit(viewer, Command::CreateProject(Box::new(new)), None)?;
        Ok(())
    }

    fn add_scene(&self, viewer: Viewer, project: &ProjectId, number: u32) -> Answer<()> {
        let scene = NewScene { scene_number: Some(number), ..NewScene::default() };
        let command = Command::AddScene { project: project.clone(), scene };
        self.catalog.submit(viewer, command, None)?;
        Ok(())
    }

    fn archive(&self, viewer: Viewer, scope: &Scope) -> Answer<()> {
        self.catalog.submit(viewer, delete(scope)?, None)?;
        self.follower.call();
        Ok(())
    }

    fn revision(&self) -> Revision {
        self.catalog.revision()
    }

    fn has_arrivals(&self, viewer: Viewer, scope: &Scope, since: Revision) -> Answer<bool> {
        Ok(self.catalog.has_arrivals(viewer, scope, since)?)
    }
}

impl Vault {
    /// What a project's folder is called; of one that is not there, its id. Asks no disk.
    pub fn project_folder(&self, viewer: Viewer, id: &ProjectId) -> String {
        self.project_folders.of(viewer.user, id)
    }
}

fn delete(scope: &Scope) -> Result<Command, CommandError> {
    let (project, expected) = (scope.project.clone(), None);
    Ok(match scope.part {
        None => Command::DeleteProject { id: project, expected },
        Some(Part::Scene(id)) => {
            Command::DeleteScene { project, scene: SceneRef::Id(id), expected }
        }
        Some(part) => {
            let element = element_of(part).ok_or(CommandError::Missing { what: "element" })?;
            Command::DeleteElement { project, element, expected }
        }
    })
}
