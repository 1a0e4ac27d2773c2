//! The totals at the top of a table: containers and other processes, which add up to the host's usage.

use super::moment::Moment;
use crate::model::{CulpritKind, Split, percent_of};
use crate::ui::format;

/// One row of totals, as text. Cells that do not apply are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) label: String,
    pub(super) cpu: String,
    pub(super) memory: String,
    pub(super) share: String,
    pub(super) memory_share: String,
    /// An explanation, shown as a tooltip.
    pub(super) title: &'static str,
    pub(super) class: String,
}

/// Differences smaller than this, in MiB, are treated as rounding errors.
const ROUNDING: f64 = 0.1;

/// The rows of totals. Each column adds up: CPU as a percentage of one core, memory, and both as percentages of the
/// host. If neither CPU nor memory could be split, only the containers' total remains. Empty if there are no
/// containers.
pub(super) fn totals(moment: Moment<'_>) -> Vec<Total> {
    let Some(stats) = moment.stats.filter(|stats| !stats.containers.is_empty()) else { return Vec::new() };
    let total_mb = moment.memory_total_mb();
    let of_host = |mib: f64| total_mb.and_then(|total| percent_of(mib, total)).map(format::exact);
    let noun = &moment.state.settings.noun;
    let class = |kind: &str| {
        let culprit = match kind {
            "all" => Some(CulpritKind::Containers),
            "other" => Some(CulpritKind::Other),
            _ => None,
        };
        let culprit = culprit.filter(|_| !moment.is_past).map(|kind| moment.state.culprit_class(kind, ""));
        let culprit = culprit.filter(|class| !class.is_empty()).map(|class| format!(" {class}"));
        format!("ht-total ht-is-{kind}{}", culprit.unwrap_or_default())
    };
    let mut lines = vec![Total {
        label: format!("All {}", format::lowered(&format::measured(stats, noun))),
        cpu: format::percent_exact(stats.total_cpu_percent),
        share: format::percent_exact(stats.cpu_host_percent()),
        memory: format::memory(stats.total_memory_mb),
        memory_share: stats.total_memory_mb.and_then(of_host).unwrap_or(format::UNKNOWN.into()),
        title: "Total of containers measured in the last sample",
        class: class("all"),
    }];
    let cpu = stats.split.cpu_percent.as_ref();
    let memory = stats.split.memory_mb.as_ref();
    if cpu.is_none() && memory.is_none() {
        return lines;
    }
    let host = moment.state.host.as_ref();
    let cores = host.and_then(|host| Some(f64::from(host.cpu.as_ref()?.count)));
    let line = |label: &str, title, kind, part: fn(&Split) -> f64| Total {
        label: label.into(),
        cpu: cpu.zip(cores).map_or(format::UNKNOWN.into(), |(split, cores)| {
            format::split_part(split, format::percent_exact(Some(part(split) * cores)))
        }),
        memory: memory
            .map_or(format::UNKNOWN.into(), |split| format::split_part(split, format::memory(Some(part(split))))),
        share: cpu.map_or(format::UNKNOWN.into(), |split| {
            format::split_part(split, format::percent_exact(Some(part(split))))
        }),
        memory_share: memory
            .and_then(|split| Some(format::split_part(split, of_host(part(split))?)))
            .unwrap_or(format::UNKNOWN.into()),
        title,
        class: class(kind),
    };
    // The difference from an approximate split would be meaningless.
    let exact = memory.filter(|split| !split.is_approximate());
    let cache = exact.and_then(|split| Some(stats.total_memory_mb? - split.containers)).unwrap_or(0.0);
    if cache >= ROUNDING {
        lines.push(Total {
            label: "of which reclaimable cache".into(),
            memory: format!("−{}", format::memory(Some(cache))),
            memory_share: of_host(cache).map(|share| format!("−{share}")).unwrap_or_default(),
            title: "The kernel frees it when memory is needed, so the host does not count it as used",
            class: class("cache"),
            ..Total::default()
        });
    }
    let other = "Processes outside these containers, other containers, and containers that could not be measured";
    lines.push(line("Other processes", other, "other", |split| split.other));
    lines.push(line("Host", "Total host usage", "host", |split| split.host));
    lines
}
