//! Space on the configured file system.

use crate::model::severity::Severity;
use serde::Serialize;

/// The file system that holds the configured path, as `df` and psutil's `disk_usage` define it.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct DiskStats {
    /// Used in percent of what an ordinary user could use, 0 to 100, excluding blocks reserved for root.
    pub percent: f64,
    /// Used, in GiB.
    pub used_gb: f64,
    /// Size, in GiB.
    pub total_gb: f64,
    /// Whether nothing can be written to the file system, which may be full by nature then (squashfs, composefs). `None`
    /// only in the answer of a server that is older than this field.
    pub read_only: Option<bool>,
}

impl DiskStats {
    /// Whether nothing can be written to the file system, as far as is known.
    pub fn is_read_only(&self) -> bool {
        self.read_only == Some(true)
    }
}

/// The band of the disk's bar, which warns later than a value's color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskLevel {
    /// Below 75: green.
    Roomy,
    /// From 75: orange.
    Filling,
    /// From 90: red.
    Full,
}

impl DiskLevel {
    /// The band of the bar at `percent` used.
    pub fn of(percent: f64) -> Self {
        match Severity::of(percent) {
            Severity::Normal | Severity::Raised => Self::Roomy,
            Severity::High => Self::Filling,
            Severity::Critical => Self::Full,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_stays_green_until_75() {
        let bands =
            [(74.9, DiskLevel::Roomy), (75.0, DiskLevel::Filling), (89.9, DiskLevel::Filling), (90.0, DiskLevel::Full)];
        for (percent, level) in bands {
            assert_eq!(DiskLevel::of(percent), level, "{percent}");
        }
    }
}
