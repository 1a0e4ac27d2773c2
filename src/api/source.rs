//! The interface between the endpoints and the collector.

use super::error::TelemetryError;
use crate::model::{ContainersStats, HistoryAnswer, HostStats, Stamped};
use leptos::prelude::use_context;
use std::sync::Arc;

/// The source of data for the server functions and the page. The local collector implements this trait.
///
/// Every method returns data that was already collected, without measuring or waiting.
pub trait Source: Send + Sync + 'static {
    /// The newest sample of the host.
    fn host(&self) -> Result<Stamped<HostStats>, TelemetryError>;

    /// The newest successful scrape of the containers. Until the first scrape ends, all counts and totals are `null`
    /// and there are no rows.
    fn containers(&self) -> Result<Stamped<ContainersStats>, TelemetryError>;

    /// The recent samples of the host and its containers.
    fn history(&self) -> HistoryAnswer;

    /// What the page's charts show of the history, for its HTML: only the largest containers, because the samples of each
    /// container make up most of the data.
    fn drawn_history(&self) -> HistoryAnswer;

    /// The last hour of the host and its containers, as means of equal periods. Only the largest containers are named.
    fn hour(&self) -> HistoryAnswer;
}

/// The source provided in the context of the current request or page.
pub fn use_source() -> Result<Arc<dyn Source>, TelemetryError> {
    use_context().ok_or_else(|| TelemetryError::Request("this server measures nothing".into()))
}
