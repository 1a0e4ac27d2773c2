//! A container's counters, whether read from the engine or from its cgroup.

use std::path::PathBuf;

/// A container's counters at one moment. A counter that the source does not report is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerCounters {
    /// CPU time used since the container started, in nanoseconds; `None` if CPU time is not counted.
    pub cpu_total: Option<u64>,
    /// The clock against which `cpu_total` is measured; `None` if a source that normally reports the host's CPU time
    /// did not.
    pub clock: Option<CpuClock>,
    /// The number of CPUs online on the host; `None` if unknown.
    pub online_cpus: Option<u32>,
    /// Memory in bytes, without inactive page cache; `None` if memory is not counted.
    pub memory: Option<u64>,
    /// Memory in bytes, without any page cache, and thus comparable to the host's used memory. `None` if memory is not
    /// counted or the page cache is unknown.
    pub memory_without_cache: Option<u64>,
    /// The memory limit in bytes; `None` if there is no limit, or it is unknown.
    pub memory_limit: Option<u64>,
    /// The limits that the kernel enforces; `None` if the counters come from the engine.
    pub limits: Option<KernelLimits>,
}

/// The limits of a container's cgroup and of those above it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KernelLimits {
    /// The tightest CPU quota in cores; `None` if there is none.
    pub cpu: Option<f64>,
    /// The memory limits, the container's own first. Containers below the same cgroup share its limit.
    pub memory: Vec<MemoryLimit>,
}

/// The memory limit of a cgroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryLimit {
    /// The cgroup's path in its hierarchy.
    pub cgroup: PathBuf,
    /// The limit in bytes.
    pub bytes: u64,
}

/// The clock against which a container's CPU time is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuClock {
    /// The host's CPU time in nanoseconds, read together with the container's. It covers all CPUs and includes idle
    /// time, but not stolen time.
    Host(u64),
    /// The server's monotonic clock, multiplied by the number of CPUs online. Used if the source has no comparable
    /// counter for the host.
    Monotonic,
}

/// A container's memory usage as the kernel accounts for it, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::collect) struct MemoryUsage {
    /// Total usage, including page cache.
    pub(in crate::collect) usage: u64,
    /// The page cache within that usage; `None` if unknown.
    pub(in crate::collect) cache: Option<FileCache>,
}

/// A container's page cache, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::collect) struct FileCache {
    /// Page cache that was not used recently.
    pub(in crate::collect) inactive: u64,
    /// Page cache that was used recently; `None` if unknown.
    pub(in crate::collect) active: Option<u64>,
}

impl MemoryUsage {
    /// MEM USAGE in `docker stats`: usage minus inactive page cache, or plain usage if the cache is unknown or not
    /// smaller than the usage.
    pub(in crate::collect) fn without_inactive_cache(self) -> u64 {
        let inactive = self.cache.map_or(0, |cache| cache.inactive);
        if inactive < self.usage { self.usage - inactive } else { self.usage }
    }

    /// Usage minus all page cache; `None` if the active or the inactive part of the cache is unknown.
    pub(in crate::collect) fn without_cache(self) -> Option<u64> {
        let cache = self.cache?;
        Some(self.usage.saturating_sub(cache.inactive).saturating_sub(cache.active?))
    }
}

impl FileCache {
    /// Reads the page cache from a cgroup's memory.stat, in which `get` looks up a key. cgroup v1 has two versions of
    /// each counter, of which only `total_…` includes child cgroups; v2's counters always do. `None` if there is no
    /// counter for inactive cache.
    pub(in crate::collect) fn from_stat(get: impl Fn(&str) -> Option<u64>) -> Option<Self> {
        let of = |key: &str| get(&format!("total_{key}")).or_else(|| get(key));
        Some(Self { inactive: of("inactive_file")?, active: of("active_file") })
    }
}

impl ContainerCounters {
    /// Sets the memory counters; `None` means that memory is not counted.
    pub(in crate::collect) fn with_memory(self, memory: Option<MemoryUsage>) -> Self {
        Self {
            memory: memory.map(MemoryUsage::without_inactive_cache),
            memory_without_cache: memory.and_then(MemoryUsage::without_cache),
            ..self
        }
    }
}
