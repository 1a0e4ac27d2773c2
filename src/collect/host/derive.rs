//! Derives the numbers for all of the host's resources.

use super::cpu::{self, CpuTimes};
use super::reader::HostReading;
use super::{filesystem, memory};
use crate::model::{HostErrors, HostStats};
use std::time::Duration;

/// Derives the published numbers from a reading. `previous` holds the CPU times from the previous reading and the time
/// between the two readings, which may be overestimated but not underestimated.
///
/// Fails only if CPU, memory and disk usage are all unknown; the error joins the reasons.
pub(in crate::collect) fn derive(
    hostname: &str,
    reading: &HostReading,
    previous: Option<(&CpuTimes, Duration)>,
) -> Result<HostStats, String> {
    let mut errors = HostErrors::default();
    let cpu = match &reading.usage.cpu {
        Ok(times) => cpu::stats(times, previous),
        Err(reason) => Err(reason.clone()),
    };
    let cpu = cpu.map_err(|reason| errors.cpu = Some(reason)).ok();
    let readable = reading.usage.memory.as_ref().map_err(|reason| errors.memory = Some(reason.clone())).ok();
    let swap = readable.map_or(Ok(None), memory::swap_stats);
    let swap = swap.map_err(|reason| errors.swap = Some(reason)).ok().flatten();
    let memory = readable.map(memory::stats);
    let disk = reading.disk.clone().and_then(|disk| filesystem::stats(&disk));
    let disk = disk.map_err(|reason| errors.disk = Some(reason)).ok();
    if cpu.is_none() && memory.is_none() && disk.is_none() {
        return Err(errors.joined().unwrap_or_default());
    }
    Ok(HostStats { hostname: hostname.to_owned(), cpu, memory, swap, disk, high_since: None, errors })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::host::{DiskUsage, HostUsage, MemoryReading, SwapReading};
    use crate::model::{CpuStats, DiskStats, MemoryStats, SwapStats};

    const G: u64 = 1 << 30;

    fn times(busy: u64, idle: u64) -> CpuTimes {
        CpuTimes::parse(&format!("cpu {busy} 0 0 {idle}\ncpu0 0 0 0 0\n")).expect("cpu times")
    }

    /// The numbers derived from `reading` if all CPU counters were 0 one second earlier.
    fn derived(reading: &HostReading) -> HostStats {
        derive("atlas-01", reading, Some((&times(0, 0), Duration::from_secs(1)))).expect("stats")
    }

    fn reading() -> HostReading {
        let swap = Ok(SwapReading { total: 4 * G, used: G });
        let memory = MemoryReading { total: 20 * G, available: 15 * G / 2, swap };
        HostReading {
            usage: HostUsage { cpu: Ok(times(45, 55)), memory: Ok(memory) },
            disk: Ok(DiskUsage {
                total: 200 * G,
                used: 100 * G,
                available: 100 * G,
                read_only: false,
                path: "/data".into(),
            }),
        }
    }

    fn broken() -> HostReading {
        HostReading { usage: HostUsage { cpu: Err("a".into()), memory: Err("b".into()) }, disk: Err("c".into()) }
    }

    #[test]
    fn every_resource_follows_its_formula() {
        let stats = derived(&reading());
        assert_eq!(stats.cpu, Some(CpuStats { percent: 45.0, count: 1 }));
        let memory = MemoryStats { percent: 62.5, used_gb: 12.5, total_gb: 20.0, available_gb: 7.5 };
        assert_eq!(stats.memory, Some(memory));
        assert_eq!(stats.swap, Some(SwapStats { percent: 25.0, used_gb: 1.0, total_gb: 4.0 }));
        assert_eq!(
            stats.disk,
            Some(DiskStats {
                percent: 50.0,
                used_gb: 100.0,
                total_gb: 200.0,
                read_only: Some(false),
                path: Some("/data".into())
            })
        );
        assert_eq!(stats.errors, HostErrors::default());
    }

    #[test]
    fn an_unreadable_resource_is_null_with_its_reason() {
        let reading = HostReading { disk: Err("/data: gone".into()), ..reading() };
        let stats = derive("atlas-01", &reading, None).expect("stats");
        assert_eq!((stats.cpu, stats.disk), (None, None));
        assert!(stats.memory.is_some());
        assert_eq!(stats.errors.disk.as_deref(), Some("/data: gone"));
        assert_eq!(stats.errors.cpu.as_deref(), Some("no sample before this one"));
    }

    #[test]
    fn a_machine_without_swap_has_null_and_no_error() {
        let memory = MemoryReading { total: G, available: G, ..MemoryReading::default() };
        let usage = HostUsage { memory: Ok(memory), ..reading().usage };
        let stats = derived(&HostReading { usage, ..reading() });
        assert_eq!((stats.swap, stats.errors), (None, HostErrors::default()));
    }

    #[test]
    fn impossible_swap_is_null_with_its_reason_and_memory_is_kept() {
        let memory = MemoryReading { total: G, available: G, swap: Err("too much".into()) };
        let stats = derived(&HostReading { usage: HostUsage { memory: Ok(memory), ..reading().usage }, ..reading() });
        assert_eq!((stats.swap, stats.errors.swap.as_deref()), (None, Some("too much")));
        assert!(stats.memory.is_some() && stats.errors.memory.is_none());
    }

    #[test]
    fn a_file_system_without_a_size_is_null_not_0() {
        let disk = Ok(DiskUsage { total: 0, used: 0, available: 0, read_only: false, path: "/proc".into() });
        let stats = derive("atlas-01", &HostReading { disk, ..reading() }, None).expect("stats");
        assert_eq!(stats.disk, None);
        assert_eq!(stats.errors.disk.as_deref(), Some("the file system has no size"));
    }

    #[test]
    fn an_unreadable_host_is_an_error_with_every_reason() {
        let error = derive("atlas-01", &broken(), None).expect_err("nothing was read");
        assert_eq!(error, "a; b; c");
    }
}
