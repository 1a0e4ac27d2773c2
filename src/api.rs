//! The HTTP API: the server functions ([`host`], [`containers`], [`history`]), the [`Source`] behind them, their errors,
//! their encoding, and the [`Snapshot`] that a page is rendered from.

mod contract;
mod error;
mod snapshot;
mod source;
mod wire;

pub use contract::{GetContainers, GetHistory, GetHost, containers, history, host};
pub use error::TelemetryError;
pub use snapshot::{RenderedSnapshot, Settings, Snapshot};
pub use source::{Source, use_source};
pub use wire::{FromJson, Wire};
