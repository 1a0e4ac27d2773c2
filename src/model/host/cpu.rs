//! CPU usage of the whole host.

use serde::Serialize;

/// CPU usage of the whole host.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct CpuStats {
    /// CPU utilization averaged over all CPUs in percent, 0 to 100, as in psutil's `cpu_percent`.
    pub percent: f64,
    /// The number of logical CPUs online, as in psutil's `cpu_count`.
    pub count: u32,
}
