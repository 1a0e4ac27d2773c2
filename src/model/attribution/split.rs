//! The host's usage, split into the measured containers and everything else.

use serde::Serialize;

/// The host's CPU and memory usage at the end of a scrape, split into the measured containers and everything else.
///
/// A split is `null` if the host could not be read, if containers are running but none was measured, or if the
/// containers run on another machine. The CPU split is also `null` if there is no previous scrape, and the memory
/// splits are `null` if file cache is unknown for all containers, as in Podman's statistics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HostSplit {
    /// CPU usage since the previous scrape as a percentage of the whole host, 0 to 100.
    pub cpu_percent: Option<Split>,
    /// Memory usage as a percentage of the host's total memory, 0 to 100. The containers' part excludes all file cache,
    /// even active cache, because the host's used memory (total minus available) excludes it as well. Where the cache
    /// is unknown, [`Split::includes_cache`] is set.
    pub memory_percent: Option<Split>,
    /// Memory usage in MiB, split in the same way as `memory_percent`.
    pub memory_mb: Option<Split>,
}

/// The host's usage and the two parts that add up to it. All values have one decimal and are not negative.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Split {
    /// The host's usage.
    pub host: f64,
    /// The part used by the measured containers.
    pub containers: f64,
    /// The rest: programs outside containers, containers that do not match the configured label, and containers that
    /// could not be measured.
    pub other: f64,
    /// Whether the containers seemed to use more than the host, which can happen because the counters are read at
    /// slightly different times. In this case, `containers` equals `host`, and `other` is 0.
    pub clamped: bool,
    /// Whether `containers` includes file cache because the amount of cache is unknown for some containers. In this
    /// case, `containers` is an upper bound and `other` is a lower bound. Always false for CPU.
    pub includes_cache: bool,
}

impl Split {
    /// Whether the parts may be off by more than the rounding error.
    pub fn is_approximate(&self) -> bool {
        self.clamped || self.includes_cache
    }
}
