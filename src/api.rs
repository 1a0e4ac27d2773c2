//! The HTTP API: the server functions ([`host`], [`containers`] and [`history`]), the [`Source`] that provides their
//! data, their errors and encoding, and the [`Snapshot`] from which a page is rendered.

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
