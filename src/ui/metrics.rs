//! The host's metrics, with one file per [`Metric`]. [`METRICS`] lists them.

mod cpu;
mod disk;
mod memory;
mod metric;

pub(super) use metric::{Attribution, Graphic, Metric, Reading};

/// The metrics, in the order in which the header shows them.
pub(super) static METRICS: [&Metric; 3] = [&cpu::CPU, &memory::MEMORY, &disk::DISK];
