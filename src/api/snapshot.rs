//! The data from which a page is rendered and with which the browser continues.

use super::error::{Body, TelemetryError};
use super::source::Source;
use super::wire::{FromJson, read};
use crate::model::{ContainersStats, HistoryAnswer, HostStats, Stamp, Stamped};
use leptos::prelude::*;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// All data that the server includes in a page's HTML.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The settings that the page needs.
    pub settings: Settings,
    /// What the host's endpoint would currently return.
    pub host: Result<Stamped<HostStats>, TelemetryError>,
    /// What the containers' endpoint would currently return.
    pub containers: Result<Stamped<ContainersStats>, TelemetryError>,
    /// The recent samples of the host and the containers' totals. A page requests the samples of individual
    /// containers when it first shows them.
    pub history: HistoryAnswer,
}

/// Implemented by hand because JSON has no `Result`: of each pair of data and error, one is `null`.
impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { settings, host, containers, history } = self;
        let mut snapshot = serializer.serialize_struct("Snapshot", 6)?;
        snapshot.serialize_field("settings", settings)?;
        snapshot.serialize_field("host", &host.as_ref().ok())?;
        snapshot.serialize_field("host_error", &host.as_ref().err())?;
        snapshot.serialize_field("containers", &containers.as_ref().ok())?;
        snapshot.serialize_field("containers_error", &containers.as_ref().err())?;
        snapshot.serialize_field("history", history)?;
        snapshot.end()
    }
}

impl Snapshot {
    /// The current data of `source`.
    pub fn of(source: &dyn Source, settings: Settings) -> Self {
        Self { settings, host: source.host(), containers: source.containers(), history: source.drawn_history() }
    }

    /// The snapshot as JSON, for the context in which the page is rendered and for the page's HTML.
    ///
    /// The context holds JSON rather than the snapshot so that the browser's bundle needs no code for writing JSON.
    pub fn rendered(&self) -> RenderedSnapshot {
        // Serializing cannot fail: numbers, strings and lists can always be represented in JSON.
        RenderedSnapshot(serde_json::to_string(self).unwrap_or_default())
    }
}

/// Reads data and stamps in two passes over the same JSON, because miniserde cannot flatten structs.
impl FromJson for Snapshot {
    fn from_json(json: &str) -> miniserde::Result<Self> {
        #[derive(miniserde::Deserialize)]
        struct Data {
            settings: Settings,
            host: Option<HostStats>,
            host_error: Option<Body>,
            containers: Option<ContainersStats>,
            containers_error: Option<Body>,
            history: HistoryAnswer,
        }
        #[derive(miniserde::Deserialize)]
        struct Stamps {
            host: Option<Stamp>,
            containers: Option<Stamp>,
        }
        let data: Data = read(json)?;
        let stamps: Stamps = read(json)?;
        Ok(Self {
            settings: data.settings,
            host: stamped(data.host, stamps.host, data.host_error),
            containers: stamped(data.containers, stamps.containers, data.containers_error),
            history: data.history,
        })
    }
}

fn stamped<T>(data: Option<T>, stamp: Option<Stamp>, error: Option<Body>) -> Result<Stamped<T>, TelemetryError> {
    let stamped = data.zip(stamp).map(|(data, stamp)| Stamped { data, stamp, list_age_seconds: None });
    stamped.ok_or_else(|| error.map_or(TelemetryError::NoAnswer, TelemetryError::from))
}

/// A [`Snapshot`] as JSON, for the context in which a page is rendered. Created by [`Snapshot::rendered`].
#[derive(Clone, Debug, Default)]
pub struct RenderedSnapshot(String);

impl RenderedSnapshot {
    /// The snapshot from which the page is rendered, taken from the context on the server and from the HTML in the
    /// browser. `None` if the app does not provide a valid one.
    pub fn shared() -> Option<Snapshot> {
        let json = SharedValue::new_str(|| use_context::<Self>().unwrap_or_default().0).into_inner();
        Snapshot::from_json(&json).ok()
    }
}

/// The part of the server's configuration that the page needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub struct Settings {
    /// The host name to show.
    pub hostname: String,
    /// The singular noun for a container, such as `agent`; the plural is formed by adding an s.
    pub noun: String,
    /// Seconds between samples, which is also the time between polls.
    pub interval_seconds: u32,
}

impl Default for Settings {
    /// The settings of a component that is rendered without a [`Snapshot`].
    fn default() -> Self {
        Self { hostname: String::new(), noun: "container".into(), interval_seconds: 5 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn a_snapshot_comes_back_as_it_went() {
        let snapshot = Snapshot {
            settings: Settings::default(),
            host: Ok(Stamped::fresh(HostStats::sample(), Timestamp::sample())),
            containers: Err(TelemetryError::Docker { reason: "no socket".into(), since: None }),
            history: HistoryAnswer::default(),
        };
        assert_eq!(Snapshot::from_json(&snapshot.rendered().0).ok(), Some(snapshot));
    }
}
