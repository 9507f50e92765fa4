//! Folders that a program makes and removes.
//!
//! Invariant: a folder is made and removed as what it stands for, a project or a scene; nothing
//! that is in one goes with it.

use std::ffi::OsStr;

use rustix::io::Errno;

use crate::errno;
use crate::node::Node;
use crate::save::changes::Done;
use crate::tree::{Seen, Tree, asked};
use crate::view::View;

impl<B> Tree<B> {
    /// Makes a folder: a project or a scene.
    pub(crate) fn make_folder(&self, parent: u64, name: &OsStr) -> Done<Seen> {
        let folder = self.node(parent)?.node;
        let text = name.to_str().ok_or(Errno::INVAL)?;
        if asked("mkdir", parent, self.view.lookup(&folder, text))?.is_some() {
            return Err(Errno::EXIST);
        }
        let View { source, viewer, .. } = &self.view;
        let made = match &folder {
            Node::Projects => source.add_project(*viewer, text),
            Node::Scenes(owner) => {
                let number = crate::names::scene_number(text).ok_or(Errno::INVAL)?;
                source.add_scene(*viewer, &owner.scope.project, number)
            }
            Node::Folder(_) | Node::Assets(_) => return Err(Errno::PERM),
            _ => return Err(Errno::ROFS),
        };
        made.map_err(|error| errno::answer("mkdir", parent, &error))?;
        self.lookup(parent, name)
    }

    /// Removes the folder of a scene that shows no files.
    pub(crate) fn remove_folder(&self, parent: u64, name: &OsStr) -> Done<()> {
        let folder = self.node(parent)?.node;
        let text = name.to_str().ok_or(Errno::NOENT)?;
        let found = asked("rmdir", parent, self.view.lookup(&folder, text))?.ok_or(Errno::NOENT)?;
        let (Node::Scenes(_), Node::Folder(owner)) = (&folder, &found.node) else {
            return Err(match found.attr.folder {
                true if folder.is_past() => Errno::ROFS,
                true => Errno::PERM,
                false => Errno::NOTDIR,
            });
        };
        let View { source, viewer, .. } = &self.view;
        let first = asked("rmdir", parent, source.histories(*viewer, &owner.scope, None, 1))?;
        let is_written = !self.saves.state().machine.names(&owner.scope).is_empty();
        if !first.is_empty() || is_written {
            return Err(Errno::NOTEMPTY);
        }
        let scene = owner.scope.scene().ok_or(Errno::PERM)?;
        let gone = source.archive_scene(*viewer, &owner.scope.project, scene);
        asked("rmdir", parent, gone)
    }
}
