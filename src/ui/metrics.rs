//! The host's metrics: each file describes one ([`Metric`]), [`METRICS`] lists them.

mod cpu;
mod disk;
mod memory;
mod metric;

pub(super) use metric::{Attribution, Graphic, Metric, Reading};

/// The header's metrics, in its order.
pub(super) static METRICS: [&Metric; 3] = [&cpu::CPU, &memory::MEMORY, &disk::DISK];
