//! The host: a file per resource, with its value, unit and severity; [`stats`] combines them.

mod cpu;
mod disk;
mod memory;
mod stats;
mod swap;

pub use cpu::CpuStats;
pub use disk::{DiskLevel, DiskStats};
pub use memory::MemoryStats;
pub use stats::{HostErrors, HostStats};
pub use swap::SwapStats;
