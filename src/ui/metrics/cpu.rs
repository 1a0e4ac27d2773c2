//! The CPU metric, shown as a sparkline and a percentage.

use super::{Attribution, Graphic, Metric, Reading};
use crate::model::{HostHistory, Severity};
use crate::ui::format;

pub(super) static CPU: Metric = Metric {
    id: "cpu",
    label: "CPU",
    name: "CPU",
    noun: "CPU",
    full: "",
    percent: |host| host.cpu.as_ref().map(|cpu| cpu.percent),
    severity: |host| host.cpu.as_ref().map(|cpu| Severity::of(cpu.percent)),
    high_since: |since| since.cpu,
    read: |host| {
        let cpu = host.cpu.as_ref()?;
        let cores = format::counted(cpu.count, "core");
        Some(Reading::percent(cpu.percent, format!("CPU {} of {cores}", format::exact(cpu.percent))))
    },
    error: |errors| &errors.cpu,
    graphic: Graphic::Sparkline(HostHistory::cpu),
    attribution: Some(Attribution {
        culprit: |culprits| &culprits.cpu,
        split: |split| split.cpu_percent.as_ref(),
        text: format::exact,
    }),
};
