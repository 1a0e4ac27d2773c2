//! cgroup v1, which has one hierarchy per controller.

use super::files::number;
use super::usage::Usage;
use std::path::PathBuf;

/// The directories of a container's cgroups, one per controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::collect) struct Groups {
    pub(super) cpu: PathBuf,
    pub(super) memory: PathBuf,
}

impl Groups {
    /// The current counters; `None` if they cannot be read.
    pub(super) fn read(&self) -> Option<Usage> {
        let cpu = number(&self.cpu.join("cpuacct.usage"))?;
        Usage::with_memory(cpu, &self.memory, "memory.usage_in_bytes", "memory.limit_in_bytes")
    }
}
