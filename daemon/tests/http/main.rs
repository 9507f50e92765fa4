//! The real daemon over real sockets: one process and one data directory for each test.
#![expect(clippy::unwrap_used, reason = "a test's helper may fail the test")]

mod assets;
mod bodies;
mod cors;
mod data;
mod facts;
mod framing;
mod isolation;
mod issuer;
mod jwt;
mod life;
mod lineage;
mod openapi;
mod projects;
mod refusals;
mod releases;
mod signed;
mod spec;
mod store;
mod support;
mod sweeps;
mod tokens;
mod uploads;
mod users;
mod versions;
mod world;
