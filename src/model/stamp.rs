//! When data was sampled, and how old it was when the server responded.

use super::timestamp::Timestamp;
use serde::Serialize;

/// The time of a sample, and its age when the server responded.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Stamp {
    /// When the sample was taken.
    pub timestamp: Timestamp,
    /// Seconds between the sample and the response, measured by the monotonic clock; one decimal.
    pub age_seconds: f64,
    /// Whether the next sample is overdue or has failed.
    pub stale: bool,
}

/// Data with its stamp. On the wire, a single object holds the fields of both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stamped<T> {
    /// The measured data.
    #[serde(flatten)]
    pub data: T,
    /// When the data was sampled, and how old it is.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// Only for containers, and only on the wire: seconds since the list of containers was last known to be complete,
    /// one decimal. It grows while the engine hangs; the numbers do not, if they come from the kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_age_seconds: Option<f64>,
}

#[cfg(test)]
impl<T> Stamped<T> {
    /// Data that was sampled at `timestamp` and is not stale, with an age of 0.
    pub(crate) fn fresh(data: T, timestamp: Timestamp) -> Self {
        Self { data, stamp: Stamp { timestamp, age_seconds: 0.0, stale: false }, list_age_seconds: None }
    }
}
