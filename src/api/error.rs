//! Errors returned by the endpoints.

use super::wire::{FromJson, read};
use crate::model::Timestamp;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Serialize, Serializer};
use std::fmt;

const NO_DOCKER: &str = "Docker not available";

/// Why an endpoint returned no data.
///
/// On the wire: `{"detail": "…", "reason": "…", "since": "…"}`. Only [`Docker`](Self::Docker) has `reason` and `since`,
/// and `reason` is how clients recognize it; they read every other error as [`Request`](Self::Request).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TelemetryError {
    /// None of the host's CPU, memory and disk usage could be read, or nothing has been read yet; the string says why.
    Host(String),
    /// Docker is not available.
    Docker {
        /// Why it is not available.
        reason: String,
        /// When it became unavailable; `None` only in the response of an older server.
        since: Option<Timestamp>,
    },
    /// The server reported an error other than [`Docker`](Self::Docker), which the string describes.
    Request(String),
    /// The server did not answer: it was unreachable, took too long, or something else answered in its place.
    NoAnswer,
}

/// The JSON object that represents an error on the wire.
#[derive(Clone, Debug, PartialEq, Eq, miniserde::Deserialize)]
pub(super) struct Body {
    detail: String,
    reason: Option<String>,
    since: Option<Timestamp>,
}

/// Implemented by hand to leave out `reason` and `since` if they are `None`.
impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let since = self.since.as_ref().map(ToString::to_string);
        let detail = Some(("detail", self.detail.clone()));
        let reason = self.reason.clone().map(|reason| ("reason", reason));
        serializer.collect_map(detail.into_iter().chain(reason).chain(since.map(|since| ("since", since))))
    }
}

impl From<TelemetryError> for Body {
    fn from(error: TelemetryError) -> Self {
        match error {
            TelemetryError::Docker { reason, since } => Self { detail: NO_DOCKER.into(), reason: Some(reason), since },
            error => Self { detail: error.to_string(), reason: None, since: None },
        }
    }
}

impl From<Body> for TelemetryError {
    fn from(Body { detail, reason, since }: Body) -> Self {
        reason.map_or(Self::Request(detail), |reason| Self::Docker { reason, since })
    }
}

impl Serialize for TelemetryError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Body::from(self.clone()).serialize(serializer)
    }
}

impl FromJson for TelemetryError {
    fn from_json(json: &str) -> miniserde::Result<Self> {
        read::<Body>(json).map(Self::from)
    }
}

impl fmt::Display for TelemetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, why) = match self {
            Self::Host(reason) => ("Error getting host stats: ", reason.as_str()),
            Self::Docker { reason, .. } => {
                f.write_str(NO_DOCKER)?;
                (": ", reason.as_str())
            }
            Self::Request(detail) => ("", detail.as_str()),
            Self::NoAnswer => ("no answer", ""),
        };
        f.write_str(what)?;
        f.write_str(why)
    }
}

impl std::error::Error for TelemetryError {}

impl FromServerFnError for TelemetryError {
    type Encoder = super::wire::Wire;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Request(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_error_has_the_wires_form() {
        let cases = [
            (
                TelemetryError::Docker { reason: "no socket".into(), since: Some(Timestamp::sample()) },
                json!({"detail": "Docker not available", "reason": "no socket", "since": Timestamp::sample()}),
            ),
            (TelemetryError::Host("/proc gone".into()), json!({"detail": "Error getting host stats: /proc gone"})),
            (TelemetryError::Request("bad gateway".into()), json!({"detail": "bad gateway"})),
            (TelemetryError::NoAnswer, json!({"detail": "no answer"})),
        ];
        for (error, body) in cases {
            assert_eq!(serde_json::to_value(&error).expect("json"), body);
            let read = TelemetryError::from_json(&body.to_string()).expect("an error");
            assert_eq!(read.to_string(), error.to_string(), "the client shows the same message");
            assert_eq!(matches!(read, TelemetryError::Docker { .. }), matches!(error, TelemetryError::Docker { .. }));
        }
        assert!(TelemetryError::from_json("<html>").is_err());
    }
}
