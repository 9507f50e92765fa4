//! The real daemon over real sockets: one process and one data directory for each test.
#![expect(clippy::unwrap_used, reason = "a test's helper may fail the test")]

mod assets;
mod bodies;
mod cors;
mod data;
mod facts;
mod framing;
#[expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
mod isolation;
mod issuer;
mod jwt;
mod life;
mod lineage;
mod log;
mod metrics;
mod old;
#[expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
mod openapi;
mod projects;
mod ready;
mod refusals;
mod releases;
mod search;
mod signed;
#[expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
mod spec;
mod store;
mod support;
mod sweeps;
mod tokens;
mod uploads;
mod users;
mod versions;
#[expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
mod world;
