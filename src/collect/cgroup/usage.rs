//! A cgroup's counters, for both cgroup v1 and v2.

use super::files::{number, pairs};
use crate::collect::bounds::possible_bytes;
use crate::collect::containers::{FileCache, MemoryUsage};
use std::path::Path;

/// The CPU and memory counters of a cgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    /// CPU time used since the container started, in nanoseconds.
    pub(super) cpu_nanoseconds: u64,
    pub(super) memory: MemoryUsage,
    /// In bytes; `None` if there is no limit (v1 then reports a number larger than any memory) or it cannot be read.
    pub(super) memory_limit: Option<u64>,
}

impl Usage {
    /// Combines a CPU counter with the memory counters of the cgroup in `folder`; `None` if the memory usage or
    /// `memory.stat` cannot be read. Read the CPU counter first to keep it close in time to the host's CPU times,
    /// because reading `memory.stat` is slow.
    pub(super) fn with_memory(cpu_nanoseconds: u64, folder: &Path, usage: &str, limit: &str) -> Option<Self> {
        let usage = possible_bytes(number(&folder.join(usage))?)?;
        let memory_limit = number(&folder.join(limit)).and_then(possible_bytes);
        let stat = pairs(&folder.join("memory.stat"))?;
        let cache = FileCache::from_stat(|key| stat.get(key).copied());
        Some(Self { cpu_nanoseconds, memory: MemoryUsage { usage, cache }, memory_limit })
    }
}
