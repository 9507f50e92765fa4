//! The folder: a FUSE view of the facts.
//!
//! The view is computed from a [`source::Source`] and nothing else; [`mount`] puts it into the file
//! tree. Knows neither store nor journal. Invariant: what the kernel caches is either immutable or
//! dropped before the source is told that a change is shown.

mod answers;
mod errno;
mod handles;
mod inodes;
mod invalidate;
mod kernel;
mod lineage;
mod list;
mod mode;
mod mount;
mod mountinfo;
mod names;
mod node;
mod parts;
mod past;
mod project_names;
mod save;
mod session;
mod shelves;
mod sizes;
mod streams;
mod tree;
mod view;
mod xattrs;

#[cfg(test)]
mod beside_tests;
#[cfg(test)]
#[expect(clippy::missing_panics_doc, reason = "it panics when a test is wrong")]
pub mod fake;
#[cfg(test)]
mod past_tests;
#[cfg(test)]
mod view_tests;

pub use mode::Mode;
pub use mount::{Mount, MountError, MountOptions, Unmounted, mount};
pub use rushes_vault::{Digest, ids, model, source};
