//! The interface between the endpoints and the collector.

use super::error::TelemetryError;
use crate::model::{ContainersStats, Culprits, HistoryAnswer, HostStats, Stamped};
use leptos::prelude::use_context;
use std::sync::Arc;

/// The source of data for the server functions and the page. The local collector implements it.
///
/// Every method returns the newest sample at once, without measuring or waiting.
pub trait Source: Send + Sync + 'static {
    /// The host's newest sample.
    fn host(&self) -> Result<Stamped<HostStats>, TelemetryError>;

    /// The containers' newest good scrape; all `null` before the first.
    fn containers(&self) -> Result<Stamped<ContainersStats>, TelemetryError>;

    /// The culprits, according to the scrapes so far.
    fn culprits(&self) -> Culprits;

    /// The last samples of the host and of the containers.
    fn history(&self) -> HistoryAnswer;

    /// The last samples, except those of each container, which are most of the data.
    fn history_totals(&self) -> HistoryAnswer;
}

/// The source in the context of the request or the page.
pub fn use_source() -> Result<Arc<dyn Source>, TelemetryError> {
    use_context().ok_or_else(|| TelemetryError::Request("this server measures nothing".into()))
}
