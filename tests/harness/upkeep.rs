//! The store's upkeep, as an admin asks for it: the long jobs, and what is damaged.
//!
//! Invariant: a job that failed is never taken for one that ended well.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Client, wait_until};

/// A long job of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Frees everything that is released, without any grace.
    Sweep,
    /// Reads everything again, as fast as it can.
    Scrub,
    /// Makes the index anew.
    Reindex,
}

impl Job {
    fn path(self) -> &'static str {
        match self {
            Self::Sweep => "/api/store/sweep",
            Self::Scrub => "/api/store/scrub",
            Self::Reindex => "/api/store/reindex",
        }
    }

    fn order(self) -> Value {
        match self {
            Self::Sweep => json!({ "grace_s": 0, "dry_run": false }),
            Self::Scrub => json!({ "pace": "full" }),
            Self::Reindex => json!({}),
        }
    }
}

impl Client {
    /// Starts a job, unless one of its kind runs; `None` when the daemon is gone or stops.
    pub fn try_start(&self, job: Job) -> Option<()> {
        let reply = self.try_post(job.path(), &job.order()).ok()?;
        let status = reply.status();
        let text = reply.text().ok()?;
        let is_there = status == 202 || status == 409;
        assert!(is_there || status == 503, "{job:?}: {status} {text}");
        is_there.then_some(())
    }

    /// Waits until no job of a kind runs, and gives what it reported; `None` when the daemon is
    /// gone.
    pub fn try_wait(&self, job: Job) -> Option<Value> {
        loop {
            let reply = self.try_get(job.path()).ok()?;
            let status = reply.status();
            let mut shown: Value = serde_json::from_str(&reply.text().ok()?).unwrap();
            if status == 503 {
                return None;
            }
            assert_eq!(status, 200, "{job:?}: {shown}");
            let stands = shown.get("status").and_then(Value::as_str).unwrap();
            assert_ne!(stands, "failed", "{job:?}: {shown}");
            if stands != "running" {
                return Some(shown.get_mut("report").map(Value::take).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Runs a job to its end and gives what it reported.
    pub fn run(&self, job: Job) -> Value {
        self.try_start(job).unwrap();
        let mut shown = Value::Null;
        wait_until("the job ends", || {
            shown = self.json(job.path());
            shown.get("status").and_then(Value::as_str) != Some("running")
        });
        assert_eq!(shown.get("status").and_then(Value::as_str), Some("finished"), "{shown}");
        shown.get_mut("report").map(Value::take).unwrap_or_default()
    }

    /// The damage that is known, one line each.
    pub fn damage(&self) -> Vec<String> {
        let list = self.json("/api/store/damage");
        let count = list.get("count").and_then(Value::as_u64).unwrap();
        let all: Vec<_> = list
            .get("damage")
            .and_then(Value::as_array)
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect();
        assert!(count == 0 || !all.is_empty(), "{list}");
        all
    }
}
