//! The HTTP contract: three server functions, reached with plain GET, and their error.
//!
//! The bodies run on the server only and read the newest sample; they never measure and never wait.
//! They may set the response's status, so a page being rendered must not call them: it takes its
//! [`Snapshot`] from the context instead.

use crate::model::{ContainersStats, Culprits, History, HostStats};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Post};
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::{Serialize, Serializer};
use std::fmt;

const DOCKER_NOT_AVAILABLE: &str = "Docker not available";

/// `GET /api/telemetry/host`: CPU, memory and disk of the host.
///
/// Fails with status 500 where nothing of the host can be read.
#[server(name = GetHost, prefix = "/api", endpoint = "telemetry/host", input = GetUrl, output = Post<Wire>)]
pub async fn host() -> Result<HostStats, TelemetryError> {
    let telemetry = use_context::<crate::collect::Telemetry>().ok_or_else(TelemetryError::unwired)?;
    telemetry.host().map_err(|error| TelemetryError::host(&error.0))
}

/// `GET /api/telemetry/containers`: CPU and memory of the containers, in sum and each.
///
/// Fails with status 503 where there is no Docker.
#[server(name = GetContainers, prefix = "/api", endpoint = "telemetry/containers", input = GetUrl, output = Post<Wire>)]
pub async fn containers() -> Result<ContainersStats, TelemetryError> {
    let telemetry = use_context::<crate::collect::Telemetry>().ok_or_else(TelemetryError::unwired)?;
    telemetry.containers().map_err(|error| {
        if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
            response.set_status(axum::http::StatusCode::SERVICE_UNAVAILABLE);
        }
        TelemetryError::docker(error.0)
    })
}

/// `GET /api/telemetry/history`: the last 60 samples of the host and of the containers, with their times.
#[server(name = GetHistory, prefix = "/api", endpoint = "telemetry/history", input = GetUrl, output = Post<Wire>)]
pub async fn history() -> Result<History, TelemetryError> {
    let telemetry = use_context::<crate::collect::Telemetry>().ok_or_else(TelemetryError::unwired)?;
    Ok(telemetry.history())
}

/// Everything the first HTML shows, and what the browser goes on from.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Snapshot {
    /// How this server was set up.
    pub settings: Settings,
    /// The newest answer of the host's endpoint.
    pub host: Answer<HostStats>,
    /// The newest answer of the containers' endpoint.
    pub containers: Answer<ContainersStats>,
    /// Who uses most of a host in trouble, as the rounds so far have it.
    pub culprits: Culprits,
    /// The last samples, but those of each container, which a page asks for once it shows them.
    pub history: History,
}

/// A `Result` in the form of JSON: one of the two is `null`.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Answer<T> {
    ok: Option<T>,
    error: Option<TelemetryError>,
}

impl<T> From<Result<T, TelemetryError>> for Answer<T> {
    fn from(result: Result<T, TelemetryError>) -> Self {
        match result {
            Ok(value) => Self { ok: Some(value), error: None },
            Err(error) => Self { ok: None, error: Some(error) },
        }
    }
}

impl<T> From<Answer<T>> for Result<T, TelemetryError> {
    fn from(Answer { ok, error }: Answer<T>) -> Self {
        ok.ok_or_else(|| error.unwrap_or_else(|| TelemetryError::request("no answer")))
    }
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
        miniserde::json::from_str(&json).ok()
    }
}

/// What the page needs to know of the server's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, miniserde::Deserialize)]
pub struct TelemetryError {
    detail: String,
    reason: Option<String>,
}

impl TelemetryError {
    /// Nothing of the host could be read; the text says why.
    pub fn host(reason: &str) -> Self {
        Self::request(&format!("Error getting host stats: {reason}"))
    }

    /// There is no Docker; the text says why.
    pub fn docker(reason: String) -> Self {
        Self { detail: DOCKER_NOT_AVAILABLE.into(), reason: Some(reason) }
    }

    /// The request itself failed: no connection, no server, no answer in time, or one that is not ours.
    pub fn request(detail: &str) -> Self {
        Self { detail: detail.into(), reason: None }
    }

    /// What a router answers that serves these functions without the samples' handle in their context.
    pub fn unwired() -> Self {
        Self::request("this server measures nothing")
    }

    /// Why there is no Docker; `None` where that is not what went wrong.
    pub fn docker_reason(&self) -> Option<&str> {
        self.reason.as_deref().filter(|_| self.detail == DOCKER_NOT_AVAILABLE)
    }
}

/// By hand, because an error without a reason has no such key.
impl Serialize for TelemetryError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let detail = Some(("detail", &self.detail));
        let reason = self.reason.as_ref().map(|reason| ("reason", reason));
        serializer.collect_map(detail.into_iter().chain(reason))
    }
}

impl fmt::Display for TelemetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        self.reason.iter().try_for_each(|reason| write!(f, ": {reason}"))
    }
}

impl std::error::Error for TelemetryError {}

impl FromServerFnError for TelemetryError {
    type Encoder = Wire;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::request(&error.to_string())
    }
}

/// JSON, written by serde_json on the server and read by miniserde: a reader made of trait objects, where serde's,
/// generated for each type anew, would be a sixth of the browser's bundle.
#[derive(Clone, Copy, Debug)]
pub struct Wire;

impl ContentType for Wire {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Wire {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Wire {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: miniserde::Deserialize> Decodes<T> for Wire {
    type Error = &'static str;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        let text = std::str::from_utf8(&bytes).map_err(|_| "the answer is no text")?;
        miniserde::json::from_str(text).map_err(|_| "the answer is not ours")
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
                TelemetryError::docker("no socket".into()),
                json!({"detail": "Docker not available", "reason": "no socket"}),
            ),
            (TelemetryError::host("/proc gone"), json!({"detail": "Error getting host stats: /proc gone"})),
            (TelemetryError::request("bad gateway"), json!({"detail": "bad gateway"})),
        ];
        for (error, body) in cases {
            let bytes = Wire::encode(&error).expect("json");
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&bytes).expect("json"), body);
            assert_eq!(Wire::decode(bytes), Ok(error));
        }
        let strange: Result<TelemetryError, _> = Wire::decode(Bytes::from_static(b"<html>"));
        assert_eq!(strange, Err("the answer is not ours"));
    }
}
