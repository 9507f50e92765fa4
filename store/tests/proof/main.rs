//! The store's proofs: random sessions against a naive model, replayed with power cuts at every
//! sync and faults at every call, and bugs that these must catch.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod controls;
mod dice;
mod dirs;
mod faults;
mod model;
mod ops;
mod random;
mod replay;
mod session;
