//! Swap space of the whole host.

use serde::Serialize;

/// Swap space of the whole host, as `free` and psutil's `swap_memory` define it.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct SwapStats {
    /// Used of total in percent, 0 to 100.
    pub percent: f64,
    /// Used, in GiB.
    pub used_gb: f64,
    /// Total, in GiB.
    pub total_gb: f64,
}
