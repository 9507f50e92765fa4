//! Folders that a program makes and renames.
//!
//! Invariant: a folder is made as what it stands for, and shown under the name that was asked for,
//! or it is not made.

use std::ffi::OsStr;

use rushes_vault::command::FOLDER_BYTES_MAX;
use rushes_vault::folders::is_name;
use rustix::io::Errno;

use crate::errno;
use crate::node::Node;
use crate::save::changes::Done;
use crate::tree::{Seen, Tree, asked};
use crate::view::{Found, View};

impl<B> Tree<B> {
    /// Makes a folder: a project or a scene.
    pub(crate) fn make_folder(&self, parent: u64, name: &OsStr) -> Done<Seen> {
        self.keep_folder(parent)?;
        let folder = self.node(parent)?.node;
        if self.lookup_folder(parent, &folder, name)?.is_some() {
            return Err(Errno::EXIST);
        }
        let text = name.to_str().ok_or(Errno::INVAL)?;
        let View { source, viewer, .. } = &self.view;
        let made = match &folder {
            Node::Projects => source.add_project(*viewer, fitting(text)?),
            Node::Scenes(owner) => {
                let number = crate::names::scene_number(text).ok_or(Errno::INVAL)?;
                source.add_scene(*viewer, &owner.scope.project, number)
            }
            Node::Folder(_) | Node::Assets(_) | Node::Elements(..) => return Err(Errno::PERM),
            _ => return Err(Errno::ROFS),
        };
        made.map_err(|error| errno::answer("mkdir", parent, &error))?;
        self.lookup(parent, name)
    }

    /// Renames a file, or the folder of a project.
    pub(crate) fn rename_any(
        &self,
        (parent, name): (u64, &OsStr),
        (new_parent, new_name): (u64, &OsStr),
        keeps: bool,
    ) -> Done<()> {
        self.keep_folder(parent)?;
        self.keep_folder(new_parent)?;
        let folder = self.node(parent)?.node;
        let found = self.lookup_folder(parent, &folder, name)?;
        let Some(found) = found.filter(|found| found.attr.folder) else {
            return self.rename((parent, name), (new_parent, new_name), keeps);
        };
        if folder.is_past() {
            return Err(Errno::ROFS);
        }
        let (Node::Projects, Node::Folder(owner)) = (&folder, &found.node) else {
            // Not EXDEV: then `mv` would copy it, and remove it.
            return Err(Errno::PERM);
        };
        if parent != new_parent {
            return Err(Errno::PERM);
        }
        if self.lookup_folder(parent, &folder, new_name)?.is_some() {
            return Err(if keeps { Errno::EXIST } else { Errno::NOTEMPTY });
        }
        let text = fitting(new_name.to_str().ok_or(Errno::INVAL)?)?;
        let (View { source, viewer, .. }, project) = (&self.view, &owner.scope.project);
        asked("rename", parent, source.name_project(*viewer, project, text))?;
        // The kernel moves the name that it knows.
        self.projects.named(project, text);
        Ok(())
    }

    fn lookup_folder(&self, ino: u64, folder: &Node, name: &OsStr) -> Done<Option<Found>> {
        match name.to_str() {
            Some(name) => asked("lookup", ino, self.view.lookup(folder, name)),
            None => Ok(None),
        }
    }
}

/// A name that a folder may have on every system.
fn fitting(name: &str) -> Done<&str> {
    match name {
        _ if name.len() > FOLDER_BYTES_MAX => Err(Errno::NAMETOOLONG),
        _ if is_name(name) => Ok(name),
        _ => Err(Errno::INVAL),
    }
}
