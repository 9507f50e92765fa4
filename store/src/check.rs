//! Check: looks at names and sizes, and says in words what is wrong and what to do.
//!
//! Invariant: nothing is changed and no content is read; the list of findings is bounded.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rushes_disk::{Kind, Stat};

use crate::error::StoreError;
use crate::footer::read_footer;
use crate::layout;
use crate::place::{PackId, Place, WholeStat};
use crate::recover::whole_of;
use crate::room::check_room;
use crate::shelf::Shelf;

type Result<T> = std::result::Result<T, StoreError>;

/// Most findings that are listed: what is wrong more often than that has one cause.
const FINDINGS_MAX: usize = 200;
/// How many entries of the index are looked at together.
const PAGE: usize = 256;

const SCRUB: &str = "run a scrub: it heals what it can and lists the rest";
const REINDEX: &str = "run a reindex";
const UPLOAD: &str = "upload the same content again, or restore the file from a backup";
const FOREIGN: &str = "it is not used; move it out of the data directory";

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where, relative to the data directory.
    pub place: PathBuf,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

/// What a check has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// The first findings.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub more: u64,
}

impl Checked {
    fn add(&mut self, place: impl Into<PathBuf>, what: impl Into<String>, remedy: &'static str) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { place: place.into(), what: what.into(), remedy });
        } else {
            self.more += 1;
        }
    }
}

/// Looks at everything once.
pub fn check(shelf: &Shelf) -> Result<Checked> {
    let mut checked = Checked::default();
    for damaged in shelf.ledger.damage() {
        let what = format!("the bytes of {} are damaged: {}", damaged.digest, damaged.why);
        checked.add(damaged.place, what, UPLOAD);
    }
    wholes(shelf, &mut checked)?;
    packs(shelf, &mut checked)?;
    entries(shelf, &mut checked)?;
    staging(shelf, &mut checked)?;
    if matches!(check_room(&*shelf.disk, 0), Err(StoreError::Full)) {
        let what = "less than a twentieth of the disk, or 1 GiB, is free: uploads are refused";
        checked.add("", what, "free some space; it goes on by itself");
    }
    Ok(checked)
}

/// What stands under a name; what is wrong with it is added.
fn look(shelf: &Shelf, path: &Path, checked: &mut Checked) -> Option<Stat> {
    match shelf.disk.stat(path) {
        Ok(stat) => Some(stat),
        Err(error) if error.is_missing() => None,
        Err(error) => {
            checked.add(path, error.to_string(), "look at the machine's log: the disk may fail");
            None
        }
    }
}

fn wholes(shelf: &Shelf, checked: &mut Checked) -> Result<()> {
    for entry in shelf.disk.list(Path::new(layout::WHOLE))? {
        let path = Path::new(layout::WHOLE).join(&entry.name);
        if entry.kind != Kind::Directory || !layout::whole_dirs().any(|dir| dir == path) {
            checked.add(path, "this is not a directory of wholes", FOREIGN);
        }
    }
    for dir in layout::whole_dirs() {
        for entry in shelf.disk.list(&dir)? {
            let path = dir.join(&entry.name);
            let Some(digest) = whole_of(&entry.name).filter(|it| layout::whole(it) == path) else {
                checked.add(path, "this is no name of a whole", FOREIGN);
                continue;
            };
            if entry.kind != Kind::File {
                checked.add(path, "this is not a regular file", FOREIGN);
                continue;
            }
            let Some(stat) = look(shelf, &path, checked) else { continue };
            match shelf.index.blob(&digest)? {
                None => checked.add(path, "the index does not know this file", REINDEX),
                Some(Place::Whole { stat: known, .. }) if known != WholeStat::from(stat) => {
                    checked.add(path, "this file was changed or replaced", SCRUB);
                }
                Some(Place::Whole { sound: false, .. }) => {
                    checked.add(path, "a wrong chunk was met in this file", SCRUB);
                }
                Some(Place::Whole { .. } | Place::Packed(_)) => {}
            }
        }
    }
    Ok(())
}

fn packs(shelf: &Shelf, checked: &mut Checked) -> Result<()> {
    let mut unsealed = Vec::new();
    for entry in shelf.disk.list(Path::new(layout::PACKS))? {
        let path = Path::new(layout::PACKS).join(&entry.name);
        let id = entry.name.strip_suffix(".pack").and_then(PackId::parse);
        let Some(id) = id.filter(|_| entry.kind == Kind::File) else {
            checked.add(path, "this is not a pack", FOREIGN);
            continue;
        };
        let Some(stat) = look(shelf, &path, checked) else { continue };
        match shelf.index.sealed(id)? {
            Some(size) if size != stat.size => {
                let what = format!("it was sealed at {size} bytes and has {} now", stat.size);
                checked.add(path, what, SCRUB);
            }
            Some(_) if !has_footer(shelf, id, stat.size) => {
                checked.add(path, "its footer is damaged", SCRUB);
            }
            Some(_) => {}
            None if has_footer(shelf, id, stat.size) => {
                checked.add(path, "the index does not know this pack", REINDEX);
            }
            None => unsealed.push(path),
        }
    }
    // The newest one is being written.
    unsealed.sort_unstable();
    unsealed.pop();
    for path in unsealed {
        let what = "a write or a sync failed while this pack was written";
        checked.add(path, what, "restart the daemon: it copies what the pack holds");
    }
    Ok(())
}

fn has_footer(shelf: &Shelf, id: PackId, size: u64) -> bool {
    let path = layout::pack(id);
    let read = shelf.disk.open_read(&path).and_then(|file| read_footer(id, &*file, &path, size));
    matches!(read, Ok(Some(_)))
}

/// Entries of the index without bytes.
fn entries(shelf: &Shelf, checked: &mut Checked) -> Result<()> {
    let there: HashSet<PackId> = layout::packs(&*shelf.disk)?.into_iter().collect();
    for id in shelf.index.sealed_packs()? {
        if !there.contains(&id) && shelf.index.sealed(id)?.is_some() {
            checked.add(layout::pack(id), "this pack is missing", UPLOAD);
        }
    }
    let mut after = None;
    loop {
        let page = shelf.index.blobs(after.as_ref(), PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(*last);
        for (digest, place) in page {
            let path = match place {
                Place::Whole { .. } => layout::whole(&digest),
                Place::Packed(at) if !there.contains(&at.pack) => layout::pack(at.pack),
                Place::Packed(_) => continue,
            };
            let is_gone = shelf.disk.stat(&path).is_err_and(|error| error.is_missing());
            // A sweep forgets a blob before its file goes.
            if is_gone && shelf.index.blob(&digest)? == Some(place) {
                checked.add(path, format!("the file that holds {digest} is missing"), UPLOAD);
            }
        }
    }
}

fn staging(shelf: &Shelf, checked: &mut Checked) -> Result<()> {
    for entry in shelf.disk.list(Path::new(layout::STAGING))? {
        if entry.kind != Kind::File {
            let path = Path::new(layout::STAGING).join(&entry.name);
            checked.add(path, "this is not an unfinished upload", FOREIGN);
        }
    }
    Ok(())
}
