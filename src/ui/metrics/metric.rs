//! The description of a metric: everything that the page needs to know about it.

use crate::model::{CulpritTracker, Culprits, HostErrors, HostHistory, HostSplit, HostStats, Severity, Split};
use crate::ui::format;

/// A metric of the host.
pub(in crate::ui) struct Metric {
    /// Suffix of its class (`ht-is-cpu`) and of its color (`--ht-cpu`).
    pub(in crate::ui) id: &'static str,
    /// Its name in the header, where space is short.
    pub(in crate::ui) label: &'static str,
    /// Its name at the beginning of a sentence.
    pub(in crate::ui) name: &'static str,
    /// Its name within a sentence.
    pub(in crate::ui) noun: &'static str,
    /// Utilization in percent; `None` if it was not measured.
    pub(in crate::ui) percent: fn(&HostStats) -> Option<f64>,
    /// Its severity; `None` if it was not measured, or if nothing can be done about it, as about a read-only disk.
    pub(in crate::ui) severity: fn(&HostStats) -> Option<Severity>,
    /// The numbers as text; `None` if it was not measured.
    pub(in crate::ui) read: fn(&HostStats) -> Option<Reading>,
    /// Why it was not measured.
    pub(in crate::ui) error: fn(&HostErrors) -> &Option<String>,
    /// Its graphic in the header.
    pub(in crate::ui) graphic: Graphic,
    /// How it is attributed to containers; `None` if it cannot be.
    pub(in crate::ui) attribution: Option<Attribution>,
}

/// A metric's numbers as text.
pub(in crate::ui) struct Reading {
    /// The value.
    pub(in crate::ui) value: String,
    /// Muted text after the value.
    pub(in crate::ui) rest: String,
    /// The widest possible text of value and rest. Its width is reserved, so that nothing moves when they change.
    pub(in crate::ui) widest: String,
    /// The exact numbers, for the tooltip.
    pub(in crate::ui) tooltip: String,
}

/// A metric's graphic in the header.
pub(in crate::ui) enum Graphic {
    /// The last samples, in the form of [`HostHistory::cpu`].
    Sparkline(fn(&HostHistory, f64) -> Vec<Option<f64>>),
    /// The newest value; the function gives the bar's class.
    Bar(fn(&HostStats) -> &'static str),
}

/// How a metric is attributed to containers.
pub(in crate::ui) struct Attribution {
    /// Its culprit.
    pub(in crate::ui) culprit: fn(&Culprits) -> &CulpritTracker,
    /// Its split into containers and everything else.
    pub(in crate::ui) split: fn(&HostSplit) -> Option<&Split>,
    /// A part of that split as text.
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
    /// A percentage.
    pub(super) fn percent(percent: f64, tooltip: String) -> Self {
        Self { value: format::percent(Some(percent)), rest: String::new(), widest: "100%".into(), tooltip }
    }

    /// The text of an unknown value; the tooltip is the reason.
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
        let full = DiskStats { percent: 100.0, used_gb: 1.0, total_gb: 1.0, read_only: Some(true) };
        let host = HostStats { disk: Some(full.clone()), ..HostStats::sample() };
        assert_eq!(disk.spoken(Some(&host)), "Disk 100 percent, read-only");
        let old = DiskStats { read_only: None, ..full };
        assert_eq!(disk.spoken(Some(&HostStats { disk: Some(old), ..host })), "Disk 100 percent, critical");
    }
}
