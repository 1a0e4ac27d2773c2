//! What people see: the header, its parts, and the polling that keeps them live. Names only `model` and `api`.

mod agents;
mod bar;
mod chart;
mod container_table;
mod format;
mod header;
mod level;
mod live;
mod metric;
mod plot;
mod poll;
mod sparkline;

pub use chart::HistoryChart;
pub use container_table::ContainerTable;
pub use header::HostTelemetry;
pub use live::Live;
pub use sparkline::Sparkline;
