//! Reads containers' counters and limits from their cgroups, in version 1 and 2. Unlike the engine, the kernel's files
//! never hang and cost almost nothing.

mod files;
mod group;
mod hierarchy;
mod limits;
#[cfg(test)]
mod properties;
mod reader;
mod tree;

pub(super) use reader::{CgroupReader, Machine, Wanted};
