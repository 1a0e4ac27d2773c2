//! Disk usage of the configured file system.

use crate::model::severity::Severity;
use serde::Serialize;

/// Usage of the file system that contains the configured path, as defined by `df` and psutil's `disk_usage`.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct DiskStats {
    /// Used space as a percentage of the space that ordinary users can use, 0 to 100. This excludes blocks reserved for
    /// root.
    pub percent: f64,
    /// Used space in GiB.
    pub used_gb: f64,
    /// Total size in GiB.
    pub total_gb: f64,
    /// Whether the file system itself is read-only, not just its mount. Some read-only file systems, such as squashfs
    /// and composefs, are always full. `None` only in the response of an older server that does not have this field.
    pub read_only: Option<bool>,
    /// The configured path. `None` only in the response of an older server that does not have this field.
    pub path: Option<String>,
}

impl DiskStats {
    /// Whether the file system is known to be read-only.
    pub fn is_read_only(&self) -> bool {
        self.read_only == Some(true)
    }
}

/// The severity shown by the disk's bar. Unlike [`Severity`], it does not distinguish values below 75 percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskLevel {
    /// Below 75 percent: green.
    Roomy,
    /// From 75 percent: orange.
    Filling,
    /// From 90 percent: red.
    Full,
}

impl DiskLevel {
    /// The level for a disk that is `percent` full.
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
