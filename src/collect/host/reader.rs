//! The interface for reading the host.

use super::cpu::CpuTimes;
use super::filesystem::DiskUsage;
use super::memory::MemoryReading;

/// Reads the host's counters. Blocks briefly, so it is called on a blocking thread.
pub trait HostReader: Send + 'static {
    /// Reads every resource. If one cannot be read, its result holds the reason and the others are not affected.
    fn read(&mut self) -> HostReading;

    /// A separate reader for CPU and memory only. To split the host's usage between containers and everything else, the
    /// host must be read at the end of a scrape, which is not when [`read`](Self::read) is called.
    fn usage_reader(&self) -> impl Fn() -> HostUsage + Send + Sync + 'static;
}

/// The host's counters at one moment. Each resource that could not be read holds the reason instead.
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
    /// A reading in which neither CPU nor memory could be read, with the reason.
    pub fn unread(reason: &str) -> Self {
        Self { cpu: Err(reason.to_owned()), memory: Err(reason.to_owned()) }
    }
}
