//! Real faults that the program must survive, caused with a private daemon, a misbehaving socket or a mount namespace.
//! Each test queries the program over HTTP and fails if a response takes too long.
//!
//! Run these tests with `make test-faults`. Slow clients and DNS rebinding are not covered yet.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod churn;
mod containers;
mod daemon;
mod disk;
mod host;
mod socket;
#[path = "../support/mod.rs"]
mod support;
