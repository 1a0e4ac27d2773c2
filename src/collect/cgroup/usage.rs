//! A cgroup's counters, in either version.

use super::files::{number, pairs};
use crate::collect::bounds::possible_bytes;
use crate::collect::containers::{FileCache, MemoryUsage};
use std::path::Path;

/// A cgroup's own counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    /// CPU time used since the container started.
    pub(super) cpu_nanoseconds: u64,
    pub(super) memory: MemoryUsage,
    /// In bytes; `None` without a limit, which v1 writes as a number larger than any memory.
    pub(super) memory_limit: Option<u64>,
}

impl Usage {
    /// Reads the memory files of the cgroup in `folder`. Read the CPU counter first: it should be close in time to the
    /// host's CPU times, and `memory.stat` is slow.
    pub(super) fn with_memory(cpu_nanoseconds: u64, folder: &Path, usage: &str, limit: &str) -> Option<Self> {
        let usage = possible_bytes(number(&folder.join(usage))?)?;
        let memory_limit = number(&folder.join(limit)).and_then(possible_bytes);
        let stat = pairs(&folder.join("memory.stat"))?;
        let cache = FileCache::from_stat(|key| stat.get(key).copied());
        Some(Self { cpu_nanoseconds, memory: MemoryUsage { usage, cache }, memory_limit })
    }
}
