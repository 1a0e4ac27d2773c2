//! When data were sampled, and how current they were when the answer was made.

use super::timestamp::Timestamp;
use serde::Serialize;

/// The time of a sample, and its age when the server answered.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Stamp {
    /// When the sample was taken.
    pub timestamp: Timestamp,
    /// Seconds from the sample to the answer, by a clock that never steps; one decimal.
    pub age_seconds: f64,
    /// Whether the sample after this one is overdue.
    pub stale: bool,
}

/// Data with their stamp. On the wire the fields of both stand side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stamped<T> {
    /// What was measured.
    #[serde(flatten)]
    pub data: T,
    /// When, and how current that is.
    #[serde(flatten)]
    pub stamp: Stamp,
}

#[cfg(test)]
impl<T> Stamped<T> {
    /// Fresh data, sampled at this moment.
    pub(crate) fn fresh(data: T, timestamp: Timestamp) -> Self {
        Self { data, stamp: Stamp { timestamp, age_seconds: 0.0, stale: false } }
    }
}
