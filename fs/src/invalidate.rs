//! Drops from the kernel's caches what a change made old, then tells the source that it is shown.
//!
//! Runs on a thread of its own, never in a handler and never with a lock held: the kernel may wait
//! for a handler before it answers. Order, for every change: the source shows it already; open
//! folders forget what they read ahead; the kernel drops names and listings; the source is told.
//! Dropping a name takes the folder's lock in the kernel, so lookups and listings that were on
//! their way with the old answer have ended when it returns. What they left is dropped after that:
//! the names of current files and of scenes that have another number, which only the inode table
//! knows, are read in a second round.

mod beside;

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rushes_vault::ids::{AssetKey, ProjectId};
use rushes_vault::model::{Project, Scope, Viewer};
use rushes_vault::source::{Change, Follower, Touched};

use crate::names::{self, State};
use crate::node::{History, Node, Owner};
use crate::tree::Tree;
use crate::view::View;

/// How soon the thread sees that the session ends, when nothing changes.
const STOP_POLL: Duration = Duration::from_millis(100);

/// Changes taken together: with one upload each, a millisecond's work.
const BATCH: usize = 256;

/// A name that no node has (a colon is valid nowhere), dropped to wait for the folder's lock where
/// no real name has to go. The names of folders are never dropped while they lead to the same
/// node: programs that stand in them would lose their working directory.
const BARRIER: &str = ":";

/// What can be dropped from the kernel.
pub trait Notify: Send + 'static {
    /// A name in a folder, and what it leads to.
    fn entry(&self, parent: u64, name: &str) -> io::Result<()>;
    /// The attributes and pages of an inode, which are a folder's listing.
    fn inode(&self, ino: u64) -> io::Result<()>;
}

/// One thing to drop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Entry(u64, String),
    Inode(u64),
}

/// Follows the changes until the source or the session ends.
pub fn follow<B>(
    tree: &Arc<Tree<B>>,
    (follower, changes): &(Follower, Receiver<Change>),
    notify: &impl Notify,
    stop: &AtomicBool,
) {
    while !stop.load(Ordering::SeqCst) {
        show_again(tree, notify);
        let first = match changes.recv_timeout(STOP_POLL) {
            Ok(change) => change,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let mut batch = vec![first];
        batch.extend(changes.try_iter().take(BATCH - 1));
        let revision = batch.iter().map(|change| change.revision).max();
        tree.changed();
        let mut plan = Plan::new(tree);
        batch.iter().flat_map(|change| &change.touched).for_each(|touched| plan.add(touched));
        drop_all(plan.targets.drain(..), notify);
        plan.add_scenes();
        plan.add_currents();
        plan.add_assets();
        drop_all(plan.targets.drain(..), notify);
        tree.view.source.shown(*follower, revision.unwrap_or_default());
    }
}

/// Drops what the kernel knows of folders whose removal ended: their names are there again.
fn show_again<B>(tree: &Tree<B>, notify: &impl Notify) {
    let ended = tree.take_ended();
    if ended.is_empty() {
        return;
    }
    tree.changed();
    let mut plan = Plan::new(tree);
    ended.iter().flat_map(|ended| ended.gone.keys()).for_each(|folder| plan.folder(folder));
    // Each name that was removed counted one link less.
    if ended.iter().any(|ended| ended.is_deep) {
        for (ino, _) in tree.inodes.all(|node| matches!(node, Node::Version { .. })) {
            plan.target(Target::Inode(ino));
        }
    }
    drop_all(plan.targets.drain(..), notify);
}

fn drop_all(targets: impl Iterator<Item = Target>, notify: &impl Notify) {
    for target in targets {
        let result = match &target {
            Target::Entry(parent, name) => notify.entry(*parent, name),
            Target::Inode(ino) => notify.inode(*ino),
        };
        if let Err(error) = result {
            tracing::warn!(%error, "the kernel did not drop an entry that changed");
        }
    }
}

/// What one batch of changes makes old, each thing once.
pub struct Plan<'a, B> {
    pub(crate) tree: &'a Tree<B>,
    seen: HashSet<Target>,
    targets: Vec<Target>,
    /// The histories whose current files are for the second round; all of them, if so.
    histories: HashSet<Node>,
    /// The projects whose scenes' names are for the second round.
    reordered: HashSet<ProjectId>,
    /// The projects whose own names are for the second round.
    renamed: HashSet<ProjectId>,
    pub(crate) all: bool,
}

impl<'a, B> Plan<'a, B> {
    fn new(tree: &'a Tree<B>) -> Self {
        let (seen, targets) = (HashSet::new(), Vec::new());
        let (histories, reordered, renamed) = (HashSet::new(), HashSet::new(), HashSet::new());
        Self { tree, seen, targets, histories, reordered, renamed, all: false }
    }

    fn add(&mut self, touched: &Touched) {
        let mine = self.tree.view.viewer;
        let other = |viewer: &Viewer| *viewer != mine;
        match touched {
            Touched::Project(viewer, ..)
            | Touched::Scene(viewer, ..)
            | Touched::Scenes(viewer, _)
            | Touched::History(viewer, ..)
            | Touched::Version(viewer, ..)
            | Touched::Element(viewer, ..)
            | Touched::Asset(viewer, ..)
            | Touched::Blob(viewer, _)
                if other(viewer) => {}
            Touched::Project(_, id) => {
                self.folder(&Node::Projects);
                self.renamed.insert(id.clone());
                self.project(id);
            }
            Touched::Element(_, project, entry) => self.element(project, entry),
            Touched::Asset(_, id, is_new) => self.asset(*id, *is_new),
            Touched::Scene(_, project, number) => self.scene(project, *number),
            Touched::Scenes(_, project) => self.scenes(project),
            Touched::History(_, scope, number, key) => self.history(scope, *number, key),
            Touched::Version(_, scope, number, key, version) => {
                self.version(scope, *number, (key, *version));
            }
            Touched::Blob(_, digest) => {
                // A name that the kernel knows may lead nowhere now.
                if self.tree.inodes.live(&Node::Blob(*digest)).is_some() {
                    self.entry(&Node::Blobs, &digest.to_hex());
                }
                self.folder(&Node::Blobs);
            }
            Touched::Freed => self.freed(),
            Touched::Everything => self.everything(),
        }
    }

    /// A project's own record and folder.
    pub(crate) fn project(&mut self, id: &ProjectId) {
        let scope = Scope::of_project(id.clone());
        self.owner(&Arc::new(Owner { scope, number: None }));
    }

    /// The name under which a project is known, if it has another one now, or is gone.
    fn project_name(&mut self, id: &ProjectId) {
        let now = match self.tree.view.source.project(self.tree.view.viewer, id) {
            Ok(now) => now,
            Err(error) => {
                tracing::error!(%error, "a changed project cannot be read: its name is dropped");
                None
            }
        };
        let now = now.as_ref().map(Project::folder);
        if let Some(old) = self.tree.projects.take_old(id, now) {
            self.entry(&Node::Projects, &old);
        }
    }

    /// The scenes of a project have other numbers. Which folders the kernel knows under numbers
    /// that are not theirs any more is for the second round.
    fn scenes(&mut self, project: &ProjectId) {
        let scope = Scope::of_project(project.clone());
        self.folder(&Node::Scenes(Arc::new(Owner { scope, number: None })));
        self.project(project);
        self.reordered.insert(project.clone());
        // Lineage names scenes by their numbers.
        for (ino, _) in self.tree.inodes.all(|node| matches!(node, Node::Links(..))) {
            self.listing(ino);
        }
    }

    /// The names of a project's scenes that are known under another scene's number.
    fn scene_names(&mut self, project: &ProjectId) {
        let scope = Scope::of_project(project.clone());
        let scenes = Node::Scenes(Arc::new(Owner { scope, number: None }));
        let is_scene = |node: &Node| match node {
            Node::Folder(owner) => owner.number.is_some() && owner.scope.project == *project,
            _ => false,
        };
        for (_, node) in self.tree.inodes.all(is_scene) {
            let Node::Folder(owner) = &node else { continue };
            let Some(number) = owner.number else { continue };
            let View { source, viewer, .. } = &self.tree.view;
            match source.scene(*viewer, project, number) {
                Ok(Some(scene)) if owner.scope.scene() == Some(scene.id) => self.owner(owner),
                Ok(_) => self.entry(&scenes, &number.to_string()),
                Err(error) => {
                    tracing::error!(%error, "a scene cannot be read: its name is dropped");
                    self.entry(&scenes, &number.to_string());
                }
            }
        }
    }

    fn scene(&mut self, project: &ProjectId, number: u32) {
        let scope = Scope::of_project(project.clone());
        let scenes = Node::Scenes(Arc::new(Owner { scope, number: None }));
        self.folder(&scenes);
        self.project(project);
        let source = &self.tree.view.source;
        match source.scene(self.tree.view.viewer, project, number) {
            Ok(Some(scene)) => {
                let scope = Scope::of_scene(project.clone(), scene.id);
                let owner = Arc::new(Owner { scope, number: Some(number) });
                if self.tree.inodes.live(&Node::Folder(Arc::clone(&owner))).is_none() {
                    self.entry(&scenes, &number.to_string());
                }
                self.owner(&owner);
            }
            Ok(None) => self.entry(&scenes, &number.to_string()),
            Err(error) => {
                tracing::error!(%error, "a changed scene cannot be read: everything is dropped");
                self.everything();
            }
        }
    }

    fn history(&mut self, scope: &Scope, number: Option<u32>, key: &AssetKey) {
        let owner = Arc::new(Owner { scope: scope.clone(), number });
        let history = Arc::new(History { owner: Arc::clone(&owner), key: key.clone() });
        let folder = Node::History(history);
        self.owner(&owner);
        if scope.part.is_none() {
            self.folder(&Node::Assets(Arc::clone(&owner)));
        }
        self.folder(&Node::Versions(owner));
        self.folder(&folder);
        self.histories.insert(folder);
        if scope.part.is_some() {
            self.project(&scope.project); // its record shows its parts' current versions
        }
    }

    /// The names that a version has and those that it had before it was deleted or restored.
    fn version(&mut self, scope: &Scope, number: Option<u32>, (key, version): (&AssetKey, u32)) {
        let owner = Arc::new(Owner { scope: scope.clone(), number });
        let folder = Node::History(Arc::new(History { owner, key: key.clone() }));
        let View { source, viewer, .. } = &self.tree.view;
        match source.version(*viewer, scope, key, version) {
            Ok(entry) => {
                self.entry(&folder, &names::lineage(version));
                for state in State::ALL {
                    self.entry(&folder, &names::version_record(version, state));
                }
                if let Some(content) = entry.and_then(|entry| entry.content) {
                    self.entry(&folder, &names::version_content(version, &content.extension));
                }
            }
            Err(error) => {
                tracing::error!(%error, "a changed version cannot be read: everything is dropped");
                self.everything();
            }
        }
        self.history(scope, number, key);
    }

    /// The second round, of projects and scenes.
    fn add_scenes(&mut self) {
        if self.all {
            for (_, node) in self.tree.inodes.all(|node| matches!(node, Node::Folder(_))) {
                let Node::Folder(owner) = &node else { continue };
                self.reordered.insert(owner.scope.project.clone());
            }
            self.renamed.extend(self.reordered.iter().cloned());
        }
        for project in std::mem::take(&mut self.renamed) {
            self.project_name(&project);
        }
        for project in std::mem::take(&mut self.reordered) {
            self.scene_names(&project);
        }
    }

    /// The second round, of current files.
    fn add_currents(&mut self) {
        let inodes = &self.tree.inodes;
        let currents: Vec<Node> = if self.all {
            let is_current = |node: &Node| matches!(node, Node::Current { .. });
            inodes.all(is_current).into_iter().map(|(_, node)| node).collect()
        } else {
            self.histories.iter().flat_map(|history| inodes.currents(history)).collect()
        };
        for current in &currents {
            self.current(current);
        }
    }

    /// The name under which a current file is known.
    fn current(&mut self, node: &Node) {
        let Node::Current { history, extension, .. } = node else { return };
        let (owner, key) = (&history.owner, &history.key);
        let name = names::current(&owner.scope, key, extension);
        self.entry(&Node::Folder(Arc::clone(owner)), &name);
        self.entry(&Node::Assets(Arc::clone(owner)), &name);
    }

    /// The record and the listing of a project's or scene's folder.
    pub(crate) fn owner(&mut self, owner: &Arc<Owner>) {
        let folder = Node::Folder(Arc::clone(owner));
        self.entry(&folder, names::record(&owner.scope));
        if owner.scope.part.is_none() {
            self.entry(&folder, names::STORYBOARD);
        }
        self.folder(&folder);
    }

    pub(crate) fn everything(&mut self) {
        for (ino, node) in self.tree.inodes.all(Node::is_folder) {
            if let Node::Folder(owner) = &node {
                self.owner(owner);
            }
            self.listing(ino);
        }
        self.all = true;
    }

    pub(crate) fn entry(&mut self, folder: &Node, name: &str) {
        // A folder that the kernel does not know has no names that it knows.
        if let Some(parent) = self.tree.inodes.live(folder) {
            self.target(Target::Entry(parent, name.to_owned()));
        }
    }

    pub(crate) fn folder(&mut self, folder: &Node) {
        if let Some(ino) = self.tree.inodes.live(folder) {
            self.listing(ino);
        }
    }

    fn listing(&mut self, ino: u64) {
        self.target(Target::Entry(ino, BARRIER.to_owned()));
        self.target(Target::Inode(ino));
    }

    pub(crate) fn target(&mut self, target: Target) {
        if self.seen.insert(target.clone()) {
            self.targets.push(target);
        }
    }
}
