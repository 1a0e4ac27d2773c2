//! The header: the host's metrics, the agents' totals, and the panel that lists every agent.

mod agents;
mod host_telemetry;
mod metric_view;
mod verdict;

pub use host_telemetry::HostTelemetry;
