//! The real daemon over real sockets: one process and one data directory for each test.
#![expect(clippy::unwrap_used, reason = "a test's helper may fail the test")]

mod assets;
mod data;
mod facts;
mod life;
mod lineage;
mod refusals;
mod releases;
mod search;
mod store;
mod support;
mod sweeps;
mod uploads;
mod versions;
