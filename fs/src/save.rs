//! Saving: what programs write in the folder, from the first byte to the version.
//!
//! `machine` decides which names are being written and when each of them is a save, `bytes` holds
//! what is written, `changes` is what the kernel asks, `worker` makes the versions;
//! `removal` and `removing` are about folders that go name by name. Invariant: no
//! call to the source is made under the lock, but for freezing a file that is due.

mod bytes;
pub mod changes;
mod folders;
pub mod machine;
#[cfg(test)]
mod machine_tests;
mod names;
mod notes;
mod places;
pub mod removal;
pub mod removals;
mod removing;
#[cfg(test)]
mod saving_tests;
pub mod state;
mod target;
pub mod worker;
