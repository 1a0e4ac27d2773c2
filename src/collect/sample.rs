//! Data and the time they were taken.

use crate::model::{Stamp, Stamped, Timestamp, round1};
use std::time::{Duration, Instant};

/// Data with the time they were taken, by both clocks.
#[derive(Clone, Debug)]
pub(super) struct Sample<T> {
    /// By the monotonic clock, for ages and windows.
    pub(super) at: Instant,
    /// By the wall clock, for people.
    pub(super) timestamp: Timestamp,
    pub(super) data: T,
}

impl<T> Sample<T> {
    /// Data taken now.
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
        Stamped { data: self.data.clone(), stamp: Stamp { timestamp: self.timestamp, age_seconds, stale } }
    }
}
