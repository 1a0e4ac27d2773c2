//! Real faults that the program must survive: on a private daemon, on a misbehaving socket, in a mount namespace. Each
//! test queries the program over HTTP, and no response may take long.
//!
//! `make test-faults` runs them. Slow clients and DNS rebinding are not covered yet.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod churn;
mod containers;
mod daemon;
mod disk;
mod host;
mod socket;
#[path = "../support/mod.rs"]
mod support;
