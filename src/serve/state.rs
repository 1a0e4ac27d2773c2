//! What every request can reach: the newest samples and the page's settings.

use crate::api::{Settings, Snapshot, TelemetryError};
use crate::collect::Telemetry;
use leptos::config::LeptosOptions;

/// Shared by all requests; clones cheaply.
#[derive(Clone)]
pub struct AppState {
    /// The newest samples.
    pub telemetry: Telemetry,
    /// What the page is told of the configuration.
    pub settings: Settings,
    /// Where the bundle is, in the form that leptos takes.
    pub leptos: LeptosOptions,
}

impl AppState {
    /// What a page shows that is rendered now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            settings: self.settings.clone(),
            host: self.telemetry.host().map_err(|error| TelemetryError::host(&error.0)).into(),
            containers: self.telemetry.containers().map_err(|error| TelemetryError::docker(error.0)).into(),
            culprits: self.telemetry.culprits(),
            history: self.telemetry.history_in_sum(),
        }
    }
}
