//! Which files this user has sent where, and what their contents were: an unchanged file need not
//! be read again.
//!
//! A cache: whatever is wrong with it, it is empty and made anew, and nobody hears of it.
//! Invariant: a file counts as unchanged only when device, inode, size and both times are what they
//! were, and when these could not have stayed the same under a change.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rushes_api::Digest;
use rustix::fs::{FlockOperation, flock};

/// What the file begins with: name and version.
const MAGIC: &[u8; 8] = b"rushput1";
/// Most files that are remembered for one user of one daemon: 20 MB. Those that were not met for
/// the longest time go first.
const ENTRIES_MAX: usize = 200_000;
/// Most users and daemons that are remembered.
const ACCOUNTS_MAX: usize = 16;
/// Kernels stamp files with a clock that ticks up to every 10 ms: a file that changed so shortly
/// before it was read may change again under the same time.
const TICK: Duration = Duration::from_millis(100);
/// The same of file systems that know no fraction of a second.
const COARSE_TICK: Duration = Duration::from_secs(2);
/// How often a lock that another run holds is tried: it is held for moments.
const LOCK_TRIES: u32 = 40;
const LOCK_WAIT: Duration = Duration::from_millis(25);
const DAY_S: u64 = 86_400;

/// For which history a file was put; a hash of its name.
pub type Place = [u8; 16];

/// What of a file shows that it is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    device: u64,
    inode: u64,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    met_day: u64,
    digest: Digest,
}

type Entries = BTreeMap<Key, Entry>;

/// What was sent. Dropping it writes down what is new.
#[derive(Debug)]
pub struct Sent {
    /// `None` where nothing is remembered.
    file: Option<PathBuf>,
    entries: Entries,
    news: Entries,
    today: u64,
}

impl Look {
    /// How a file looks.
    pub fn of(file: &Metadata) -> Self {
        Self {
            device: file.dev(),
            inode: file.ino(),
            size: file.size(),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        }
    }

    /// Whether a change after `now` must show.
    fn is_settled(&self, now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (seconds, nanoseconds) = self.changed;
        let tick = if nanoseconds == 0 { COARSE_TICK } else { TICK };
        let whole = u64::try_from(seconds).map(Duration::from_secs).unwrap_or_default();
        let changed = whole + Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or_default());
        changed + tick <= now
    }
}

impl Sent {
    /// Remembers nothing.
    pub fn nothing() -> Self {
        Self { file: None, entries: Entries::new(), news: Entries::new(), today: 0 }
    }

    /// What is remembered of an account, below a directory for caches.
    pub fn open(caches: &Path, account: &str) -> Self {
        let file = caches.join("rushes").join(format!("{account}.sent"));
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let entries = load(&file);
        let today = since.as_secs() / DAY_S;
        Self { file: Some(file), entries, news: Entries::new(), today }
    }

    /// The digest of a file that was sent, wherever to; `None` when it may have changed since.
    pub fn digest(&self, look: &Look) -> Option<Digest> {
        let key = |place| Key { device: look.device, inode: look.inode, place };
        let all = key([0; 16])..=key([u8::MAX; 16]);
        let mut known = self.news.range(all.clone()).chain(self.entries.range(all));
        known.find(|(_, entry)| entry.is(look)).map(|(_, entry)| entry.digest)
    }

    /// The same of a file that was put at a place.
    pub fn digest_at(&mut self, look: &Look, place: Place) -> Option<Digest> {
        let key = Key { device: look.device, inode: look.inode, place };
        let known = self.news.get(&key).or_else(|| self.entries.get(&key));
        let entry = *known.filter(|entry| entry.is(look))?;
        if entry.met_day != self.today {
            self.news.insert(key, Entry { met_day: self.today, ..entry });
        }
        Some(entry.digest)
    }

    /// Remembers a file that was sent, where it looked alike before and after, and was not about to
    /// change when it was read.
    pub fn remember(
        &mut self,
        place: Place,
        (before, since): (Look, SystemTime),
        after: Look,
        digest: Digest,
    ) {
        if self.file.is_none() || before != after || !before.is_settled(since) {
            return;
        }
        let Look { device, inode, size, modified, changed } = before;
        let entry = Entry { size, modified, changed, met_day: self.today, digest };
        self.news.insert(Key { device, inode, place }, entry);
    }

    /// Adds what is new to what others may have written meanwhile. `None` when it cannot be.
    fn write(&self) -> Option<()> {
        let file = self.file.as_ref()?;
        let folder = file.parent()?;
        DirBuilder::new().recursive(true).mode(0o700).create(folder).ok()?;
        let lock = open(&folder.join("lock"))?;
        let mut tries = (0..LOCK_TRIES).map(|_| {
            let taken = flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok();
            if !taken {
                std::thread::sleep(LOCK_WAIT);
            }
            taken
        });
        tries.find(|taken| *taken)?;
        let mut all = load(file);
        all.extend(&self.news);
        forget_oldest(&mut all, ENTRIES_MAX);
        let new = file.with_extension("new");
        let mut to = open(&new)?;
        to.set_len(0).ok()?;
        to.write_all(&encode(&all)).ok()?;
        fs::rename(&new, file).ok()?;
        forget_accounts(folder)
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if !self.news.is_empty() {
            // What is not remembered is sent again.
            let _ = self.write();
        }
    }
}

impl Entry {
    fn is(&self, look: &Look) -> bool {
        (self.size, self.modified, self.changed) == (look.size, look.modified, look.changed)
    }
}

/// The user's directory for caches (XDG Base Directory Specification).
pub fn caches() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let named = named.filter(|path| path.is_absolute());
    named.or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
}

/// The short name of texts: 32 hex digits.
pub fn short(texts: &[&str]) -> Place {
    let mut joined = Vec::new();
    for text in texts {
        joined.extend_from_slice(&(text.len() as u64).to_le_bytes());
        joined.extend_from_slice(text.as_bytes());
    }
    let mut short = [0; 16];
    short.iter_mut().zip(Digest::of(&joined).as_bytes()).for_each(|(to, from)| *to = *from);
    short
}

fn open(path: &Path) -> Option<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).ok()
}

fn forget_oldest(all: &mut Entries, count_max: usize) {
    let excess = all.len().saturating_sub(count_max);
    if excess == 0 {
        return;
    }
    let mut by_age: Vec<(u64, Key)> =
        all.iter().map(|(key, entry)| (entry.met_day, *key)).collect();
    by_age.sort_unstable();
    for (_, key) in by_age.iter().take(excess) {
        all.remove(key);
    }
}

fn forget_accounts(folder: &Path) -> Option<()> {
    let of_account = |path: &Path| path.extension().is_some_and(|extension| extension == "sent");
    let found = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let aged = found.filter(|path| of_account(path)).filter_map(|path| {
        let modified = path.metadata().and_then(|file| file.modified()).ok()?;
        Some((modified, path))
    });
    let mut aged: Vec<_> = aged.collect();
    aged.sort_unstable();
    let excess = aged.len().saturating_sub(ACCOUNTS_MAX);
    aged.iter().take(excess).for_each(|(_, path)| drop(fs::remove_file(path)));
    Some(())
}

fn load(file: &Path) -> Entries {
    fs::read(file).ok().and_then(|bytes| decode(&bytes)).unwrap_or_default()
}

fn encode(entries: &Entries) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for (key, entry) in entries {
        let (modified, changed) = (entry.modified, entry.changed);
        let times = [modified.0, modified.1, changed.0, changed.1].map(i64::to_le_bytes);
        bytes.extend_from_slice(&key.device.to_le_bytes());
        bytes.extend_from_slice(&key.inode.to_le_bytes());
        bytes.extend_from_slice(&key.place);
        bytes.extend_from_slice(&entry.size.to_le_bytes());
        bytes.extend_from_slice(times.as_flattened());
        bytes.extend_from_slice(&entry.met_day.to_le_bytes());
        bytes.extend_from_slice(entry.digest.as_bytes());
    }
    let sum = Digest::of(&bytes);
    bytes.extend_from_slice(sum.as_bytes());
    bytes
}

/// `None` when the bytes are not what was written.
fn decode(bytes: &[u8]) -> Option<Entries> {
    let (written, sum) = bytes.split_last_chunk::<{ Digest::BYTES }>()?;
    if Digest::of(written).as_bytes() != sum {
        return None;
    }
    let mut rest = written.strip_prefix(MAGIC)?;
    let mut entries = Entries::new();
    while !rest.is_empty() {
        let (device, inode) = (number(&mut rest)?, number(&mut rest)?);
        let key = Key { device, inode, place: take(&mut rest)? };
        let entry = Entry {
            size: number(&mut rest)?,
            modified: (signed(&mut rest)?, signed(&mut rest)?),
            changed: (signed(&mut rest)?, signed(&mut rest)?),
            met_day: number(&mut rest)?,
            digest: Digest::from_bytes(take(&mut rest)?),
        };
        entries.insert(key, entry);
    }
    Some(entries)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk::<N>()?;
    *rest = left;
    Some(*taken)
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    take(rest).map(u64::from_le_bytes)
}

fn signed(rest: &mut &[u8]) -> Option<i64> {
    take(rest).map(i64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place = [1; 16];

    fn look(inode: u64) -> Look {
        Look { device: 1, inode, size: 5, modified: (1_000, 7), changed: (1_000, 7) }
    }

    fn later() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(2_000)
    }

    fn remember(caches: &Path, inode: u64) {
        let mut sent = Sent::open(caches, "a");
        sent.remember(HERE, (look(inode), later()), look(inode), Digest::of(b"x"));
    }

    #[test]
    fn a_file_is_known_until_anything_of_it_changes() {
        let dir = tempfile::tempdir().unwrap();
        remember(dir.path(), 2);
        let mut sent = Sent::open(dir.path(), "a");
        assert_eq!(sent.digest_at(&look(2), HERE), Some(Digest::of(b"x")));
        assert_eq!(sent.digest_at(&look(2), [2; 16]), None);
        assert_eq!(sent.digest(&look(2)), Some(Digest::of(b"x")));
        let changes: [fn(&mut Look); 5] = [
            |look| look.device = 9,
            |look| look.inode = 9,
            |look| look.size = 9,
            |look| look.modified.1 = 9,
            |look| look.changed.1 = 9,
        ];
        for change in changes {
            let mut other = look(2);
            change(&mut other);
            assert_eq!((sent.digest(&other), sent.digest_at(&other, HERE)), (None, None));
        }
        assert_eq!(Sent::open(dir.path(), "b").digest(&look(2)), None);
    }

    #[test]
    fn a_file_that_may_change_unseen_is_not_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let mut sent = Sent::open(dir.path(), "a");
        let mut remember = |before: Look, after: Look, ms: u64| {
            let since = UNIX_EPOCH + Duration::from_millis(1_000_000 + ms);
            sent.remember(HERE, (before, since), after, Digest::of(b"x"));
            sent.news.remove(&Key { device: 1, inode: before.inode, place: HERE }).is_some()
        };
        assert!(remember(look(1), look(1), 200));
        assert!(!remember(look(1), look(1), 50), "it changed within a tick of the clock");
        assert!(!remember(look(1), Look { size: 6, ..look(1) }, 200), "it changed meanwhile");
        let coarse = Look { changed: (1_000, 0), ..look(1) };
        assert!(!remember(coarse, coarse, 1_500), "its file system knows whole seconds only");
        assert!(remember(coarse, coarse, 2_500));
    }

    #[test]
    fn whatever_is_wrong_with_the_file_it_is_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        remember(dir.path(), 2);
        let file = dir.path().join("rushes/a.sent");
        let good = fs::read(&file).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(decode(&bad), None, "byte {at}");
            assert_eq!(decode(&good[..at]), None, "cut at {at}");
        }
        fs::write(&file, &good[..good.len() - 1]).unwrap();
        assert_eq!(Sent::open(dir.path(), "a").digest(&look(2)), None);
        remember(dir.path(), 3);
        assert!(Sent::open(dir.path(), "a").digest(&look(3)).is_some());
    }

    #[test]
    fn runs_at_the_same_time_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for inode in 0..16 {
                let caches = dir.path();
                scope.spawn(move || remember(caches, inode));
            }
        });
        let sent = Sent::open(dir.path(), "a");
        assert!((0..16).all(|inode| sent.digest(&look(inode)).is_some()));
    }

    #[test]
    fn the_oldest_are_forgotten_first() {
        let mut all = Entries::new();
        for inode in 0..5 {
            let (size, modified, changed) = (0, (0, 0), (0, 0));
            let entry =
                Entry { size, modified, changed, met_day: 9 - inode, digest: Digest::of(b"") };
            all.insert(Key { device: 1, inode, place: HERE }, entry);
        }
        forget_oldest(&mut all, 3);
        assert!(all.keys().map(|key| key.inode).eq(0..3));
        let dir = tempfile::tempdir().unwrap();
        for account in 0..ACCOUNTS_MAX + 3 {
            fs::write(dir.path().join(format!("{account}.sent")), "x").unwrap();
        }
        forget_accounts(dir.path()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), ACCOUNTS_MAX);
    }
}
