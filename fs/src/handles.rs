//! Open files.
//!
//! Knows neither the view nor the kernel; `B` is a file that is registered for passthrough. The
//! kernel allows one mode, and one backing file, per inode while it is open. Invariant: the first
//! open of an inode decides both, and they stay until its last release.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rushes_vault::source::OpenContent;

/// How an open is answered.
#[derive(Debug)]
pub enum Way<B> {
    /// The kernel reads the registered file.
    Passthrough(Arc<B>),
    /// Reads come here, and the kernel keeps the pages.
    Cached,
    /// Reads come here past the kernel's pages.
    Direct,
}

/// An answered open.
#[derive(Debug)]
pub struct Opened<B> {
    /// The number of the handle.
    pub handle: u64,
    /// How it is read.
    pub way: Way<B>,
}

/// All open files of a session.
#[derive(Debug)]
pub struct Handles<B> {
    state: Mutex<State<B>>,
}

#[derive(Debug)]
struct State<B> {
    next: u64,
    files: HashMap<u64, File>,
    shared: HashMap<u64, Shared<B>>,
}

#[derive(Debug)]
struct File {
    content: Arc<dyn OpenContent>,
    /// Whether it counts among the opens of its inode that share one mode.
    shares: bool,
}

#[derive(Debug)]
struct Shared<B> {
    content: Arc<dyn OpenContent>,
    backing: Option<Arc<B>>,
    opens: u32,
}

impl<B> Handles<B> {
    /// Nothing is open.
    pub fn new() -> Self {
        let state = State { next: 1, files: HashMap::new(), shared: HashMap::new() };
        Self { state: Mutex::new(state) }
    }

    /// Opens an inode that is open already, in the same mode; `None` when it is not.
    pub fn join(&self, ino: u64) -> Option<Opened<B>> {
        self.state().join(ino)
    }

    /// Opens an inode with its content. `register` gets the file that is exactly the content, where
    /// there is one, and is called without a lock; if another open is faster, it decides.
    pub fn open(
        &self,
        ino: u64,
        content: Arc<dyn OpenContent>,
        register: impl FnOnce(BorrowedFd<'_>) -> Option<B>,
    ) -> Opened<B> {
        let backing = content.exact_file().and_then(register).map(Arc::new);
        let late; // A registration that is not needed is closed after the lock is released.
        let opened = {
            let mut state = self.state();
            if let Entry::Vacant(place) = state.shared.entry(ino) {
                place.insert(Shared { content: Arc::clone(&content), backing, opens: 0 });
                late = None;
            } else {
                late = backing;
            }
            state.join(ino)
        };
        drop(late);
        opened.unwrap_or_else(|| self.open_alone(content))
    }

    /// Opens a content that is not the one of its inode, past the kernel's pages.
    pub fn open_alone(&self, content: Arc<dyn OpenContent>) -> Opened<B> {
        let handle = self.state().file(content, false);
        Opened { handle, way: Way::Direct }
    }

    /// The content of an open file.
    pub fn content(&self, handle: u64) -> Option<Arc<dyn OpenContent>> {
        self.state().files.get(&handle).map(|file| Arc::clone(&file.content))
    }

    /// Closes a file.
    pub fn release(&self, ino: u64, handle: u64) {
        let mut state = self.state();
        let file = state.files.remove(&handle);
        let mut last = None;
        if file.as_ref().is_some_and(|file| file.shares)
            && let Some(shared) = state.shared.get_mut(&ino)
        {
            shared.opens -= 1;
            if shared.opens == 0 {
                last = state.shared.remove(&ino);
            }
        }
        drop(state);
        drop((file, last)); // Closing files takes system calls: not under the lock.
    }

    fn state(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> State<B> {
    fn number(&mut self) -> u64 {
        let handle = self.next;
        self.next += 1;
        handle
    }

    fn file(&mut self, content: Arc<dyn OpenContent>, shares: bool) -> u64 {
        let handle = self.number();
        self.files.insert(handle, File { content, shares });
        handle
    }

    fn join(&mut self, ino: u64) -> Option<Opened<B>> {
        let shared = self.shared.get_mut(&ino)?;
        shared.opens += 1;
        let content = Arc::clone(&shared.content);
        let way = match &shared.backing {
            Some(backing) => Way::Passthrough(Arc::clone(backing)),
            None => Way::Cached,
        };
        Some(Opened { handle: self.file(content, true), way })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Bytes;

    fn whole() -> Arc<dyn OpenContent> {
        Arc::new(Bytes::in_file(b"whole"))
    }

    #[test]
    fn opens_of_one_inode_share_one_registration_until_the_last_release() {
        let handles = Handles::<u32>::new();
        let first = handles.open(7, whole(), |_| Some(1));
        let second = handles.open(7, whole(), |_| Some(2));
        for opened in [&first, &second] {
            assert!(matches!(&opened.way, Way::Passthrough(id) if **id == 1), "{opened:?}");
        }
        handles.release(7, first.handle);
        assert!(matches!(handles.join(7).unwrap().way, Way::Passthrough(id) if *id == 1));
    }

    #[test]
    fn a_mode_stays_while_the_inode_is_open_and_may_change_afterwards() {
        let handles = Handles::<u32>::new();
        let cached = handles.open(7, whole(), |_| None);
        assert!(matches!(handles.open(7, whole(), |_| Some(2)).way, Way::Cached));
        let alone = handles.open_alone(whole());
        assert!(matches!(alone.way, Way::Direct));
        handles.release(7, cached.handle);
        handles.release(7, cached.handle + 1);
        assert!(handles.join(7).is_none(), "a handle that does not share holds nothing");
        assert!(matches!(handles.open(7, whole(), |_| Some(2)).way, Way::Passthrough(_)));
    }

    #[test]
    fn a_content_without_a_file_is_never_registered() {
        let handles = Handles::<u32>::new();
        let content: Arc<dyn OpenContent> = Arc::new(Bytes::in_memory(b"ranges"));
        let opened = handles.open(7, content, |_| unreachable!("nothing may be registered"));
        assert!(matches!(opened.way, Way::Cached));
    }
}
