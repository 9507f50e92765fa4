//! What the path or the body of a request says that histories belong to.

use rushes_vault::Vault;
use rushes_vault::command::{PartRef, SceneRef};
use rushes_vault::ids::ProjectId;
use rushes_vault::model::{Scope, Viewer};

use crate::call::Call;
use crate::error::Refusal;

/// What the histories of a path belong to. A scene's id alone is enough: its project follows.
#[derive(Debug, Clone)]
pub struct Of {
    project: Option<ProjectId>,
    part: Option<PartRef>,
}

impl Of {
    /// What a path names.
    pub fn read(call: &Call) -> Result<Self, Refusal> {
        Ok(Self { project: call.project_if_named()?, part: call.part()? })
    }

    /// A part of a project.
    pub fn part(project: ProjectId, part: Option<PartRef>) -> Self {
        Self { project: Some(project), part }
    }

    /// The scope, with its number where it is a scene; refused when there is no such project or
    /// part.
    pub fn scope(self, vault: &Vault, viewer: Viewer) -> Result<(Scope, Option<u32>), Refusal> {
        let project = match (self.project, self.part) {
            (Some(project), _) => project,
            (None, Some(PartRef::Scene(SceneRef::Id(id)))) => {
                let project = vault.scene_project(viewer, id)?;
                project.ok_or_else(|| Refusal::missing("scene"))?
            }
            _ => return Err(Refusal::missing("scene")),
        };
        match self.part {
            None if vault.project(viewer, &project)?.is_none() => Err(Refusal::missing("project")),
            None => Ok((Scope::of_project(project), None)),
            Some(part) => {
                let found = vault.resolve_part(viewer, &project, part)?;
                found.ok_or_else(|| Refusal::missing(part_word(part)))
            }
        }
    }
}

const fn part_word(part: PartRef) -> &'static str {
    match part {
        PartRef::Scene(_) => "scene",
        PartRef::Character(_) => "character",
        PartRef::Location(_) => "location",
        PartRef::Mood(_) => "mood",
    }
}
