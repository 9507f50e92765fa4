//! What an asset is for: a project, or one part of it.
//!
//! Knows ids and nothing that they stand for. Invariant: a scope names one project and at most one
//! part of it.

use serde::{Deserialize, Serialize};

use crate::ids::{ElementId, ProjectId, SceneId};

/// What an asset is for. On the wire and in claims `project_id` and at most one of `scene_id`,
/// `character_id`, `location_id` and `mood_id`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Members", into = "Members")]
pub struct Scope {
    /// The project.
    pub project: ProjectId,
    /// The part of it; without one the scope is the project itself.
    pub part: Option<Part>,
}

/// What of a project has histories of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// A scene.
    Scene(SceneId),
    /// A character.
    Character(ElementId),
    /// A location.
    Location(ElementId),
    /// A mood.
    Mood(ElementId),
}

impl Scope {
    /// The project itself.
    pub const fn of_project(project: ProjectId) -> Self {
        Self { project, part: None }
    }

    /// A scene of a project.
    pub const fn of_scene(project: ProjectId, scene: SceneId) -> Self {
        Self { project, part: Some(Part::Scene(scene)) }
    }

    /// The scene, where it is one.
    pub const fn scene(&self) -> Option<SceneId> {
        match self.part {
            Some(Part::Scene(scene)) => Some(scene),
            _ => None,
        }
    }
}

impl Part {
    /// The 16 bytes of its id.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        match self {
            Self::Scene(id) => id.as_bytes(),
            Self::Character(id) | Self::Location(id) | Self::Mood(id) => id.as_bytes(),
        }
    }

    /// A letter for its kind, as keys hold it.
    pub const fn tag(&self) -> u8 {
        match self {
            Self::Scene(_) => b's',
            Self::Character(_) => b'c',
            Self::Location(_) => b'l',
            Self::Mood(_) => b'm',
        }
    }

    /// The part of a key's letter and bytes.
    pub const fn of_key(tag: u8, id: [u8; 16]) -> Option<Self> {
        match tag {
            b's' => Some(Self::Scene(SceneId::from_bytes(id))),
            b'c' => Some(Self::Character(ElementId::from_bytes(id))),
            b'l' => Some(Self::Location(ElementId::from_bytes(id))),
            b'm' => Some(Self::Mood(ElementId::from_bytes(id))),
            _ => None,
        }
    }
}

/// A scope as claims and records write it.
#[derive(Clone, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
struct Members {
    project_id: ProjectId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scene_id: Option<SceneId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    character_id: Option<ElementId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location_id: Option<ElementId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mood_id: Option<ElementId>,
}

/// A scope that names more than one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at most one of scene_id, character_id, location_id and mood_id")]
struct TwoParts;

impl TryFrom<Members> for Scope {
    type Error = TwoParts;

    fn try_from(members: Members) -> Result<Self, TwoParts> {
        let mut named = (members.scene_id.into_iter().map(Part::Scene))
            .chain(members.character_id.map(Part::Character))
            .chain(members.location_id.map(Part::Location))
            .chain(members.mood_id.map(Part::Mood));
        let part = named.next();
        if named.next().is_some() {
            return Err(TwoParts);
        }
        Ok(Self { project: members.project_id, part })
    }
}

impl From<Scope> for Members {
    fn from(scope: Scope) -> Self {
        let mut members = Self {
            project_id: scope.project,
            scene_id: None,
            character_id: None,
            location_id: None,
            mood_id: None,
        };
        match scope.part {
            None => {}
            Some(Part::Scene(id)) => members.scene_id = Some(id),
            Some(Part::Character(id)) => members.character_id = Some(id),
            Some(Part::Location(id)) => members.location_id = Some(id),
            Some(Part::Mood(id)) => members.mood_id = Some(id),
        }
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_comes_back_and_two_parts_are_refused() {
        let (project, id) = ("fox".parse::<ProjectId>().unwrap(), ElementId::generate());
        let parts = [
            None,
            Some(Part::Scene(SceneId::generate())),
            Some(Part::Character(id)),
            Some(Part::Location(id)),
            Some(Part::Mood(id)),
        ];
        for part in parts {
            let scope = Scope { project: project.clone(), part };
            let json = serde_json::to_string(&scope).unwrap();
            assert_eq!(serde_json::from_str::<Scope>(&json).unwrap(), scope, "{json}");
            let again = part.map(|part| Part::of_key(part.tag(), *part.as_bytes()));
            assert_eq!(again.flatten(), part);
        }
        let two = format!(r#"{{"project_id":"fox","mood_id":"{id}","character_id":"{id}"}}"#);
        assert!(serde_json::from_str::<Scope>(&two).is_err());
    }
}
