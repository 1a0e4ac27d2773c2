//! The memory metric, shown as a sparkline and as used/total.

use super::{Attribution, Graphic, Metric, Reading};
use crate::model::{HostHistory, HostStats, MemoryStats, Severity};
use crate::ui::format;

pub(super) static MEMORY: Metric = Metric {
    id: "memory",
    label: "Mem",
    name: "Memory",
    noun: "memory",
    full: "",
    percent: |host| host.memory.as_ref().map(|memory| memory.percent),
    severity: |host| host.memory.as_ref().map(|memory| Severity::of(memory.percent)),
    high_since: |since| since.memory,
    read: |host| {
        let memory = host.memory.as_ref()?;
        let total = format::short(memory.total_gb);
        Some(Reading {
            value: format::decimal(memory.used_gb),
            widest: format!("{}/{total}G", format::decimal(memory.total_gb)),
            rest: format!("/{total}G"),
            tooltip: tooltip(host, memory),
        })
    },
    error: |errors| &errors.memory,
    graphic: Graphic::Sparkline(HostHistory::memory),
    attribution: Some(Attribution {
        culprit: |culprits| &culprits.memory,
        split: |split| split.memory_mb.as_ref(),
        text: |mib| format::memory(Some(mib)),
    }),
};

fn tooltip(host: &HostStats, memory: &MemoryStats) -> String {
    let used = format::used_of(memory.used_gb, memory.total_gb);
    let swap = host.swap.as_ref().map(|swap| format!("\nSwap: {}", format::used_of(swap.used_gb, swap.total_gb)));
    let (percent, available) = (format::exact(memory.percent), format::decimal(memory.available_gb));
    format!("Memory {percent}: {used}, {available} available{}", swap.unwrap_or_default())
}
