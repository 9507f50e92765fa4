//! How the journal's files are named, and how one is replaced.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rushes_disk::{Disk, DiskError, DiskFile};

use crate::model::Revision;

/// Where the journal lies in the data directory.
pub const JOURNAL_DIR: &str = "journal";
/// Path of the file that starts at a revision.
pub fn segment_path(first: Revision) -> PathBuf {
    Path::new(JOURNAL_DIR).join(format!("{first:016}.jsonl"))
}

/// First revisions of all files, in order. Names that are not ours are passed over.
pub fn segments(disk: &dyn Disk) -> Result<Vec<Revision>, DiskError> {
    let names = disk.list(Path::new(JOURNAL_DIR))?;
    let first =
        |name: &str| name.strip_suffix(".jsonl").filter(|stem| stem.len() == 16)?.parse().ok();
    Ok(names.iter().filter_map(|entry| first(&entry.name)).collect())
}

/// The file's name without the directory, for messages.
pub fn file_name(first: Revision) -> String {
    segment_path(first)
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Where the copy of a file is made.
pub fn fresh_path(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// Makes the file that is to take another one's place.
pub fn create_fresh(
    disk: &dyn Disk,
    path: &Path,
) -> Result<(PathBuf, Arc<dyn DiskFile>), DiskError> {
    let fresh = fresh_path(path);
    match disk.remove(&fresh) {
        Err(error) if !error.is_missing() => Err(error),
        _ => Ok((fresh.clone(), disk.create_new(&fresh)?)),
    }
}
