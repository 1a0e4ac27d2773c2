//! The seam between those who ask and those who measure.

use super::error::TelemetryError;
use crate::model::{ContainersStats, Culprits, HistoryAnswer, HostStats, Stamped};
use leptos::prelude::use_context;
use std::sync::Arc;

/// What answers the server functions and the page. The local collector is one.
///
/// Every method returns the newest sample at once: none measures, and none waits.
pub trait Source: Send + Sync + 'static {
    /// The host's newest sample.
    fn host(&self) -> Result<Stamped<HostStats>, TelemetryError>;

    /// The containers' newest good scrape; all `null` before the first.
    fn containers(&self) -> Result<Stamped<ContainersStats>, TelemetryError>;

    /// Who uses most of a host in trouble, by the scrapes so far.
    fn culprits(&self) -> Culprits;

    /// The last samples of the host and of the containers.
    fn history(&self) -> HistoryAnswer;

    /// The last samples without those of each container, which are most of them.
    fn history_totals(&self) -> HistoryAnswer;
}

/// The source in the context of the request or the page.
pub fn use_source() -> Result<Arc<dyn Source>, TelemetryError> {
    use_context().ok_or_else(|| TelemetryError::Request("this server measures nothing".into()))
}
