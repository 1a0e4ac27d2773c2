//! Turns a scrape into published numbers: sorted rows, totals, and the split of the host's usage, all rounded.

use super::counters::{KernelLimits, MemoryLimit};
use super::rates::{CpuUsage, HostCpu, LastReading, NoRate, RatedContainer, RatedScrape};
use crate::collect::host::MemoryReading;
use crate::model::{
    ContainerState, ContainerStats, ContainersStats, HostSplit, MIB, ReadFrom, Split, percent_of, round1,
};
use std::collections::HashMap;
use std::path::PathBuf;

/// The error for a container whose memory is not counted.
pub(super) const NO_MEMORY: &str = "its memory is not counted: enable the kernel's memory controller";

impl RatedContainer {
    fn cpu(&self) -> Option<CpuUsage> {
        self.last_good.as_ref()?.cpu.ok()
    }

    fn memory_mb(&self) -> Option<f64> {
        Some(self.last_good.as_ref()?.counters.memory? as f64 / MIB)
    }

    /// The limits that the kernel enforces; `None` if the container is not read from its cgroup.
    fn kernel_limits(&self) -> Option<&KernelLimits> {
        self.last_good.as_ref()?.counters.limits.as_ref()
    }

    /// The tightest memory limit in bytes; `None` if there is none or it is unknown.
    fn memory_limit(&self) -> Option<u64> {
        let counted = self.last_good.as_ref().and_then(|last| last.counters.memory_limit);
        if self.kernel_limits().is_some() { counted } else { counted.or(self.details.memory_limit) }
    }

    /// The CPU limit in cores: the tightest quota or the size of the CPU set, whichever is smaller. `None` if there is
    /// neither or both are unknown.
    fn cpu_limit(&self) -> Option<f64> {
        let quota = self.kernel_limits().map_or(self.details.cpu_quota, |limits| limits.cpu);
        quota.into_iter().chain(self.details.cpu_set).reduce(f64::min)
    }

    /// Every memory limit that applies, the container's own first.
    fn memory_limits(&self) -> Vec<MemoryLimit> {
        let own = || MemoryLimit { cgroup: self.id.clone().into(), bytes: self.memory_limit().unwrap_or_default() };
        match self.kernel_limits() {
            Some(limits) => limits.memory.clone(),
            None => self.memory_limit().map(|_| own()).into_iter().collect(),
        }
    }

    /// Whether the container's numbers are from this scrape.
    fn is_current(&self) -> bool {
        self.error.is_none()
    }

    fn into_stats(self, host_memory: Option<&MemoryReading>) -> ContainerStats {
        let cpu = self.cpu();
        let stale = self.last_good.is_some() && self.error.is_some();
        let counters = self.last_good.as_ref().map(|last| &last.counters);
        let kernel = self.kernel_limits();
        ContainerStats {
            cpu: cpu.map(|cpu| round1(cpu.cores_percent)),
            cpu_host_percent: cpu.map(|cpu| round1(cpu.host_percent)),
            memory_mb: self.memory_mb().map(round1),
            memory_host_percent: counters
                .and_then(|counters| counters.memory_without_cache)
                .zip(host_memory)
                .and_then(|(used, host)| percent_of(used as f64, host.total as f64))
                .map(round1),
            memory_limit_mb: self.memory_limit().map(|limit| round1(limit as f64 / MIB)),
            cpu_limit_cores: self.cpu_limit(),
            limits_known: Some(self.details.limits_known),
            source: counters.map(|_| if kernel.is_some() { ReadFrom::Cgroup } else { ReadFrom::Engine }),
            image: self.details.image,
            started_at: self.details.started_at,
            restart_count: self.details.restart_count,
            id: self.id.chars().take(12).collect(),
            full_name: Some(self.full_name),
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

/// Why a reading has no CPU rate or no memory; `None` if it has both, or only lacks an earlier reading to compare with.
fn uncounted(reading: &LastReading) -> Option<String> {
    let cpu = reading.cpu.err().and_then(NoRate::reason);
    let memory = reading.counters.memory.is_none().then_some(NO_MEMORY);
    let reasons: Vec<&str> = cpu.into_iter().chain(memory).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// Derives the published numbers from a scrape. Totals are sums of unrounded values.
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
    let memory_limits = rows.iter().map(RatedContainer::memory_limits).filter(|limits| !limits.is_empty()).collect();
    ContainersStats {
        running_count: u32::try_from(counted).ok(),
        measured_count: u32::try_from(cpu().count()).ok(),
        total_cpu_percent: total(counted, cpu().map(|cpu| cpu.cores_percent)).map(round1),
        total_memory_mb: total(counted, current().filter_map(RatedContainer::memory_mb)).map(round1),
        split: HostSplit {
            cpu_percent: host_cpu.and_then(split_cpu),
            ..split_memory(host_memory.as_ref(), memory_without_cache(counted, current()))
        },
        culprits: None,
        engine: None,
        events: None,
        total_memory_limit_mb: Some(round1(total_limit(memory_limits) / MIB)),
        listed_at: None,
        containers: rows.into_iter().map(|row| row.into_stats(host_memory.as_ref())).collect(),
    }
}

/// The sum of `values`: 0 if there are no containers, `None` if there are some but none was measured.
fn total(counted: usize, values: impl Iterator<Item = f64>) -> Option<f64> {
    // `sum` would return -0.0 for an empty iterator.
    values.fold((counted == 0).then_some(0.0), |sum, value| Some(sum.unwrap_or(0.0) + value))
}

/// A memory limit, and the limits of the containers below it.
struct SharedLimit {
    bytes: f64,
    /// `None` if one of the containers has no limit of its own, so that it may use all of this one.
    below: Option<Vec<Vec<MemoryLimit>>>,
}

impl SharedLimit {
    fn most(self) -> f64 {
        self.below.map_or(self.bytes, |below| self.bytes.min(total_limit(below)))
    }
}

/// The most memory that containers with these limits can use in sum, in bytes. A limit that several containers share
/// counts once, and a limit above bounds the sum of those below it. Each container has at least one limit, its own
/// first.
fn total_limit(containers: Vec<Vec<MemoryLimit>>) -> f64 {
    let mut outermost: HashMap<PathBuf, SharedLimit> = HashMap::new();
    for mut limits in containers {
        let Some(MemoryLimit { cgroup, bytes }) = limits.pop() else { continue };
        let bytes = bytes as f64;
        let shared = outermost.entry(cgroup).or_insert_with(|| SharedLimit { bytes, below: Some(Vec::new()) });
        match &mut shared.below {
            Some(below) if !limits.is_empty() => below.push(limits),
            below => *below = None,
        }
    }
    outermost.into_values().map(SharedLimit::most).sum()
}

/// The share of the host's used memory that belongs to the containers.
struct SharedMemory {
    bytes: f64,
    /// Whether `bytes` includes the page cache of at least one container.
    includes_cache: bool,
}

/// The containers' memory without page cache. If a container's page cache is unknown, all of its memory is counted.
///
/// `None` if there are containers but none was measured, or if no container's page cache is known, as in Podman's
/// statistics: the host's used memory excludes page cache, so the two numbers would not be comparable.
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

fn split_memory(host: Option<&MemoryReading>, containers: Option<SharedMemory>) -> HostSplit {
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

/// Splits the host's usage into containers and everything else. The latter is computed from rounded numbers so that the
/// displayed numbers add up.
fn split(host: f64, containers: f64) -> Option<Split> {
    let (host, measured) = (round1(host), round1(containers));
    let containers = measured.min(host);
    // The difference between two rounded numbers is rounded again only to remove floating-point error.
    Some(Split {
        host,
        containers,
        other: round1((host - containers).max(0.0)),
        clamped: measured > host,
        includes_cache: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Limits of one container, its own first.
    fn limits(of: &[(&str, u64)]) -> Vec<MemoryLimit> {
        of.iter().map(|(cgroup, bytes)| MemoryLimit { cgroup: cgroup.into(), bytes: *bytes }).collect()
    }

    #[test]
    fn a_shared_limit_counts_once_and_bounds_those_below_it() {
        let total = |containers: &[&[(&str, u64)]]| total_limit(containers.iter().map(|of| limits(of)).collect());
        assert_eq!(total(&[]), 0.0);
        assert_eq!(total(&[&[("a", 64)], &[("b", 32)]]), 96.0);
        assert_eq!(total(&[&[("s", 100)], &[("s", 100)]]), 100.0, "both have no limit of their own");
        assert_eq!(total(&[&[("s/a", 64), ("s", 100)], &[("s/b", 16), ("s", 100)]]), 80.0, "they cannot use all of it");
        assert_eq!(total(&[&[("s/a", 64), ("s", 100)], &[("s/b", 64), ("s", 100)]]), 100.0);
        assert_eq!(total(&[&[("s/a", 64), ("s", 100)], &[("s", 100)]]), 100.0, "the second may use the rest");
        let nested: [&[_]; 2] = [&[("r/s/a", 64), ("r/s", 50), ("r", 200)], &[("r/b", 64), ("r", 200)]];
        assert_eq!(total(&nested), 114.0);
    }
}
