//! The last samples of the host, oldest first.

use super::{HostStats, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How many samples a history holds: five minutes at the default interval of 5 s.
pub const CAPACITY: usize = 60;

/// One slot of the history. A slot without a time is a gap: nobody measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HostPoint {
    /// When the sample was taken; `null` for a gap.
    pub at: Option<Timestamp>,
    /// CPU in percent, 0 to 100; `null` if not measured.
    pub cpu: Option<f64>,
    /// Memory in percent, 0 to 100; `null` if not measured.
    pub memory: Option<f64>,
}

/// The last [`CAPACITY`] slots, of which the newest is last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History(VecDeque<HostPoint>);

impl History {
    /// Appends a sample, after a gap for each interval (in seconds) in which there was none;
    /// one that is already the newest measured is not taken twice.
    pub fn record(&mut self, stats: &HostStats, interval: f64) {
        if let Some(newest) = self.0.iter().rev().find_map(|point| point.at) {
            if newest == stats.timestamp {
                return;
            }
            self.record_silence(stats.timestamp.seconds() - newest.seconds() - interval, interval);
        }
        self.push(HostPoint {
            at: Some(stats.timestamp),
            cpu: stats.cpu.as_ref().map(|cpu| cpu.percent),
            memory: stats.memory.as_ref().map(|memory| memory.percent),
        });
    }

    /// Appends a slot in which nothing could be learnt.
    pub fn record_gap(&mut self) {
        self.push(HostPoint::default());
    }

    /// Sees to it that the newest sample is followed by as many gaps as intervals fit into `silence` seconds.
    pub fn record_silence(&mut self, silence: f64, interval: f64) {
        let gaps = self.0.iter().rev().take_while(|point| point.at.is_none()).count();
        // A float beyond the range of usize is its end, and NaN is 0.
        let missed = ((silence / interval).round() as usize).min(CAPACITY);
        (gaps..missed).for_each(|_| self.record_gap());
    }

    /// How many slots are taken, gaps included; at most [`CAPACITY`].
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no slot is taken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// CPU in percent, a value a slot, always [`CAPACITY`] of them: a short history begins with gaps.
    pub fn cpu(&self) -> Vec<Option<f64>> {
        self.series(|point| point.cpu)
    }

    /// Memory in percent, in the form of [`cpu`](Self::cpu).
    pub fn memory(&self) -> Vec<Option<f64>> {
        self.series(|point| point.memory)
    }

    fn series(&self, value: impl Fn(&HostPoint) -> Option<f64>) -> Vec<Option<f64>> {
        let missing = CAPACITY.saturating_sub(self.0.len());
        std::iter::repeat_n(None, missing).chain(self.0.iter().map(value)).collect()
    }

    fn push(&mut self, point: HostPoint) {
        self.0.push_back(point);
        while self.0.len() > CAPACITY {
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CpuStats;
    use std::collections::BTreeMap;

    fn sample(second: u32, percent: f64) -> HostStats {
        let text = format!("\"2026-01-13T12:{:02}:{:02}.000000Z\"", second / 60, second % 60);
        HostStats {
            hostname: "atlas-01".into(),
            cpu: Some(CpuStats { percent, count: 2 }),
            memory: None,
            disk: None,
            timestamp: serde_json::from_str(&text).expect("a timestamp"),
            age_seconds: 0.0,
            stale: false,
            errors: BTreeMap::new(),
        }
    }

    #[test]
    fn keeps_the_newest_sixty() {
        let mut history = History::default();
        for second in 0..62 {
            history.record(&sample(second, f64::from(second)), 1.0);
        }
        assert_eq!(history.len(), CAPACITY);
        assert_eq!(history.cpu().first(), Some(&Some(2.0)));
        assert_eq!(history.cpu().last(), Some(&Some(61.0)));
    }

    #[test]
    fn a_short_history_is_padded_in_front_and_a_gap_stays_a_gap() {
        let mut history = History::default();
        history.record(&sample(0, 10.0), 5.0);
        history.record_gap();
        history.record(&sample(10, 30.0), 5.0);
        let cpu = history.cpu();
        assert_eq!(cpu.len(), CAPACITY);
        assert_eq!(cpu[CAPACITY - 3..], [Some(10.0), None, Some(30.0)]);
        assert!(cpu[..CAPACITY - 3].iter().all(Option::is_none));
        assert!(history.memory().iter().all(Option::is_none), "what was not measured is no 0");
    }

    #[test]
    fn the_same_sample_seen_twice_is_one_point() {
        let mut history = History::default();
        history.record(&sample(0, 10.0), 5.0);
        history.record_gap();
        history.record(&sample(0, 10.0), 5.0);
        assert_eq!(history.len(), 2);
    }

    #[test]
    fn a_pause_is_as_many_gaps_as_it_was_intervals_and_not_more() {
        let mut history = History::default();
        history.record(&sample(0, 10.0), 5.0);
        history.record_silence(5.2, 5.0);
        history.record_silence(6.9, 5.0);
        assert_eq!(history.len(), 2, "one interval was missed, however often that was noticed");
        history.record(&sample(20, 30.0), 5.0);
        assert_eq!(history.cpu()[CAPACITY - 5..], [Some(10.0), None, None, None, Some(30.0)]);
        history.record(&sample(3599, 40.0), 5.0);
        assert_eq!(history.cpu().iter().flatten().count(), 1, "after a long pause nothing before it is shown");
    }
}
