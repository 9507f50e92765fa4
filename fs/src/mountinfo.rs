//! The kernel's lists of mounts, as far as the folder needs them (`proc_pid_mountinfo(5)`).
//!
//! Reads `/proc` and nothing else: never the folder itself, which may be dead.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounted {
    /// `major:minor` of its device.
    pub device: String,
    /// Where.
    pub at: PathBuf,
    /// What was mounted.
    pub source: String,
}

/// All mounts that this process sees, in the order in which they were made.
pub fn own() -> io::Result<Vec<Mounted>> {
    read("/proc/self/mountinfo")
}

/// Whether the first process of the machine, and with it everybody who did not ask for a mount
/// namespace, sees a device mounted; `None` when this process may not know.
pub fn is_seen_by_others(device: &str) -> Option<bool> {
    let mounts = read("/proc/1/mountinfo").ok()?;
    Some(mounts.iter().any(|mounted| mounted.device == device))
}

/// The mount at a path, the topmost one.
pub fn at<'a>(mounts: &'a [Mounted], path: &Path) -> Option<&'a Mounted> {
    mounts.iter().rev().find(|mounted| mounted.at == path)
}

fn read(path: &str) -> io::Result<Vec<Mounted>> {
    Ok(fs::read(path)?.split(|byte| *byte == b'\n').filter_map(parsed).collect())
}

fn parsed(line: &[u8]) -> Option<Mounted> {
    let mut fields = line.split(|byte| *byte == b' ');
    let device = text(fields.nth(2)?);
    let at = PathBuf::from(OsString::from_vec(unescaped(fields.nth(1)?)));
    // Options and any number of tags end at a dash; the type comes before the source.
    let source = text(fields.skip_while(|field| *field != b"-").nth(2)?);
    Some(Mounted { device, at, source })
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

/// Spaces, tabs, line ends and backslashes are written as `\040` and so on.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let octal = after.get(..3).filter(|_| *first == b'\\');
        let byte = octal.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = byte.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        plain.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_and_without_tags() {
        let line = b"41 23 0:36 / /mnt/my\\040film rw,nosuid shared:5 master:1 - fuse rushes rw";
        let mounted = parsed(line).unwrap();
        assert_eq!(mounted.at, Path::new("/mnt/my film"));
        assert_eq!((mounted.device.as_str(), mounted.source.as_str()), ("0:36", "rushes"));
        let plain = parsed(b"27 1 254:0 / / rw,relatime - ext4 /dev/vda rw").unwrap();
        assert_eq!((plain.at.as_path(), plain.source.as_str()), (Path::new("/"), "/dev/vda"));
        assert_eq!(parsed(b""), None);
    }

    #[test]
    fn the_topmost_mount_counts() {
        let mount = |at: &str, device: &str| Mounted {
            device: device.to_owned(),
            at: at.into(),
            source: String::new(),
        };
        let mounts = [mount("/", "1"), mount("/a", "2"), mount("/a", "3")];
        assert_eq!(at(&mounts, Path::new("/a")).unwrap().device, "3");
        assert_eq!(at(&mounts, Path::new("/b")), None);
    }
}
