//! The most recent scrapes of the containers.

use super::intervals::{CAPACITY, Intervals, Kept, Recorded, keep_newest};
use crate::model::containers::ContainersStats;
use crate::model::timestamp::Timestamp;
use serde::Serialize;

/// The maximum number of containers in a history, so that a host whose containers come and go does not fill the memory.
/// Those that ended first are dropped first.
const MAX_CONTAINERS: usize = 500;

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

/// One container's usage over the most recent scrapes. There is one value for each scrape in
/// [`ContainersHistory::totals`]; it is `null` if the container was not measured in that scrape.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct ContainerTrend {
    /// The first twelve characters of the container's ID.
    pub id: String,
    /// The container's name as in its latest row.
    pub name: String,
    /// CPU usage, where 100 is one core.
    pub cpu: Vec<Option<f64>>,
    /// Memory usage in MiB, without inactive page cache.
    pub memory: Vec<Option<f64>>,
    /// Memory usage without any page cache, as a percentage of the host's memory, 0 to 100.
    pub memory_host_percent: Vec<Option<f64>>,
}

impl ContainerTrend {
    fn without_usage(self) -> Self {
        Self { cpu: Vec::new(), memory: Vec::new(), memory_host_percent: Vec::new(), ..self }
    }

    fn series(&mut self) -> [&mut Vec<Option<f64>>; 3] {
        [&mut self.cpu, &mut self.memory, &mut self.memory_host_percent]
    }
}

/// One container's usage in one scrape, in the units of [`ContainerTrend`].
#[derive(Clone, Copy, Debug)]
pub struct ContainerPoint<'a> {
    /// The first twelve characters of the container's ID.
    pub id: &'a str,
    /// The container's name.
    pub name: &'a str,
    /// CPU, memory, and memory as a percentage of the host's.
    pub usage: [Option<f64>; 3],
}

/// The most recent scrapes of the containers, oldest first.
///
/// Failed scrapes are left out and can be recognized by gaps between the timestamps.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainersHistory {
    /// Seconds between scrapes.
    pub interval_seconds: u32,
    /// The maximum number of scrapes.
    pub slots: usize,
    /// The totals of each scrape.
    pub totals: Vec<TotalsPoint>,
    /// The usage of each container that was measured in one of the scrapes, first those of the newest scrape.
    pub containers: Vec<ContainerTrend>,
}

impl Default for ContainersHistory {
    /// An empty history of [`CAPACITY`] scrapes.
    fn default() -> Self {
        Self::new(0, CAPACITY)
    }
}

impl TotalsPoint {
    /// The point for a scrape.
    pub fn of(timestamp: Timestamp, stats: &ContainersStats) -> Self {
        Self {
            timestamp,
            total_cpu_percent: stats.total_cpu_percent,
            total_memory_mb: stats.total_memory_mb,
            cpu_host_percent: stats.cpu_host_percent(),
            memory_host_percent: stats.split.memory_percent.as_ref().map(|split| split.containers),
        }
    }
}

impl<'a> ContainerPoint<'a> {
    /// The points for a scrape's rows. A stale row contains values from an earlier scrape, so its point has none.
    pub fn all(stats: &'a ContainersStats) -> impl Iterator<Item = Self> {
        stats.containers.iter().map(|row| {
            let usage = [row.cpu, row.memory_mb, row.memory_host_percent];
            Self { id: &row.id, name: &row.name, usage: if row.stale { [None; 3] } else { usage } }
        })
    }
}

impl ContainersHistory {
    /// Creates an empty history of at most `slots` scrapes.
    pub fn new(interval_seconds: u32, slots: usize) -> Self {
        Self { interval_seconds, slots, totals: Vec::new(), containers: Vec::new() }
    }

    /// The time of the newest scrape; `None` if the history is empty.
    pub fn newest(&self) -> Option<Timestamp> {
        self.totals.last().map(|point| point.timestamp)
    }

    /// Appends a scrape unless the history already contains it.
    pub fn record(&mut self, timestamp: Timestamp, stats: &ContainersStats) -> Recorded {
        self.push(TotalsPoint::of(timestamp, stats), ContainerPoint::all(stats))
    }

    /// Appends the points of a scrape unless the history already contains them. A container that has ended is kept
    /// while its values are in the history.
    pub fn push<'a>(&mut self, totals: TotalsPoint, containers: impl Iterator<Item = ContainerPoint<'a>>) -> Recorded {
        if self.totals.iter().any(|point| point.timestamp == totals.timestamp) {
            return Recorded::Duplicate;
        }
        let recorded = self.intervals().step(self.newest(), totals.timestamp);
        let scrapes = self.totals.len();
        self.totals.push(totals);
        keep_newest(&mut self.totals, self.slots);
        let mut ended = std::mem::take(&mut self.containers);
        let mut push = |mut trend: ContainerTrend, usage: [Option<f64>; 3]| {
            for (series, value) in trend.series().into_iter().zip(usage) {
                series.push(value);
                keep_newest(series, self.slots);
            }
            self.containers.push(trend);
        };
        for ContainerPoint { id, name, usage } in containers {
            let known = ended.iter().position(|trend| trend.id == id).map(|index| ended.remove(index));
            let none = || vec![None; scrapes];
            let new = || ContainerTrend {
                id: id.into(),
                name: name.into(),
                cpu: none(),
                memory: none(),
                memory_host_percent: none(),
            };
            let mut trend = known.unwrap_or_else(new);
            if trend.name != name {
                trend.name = name.into();
            }
            push(trend, usage);
        }
        // Its first value is about to leave the history.
        let is_kept = |series: &mut Vec<Option<f64>>| series.iter().rev().take(self.slots - 1).any(Option::is_some);
        for mut trend in ended {
            if trend.series().into_iter().any(is_kept) {
                push(trend, [None; 3]);
            }
        }
        self.containers.truncate(MAX_CONTAINERS);
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

    /// The usage of the container with this ID, one value per interval as described at
    /// [`HostHistory::cpu`](super::HostHistory::cpu). `series` selects the values.
    pub fn container(
        &self,
        id: &str,
        overdue: usize,
        series: fn(&ContainerTrend) -> &Vec<Option<f64>>,
    ) -> Vec<Option<f64>> {
        let values = self.containers.iter().find(|trend| trend.id == id).map_or(&[][..], |trend| series(trend));
        self.values(overdue, |index, _| values.get(index).copied().flatten())
    }

    /// Since when the container with this ID has used at least this much memory without interruption, in MiB. `None` if it
    /// does not, or if it is unknown whether it did so before.
    pub fn memory_since(&self, id: &str, least: f64) -> Option<Timestamp> {
        let memory = &self.containers.iter().find(|trend| trend.id == id)?.memory;
        let before = memory.iter().rposition(|value| value.is_none_or(|value| value < least))?;
        // Before that, it is unknown.
        memory.get(before).copied().flatten()?;
        self.totals.get(before + 1).map(|point| point.timestamp)
    }

    /// The index of each interval's scrape in [`totals`](Self::totals), oldest first; `None` for an interval without a
    /// scrape.
    pub fn scrapes(&self, overdue: usize) -> Vec<Option<usize>> {
        self.intervals().samples(&self.totals, |point| point.timestamp, overdue)
    }

    /// Merges the server's scrapes into this history; see [`History::merge`](super::History::merge).
    pub(super) fn merge(&mut self, server: Self) {
        let Self { interval_seconds, totals, containers, .. } = server;
        self.interval_seconds = interval_seconds;
        if totals.is_empty() {
            return;
        }
        let scrapes = totals.len();
        let Kept { before, after } = self.intervals().replace(&mut self.totals, totals, |point| point.timestamp);
        let mut own = std::mem::replace(&mut self.containers, containers);
        // Containers that the answer does not have ended before its first scrape or started after its last.
        let others = own.iter().filter(|own| !self.containers.iter().any(|trend| trend.id == own.id)).cloned();
        let others: Vec<_> = others.map(ContainerTrend::without_usage).collect();
        self.containers.extend(others);
        for trend in &mut self.containers {
            let id = trend.id.clone();
            let mut known = own.iter_mut().find(|own| own.id == id);
            for (index, series) in trend.series().into_iter().enumerate() {
                let known = known.as_mut().map_or(&[][..], |known| known.series()[index]);
                let mut values = known.to_vec();
                values.resize(before, None);
                series.resize(scrapes, None);
                values.append(series);
                let from_end = |back: usize| known.get(known.len().checked_sub(back)?).copied().flatten();
                values.extend((1..=after).rev().map(from_end));
                keep_newest(&mut values, self.slots);
                *series = values;
            }
        }
    }

    fn values(&self, overdue: usize, value: impl Fn(usize, &TotalsPoint) -> Option<f64>) -> Vec<Option<f64>> {
        let scrapes = self.scrapes(overdue).into_iter();
        scrapes.map(|index| index.and_then(|index| value(index, self.totals.get(index)?))).collect()
    }

    /// Scrapes that are up to 4.5 s apart are consecutive at any interval: with daemons that collect statistics once a
    /// second, a scrape takes anywhere from almost no time to 1.3 s, so at the shortest intervals the time between
    /// scrapes varies by more than an interval.
    pub(super) fn intervals(&self) -> Intervals {
        let seconds = self.interval_seconds.max(1);
        Intervals { seconds: seconds.into(), regular: seconds.max(3).into(), slots: self.slots }
    }
}
