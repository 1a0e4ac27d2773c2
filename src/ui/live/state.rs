//! The state of the page, and how responses change it.

use crate::api::{Settings, Snapshot, TelemetryError};
use crate::model::{ContainerStats, ContainersStats, Culprit, History, HostStats, Recorded, Stamped, Timestamp};
use crate::ui::metrics::{METRICS, Metric};

/// The containers' numbers, or why there are none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::ui) enum ContainersView {
    /// The server has not sent any numbers yet.
    #[default]
    Waiting,
    /// The latest numbers, which may be overdue.
    Measured(ContainersStats),
    /// Docker is not available; the string says why.
    Unavailable(String),
}

/// Everything the page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::ui) struct State {
    /// The server's settings.
    pub(in crate::ui) settings: Settings,
    /// The host's latest numbers; `None` until the first have arrived.
    pub(in crate::ui) host: Option<HostStats>,
    /// The latest error from the host's endpoint, shown while `host` is `None`; empty if there has been no error.
    pub(in crate::ui) host_problem: String,
    /// The age of the host's numbers in seconds if they are overdue; `None` while they are current.
    pub(in crate::ui) host_stale: Option<f64>,
    /// The containers' numbers, or why there are none.
    pub(in crate::ui) containers: ContainersView,
    /// When the latest scrape ended; `None` before the first scrape and while Docker is unavailable.
    pub(in crate::ui) scraped: Option<Timestamp>,
    /// Whether the containers' numbers are overdue.
    pub(in crate::ui) containers_stale: bool,
    /// The latest 60 samples. Per-container samples only go back to when the page was opened, until a table requests
    /// the full history.
    pub(in crate::ui) history: History,
    /// The latest change in severity as text for screen readers; empty before the first change.
    pub(in crate::ui) announcement: String,
}

impl From<Snapshot> for State {
    fn from(snapshot: Snapshot) -> Self {
        let Snapshot { settings, host, containers, history } = snapshot;
        let host_problem = host.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let host = host.ok();
        let host_stale = host.as_ref().filter(|host| host.stamp.stale).map(|host| host.stamp.age_seconds);
        let host = host.map(|host| host.data);
        let mut state = Self { settings, host, host_problem, host_stale, history: history.into(), ..Self::default() };
        // The result can be ignored, because the snapshot's history already includes this scrape.
        let _ = state.accept_containers(containers);
        state
    }
}

impl State {
    /// The containers' rows, highest CPU usage first; empty if there are no numbers.
    pub(in crate::ui) fn rows(&self) -> &[ContainerStats] {
        self.measured().map_or(&[], |stats| &stats.containers)
    }

    /// The containers' numbers; `None` while waiting for them or if Docker is not available.
    pub(in crate::ui) fn measured(&self) -> Option<&ContainersStats> {
        match &self.containers {
            ContainersView::Measured(stats) => Some(stats),
            ContainersView::Waiting | ContainersView::Unavailable(_) => None,
        }
    }

    /// The host's total memory in MiB; `None` if it was not measured.
    pub(in crate::ui) fn memory_total_mb(&self) -> Option<f64> {
        Some(self.host.as_ref()?.memory.as_ref()?.total_gb * 1024.0)
    }

    /// A metric's utilization in percent; `None` if it was not measured.
    pub(in crate::ui) fn percent(&self, metric: &Metric) -> Option<f64> {
        self.host.as_ref().and_then(metric.percent)
    }

    /// The metrics, most severe first; ties keep the header's order. A narrow header shows only the first metric.
    pub(in crate::ui) fn ranking(&self) -> [&'static Metric; METRICS.len()] {
        let mut metrics = METRICS;
        if let Some(host) = &self.host {
            // `None` is less than any severity, so unknown metrics and read-only disks come last.
            metrics.sort_by_key(|metric| std::cmp::Reverse((metric.severity)(host)));
        }
        metrics
    }

    /// The culprit for a metric; `None` if it has no culprit, or if the numbers are missing or overdue.
    pub(in crate::ui) fn culprit(&self, metric: &Metric) -> Option<&Culprit> {
        let attribution = metric.attribution.as_ref()?;
        let culprits = self.measured()?.culprits.as_ref()?;
        let is_current = self.host_stale.is_none() && !self.containers_stale;
        (attribution.culprit)(culprits).as_ref().filter(|_| is_current)
    }

    /// Whether the container with this ID is the culprit for any metric. An empty ID stands for everything else.
    pub(in crate::ui) fn is_culprit(&self, id: &str) -> bool {
        METRICS.into_iter().filter_map(|metric| self.culprit(metric)).any(|culprit| culprit.id == id)
    }

    /// Seconds between samples. The history's interval wins over the settings, because the server may have restarted
    /// with a different interval since the page was rendered.
    pub(in crate::ui) fn interval_seconds(&self) -> u32 {
        match self.history.host.interval_seconds {
            0 => self.settings.interval_seconds,
            interval => interval,
        }
    }

    /// The age in seconds of the host's newest sample if the next one is overdue, otherwise 0. The history ends with a
    /// gap for each interval of silence.
    pub(in crate::ui) fn silence(&self) -> f64 {
        self.host_stale.unwrap_or(0.0)
    }

    /// How many intervals the containers' history goes on after its newest scrape, to end at the same time as the host's.
    pub(in crate::ui) fn containers_overdue(&self) -> usize {
        self.history.containers_overdue(self.silence())
    }

    /// Applies a response from the host's endpoint. After a failure, the last numbers stay and are marked as overdue
    /// with their `age` in seconds. Returns how the sample was recorded; `None` after a failure.
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

    /// Announces the metrics whose severity changed. If none changed, the previous announcement stays.
    fn announce(&mut self, before: &HostStats) {
        let Some(now) = &self.host else { return };
        let changed = |metric: &&Metric| (metric.severity)(now) != (metric.severity)(before);
        let words: Vec<String> = METRICS.into_iter().filter(changed).map(|metric| metric.spoken(Some(now))).collect();
        if !words.is_empty() {
            self.announcement = words.join(". ");
        }
    }

    /// Applies a response from the containers' endpoint. After a failed request, the last numbers stay and are marked
    /// as overdue. They are cleared if Docker is not available or the server has not completed a scrape. Returns how
    /// the scrape was recorded; `None` if there was none.
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
                self.scraped = Some(stamp.timestamp);
                let recorded = self.history.containers.record(stamp.timestamp, &data);
                self.containers = ContainersView::Measured(data);
                Some(recorded)
            }
            Err(TelemetryError::Docker { reason, .. }) => {
                self.containers_stale = false;
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
            disk: disk.map(|percent| DiskStats { percent, used_gb: 1.0, total_gb: 2.0, read_only: None, path: None }),
            ..HostStats::sample()
        }
    }

    #[test]
    fn the_worst_band_ranks_first_and_the_unknown_last() {
        let ranking = |host| State { host: Some(host), ..State::default() }.ranking().map(|metric| metric.id);
        let [cpu, memory, disk] = ["cpu", "memory", "disk"];
        assert_eq!(ranking(host(10.0, 49.0, Some(20.0))), [cpu, memory, disk], "equal severities keep a fixed order");
        assert_eq!(ranking(host(10.0, 50.0, Some(20.0))), [memory, cpu, disk]);
        assert_eq!(ranking(host(76.0, 50.0, Some(95.0))), [disk, cpu, memory]);
        assert_eq!(ranking(host(10.0, 10.0, None)), [cpu, memory, disk]);
        let mut full = host(10.0, 50.0, Some(100.0));
        full.disk.as_mut().expect("a disk").read_only = Some(true);
        assert_eq!(ranking(full), [memory, cpu, disk], "a read-only disk has no severity");
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
        assert_eq!(said(45.0, 60.0), "", "the first values are not announced as a change");
        assert_eq!(said(49.9, 74.0), "");
        assert_eq!(said(94.2, 74.0), "CPU 94 percent, critical");
        assert_eq!(said(99.0, 74.0), "CPU 94 percent, critical", "nothing is announced if no severity changed");
        assert_eq!(said(20.0, 80.0), "CPU 20 percent, normal. Memory 80 percent, high");
    }
}
