//! Extended attributes: what made a file, beside the file itself.
//!
//! Invariant: only contents have any; each is at most as long as Linux takes one
//! ([`VALUE_BYTES_MAX`]), and there are as many as [`NAMES`].

use rushes_vault::model::Asset;
use rushes_vault::source::SourceError;
use rustix::io::Errno;

use crate::errno;
use crate::node::Node;
use crate::save::state::Saves;
use crate::tree::Tree;
use crate::view::View;

/// Longest value, in bytes (`XATTR_SIZE_MAX`, xattr(7)). A longer prompt is cut off; the record has
/// all of it.
pub const VALUE_BYTES_MAX: usize = 64 * 1024;

/// The names, in the order in which they are listed.
pub const NAMES: [&str; 7] = [
    "user.rushes.digest",
    "user.rushes.asset_id",
    "user.rushes.version",
    "user.rushes.prompt",
    "user.rushes.model",
    "user.rushes.provider",
    "user.rushes.cost",
];

impl View {
    /// The attributes of a node that have a value.
    pub fn xattrs(&self, node: &Node) -> Result<Vec<(&'static str, Vec<u8>)>, SourceError> {
        let Some(digest) = node.digest() else { return Ok(Vec::new()) };
        let id = node.asset();
        let asset = match id {
            Some(id) => self.source.asset(self.viewer, id)?,
            None => None,
        };
        let values = [
            Some(digest.to_hex()),
            id.map(|id| id.to_string()),
            asset.as_ref().and_then(version),
            asset.as_ref().and_then(|asset| asset.generation.prompt.clone()),
            asset.as_ref().and_then(|asset| asset.generation.model.clone()),
            asset.as_ref().and_then(|asset| asset.generation.provider.clone()),
            asset
                .as_ref()
                .and_then(|asset| asset.generation.estimated_cost)
                .map(|cost| cost.to_string()),
        ];
        let named = NAMES.into_iter().zip(values);
        Ok(named.filter_map(|(name, value)| Some((name, bounded(value?)))).collect())
    }
}

impl<B> Tree<B> {
    /// The names of a node's attributes, each with a zero byte behind it.
    pub fn xattr_names(&self, ino: u64) -> Result<Vec<u8>, Errno> {
        let names = self.xattrs(ino)?.into_iter().flat_map(|(name, _)| [name.as_bytes(), b"\0"]);
        Ok(names.flatten().copied().collect())
    }

    /// The value of one attribute.
    pub fn xattr(&self, ino: u64, name: &str) -> Result<Vec<u8>, Errno> {
        // Programs that look for access lists and labels, as `ls -l` does at each file, stop asking
        // when there is no such thing.
        if !name.starts_with("user.") {
            return Err(Errno::OPNOTSUPP);
        }
        if !NAMES.contains(&name) {
            return Err(Errno::NODATA);
        }
        let found = self.xattrs(ino)?.into_iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| value).ok_or(Errno::NODATA)
    }

    fn xattrs(&self, ino: u64) -> Result<Vec<(&'static str, Vec<u8>)>, Errno> {
        if Saves::file_of(ino).is_some() {
            return Ok(Vec::new()); // Nobody knows anything of a file that is being written.
        }
        let found = self.inodes.get(ino).ok_or(Errno::STALE)?;
        self.view.xattrs(&found.node).map_err(|error| errno::answer("getxattr", ino, &error))
    }
}

fn version(asset: &Asset) -> Option<String> {
    asset.placement.as_ref().map(|placement| placement.version.to_string())
}

fn bounded(mut value: String) -> Vec<u8> {
    let mut end = value.len().min(VALUE_BYTES_MAX);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.truncate(end);
    value.into_bytes()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::sync::Arc;

    use super::*;
    use crate::fake::{Bytes, Fake, VIEWER, scene};
    use crate::node::ROOT_INO;

    fn walk(tree: &Tree<u32>, path: &str) -> u64 {
        path.split('/').fold(ROOT_INO, |at, name| tree.lookup(at, OsStr::new(name)).unwrap().ino)
    }

    #[test]
    fn a_content_says_what_made_it_and_nothing_else_says_anything() {
        let fake = Arc::new(Fake::default());
        fake.add_project("fox");
        fake.add_scene("fox", 1);
        fake.add(&scene("fox", 1), ("clip", "mp4"), Bytes::in_memory(b"film"));
        fake.say(&scene("fox", 1), "clip", &"狐".repeat(VALUE_BYTES_MAX));
        let tree = Tree::<u32>::new(fake, VIEWER);
        let clip = walk(&tree, "projects/fox/scenes/1/clip.mp4");
        let digest = rushes_vault::Digest::of(b"film").to_hex();
        assert_eq!(tree.xattr(clip, "user.rushes.digest"), Ok(digest.clone().into_bytes()));
        assert_eq!(tree.xattr(clip, "user.rushes.version"), Ok(b"1".to_vec()));
        assert_eq!(tree.xattr(clip, "user.rushes.model"), Err(Errno::NODATA));
        assert_eq!(tree.xattr(clip, "user.other"), Err(Errno::NODATA));
        assert_eq!(tree.xattr(clip, "system.posix_acl_access"), Err(Errno::OPNOTSUPP));
        let prompt = tree.xattr(clip, "user.rushes.prompt").unwrap();
        assert_eq!(prompt.len(), VALUE_BYTES_MAX - 1, "cut between two characters");
        assert!(String::from_utf8(prompt).is_ok());
        let names = String::from_utf8(tree.xattr_names(clip).unwrap()).unwrap();
        let expected = ["digest", "asset_id", "version", "prompt"];
        assert_eq!(names, expected.map(|name| format!("user.rushes.{name}\0")).concat());
        let blob = walk(&tree, &format!("blobs/{digest}"));
        assert_eq!(tree.xattr_names(blob), Ok(b"user.rushes.digest\0".to_vec()));
        let record = walk(&tree, "projects/fox/scenes/1/versions/clip/v001.json");
        for ino in [ROOT_INO, record] {
            assert_eq!(tree.xattr_names(ino), Ok(Vec::new()));
            assert_eq!(tree.xattr(ino, "user.rushes.digest"), Err(Errno::NODATA));
        }
        assert_eq!(tree.xattr_names(4711), Err(Errno::STALE));
    }
}
