//! A container's counters, whether read from the engine or from its cgroup.

/// A container's counters at one moment. A counter that is missing from the source is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerCounters {
    /// CPU time used since the container started, in nanoseconds; `None` if it is not counted.
    pub cpu_total: Option<u64>,
    /// The clock that `cpu_total` is compared with.
    pub clock: Option<CpuClock>,
    /// CPUs online.
    pub online_cpus: Option<u32>,
    /// Memory in bytes, without inactive page cache; `None` if it is not counted.
    pub memory: Option<u64>,
    /// Memory in bytes, without any page cache: what counts as used on the host. `None` if the cache is unknown.
    pub memory_without_cache: Option<u64>,
    /// The memory limit in bytes; `None` if there is none.
    pub memory_limit: Option<u64>,
    /// The CPU limit in cores; `None` if there is none.
    pub cpu_limit: Option<f64>,
}

/// The clock that a container's CPU time is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuClock {
    /// CPU time of the whole host, all CPUs, in nanoseconds, read together with the container's.
    Host(u64),
    /// Our own monotonic clock, times the CPUs online, if the source has no comparable counter.
    Monotonic,
}

/// A container's memory as the kernel accounts for it, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::collect) struct MemoryUsage {
    /// Everything, page cache included.
    pub(in crate::collect) usage: u64,
    /// Page cache; `None` if unknown.
    pub(in crate::collect) cache: Option<FileCache>,
}

/// Page cache, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::collect) struct FileCache {
    /// Not recently used.
    pub(in crate::collect) inactive: u64,
    /// Recently used; `None` if unknown.
    pub(in crate::collect) active: Option<u64>,
}

impl MemoryUsage {
    /// `docker stats`' MEM USAGE: usage minus inactive page cache, or plain usage if the cache is not smaller.
    pub(in crate::collect) fn without_inactive_cache(self) -> u64 {
        let inactive = self.cache.map_or(0, |cache| cache.inactive);
        if inactive < self.usage { self.usage - inactive } else { self.usage }
    }

    /// Usage minus all page cache; `None` if the cache is unknown.
    pub(in crate::collect) fn without_cache(self) -> Option<u64> {
        let cache = self.cache?;
        Some(self.usage.saturating_sub(cache.inactive).saturating_sub(cache.active?))
    }
}

impl FileCache {
    /// Reads the cache from the keys of a memory.stat. cgroup v1 has each counter twice: the total includes child
    /// cgroups, as the counters of v2 always do. `None` if there is no counter of inactive cache.
    pub(in crate::collect) fn from_stat(get: impl Fn(&str) -> Option<u64>) -> Option<Self> {
        let of = |key: &str| get(&format!("total_{key}")).or_else(|| get(key));
        Some(Self { inactive: of("inactive_file")?, active: of("active_file") })
    }
}

impl ContainerCounters {
    /// The same counters with this memory.
    pub(in crate::collect) fn with_memory(self, memory: Option<MemoryUsage>) -> Self {
        Self {
            memory: memory.map(MemoryUsage::without_inactive_cache),
            memory_without_cache: memory.and_then(MemoryUsage::without_cache),
            ..self
        }
    }
}
