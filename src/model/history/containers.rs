//! The most recent scrapes of the containers.

use super::intervals::{Intervals, Kept, Recorded, keep_newest};
use crate::model::containers::ContainersStats;
use crate::model::timestamp::Timestamp;
use serde::Serialize;

/// The containers' totals from one scrape.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct TotalsPoint {
    /// The time of the scrape.
    pub timestamp: Timestamp,
    /// The containers' total CPU usage, where 100 is one core; `null` if none of the running containers was measured.
    pub total_cpu_percent: Option<f64>,
    /// The containers' total memory usage in MiB; `null` if none of the running containers was measured.
    pub total_memory_mb: Option<f64>,
    /// The containers' CPU usage as a percentage of the host they run on, 0 to 100; `null` if none of the running
    /// containers was measured.
    pub cpu_host_percent: Option<f64>,
    /// The containers' memory usage as a percentage of the host's memory, 0 to 100; `null` if the scrape has no memory
    /// split.
    pub memory_host_percent: Option<f64>,
}

/// The CPU usage of one container over the most recent scrapes.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct ContainerTrend {
    /// The first twelve characters of the container's ID.
    pub id: String,
    /// CPU usage, where 100 is one core. There is one value for each scrape in [`ContainersHistory::totals`]; it is
    /// `null` if the container was not measured in that scrape.
    pub cpu: Vec<Option<f64>>,
}

/// The most recent scrapes of the containers, oldest first; at most [`CAPACITY`](super::CAPACITY) scrapes.
///
/// Failed scrapes are left out and can be recognized by gaps between the timestamps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainersHistory {
    /// Seconds between scrapes.
    pub interval_seconds: u32,
    /// The totals of each scrape.
    pub totals: Vec<TotalsPoint>,
    /// The CPU usage of each container in the newest scrape.
    pub containers: Vec<ContainerTrend>,
}

impl ContainersHistory {
    /// Creates an empty history.
    pub fn new(interval_seconds: u32) -> Self {
        Self { interval_seconds, ..Self::default() }
    }

    /// The time of the newest scrape; `None` if the history is empty.
    pub fn newest(&self) -> Option<Timestamp> {
        self.totals.last().map(|point| point.timestamp)
    }

    /// Appends a scrape unless the history already contains it, and drops containers that are not in the scrape.
    pub fn record(&mut self, timestamp: Timestamp, stats: &ContainersStats) -> Recorded {
        if self.totals.iter().any(|point| point.timestamp == timestamp) {
            return Recorded::Duplicate;
        }
        let recorded = self.intervals().step(self.newest(), timestamp);
        let scrapes = self.totals.len();
        self.totals.push(TotalsPoint {
            timestamp,
            total_cpu_percent: stats.total_cpu_percent,
            total_memory_mb: stats.total_memory_mb,
            cpu_host_percent: stats.cpu_host_percent(),
            memory_host_percent: stats.split.memory_percent.as_ref().map(|split| split.containers),
        });
        keep_newest(&mut self.totals);
        let mut before = std::mem::take(&mut self.containers);
        for row in &stats.containers {
            let known = before.iter().position(|trend| trend.id == row.id);
            let mut trend = known.map_or_else(
                || ContainerTrend { id: row.id.clone(), cpu: vec![None; scrapes] },
                |index| before.swap_remove(index),
            );
            // A stale row contains a value from an earlier scrape.
            trend.cpu.push(row.cpu.filter(|_| !row.stale));
            keep_newest(&mut trend.cpu);
            self.containers.push(trend);
        }
        recorded
    }

    /// The containers' CPU usage as a percentage of the host, one value per interval as described at
    /// [`HostHistory::cpu`](super::HostHistory::cpu).
    pub fn cpu(&self, overdue: usize) -> Vec<Option<f64>> {
        self.values(overdue, |_, point| point.cpu_host_percent)
    }

    /// The containers' memory usage as a percentage of the host's memory, one value per interval as described at
    /// [`HostHistory::cpu`](super::HostHistory::cpu).
    pub fn memory(&self, overdue: usize) -> Vec<Option<f64>> {
        self.values(overdue, |_, point| point.memory_host_percent)
    }

    /// The CPU usage of the container with this ID, where 100 is one core, one value per interval as described at
    /// [`HostHistory::cpu`](super::HostHistory::cpu).
    pub fn container_cpu(&self, id: &str, overdue: usize) -> Vec<Option<f64>> {
        let cpu = self.containers.iter().find(|trend| trend.id == id).map_or(&[][..], |trend| &trend.cpu);
        self.values(overdue, |index, _| cpu.get(index).copied().flatten())
    }

    /// Merges the server's scrapes into this history; see [`History::merge`](super::History::merge).
    pub(super) fn merge(&mut self, server: Self) {
        let Self { interval_seconds, totals, containers } = server;
        self.interval_seconds = interval_seconds;
        if totals.is_empty() {
            return;
        }
        let Kept { before, after } = self.intervals().replace(&mut self.totals, totals, |point| point.timestamp);
        let own = std::mem::replace(&mut self.containers, containers);
        for trend in &mut self.containers {
            let known = own.iter().find(|own| own.id == trend.id).map_or(&[][..], |own| &own.cpu);
            let mut cpu = known.to_vec();
            cpu.resize(before, None);
            cpu.append(&mut trend.cpu);
            let from_end = |back: usize| known.get(known.len().checked_sub(back)?).copied().flatten();
            cpu.extend((1..=after).rev().map(from_end));
            keep_newest(&mut cpu);
            trend.cpu = cpu;
        }
    }

    fn values(&self, overdue: usize, value: impl Fn(usize, &TotalsPoint) -> Option<f64>) -> Vec<Option<f64>> {
        self.intervals().values(&self.totals, |point| point.timestamp, value, overdue)
    }

    /// Scrapes that are up to 4.5 s apart are consecutive at any interval: with daemons that collect statistics once a
    /// second, a scrape takes anywhere from almost no time to 1.3 s, so at the shortest intervals the time between
    /// scrapes varies by more than an interval.
    pub(super) fn intervals(&self) -> Intervals {
        let seconds = self.interval_seconds.max(1);
        Intervals { seconds: seconds.into(), regular: seconds.max(3).into() }
    }
}
