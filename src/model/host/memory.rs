//! Memory of the whole host.

use serde::Serialize;

/// Memory of the whole host. Used is total less available, as psutil (7.1 and later) and `free` define it.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct MemoryStats {
    /// Used of total in percent, 0 to 100.
    pub percent: f64,
    /// Used, in GiB.
    pub used_gb: f64,
    /// Total, in GiB.
    pub total_gb: f64,
    /// Memory that new programs can use without swapping, in GiB: the kernel's MemAvailable.
    pub available_gb: f64,
}
