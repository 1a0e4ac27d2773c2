//! The interface of a host reader.

use super::cpu::CpuTimes;
use super::filesystem::DiskUsage;
use super::memory::MemoryReading;

/// Reads the host's counters. Blocks briefly, so it is called on a blocking thread.
pub trait HostReader: Send + 'static {
    /// Reads every resource. A resource that cannot be read carries its reason and does not affect the others.
    fn read(&mut self) -> HostReading;

    /// A separate reader of CPU and memory only. The split needs the host's usage as of the end of a scrape, which is
    /// not when this reader is called.
    fn usage_reader(&self) -> impl Fn() -> HostUsage + Send + Sync + 'static;
}

/// The host's counters at one moment: each resource, or the reason why it could not be read.
#[derive(Clone, Debug)]
pub struct HostReading {
    /// CPU and memory.
    pub usage: HostUsage,
    /// The file system that holds the configured path.
    pub disk: Result<DiskUsage, String>,
}

/// The counters of the resources that are split between containers and everything else.
#[derive(Clone, Debug)]
pub struct HostUsage {
    /// The kernel's CPU times.
    pub cpu: Result<CpuTimes, String>,
    /// Memory and swap.
    pub memory: Result<MemoryReading, String>,
}

impl HostUsage {
    /// Neither could be read, for this reason.
    pub fn unread(reason: &str) -> Self {
        Self { cpu: Err(reason.to_owned()), memory: Err(reason.to_owned()) }
    }
}
