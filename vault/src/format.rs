//! `format.json`: which program may open a data directory.
//!
//! Three lists of feature flags: a program that does not know a flag may still read and write
//! (compatible), may only read (`read_only_compatible`), or must keep away (incompatible).

use std::path::Path;

use rushes_disk::{Disk, DiskError};
use serde::{Deserialize, Serialize};

/// The format that this program writes, and the newest one that it reads.
pub const FORMAT: u32 = 1;
const FILE: &str = "format.json";
/// Longest file that is read, in bytes.
const FILE_BYTES_MAX: usize = 64 << 10;

/// Why a data directory is not opened.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// It was made by a newer program.
    #[error("this data directory needs a newer rushesd ({what}): update rushesd to open it")]
    Newer {
        /// What is not known here.
        what: String,
    },
    /// The file says nothing that can be read.
    #[error(
        "format.json cannot be read ({reason}): restore it from a backup; a directory of this \
         version holds {{\"format\":1}}"
    )]
    Unreadable {
        /// What the parser says.
        reason: String,
    },
    /// There are files, but none of ours.
    #[error("the directory holds {name} but no format.json: choose an empty directory for --data")]
    Foreign {
        /// One of the files.
        name: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    format: u32,
    #[serde(default)]
    compatible: Vec<String>,
    #[serde(default)]
    read_only_compatible: Vec<String>,
    #[serde(default)]
    incompatible: Vec<String>,
}

/// Checks the format, and writes it where the directory is new. A directory that this program may
/// only read is refused too: every start recovers, and so writes.
pub fn check_or_make(disk: &dyn Disk) -> Result<(), FormatError> {
    let text = match disk.open_read(Path::new(FILE)) {
        Ok(file) => {
            let mut text = vec![0; FILE_BYTES_MAX];
            let length = file.read_at(&mut text, 0)?;
            text.truncate(length);
            text
        }
        Err(error) if error.is_missing() => {
            return make(disk);
        }
        Err(error) => return Err(error.into()),
    };
    let contents: Contents = serde_json::from_slice(&text)
        .map_err(|error| FormatError::Unreadable { reason: error.to_string() })?;
    if contents.format > FORMAT {
        return Err(FormatError::Newer { what: format!("format {}", contents.format) });
    }
    if let Some(flag) = contents.incompatible.first() {
        return Err(FormatError::Newer { what: format!("feature {flag}") });
    }
    if let Some(flag) = contents.read_only_compatible.first() {
        return Err(FormatError::Newer { what: format!("feature {flag}, to write") });
    }
    Ok(())
}

fn make(disk: &dyn Disk) -> Result<(), FormatError> {
    /// What may be there before the first start: the lock, what is derived, and what a file system
    /// or its owner puts at the root of a volume.
    const EXPECTED: [&str; 6] = ["LOCK", "index", "search", "lost+found", "admin.token", "secrets"];
    let fresh = Path::new("format.json.new");
    for entry in disk.list(Path::new(""))? {
        if !EXPECTED.contains(&entry.name.as_str()) && Path::new(&entry.name) != fresh {
            return Err(FormatError::Foreign { name: entry.name });
        }
    }
    match disk.remove(fresh) {
        Err(error) if !error.is_missing() => return Err(error.into()),
        _ => {}
    }
    let contents = Contents {
        format: FORMAT,
        compatible: Vec::new(),
        read_only_compatible: Vec::new(),
        incompatible: Vec::new(),
    };
    let text = serde_json::to_string_pretty(&contents)
        .map_err(|error| FormatError::Unreadable { reason: error.to_string() })?;
    let file = disk.create_new(fresh)?;
    file.write_all_at(text.as_bytes(), 0)?;
    file.write_all_at(b"\n", text.len() as u64)?;
    file.sync()?;
    disk.rename(fresh, Path::new(FILE))?;
    Ok(disk.sync_dir(Path::new(""))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rushes_disk::CrashDisk;

    fn holding(text: &str) -> CrashDisk {
        let disk = CrashDisk::new();
        disk.create_new(Path::new(FILE)).unwrap().write_all_at(text.as_bytes(), 0).unwrap();
        disk
    }

    #[test]
    fn a_new_directory_gets_a_format_that_is_accepted_later() {
        let disk = CrashDisk::new();
        check_or_make(&disk).unwrap();
        check_or_make(&disk.reboot(1)).unwrap();
    }

    #[test]
    fn what_a_newer_program_made_is_refused() {
        for (text, message) in [
            ("{\"format\":2}", "format 2"),
            ("{\"format\":1,\"incompatible\":[\"erasure\"]}", "feature erasure"),
            ("{\"format\":1,\"read_only_compatible\":[\"cache2\"]}", "feature cache2"),
            ("nonsense", "restore it"),
        ] {
            let error = check_or_make(&holding(text)).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
        check_or_make(&holding("{\"format\":1,\"compatible\":[\"x\"]}")).unwrap();
    }

    #[test]
    fn a_directory_of_somebody_else_is_left_alone() {
        let disk = CrashDisk::new();
        disk.create_new(Path::new("holiday.jpg")).unwrap();
        assert!(matches!(check_or_make(&disk), Err(FormatError::Foreign { .. })));
    }
}
