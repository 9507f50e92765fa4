//! Group commit: many callers share one write and one sync.
//!
//! A caller that finds nobody at work commits its own item, on its own thread. Whoever comes
//! meanwhile queues up; a thread drains the queue, hands everything that waits to the [`Committer`]
//! at once, and wakes each caller with its own answer. So the batch grows with the load, and a lone
//! caller waits for nobody, not even for a thread to wake up.
//!
//! Invariant: items are committed one batch after the other, and those of one caller in the order
//! in which it handed them in.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What writes a batch.
pub trait Committer: Send + 'static {
    /// What callers hand in.
    type Item: Send;
    /// What each caller gets back.
    type Done: Send;

    /// How much an item counts towards [`Batch::weight_max`], typically its bytes.
    fn weight(item: &Self::Item) -> usize;

    /// Writes the items in order, durably, and answers each one, in the same order.
    fn commit(&mut self, items: Vec<Self::Item>) -> Vec<Self::Done>;
}

/// How large queue and batches may grow.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// Items that may wait; more callers block until there is room.
    pub queue_max: usize,
    /// Items in one batch.
    pub items_max: usize,
    /// Sum of the weights in one batch; a single heavier item goes alone.
    pub weight_max: usize,
}

/// Nobody commits any more: it was stopped, or the committer panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the writer has stopped")]
pub struct Stopped;

struct Waiting<C: Committer> {
    item: C::Item,
    answer: SyncSender<C::Done>,
}

/// An answer that is still to come.
#[derive(Debug)]
#[must_use = "without waiting, nobody knows whether the item is durable"]
pub struct Pending<T>(Receiver<T>);

impl<T> Pending<T> {
    /// Waits for the batch that holds the item.
    pub fn wait(self) -> Result<T, Stopped> {
        self.0.recv().map_err(|_| Stopped)
    }
}

/// Whoever commits has taken the committer out: a panic drops it, and nobody finds it again.
#[derive(Debug)]
struct Seat<C> {
    committer: Mutex<Option<C>>,
    /// Items that were queued and are not committed yet.
    queued: AtomicUsize,
    /// Whether the last batch held one item only. When it held more, the next caller is soon
    /// followed by others, who would wait twice if it did not wait for them.
    is_calm: AtomicBool,
}

impl<C> Seat<C> {
    fn take_turn(&self) -> MutexGuard<'_, Option<C>> {
        self.committer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A committer with a queue and a thread before it.
#[derive(Debug)]
pub struct GroupCommit<C: Committer> {
    seat: Arc<Seat<C>>,
    queue: Mutex<Option<SyncSender<Waiting<C>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl<C: Committer> GroupCommit<C> {
    /// Starts the thread.
    pub fn start(name: &str, batch: Batch, committer: C) -> std::io::Result<Self> {
        let (queue, items) = sync_channel(batch.queue_max);
        let (committer, queued) = (Mutex::new(Some(committer)), AtomicUsize::new(0));
        let seat = Arc::new(Seat { committer, queued, is_calm: AtomicBool::new(true) });
        let same = Arc::clone(&seat);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || run(&same, &items, batch))?;
        Ok(Self { seat, queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) })
    }

    /// Hands an item in; blocks while the queue is full.
    pub fn submit(&self, item: C::Item) -> Result<Pending<C::Done>, Stopped> {
        // The lock is held for the clone only: a full queue must not block `stop`.
        let queue = self.queue.lock().map_err(|_| Stopped)?.clone().ok_or(Stopped)?;
        let (answer, pending) = sync_channel(1);
        self.seat.queued.fetch_add(1, Ordering::AcqRel);
        queue.send(Waiting { item, answer }).map_err(|_| Stopped)?;
        Ok(Pending(pending))
    }

    /// Hands an item in and waits for its answer.
    pub fn call(&self, item: C::Item) -> Result<C::Done, Stopped> {
        let item = match self.commit_alone(item) {
            Ok(done) => return done,
            Err(item) => item,
        };
        self.submit(item)?.wait()
    }

    /// Commits an item on this thread, or gives it back when somebody else is before it.
    fn commit_alone(&self, item: C::Item) -> Result<Result<C::Done, Stopped>, C::Item> {
        let Ok(mut turn) = self.seat.committer.try_lock() else { return Err(item) };
        // What this caller has queued before counts, too.
        let is_first = self.seat.queued.load(Ordering::Acquire) == 0;
        if !is_first || !self.seat.is_calm.load(Ordering::Relaxed) {
            return Err(item);
        }
        let Some(mut committer) = turn.take() else { return Ok(Err(Stopped)) };
        // A panic ends the committer, not whoever happened to be its first caller.
        let outcome = catch_unwind(AssertUnwindSafe(move || {
            let done = committer.commit(vec![item]).pop();
            (committer, done)
        }));
        let Ok((committer, done)) = outcome else { return Ok(Err(Stopped)) };
        *turn = Some(committer);
        Ok(done.ok_or(Stopped))
    }

    /// Takes no more items, commits those that wait, and gives the committer back; `None` when it
    /// panicked or was stopped before.
    pub fn stop(&self) -> Option<C> {
        drop(self.queue.lock().ok()?.take());
        let thread = self.thread.lock().ok()?.take()?;
        thread.join().ok()?;
        self.seat.take_turn().take()
    }
}

impl<C: Committer> Drop for GroupCommit<C> {
    fn drop(&mut self) {
        drop(self.stop());
    }
}

fn run<C: Committer>(seat: &Seat<C>, items: &Receiver<Waiting<C>>, batch: Batch) {
    let mut held = None;
    while let Some(first) = held.take().or_else(|| items.recv().ok()) {
        let mut turn = seat.take_turn();
        // Without one the answers are dropped, which says so to those who wait.
        let Some(mut committer) = turn.take() else { return };
        let mut weight = C::weight(&first.item);
        let mut waiting = vec![first];
        while waiting.len() < batch.items_max && weight < batch.weight_max {
            match items.try_recv() {
                Ok(next) if weight + C::weight(&next.item) > batch.weight_max => {
                    held = Some(next);
                    break;
                }
                Ok(next) => {
                    weight += C::weight(&next.item);
                    waiting.push(next);
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        let (batch_items, answers): (Vec<_>, Vec<_>) =
            waiting.into_iter().map(|waiting| (waiting.item, waiting.answer)).unzip();
        let count = answers.len();
        seat.is_calm.store(count == 1, Ordering::Relaxed);
        let all_done = committer.commit(batch_items);
        *turn = Some(committer);
        drop(turn);
        seat.queued.fetch_sub(count, Ordering::AcqRel);
        for (answer, done) in answers.into_iter().zip(all_done) {
            // A caller that no longer waits has made up its mind; its item is durable all the same.
            let _ = answer.send(done);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// Counts batches; the first one waits until it is let go.
    struct Slow {
        batches: Vec<usize>,
        go: Receiver<()>,
    }

    impl Committer for Slow {
        type Item = usize;
        type Done = usize;

        fn weight(item: &usize) -> usize {
            *item
        }

        fn commit(&mut self, items: Vec<usize>) -> Vec<usize> {
            if self.batches.is_empty() {
                self.go.recv().unwrap();
            }
            self.batches.push(items.len());
            items.into_iter().map(|item| item * 10).collect()
        }
    }

    fn slow(
        items_max: usize,
        weight_max: usize,
    ) -> (GroupCommit<Slow>, std::sync::mpsc::Sender<()>) {
        let (sender, go) = channel();
        let batch = Batch { queue_max: 100, items_max, weight_max };
        (GroupCommit::start("slow", batch, Slow { batches: Vec::new(), go }).unwrap(), sender)
    }

    #[test]
    fn what_waits_is_committed_together_and_each_caller_gets_its_own_answer() {
        let (group, go) = slow(100, 1000);
        let first = group.submit(1).unwrap();
        let rest: Vec<_> = (2..=9).map(|item| group.submit(item).unwrap()).collect();
        go.send(()).unwrap();
        assert_eq!(first.wait(), Ok(10));
        for (pending, item) in rest.into_iter().zip(2..) {
            assert_eq!(pending.wait(), Ok(item * 10));
        }
        let batches = group.stop().unwrap().batches;
        assert_eq!(batches.iter().sum::<usize>(), 9);
        assert!(batches.len() <= 3, "{batches:?}");
    }

    #[test]
    fn a_batch_stays_within_its_limits() {
        let (group, go) = slow(3, 20);
        let all: Vec<_> =
            [1, 1, 1, 1, 15, 15, 50, 1].map(|item| group.submit(item).unwrap()).into();
        go.send(()).unwrap();
        for pending in all {
            pending.wait().unwrap();
        }
        let batches = group.stop().unwrap().batches;
        assert!(batches.iter().all(|count| *count <= 3), "{batches:?}");
        assert!(batches.len() >= 5, "{batches:?}");
    }

    #[test]
    fn after_a_stop_nothing_is_taken() {
        let (group, go) = slow(3, 20);
        go.send(()).unwrap();
        assert_eq!(group.call(1), Ok(10));
        assert!(group.stop().is_some());
        assert_eq!(group.call(1), Err(Stopped));
    }

    /// Tells on which thread each batch was committed; an item of 0 makes it panic.
    struct Where;

    impl Committer for Where {
        type Item = u32;
        type Done = std::thread::ThreadId;

        fn weight(_: &u32) -> usize {
            1
        }

        fn commit(&mut self, items: Vec<u32>) -> Vec<Self::Done> {
            assert!(!items.contains(&0), "an item that it cannot take");
            items.iter().map(|_| std::thread::current().id()).collect()
        }
    }

    fn anywhere() -> GroupCommit<Where> {
        GroupCommit::start("where", Batch { queue_max: 9, items_max: 9, weight_max: 9 }, Where)
            .unwrap()
    }

    #[test]
    fn a_lone_caller_commits_by_itself_but_never_before_what_it_queued() {
        let (group, me) = (anywhere(), std::thread::current().id());
        assert_eq!(group.call(1), Ok(me));
        let queued = group.submit(2).unwrap();
        assert_ne!(queued.wait(), Ok(me));
        let (slow, go) = slow(100, 1000);
        let first = slow.submit(1).unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| slow.call(2));
            go.send(()).unwrap();
            assert_eq!((first.wait(), second.join().unwrap()), (Ok(10), Ok(20)));
        });
    }

    #[test]
    fn a_panic_stops_it_wherever_it_happens() {
        for is_alone in [true, false] {
            let group = anywhere();
            let answer = if is_alone { group.call(0) } else { group.submit(0).unwrap().wait() };
            assert_eq!(answer, Err(Stopped));
            assert_eq!(group.call(1), Err(Stopped));
            assert!(group.stop().is_none());
        }
    }
}
