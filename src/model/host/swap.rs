//! Swap usage of the whole host.

use serde::Serialize;

/// Swap usage of the whole host, as defined by `free` and psutil's `swap_memory`.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct SwapStats {
    /// Used swap space as a percentage of total swap space, 0 to 100.
    pub percent: f64,
    /// Used swap space in GiB.
    pub used_gb: f64,
    /// Total swap space in GiB.
    pub total_gb: f64,
}
