//! The disk metric, shown as a bar and a percentage.

use super::{Graphic, Metric, Reading};
use crate::model::{DiskLevel, DiskStats, HostStats, Severity};
use crate::ui::format;

pub(super) static DISK: Metric = Metric {
    id: "disk",
    label: "Disk",
    name: "Disk",
    noun: "disk",
    full: "\u{a0}full",
    percent: |host| host.disk.as_ref().map(|disk| disk.percent),
    severity: |host| writable(host).map(|disk| Severity::of(disk.percent)),
    high_since: |since| since.disk,
    read: |host| {
        let disk = host.disk.as_ref()?;
        let used = format::used_of(disk.used_gb, disk.total_gb);
        let tooltip = format!("Disk {}: {used}{}", format::exact(disk.percent), format::read_only(disk));
        Some(Reading::percent(disk.percent, tooltip))
    },
    error: |errors| &errors.disk,
    graphic: Graphic::Bar(|host| match writable(host).map(|disk| DiskLevel::of(disk.percent)) {
        None => "ht-bar",
        Some(DiskLevel::Roomy) => "ht-bar ht-is-roomy",
        Some(DiskLevel::Filling) => "ht-bar ht-is-filling",
        Some(DiskLevel::Full) => "ht-bar ht-is-full",
    }),
    attribution: None,
};

/// The disk; `None` if it was not measured or is read-only. A read-only file system may be full by design, which is no
/// cause for alarm.
fn writable(host: &HostStats) -> Option<&DiskStats> {
    host.disk.as_ref().filter(|disk| !disk.is_read_only())
}
