//! All resources of the host, and why a resource could not be read.

use super::{cpu::CpuStats, disk::DiskStats, memory::MemoryStats, swap::SwapStats};
use crate::model::timestamp::Timestamp;
use serde::{Serialize, Serializer};

/// The response of `GET /api/telemetry/host` without its [`Stamp`](crate::model::Stamp).
///
/// A resource that could not be read is `null`, never 0, and [`errors`](Self::errors) says why.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HostStats {
    /// The machine's name, from the kernel or the configuration.
    pub hostname: String,
    /// CPU utilization since the previous sample; `null` if /proc/stat could not be read for either sample or its
    /// counters yield no plausible value.
    pub cpu: Option<CpuStats>,
    /// Memory usage; `null` if /proc/meminfo could not be read or its numbers are not plausible.
    pub memory: Option<MemoryStats>,
    /// Swap usage; `null` if the machine has no swap, or if swap usage is unknown, in which case
    /// [`errors`](Self::errors) says why.
    pub swap: Option<SwapStats>,
    /// Disk usage of the configured file system; `null` if it could not be read.
    pub disk: Option<DiskStats>,
    /// Since when resources have been short. `None` only in the response of an older server that does not have this
    /// field.
    pub high_since: Option<HighSince>,
    /// Why resources could not be read.
    pub errors: HostErrors,
}

/// For each resource, since when its utilization has been [high](crate::model::Severity::High): the time of the first
/// of at least two consecutive samples with 75 percent or more. `null` while it is not high. Up to two lower samples in
/// a row do not end the period, unless one is below 50 percent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub struct HighSince {
    /// Since when CPU utilization has been high.
    pub cpu: Option<Timestamp>,
    /// Since when memory utilization has been high.
    pub memory: Option<Timestamp>,
    /// Since when the disk has been nearly full; always `null` for a read-only file system.
    pub disk: Option<Timestamp>,
}

/// For each resource of the host that could not be read, the reason. On the wire, the other resources have no key.
#[derive(Clone, Debug, Default, PartialEq, Eq, miniserde::Deserialize)]
pub struct HostErrors {
    /// Why CPU utilization is unknown.
    pub cpu: Option<String>,
    /// Why both memory and swap usage are unknown.
    pub memory: Option<String>,
    /// Why swap usage is unknown although memory usage is known.
    pub swap: Option<String>,
    /// Why disk usage is unknown.
    pub disk: Option<String>,
}

impl HostErrors {
    /// All reasons on one line; `None` if every resource was read.
    pub fn joined(&self) -> Option<String> {
        let reasons: Vec<&str> = self.named().filter_map(|(_, reason)| reason.as_deref()).collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    fn named(&self) -> impl Iterator<Item = (&'static str, &Option<String>)> {
        [("cpu", &self.cpu), ("memory", &self.memory), ("swap", &self.swap), ("disk", &self.disk)].into_iter()
    }
}

/// Implemented by hand to leave out the keys of resources that were read.
impl Serialize for HostErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.named().filter(|(_, reason)| reason.is_some()))
    }
}

#[cfg(test)]
impl HostStats {
    /// A host without measurements, for tests to complete with the values they need.
    pub(crate) fn sample() -> Self {
        Self {
            hostname: "atlas-01".into(),
            cpu: None,
            memory: None,
            swap: None,
            disk: None,
            high_since: None,
            errors: HostErrors::default(),
        }
    }
}
