//! cgroup v2, which has one hierarchy for all controllers.

use super::files::pairs;
use super::usage::Usage;
use std::path::PathBuf;

/// The directory of a container's cgroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::collect) struct Group(pub(super) PathBuf);

impl Group {
    /// The current counters; `None` if they cannot be read.
    pub(super) fn read(&self) -> Option<Usage> {
        let cpu = pairs(&self.0.join("cpu.stat"))?.get("usage_usec")?.saturating_mul(1000);
        Usage::with_memory(cpu, &self.0, "memory.current", "memory.max")
    }
}
