//! What happened to containers.

use super::timestamp::Timestamp;
use serde::Serialize;

/// The start, stop or restart of a container, as noticed by comparing scrapes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub struct Event {
    /// When it happened: when the engine started the container if that is known, otherwise the time of the scrape that
    /// noticed it.
    pub timestamp: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// The container's ID as in its row.
    pub id: String,
    /// The container's name as in its row.
    pub name: String,
    /// How many times it happened since the scrape before; more than 1 only for restarts.
    pub count: u32,
}

/// What can happen to a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub enum EventKind {
    /// The container was started and had no row before.
    #[serde(rename = "started")]
    Started,
    /// The container has ended, or no longer has the configured label.
    #[serde(rename = "stopped")]
    Stopped,
    /// The container was restarted, by its restart policy or by hand.
    #[serde(rename = "restarted")]
    Restarted,
}
