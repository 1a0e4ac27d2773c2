//! Inspects containers to find their limits, cgroups and more. Results are cached because they rarely change.

use super::connect::Connection;
use super::lenient::lenient;
use super::request::Request;
use crate::collect::bounds::MAX_CPUS;
use crate::collect::cgroup::Cgroup;
use crate::collect::containers::{ContainerDetails, ListedContainer};
use crate::collect::sync::lock;
use crate::model::{ContainerState, Timestamp};
use chrono::DateTime;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How long results are cached. To stagger the refreshes, this is extended by the spread times the first byte of the
/// container's ID (0 to 255).
const CACHED_FOR: Duration = Duration::from_secs(45);
const CACHED_SPREAD: Duration = Duration::from_millis(60);

/// How long an inspection may delay a container's numbers.
const TIMEOUT: Duration = Duration::from_secs(1);

/// How many inspections may be in flight at once.
const CONCURRENCY: usize = 16;

/// The kernel's default CPU quota period, in microseconds.
const DEFAULT_CPU_PERIOD: i64 = 100_000;

/// The fields of an inspect response that are used.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Inspected {
    #[serde(default, deserialize_with = "lenient")]
    host_config: Option<HostConfig>,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<ProcessState>,
    #[serde(default, deserialize_with = "lenient")]
    config: Option<Config>,
    #[serde(default, deserialize_with = "lenient")]
    restart_count: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    #[serde(default, deserialize_with = "lenient")]
    image: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HostConfig {
    /// The memory limit in bytes; 0 means no limit.
    #[serde(default, deserialize_with = "lenient")]
    memory: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    nano_cpus: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    cpu_quota: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    cpu_period: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    cpuset_cpus: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProcessState {
    #[serde(default, deserialize_with = "lenient")]
    pid: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    started_at: Option<String>,
}

/// What inspecting a container revealed.
#[derive(Clone, Default)]
pub(super) struct Details {
    /// When the container was last inspected; `None` if it has not been.
    at: Option<Instant>,
    /// The container's state in the list when it was inspected. A container whose state has changed is inspected again.
    state: Option<ContainerState>,
    /// Whether inspecting was refused.
    is_refused: bool,
    pub(super) container: ContainerDetails,
    /// The container's cgroup; `None` if it cannot be read from this machine or is unknown.
    pub(super) cgroup: Option<Cgroup>,
}

impl Details {
    fn are_recent(&self, container: &ListedContainer) -> bool {
        // A container whose state has changed has new details, and one that is restarting over and over each time. One
        // that is younger than its details was started again.
        let has_changed = self.state != Some(container.state) || container.state == ContainerState::Restarting;
        let is_younger = self.at.is_some_and(|at| container.up_seconds.is_some_and(|up| at.elapsed().as_secs() >= up));
        if !self.is_refused && (has_changed || is_younger) {
            return false;
        }
        let spread = container.id.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(0);
        self.at.is_some_and(|at| at.elapsed() < CACHED_FOR + CACHED_SPREAD * spread.into())
    }

    /// The memory limit in bytes, given the limit that the kernel or the engine reports. `None` if there is no limit or
    /// it is unknown. For a container without a limit, the kernel reports more memory than any machine has, and the
    /// engine reports the machine's total memory.
    pub(super) fn memory_limit(&self, counted: Option<u64>, machine_memory: Option<u64>) -> Option<u64> {
        let counted = counted.filter(|bytes| *bytes > 0)?;
        let is_limit = match machine_memory {
            Some(machine) => counted < machine && self.has_memory_limit() != Some(false),
            None => self.has_memory_limit() == Some(true),
        };
        is_limit.then_some(counted)
    }

    /// Whether the container has a memory limit; `None` if unknown.
    fn has_memory_limit(&self) -> Option<bool> {
        self.container.limits_known.then_some(self.container.memory_limit.is_some())
    }
}

/// A cache of every container's details.
pub(super) struct InspectCache {
    details: Mutex<HashMap<String, Details>>,
    permits: Semaphore,
}

impl InspectCache {
    pub(super) fn new() -> Self {
        Self { details: Mutex::default(), permits: Semaphore::new(CONCURRENCY) }
    }

    /// Returns the cached details, however old; empty if the container has not been inspected.
    pub(super) fn cached(&self, id: &str) -> Details {
        lock(&self.details).get(id).cloned().unwrap_or_default()
    }

    /// Returns the container's details, inspecting it again if the cached ones are too old. If that fails, returns the
    /// cached ones.
    pub(super) async fn get(&self, connection: &Connection, container: &ListedContainer) -> Details {
        let id = container.id.as_str();
        let cached = self.cached(id);
        if cached.are_recent(container) {
            return cached;
        }
        let answer = timeout(TIMEOUT, async {
            let _permit = self.permits.acquire().await.ok()?;
            Some(connection.client.get(Request::Inspect(id)).await)
        });
        let details = match answer.await {
            Ok(Some(Ok(answer))) => match serde_json::from_str::<Inspected>(&answer.text()) {
                Ok(inspected) => {
                    let mut details = Details { state: Some(container.state), ..details(inspected, connection, id) };
                    // A limit that the machine cannot reach is none.
                    details.container.memory_limit =
                        details.memory_limit(details.container.memory_limit, connection.machine_memory);
                    details
                }
                Err(_) => return cached,
            },
            // Keeps a proxy that forbids the request from being asked with every scrape.
            Ok(Some(Err(error))) if error.is_forbidden() => {
                Details { at: Some(Instant::now()), is_refused: true, ..cached }
            }
            // On any other failure, the next scrape tries again.
            _ => return cached,
        };
        lock(&self.details).insert(id.to_owned(), details.clone());
        details
    }

    /// Drops the details of containers that are not in `ids`.
    pub(super) fn retain(&self, ids: &HashSet<&str>) {
        lock(&self.details).retain(|id, _| ids.contains(id.as_str()));
    }
}

fn details(inspected: Inspected, connection: &Connection, id: &str) -> Details {
    let can_read_cgroup = connection.is_local && connection.engine.counts_as_kernel();
    let pid = inspected.state.as_ref().and_then(|state| state.pid).filter(|pid| *pid > 0 && can_read_cgroup);
    inspected.into_details(pid.and_then(|pid| Cgroup::of_process(pid, id)))
}

impl Inspected {
    /// The CPU limit in cores: the CPU quota or the size of the CPU set, whichever is smaller. `None` if neither is
    /// set.
    pub(super) fn cpu_limit(&self) -> Option<f64> {
        let config = self.host_config.as_ref()?;
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

    /// Converts the response into details, with the current time as the time of inspection.
    pub(super) fn into_details(self, cgroup: Option<Cgroup>) -> Details {
        Details {
            at: Some(Instant::now()),
            state: None,
            is_refused: false,
            container: self.container_details(),
            cgroup,
        }
    }

    fn container_details(self) -> ContainerDetails {
        let memory = self.host_config.as_ref().and_then(|config| config.memory);
        ContainerDetails {
            limits_known: memory.is_some(),
            memory_limit: memory.filter(|bytes| *bytes > 0),
            cpu_limit: self.cpu_limit(),
            image: self.config.and_then(|config| config.image).filter(|image| !image.is_empty()),
            started_at: self.state.and_then(|state| started(&state.started_at?)),
            restart_count: self.restart_count,
        }
    }
}

/// Parses the time of a start. A container that was never started has one in the year 1.
fn started(text: &str) -> Option<Timestamp> {
    let micros = DateTime::parse_from_rfc3339(text).ok()?.timestamp_micros();
    (micros > 0).then(|| Timestamp::from_micros(micros))
}

/// How many CPUs a set such as `0-2,4` contains; `None` if it is empty or malformed. Duplicates are counted once.
fn cpus_in(set: &str) -> Option<f64> {
    let mut cpus = BTreeSet::new();
    for part in set.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        if first > last || last >= MAX_CPUS {
            return None;
        }
        cpus.extend(first..=last);
    }
    u32::try_from(cpus.len()).ok().map(f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn inspected(host_config: &Value) -> Inspected {
        serde_json::from_value(json!({"HostConfig": host_config})).expect("an inspection")
    }

    #[test]
    fn the_cpu_limit_is_the_smaller_of_quota_and_cpu_set() {
        let limit = |nano: i64, quota: i64, period: i64, set: &str| {
            let config = json!({"NanoCpus": nano, "CpuQuota": quota, "CpuPeriod": period, "CpusetCpus": set});
            inspected(&config).cpu_limit()
        };
        assert_eq!(inspected(&json!({})).cpu_limit(), None);
        assert_eq!(limit(0, 0, 0, ""), None);
        assert_eq!(limit(0, -1, 100_000, ""), None, "-1 means no limit in the kernel");
        assert_eq!(limit(500_000_000, 0, 0, ""), Some(0.5));
        assert_eq!(limit(0, 150_000, 0, ""), Some(1.5));
        assert_eq!(limit(0, 10_000, 50_000, ""), Some(0.2));
        assert_eq!(limit(0, 0, 0, "0-2,4"), Some(4.0));
        assert_eq!(limit(0, 0, 0, "0,0-1"), Some(2.0), "a CPU counts once");
        assert_eq!(limit(1_500_000_000, 0, 0, "3"), Some(1.0));
        for nonsense in ["x", "3-1", "-", ",", "0-4294967296", "0-4294967295"] {
            assert_eq!(limit(0, 0, 0, nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_field_of_another_type_affects_only_itself() {
        let answer = json!({
            "Config": {"Entrypoint": "/entry.sh", "Labels": [], "Image": 7},
            "State": {"Pid": "7", "StartedAt": "yesterday"},
            "RestartCount": -1,
            "HostConfig": {"NanoCpus": 1_500_000_000, "Memory": -1, "CpusetCpus": 3, "PortBindings": {"80": 65536}},
        });
        let inspected: Inspected = serde_json::from_value(answer).expect("an inspection");
        let details = inspected.container_details();
        assert_eq!((details.cpu_limit, details.limits_known, details.memory_limit), (Some(1.5), false, None));
        assert_eq!((details.image, details.started_at, details.restart_count), (None, None, None));
    }

    #[test]
    fn the_start_is_in_utc_and_unknown_before_the_first() {
        let noon = Timestamp::sample();
        assert_eq!(started("2026-01-13T12:00:00Z"), Some(noon));
        assert_eq!(started("2026-01-13T13:00:00.000000999+01:00"), Some(noon), "as Podman writes it");
        assert_eq!(started("0001-01-01T00:00:00Z"), None);
        for nonsense in ["", "now", "2026-01-13", "2026-13-01T00:00:00Z"] {
            assert_eq!(started(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn the_size_of_the_machine_and_larger_numbers_are_no_limit() {
        const MACHINE: u64 = 25_276_502_016;
        let limit = |memory: Option<u64>, counted: u64, machine: Option<u64>| {
            let inspected = memory.map(|memory| inspected(&json!({"Memory": memory})).into_details(None));
            inspected.unwrap_or_default().memory_limit(Some(counted), machine)
        };
        for no_limit in [0, MACHINE, MACHINE + 1, 9_223_372_036_854_771_712, u64::MAX] {
            assert_eq!(limit(None, no_limit, Some(MACHINE)), None, "{no_limit}");
        }
        assert_eq!(limit(None, MACHINE - 1, Some(MACHINE)), Some(MACHINE - 1));
        assert_eq!(limit(Some(0), MACHINE - 1, Some(MACHINE)), None, "the engine reports that there is no limit");
        assert_eq!(limit(None, MACHINE, None), None, "it may be the machine's size");
        assert_eq!(limit(Some(64 << 20), 64 << 20, None), Some(64 << 20));
    }
}
