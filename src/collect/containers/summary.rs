//! A scrape's rows and totals: counted, summed, split, sorted and rounded.

use super::rates::{CpuUsage, HostCpu, LastReading, NoRate, RatedContainer, RatedScrape};
use crate::collect::host::MemoryReading;
use crate::model::{ContainerState, ContainerStats, ContainersStats, HostSplit, MIB, Split, percent_of, round1};

/// The error of a container whose memory is not counted.
pub(super) const NO_MEMORY: &str = "the engine does not count its memory: enable the kernel's memory controller";

impl RatedContainer {
    fn cpu(&self) -> Option<CpuUsage> {
        self.last_good.as_ref()?.cpu.ok()
    }

    fn memory_mb(&self) -> Option<f64> {
        Some(self.last_good.as_ref()?.counters.memory? as f64 / MIB)
    }

    /// Whether its numbers are from this scrape.
    fn is_current(&self) -> bool {
        self.error.is_none()
    }

    fn into_stats(self) -> ContainerStats {
        let cpu = self.cpu();
        let stale = self.last_good.is_some() && self.error.is_some();
        let counters = self.last_good.as_ref().map(|last| &last.counters);
        ContainerStats {
            cpu: cpu.map(|cpu| round1(cpu.cores_percent)),
            cpu_host_percent: cpu.map(|cpu| round1(cpu.host_percent)),
            memory_mb: self.memory_mb().map(round1),
            memory_limit_mb: counters
                .and_then(|counters| counters.memory_limit)
                .map(|limit| round1(limit as f64 / MIB)),
            cpu_limit_cores: counters.and_then(|counters| counters.cpu_limit),
            id: self.id.chars().take(12).collect(),
            name: self.name,
            state: self.state,
            stale,
            error: match self.error {
                Some(reason) if !stale => Some(reason),
                _ => self.last_good.as_ref().and_then(uncounted),
            },
        }
    }
}

/// Why a reading has no CPU rate or no memory; `None` if only a previous reading is missing.
fn uncounted(reading: &LastReading) -> Option<String> {
    let cpu = reading.cpu.err().and_then(NoRate::reason);
    let memory = reading.counters.memory.is_none().then_some(NO_MEMORY);
    let reasons: Vec<&str> = cpu.into_iter().chain(memory).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// Counts, sums, splits, sorts and rounds. Totals are sums of unrounded values.
pub(in crate::collect) fn summarize(scrape: RatedScrape) -> ContainersStats {
    let RatedScrape { mut rows, host_cpu, host_memory } = scrape;
    rows.sort_by(|a, b| {
        let order = |row: &RatedContainer| row.cpu().map_or(-1.0, |cpu| cpu.cores_percent);
        order(b).total_cmp(&order(a)).then_with(|| a.name.cmp(&b.name))
    });
    let counted = rows.iter().filter(|row| row.state != ContainerState::Restarting).count();
    let current = || rows.iter().filter(|row| row.is_current());
    let cpu = || current().filter_map(RatedContainer::cpu);
    let split_cpu = |host: HostCpu| split(host.percent, total(counted, cpu().map(|cpu| host.share_of(cpu)))?);
    ContainersStats {
        running_count: u32::try_from(counted).ok(),
        measured_count: u32::try_from(cpu().count()).ok(),
        total_cpu_percent: total(counted, cpu().map(|cpu| cpu.cores_percent)).map(round1),
        total_memory_mb: total(counted, current().filter_map(RatedContainer::memory_mb)).map(round1),
        split: HostSplit {
            cpu_percent: host_cpu.and_then(split_cpu),
            ..split_memory(host_memory, memory_without_cache(counted, current()))
        },
        containers: rows.into_iter().map(RatedContainer::into_stats).collect(),
    }
}

/// The sum of `values`: 0 without containers, `None` if containers run but none is measured.
fn total(counted: usize, values: impl Iterator<Item = f64>) -> Option<f64> {
    // Starts at 0.0, because `sum` of no floats is -0.0.
    values.fold((counted == 0).then_some(0.0), |sum, value| Some(sum.unwrap_or(0.0) + value))
}

/// The containers' part of the host's used memory.
struct SharedMemory {
    bytes: f64,
    /// Whether it includes file cache of some containers.
    includes_cache: bool,
}

/// The containers' memory without file cache. A container whose cache is unknown is counted whole. `None` if no
/// container's cache is known, as with Podman: the host's used memory excludes file cache, so a sum that includes all
/// of it is not comparable.
fn memory_without_cache<'a>(counted: usize, rows: impl Iterator<Item = &'a RatedContainer>) -> Option<SharedMemory> {
    let mut includes_cache = false;
    let mut is_known = counted == 0;
    let bytes: Vec<f64> = rows
        .filter_map(|row| {
            let counters = &row.last_good.as_ref()?.counters;
            let whole = counters.memory?;
            is_known |= counters.memory_without_cache.is_some();
            includes_cache |= counters.memory_without_cache.is_none();
            Some(counters.memory_without_cache.unwrap_or(whole) as f64)
        })
        .collect();
    let bytes = total(counted, bytes.into_iter()).filter(|_| is_known)?;
    Some(SharedMemory { bytes, includes_cache })
}

fn split_memory(host: Option<MemoryReading>, containers: Option<SharedMemory>) -> HostSplit {
    let (Some(host), Some(SharedMemory { bytes, includes_cache })) = (host, containers) else {
        return HostSplit::default();
    };
    let (used, share) = (host.used() as f64, |bytes: f64| percent_of(bytes, host.total as f64));
    let split = |host: f64, containers: f64| Some(Split { includes_cache, ..split(host, containers)? });
    HostSplit {
        cpu_percent: None,
        memory_percent: share(used).zip(share(bytes)).and_then(|(host, containers)| split(host, containers)),
        memory_mb: split(used / MIB, bytes / MIB),
    }
}

/// Splits the host's usage. The rest is computed from rounded numbers, so that the displayed numbers add up.
fn split(host: f64, containers: f64) -> Option<Split> {
    let (host, measured) = (round1(host), round1(containers));
    let containers = measured.min(host);
    // Rounding the difference of two rounded numbers only removes floating-point error.
    Some(Split {
        host,
        containers,
        other: round1((host - containers).max(0.0)),
        clamped: measured > host,
        includes_cache: false,
    })
}
