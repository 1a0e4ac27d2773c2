//! The header: the host's metrics, and the agents' totals with their panel.

mod agents;
mod host_telemetry;
mod metric_view;

pub use host_telemetry::HostTelemetry;
