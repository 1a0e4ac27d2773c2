//! Samples by time: which follow on one another, how many are missing between two, and where each is drawn.

use super::CAPACITY;
use crate::model::Timestamp;

/// Whether no sample is missing between the two; a clock that was set back breaks the row as well, as does
/// having none before.
pub(super) fn follows(newest: Option<Timestamp>, timestamp: Timestamp, period: f64) -> bool {
    newest.is_some_and(|newest| timestamp > newest && gaps(timestamp.seconds() - newest.seconds(), period) == 0)
}

/// How many samples are missing between two that are so many seconds apart.
pub(super) fn gaps(seconds: f64, period: f64) -> usize {
    // A float below the range of usize is 0, as is NaN, and beyond it is its end.
    ((seconds / period).round() as usize).saturating_sub(1)
}

/// Puts points into slots of one period each, the newest last; a missing one is a slot without a value.
pub(super) fn slots<P>(
    points: &[P],
    time: impl Fn(&P) -> Timestamp,
    value: impl Fn(usize, &P) -> Option<f64>,
    period: f64,
    silence: f64,
) -> Vec<Option<f64>> {
    let mut slots = Vec::with_capacity(CAPACITY);
    // Time runs on until now: what has been silent for one period has missed one.
    let mut gap = if points.is_empty() { 0 } else { gaps(silence + period, period) };
    let mut newer: Option<f64> = None;
    for (index, point) in points.iter().enumerate().rev() {
        let at = time(point).seconds();
        gap = newer.map_or(gap, |newer| gaps(newer - at, period));
        slots.extend(std::iter::repeat_n(None, gap.min(CAPACITY)));
        slots.push(value(index, point));
        newer = Some(at);
    }
    slots.resize(CAPACITY, None);
    slots.reverse();
    slots
}
