//! Disk, as a bar and a percentage.

use super::{Graphic, Metric, Reading};
use crate::model::{DiskLevel, Severity};
use crate::ui::format;

pub(super) static DISK: Metric = Metric {
    id: "disk",
    label: "Disk",
    name: "Disk",
    noun: "disk",
    percent: |host| host.disk.as_ref().map(|disk| disk.percent),
    severity: Severity::of,
    read: |host| {
        let disk = host.disk.as_ref()?;
        let used = format::used_of(disk.used_gb, disk.total_gb);
        Some(Reading::percent(disk.percent, format!("Disk {}: {used}", format::exact(disk.percent))))
    },
    error: |errors| &errors.disk,
    graphic: Graphic::Bar(|percent| match percent.map(DiskLevel::of) {
        None => "ht-bar",
        Some(DiskLevel::Roomy) => "ht-bar ht-is-roomy",
        Some(DiskLevel::Filling) => "ht-bar ht-is-filling",
        Some(DiskLevel::Full) => "ht-bar ht-is-full",
    }),
    attribution: None,
};
