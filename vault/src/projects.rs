//! Projects, scenes and elements: made, changed, deleted, restored.
//!
//! Invariant: on return a change is durable, every query shows it, and the folders do or are about
//! to. The assets of what was deleted follow it afterwards (`follow.rs`).

use rushes_catalog::command::{
    Change, Command, CommandError, NewElement, NewProject, NewScene, SceneRef,
};
use rushes_catalog::element::ElementRef;
use rushes_catalog::ids::{ProjectId, SceneId};
use rushes_catalog::model::{Revision, Viewer};
use rushes_catalog::{Made, Outcome, QueryError};

use crate::{ElementView, ProjectView, SceneView, Vault, unreadable};

impl Vault {
    /// Makes a project with what is in it, all of it or nothing. With an idempotency key a retry
    /// finds what the first try made.
    pub fn create_project(
        &self,
        viewer: Viewer,
        new: NewProject,
        key: Option<String>,
    ) -> Result<ProjectView, CommandError> {
        let made = self.change_facts(viewer, Command::CreateProject(new.into()), key)?;
        match self.made(made)? {
            Made::Project(id) => self.project_there(viewer, &id),
            _ => Err(CommandError::OutcomeUnknown),
        }
    }

    /// Merges a change into a project's record.
    pub fn change_project(
        &self,
        viewer: Viewer,
        id: &ProjectId,
        change: Change,
        key: Option<String>,
    ) -> Result<ProjectView, CommandError> {
        self.change_facts(viewer, Command::ChangeProject { id: id.clone(), change }, key)?;
        self.project_there(viewer, id)
    }

    /// Deletes a project: nothing of it is shown any more.
    pub fn delete_project(
        &self,
        viewer: Viewer,
        id: &ProjectId,
        expected: Option<Revision>,
        key: Option<String>,
    ) -> Result<Revision, CommandError> {
        let done =
            self.change_facts(viewer, Command::DeleteProject { id: id.clone(), expected }, key)?;
        self.follower.call();
        Ok(done.revision)
    }

    /// Restores a deleted project with what was deleted with it, except assets whose bytes were
    /// freed.
    pub fn restore_project(
        &self,
        viewer: Viewer,
        id: &ProjectId,
        key: Option<String>,
    ) -> Result<ProjectView, CommandError> {
        self.change_facts(viewer, Command::RestoreProject { id: id.clone() }, key)?;
        self.follower.call();
        self.project_there(viewer, id)
    }

    /// Adds a scene.
    pub fn add_scene(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        scene: NewScene,
        key: Option<String>,
    ) -> Result<SceneView, CommandError> {
        let add = Command::AddScene { project: project.clone(), scene };
        let made = self.change_facts(viewer, add, key)?;
        match self.made(made)? {
            Made::Scene(project, id) => self.scene_there(viewer, &project, SceneRef::Id(id)),
            _ => Err(CommandError::OutcomeUnknown),
        }
    }

    /// Merges a change into a scene's record.
    pub fn change_scene(
        &self,
        viewer: Viewer,
        (project, scene): (&ProjectId, SceneRef),
        change: Change,
        key: Option<String>,
    ) -> Result<SceneView, CommandError> {
        let command = Command::ChangeScene { project: project.clone(), scene, change };
        self.change_facts(viewer, command, key)?;
        self.scene_there(viewer, project, scene)
    }

    /// Deletes a scene; the others keep their numbers.
    pub fn delete_scene(
        &self,
        viewer: Viewer,
        (project, scene): (&ProjectId, SceneRef),
        expected: Option<Revision>,
        key: Option<String>,
    ) -> Result<Revision, CommandError> {
        let command = Command::DeleteScene { project: project.clone(), scene, expected };
        let done = self.change_facts(viewer, command, key)?;
        self.follower.call();
        Ok(done.revision)
    }

    /// Restores a deleted scene under its number, or behind the last one when that is taken.
    pub fn restore_scene(
        &self,
        viewer: Viewer,
        (project, id): (&ProjectId, SceneId),
        key: Option<String>,
    ) -> Result<SceneView, CommandError> {
        let command = Command::RestoreScene { project: project.clone(), id };
        self.change_facts(viewer, command, key)?;
        self.follower.call();
        self.scene_there(viewer, project, SceneRef::Id(id))
    }

    /// Numbers the scenes of a project anew, from 1, in an order that names each of them once.
    pub fn reorder_scenes(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        scene_ids: Vec<SceneId>,
        key: Option<String>,
    ) -> Result<ProjectView, CommandError> {
        let command = Command::ReorderScenes { project: project.clone(), scene_ids };
        self.change_facts(viewer, command, key)?;
        self.project_there(viewer, project)
    }

    /// Adds an element.
    pub fn add_element(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        element: NewElement,
        key: Option<String>,
    ) -> Result<ElementView, CommandError> {
        let add = Command::AddElement { project: project.clone(), element };
        let made = self.change_facts(viewer, add, key)?;
        match self.made(made)? {
            Made::Element(project, element) => self.element_there(viewer, &project, element),
            _ => Err(CommandError::OutcomeUnknown),
        }
    }

    /// Merges a change into an element's record.
    pub fn change_element(
        &self,
        viewer: Viewer,
        (project, element): (&ProjectId, ElementRef),
        change: Change,
        key: Option<String>,
    ) -> Result<ElementView, CommandError> {
        let command = Command::ChangeElement { project: project.clone(), element, change };
        self.change_facts(viewer, command, key)?;
        self.element_there(viewer, project, element)
    }

    /// Deletes an element.
    pub fn delete_element(
        &self,
        viewer: Viewer,
        (project, element): (&ProjectId, ElementRef),
        expected: Option<Revision>,
        key: Option<String>,
    ) -> Result<Revision, CommandError> {
        let command = Command::DeleteElement { project: project.clone(), element, expected };
        let done = self.change_facts(viewer, command, key)?;
        self.follower.call();
        Ok(done.revision)
    }

    /// Restores a deleted element.
    pub fn restore_element(
        &self,
        viewer: Viewer,
        (project, element): (&ProjectId, ElementRef),
        key: Option<String>,
    ) -> Result<ElementView, CommandError> {
        let command = Command::RestoreElement { project: project.clone(), element };
        self.change_facts(viewer, command, key)?;
        self.follower.call();
        self.element_there(viewer, project, element)
    }

    /// Whether all assets have followed the projects and parts that were deleted or restored.
    pub fn has_followed(&self) -> Result<bool, QueryError> {
        Ok(self.catalog.follows(None, 1)?.is_empty())
    }

    fn change_facts(
        &self,
        viewer: Viewer,
        command: Command,
        key: Option<String>,
    ) -> Result<Outcome, CommandError> {
        let done = self.catalog.submit(viewer, command, key)?;
        self.wait_shown(done.revision);
        Ok(done)
    }

    fn made(&self, made: Outcome) -> Result<Made, CommandError> {
        self.catalog.made_at(made.revision, made.position).map_err(|error| unreadable(&error))
    }

    fn project_there(&self, viewer: Viewer, id: &ProjectId) -> Result<ProjectView, CommandError> {
        let view = self.project_view(viewer, id).map_err(|error| unreadable(&error))?;
        view.ok_or(CommandError::Missing { what: "project" })
    }

    fn scene_there(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        scene: SceneRef,
    ) -> Result<SceneView, CommandError> {
        let view = self.scene_view(viewer, project, scene).map_err(|error| unreadable(&error))?;
        view.ok_or(CommandError::Missing { what: "scene" })
    }

    fn element_there(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        element: ElementRef,
    ) -> Result<ElementView, CommandError> {
        let view = self.element_view(viewer, project, element);
        let view = view.map_err(|error| unreadable(&error))?;
        view.ok_or(CommandError::Missing { what: element.kind.word() })
    }
}
