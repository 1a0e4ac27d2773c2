//! Parses the engine's one-shot statistics. Pure.

#[cfg(test)]
mod tests;

use super::identity::Identity;
use super::lenient::lenient;
use crate::collect::bounds::{MAX_CPUS, possible_bytes};
use crate::collect::containers::{ContainerCounters, CpuClock, FileCache, MemoryUsage, ReadError};
use chrono::DateTime;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The fields of a one-shot response that are used.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Stats {
    #[serde(default, deserialize_with = "lenient")]
    read: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    cpu_stats: Option<CpuStats>,
    #[serde(default, deserialize_with = "lenient")]
    memory_stats: Option<MemoryStats>,
}

#[derive(Debug, Default, Deserialize)]
struct CpuStats {
    #[serde(default, deserialize_with = "lenient")]
    cpu_usage: Option<CpuUsage>,
    #[serde(default, deserialize_with = "lenient")]
    system_cpu_usage: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    online_cpus: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
struct CpuUsage {
    #[serde(default, deserialize_with = "lenient")]
    total_usage: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    percpu_usage: Option<Vec<IgnoredAny>>,
}

#[derive(Debug, Default, Deserialize)]
struct MemoryStats {
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    limit: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    stats: Option<CacheStats>,
}

/// Page cache counters, in bytes. The `total_` fields exist only on cgroup v1 and include child cgroups.
#[derive(Debug, Default, Deserialize)]
struct CacheStats {
    #[serde(default, deserialize_with = "lenient")]
    inactive_file: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    active_file: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    total_inactive_file: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    total_active_file: Option<u64>,
}

/// Extracts the counters from a one-shot response. `memory_limit` is as reported: if the container has no limit, it is
/// the machine's total memory. Fails if the container has stopped, or if the response has neither CPU nor memory usage.
pub(super) fn counters(stats: &Stats, engine: &Identity) -> Result<ContainerCounters, ReadError> {
    // If the container has just stopped, the engine sends a zero timestamp and no numbers.
    let read = stats.read.as_deref().and_then(|read| DateTime::parse_from_rfc3339(read).ok());
    if read.is_some_and(|read| read.timestamp() <= 0) {
        return Err(ReadError::Gone);
    }
    let cpu = stats.cpu_stats.as_ref();
    let usage = cpu.and_then(|cpu| cpu.cpu_usage.as_ref());
    let per_cpu = usage.and_then(|usage| usage.percpu_usage.as_ref()).and_then(|list| u32::try_from(list.len()).ok());
    let is_possible = |cpus: &u32| (1..=MAX_CPUS).contains(cpus);
    // Docker sends online_cpus since API 1.27, and percpu_usage only on cgroup v1. Podman's online_cpus is the number
    // of CPUs that the container may use.
    let reported = cpu.and_then(|cpu| cpu.online_cpus).filter(is_possible).or(per_cpu.filter(is_possible));
    let memory = stats.memory_stats.as_ref();
    let counters = ContainerCounters {
        cpu_total: usage.and_then(|usage| usage.total_usage).filter(|total| *total > 0),
        clock: if engine.counts_as_kernel() {
            cpu.and_then(|cpu| cpu.system_cpu_usage).map(CpuClock::Host)
        } else {
            Some(CpuClock::Monotonic)
        },
        online_cpus: if engine.counts_as_kernel() { reported.or(engine.cpus) } else { engine.cpus.or(reported) },
        memory_limit: memory.and_then(|memory| memory.limit).and_then(possible_bytes),
        ..ContainerCounters::default()
    };
    let counters = counters.with_memory(memory.and_then(MemoryStats::usage));
    if counters.cpu_total.is_none() && counters.memory.is_none() {
        return Err(ReadError::Failed("the engine counts neither its CPU nor its memory".into()));
    }
    Ok(counters)
}

impl MemoryStats {
    /// `None` if the usage is missing or impossible. Zero counts as missing, because a running container always uses
    /// some memory.
    fn usage(&self) -> Option<MemoryUsage> {
        let usage = self.usage.and_then(possible_bytes).filter(|bytes| *bytes > 0)?;
        Some(MemoryUsage { usage, cache: self.stats.as_ref().and_then(CacheStats::file_cache) })
    }
}

impl CacheStats {
    fn file_cache(&self) -> Option<FileCache> {
        FileCache::from_stat(|key| match key {
            "inactive_file" => self.inactive_file,
            "active_file" => self.active_file,
            "total_inactive_file" => self.total_inactive_file,
            "total_active_file" => self.total_active_file,
            _ => None,
        })
    }
}
