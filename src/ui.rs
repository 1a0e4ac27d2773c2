//! The user interface. Names only `model` and `api`.
//!
//! `live` keeps the state up to date, `metrics` describes what the header shows, `header` shows it. `lazy` is the only
//! way into the bundle's second file: `chart`, `table` and `panel`. `graphics` and `format` are shared.
//!
//! Other Leptos apps can place [`HostTelemetry`] in their header, and [`Sparkline`] anywhere.

mod chart;
mod format;
mod graphics;
mod header;
mod ids;
mod lazy;
mod live;
mod metrics;
mod panel;
mod tab;
mod table;

pub use graphics::Sparkline;
pub use header::HostTelemetry;
pub use lazy::Details;
pub use live::Live;
pub use tab::TabStatus;
