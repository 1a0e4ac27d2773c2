//! Disk, as a bar and a percentage.

use super::{Graphic, Metric, Reading};
use crate::model::{DiskLevel, DiskStats, HostStats};
use crate::ui::format;

pub(super) static DISK: Metric = Metric {
    id: "disk",
    label: "Disk",
    name: "Disk",
    noun: "disk",
    percent: |host| host.disk.as_ref().map(|disk| disk.percent),
    read_only: is_read_only,
    read: |host| {
        let disk = host.disk.as_ref()?;
        let used = format::used_of(disk.used_gb, disk.total_gb);
        let tooltip = format!("Disk {}: {used}{}", format::exact(disk.percent), format::read_only(disk));
        Some(Reading::percent(disk.percent, tooltip))
    },
    error: |errors| &errors.disk,
    graphic: Graphic::Bar(|host| match level(host) {
        None => "ht-bar",
        Some(DiskLevel::Roomy) => "ht-bar ht-is-roomy",
        Some(DiskLevel::Filling) => "ht-bar ht-is-filling",
        Some(DiskLevel::Full) => "ht-bar ht-is-full",
    }),
    attribution: None,
};

/// Full or not, there is nothing to be done about a file system that cannot be written to.
fn is_read_only(host: &HostStats) -> bool {
    host.disk.as_ref().is_some_and(DiskStats::is_read_only)
}

/// The band of the bar, which a read-only file system has as little as an unknown one.
fn level(host: &HostStats) -> Option<DiskLevel> {
    let disk = host.disk.as_ref()?;
    (!disk.is_read_only()).then(|| DiskLevel::of(disk.percent))
}
