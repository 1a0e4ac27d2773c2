//! The host's last samples.

use super::intervals::{Intervals, Recorded, keep_newest};
use crate::model::host::HostStats;
use crate::model::timestamp::Timestamp;
use serde::Serialize;

/// One sample of the host.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HostPoint {
    /// When it was taken.
    pub timestamp: Timestamp,
    /// CPU in percent, 0 to 100; `null` if not measured.
    pub cpu: Option<f64>,
    /// Memory in percent, 0 to 100; `null` if not measured.
    pub memory: Option<f64>,
}

/// The host's last samples, oldest first, at most [`CAPACITY`](super::CAPACITY).
///
/// Missing samples are absent, which leaves gaps between the times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostHistory {
    /// Seconds between samples.
    pub interval_seconds: u32,
    /// The samples.
    pub points: Vec<HostPoint>,
}

impl HostHistory {
    /// A history without samples.
    pub fn new(interval_seconds: u32) -> Self {
        Self { interval_seconds, points: Vec::new() }
    }

    /// When the newest sample was taken.
    pub fn newest(&self) -> Option<Timestamp> {
        self.points.last().map(|point| point.timestamp)
    }

    /// Appends a sample unless it is present.
    pub fn record(&mut self, timestamp: Timestamp, stats: &HostStats) -> Recorded {
        if self.points.iter().any(|point| point.timestamp == timestamp) {
            return Recorded::Duplicate;
        }
        let recorded = self.intervals().step(self.newest(), timestamp);
        self.points.push(HostPoint {
            timestamp,
            cpu: stats.cpu.as_ref().map(|cpu| cpu.percent),
            memory: stats.memory.as_ref().map(|memory| memory.percent),
        });
        keep_newest(&mut self.points);
        recorded
    }

    /// CPU in percent, one value per interval, always [`CAPACITY`](super::CAPACITY) values: a short history begins with
    /// gaps. `silence`, the age in seconds of an overdue newest sample, else 0, adds a gap per interval at the end.
    pub fn cpu(&self, silence: f64) -> Vec<Option<f64>> {
        self.intervals().values(&self.points, |point| point.timestamp, |_, point| point.cpu, silence)
    }

    /// Memory in percent, in the form of [`cpu`](Self::cpu).
    pub fn memory(&self, silence: f64) -> Vec<Option<f64>> {
        self.intervals().values(&self.points, |point| point.timestamp, |_, point| point.memory, silence)
    }

    /// Merges the server's samples; see [`History::merge`](super::History::merge).
    pub(super) fn merge(&mut self, interval_seconds: u32, points: Vec<HostPoint>) {
        self.interval_seconds = interval_seconds;
        self.intervals().replace(&mut self.points, points, |point| point.timestamp);
    }

    fn intervals(&self) -> Intervals {
        Intervals { seconds: f64::from(self.interval_seconds.max(1)) }
    }
}
