//! The state of the page, and how responses change it.

use crate::api::{Settings, Snapshot, TelemetryError};
use crate::model::{
    ContainerStats, ContainersStats, Culprits, Engine, History, HostStats, Recorded, Stamped, Timestamp,
};
use crate::ui::metrics::{METRICS, Metric};

/// The containers' numbers, or why there are none.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is only one, in the page's state")]
pub(in crate::ui) enum ContainersView {
    /// The server has not sent any numbers yet.
    #[default]
    Waiting,
    /// The latest numbers, which may be overdue.
    Measured(ContainersStats),
    /// Docker is not available.
    Unavailable {
        /// Why it is not available.
        reason: String,
        /// Since when; `None` if it is unknown.
        since: Option<Timestamp>,
    },
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
    /// Whether the latest poll of the host's endpoint failed.
    pub(in crate::ui) is_unanswered: bool,
    /// The containers' numbers, or why there are none.
    pub(in crate::ui) containers: ContainersView,
    /// When the latest scrape ended; `None` before the first scrape and while Docker is unavailable.
    pub(in crate::ui) scraped: Option<Timestamp>,
    /// Whether the containers' numbers are overdue.
    pub(in crate::ui) containers_stale: bool,
    /// The latest culprits; `None` before the first scrape. Without current numbers, these are the last that were
    /// known.
    pub(in crate::ui) culprits: Option<Culprits>,
    /// The engine, according to the latest scrape; `None` if it is unknown.
    pub(in crate::ui) engine: Option<Engine>,
    /// The latest 60 samples. Per-container samples only go back to when the page was opened, until a table requests
    /// the full history.
    pub(in crate::ui) history: History,
    /// The latest change as text for screen readers; empty before the first change.
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
            ContainersView::Waiting | ContainersView::Unavailable { .. } => None,
        }
    }

    /// The host's name.
    pub(in crate::ui) fn hostname(&self) -> &str {
        self.host.as_ref().map_or(&self.settings.hostname, |host| &host.hostname)
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

    /// How many seconds have passed since `time`; `None` before the first sample.
    pub(in crate::ui) fn lasted(&self, time: Timestamp) -> Option<f64> {
        Some(self.history.host.newest()?.seconds() + self.silence() - time.seconds())
    }

    /// Why the host's numbers are overdue; `None` while they are current, or if there have never been any.
    pub(in crate::ui) fn silence_reason(&self) -> Option<&'static str> {
        if self.is_unanswered { Some("No answer") } else { self.host_stale.map(|_| "No update") }
    }

    /// How many intervals the containers' history goes on after its newest scrape, to end at the same time as the
    /// host's.
    pub(in crate::ui) fn containers_overdue(&self) -> usize {
        self.history.containers_overdue(self.silence())
    }

    /// Applies the responses to a poll of both endpoints. Returns how the two samples were recorded.
    pub(super) fn accept(
        &mut self,
        host: Result<Stamped<HostStats>, TelemetryError>,
        age: Option<f64>,
        containers: Result<Stamped<ContainersStats>, TelemetryError>,
    ) -> [Option<Recorded>; 2] {
        let before = self.facts();
        let recorded = [self.accept_host(host, age), self.accept_containers(containers)];
        self.announce(&before);
        recorded
    }

    /// Applies a response from the host's endpoint. After a failure, the last numbers stay and are marked as overdue
    /// with their `age` in seconds. Returns how the sample was recorded; `None` after a failure.
    #[must_use]
    fn accept_host(
        &mut self,
        answer: Result<Stamped<HostStats>, TelemetryError>,
        age: Option<f64>,
    ) -> Option<Recorded> {
        match answer {
            Ok(Stamped { data, stamp, .. }) => {
                self.host_stale = stamp.stale.then_some(stamp.age_seconds);
                self.is_unanswered = false;
                let recorded = self.history.host.record(stamp.timestamp, &data);
                self.host = Some(data);
                Some(recorded)
            }
            Err(error) => {
                self.host_problem = error.to_string();
                self.is_unanswered = error == TelemetryError::NoAnswer;
                self.host_stale = age.or(self.host_stale);
                None
            }
        }
    }

    /// Applies a response from the containers' endpoint. After a failed request, the last numbers stay and are marked
    /// as overdue. They are cleared if Docker is not available or the server has not completed a scrape. Returns how
    /// the scrape was recorded; `None` if there was none.
    #[must_use]
    fn accept_containers(&mut self, answer: Result<Stamped<ContainersStats>, TelemetryError>) -> Option<Recorded> {
        match answer {
            Ok(Stamped { data, .. }) if data.running_count.is_none() => {
                self.containers_stale = false;
                self.scraped = None;
                self.containers = ContainersView::Waiting;
                None
            }
            Ok(Stamped { data, stamp, .. }) => {
                self.containers_stale = stamp.stale;
                self.scraped = Some(stamp.timestamp);
                self.culprits.clone_from(&data.culprits);
                self.engine = data.engine;
                let recorded = self.history.containers.record(stamp.timestamp, &data);
                self.containers = ContainersView::Measured(data);
                Some(recorded)
            }
            Err(TelemetryError::Docker { reason, since }) => {
                self.containers_stale = false;
                self.scraped = None;
                self.containers = ContainersView::Unavailable { reason, since };
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
    use crate::model::{CpuStats, DiskStats, MemoryStats};

    fn host(cpu: f64, memory: f64, disk: Option<f64>) -> HostStats {
        HostStats {
            cpu: Some(CpuStats { percent: cpu, count: 2 }),
            memory: Some(MemoryStats { percent: memory, used_gb: 1.0, total_gb: 2.0, available_gb: 1.0 }),
            disk: disk.map(|percent| DiskStats { percent, used_gb: 1.0, total_gb: 2.0, read_only: None, path: None }),
            ..HostStats::sample()
        }
    }

    #[test]
    fn a_server_that_cannot_read_its_host_answers() {
        let silence = |error: TelemetryError, age| {
            let mut state = State { host: Some(host(10.0, 10.0, None)), ..State::default() };
            let _ = state.accept_host(Err(error), age);
            state.silence_reason()
        };
        assert_eq!(
            silence(TelemetryError::Request("Error getting host stats: …".into()), Some(20.0)),
            Some("No update")
        );
        assert_eq!(silence(TelemetryError::NoAnswer, Some(20.0)), Some("No answer"));
        assert_eq!(silence(TelemetryError::NoAnswer, None), Some("No answer"), "there was never a sample");
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
}
