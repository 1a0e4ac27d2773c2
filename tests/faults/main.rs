//! Every fault that the program is to survive, made for real: on a daemon of the test's own, on a socket that
//! misbehaves, in a mount namespace. Each test asks the program itself, over HTTP, and no answer may take long.
//!
//! `make test-faults` runs them. Slow clients and DNS rebinding are not among them yet.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod churn;
mod containers;
mod daemon;
mod disk;
mod host;
mod socket;
#[path = "../support/mod.rs"]
mod support;
