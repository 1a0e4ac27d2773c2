//! Samples in intervals of equal length: which ones are consecutive, how many are missing between two, and each interval's
//! value.

use crate::model::timestamp::Timestamp;

/// How many samples a history holds: five minutes at the default interval of 5 s.
pub const CAPACITY: usize = 60;

/// What recording a sample did to a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Recorded {
    /// It directly follows the newest sample.
    Next,
    /// It was present already; nothing changed.
    Duplicate,
    /// It is the first, samples before it are missing, or the clock was set back. The server may have the missing ones.
    AfterGap,
}

/// Time divided into intervals.
pub(super) struct Intervals {
    /// The length of an interval in seconds.
    pub(super) seconds: f64,
}

/// How many of a history's own points [`replace`](Intervals::replace) kept before and after the new ones.
pub(super) struct Kept {
    pub(super) before: usize,
    pub(super) after: usize,
}

impl Intervals {
    /// How a sample of this time relates to the newest one.
    pub(super) fn step(&self, newest: Option<Timestamp>, timestamp: Timestamp) -> Recorded {
        let follows = newest
            .is_some_and(|newest| timestamp > newest && self.missing(timestamp.seconds() - newest.seconds()) == 0);
        if follows { Recorded::Next } else { Recorded::AfterGap }
    }

    /// How many samples are missing between two that are `seconds` apart.
    pub(super) fn missing(&self, seconds: f64) -> usize {
        // The cast saturates: negative numbers and NaN become 0.
        ((seconds / self.seconds).round() as usize).saturating_sub(1)
    }

    /// The values of the last [`CAPACITY`] intervals, newest last; `None` for an interval without a sample.
    /// `silence` is the age in seconds of an overdue newest sample, else 0.
    pub(super) fn values<P>(
        &self,
        points: &[P],
        time: impl Fn(&P) -> Timestamp,
        value: impl Fn(usize, &P) -> Option<f64>,
        silence: f64,
    ) -> Vec<Option<f64>> {
        let mut values = Vec::with_capacity(CAPACITY);
        // After one interval of silence, one sample is missing.
        let mut gap = if points.is_empty() { 0 } else { self.missing(silence + self.seconds) };
        let mut newer: Option<f64> = None;
        for (index, point) in points.iter().enumerate().rev() {
            let at = time(point).seconds();
            gap = newer.map_or(gap, |newer| self.missing(newer - at));
            values.extend(std::iter::repeat_n(None, gap.min(CAPACITY)));
            values.push(value(index, point));
            newer = Some(at);
        }
        values.resize(CAPACITY, None);
        values.reverse();
        values
    }

    /// Replaces our own points with the server's, except those before and after the server's.
    pub(super) fn replace<P>(&self, own: &mut Vec<P>, server: Vec<P>, time: impl Fn(&P) -> Timestamp) -> Kept {
        let (Some(oldest), Some(newest)) = (server.first().map(&time), server.last().map(&time)) else {
            return Kept { before: own.len(), after: 0 };
        };
        // A sample or two may have arrived while the response was in flight. Points further ahead are from before the clock
        // was set back.
        let is_next = |point: &P| time(point) > newest && self.missing(time(point).seconds() - newest.seconds()) < 2;
        let after: Vec<P> = own.extract_if(.., |point| is_next(point)).collect();
        own.retain(|point| time(point) < oldest);
        let kept = Kept { before: own.len(), after: after.len() };
        own.extend(server);
        own.extend(after);
        keep_newest(own);
        kept
    }
}

/// Drops the oldest beyond [`CAPACITY`].
pub(super) fn keep_newest<T>(points: &mut Vec<T>) {
    points.drain(..points.len().saturating_sub(CAPACITY));
}
