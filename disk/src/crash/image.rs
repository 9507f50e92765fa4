//! The two images of a crashing disk: what a process sees, and what survives a power cut.
//!
//! Knows nothing of faults and counters.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::{Kind, Stat};

/// Smallest piece that a disk writes as a whole, in bytes.
const SECTOR_BYTES: usize = 512;

type Outcome<T> = Result<T, ErrorKind>;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    File(u64),
    Dir,
}

impl Node {
    fn inode(&self) -> Option<u64> {
        match self {
            Self::File(inode) => Some(*inode),
            Self::Dir => None,
        }
    }
}

/// One change of a file's content.
#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Length(usize),
}

#[derive(Debug, Clone, Default)]
struct Inode {
    live: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
    read_only: bool,
    changes: u32,
}

/// One change of a directory; a rename within it is one change.
#[derive(Debug, Clone)]
enum Naming {
    Put(String, Node),
    Remove(String),
    Rename(String, String),
}

#[derive(Debug, Clone, Default)]
struct Dir {
    live: BTreeMap<String, Node>,
    durable: BTreeMap<String, Node>,
    pending: Vec<Naming>,
}

/// All files and directories.
#[derive(Debug, Clone)]
pub struct Image {
    inodes: BTreeMap<u64, Inode>,
    dirs: BTreeMap<PathBuf, Dir>,
    next: u64,
}

impl Default for Image {
    fn default() -> Self {
        let dirs = BTreeMap::from([(PathBuf::new(), Dir::default())]);
        Self { inodes: BTreeMap::new(), dirs, next: 1 }
    }
}

impl Image {
    pub fn create(&mut self, path: &Path) -> Outcome<u64> {
        let inode = self.next;
        self.put(path, Node::File(inode))?;
        self.next += 1;
        self.inodes.insert(inode, Inode::default());
        Ok(inode)
    }

    pub fn put(&mut self, path: &Path, node: Node) -> Outcome<()> {
        let (dir, name) = self.place(path)?;
        if dir.live.contains_key(&name) {
            return Err(ErrorKind::AlreadyExists);
        }
        dir.change(Naming::Put(name, node));
        Ok(())
    }

    pub fn remove(&mut self, path: &Path) -> Outcome<()> {
        let (dir, name) = self.place(path)?;
        match dir.live.get(&name) {
            None => Err(ErrorKind::NotFound),
            Some(Node::Dir) => Err(ErrorKind::IsADirectory),
            Some(Node::File(_)) => {
                dir.change(Naming::Remove(name));
                Ok(())
            }
        }
    }

    pub fn rename(&mut self, from: &Path, to: &Path) -> Outcome<()> {
        let inode = self.file(from)?;
        let (_, from_name) = self.place(from)?;
        let (to_dir, to_name) = self.place(to)?;
        if from.parent() == to.parent() {
            to_dir.change(Naming::Rename(from_name, to_name));
            return Ok(());
        }
        to_dir.change(Naming::Put(to_name, Node::File(inode)));
        let (from_dir, from_name) = self.place(from)?;
        from_dir.change(Naming::Remove(from_name));
        Ok(())
    }

    pub fn create_dirs(&mut self, path: &Path) -> Outcome<()> {
        let mut above = PathBuf::new();
        for component in path.components() {
            let Component::Normal(name) = component else { return Err(ErrorKind::InvalidInput) };
            let here = above.join(name);
            match self.node(&here) {
                Ok(Node::Dir) => {}
                Ok(Node::File(_)) => return Err(ErrorKind::NotADirectory),
                Err(_) => {
                    self.put(&here, Node::Dir)?;
                    self.dirs.insert(here.clone(), Dir::default());
                }
            }
            above = here;
        }
        Ok(())
    }

    pub fn node(&self, path: &Path) -> Outcome<Node> {
        if path.as_os_str().is_empty() {
            return Ok(Node::Dir);
        }
        let dir = self.dirs.get(path.parent().unwrap_or(Path::new("")));
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        dir.and_then(|dir| dir.live.get(name)).copied().ok_or(ErrorKind::NotFound)
    }

    pub fn file(&self, path: &Path) -> Outcome<u64> {
        match self.node(path)? {
            Node::File(inode) => Ok(inode),
            Node::Dir => Err(ErrorKind::IsADirectory),
        }
    }

    pub fn writable_file(&self, path: &Path) -> Outcome<u64> {
        let inode = self.file(path)?;
        match self.inodes.get(&inode) {
            Some(file) if !file.read_only => Ok(inode),
            _ => Err(ErrorKind::PermissionDenied),
        }
    }

    pub fn list(&self, path: &Path) -> Outcome<Vec<(String, Kind)>> {
        let dir = self.dirs.get(path).ok_or(ErrorKind::NotFound)?;
        let kind = |node: &Node| if *node == Node::Dir { Kind::Directory } else { Kind::File };
        Ok(dir.live.iter().map(|(name, node)| (name.clone(), kind(node))).collect())
    }

    pub fn stat(&self, inode: u64) -> Stat {
        let (size, changes) =
            self.inodes.get(&inode).map_or((0, 0), |file| (file.live.len(), file.changes));
        let (size, modified_ns) = (size as u64, i128::from(changes));
        Stat { kind: Kind::File, size, modified_ns, inode, links: self.links(inode) }
    }

    /// How many names a file has.
    fn links(&self, inode: u64) -> u64 {
        let nodes = self.dirs.values().flat_map(|dir| dir.live.values());
        nodes.map(|node| u64::from(*node == Node::File(inode))).sum()
    }

    pub fn protect(&mut self, inode: u64) {
        if let Some(file) = self.inodes.get_mut(&inode) {
            file.read_only = true;
        }
    }

    pub fn read(&self, inode: u64, buffer: &mut [u8], offset: u64) -> usize {
        let live = self.inodes.get(&inode).map_or(&[][..], |file| &file.live);
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(live.len());
        let rest = live.get(start..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        count
    }

    pub fn write(&mut self, inode: u64, bytes: &[u8], offset: u64) {
        let Ok(offset) = usize::try_from(offset) else { return };
        if let Some(file) = self.inodes.get_mut(&inode) {
            splice(&mut file.live, bytes, offset);
            file.pending.push(Change::Write { offset, bytes: bytes.to_vec() });
            file.changes += 1;
        }
    }

    pub fn sync(&mut self, inode: u64) {
        if let Some(file) = self.inodes.get_mut(&inode) {
            for change in std::mem::take(&mut file.pending) {
                change.apply(&mut file.durable);
            }
        }
    }

    pub fn set_len(&mut self, inode: u64, size: u64) {
        let Ok(size) = usize::try_from(size) else { return };
        if let Some(file) = self.inodes.get_mut(&inode) {
            file.live.resize(size, 0);
            file.pending.push(Change::Length(size));
            file.changes += 1;
        }
    }

    /// A failed sync: the pages count as clean, their bytes never reach the disk, the length does.
    pub fn lose_bytes(&mut self, inode: u64) {
        if let Some(file) = self.inodes.get_mut(&inode) {
            file.pending.clear();
            let length = file.live.len().max(file.durable.len());
            file.durable.resize(length, 0);
        }
    }

    pub fn sync_dir(&mut self, path: &Path) -> Outcome<()> {
        let dir = self.dirs.get_mut(path).ok_or(ErrorKind::NotFound)?;
        for naming in std::mem::take(&mut dir.pending) {
            apply(&mut dir.durable, &naming);
        }
        Ok(())
    }

    /// A failed sync of a directory: its changes are never written.
    pub fn lose_names(&mut self, path: &Path) {
        if let Some(dir) = self.dirs.get_mut(path) {
            dir.pending.clear();
        }
    }

    pub fn damage(&mut self, inode: u64, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(file) = self.inodes.get_mut(&inode) {
            change(&mut file.live);
            file.durable = file.live.clone();
            file.pending.clear();
        }
    }

    /// What the disk holds once the power is back.
    pub fn after_power_cut(&self, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut after = self.clone();
        for file in after.inodes.values_mut() {
            file.durable = file.survivors(&mut dice);
        }
        for dir in after.dirs.values_mut() {
            for naming in dice.some_of(&dir.pending) {
                apply(&mut dir.durable, &naming);
            }
        }
        after.durable()
    }

    /// What is durable, and nothing else.
    pub fn durable(&self) -> Self {
        let mut after = self.clone();
        for file in after.inodes.values_mut() {
            file.live = file.durable.clone();
            file.pending.clear();
        }
        for dir in after.dirs.values_mut() {
            dir.live = dir.durable.clone();
            dir.pending.clear();
        }
        // A directory whose name was lost is gone with all that is in it.
        let lost =
            |path: &PathBuf| path.ancestors().any(|at| !matches!(after.node(at), Ok(Node::Dir)));
        let gone: Vec<_> = after.dirs.keys().filter(|path| lost(path)).cloned().collect();
        for path in gone {
            after.dirs.remove(&path);
        }
        // Nobody has a file open any more: one without a name is gone.
        let nodes = after.dirs.values().flat_map(|dir| dir.live.values());
        let named: BTreeSet<u64> = nodes.filter_map(Node::inode).collect();
        after.inodes.retain(|inode, _| named.contains(inode));
        after
    }

    fn place(&mut self, path: &Path) -> Outcome<(&mut Dir, String)> {
        let name =
            path.file_name().and_then(|name| name.to_str()).ok_or(ErrorKind::InvalidInput)?;
        let above = path.parent().unwrap_or(Path::new(""));
        let dir = self.dirs.get_mut(above).ok_or(ErrorKind::NotFound)?;
        Ok((dir, name.to_owned()))
    }
}

impl Dir {
    fn change(&mut self, naming: Naming) {
        apply(&mut self.live, &naming);
        self.pending.push(naming);
    }
}

impl Inode {
    fn survivors(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        let torn = dice.below(2) == 0;
        for change in dice.some_of(&self.pending) {
            match change {
                Change::Write { offset, bytes: written } if torn => {
                    let sectors: Vec<_> = written.chunks(SECTOR_BYTES).enumerate().collect();
                    for (number, sector) in dice.some_of(&sectors) {
                        splice(&mut bytes, sector, offset + number * SECTOR_BYTES);
                    }
                }
                change => change.apply(&mut bytes),
            }
        }
        bytes
    }
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => splice(to, bytes, *offset),
            Self::Length(length) => to.resize(*length, 0),
        }
    }
}

fn apply(names: &mut BTreeMap<String, Node>, naming: &Naming) {
    match naming {
        Naming::Put(name, node) => {
            names.insert(name.clone(), *node);
        }
        Naming::Remove(name) => {
            names.remove(name);
        }
        Naming::Rename(from, to) => {
            if let Some(node) = names.remove(from) {
                names.insert(to.clone(), node);
            }
        }
    }
}

fn splice(into: &mut Vec<u8>, bytes: &[u8], offset: usize) {
    if bytes.is_empty() {
        return;
    }
    let end = offset + bytes.len();
    if into.len() < end {
        into.resize(end, 0);
    }
    if let Some(place) = into.get_mut(offset..end) {
        place.copy_from_slice(bytes);
    }
}

/// A small generator (`SplitMix64`, Steele et al. 2014): equal seeds, equal losses.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound.max(1)
    }

    /// Nothing, all, a prefix, or any subset in order.
    fn some_of<T: Clone>(&mut self, all: &[T]) -> Vec<T> {
        let count = all.len() as u64;
        match self.below(4) {
            0 => Vec::new(),
            1 => all.to_vec(),
            2 => {
                let kept = self.below(count + 1);
                all.iter().zip(0..kept).map(|(one, _)| one.clone()).collect()
            }
            _ => all.iter().filter(|_| self.below(2) == 0).cloned().collect(),
        }
    }
}
