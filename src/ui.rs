//! What people see: the header, its parts, and the polling that keeps them live. Names only `model` and `api`.
//!
//! Another Leptos app places [`HostTelemetry`] in its own header, and [`Sparkline`] wherever it likes.

mod agents;
mod bar;
mod chart;
mod clock;
mod container_row;
mod container_table;
mod fetch;
mod format;
mod header;
mod later;
mod level;
mod live;
mod metric;
mod order;
mod part;
mod plot;
mod poll;
mod room;
mod series;
mod sight;
mod sparkline;
mod state;
mod sums;
mod tab;

pub use header::HostTelemetry;
pub use later::Details;
pub use live::Live;
pub use sparkline::Sparkline;
pub use tab::TabStatus;
