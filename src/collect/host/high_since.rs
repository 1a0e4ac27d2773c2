//! Since when each resource has been short. Pure.

use crate::model::{HighSince, HostStats, Severity, Timestamp};

/// How many consecutive samples must be high before the resource counts as short, so that a peak of one sample does
/// not.
const SHORT_AFTER: u32 = 2;

/// How many consecutive samples must be lower before the resource no longer counts as short.
const OVER_AFTER: u32 = 3;

/// Tracks since when the host's resources have been short.
#[derive(Default)]
pub(in crate::collect) struct HighTracker {
    cpu: Streak,
    memory: Streak,
    disk: Streak,
}

impl HighTracker {
    /// Records a sample, or `None` if the host could not be read, and returns since when each resource has been high.
    pub(in crate::collect) fn observe(&mut self, stats: Option<&HostStats>, at: Timestamp) -> HighSince {
        let cpu = stats.and_then(|stats| Some(stats.cpu.as_ref()?.percent));
        let memory = stats.and_then(|stats| Some(stats.memory.as_ref()?.percent));
        let disk = stats.and_then(|stats| stats.disk.as_ref()).filter(|disk| !disk.is_read_only());
        HighSince {
            cpu: self.cpu.next(cpu, at),
            memory: self.memory.next(memory, at),
            disk: self.disk.next(disk.map(|disk| disk.percent), at),
        }
    }
}

/// A period of high utilization of one resource.
#[derive(Default)]
struct Streak {
    /// When the first high sample was taken; `None` outside a period.
    since: Option<Timestamp>,
    /// How many samples of the period were high.
    high: u32,
    /// How many samples in a row have not been high.
    low: u32,
}

impl Streak {
    /// Since when the resource has been short, given its next sample in percent; `None` if it is not.
    fn next(&mut self, percent: Option<f64>, at: Timestamp) -> Option<Timestamp> {
        match percent.map(Severity::of) {
            Some(Severity::High | Severity::Critical) => {
                self.since = self.since.or(Some(at));
                self.high = self.high.saturating_add(1);
                self.low = 0;
            }
            Some(Severity::Normal) => *self = Self::default(),
            Some(Severity::Raised) | None => {
                self.low = self.low.saturating_add(1);
                if self.low >= OVER_AFTER || self.high < SHORT_AFTER {
                    *self = Self::default();
                }
            }
        }
        self.since.filter(|_| self.high >= SHORT_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CpuStats, DiskStats};

    /// For each of these utilizations, the index of the sample since which the resource has been short.
    fn since(samples: &[Option<f64>]) -> Vec<Option<usize>> {
        let times: Vec<Timestamp> = (0..samples.len()).map(|index| Timestamp::sample().plus_seconds(index)).collect();
        let mut streak = Streak::default();
        let mut next = |(percent, at): (&Option<f64>, &Timestamp)| {
            let since = streak.next(*percent, *at)?;
            times.iter().position(|time| *time == since)
        };
        samples.iter().zip(&times).map(&mut next).collect()
    }

    fn of(samples: &[f64]) -> Vec<Option<usize>> {
        since(&samples.iter().copied().map(Some).collect::<Vec<_>>())
    }

    #[test]
    fn two_high_samples_begin_a_period_at_the_first() {
        assert_eq!(of(&[74.9, 75.0, 75.0, 99.0]), [None, None, Some(1), Some(1)]);
        assert_eq!(of(&[80.0, 74.0, 80.0]), [None, None, None], "the samples are not consecutive");
    }

    #[test]
    fn three_lower_samples_or_a_normal_one_end_it() {
        let period = of(&[80.0, 80.0, 60.0, 60.0, 80.0, 60.0, 60.0, 60.0]);
        assert_eq!(period[4..], [Some(0), Some(0), Some(0), None]);
        assert_eq!(of(&[80.0, 80.0, 49.9, 80.0, 80.0]), [None, Some(0), None, None, Some(3)]);
    }

    #[test]
    fn unmeasured_samples_count_as_lower() {
        let high = Some(80.0);
        assert_eq!(since(&[high, high, None, None, high]), [None, Some(0), Some(0), Some(0), Some(0)]);
        assert_eq!(since(&[high, high, None, None, None]).last(), Some(&None));
    }

    #[test]
    fn each_resource_has_a_period_of_its_own_and_a_read_only_disk_has_none() {
        let mut tracker = HighTracker::default();
        let mut disk = DiskStats { percent: 99.0, used_gb: 1.0, total_gb: 1.0, read_only: Some(false), path: None };
        let stats = |disk: &DiskStats| HostStats {
            cpu: Some(CpuStats { percent: 10.0, count: 2 }),
            disk: Some(disk.clone()),
            ..HostStats::sample()
        };
        let first = Timestamp::now();
        tracker.observe(Some(&stats(&disk)), first);
        let since = tracker.observe(Some(&stats(&disk)), Timestamp::now());
        assert_eq!((since.cpu, since.memory, since.disk), (None, None, Some(first)));
        let unread = [None, None, None].map(|unread| tracker.observe(unread, Timestamp::now()).disk);
        assert_eq!(unread, [Some(first), Some(first), None], "a host that cannot be read is not high for ever");
        tracker.observe(Some(&stats(&disk)), first);
        disk.read_only = Some(true);
        let mut tracker = HighTracker::default();
        tracker.observe(Some(&stats(&disk)), first);
        assert_eq!(tracker.observe(Some(&stats(&disk)), Timestamp::now()), HighSince::default());
    }
}
