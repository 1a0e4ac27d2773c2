//! The host's numbers as they stand on the wire.

use super::Timestamp;
use serde::{Serialize, Serializer};

/// Answer of `GET /api/telemetry/host`.
///
/// A part that could not be read is `null`, never 0, and has its reason in [`errors`](Self::errors).
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HostStats {
    /// The machine's name, as the kernel has it or as configured.
    pub hostname: String,
    /// CPU utilization since the sample before; `null` if /proc/stat could not be read, now or then.
    pub cpu: Option<CpuStats>,
    /// Memory in use; `null` if /proc/meminfo could not be read.
    pub memory: Option<MemoryStats>,
    /// Swap space in use; `null` on a machine without any, or if /proc/meminfo could not be read.
    pub swap: Option<SwapStats>,
    /// Space in use on the configured file system; `null` if it could not be read.
    pub disk: Option<DiskStats>,
    /// When the sample was taken.
    pub timestamp: Timestamp,
    /// Seconds from the sample to the answer, by a clock that never steps; one decimal.
    pub age_seconds: f64,
    /// Whether the sample after this one is overdue.
    pub stale: bool,
    /// Why a part is `null`.
    pub errors: HostErrors,
}

/// The reason why a part of the host could not be read. On the wire, a part that could has no key.
#[derive(Clone, Debug, Default, PartialEq, Eq, miniserde::Deserialize)]
pub struct HostErrors {
    /// Of the CPU.
    pub cpu: Option<String>,
    /// Of memory and swap.
    pub memory: Option<String>,
    /// Of the disk.
    pub disk: Option<String>,
}

impl HostErrors {
    /// All reasons in one line; `None` if everything could be read.
    pub fn joined(&self) -> Option<String> {
        let reasons: Vec<&str> = self.named().filter_map(|(_, reason)| reason.as_deref()).collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    fn named(&self) -> impl Iterator<Item = (&'static str, &Option<String>)> {
        [("cpu", &self.cpu), ("memory", &self.memory), ("disk", &self.disk)].into_iter()
    }
}

/// By hand, because a part that could be read has no key.
impl Serialize for HostErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.named().filter(|(_, reason)| reason.is_some()))
    }
}

/// CPU of the whole host.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct CpuStats {
    /// Busy time of all CPUs in percent, 0 to 100, as psutil's `cpu_percent`.
    pub percent: f64,
    /// Logical CPUs online, as psutil's `cpu_count`.
    pub count: u32,
}

/// Memory of the whole host: used is total less available, as psutil (7.1 and later) and `free` have it.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct MemoryStats {
    /// Used of total in percent, 0 to 100.
    pub percent: f64,
    /// Used, in GiB.
    pub used_gb: f64,
    /// Total, in GiB.
    pub total_gb: f64,
    /// What new programs could have without swapping, in GiB: the kernel's MemAvailable.
    pub available_gb: f64,
}

/// Swap space of the whole host, as `free` and psutil's `swap_memory` have it.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct SwapStats {
    /// Used of total in percent, 0 to 100.
    pub percent: f64,
    /// Used, in GiB.
    pub used_gb: f64,
    /// Total, in GiB.
    pub total_gb: f64,
}

/// The file system that holds the configured path, as `df` and psutil's `disk_usage` have it.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct DiskStats {
    /// Used in percent of what an ordinary user could use, 0 to 100: the blocks kept for root count as neither.
    pub percent: f64,
    /// Used, in GiB.
    pub used_gb: f64,
    /// Size, in GiB.
    pub total_gb: f64,
}

#[cfg(test)]
impl HostStats {
    /// A host of which nothing is measured; tests fill in what they are about.
    pub(crate) fn sample() -> Self {
        Self {
            hostname: "atlas-01".into(),
            cpu: None,
            memory: None,
            swap: None,
            disk: None,
            timestamp: Timestamp::now(),
            age_seconds: 0.0,
            stale: false,
            errors: HostErrors::default(),
        }
    }
}
