//! CPU of the whole host.

use serde::Serialize;

/// CPU of the whole host.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct CpuStats {
    /// Busy time of all CPUs in percent, 0 to 100, as psutil's `cpu_percent`.
    pub percent: f64,
    /// Logical CPUs online, as psutil's `cpu_count`.
    pub count: u32,
}
