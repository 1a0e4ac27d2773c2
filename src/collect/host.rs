//! The host: CPU, memory and disk, read apart and derived together.

use super::host_cpu::CpuTimes;
use super::host_disk::{DiskProbe, DiskUsage};
use crate::model::{CpuStats, DiskStats, GIB, HostStats, MemoryStats, Timestamp, percent_of, round1};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use sysinfo::{MemoryRefreshKind, System};

/// How long one reading waits for a file system that hangs.
const DISK_PATIENCE: Duration = Duration::from_millis(500);

/// Reads the host's counters. Blocks for a moment, so it is called off the async threads.
pub trait HostReader: Send + 'static {
    /// Reads every part; one that cannot be read carries its reason and leaves the others be.
    fn read(&mut self) -> HostReading;
}

/// The host's counters at one moment; each part, or the reason why it could not be read.
#[derive(Clone, Debug)]
pub struct HostReading {
    /// The kernel's CPU times.
    pub cpu: Result<CpuTimes, String>,
    /// Memory.
    pub memory: Result<MemoryReading, String>,
    /// The file system that holds the configured path.
    pub disk: Result<DiskUsage, String>,
}

/// The kernel's account of memory, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryReading {
    /// MemTotal.
    pub total: u64,
    /// MemAvailable, or the kernel's own estimate for it where an old kernel has none.
    pub available: u64,
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

fn memory() -> Result<MemoryReading, String> {
    // A new one each time: one that is kept goes on giving its last numbers where /proc/meminfo cannot be read.
    let mut system = System::new().map_err(|error| error.to_string())?;
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    match system.total_memory() {
        0 => Err("/proc/meminfo: no total".into()),
        // Not used_memory(): it panics in debug builds where available exceeds total.
        total => Ok(MemoryReading { total, available: system.available_memory() }),
    }
}

impl HostReader for SystemHost {
    fn read(&mut self) -> HostReading {
        HostReading {
            cpu: std::fs::read_to_string("/proc/stat")
                .map_err(|error| format!("/proc/stat: {error}"))
                .and_then(|stat| CpuTimes::parse(&stat)),
            memory: memory(),
            disk: self.disk.read(DISK_PATIENCE),
        }
    }
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
    let mut errors = BTreeMap::new();
    let mut part = |name: &str, reason: &str| drop(errors.insert(name.to_owned(), reason.to_owned()));
    let cpu = match (&reading.cpu, previous) {
        (Ok(times), Some(previous)) => {
            Some(CpuStats { percent: round1(times.percent_since(previous)), count: times.count() })
        }
        (Ok(_), None) => {
            part("cpu", "no sample before this one");
            None
        }
        (Err(reason), _) => {
            part("cpu", reason);
            None
        }
    };
    let memory = reading.memory.as_ref().map_err(|reason| part("memory", reason)).ok().map(memory_stats);
    let disk = reading.disk.clone().and_then(|disk| disk_stats(&disk)).map_err(|reason| part("disk", &reason)).ok();
    if cpu.is_none() && memory.is_none() && disk.is_none() {
        return Err(errors.into_values().collect::<Vec<_>>().join("; "));
    }
    Ok(HostStats {
        hostname: hostname.to_owned(),
        cpu,
        memory,
        disk,
        timestamp,
        age_seconds: 0.0,
        stale: false,
        errors,
    })
}

/// psutil >= 7.1 and `free`: used is total less available. Available may exceed total on some kernels.
fn memory_stats(memory: &MemoryReading) -> MemoryStats {
    let used = memory.total.saturating_sub(memory.available) as f64;
    MemoryStats {
        percent: round1(percent_of(used, memory.total as f64).unwrap_or(0.0)),
        used_gb: round1(used / GIB),
        total_gb: round1(memory.total as f64 / GIB),
    }
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
        HostReading {
            cpu: Ok(times(45, 55)),
            memory: Ok(MemoryReading { total: 20 * G, available: 15 * G / 2 }),
            disk: Ok(DiskUsage { total: 200 * G, used: 100 * G, available: 100 * G }),
        }
    }

    #[test]
    fn every_part_by_its_formula() {
        let stats = derive("atlas-01", Timestamp::now(), &reading(), Some(&times(0, 0))).expect("stats");
        assert_eq!(stats.cpu, Some(CpuStats { percent: 45.0, count: 1 }));
        assert_eq!(stats.memory, Some(MemoryStats { percent: 62.5, used_gb: 12.5, total_gb: 20.0 }));
        assert_eq!(stats.disk, Some(DiskStats { percent: 50.0, used_gb: 100.0, total_gb: 200.0 }));
        assert!(stats.errors.is_empty());
    }

    #[test]
    fn a_part_that_cannot_be_read_is_null_with_its_reason() {
        let broken = HostReading { disk: Err("/data: gone".into()), ..reading() };
        let stats = derive("atlas-01", Timestamp::now(), &broken, None).expect("stats");
        assert_eq!((stats.cpu, stats.disk), (None, None));
        assert!(stats.memory.is_some());
        assert_eq!(stats.errors["disk"], "/data: gone");
        assert_eq!(stats.errors["cpu"], "no sample before this one");
    }

    #[test]
    fn a_file_system_without_a_size_is_null_not_0() {
        let disk = Ok(DiskUsage { total: 0, used: 0, available: 0 });
        let stats = derive("atlas-01", Timestamp::now(), &HostReading { disk, ..reading() }, None).expect("stats");
        assert_eq!(stats.disk, None);
        assert_eq!(stats.errors["disk"], "the file system has no size");
    }

    #[test]
    fn nothing_readable_is_an_error_that_names_every_reason() {
        let broken = HostReading { cpu: Err("a".into()), memory: Err("b".into()), disk: Err("c".into()) };
        let error = derive("atlas-01", Timestamp::now(), &broken, None).expect_err("nothing was read");
        assert_eq!(error, "a; c; b");
    }

    #[test]
    fn available_above_total_is_nothing_used() {
        let memory = memory_stats(&MemoryReading { total: G, available: 2 * G });
        assert_eq!(memory, MemoryStats { percent: 0.0, used_gb: 0.0, total_gb: 1.0 });
    }

    #[test]
    fn this_machine_can_be_read() {
        let reading = SystemHost::new("/".into()).read();
        assert!(reading.cpu.is_ok() && reading.memory.is_ok() && reading.disk.is_ok(), "{reading:?}");
    }
}
