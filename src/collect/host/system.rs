//! Reads the machine that the server runs on.

use super::cpu::CpuTimes;
use super::filesystem::DiskProbe;
use super::memory::read_memory;
use super::reader::{HostReader, HostReading, HostUsage};
use crate::collect::procfs;
use std::path::PathBuf;
use std::time::Duration;
use sysinfo::System;

/// How long a reading waits for a file system that hangs.
const DISK_TIMEOUT: Duration = Duration::from_millis(500);

/// Reads the CPU, memory and one file system of the machine that the server runs on.
pub struct SystemHost {
    disk: DiskProbe,
}

impl SystemHost {
    /// Creates a reader for this machine and the file system that holds `disk_path`.
    pub fn new(disk_path: PathBuf) -> Self {
        Self { disk: DiskProbe::new(disk_path) }
    }

    /// The machine's hostname according to the kernel; `None` if it cannot be read.
    pub fn hostname() -> Option<String> {
        System::host_name().ok()
    }
}

impl HostReader for SystemHost {
    fn read(&mut self) -> HostReading {
        HostReading { usage: read_usage(), disk: self.disk.read(DISK_TIMEOUT) }
    }

    fn usage_reader(&self) -> impl Fn() -> HostUsage + Send + Sync + 'static {
        read_usage
    }
}

fn read_usage() -> HostUsage {
    HostUsage { cpu: procfs::read("/proc/stat").and_then(|stat| CpuTimes::parse(&stat)), memory: read_memory() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_can_be_read() {
        let HostReading { usage, disk } = SystemHost::new("/".into()).read();
        assert!(usage.cpu.is_ok() && usage.memory.is_ok() && disk.is_ok(), "{usage:?} {disk:?}");
    }
}
