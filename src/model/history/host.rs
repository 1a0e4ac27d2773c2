//! The most recent samples of the host.

use super::intervals::{CAPACITY, Intervals, Recorded, keep_newest};
use crate::model::host::HostStats;
use crate::model::timestamp::Timestamp;
use serde::Serialize;

/// One sample in the host's history.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HostPoint {
    /// When the sample was taken.
    pub timestamp: Timestamp,
    /// CPU usage in percent, 0 to 100; `null` if it could not be measured.
    pub cpu: Option<f64>,
    /// Memory usage in percent, 0 to 100; `null` if it could not be measured.
    pub memory: Option<f64>,
}

/// The most recent samples of the host, oldest first.
///
/// Missing samples can be recognized by gaps between the timestamps.
#[derive(Clone, Debug, PartialEq)]
pub struct HostHistory {
    /// Seconds between samples.
    pub interval_seconds: u32,
    /// The maximum number of samples.
    pub slots: usize,
    /// The latest samples, oldest first.
    pub points: Vec<HostPoint>,
}

impl HostPoint {
    /// The point for a sample.
    pub fn of(timestamp: Timestamp, stats: &HostStats) -> Self {
        Self {
            timestamp,
            cpu: stats.cpu.as_ref().map(|cpu| cpu.percent),
            memory: stats.memory.as_ref().map(|memory| memory.percent),
        }
    }
}

impl Default for HostHistory {
    /// An empty history of [`CAPACITY`] samples.
    fn default() -> Self {
        Self::new(0, CAPACITY)
    }
}

impl HostHistory {
    /// Creates an empty history of at most `slots` samples.
    pub fn new(interval_seconds: u32, slots: usize) -> Self {
        Self { interval_seconds, slots, points: Vec::new() }
    }

    /// When the newest sample was taken; `None` if the history is empty.
    pub fn newest(&self) -> Option<Timestamp> {
        self.points.last().map(|point| point.timestamp)
    }

    /// Appends a sample unless the history already contains it.
    pub fn record(&mut self, timestamp: Timestamp, stats: &HostStats) -> Recorded {
        self.push(HostPoint::of(timestamp, stats))
    }

    /// Appends a point unless the history already contains it.
    pub fn push(&mut self, point: HostPoint) -> Recorded {
        if self.points.iter().any(|known| known.timestamp == point.timestamp) {
            return Recorded::Duplicate;
        }
        let recorded = self.intervals().step(self.newest(), point.timestamp);
        self.points.push(point);
        keep_newest(&mut self.points, self.slots);
        recorded
    }

    /// CPU usage in percent, one value per interval, oldest first; `None` for an interval without a value. There are
    /// always `slots` values, so a short history begins with gaps.
    ///
    /// `silence` is the age of the newest sample in seconds if the next sample is overdue, and 0 otherwise. It adds a
    /// gap at the end for each missing interval.
    pub fn cpu(&self, silence: f64) -> Vec<Option<f64>> {
        self.values(silence, |point| point.cpu)
    }

    /// Memory usage in percent, one value per interval as described at [`cpu`](Self::cpu).
    pub fn memory(&self, silence: f64) -> Vec<Option<f64>> {
        self.values(silence, |point| point.memory)
    }

    /// Merges the server's samples into this history; see [`History::merge`](super::History::merge).
    pub(super) fn merge(&mut self, interval_seconds: u32, points: Vec<HostPoint>) {
        self.interval_seconds = interval_seconds;
        self.intervals().replace(&mut self.points, points, |point| point.timestamp);
    }

    fn values(&self, silence: f64, value: impl Fn(&HostPoint) -> Option<f64>) -> Vec<Option<f64>> {
        let samples = self.intervals().samples(&self.points, |point| point.timestamp, self.overdue(silence));
        samples.into_iter().map(|index| value(self.points.get(index?)?)).collect()
    }

    /// How many intervals end after the newest sample if it is `silence` seconds old.
    pub fn overdue(&self, silence: f64) -> usize {
        self.intervals().overdue(silence)
    }

    fn intervals(&self) -> Intervals {
        let seconds = f64::from(self.interval_seconds.max(1));
        Intervals { seconds, regular: seconds, slots: self.slots }
    }
}
