//! The style guide as a test: each rule reads every file of the project and lists what breaks it.
//!
//! Knows nothing of what the code does. Invariant: each rule is also run on a small bad example
//! and must report it there, since a rule that cannot fail is worse than none.

#[cfg(test)]
mod circles;
#[cfg(test)]
mod code;
#[cfg(test)]
mod crates;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod house;
#[cfg(test)]
mod modules;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod size;
#[cfg(test)]
mod text;
#[cfg(test)]
mod unit;
#[cfg(test)]
mod writes;
