//! Describes a metric: everything the page needs to know to show it.

use crate::model::{
    Culprit, Culprits, HighSince, HostErrors, HostHistory, HostSplit, HostStats, Severity, Split, Timestamp,
};
use crate::ui::format;

/// A host metric as the header shows it.
pub(in crate::ui) struct Metric {
    /// Suffix of the metric's CSS class (`ht-is-cpu`) and color property (`--ht-cpu`).
    pub(in crate::ui) id: &'static str,
    /// The metric's short name for the header, where space is limited.
    pub(in crate::ui) label: &'static str,
    /// The metric's name at the beginning of a sentence.
    pub(in crate::ui) name: &'static str,
    /// The metric's name within a sentence.
    pub(in crate::ui) noun: &'static str,
    /// Text after the percentage where a cause names the metric but no culprit; begins with a no-break space, or is
    /// empty.
    pub(in crate::ui) full: &'static str,
    /// Returns the utilization in percent, or `None` if it was not measured.
    pub(in crate::ui) percent: fn(&HostStats) -> Option<f64>,
    /// Returns the severity, or `None` if the metric was not measured or the disk is read-only.
    pub(in crate::ui) severity: fn(&HostStats) -> Option<Severity>,
    /// Returns since when the utilization has been high, or `None` if it is not.
    pub(in crate::ui) high_since: fn(&HighSince) -> Option<Timestamp>,
    /// Returns the numbers as text, or `None` if the metric was not measured.
    pub(in crate::ui) read: fn(&HostStats) -> Option<Reading>,
    /// Returns why the metric was not measured, or `None` if it was.
    pub(in crate::ui) error: fn(&HostErrors) -> &Option<String>,
    /// The metric's graphic in the header.
    pub(in crate::ui) graphic: Graphic,
    /// How the metric is attributed to containers; `None` if it cannot be.
    pub(in crate::ui) attribution: Option<Attribution>,
}

/// A metric's numbers as text.
pub(in crate::ui) struct Reading {
    /// The main number, or a dash if it is unknown.
    pub(in crate::ui) value: String,
    /// Muted text after `value`; may be empty.
    pub(in crate::ui) rest: String,
    /// The widest text that `value` and `rest` can form. Its width is reserved so nothing shifts when they change.
    pub(in crate::ui) widest: String,
    /// The tooltip: the exact numbers, or why they are unknown.
    pub(in crate::ui) tooltip: String,
}

/// A metric's graphic in the header.
pub(in crate::ui) enum Graphic {
    /// A sparkline of recent samples, which the function returns in the same form as [`HostHistory::cpu`].
    Sparkline(fn(&HostHistory, f64) -> Vec<Option<f64>>),
    /// A bar that shows the latest value. The function returns the bar's CSS class.
    Bar(fn(&HostStats) -> &'static str),
}

/// How a metric is attributed to containers.
pub(in crate::ui) struct Attribution {
    /// Returns the metric's culprit.
    pub(in crate::ui) culprit: fn(&Culprits) -> &Option<Culprit>,
    /// Returns the host's usage split into containers and other processes, or `None` if there is no split.
    pub(in crate::ui) split: fn(&HostSplit) -> Option<&Split>,
    /// Formats one part of the split.
    pub(in crate::ui) text: fn(f64) -> String,
}

impl Metric {
    /// A sentence for screen readers: `CPU 45 percent, normal`.
    pub(in crate::ui) fn spoken(&self, host: Option<&HostStats>) -> String {
        match host.and_then(|host| Some(((self.percent)(host)?, (self.severity)(host)))) {
            None => format!("{} unknown", self.name),
            Some((percent, severity)) => {
                let word = severity.map_or(format::READ_ONLY, Severity::word);
                format!("{} {} percent, {word}", self.name, percent as u32)
            }
        }
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Reading {
    /// A reading that shows a percentage.
    pub(super) fn percent(percent: f64, tooltip: String) -> Self {
        Self { value: format::percent(Some(percent)), rest: String::new(), widest: "100%".into(), tooltip }
    }

    /// A reading for an unknown value. The tooltip gives the reason.
    pub(in crate::ui) fn unknown(reason: &str) -> Self {
        Self { value: format::UNKNOWN.into(), rest: String::new(), widest: "100%".into(), tooltip: reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{CpuStats, DiskStats, HostStats};
    use crate::ui::metrics::METRICS;

    #[test]
    fn metrics_are_spoken_as_sentences() {
        let [cpu, memory, disk] = METRICS;
        let host = HostStats { cpu: Some(CpuStats { percent: 45.9, count: 2 }), ..HostStats::sample() };
        assert_eq!(cpu.spoken(Some(&host)), "CPU 45 percent, normal");
        assert_eq!(memory.spoken(Some(&host)), "Memory unknown");
        assert_eq!(cpu.spoken(None), "CPU unknown");
        let full = DiskStats { percent: 100.0, used_gb: 1.0, total_gb: 1.0, read_only: Some(true), path: None };
        let host = HostStats { disk: Some(full.clone()), ..HostStats::sample() };
        assert_eq!(disk.spoken(Some(&host)), "Disk 100 percent, read-only");
        let old = DiskStats { read_only: None, ..full };
        assert_eq!(disk.spoken(Some(&HostStats { disk: Some(old), ..host })), "Disk 100 percent, critical");
    }
}
