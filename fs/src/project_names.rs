//! Under which name the kernel knows the folder of each project.
//!
//! A project's folder is the only one that gets another name while it stays the same folder: its
//! old name must be dropped, and no fact says any more what that was. Invariant: every name that
//! the kernel was given since the last change of it is here; one for each project.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rushes_vault::ids::ProjectId;

use crate::node::Node;
use crate::view::Found;

/// The names.
#[derive(Debug, Default)]
pub struct ProjectNames(Mutex<HashMap<ProjectId, Box<str>>>);

impl ProjectNames {
    /// Takes note of a name that the kernel is given.
    pub fn saw(&self, name: &str, found: &Found) {
        let Node::Folder(owner) = &found.node else { return };
        if owner.scope.part.is_none() {
            self.named(&owner.scope.project, name);
        }
    }

    /// Takes note of a name that the kernel has given itself.
    pub fn named(&self, project: &ProjectId, name: &str) {
        let mut names = self.names();
        if names.get(project).is_none_or(|known| **known != *name) {
            names.insert(project.clone(), name.into());
        }
    }

    /// The name that the kernel knows, which is none of this project any more if it is not `now`.
    pub fn take_old(&self, project: &ProjectId, now: Option<&str>) -> Option<Box<str>> {
        let mut names = self.names();
        let is_old = names.get(project).is_some_and(|known| now != Some(&**known));
        if is_old { names.remove(project) } else { None }
    }

    fn names(&self) -> MutexGuard<'_, HashMap<ProjectId, Box<str>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
