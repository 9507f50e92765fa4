//! Rushes as its users meet it: a real daemon, a real folder, real media, the command line.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod at;
mod cli;
mod damage;
mod folder;
mod full;
mod hostile;
mod lifecycle;
mod media;
mod model;
mod mounts;
mod named;
mod remove;
mod root;
mod save;
mod saving;
mod store;
mod sweep;
mod upload;
