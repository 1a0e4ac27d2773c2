//! The host: CPU, memory and disk, read apart and derived together.

use super::host_cpu::CpuTimes;
use super::host_disk::{DiskProbe, DiskUsage};
use super::host_memory::MemoryReading;
use crate::model::{
    CpuStats, DiskStats, GIB, HostErrors, HostStats, MemoryStats, SwapStats, Timestamp, percent_of, round1,
};
use std::path::PathBuf;
use std::time::Duration;
use sysinfo::System;

/// How long one reading waits for a file system that hangs.
const DISK_PATIENCE: Duration = Duration::from_millis(500);

/// Reads the host's counters. Blocks for a moment, so it is called off the async threads.
pub trait HostReader: Send + 'static {
    /// Reads every part; one that cannot be read carries its reason and leaves the others be.
    fn read(&mut self) -> HostReading;

    /// Another reader, of CPU and memory alone: the containers' rounds end at moments of their own, and what the host
    /// used until then is split between them and everything else.
    fn usage_reader(&self) -> impl Fn() -> HostUsage + Send + Sync + 'static;
}

/// The host's counters at one moment; each part, or the reason why it could not be read.
#[derive(Clone, Debug)]
pub struct HostReading {
    /// CPU and memory.
    pub usage: HostUsage,
    /// The file system that holds the configured path.
    pub disk: Result<DiskUsage, String>,
}

/// The counters of what containers share with everything else.
#[derive(Clone, Debug)]
pub struct HostUsage {
    /// The kernel's CPU times.
    pub cpu: Result<CpuTimes, String>,
    /// Memory and swap.
    pub memory: Result<MemoryReading, String>,
}

/// This machine.
pub struct SystemHost {
    disk: DiskProbe,
}

impl SystemHost {
    /// Measures the machine, and the file system that holds `disk_path`.
    pub fn new(disk_path: PathBuf) -> Self {
        Self { disk: DiskProbe::new(disk_path) }
    }

    /// The machine's name as the kernel has it; `None` if it has none.
    pub fn hostname() -> Option<String> {
        System::host_name().ok()
    }
}

impl HostReader for SystemHost {
    fn read(&mut self) -> HostReading {
        HostReading { usage: read_usage(), disk: self.disk.read(DISK_PATIENCE) }
    }

    fn usage_reader(&self) -> impl Fn() -> HostUsage + Send + Sync + 'static {
        read_usage
    }
}

fn read_usage() -> HostUsage {
    HostUsage { cpu: proc_file("/proc/stat").and_then(|stat| CpuTimes::parse(&stat)), memory: read_memory() }
}

/// This machine's memory now, or why it cannot be read.
pub(super) fn read_memory() -> Result<MemoryReading, String> {
    let meminfo = proc_file("/proc/meminfo")?;
    MemoryReading::parse(&meminfo, || proc_file("/proc/zoneinfo").ok())
}

/// A file of the kernel's, or why it cannot be read.
pub(super) fn proc_file(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

/// Derives the wire's numbers from a reading and the CPU times of the one before.
///
/// Fails only where nothing at all could be read; the error joins the parts' reasons.
pub(super) fn derive(
    hostname: &str,
    timestamp: Timestamp,
    reading: &HostReading,
    previous: Option<&CpuTimes>,
) -> Result<HostStats, String> {
    let mut errors = HostErrors::default();
    let cpu = match (&reading.usage.cpu, previous) {
        (Ok(times), Some(previous)) => {
            Ok(CpuStats { percent: round1(times.percent_since(previous)), count: times.count() })
        }
        (Ok(_), None) => Err("no sample before this one".to_owned()),
        (Err(reason), _) => Err(reason.clone()),
    };
    let cpu = cpu.map_err(|reason| errors.cpu = Some(reason)).ok();
    let memory = reading.usage.memory.as_ref().map_err(|reason| errors.memory = Some(reason.clone())).ok();
    let swap = memory.and_then(swap_stats);
    let memory = memory.map(memory_stats);
    let disk =
        reading.disk.clone().and_then(|disk| disk_stats(&disk)).map_err(|reason| errors.disk = Some(reason)).ok();
    if cpu.is_none() && memory.is_none() && disk.is_none() {
        return Err(errors.joined().unwrap_or_default());
    }
    Ok(HostStats {
        hostname: hostname.to_owned(),
        cpu,
        memory,
        swap,
        disk,
        timestamp,
        age_seconds: 0.0,
        stale: false,
        errors,
    })
}

/// psutil >= 7.1 and `free`: used is total less available.
fn memory_stats(memory: &MemoryReading) -> MemoryStats {
    let used = memory.used() as f64;
    MemoryStats {
        percent: round1(percent_of(used, memory.total as f64).unwrap_or(0.0)),
        used_gb: round1(used / GIB),
        total_gb: round1(memory.total as f64 / GIB),
        available_gb: round1(memory.available as f64 / GIB),
    }
}

/// `None` on a machine without swap space.
fn swap_stats(memory: &MemoryReading) -> Option<SwapStats> {
    let (used, total) = (memory.swap_used as f64, memory.swap_total as f64);
    Some(SwapStats {
        percent: round1(percent_of(used, total)?),
        used_gb: round1(used / GIB),
        total_gb: round1(total / GIB),
    })
}

/// A file system without a size (/proc, say) has no utilization.
fn disk_stats(disk: &DiskUsage) -> Result<DiskStats, String> {
    Ok(DiskStats {
        percent: round1(disk.percent().ok_or("the file system has no size")?),
        used_gb: round1(disk.used as f64 / GIB),
        total_gb: round1(disk.total as f64 / GIB),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const G: u64 = 1 << 30;

    fn times(busy: u64, idle: u64) -> CpuTimes {
        CpuTimes::parse(&format!("cpu {busy} 0 0 {idle}\ncpu0 0 0 0 0\n")).expect("cpu times")
    }

    fn reading() -> HostReading {
        let memory = MemoryReading { total: 20 * G, available: 15 * G / 2, swap_total: 4 * G, swap_used: G };
        HostReading {
            usage: HostUsage { cpu: Ok(times(45, 55)), memory: Ok(memory) },
            disk: Ok(DiskUsage { total: 200 * G, used: 100 * G, available: 100 * G }),
        }
    }

    fn broken() -> HostReading {
        let usage = HostUsage { cpu: Err("a".into()), memory: Err("b".into()) };
        HostReading { usage, disk: Err("c".into()) }
    }

    #[test]
    fn every_part_by_its_formula() {
        let stats = derive("atlas-01", Timestamp::now(), &reading(), Some(&times(0, 0))).expect("stats");
        assert_eq!(stats.cpu, Some(CpuStats { percent: 45.0, count: 1 }));
        let memory = MemoryStats { percent: 62.5, used_gb: 12.5, total_gb: 20.0, available_gb: 7.5 };
        assert_eq!(stats.memory, Some(memory));
        assert_eq!(stats.swap, Some(SwapStats { percent: 25.0, used_gb: 1.0, total_gb: 4.0 }));
        assert_eq!(stats.disk, Some(DiskStats { percent: 50.0, used_gb: 100.0, total_gb: 200.0 }));
        assert_eq!(stats.errors, HostErrors::default());
    }

    #[test]
    fn a_part_that_cannot_be_read_is_null_with_its_reason() {
        let reading = HostReading { disk: Err("/data: gone".into()), ..reading() };
        let stats = derive("atlas-01", Timestamp::now(), &reading, None).expect("stats");
        assert_eq!((stats.cpu, stats.disk), (None, None));
        assert!(stats.memory.is_some());
        assert_eq!(stats.errors.disk.as_deref(), Some("/data: gone"));
        assert_eq!(stats.errors.cpu.as_deref(), Some("no sample before this one"));
    }

    #[test]
    fn a_machine_without_swap_has_null_and_no_error() {
        let memory = MemoryReading { total: G, available: G, ..MemoryReading::default() };
        let usage = HostUsage { memory: Ok(memory), ..reading().usage };
        let stats = derive("a", Timestamp::now(), &HostReading { usage, ..reading() }, Some(&times(0, 0)));
        let stats = stats.expect("stats");
        assert_eq!((stats.swap, stats.errors), (None, HostErrors::default()));
    }

    #[test]
    fn a_file_system_without_a_size_is_null_not_0() {
        let disk = Ok(DiskUsage { total: 0, used: 0, available: 0 });
        let stats = derive("atlas-01", Timestamp::now(), &HostReading { disk, ..reading() }, None).expect("stats");
        assert_eq!(stats.disk, None);
        assert_eq!(stats.errors.disk.as_deref(), Some("the file system has no size"));
    }

    #[test]
    fn nothing_readable_is_an_error_that_names_every_reason() {
        let error = derive("atlas-01", Timestamp::now(), &broken(), None).expect_err("nothing was read");
        assert_eq!(error, "a; b; c");
    }

    #[test]
    fn this_machine_can_be_read() {
        let HostReading { usage, disk } = SystemHost::new("/".into()).read();
        assert!(usage.cpu.is_ok() && usage.memory.is_ok() && disk.is_ok(), "{usage:?} {disk:?}");
    }
}
