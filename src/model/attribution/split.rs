//! The host's usage, split into the containers and everything else.

use serde::Serialize;

/// The host's CPU and memory, split into the containers and everything else at the end of a scrape.
///
/// A split is `null` if it cannot be computed: the host could not be read, no container is measured, there is no previous
/// scrape, or the containers run on another machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HostSplit {
    /// CPU since the previous scrape, in percent of the whole host, 0 to 100.
    pub cpu_percent: Option<Split>,
    /// Memory in percent of the host's total, 0 to 100. The containers' part excludes all file cache, even active cache,
    /// because the host's used memory, total less available, excludes it, too.
    pub memory_percent: Option<Split>,
    /// The same memory in MiB.
    pub memory_mb: Option<Split>,
}

/// A whole and two parts that add up to it; one decimal, none negative.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Split {
    /// The host's usage.
    pub host: f64,
    /// The measured containers' part.
    pub containers: f64,
    /// The rest: programs outside, containers that do not match, and containers that could not be measured.
    pub other: f64,
    /// Whether the containers seemed to use more than the host, which counters read at different times can cause. The
    /// containers' part is then the whole, and the rest is 0.
    pub clamped: bool,
    /// Whether file cache is in the containers' part, because of some containers the cache is unknown. The part is then an
    /// upper bound, and the rest a lower one. Never of CPU.
    pub includes_cache: bool,
}

impl Split {
    /// Whether the parts may be off by more than rounding.
    pub fn is_approximate(&self) -> bool {
        self.clamped || self.includes_cache
    }
}
