//! Folders of derived files, copied and mixed: an index whose pages are of two ages.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rushes_harness::{Dice, files_below};

/// What the kernel writes back as one.
const PAGE_BYTES: usize = 4096;

/// Whether any file below a folder, which may be missing, is as asked.
pub fn any(folder: &Path, is: fn(&Path) -> bool) -> bool {
    folder.is_dir() && files_below(folder).iter().any(|path| is(path))
}

/// Takes a folder away, if it is there.
pub fn remove(folder: &Path) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
}

/// Copies a folder, which may be missing, to a new one.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    if !from.is_dir() {
        return;
    }
    for path in files_below(from) {
        let copy = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(&path, copy).unwrap();
    }
}

/// Whether a file is the marker of a clean stop. It is durably gone before anything that it speaks
/// of can change.
pub fn is_marker(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "clean")
}

/// Brings back pages and files of an older copy, each by a coin; markers stay as they are.
pub fn mix(older: &Path, folder: &Path, dice: &mut Dice) {
    if !older.is_dir() {
        return;
    }
    let mut files = files_below(older);
    files.sort();
    for path in files.into_iter().filter(|path| !is_marker(path)) {
        let file = folder.join(path.strip_prefix(older).unwrap());
        if !file.is_file() {
            if dice.coin() {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::copy(&path, file).unwrap();
            }
            continue;
        }
        let target = fs::File::options().write(true).open(&file).unwrap();
        for (number, page) in fs::read(&path).unwrap().chunks(PAGE_BYTES).enumerate() {
            if dice.coin() {
                target.write_all_at(page, (number * PAGE_BYTES) as u64).unwrap();
            }
        }
    }
}
