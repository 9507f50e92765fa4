//! Which record a claim holds.

use crate::claim::Fact;
use crate::element::ElementRecord;
use crate::record::{ProjectRecord, SceneRecord};

/// A project's record, where the claim holds one.
pub fn project_record(fact: Fact) -> Option<ProjectRecord> {
    match fact {
        Fact::ProjectCreated { record, .. } | Fact::ProjectChanged { record, .. } => Some(*record),
        _ => None,
    }
}

/// A scene's record, where the claim holds one.
pub fn scene_record(fact: Fact) -> Option<SceneRecord> {
    match fact {
        Fact::SceneAdded { record, .. } | Fact::SceneChanged { record, .. } => Some(*record),
        _ => None,
    }
}

/// An element's record, where the claim holds one.
pub fn element_record(fact: Fact) -> Option<ElementRecord> {
    match fact {
        Fact::ElementAdded { record, .. } | Fact::ElementChanged { record, .. } => Some(*record),
        _ => None,
    }
}
