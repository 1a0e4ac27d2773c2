//! The host's metrics: one file per [`Metric`]; [`METRICS`] lists them.

mod cpu;
mod disk;
mod memory;
mod metric;

pub(super) use metric::{Attribution, Graphic, Metric, Reading};

/// The metrics in the header's order.
pub(super) static METRICS: [&Metric; 3] = [&cpu::CPU, &memory::MEMORY, &disk::DISK];
