//! Assigns samples to intervals of equal length: determines whether two samples are consecutive, how many are missing
//! between them, and the value of each interval.

use crate::model::timestamp::Timestamp;

/// How many of the latest samples are kept, which is five minutes' worth at the default interval of 5 s.
pub const CAPACITY: usize = 60;

/// The result of recording a sample in a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Recorded {
    /// The sample directly follows the previous one.
    Next,
    /// The history already contained the sample and was not changed.
    Duplicate,
    /// The sample is the first, samples before it are missing, or the clock was set back. The server may have the
    /// missing samples.
    AfterGap,
}

/// Divides time into intervals of equal length.
pub(super) struct Intervals {
    /// The length of an interval in seconds.
    pub(super) seconds: f64,
    /// Samples that are up to half as many seconds again apart are consecutive. At least `seconds`.
    pub(super) regular: f64,
    /// How many intervals there are.
    pub(super) slots: usize,
}

/// How many of a history's own points [`replace`](Intervals::replace) kept before and after the server's points.
pub(super) struct Kept {
    pub(super) before: usize,
    pub(super) after: usize,
}

impl Intervals {
    /// Classifies a new sample as [`Recorded::Next`] or [`Recorded::AfterGap`], given the time of the newest sample.
    pub(super) fn step(&self, newest: Option<Timestamp>, timestamp: Timestamp) -> Recorded {
        let follows = newest
            .is_some_and(|newest| timestamp > newest && self.missing(timestamp.seconds() - newest.seconds()) == 0);
        if follows { Recorded::Next } else { Recorded::AfterGap }
    }

    /// How many samples are missing between two samples that were taken `seconds` apart.
    pub(super) fn missing(&self, seconds: f64) -> usize {
        if seconds < 1.5 * self.regular { 0 } else { self.overdue(seconds).saturating_sub(1) }
    }

    /// How many samples are overdue if the newest is `silence` seconds old; 0 if `silence` is.
    pub(super) fn overdue(&self, silence: f64) -> usize {
        // The cast saturates: negative numbers and NaN become 0.
        (silence / self.seconds).round() as usize
    }

    /// The index of each interval's sample, oldest first; `None` for an interval without a sample. `overdue` is the
    /// number of intervals after the newest sample.
    pub(super) fn samples<P>(
        &self,
        points: &[P],
        time: impl Fn(&P) -> Timestamp,
        overdue: usize,
    ) -> Vec<Option<usize>> {
        let mut samples = Vec::with_capacity(self.slots);
        let mut gap = if points.is_empty() { 0 } else { overdue };
        let mut newer: Option<f64> = None;
        for (index, point) in points.iter().enumerate().rev() {
            let at = time(point).seconds();
            gap = newer.map_or(gap, |newer| self.missing(newer - at));
            samples.extend(std::iter::repeat_n(None, gap.min(self.slots)));
            samples.push(Some(index));
            newer = Some(at);
        }
        samples.resize(self.slots, None);
        samples.reverse();
        samples
    }

    /// Replaces the points in `own` with the server's, but keeps those older than the server's oldest point and those
    /// that directly follow its newest.
    pub(super) fn replace<P>(&self, own: &mut Vec<P>, server: Vec<P>, time: impl Fn(&P) -> Timestamp) -> Kept {
        let (Some(oldest), Some(newest)) = (server.first().map(&time), server.last().map(&time)) else {
            return Kept { before: own.len(), after: 0 };
        };
        // One or two samples may have arrived while the response was in flight. Points that are further ahead date from
        // before the clock was set back.
        let is_next = |point: &P| time(point) > newest && self.missing(time(point).seconds() - newest.seconds()) < 2;
        let after: Vec<P> = own.extract_if(.., |point| is_next(point)).collect();
        own.retain(|point| time(point) < oldest);
        let kept = Kept { before: own.len(), after: after.len() };
        own.extend(server);
        own.extend(after);
        keep_newest(own, self.slots);
        kept
    }
}

/// Drops the oldest points if there are more than `count`.
pub(super) fn keep_newest<T>(points: &mut Vec<T>, count: usize) {
    points.drain(..points.len().saturating_sub(count));
}
