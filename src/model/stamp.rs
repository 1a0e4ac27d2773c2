//! When data were sampled, and how old they were when the response was made.

use super::timestamp::Timestamp;
use serde::Serialize;

/// The time of a sample, and its age when the server responded.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Stamp {
    /// When the sample was taken.
    pub timestamp: Timestamp,
    /// Seconds from the sample to the response, by the monotonic clock; one decimal.
    pub age_seconds: f64,
    /// Whether the next sample is overdue.
    pub stale: bool,
}

/// Data with their stamp. On the wire, the fields of both are in one object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stamped<T> {
    /// The measured data.
    #[serde(flatten)]
    pub data: T,
    /// When they were sampled, and how old they are.
    #[serde(flatten)]
    pub stamp: Stamp,
}

#[cfg(test)]
impl<T> Stamped<T> {
    /// Fresh data, sampled now.
    pub(crate) fn fresh(data: T, timestamp: Timestamp) -> Self {
        Self { data, stamp: Stamp { timestamp, age_seconds: 0.0, stale: false } }
    }
}
