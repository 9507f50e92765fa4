//! Second copies of closed journal files: made among the bytes, and used when a file is damaged.
//!
//! Runs on a thread of its own. Invariant: a copy is durable before a claim names it, and a damaged
//! file is in quarantine before another one takes its name. What is left to do stands in journal
//! and facts alone: a crash anywhere in between costs nothing but doing it again.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rushes_catalog::command::{Command, CommandError};
use rushes_catalog::journal::{self, KeptSegment, ReadError, Segment};
use rushes_catalog::model::Viewer;
use rushes_catalog::{Catalog, Committed, Publish, QueryError};
use rushes_disk::{Disk, DiskError};
use rushes_store::{Put, Store, StoreError};

use crate::worker::{Bell, Calls, Worker};

/// Why a copy is not made or not used now.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The facts cannot be asked.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The copy is not recorded.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The journal file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The journal file cannot be read or written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The copy cannot be written or read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where bytes and facts are.
#[derive(Debug, Clone)]
pub struct Places {
    /// The bytes.
    pub store: Arc<Store>,
    /// The facts.
    pub catalog: Arc<Catalog>,
    /// Both.
    pub disk: Arc<dyn Disk>,
}

/// Starts the thread. It first looks whether any copy is missing.
pub fn start(places: Places, bell: (Bell, Calls)) -> io::Result<Worker> {
    let work = move |stop: &AtomicBool| match keep_all(&places, stop) {
        Err(error) if !stop.load(Ordering::SeqCst) => {
            tracing::warn!(%error, "a journal file has no second copy yet");
        }
        _ => {}
    };
    Worker::start("keeper", bell, work)
}

/// Rings whenever a journal file was closed, and passes everything on.
pub fn watch(publish: Publish, bell: Bell) -> Publish {
    let newest = std::cell::Cell::new(None);
    Box::new(move |committed: Committed| {
        let segment = Some(committed.segment);
        publish(committed);
        if newest.replace(segment) != segment {
            bell.ring();
        }
    })
}

/// Does something with each of several files, until it is to stop. One that fails keeps no other
/// from its turn; the first error is the answer.
fn each<T>(
    of: impl IntoIterator<Item = T>,
    stop: &AtomicBool,
    work: impl Fn(T) -> Result<(), KeepError>,
) -> Result<(), KeepError> {
    let mut all = Ok(());
    for one in of {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        all = all.and(work(one));
    }
    all
}

/// Makes the copies that are missing.
fn keep_all(places: &Places, stop: &AtomicBool) -> Result<(), KeepError> {
    each(places.catalog.unkept_segments()?, stop, |segment| keep_one(places, segment))
}

fn keep_one(places: &Places, segment: Segment) -> Result<(), KeepError> {
    let Places { store, catalog, disk } = places;
    let Put { digest, size, lease, .. } =
        store.put_packed(&journal::read_segment(&**disk, segment)?)?;
    let kept = KeptSegment { segment, digest, size };
    match catalog.submit(Viewer::NOBODY, Command::KeepSegment(kept), None) {
        Ok(_) | Err(CommandError::Taken { .. }) => Ok(()),
        Err(error) => {
            if matches!(error, CommandError::OutcomeUnknown) {
                // A claim may name it: only the next start knows.
                std::mem::forget(lease);
            }
            Err(error.into())
        }
    }
}

/// Puts back what can be put back of a journal that does not open whole; tells how many files. The
/// copy of a file may be named in another one that is damaged, too.
pub fn heal_journal(store: &Store, disk: &dyn Disk) -> Result<usize, KeepError> {
    let (mut seen, mut healed) = (HashSet::new(), 0);
    loop {
        let before = healed;
        for kept in journal::kept_segments(disk)? {
            if !seen.insert(kept.segment.first) || journal::is_intact(disk, &kept)? {
                continue;
            }
            match heal(store, disk, &kept) {
                Ok(is_back) => healed += usize::from(is_back),
                Err(error) => tracing::error!(%error, "a journal file cannot be healed now"),
            }
        }
        if healed == before {
            return Ok(healed);
        }
    }
}

/// Puts back the files that are gone or too short: a look at each, cheap enough for every start.
pub fn heal_missing(places: &Places) -> Result<(), KeepError> {
    each(places.catalog.kept_segments()?, &AtomicBool::new(false), |kept| {
        match places.disk.stat(&journal::segment_path(kept.segment.first)) {
            Ok(stat) if stat.size >= kept.size => Ok(()),
            Err(error) if !error.is_missing() => Err(error.into()),
            _ => heal_now(places, &kept),
        }
    })
}

/// Reads every closed file again and compares it with what was kept of it; heals the file from its
/// copy and the copy from the file.
pub fn scrub(places: &Places, stop: &AtomicBool) -> Result<(), KeepError> {
    let Places { store, catalog, disk } = places;
    each(catalog.kept_segments()?, stop, |kept| {
        if !journal::is_intact(&**disk, &kept)? {
            heal_now(places, &kept)?;
        } else if copy_of(store, &kept)?.is_none() {
            // The facts name its bytes already, so nothing is left to record.
            let _kept = store.put_packed(&journal::read_segment(&**disk, kept.segment)?)?;
            tracing::warn!(first = kept.segment.first, "a journal file has its second copy again");
        }
        Ok(())
    })
}

fn heal_now(places: &Places, kept: &KeptSegment) -> Result<(), KeepError> {
    if heal(&places.store, &*places.disk, kept)? {
        places.catalog.forget_segment(kept.segment);
    }
    Ok(())
}

/// Puts a damaged file back; `false` where its copy is lost as well.
fn heal(store: &Store, disk: &dyn Disk, kept: &KeptSegment) -> Result<bool, KeepError> {
    let path = journal::segment_path(kept.segment.first);
    let Some(content) = copy_of(store, kept)? else {
        tracing::error!(
            file = %path.display(), copy = %kept.digest,
            "a journal file is damaged, and so is its second copy: restore journal/ from a backup"
        );
        return Ok(false);
    };
    store.set_aside(&path, "it is not what was written; it was made again from its second copy")?;
    let is_back = journal::put_back(disk, kept, &content)?;
    if is_back {
        tracing::warn!(file = %path.display(), "a journal file is healed from its second copy");
    }
    Ok(is_back)
}

/// The second copy of a file; `None` where it is lost.
fn copy_of(store: &Store, kept: &KeptSegment) -> Result<Option<Vec<u8>>, KeepError> {
    let mut content = vec![0; usize::try_from(kept.size).unwrap_or_default()];
    let read = |content: &mut [u8]| {
        let Some(copy) = store.open_blob(&kept.digest)? else { return Ok(0) };
        let mut filled = 0;
        while let Some(empty) = content.get_mut(filled..).filter(|empty| !empty.is_empty()) {
            match copy.read_at(empty, filled as u64)? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(filled)
    };
    match read(&mut content) {
        Ok(filled) if filled == content.len() => Ok(Some(content)),
        Ok(_) | Err(StoreError::Damaged { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rushes_catalog::command::NewProject;
    use rushes_catalog::journal::{closed_segments, is_intact};
    use rushes_disk::{CrashDisk, Cut, Fault, ManualClock, Timestamp};
    use tempfile::TempDir;

    use super::*;

    /// Bytes and facts over a crashing disk, and the folder of what is derived.
    fn open(disk: &CrashDisk) -> (Places, TempDir) {
        let index = tempfile::tempdir().unwrap();
        let disk: Arc<dyn Disk> = Arc::new(disk.clone());
        let store = Store::open(Arc::clone(&disk), index.path(), Some("boot")).unwrap();
        let catalog = Catalog::open(options(&disk, index.path())).unwrap();
        (Places { store: Arc::new(store), catalog: Arc::new(catalog), disk }, index)
    }

    fn options(disk: &Arc<dyn Disk>, index: &Path) -> rushes_catalog::Options {
        rushes_catalog::Options {
            disk: Arc::clone(disk),
            index_above: index.to_owned(),
            search_above: None,
            boot: Some("boot".to_owned()),
            clock: Arc::new(ManualClock::at(Timestamp(0))),
            publish: Box::new(drop),
        }
    }

    fn create(places: &Places, name: &str) -> bool {
        let command = Command::CreateProject(NewProject::named(name).into());
        places.catalog.submit(Viewer::NOBODY, command, None).is_ok()
    }

    fn keep(places: &Places) -> Result<(), KeepError> {
        keep_all(places, &AtomicBool::new(false))
    }

    /// A journal of two files: a sync of the first one failed.
    fn two_files() -> CrashDisk {
        for call in 1.. {
            let disk = CrashDisk::new();
            let (places, _index) = open(&disk);
            assert!(create(&places, "one"));
            disk.fail_at(call, Fault::Io);
            create(&places, "two");
            disk.call_off();
            assert!(create(&places, "three"));
            if !closed_segments(&disk).unwrap().is_empty() {
                return disk.restart();
            }
        }
        unreachable!("no call closes the file");
    }

    /// Every closed file has a copy that is recorded, once.
    fn assert_kept(places: &Places, when: &str) {
        assert_eq!(places.catalog.read_only(), None, "{when}");
        keep(places).unwrap();
        let kept = places.catalog.kept_segments().unwrap();
        let files: Vec<_> = kept.iter().map(|kept| kept.segment).collect();
        assert_eq!(files, closed_segments(&*places.disk).unwrap(), "{when}");
        assert!(!files.is_empty(), "{when}");
        for kept in kept {
            assert!(is_intact(&*places.disk, &kept).unwrap(), "{when}");
            assert!(copy_of(&places.store, &kept).unwrap().is_some(), "{when}");
        }
    }

    #[test]
    fn a_crash_anywhere_leaves_a_copy_that_is_recorded_or_one_that_is_made_again() {
        let two_files = two_files();
        for sync in 1.. {
            let disk = two_files.restart();
            let (places, _index) = open(&disk);
            disk.cut_at(sync, Cut::Before);
            let done = keep(&places);
            if !disk.is_cut() {
                done.unwrap();
                assert!(sync > 2, "a copy and its claim are synced");
                return;
            }
            for (left, how) in [(disk.restart(), "kill"), (disk.reboot_bare(), "power cut")] {
                assert_kept(&open(&left).0, &format!("{how} at sync {sync}"));
            }
        }
    }

    #[test]
    fn a_crash_while_a_file_is_put_back_leaves_the_damaged_one_or_the_healed_one() {
        let disk = two_files();
        assert_kept(&open(&disk).0, "before");
        let [first] = closed_segments(&disk).unwrap()[..] else { panic!("more than one") };
        let path = journal::segment_path(first.first);
        disk.damage(&path, |bytes| bytes[40] ^= 1).unwrap();
        for sync in 1.. {
            let disk = disk.restart();
            let index = tempfile::tempdir().unwrap();
            let store = Arc::new(disk.clone()) as Arc<dyn Disk>;
            let store = Store::open(store, index.path(), Some("boot")).unwrap();
            disk.cut_at(sync, Cut::Before);
            let done = heal_journal(&store, &disk);
            if !disk.is_cut() {
                assert_eq!(done.unwrap(), 1);
                assert!(sync > 2, "the note and the file are synced");
                assert_kept(&open(&disk.restart()).0, "healed");
                return;
            }
            for (left, how) in [(disk.restart(), "kill"), (disk.reboot_bare(), "power cut")] {
                let when = format!("{how} at sync {sync}");
                assert!(left.stat(&path).is_ok(), "{when}");
                let index = tempfile::tempdir().unwrap();
                let of_store = Arc::new(left.clone()) as Arc<dyn Disk>;
                let store = Store::open(of_store, index.path(), Some("boot")).unwrap();
                heal_journal(&store, &left).unwrap();
                drop(store);
                assert_kept(&open(&left.restart()).0, &when);
            }
        }
    }

    #[test]
    fn a_file_that_the_medium_does_not_give_back_is_healed_before_the_journal_is_opened() {
        let disk = two_files();
        assert_kept(&open(&disk).0, "before");
        let disk = disk.restart();
        let index = tempfile::tempdir().unwrap();
        let of_store = Arc::new(disk.clone()) as Arc<dyn Disk>;
        let store = Store::open(of_store, index.path(), Some("boot")).unwrap();
        let [first] = closed_segments(&disk).unwrap()[..] else { panic!("more than one") };
        disk.make_unreadable(&journal::segment_path(first.first)).unwrap();
        let of_facts = Arc::new(disk.clone()) as Arc<dyn Disk>;
        let refused = Catalog::open(options(&of_facts, index.path())).unwrap_err();
        assert!(refused.is_unreadable(), "{refused}");
        assert_eq!(heal_journal(&store, &disk).unwrap(), 1);
        drop(store);
        assert_kept(&open(&disk.restart()).0, "healed");
    }

    #[test]
    fn of_a_damaged_file_no_copy_is_made() {
        let disk = two_files();
        let (places, _index) = open(&disk);
        let first = closed_segments(&disk).unwrap()[0].first;
        disk.damage(&journal::segment_path(first), |bytes| bytes[40] ^= 1).unwrap();
        assert!(matches!(keep(&places), Err(KeepError::Read(ReadError::Damaged(_)))));
        assert_eq!(places.catalog.kept_segments().unwrap(), Vec::new());
    }
}
