//! Folders that a program makes and renames.
//!
//! Invariant: a folder is made as what it stands for, and shown under the name that was asked for.

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
        self.keep(parent)?;
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

    /// Renames a file.
    pub(crate) fn rename_any(
        &self,
        from: (u64, &OsStr),
        to: (u64, &OsStr),
        keeps: bool,
    ) -> Done<()> {
        self.keep(from.0)?;
        self.keep(to.0)?;
        self.rename(from, to, keeps)
    }
}
