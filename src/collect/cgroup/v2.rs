//! cgroup v2: one hierarchy for all controllers.

use super::files::{number, pairs};
use super::usage::Usage;
use crate::collect::containers::{FileCache, MemoryUsage};
use std::path::PathBuf;

/// A container's group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::collect) struct Group(pub(super) PathBuf);

impl Group {
    /// The counters now; `None` if they cannot be read.
    pub(super) fn read(&self) -> Option<Usage> {
        let stat = pairs(&self.0.join("memory.stat"))?;
        Some(Usage {
            cpu_nanoseconds: pairs(&self.0.join("cpu.stat"))?.get("usage_usec")?.saturating_mul(1000),
            memory: MemoryUsage {
                usage: number(&self.0.join("memory.current"))?,
                cache: Some(FileCache::from_stat(|key| stat.get(key).copied())),
            },
            memory_limit: number(&self.0.join("memory.max")),
        })
    }
}
