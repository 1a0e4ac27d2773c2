//! Checks the sources against the invariants in ARCHITECTURE.md: imports, crates, feature cfgs and class names.
//!
//! `breaches` breaks each rule on purpose, in memory, and asserts that the breach is reported.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod breaches;
mod code;
mod page_build;
mod rules;
mod sheet;
mod tree;

use tree::Tree;

#[test]
fn the_sources_keep_every_rule() {
    let found = rules::breaches(&Tree::load());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
