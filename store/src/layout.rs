//! The store's part of the data directory: which name lies where.
//!
//! Knows nothing of what is inside the files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rushes_digest::Digest;
use rushes_disk::{Disk, Kind, Result};
use uuid::Uuid;

use crate::place::PackId;

/// Directory of wholes.
pub const WHOLE: &str = "whole";
/// Directory of packs.
pub const PACKS: &str = "packs";
/// Directory of unfinished bytes.
pub const STAGING: &str = "staging";
/// Directory of damaged bytes.
pub const QUARANTINE: &str = "quarantine";

/// How many directories the wholes lie in.
pub const WHOLE_DIRS: u64 = 256;

/// The 256 directories below `whole/`.
pub fn whole_dirs() -> impl Iterator<Item = PathBuf> {
    (0..=u8::MAX).map(|first| Path::new(WHOLE).join(format!("{first:02x}")))
}

/// The directory of a whole.
pub fn whole_dir(digest: &Digest) -> PathBuf {
    let [first, ..] = digest.as_bytes();
    Path::new(WHOLE).join(format!("{first:02x}"))
}

/// A whole.
pub fn whole(digest: &Digest) -> PathBuf {
    whole_dir(digest).join(digest.to_hex())
}

/// Which whole a path stands for.
pub fn whole_at(path: &Path) -> Option<Digest> {
    let digest = path.file_name()?.to_str()?.parse().ok()?;
    (whole(&digest) == path).then_some(digest)
}

/// A pack.
pub fn pack(id: PackId) -> PathBuf {
    Path::new(PACKS).join(format!("{id}.pack"))
}

/// The packs that there are, oldest first.
pub fn packs(disk: &dyn Disk) -> Result<Vec<PackId>> {
    let entries = disk.list(Path::new(PACKS))?;
    let ids = entries.iter().filter(|entry| entry.kind == Kind::File);
    Ok(ids.filter_map(|entry| PackId::parse(entry.name.strip_suffix(".pack")?)).collect())
}

/// A new name for unfinished bytes.
pub fn new_staging() -> PathBuf {
    Path::new(STAGING).join(Uuid::now_v7().simple().to_string())
}

/// What the note beside a file in `staging/` ends in.
pub const SIDECAR_END: &str = ".sidecar";

/// The note beside a file in `staging/`.
pub fn sidecar(path: &Path) -> PathBuf {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    path.with_file_name(format!("{name}{SIDECAR_END}"))
}

/// Makes the directories that are missing; all their names are durable on return, also those that
/// a killed process had just made.
pub fn prepare(disk: &dyn Disk) -> Result<()> {
    for name in [WHOLE, PACKS, STAGING, QUARANTINE] {
        disk.create_dir_all(Path::new(name))?;
    }
    let there: HashSet<String> =
        disk.list(Path::new(WHOLE))?.into_iter().map(|entry| entry.name).collect();
    for dir in whole_dirs() {
        let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !there.contains(name) {
            disk.create_dir_all(&dir)?;
        }
    }
    disk.sync_dir(Path::new(WHOLE))?;
    disk.sync_dir(Path::new(""))
}

/// Removes unfinished bytes that nobody can go on with: those without a sidecar.
pub fn clear_staging(disk: &dyn Disk) -> Result<()> {
    let entries = disk.list(Path::new(STAGING))?;
    let names: HashSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    for entry in entries.iter().filter(|entry| entry.kind == Kind::File) {
        let has_sidecar = names.contains(format!("{}{SIDECAR_END}", entry.name).as_str());
        if !has_sidecar && !entry.name.ends_with(SIDECAR_END) {
            disk.remove(&Path::new(STAGING).join(&entry.name))?;
        }
    }
    Ok(())
}

/// A new name in `quarantine/` for a damaged file.
pub fn quarantined(path: &Path) -> PathBuf {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    Path::new(QUARANTINE).join(format!("{name}.{}", Uuid::now_v7().simple()))
}

/// Whether a name in `quarantine/` is that of a note.
pub fn is_why(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "why")
}

/// The note beside a file in `quarantine/`.
pub fn why(quarantined: &Path) -> PathBuf {
    let name = quarantined.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    quarantined.with_file_name(format!("{name}.why"))
}
