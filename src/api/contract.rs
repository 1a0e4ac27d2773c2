//! The HTTP contract: three server functions, called with plain GET requests.
//!
//! The function bodies run only on the server. They may set the status of the response, so they must not be called
//! while a page is being rendered; the page gets its [`Snapshot`](super::Snapshot) from the context instead.

use super::error::TelemetryError;
use super::wire::Wire;
use crate::model::{ContainersStats, HistoryAnswer, HostStats, Stamped};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Post};

/// `GET /api/telemetry/host`: CPU, memory and disk usage of the host.
///
/// Fails with status 500 if none of these could be read.
#[server(name = GetHost, prefix = "/api", endpoint = "telemetry/host", input = GetUrl, output = Post<Wire>)]
pub async fn host() -> Result<Stamped<HostStats>, TelemetryError> {
    crate::api::use_source()?.host()
}

/// `GET /api/telemetry/containers`: CPU and memory usage of the containers, in total and for each container.
///
/// Fails with status 503 if Docker is not available.
#[server(name = GetContainers, prefix = "/api", endpoint = "telemetry/containers", input = GetUrl, output = Post<Wire>)]
pub async fn containers() -> Result<Stamped<ContainersStats>, TelemetryError> {
    crate::api::use_source()?.containers().inspect_err(|error| {
        let response = use_context::<leptos_axum::ResponseOptions>();
        if let (TelemetryError::Docker { .. }, Some(response)) = (error, response) {
            response.set_status(axum::http::StatusCode::SERVICE_UNAVAILABLE);
        }
    })
}

/// `GET /api/telemetry/history`: the last 60 samples of the host and its containers, with their timestamps. With
/// `?minutes=60`, the last hour as the means of equal periods.
///
/// Fails with status 400 if `minutes` is anything else.
#[server(name = GetHistory, prefix = "/api", endpoint = "telemetry/history", input = GetUrl, output = Post<Wire>)]
pub async fn history(
    /// `60` or nothing. Text, because the framework answers a number that it cannot parse with status 500.
    minutes: Option<String>,
) -> Result<HistoryAnswer, TelemetryError> {
    let source = crate::api::use_source()?;
    match minutes.as_deref() {
        None => Ok(source.history()),
        Some("60") => Ok(source.hour()),
        Some(_) => {
            if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
                response.set_status(axum::http::StatusCode::BAD_REQUEST);
            }
            Err(TelemetryError::Request("minutes must be 60, or left out for the latest 60 samples".into()))
        }
    }
}
