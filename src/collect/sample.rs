//! Measured data and the time of the measurement.

use crate::model::{Stamp, Stamped, Timestamp, round1};
use std::time::{Duration, Instant};

/// Measured data with the time of the measurement, according to two clocks.
#[derive(Clone, Debug)]
pub(super) struct Sample<T> {
    /// The time according to the monotonic clock, for computing ages and elapsed time.
    pub(super) at: Instant,
    /// The time according to the wall clock, for display.
    pub(super) timestamp: Timestamp,
    pub(super) data: T,
}

impl<T> Sample<T> {
    /// A sample of data that was measured just now.
    pub(super) fn now(data: T) -> Self {
        Self { at: Instant::now(), timestamp: Timestamp::now(), data }
    }

    pub(super) fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.at)
    }

    pub(super) fn map<U>(self, map: impl FnOnce(T) -> U) -> Sample<U> {
        Sample { at: self.at, timestamp: self.timestamp, data: map(self.data) }
    }
}

impl<T: Clone> Sample<T> {
    /// The sample with its age at `now`.
    pub(super) fn stamped(&self, now: Instant, stale: bool) -> Stamped<T> {
        let age_seconds = round1(self.age(now).as_secs_f64());
        Stamped {
            data: self.data.clone(),
            stamp: Stamp { timestamp: self.timestamp, age_seconds, stale },
            list_age_seconds: None,
        }
    }
}
