//! All resources of the host, and why one is missing.

use super::{cpu::CpuStats, disk::DiskStats, memory::MemoryStats, swap::SwapStats};
use serde::{Serialize, Serializer};

/// The response of `GET /api/telemetry/host`, except its [`Stamp`](crate::model::Stamp).
///
/// A resource that could not be read is `null`, never 0, and its reason is in [`errors`](Self::errors).
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HostStats {
    /// The machine's name, from the kernel or the configuration.
    pub hostname: String,
    /// CPU utilization since the previous sample; `null` if /proc/stat could not be read for either, or no time has passed in
    /// it.
    pub cpu: Option<CpuStats>,
    /// Memory in use; `null` if /proc/meminfo could not be read.
    pub memory: Option<MemoryStats>,
    /// Swap space in use; `null` on a machine without swap, or if it could not be read or cannot be.
    pub swap: Option<SwapStats>,
    /// Space in use on the configured file system; `null` if it could not be read.
    pub disk: Option<DiskStats>,
    /// Why a resource is `null`.
    pub errors: HostErrors,
}

/// Why each resource of the host could not be read. On the wire, a resource that was read has no key.
#[derive(Clone, Debug, Default, PartialEq, Eq, miniserde::Deserialize)]
pub struct HostErrors {
    /// Why there is no CPU utilization.
    pub cpu: Option<String>,
    /// Why there is neither memory nor swap.
    pub memory: Option<String>,
    /// Why there is no swap, though there is memory.
    pub swap: Option<String>,
    /// Why there is no disk usage.
    pub disk: Option<String>,
}

impl HostErrors {
    /// All reasons in one line; `None` if everything was read.
    pub fn joined(&self) -> Option<String> {
        let reasons: Vec<&str> = self.named().filter_map(|(_, reason)| reason.as_deref()).collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    fn named(&self) -> impl Iterator<Item = (&'static str, &Option<String>)> {
        [("cpu", &self.cpu), ("memory", &self.memory), ("swap", &self.swap), ("disk", &self.disk)].into_iter()
    }
}

/// By hand, because the keys are optional.
impl Serialize for HostErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.named().filter(|(_, reason)| reason.is_some()))
    }
}

#[cfg(test)]
impl HostStats {
    /// A host without measurements; tests fill in what they need.
    pub(crate) fn sample() -> Self {
        Self {
            hostname: "atlas-01".into(),
            cpu: None,
            memory: None,
            swap: None,
            disk: None,
            errors: HostErrors::default(),
        }
    }
}
