//! The host: one file per resource defines its values and units, and [`stats`] combines them.

mod cpu;
mod disk;
mod memory;
mod stats;
mod swap;

pub use cpu::CpuStats;
pub use disk::{DiskLevel, DiskStats};
pub use memory::MemoryStats;
pub use stats::{HighSince, HostErrors, HostStats};
pub use swap::SwapStats;
