//! The state of the page, and how responses change it.

use crate::api::{Settings, Snapshot, TelemetryError};
use crate::model::{
    ContainerStats, ContainersStats, Culprit, Culprits, History, HostStats, Recorded, Stamped, Timestamp,
};
use crate::ui::metrics::{METRICS, Metric};

/// The state of the containers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::ui) enum ContainersView {
    /// No response yet.
    #[default]
    Waiting,
    /// The last good numbers.
    Measured(ContainersStats),
    /// Docker is not available; the text is the reason.
    Unavailable(String),
}

/// Everything that the page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::ui) struct State {
    /// The server's settings.
    pub(in crate::ui) settings: Settings,
    /// The host's last good numbers; `None` before the first.
    pub(in crate::ui) host: Option<HostStats>,
    /// Why the host has no numbers, if it has none.
    pub(in crate::ui) host_problem: String,
    /// The age of the host's numbers in seconds, once they are overdue; `None` while they are current.
    pub(in crate::ui) host_stale: Option<f64>,
    /// The containers.
    pub(in crate::ui) containers: ContainersView,
    /// When the displayed scrape ended.
    pub(in crate::ui) scraped: Option<Timestamp>,
    /// Whether the containers' numbers are overdue.
    pub(in crate::ui) containers_stale: bool,
    /// The culprits.
    pub(in crate::ui) culprits: Culprits,
    /// The last 60 samples. Those of each container start when the page was opened, until a table requests all.
    pub(in crate::ui) history: History,
    /// The last change of a metric's band, in words; empty before the first.
    pub(in crate::ui) announcement: String,
}

impl From<Snapshot> for State {
    fn from(snapshot: Snapshot) -> Self {
        let Snapshot { settings, host, containers, culprits, history } = snapshot;
        let host_problem = host.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let host = host.ok();
        let host_stale = host.as_ref().filter(|host| host.stamp.stale).map(|host| host.stamp.age_seconds);
        let host = host.map(|host| host.data);
        let mut state = Self { settings, host, host_problem, host_stale, history: history.into(), ..Self::default() };
        // The snapshot's history includes this scrape.
        let _ = state.accept_containers(containers);
        // So do its culprits.
        state.culprits = culprits;
        state
    }
}

impl State {
    /// The containers' rows, highest CPU first; empty if there are no numbers.
    pub(in crate::ui) fn rows(&self) -> &[ContainerStats] {
        self.measured().map_or(&[], |stats| &stats.containers)
    }

    /// The containers' numbers, if there are any.
    pub(in crate::ui) fn measured(&self) -> Option<&ContainersStats> {
        match &self.containers {
            ContainersView::Measured(stats) => Some(stats),
            ContainersView::Waiting | ContainersView::Unavailable(_) => None,
        }
    }

    /// The host's memory in MiB; `None` if it was not measured.
    pub(in crate::ui) fn memory_total_mb(&self) -> Option<f64> {
        Some(self.host.as_ref()?.memory.as_ref()?.total_gb * 1024.0)
    }

    /// The utilization of a metric in percent; `None` if it was not measured.
    pub(in crate::ui) fn percent(&self, metric: &Metric) -> Option<f64> {
        self.host.as_ref().and_then(metric.percent)
    }

    /// The metrics, worst band first, in the header's order within a band. A narrow header shows only the first.
    pub(in crate::ui) fn ranking(&self) -> [&'static Metric; METRICS.len()] {
        let mut metrics = METRICS;
        if let Some(host) = &self.host {
            // `None` is less than any band: an unknown metric has nothing to show.
            metrics.sort_by_key(|metric| std::cmp::Reverse((metric.severity)(host)));
        }
        metrics
    }

    /// The culprit of a metric; `None` while the numbers are overdue.
    pub(in crate::ui) fn culprit(&self, metric: &Metric) -> Option<&Culprit> {
        let attribution = metric.attribution.as_ref()?;
        let is_current = self.measured().is_some() && self.host_stale.is_none() && !self.containers_stale;
        (attribution.culprit)(&self.culprits).named.as_ref().filter(|_| is_current)
    }

    /// Whether this container is the culprit of a metric. The empty ID stands for everything else.
    pub(in crate::ui) fn is_culprit(&self, id: &str) -> bool {
        METRICS.into_iter().filter_map(|metric| self.culprit(metric)).any(|culprit| culprit.id == id)
    }

    /// Seconds between samples. A restarted server may have a different interval than the page was rendered with.
    pub(in crate::ui) fn interval_seconds(&self) -> u32 {
        match self.history.host.interval_seconds {
            0 => self.settings.interval_seconds,
            interval => interval,
        }
    }

    /// The age in seconds of the host's newest sample if it is overdue, else 0; the history has a gap per interval of it.
    pub(in crate::ui) fn silence(&self) -> f64 {
        self.host_stale.unwrap_or(0.0)
    }

    /// The same for the containers' history, so that both end at the same time.
    pub(in crate::ui) fn containers_silence(&self) -> f64 {
        self.history.containers_silence(self.silence())
    }

    /// Applies a response of the host's endpoint. A failure leaves the last numbers, marked with their `age`.
    #[must_use]
    pub(super) fn accept_host(
        &mut self,
        answer: Result<Stamped<HostStats>, TelemetryError>,
        age: Option<f64>,
    ) -> Option<Recorded> {
        match answer {
            Ok(Stamped { data, stamp }) => {
                self.host_stale = stamp.stale.then_some(stamp.age_seconds);
                let recorded = self.history.host.record(stamp.timestamp, &data);
                if let Some(before) = self.host.replace(data) {
                    self.announce(&before);
                }
                Some(recorded)
            }
            Err(error) => {
                self.host_problem = error.to_string();
                self.host_stale = age.or(self.host_stale);
                None
            }
        }
    }

    /// Announces the metrics whose band changed. Without a change the last announcement stays.
    fn announce(&mut self, before: &HostStats) {
        let Some(now) = &self.host else { return };
        let changed = |metric: &&Metric| (metric.severity)(now) != (metric.severity)(before);
        let words: Vec<String> = METRICS.into_iter().filter(changed).map(|metric| metric.spoken(Some(now))).collect();
        if !words.is_empty() {
            self.announcement = words.join(". ");
        }
    }

    /// Applies a response of the containers' endpoint. A failed request leaves the last numbers; a missing Docker clears them.
    #[must_use]
    pub(super) fn accept_containers(
        &mut self,
        answer: Result<Stamped<ContainersStats>, TelemetryError>,
    ) -> Option<Recorded> {
        match answer {
            Ok(Stamped { data, .. }) if data.running_count.is_none() => {
                self.containers = ContainersView::Waiting;
                None
            }
            Ok(Stamped { data, stamp }) => {
                self.containers_stale = stamp.stale;
                if self.scraped.replace(stamp.timestamp) != Some(stamp.timestamp) {
                    self.culprits.observe(&data);
                }
                let recorded = self.history.containers.record(stamp.timestamp, &data);
                self.containers = ContainersView::Measured(data);
                Some(recorded)
            }
            Err(TelemetryError::Docker(reason)) => {
                self.containers_stale = false;
                self.culprits = Culprits::default();
                self.scraped = None;
                self.containers = ContainersView::Unavailable(reason);
                None
            }
            Err(_) => {
                self.containers_stale = true;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CpuStats, DiskStats, MemoryStats, Timestamp};

    fn host(cpu: f64, memory: f64, disk: Option<f64>) -> HostStats {
        HostStats {
            cpu: Some(CpuStats { percent: cpu, count: 2 }),
            memory: Some(MemoryStats { percent: memory, used_gb: 1.0, total_gb: 2.0, available_gb: 1.0 }),
            disk: disk.map(|percent| DiskStats { percent, used_gb: 1.0, total_gb: 2.0, read_only: None }),
            ..HostStats::sample()
        }
    }

    #[test]
    fn the_worst_band_ranks_first_and_the_unknown_last() {
        let ranking = |host| State { host: Some(host), ..State::default() }.ranking().map(|metric| metric.id);
        let [cpu, memory, disk] = ["cpu", "memory", "disk"];
        assert_eq!(ranking(host(10.0, 49.0, Some(20.0))), [cpu, memory, disk], "within a band the order is fixed");
        assert_eq!(ranking(host(10.0, 50.0, Some(20.0))), [memory, cpu, disk]);
        assert_eq!(ranking(host(76.0, 50.0, Some(95.0))), [disk, cpu, memory]);
        assert_eq!(ranking(host(10.0, 10.0, None)), [cpu, memory, disk]);
        let mut full = host(10.0, 50.0, Some(100.0));
        full.disk.as_mut().expect("a disk").read_only = Some(true);
        assert_eq!(ranking(full), [memory, cpu, disk], "a read-only disk has no band");
        assert_eq!(State::default().ranking().map(|metric| metric.id), [cpu, memory, disk]);
    }

    #[test]
    fn a_change_of_band_is_announced_once() {
        let mut state = State::default();
        let mut said = |cpu, memory| {
            let sample = Stamped::fresh(host(cpu, memory, None), Timestamp::now());
            let _ = state.accept_host(Ok(sample), None);
            state.announcement.clone()
        };
        assert_eq!(said(45.0, 60.0), "", "what was there at first is no change");
        assert_eq!(said(49.9, 74.0), "");
        assert_eq!(said(94.2, 74.0), "CPU 94 percent, critical");
        assert_eq!(said(99.0, 74.0), "CPU 94 percent, critical", "within a band nothing is announced");
        assert_eq!(said(20.0, 80.0), "CPU 20 percent, normal. Memory 80 percent, high");
    }
}
