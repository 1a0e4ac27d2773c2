//! Totals of a scrape: counted, added up, split, sorted and rounded.

use super::rates::{CpuUsage, HostCpu, RatedContainer, RatedScrape};
use crate::collect::host::MemoryReading;
use crate::model::{ContainerState, ContainerStats, ContainersStats, HostSplit, MIB, Split, percent_of, round1};

impl RatedContainer {
    fn cpu(&self) -> Option<CpuUsage> {
        self.last_good.as_ref()?.cpu
    }

    fn memory_mb(&self) -> Option<f64> {
        Some(self.last_good.as_ref()?.counters.memory? as f64 / MIB)
    }

    /// Whether its numbers are of this scrape.
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
            error: self.error.filter(|_| !stale),
        }
    }
}

/// Counts, adds up, splits, sorts and rounds. Totals are of the unrounded values.
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

/// The sum: 0 without containers, unknown where containers run and none is measured.
fn total(counted: usize, values: impl Iterator<Item = f64>) -> Option<f64> {
    // Starts at 0.0 because the sum of no floats is -0.0.
    values.fold((counted == 0).then_some(0.0), |sum, value| Some(sum.unwrap_or(0.0) + value))
}

/// The containers' memory in bytes without any file cache; `None` where the cache is unknown or no container is measured.
/// A sum that includes the cache would not be a part of what the host counts as used.
fn memory_without_cache<'a>(counted: usize, rows: impl Iterator<Item = &'a RatedContainer>) -> Option<f64> {
    let bytes: Option<Vec<f64>> = rows
        .filter(|row| row.memory_mb().is_some())
        .map(|row| Some(row.last_good.as_ref()?.counters.memory_without_cache? as f64))
        .collect();
    total(counted, bytes?.into_iter())
}

fn split_memory(host: Option<MemoryReading>, containers: Option<f64>) -> HostSplit {
    let Some(host) = host else { return HostSplit::default() };
    let (used, share) = (host.used() as f64, |bytes: f64| percent_of(bytes, host.total as f64));
    HostSplit {
        cpu_percent: None,
        memory_percent: containers.and_then(|bytes| split(share(used)?, share(bytes)?)),
        memory_mb: containers.and_then(|bytes| split(used / MIB, bytes / MIB)),
    }
}

/// Splits what the host uses. The rest is computed from rounded numbers, so that what people read adds up.
fn split(host: f64, containers: f64) -> Option<Split> {
    let (host, measured) = (round1(host), round1(containers));
    let containers = measured.min(host);
    // The difference of two numbers with one decimal has one too, but for the last bits.
    Some(Split { host, containers, other: round1((host - containers).max(0.0)), clamped: measured > host })
}
