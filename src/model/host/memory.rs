//! Memory usage of the whole host.

use serde::Serialize;

/// Memory usage of the whole host. Used memory is total minus available memory, as defined by psutil (7.1 and later)
/// and `free`.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct MemoryStats {
    /// Used memory as a percentage of total memory, 0 to 100.
    pub percent: f64,
    /// Used memory in GiB.
    pub used_gb: f64,
    /// Total memory in GiB.
    pub total_gb: f64,
    /// Memory in GiB that new programs can use without swapping: the kernel's MemAvailable, or an estimate if the
    /// kernel does not report it.
    pub available_gb: f64,
}
