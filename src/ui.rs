//! The user interface. Depends only on `model` and `api`.
//!
//! `live` keeps the state up to date, `metrics` describes what the header shows, and `header` renders it. `lazy` is the
//! only way into the second bundle file: `facts`, `chart`, `table`, `panel`, `verdict`, `commands`, `markup` and `tab`.
//! `graphics` and `format` are shared.
//!
//! Other Leptos apps can use [`HostTelemetry`] in their header and [`Sparkline`] anywhere.

mod address;
mod chart;
mod commands;
mod facts;
mod format;
mod graphics;
mod header;
mod ids;
mod lazy;
mod live;
mod local_time;
mod markup;
mod metrics;
mod panel;
mod tab;
mod table;
mod timeline;
mod verdict;

pub use graphics::Sparkline;
pub use header::HostTelemetry;
pub use lazy::{Details, TabStatus};
pub use live::Live;
