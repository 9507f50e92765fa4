//! The real daemon over real sockets: one process and one data directory for each test.
#![expect(clippy::unwrap_used, reason = "a test's helper may fail the test")]

mod assets;
mod bodies;
mod cors;
mod data;
mod facts;
mod framing;
mod issuer;
mod jwt;
mod life;
mod lineage;
mod log;
mod metrics;
mod old;
mod projects;
mod ready;
mod refusals;
mod releases;
mod search;
mod signed;
mod store;
mod support;
mod sweeps;
mod tokens;
mod uploads;
mod users;
mod versions;
