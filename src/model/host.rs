//! The host: a file for each resource, with its value, unit and severity; [`stats`] puts them together.

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
