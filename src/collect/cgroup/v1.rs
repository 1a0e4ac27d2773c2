//! cgroup v1: one hierarchy per controller.

use super::files::{number, pairs};
use super::usage::Usage;
use crate::collect::containers::{FileCache, MemoryUsage};
use std::path::PathBuf;

/// A container's groups, by controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::collect) struct Groups {
    pub(super) cpu: PathBuf,
    pub(super) memory: PathBuf,
}

impl Groups {
    /// The counters now; `None` if they cannot be read.
    pub(super) fn read(&self) -> Option<Usage> {
        let stat = pairs(&self.memory.join("memory.stat"))?;
        Some(Usage {
            cpu_nanoseconds: number(&self.cpu.join("cpuacct.usage"))?,
            memory: MemoryUsage {
                usage: number(&self.memory.join("memory.usage_in_bytes"))?,
                cache: Some(FileCache::from_stat(|key| stat.get(key).copied())),
            },
            memory_limit: number(&self.memory.join("memory.limit_in_bytes")),
        })
    }
}
