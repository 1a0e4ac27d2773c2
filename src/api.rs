//! The HTTP contract: two server functions, reached with plain GET, and their error.
//!
//! The bodies run on the server only and read the newest sample; they never measure and never wait.
//! They may set the response's status, so a page being rendered must not call them: it takes its
//! [`Snapshot`] from the context instead.

use crate::model::{ContainersStats, History, HostStats};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json, JsonEncoding};
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use std::fmt;

const DOCKER_NOT_AVAILABLE: &str = "Docker not available";
const HOST_ERROR_PREFIX: &str = "Error getting host stats: ";

/// `GET /api/telemetry/host`: CPU, memory and disk of the host.
///
/// Fails with status 500 where nothing of the host can be read.
#[server(name = GetHost, prefix = "/api", endpoint = "telemetry/host", input = GetUrl, output = Json)]
pub async fn host() -> Result<HostStats, TelemetryError> {
    let telemetry = use_context::<crate::collect::Telemetry>().ok_or_else(TelemetryError::unwired)?;
    telemetry.host().map_err(|error| TelemetryError::Host(error.0))
}

/// `GET /api/telemetry/containers`: CPU and memory of the containers, in sum and each.
///
/// Fails with status 503 where there is no Docker.
#[server(name = GetContainers, prefix = "/api", endpoint = "telemetry/containers", input = GetUrl, output = Json)]
pub async fn containers() -> Result<ContainersStats, TelemetryError> {
    let telemetry = use_context::<crate::collect::Telemetry>().ok_or_else(TelemetryError::unwired)?;
    telemetry.containers().map_err(|error| {
        if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
            response.set_status(axum::http::StatusCode::SERVICE_UNAVAILABLE);
        }
        TelemetryError::Docker(error.0)
    })
}

/// Everything the first HTML shows, and what the browser goes on from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// How this server was set up.
    pub settings: Settings,
    /// The newest answer of the host's endpoint.
    pub host: Result<HostStats, TelemetryError>,
    /// The newest answer of the containers' endpoint.
    pub containers: Result<ContainersStats, TelemetryError>,
    /// The host's last samples.
    pub history: History,
}

impl Snapshot {
    /// The snapshot as it travels: in the context of a page being rendered, and in its HTML.
    ///
    /// Already JSON in the context, so that the browser's bundle, which only reads it, holds no code to write it.
    pub fn rendered(&self) -> RenderedSnapshot {
        // Plain data: numbers, texts and lists always have a JSON form.
        RenderedSnapshot(serde_json::to_string(self).unwrap_or_default())
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
        // From bytes, as the endpoints' answers are read: the bundle then holds one reader, not two.
        serde_json::from_slice(json.as_bytes()).ok()
    }
}

/// What the page needs to know of the server's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The machine's name.
    pub hostname: String,
    /// What one container is called (`agent`); more of them get an s.
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

/// Why an endpoint gave no numbers. On the wire: `{"detail": "…", "reason": "…"}`, the reason where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ErrorBody", into = "ErrorBody")]
pub enum TelemetryError {
    /// Nothing of the host could be read; the text says why.
    Host(String),
    /// There is no Docker; the text says why.
    Docker(String),
    /// The request itself failed: no connection, no server, no answer in time, or one that is not ours.
    Request(String),
}

#[derive(Serialize, Deserialize)]
struct ErrorBody {
    detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<TelemetryError> for ErrorBody {
    fn from(error: TelemetryError) -> Self {
        match error {
            TelemetryError::Host(reason) => Self { detail: format!("{HOST_ERROR_PREFIX}{reason}"), reason: None },
            TelemetryError::Docker(reason) => Self { detail: DOCKER_NOT_AVAILABLE.into(), reason: Some(reason) },
            TelemetryError::Request(detail) => Self { detail, reason: None },
        }
    }
}

impl From<ErrorBody> for TelemetryError {
    fn from(body: ErrorBody) -> Self {
        if body.detail == DOCKER_NOT_AVAILABLE {
            return Self::Docker(body.reason.unwrap_or_default());
        }
        match body.detail.strip_prefix(HOST_ERROR_PREFIX) {
            Some(reason) => Self::Host(reason.to_owned()),
            None => Self::Request(body.detail),
        }
    }
}

impl fmt::Display for TelemetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(reason) => write!(f, "{HOST_ERROR_PREFIX}{reason}"),
            Self::Docker(reason) => write!(f, "{DOCKER_NOT_AVAILABLE}: {reason}"),
            Self::Request(detail) => f.write_str(detail),
        }
    }
}

impl std::error::Error for TelemetryError {}

impl TelemetryError {
    /// What a router answers that serves these functions without the samples' handle in their context.
    pub fn unwired() -> Self {
        Self::Request("this server measures nothing".into())
    }
}

impl FromServerFnError for TelemetryError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Request(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn errors_have_one_form_on_the_wire_and_come_back_as_they_went() {
        let cases = [
            (
                TelemetryError::Docker("no socket".into()),
                json!({"detail": "Docker not available", "reason": "no socket"}),
            ),
            (TelemetryError::Host("/proc gone".into()), json!({"detail": "Error getting host stats: /proc gone"})),
            (TelemetryError::Request("bad gateway".into()), json!({"detail": "bad gateway"})),
        ];
        for (error, body) in cases {
            assert_eq!(serde_json::to_value(&error).expect("json"), body);
            assert_eq!(serde_json::from_value::<TelemetryError>(body).expect("an error"), error);
        }
    }
}
