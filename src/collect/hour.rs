//! The last hour, as the means of equal periods: more than the recent samples, and bounded as they are.

#[cfg(test)]
mod tests;

use crate::model::{
    ContainerPoint, ContainerTrend, ContainersHistory, ContainersStats, HostHistory, HostPoint, HostStats, Timestamp,
    TotalsPoint, round1,
};
use std::collections::HashMap;

/// The shortest period, in seconds.
const SHORTEST_PERIOD: u32 = 30;

/// How many containers an answer names for each resource: those with the highest means.
const NAMED: usize = 32;

/// The length of a period in seconds. At least two samples fall into each, so that a late one leaves no gap.
fn period(interval_seconds: u32) -> u32 {
    SHORTEST_PERIOD.max(2 * interval_seconds)
}

/// How many periods an hour has.
fn periods(interval_seconds: u32) -> usize {
    (3600 / period(interval_seconds).max(1)) as usize
}

/// The mean of several values, rounded to one decimal when it is read.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    count: u32,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            self.sum += value;
            self.count += 1;
        }
    }

    /// `None` if there were no values.
    fn get(self) -> Option<f64> {
        (self.count > 0).then(|| round1(self.sum / f64::from(self.count)))
    }
}

/// Adds each value to its mean.
fn add_all<const N: usize>(means: &mut [Mean; N], values: [Option<f64>; N]) {
    means.iter_mut().zip(values).for_each(|(mean, value)| mean.add(value));
}

/// Which period a time is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Period(i64);

impl Period {
    fn of(time: Timestamp, seconds: u32) -> Self {
        Self((time.seconds() / f64::from(seconds.max(1))).floor() as i64)
    }

    fn begins(self, seconds: u32) -> Timestamp {
        Timestamp::from_micros(self.0 * i64::from(seconds) * 1_000_000)
    }

    /// Whether a sample in the period `next` belongs to this one: also if the clock was set back a little across its
    /// beginning.
    fn includes(self, next: Self) -> bool {
        next == self || next.0 == self.0 - 1
    }

    /// Whether the clock was set back so far that the periods so far are in the future.
    fn is_after(self, next: Self) -> bool {
        next.0 < self.0 - 1
    }
}

/// The host's last hour.
#[derive(Clone, Debug)]
pub(super) struct HostHour {
    finished: HostHistory,
    current: Option<(Period, [Mean; 2])>,
}

impl HostHour {
    /// Creates an empty hour for samples at this interval.
    pub(super) fn new(interval_seconds: u32) -> Self {
        let finished = HostHistory::new(period(interval_seconds), periods(interval_seconds));
        Self { finished, current: None }
    }

    /// Adds a sample.
    pub(super) fn record(&mut self, timestamp: Timestamp, stats: &HostStats) {
        let seconds = self.finished.interval_seconds;
        let period = Period::of(timestamp, seconds);
        if self.current.is_some_and(|(current, _)| current.is_after(period)) {
            *self = Self { finished: HostHistory::new(seconds, self.finished.slots), current: None };
        }
        if let Some((current, means)) = self.current.filter(|(current, _)| !current.includes(period)) {
            let _ = self.finished.push(point(current, means, seconds));
            self.current = None;
        }
        let HostPoint { cpu, memory, .. } = HostPoint::of(timestamp, stats);
        let (_, means) = self.current.get_or_insert((period, Default::default()));
        add_all(means, [cpu, memory]);
    }

    /// The hour including the current period so far.
    pub(super) fn history(&self) -> HostHistory {
        let mut history = self.finished.clone();
        if let Some((current, means)) = self.current {
            let _ = history.push(point(current, means, history.interval_seconds));
        }
        history
    }
}

fn point(period: Period, means: [Mean; 2], seconds: u32) -> HostPoint {
    let [cpu, memory] = means.map(Mean::get);
    HostPoint { timestamp: period.begins(seconds), cpu, memory }
}

/// The containers' last hour.
#[derive(Clone, Debug)]
pub(super) struct ContainersHour {
    finished: ContainersHistory,
    current: Option<(Period, Scrapes)>,
}

/// The scrapes of a period.
#[derive(Clone, Debug, Default)]
struct Scrapes {
    totals: [Mean; 4],
    /// By container ID.
    containers: HashMap<String, (String, [Mean; 3])>,
}

impl ContainersHour {
    /// Creates an empty hour for scrapes at this interval.
    pub(super) fn new(interval_seconds: u32) -> Self {
        let finished = ContainersHistory::new(period(interval_seconds), periods(interval_seconds));
        Self { finished, current: None }
    }

    /// Adds a scrape.
    pub(super) fn record(&mut self, timestamp: Timestamp, stats: &ContainersStats) {
        let seconds = self.finished.interval_seconds;
        let period = Period::of(timestamp, seconds);
        let current = self.current.take().filter(|(current, _)| {
            let is_valid = !current.is_after(period);
            if !is_valid {
                self.finished = ContainersHistory::new(seconds, self.finished.slots);
            }
            is_valid
        });
        let (period, mut scrapes) = match current {
            Some((current, scrapes)) if current.includes(period) => (current, scrapes),
            before => {
                if let Some((before, scrapes)) = before {
                    scrapes.record_in(&mut self.finished, before);
                }
                (period, Scrapes::default())
            }
        };
        scrapes.add(timestamp, stats);
        self.current = Some((period, scrapes));
    }

    /// The hour including the current period so far, with the containers that used most of either resource.
    pub(super) fn history(&self) -> ContainersHistory {
        let mut history = self.finished.clone();
        if let Some((current, scrapes)) = &self.current {
            scrapes.record_in(&mut history, *current);
        }
        keep_largest(&mut history.containers, NAMED);
        history
    }
}

impl Scrapes {
    fn add(&mut self, timestamp: Timestamp, stats: &ContainersStats) {
        let TotalsPoint { total_cpu_percent, total_memory_mb, cpu_host_percent, memory_host_percent, .. } =
            TotalsPoint::of(timestamp, stats);
        add_all(&mut self.totals, [total_cpu_percent, total_memory_mb, cpu_host_percent, memory_host_percent]);
        for ContainerPoint { id, name, usage } in ContainerPoint::all(stats) {
            let (latest_name, means) = self.containers.entry(id.into()).or_default();
            name.clone_into(latest_name);
            add_all(means, usage);
        }
    }

    fn record_in(&self, history: &mut ContainersHistory, period: Period) {
        let [total_cpu_percent, total_memory_mb, cpu_host_percent, memory_host_percent] = self.totals.map(Mean::get);
        let timestamp = period.begins(history.interval_seconds);
        let totals =
            TotalsPoint { timestamp, total_cpu_percent, total_memory_mb, cpu_host_percent, memory_host_percent };
        let containers = self.containers.iter();
        let points = containers.map(|(id, (name, means))| ContainerPoint { id, name, usage: means.map(Mean::get) });
        let _ = history.push(totals, points);
    }
}

/// The usage of a container over time.
type Series = fn(&ContainerTrend) -> &Vec<Option<f64>>;

/// Keeps the containers that used most of either resource over the whole time.
pub(super) fn keep_largest(containers: &mut Vec<ContainerTrend>, count: usize) {
    let mut largest: Vec<String> = Vec::new();
    // By what the charts show. With Podman and remote engines, only the memory with its cache is known.
    let is_split = containers.iter().any(|trend| trend.memory_host_percent.iter().any(Option::is_some));
    let memory: Series = if is_split { |trend| &trend.memory_host_percent } else { |trend| &trend.memory };
    let cpu: Series = |trend| &trend.cpu;
    for series in [cpu, memory] {
        let sum = |trend: &ContainerTrend| series(trend).iter().flatten().sum::<f64>();
        containers.sort_by(|a, b| sum(b).total_cmp(&sum(a)).then_with(|| a.id.cmp(&b.id)));
        largest.extend(containers.iter().take(count).map(|trend| trend.id.clone()));
    }
    containers.retain(|trend| largest.contains(&trend.id));
}
