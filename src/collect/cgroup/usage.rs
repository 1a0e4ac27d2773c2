//! What a group counts, in either version.

use crate::collect::containers::MemoryUsage;

/// A group's own counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    /// CPU time used since the start.
    pub(super) cpu_nanoseconds: u64,
    pub(super) memory: MemoryUsage,
    /// In bytes; `None` if there is none. v1 has a number beyond all memory instead.
    pub(super) memory_limit: Option<u64>,
}
