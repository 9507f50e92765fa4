//! How the small world makes and removes folders.

use rushes_vault::ids::ProjectId;
use rushes_vault::model::{Project, Revision, Scope, Viewer};
use rushes_vault::source::{Folders, Touched};

use super::{Answer, Fake, VIEWER};

impl Folders for Fake {
    fn project_in(&self, viewer: Viewer, folder: &str) -> Answer<Option<Project>> {
        let facts = self.facts();
        let of = |one: &&Project| viewer == VIEWER && one.folder() == folder;
        Ok(facts.projects.values().find(of).cloned())
    }

    fn name_project(&self, _: Viewer, id: &ProjectId, folder: &str) -> Answer<()> {
        self.change(|facts| {
            facts.projects.get_mut(id).unwrap().record.folder = Some(folder.to_owned());
            vec![Touched::Project(VIEWER, id.clone())]
        });
        Ok(())
    }

    fn add_project(&self, _: Viewer, name: &str) -> Answer<()> {
        Self::add_project(self, name);
        Ok(())
    }

    fn add_scene(&self, _: Viewer, project: &ProjectId, number: u32) -> Answer<()> {
        Self::add_scene(self, project.as_str(), number);
        Ok(())
    }

    fn archive(&self, _: Viewer, scope: &Scope) -> Answer<()> {
        self.change(|facts| {
            let project = scope.project.clone();
            let Some(id) = scope.scene() else {
                facts.projects.remove(&project);
                return vec![Touched::Project(VIEWER, project)];
            };
            let number = facts.scenes.values().find(|one| one.id == id).unwrap().scene_number;
            facts.scenes.remove(&(project.clone(), number));
            vec![Touched::Scene(VIEWER, project, number)]
        });
        Ok(())
    }

    fn revision(&self) -> Revision {
        self.facts().revision
    }

    fn has_arrivals(&self, _: Viewer, scope: &Scope, since: Revision) -> Answer<bool> {
        let facts = self.facts();
        let is_in =
            |of: &Scope| of == scope || (scope.part.is_none() && of.project == scope.project);
        let of = facts.histories.iter().filter(|((of, _), _)| is_in(of));
        Ok(of.flat_map(|(_, past)| &past.versions).any(|version| version.revision > since))
    }
}
