//! What inspecting a container tells: its limits, and where the kernel accounts for it. Cached, since it rarely changes.

use super::connect::Connection;
use crate::collect::cgroup::Cgroup;
use crate::collect::sync::lock;
use bollard::models::HostConfig;
use bollard::query_parameters::InspectContainerOptions;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How long results are cached; refreshes are staggered by up to 256 times the spread.
const CACHED_FOR: Duration = Duration::from_secs(45);
const CACHED_SPREAD: Duration = Duration::from_millis(60);

/// How long inspecting may take, and how many calls may be in flight. The numbers do not wait any longer.
const TIMEOUT: Duration = Duration::from_secs(1);
const CONCURRENCY: usize = 16;

/// The kernel's period of CPU quotas, in microseconds, where none is set.
const DEFAULT_CPU_PERIOD: i64 = 100_000;

/// What inspecting a container tells.
#[derive(Clone, Default)]
pub(super) struct Details {
    /// When it was inspected; `None` if it never was.
    at: Option<Instant>,
    /// The CPU limit in cores.
    pub(super) cpu_limit: Option<f64>,
    /// Whether there is no memory limit. The statistics then have the machine's size in its place.
    pub(super) has_no_memory_limit: bool,
    /// Where the kernel accounts for it; `None` if that is not visible from here.
    pub(super) cgroup: Option<Cgroup>,
}

impl Details {
    fn are_recent(&self, id: &str) -> bool {
        let spread = id.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(0);
        self.at.is_some_and(|at| at.elapsed() < CACHED_FOR + CACHED_SPREAD * spread.into())
    }
}

/// The details of every container, cached.
pub(super) struct InspectCache {
    details: Mutex<HashMap<String, Details>>,
    permits: Semaphore,
}

impl InspectCache {
    pub(super) fn new() -> Self {
        Self { details: Mutex::default(), permits: Semaphore::new(CONCURRENCY) }
    }

    /// What is known of the container without asking.
    pub(super) fn cached(&self, id: &str) -> Details {
        lock(&self.details).get(id).cloned().unwrap_or_default()
    }

    /// What is known of the container. Inspects it where the cached result is old.
    pub(super) async fn get(&self, connection: &Connection, id: &str) -> Details {
        let cached = self.cached(id);
        if cached.are_recent(id) {
            return cached;
        }
        let inspected = timeout(TIMEOUT, async {
            let _permit = self.permits.acquire().await.ok()?;
            connection.client.inspect_container(id, None::<InspectContainerOptions>).await.ok()
        });
        // On failure, the next scrape tries again.
        let Ok(Some(answer)) = inspected.await else { return cached };
        let limits = answer.host_config.as_ref();
        let can_read_cgroup = connection.is_local && connection.engine.counts_as_kernel();
        let pid = answer.state.and_then(|state| state.pid).filter(|pid| *pid > 0 && can_read_cgroup);
        let details = Details {
            at: Some(Instant::now()),
            cpu_limit: limits.and_then(cpu_limit),
            has_no_memory_limit: limits.is_some_and(|limits| limits.memory == Some(0)),
            cgroup: pid.and_then(|pid| Cgroup::of_process(pid, id)),
        };
        lock(&self.details).insert(id.to_owned(), details.clone());
        details
    }

    /// Forgets all but these containers.
    pub(super) fn retain(&self, ids: &HashSet<&str>) {
        lock(&self.details).retain(|id, _| ids.contains(id.as_str()));
    }
}

/// The smaller of the CPU limits that were set, a quota or a set of CPUs; `None` without either.
pub(super) fn cpu_limit(config: &HostConfig) -> Option<f64> {
    let positive = |value: &i64| *value > 0;
    let nano = config.nano_cpus.filter(positive).map(|nano| nano as f64 / 1e9);
    let period = config.cpu_period.filter(positive).unwrap_or(DEFAULT_CPU_PERIOD);
    let quota = nano.or(config.cpu_quota.filter(positive).map(|quota| quota as f64 / period as f64));
    let set = config.cpuset_cpus.as_deref().and_then(cpus_in);
    match (quota, set) {
        (Some(quota), Some(set)) => Some(quota.min(set)),
        (quota, set) => quota.or(set),
    }
}

/// How many CPUs a list such as `0-2,4` names; `None` if it is empty or malformed.
fn cpus_in(list: &str) -> Option<f64> {
    let count = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        Some(f64::from(last.checked_sub(first)?) + 1.0)
    };
    list.split(',').map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_limit_is_the_smallest_that_was_set() {
        let limit = |nano: i64, quota: i64, period: i64, set: &str| {
            cpu_limit(&HostConfig {
                nano_cpus: Some(nano),
                cpu_quota: Some(quota),
                cpu_period: Some(period),
                cpuset_cpus: Some(set.into()),
                ..Default::default()
            })
        };
        assert_eq!(cpu_limit(&HostConfig::default()), None);
        assert_eq!(limit(0, 0, 0, ""), None);
        assert_eq!(limit(0, -1, 100_000, ""), None, "the kernel writes no limit so");
        assert_eq!(limit(500_000_000, 0, 0, ""), Some(0.5));
        assert_eq!(limit(0, 150_000, 0, ""), Some(1.5));
        assert_eq!(limit(0, 10_000, 50_000, ""), Some(0.2));
        assert_eq!(limit(0, 0, 0, "0-2,4"), Some(4.0));
        assert_eq!(limit(1_500_000_000, 0, 0, "3"), Some(1.0));
        for nonsense in ["x", "3-1", "-", ",", "0-4294967296"] {
            assert_eq!(limit(0, 0, 0, nonsense), None, "{nonsense}");
        }
    }
}
