//! The host: a file for each resource, which reads and derives it. `derive` puts the resources together.

mod cpu;
mod derive;
mod filesystem;
mod memory;
#[cfg(test)]
pub(super) mod properties;
mod reader;
mod system;

pub use cpu::CpuTimes;
pub(super) use derive::derive;
pub use filesystem::DiskUsage;
pub use memory::MemoryReading;
pub(super) use memory::read_memory;
pub use reader::{HostReader, HostReading, HostUsage};
pub use system::SystemHost;
