//! Inode numbers of the nodes that the kernel knows, with its lookup counts.
//!
//! Knows nodes and nothing else; no call leaves this file while the lock is held. Invariant: a node
//! has one number for as long as the kernel or an open file holds it, and everything that the
//! kernel may have cached is in the table.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rushes_vault::model::Viewer;

use crate::node::{Node, ROOT_INO, Shelf};
use crate::view::Found;

/// Numbers tried for a node. All of them taken by others does not happen: the numbers are spread
/// over 2^53.
const PROBES: u64 = 4;

/// The table.
#[derive(Debug)]
pub struct Inodes {
    viewer: Viewer,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// In boxes: the table is up to twice as large as what it holds, and a place costs a pointer.
    entries: HashMap<u64, Box<Entry>>,
    /// The live current files of a history, by the number that its folder would have: more than
    /// one while an old one is still held.
    currents: HashMap<u64, Vec<u64>>,
    /// The live folders of kinds of media and tags.
    shelves: HashSet<u64>,
}

#[derive(Debug)]
struct Entry {
    found: Found,
    lookups: u64,
    opens: u32,
}

impl Inodes {
    /// A table that knows the root.
    pub fn new(viewer: Viewer, root: Found) -> Self {
        let mut table = Table::default();
        let root = Entry { found: root, lookups: 1, opens: 0 };
        table.entries.insert(ROOT_INO, Box::new(root));
        Self { viewer, table: Mutex::new(table) }
    }

    /// Takes a node in, or counts one more lookup of it, and gives its number. `None` when all
    /// numbers that it may have are taken.
    pub fn look_up(&self, found: &Found) -> Option<u64> {
        let base = found.node.ino(self.viewer);
        let mut table = self.table();
        if let Some(ino) = table.live(base, &found.node) {
            let entry = table.entries.get_mut(&ino)?;
            entry.lookups += 1;
            entry.found.attr = found.attr;
            return Some(ino);
        }
        let ino = probes(base).find(|ino| !table.entries.contains_key(ino))?;
        if let Some(history) = history_of(&found.node) {
            table.currents.entry(history.ino(self.viewer)).or_default().push(ino);
        }
        if let Node::Shelf(_) = found.node {
            table.shelves.insert(ino);
        }
        let entry = Entry { found: found.clone(), lookups: 1, opens: 0 };
        table.entries.insert(ino, Box::new(entry));
        Some(ino)
    }

    /// Takes note of other attributes of a node, and gives its number, if the kernel knows it.
    pub fn refresh(&self, found: &Found) -> Option<u64> {
        let mut table = self.table();
        let ino = table.live(found.node.ino(self.viewer), &found.node)?;
        table.entries.get_mut(&ino)?.found.attr = found.attr;
        Some(ino)
    }

    /// The folders of kinds of media and tags that the kernel may know.
    pub fn shelves(&self) -> Vec<Arc<Shelf>> {
        let table = self.table();
        let nodes = table.shelves.iter().filter_map(|ino| table.entries.get(ino));
        let one = |entry: &Entry| match &entry.found.node {
            Node::Shelf(one) => Some(Arc::clone(one)),
            _ => None,
        };
        nodes.filter_map(|entry| one(entry)).collect()
    }

    /// The number of a node for a listing that counts no lookup.
    pub fn number(&self, node: &Node) -> u64 {
        let base = node.ino(self.viewer);
        self.table().live(base, node).unwrap_or(base)
    }

    /// The number of a node, if the kernel knows it.
    pub fn live(&self, node: &Node) -> Option<u64> {
        self.table().live(node.ino(self.viewer), node)
    }

    /// The node behind a number.
    pub fn get(&self, ino: u64) -> Option<Found> {
        self.table().entries.get(&ino).map(|entry| entry.found.clone())
    }

    /// The kernel gives lookups back.
    pub fn forget(&self, ino: u64, lookups: u64) {
        let mut table = self.table();
        if let Some(entry) = table.entries.get_mut(&ino) {
            entry.lookups = entry.lookups.saturating_sub(lookups);
        }
        table.drop_unused(ino, self.viewer);
    }

    /// A file or folder was opened: its node stays until it is closed.
    pub fn opened(&self, ino: u64) {
        if let Some(entry) = self.table().entries.get_mut(&ino) {
            entry.opens = entry.opens.saturating_add(1);
        }
    }

    /// It was closed.
    pub fn closed(&self, ino: u64) {
        let mut table = self.table();
        if let Some(entry) = table.entries.get_mut(&ino) {
            entry.opens = entry.opens.saturating_sub(1);
        }
        table.drop_unused(ino, self.viewer);
    }

    /// The current files of a history that the kernel may know.
    pub fn currents(&self, history: &Node) -> Vec<Node> {
        let table = self.table();
        let numbers = table.currents.get(&history.ino(self.viewer));
        numbers
            .into_iter()
            .flatten()
            .filter_map(|ino| table.entries.get(ino).map(|entry| entry.found.node.clone()))
            .filter(|node| history_of(node).as_ref() == Some(history))
            .collect()
    }

    /// Every node of a kind that the kernel may know.
    pub fn all(&self, kind: impl Fn(&Node) -> bool) -> Vec<(u64, Node)> {
        let table = self.table();
        let entries = table.entries.iter().map(|(ino, entry)| (*ino, &entry.found.node));
        entries.filter(|(_, node)| kind(node)).map(|(ino, node)| (ino, node.clone())).collect()
    }

    /// How many nodes are held, for tests.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.table().entries.len()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Where a node is. Every probe is looked at: one before it may have been forgotten.
    fn live(&self, base: u64, node: &Node) -> Option<u64> {
        probes(base)
            .find(|ino| self.entries.get(ino).is_some_and(|entry| entry.found.node == *node))
    }

    fn drop_unused(&mut self, ino: u64, viewer: Viewer) {
        let unused = self.entries.get(&ino).is_some_and(|e| e.lookups == 0 && e.opens == 0);
        if !unused || ino == ROOT_INO {
            return;
        }
        let Some(entry) = self.entries.remove(&ino) else { return };
        self.shelves.remove(&ino);
        if let Some(history) = history_of(&entry.found.node) {
            let key = history.ino(viewer);
            if let Some(numbers) = self.currents.get_mut(&key) {
                numbers.retain(|number| *number != ino);
                if numbers.is_empty() {
                    self.currents.remove(&key);
                }
            }
        }
    }
}

fn probes(base: u64) -> impl Iterator<Item = u64> {
    base..base.saturating_add(PROBES)
}

fn history_of(node: &Node) -> Option<Node> {
    match node {
        Node::Current { history, .. } => Some(Node::History(Arc::clone(history))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rushes_vault::Digest;
    use rushes_vault::ids::UserId;

    use super::*;
    use crate::node::Attr;

    fn table() -> Inodes {
        let root = Found { node: Node::Root, attr: Attr::folder(0, 2) };
        Inodes::new(Viewer { user: UserId::from_bytes([1; 16]) }, root)
    }

    fn blob(text: &[u8]) -> Found {
        Found { node: Node::Blob(Digest::of(text)), attr: Attr::file(1, 0) }
    }

    #[test]
    fn a_node_stays_until_lookups_and_opens_are_both_given_back() {
        let inodes = table();
        let ino = inodes.look_up(&blob(b"x")).unwrap();
        assert_eq!(inodes.look_up(&blob(b"x")), Some(ino));
        inodes.opened(ino);
        inodes.forget(ino, 2);
        assert_eq!(inodes.get(ino), Some(blob(b"x")));
        inodes.closed(ino);
        assert_eq!(inodes.get(ino), None);
        inodes.forget(ROOT_INO, 99);
        assert_eq!(inodes.count(), 1);
    }

    /// What a million files cost: a box with the allocator's word, and the table's place (a number,
    /// a pointer and a byte), of which up to 16 in 7 are empty right after it grew.
    #[test]
    fn an_entry_that_was_looked_at_takes_at_most_200_bytes() {
        let boxed = size_of::<Entry>().next_multiple_of(16) + 16;
        let place = (size_of::<(u64, Box<Entry>)>() + 1) * 16 / 7;
        assert!(boxed + place <= 200, "{boxed} + {place}");
    }

    #[test]
    fn two_nodes_with_one_hash_get_two_numbers_and_keep_them() {
        let inodes = table();
        let base = blob(b"x").node.ino(inodes.viewer);
        let squatter = Entry { found: blob(b"other"), lookups: 1, opens: 0 };
        inodes.table().entries.insert(base, Box::new(squatter));
        let moved = inodes.look_up(&blob(b"x")).unwrap();
        assert_ne!(moved, base);
        inodes.forget(base, 1);
        assert_eq!(inodes.look_up(&blob(b"x")), Some(moved), "while it is held");
        assert_eq!(inodes.number(&blob(b"x").node), moved);
    }
}
