//! Long jobs: each on a thread of its own, one of a kind at a time, until it ends or is told to.
//!
//! Knows nothing of what they do. Invariant: no job outlives [`Jobs::end`], and none runs on a
//! thread that answers requests.

use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use rushes_api::Code;
use rushes_api::store::{Job, JobStatus};
use serde::Serialize;
use serde_json::Value;
use tracing::Span;

use crate::error::Refusal;

/// What can run for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Reads everything again.
    Scrub,
    /// Makes the index anew.
    Reindex,
    /// Frees what was released.
    Sweep,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Scrub, Self::Reindex, Self::Sweep];

    /// Its name, which is also the last part of its path.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scrub => "scrub",
            Self::Reindex => "reindex",
            Self::Sweep => "sweep",
        }
    }
}

/// What a job looks at and writes to while it runs.
#[derive(Debug, Default)]
pub struct Run {
    stop: AtomicBool,
    report: Mutex<Option<Value>>,
}

impl Run {
    /// What says that it should end.
    pub fn stop(&self) -> &AtomicBool {
        &self.stop
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Says what was done until now.
    pub fn report(&self, report: &impl Serialize) {
        let report = serde_json::to_value(report).ok();
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = report;
    }
}

#[derive(Debug)]
struct Slot {
    run: Arc<Run>,
    shown: Arc<Mutex<Job<Value>>>,
    thread: Option<JoinHandle<()>>,
}

impl Slot {
    fn is_running(&self) -> bool {
        self.show().status == JobStatus::Running
    }

    fn show(&self) -> Job<Value> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        shown.report.clone_from(&self.run.report.lock().unwrap_or_else(PoisonError::into_inner));
        shown
    }
}

/// The jobs of a daemon.
#[derive(Debug, Default)]
pub struct Jobs {
    slots: Mutex<HashMap<Kind, Slot>>,
    ended: AtomicBool,
}

impl Jobs {
    /// Starts a job. Errors: `Running` while there is one of its kind.
    pub fn start<E: fmt::Display>(
        &self,
        kind: Kind,
        work: impl FnOnce(&Run) -> Result<(), E> + Send + 'static,
    ) -> Result<Job<Value>, Refusal> {
        let mut slots = self.lock();
        if self.ended.load(Ordering::SeqCst) {
            return Err(Refusal::new(Code::Busy, "the daemon is stopping"));
        }
        if slots.get(&kind).is_some_and(Slot::is_running) {
            return Err(running(kind));
        }
        let run = Arc::new(Run::default());
        let started_at = Some(now());
        let begun =
            Job { status: JobStatus::Running, started_at, ended_at: None, why: None, report: None };
        let shown = Arc::new(Mutex::new(begun));
        let (inside, outcome) = (Arc::clone(&run), Arc::clone(&shown));
        let thread = thread::Builder::new().name(format!("rushes-{}", kind.name()));
        // Its lines carry the id of the request that began it.
        let span = Span::current();
        let thread = thread.spawn(move || {
            let _begun_by = span.entered();
            let done = catch_unwind(AssertUnwindSafe(|| work(&inside)));
            let mut shown = outcome.lock().unwrap_or_else(PoisonError::into_inner);
            (shown.status, shown.why) = ended(kind, done, inside.is_stopped());
            shown.ended_at = Some(now());
        });
        let thread = Some(thread.map_err(Refusal::failed)?);
        let slot = Slot { run, shown, thread };
        let begun = slot.show();
        slots.insert(kind, slot);
        Ok(begun)
    }

    /// Refuses while one of a kind runs.
    pub fn must_rest(&self, kind: Kind) -> Result<(), Refusal> {
        if self.is_running(kind) { Err(running(kind)) } else { Ok(()) }
    }

    /// Whether one of a kind runs.
    pub fn is_running(&self, kind: Kind) -> bool {
        self.lock().get(&kind).is_some_and(Slot::is_running)
    }

    /// How the last one of its kind stands.
    pub fn show(&self, kind: Kind) -> Job<Value> {
        let never = Job {
            status: JobStatus::Never,
            started_at: None,
            ended_at: None,
            why: None,
            report: None,
        };
        self.lock().get(&kind).map_or(never, Slot::show)
    }

    /// Tells the one that runs to stop, which it does soon.
    pub fn stop(&self, kind: Kind) -> Job<Value> {
        if let Some(slot) = self.lock().get(&kind) {
            slot.run.stop.store(true, Ordering::SeqCst);
        }
        self.show(kind)
    }

    /// Stops all and waits for them. No other one starts.
    pub fn end(&self) {
        let mut slots = self.lock();
        self.ended.store(true, Ordering::SeqCst);
        let threads: Vec<_> = slots.values_mut().filter_map(stopped).collect();
        drop(slots);
        for thread in threads {
            // Its panic was caught inside.
            let _ended = thread.join();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Kind, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn running(kind: Kind) -> Refusal {
    let name = kind.name();
    Refusal::new(Code::Running, format!("a {name} is running: see GET /api/store/{name}"))
}

fn stopped(slot: &mut Slot) -> Option<JoinHandle<()>> {
    slot.run.stop.store(true, Ordering::SeqCst);
    slot.thread.take()
}

fn ended<E: fmt::Display>(
    kind: Kind,
    done: thread::Result<Result<(), E>>,
    is_stopped: bool,
) -> (JobStatus, Option<String>) {
    match done {
        Ok(Ok(())) if is_stopped => (JobStatus::Stopped, None),
        Ok(Ok(())) => (JobStatus::Finished, None),
        Ok(Err(error)) => {
            tracing::error!(%error, job = kind.name(), "a job failed");
            (JobStatus::Failed, Some(error.to_string()))
        }
        Err(_panic) => {
            tracing::error!(job = kind.name(), "a job panicked");
            (JobStatus::Failed, Some("the daemon failed: its log says why".to_owned()))
        }
    }
}

fn now() -> String {
    format!("{:.3}", Timestamp::now())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn until(jobs: &Jobs, status: JobStatus) -> Job<Value> {
        loop {
            let job = jobs.show(Kind::Scrub);
            if job.status == status {
                return job;
            }
            thread::yield_now();
        }
    }

    #[test]
    fn one_of_a_kind_runs_at_a_time_and_is_seen_until_its_end() {
        let jobs = Jobs::default();
        assert_eq!(jobs.show(Kind::Scrub).status, JobStatus::Never);
        let (go, gone) = channel::<()>();
        let work = move |run: &Run| {
            run.report(&7);
            gone.recv().map_err(|_| "nobody")
        };
        assert_eq!(jobs.start(Kind::Scrub, work).unwrap().status, JobStatus::Running);
        let again = jobs.start(Kind::Scrub, |_| Ok::<_, String>(())).unwrap_err();
        assert_eq!(again.problem().code, Code::Running);
        assert!(again.problem().detail.contains("/api/store/scrub"));
        assert!(jobs.must_rest(Kind::Scrub).is_err() && jobs.must_rest(Kind::Sweep).is_ok());
        assert!(jobs.start(Kind::Reindex, |_| Ok::<_, String>(())).is_ok());
        go.send(()).unwrap();
        let ended = until(&jobs, JobStatus::Finished);
        assert_eq!(ended.report, Some(Value::from(7)));
        assert!(ended.started_at.is_some() && ended.ended_at >= ended.started_at);
    }

    #[test]
    fn a_job_stops_when_told_and_fails_alone() {
        let jobs = Jobs::default();
        let wait = |run: &Run| {
            while !run.is_stopped() {
                thread::yield_now();
            }
            Ok::<_, String>(())
        };
        jobs.start(Kind::Scrub, wait).unwrap();
        jobs.stop(Kind::Scrub);
        until(&jobs, JobStatus::Stopped);
        jobs.start(Kind::Scrub, |_| Err("no disk")).unwrap();
        assert_eq!(until(&jobs, JobStatus::Failed).why.as_deref(), Some("no disk"));
        jobs.start(Kind::Scrub, |_| -> Result<(), String> { panic!("inside") }).unwrap();
        until(&jobs, JobStatus::Failed);
        jobs.start(Kind::Scrub, wait).unwrap();
        jobs.end();
        assert_eq!(jobs.show(Kind::Scrub).status, JobStatus::Stopped);
        let late = jobs.start(Kind::Scrub, wait).unwrap_err();
        assert_eq!(late.problem().code, Code::Busy);
    }
}
