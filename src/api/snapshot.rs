//! What a page is rendered from, and goes on from in the browser.

use super::error::{Body, TelemetryError};
use super::source::Source;
use super::wire::{FromJson, read};
use crate::model::{ContainersStats, Culprits, HistoryAnswer, HostStats, Stamp, Stamped};
use leptos::prelude::*;
use serde::Serialize;

/// Everything that the first HTML shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snapshot {
    /// How this server was set up.
    pub settings: Settings,
    /// The newest answer of the host's endpoint.
    pub host: Answer<Stamped<HostStats>>,
    /// The newest answer of the containers' endpoint.
    pub containers: Answer<Stamped<ContainersStats>>,
    /// Who uses most of a host in trouble, by the scrapes so far.
    pub culprits: Culprits,
    /// The last samples without those of each container, which a page asks for once it shows them.
    pub history: HistoryAnswer,
}

/// A `Result` in JSON: one of the two is `null`.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Answer<T> {
    ok: Option<T>,
    error: Option<Body>,
}

impl<T> From<Result<T, TelemetryError>> for Answer<T> {
    fn from(result: Result<T, TelemetryError>) -> Self {
        match result {
            Ok(value) => Self { ok: Some(value), error: None },
            Err(error) => Self { ok: None, error: Some(error.into()) },
        }
    }
}

impl<T> From<Answer<T>> for Result<T, TelemetryError> {
    fn from(Answer { ok, error }: Answer<T>) -> Self {
        ok.ok_or_else(|| error.map_or(TelemetryError::Timeout, TelemetryError::from))
    }
}

impl<T> Answer<Stamped<T>> {
    fn stamped(data: Answer<T>, stamp: Answer<Stamp>) -> Self {
        let ok = data.ok.zip(stamp.ok).map(|(data, stamp)| Stamped { data, stamp });
        Self { ok, error: data.error }
    }

    /// The age of the data in seconds; `None` where there are none.
    pub fn age(&self) -> Option<f64> {
        self.ok.as_ref().map(|stamped| stamped.stamp.age_seconds)
    }
}

impl Snapshot {
    /// What `source` has now.
    pub fn of(source: &dyn Source, settings: Settings) -> Self {
        Self {
            settings,
            host: source.host().into(),
            containers: source.containers().into(),
            culprits: source.culprits(),
            history: source.history_totals(),
        }
    }

    /// The snapshot as it travels: in the context of a page being rendered, and in its HTML.
    ///
    /// It is JSON in the context already, so that the browser's bundle, which only reads it, holds no code to write it.
    pub fn rendered(&self) -> RenderedSnapshot {
        // Plain data: numbers, texts and lists always have a JSON form.
        RenderedSnapshot(serde_json::to_string(self).unwrap_or_default())
    }
}

/// Data and stamps are read apart, as [`Stamped`] is.
impl FromJson for Snapshot {
    fn from_json(json: &str) -> miniserde::Result<Self> {
        #[derive(miniserde::Deserialize)]
        struct Data {
            settings: Settings,
            host: Answer<HostStats>,
            containers: Answer<ContainersStats>,
            culprits: Culprits,
            history: HistoryAnswer,
        }
        #[derive(miniserde::Deserialize)]
        struct Stamps {
            host: Answer<Stamp>,
            containers: Answer<Stamp>,
        }
        let Data { settings, host, containers, culprits, history } = read(json)?;
        let stamps: Stamps = read(json)?;
        let (host, containers) = (Answer::stamped(host, stamps.host), Answer::stamped(containers, stamps.containers));
        Ok(Self { settings, host, containers, culprits, history })
    }
}

/// A [`Snapshot`] as JSON, for the context of a page being rendered; made by [`Snapshot::rendered`].
#[derive(Clone, Debug, Default)]
pub struct RenderedSnapshot(String);

impl RenderedSnapshot {
    /// The snapshot that the page is rendered from: on the server from the context, in the browser from the HTML.
    /// `None` in an app that puts none into the context.
    pub fn shared() -> Option<Snapshot> {
        let json = SharedValue::new_str(|| use_context::<Self>().unwrap_or_default().0).into_inner();
        Snapshot::from_json(&json).ok()
    }
}

/// What the page needs to know of the server's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub struct Settings {
    /// The machine's name.
    pub hostname: String,
    /// What one container is called (`agent`); the plural adds an s.
    pub noun: String,
    /// Seconds from one sample to the next, and so from one poll to the next.
    pub interval_seconds: u32,
}

impl Default for Settings {
    /// What a component assumes that was rendered without a [`Snapshot`].
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
            host: Ok(Stamped::fresh(HostStats::sample(), Timestamp::now())).into(),
            containers: Err(TelemetryError::Docker("no socket".into())).into(),
            culprits: Culprits::default(),
            history: HistoryAnswer::default(),
        };
        assert_eq!(Snapshot::from_json(&snapshot.rendered().0).ok(), Some(snapshot));
    }
}
