//! Group commit: many callers share one write and one sync.
//!
//! A thread drains its queue, hands everything that waits to a [`Committer`] at once, and wakes
//! each caller with its own answer. While one batch syncs, the next one gathers by itself, so the
//! batch grows with the load and a lone caller waits for nobody.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
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

/// The thread behind the queue is gone: it was stopped, or it panicked.
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

/// A queue with one committing thread behind it.
#[derive(Debug)]
pub struct GroupCommit<C: Committer> {
    queue: Mutex<Option<SyncSender<Waiting<C>>>>,
    thread: Mutex<Option<JoinHandle<C>>>,
}

impl<C: Committer> GroupCommit<C> {
    /// Starts the thread.
    pub fn start(name: &str, batch: Batch, committer: C) -> std::io::Result<Self> {
        let (queue, items) = sync_channel(batch.queue_max);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || run(committer, &items, batch))?;
        Ok(Self { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) })
    }

    /// Hands an item in; blocks while the queue is full.
    pub fn submit(&self, item: C::Item) -> Result<Pending<C::Done>, Stopped> {
        // The lock is held for the clone only: a full queue must not block `stop`.
        let queue = self.queue.lock().map_err(|_| Stopped)?.clone().ok_or(Stopped)?;
        let (answer, pending) = sync_channel(1);
        queue.send(Waiting { item, answer }).map_err(|_| Stopped)?;
        Ok(Pending(pending))
    }

    /// Hands an item in and waits for its answer.
    pub fn call(&self, item: C::Item) -> Result<C::Done, Stopped> {
        self.submit(item)?.wait()
    }

    /// Takes no more items, commits those that wait, and gives the committer back; `None` when the
    /// thread panicked or was stopped before.
    pub fn stop(&self) -> Option<C> {
        drop(self.queue.lock().ok()?.take());
        let thread = self.thread.lock().ok()?.take()?;
        thread.join().ok()
    }
}

impl<C: Committer> Drop for GroupCommit<C> {
    fn drop(&mut self) {
        drop(self.stop());
    }
}

fn run<C: Committer>(mut committer: C, items: &Receiver<Waiting<C>>, batch: Batch) -> C {
    let mut held = None;
    while let Some(first) = held.take().or_else(|| items.recv().ok()) {
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
        for (answer, done) in answers.into_iter().zip(committer.commit(batch_items)) {
            // A caller that no longer waits has made up its mind; its item is durable all the same.
            let _ = answer.send(done);
        }
    }
    committer
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
}
