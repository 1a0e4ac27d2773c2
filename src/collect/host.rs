//! Measures the host. Each resource has its own file, which reads it and derives its numbers; `derive` combines them.

mod cpu;
mod derive;
mod filesystem;
mod high_since;
mod memory;
mod mounts;
#[cfg(test)]
pub(super) mod properties;
mod reader;
mod system;

pub use cpu::CpuTimes;
pub(super) use derive::derive;
pub use filesystem::DiskUsage;
pub(super) use high_since::HighTracker;
pub(super) use memory::read_memory;
pub use memory::{MemoryReading, SwapReading};
pub use reader::{HostReader, HostReading, HostUsage};
pub use system::SystemHost;
