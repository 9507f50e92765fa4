//! How the journal's files are named.

use std::path::{Path, PathBuf};

use rushes_disk::{Disk, DiskError};

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
