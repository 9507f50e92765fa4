//! Leases: who relies on bytes right now, so that nobody frees them meanwhile.
//!
//! In memory only: a restart has nobody to protect. Invariant: while a [`Lease`] exists there is no
//! [`Alone`] for the same bytes, and the other way round.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rushes_digest::Digest;

use crate::place::PackId;

/// What can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Held {
    /// A blob, and the file of its name in `whole/`.
    Blob(Digest),
    /// A pack.
    Pack(PackId),
}

/// How something is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    Shared(usize),
    Alone,
}

/// All leases of a store.
#[derive(Debug, Default)]
pub struct Leases {
    holds: Mutex<HashMap<Held, Hold>>,
    changed: Condvar,
    /// A seeded bug, for the test that must catch it.
    #[cfg(test)]
    pub are_ignored: std::sync::atomic::AtomicBool,
}

/// Keeps bytes where they are. Dropping it lets them go.
#[derive(Debug)]
#[must_use = "the bytes are kept only while the lease exists"]
pub struct Lease {
    all: Arc<Leases>,
    held: Held,
}

/// The right to free bytes. Held for moments only: those who want a lease wait for it.
#[derive(Debug)]
#[must_use = "others may hold the bytes once this is dropped"]
pub struct Alone {
    all: Arc<Leases>,
    held: Held,
}

impl Leases {
    /// Takes a lease; `None` while the bytes are being freed.
    pub fn share(self: &Arc<Self>, held: Held) -> Option<Lease> {
        add(&mut self.lock(), held).then(|| Lease { all: Arc::clone(self), held })
    }

    /// Takes a lease, and waits while the bytes are being freed.
    pub fn wait_to_share(self: &Arc<Self>, held: Held) -> Lease {
        let mut holds = self.lock();
        while !add(&mut holds, held) {
            holds = self.changed.wait(holds).unwrap_or_else(PoisonError::into_inner);
        }
        Lease { all: Arc::clone(self), held }
    }

    /// Takes the right to free bytes; `None` while anybody else holds them.
    pub fn alone(self: &Arc<Self>, held: Held) -> Option<Alone> {
        let mut holds = self.lock();
        if holds.contains_key(&held) && !self.are_ignored() {
            return None;
        }
        holds.insert(held, Hold::Alone);
        Some(Alone { all: Arc::clone(self), held })
    }

    /// Whether anybody holds the bytes.
    pub fn is_held(&self, held: Held) -> bool {
        self.lock().contains_key(&held) && !self.are_ignored()
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "only tests have something to ask")]
    fn are_ignored(&self) -> bool {
        false
    }

    #[cfg(test)]
    fn are_ignored(&self) -> bool {
        self.are_ignored.load(std::sync::atomic::Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Held, Hold>> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(holds: &mut HashMap<Held, Hold>, held: Held) -> bool {
    match holds.entry(held).or_insert(Hold::Shared(0)) {
        Hold::Alone => false,
        Hold::Shared(count) => {
            *count += 1;
            true
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut holds = self.all.lock();
        if let Some(Hold::Shared(count)) = holds.get_mut(&self.held) {
            *count -= 1;
            if *count == 0 {
                holds.remove(&self.held);
            }
        }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.all.lock().remove(&self.held);
        self.all.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_share_one_frees_and_never_both() {
        let leases = Arc::new(Leases::default());
        let held = Held::Blob(Digest::of(b"x"));
        let (first, second) = (leases.share(held).unwrap(), leases.share(held).unwrap());
        assert!(leases.alone(held).is_none());
        drop(first);
        assert!(leases.alone(held).is_none());
        drop(second);
        assert!(!leases.is_held(held));
        let alone = leases.alone(held).unwrap();
        assert!(leases.share(held).is_none() && leases.alone(held).is_none());
        assert!(leases.share(Held::Pack(PackId([1; 16]))).is_some());
        drop(alone);
        assert!(leases.share(held).is_some());
    }

    #[test]
    fn who_waits_gets_a_lease_once_the_bytes_are_freed() {
        let leases = Arc::new(Leases::default());
        let held = Held::Pack(PackId([1; 16]));
        let alone = leases.alone(held).unwrap();
        let waiter = Arc::clone(&leases);
        let waiting = std::thread::spawn(move || waiter.wait_to_share(held));
        drop(alone);
        let lease = waiting.join().unwrap();
        assert!(leases.is_held(held));
        drop(lease);
        assert!(!leases.is_held(held));
    }
}
