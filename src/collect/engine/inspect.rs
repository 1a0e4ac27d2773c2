//! Inspects containers to find their image, PID, limits and more: once, and again when the engine reports a change.

use super::connect::Connection;
use super::lenient::lenient;
use super::request::Request;
use crate::collect::bounds::limit_below;
use crate::collect::containers::{ContainerDetails, ListedContainer};
use crate::collect::cpu_set::cpus_in;
use crate::collect::sync::lock;
use crate::model::{ContainerState, Timestamp};
use chrono::DateTime;
use futures::StreamExt as _;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How long results are cached if the engine reports every change, in case that a report was lost.
const KEPT_FOR: Duration = Duration::from_secs(3600);

/// How long results are cached if the engine does not report changes. To stagger the refreshes, this is extended by the
/// spread times the first byte of the container's ID (0 to 255).
const CACHED_FOR: Duration = Duration::from_secs(45);
const CACHED_SPREAD: Duration = Duration::from_millis(60);

/// How long one inspection may take.
const TIMEOUT: Duration = Duration::from_secs(1);

/// How long all due inspections may delay a list.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a container is left alone after its inspection has failed.
const RETRY_AFTER: Duration = Duration::from_secs(10);

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
    /// When the container was last inspected, with or without success; `None` if it has not been.
    at: Option<Instant>,
    /// The container's state in the list when it was inspected. A container whose state has changed is inspected again.
    state: Option<ContainerState>,
    /// How the last inspection ended.
    outcome: Outcome,
    pub(super) container: ContainerDetails,
    /// The PID of the container's first process; `None` if it is unknown.
    pub(super) pid: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Outcome {
    /// The engine answered.
    #[default]
    Answered,
    /// The engine has not answered in time or not well.
    Failed,
    /// A proxy forbids the request.
    Refused,
}

impl Details {
    /// Whether the container need not be inspected again. `is_told` says that the engine reports every change.
    fn are_recent(&self, container: &ListedContainer, is_told: bool) -> bool {
        let Some(age) = self.at.map(|at| at.elapsed()) else { return false };
        // A changed state means new details; a restarting container gets new ones each time. An uptime shorter than the
        // details' age means that the container was started again.
        let has_changed = self.state != Some(container.state) || container.state == ContainerState::Restarting;
        let is_younger = container.up_seconds.is_some_and(|up| age.as_secs() > up + 1);
        let spread = container.id.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(0);
        match self.outcome {
            Outcome::Failed => age < RETRY_AFTER,
            Outcome::Answered if has_changed || is_younger => false,
            Outcome::Answered if is_told => age < KEPT_FOR,
            Outcome::Answered | Outcome::Refused => age < CACHED_FOR + CACHED_SPREAD * spread.into(),
        }
    }

    /// The memory limit in bytes, given the limit that the kernel or the engine reports. `None` if there is no limit or
    /// it is unknown. For a container without a limit, the kernel reports more memory than any machine has, and the
    /// engine reports the machine's total memory.
    pub(super) fn memory_limit(&self, counted: Option<u64>, machine_memory: Option<u64>) -> Option<u64> {
        let counted = counted.filter(|bytes| *bytes > 0)?;
        match machine_memory {
            Some(_) if self.has_memory_limit() == Some(false) => None,
            None if self.has_memory_limit() != Some(true) => None,
            machine => limit_below(counted, machine),
        }
    }

    /// Whether the container has a memory limit; `None` if unknown.
    fn has_memory_limit(&self) -> Option<bool> {
        self.container.limits_known.then_some(self.container.memory_limit.is_some())
    }
}

/// A cache of every container's details.
#[derive(Default)]
pub(super) struct InspectCache(Mutex<HashMap<String, Details>>);

impl InspectCache {
    /// Returns the cached details, however old; empty if the container has not been inspected.
    pub(super) fn cached(&self, id: &str) -> Details {
        lock(&self.0).get(id).cloned().unwrap_or_default()
    }

    /// Lets a container be inspected again, because something happened to it; all containers if `id` is `None`.
    pub(super) fn expire(&self, id: Option<&str>) {
        let mut details = lock(&self.0);
        match id {
            Some(id) => details.get_mut(id).into_iter().for_each(|details| details.at = None),
            None => details.values_mut().for_each(|details| details.at = None),
        }
    }

    /// Inspects those containers whose details are missing or may have changed, and forgets those that are not in the
    /// list. `is_told` says that the engine reports every change. Gives up after a while. Returns in how long it should
    /// be called again for those that were not reached or failed; `None` if there are none.
    pub(super) async fn refresh(
        &self,
        connection: &Connection,
        list: &[ListedContainer],
        is_told: bool,
    ) -> Option<Duration> {
        let due: Vec<ListedContainer> = {
            let mut details = lock(&self.0);
            let ids: HashSet<&str> = list.iter().map(|container| container.id.as_str()).collect();
            details.retain(|id, _| ids.contains(id.as_str()));
            let is_recent = |container: &&ListedContainer| {
                details.get(&container.id).is_some_and(|details| details.are_recent(container, is_told))
            };
            list.iter().filter(|container| !is_recent(container)).cloned().collect()
        };
        let inspections = futures::stream::iter(due)
            .map(|container| self.inspect(connection, container))
            .buffer_unordered(CONCURRENCY)
            .collect::<()>();
        if timeout(REFRESH_TIMEOUT, inspections).await.is_err() {
            return Some(Duration::ZERO);
        }
        lock(&self.0).values().any(|details| details.outcome == Outcome::Failed).then_some(RETRY_AFTER)
    }

    /// Inspects a container. If that fails, its old details stay.
    async fn inspect(&self, connection: &Connection, container: ListedContainer) {
        let answer = timeout(TIMEOUT, connection.client.get(Request::Inspect(&container.id))).await;
        let inspected = match answer {
            Ok(Ok(answer)) => serde_json::from_str::<Inspected>(&answer.text()).map_err(|_| Outcome::Failed),
            Ok(Err(error)) if error.is_forbidden() => Err(Outcome::Refused),
            _ => Err(Outcome::Failed),
        };
        let mut details = match inspected {
            Ok(inspected) => inspected.into_details(),
            Err(outcome) => Details { outcome, ..self.cached(&container.id) },
        };
        // A limit that the machine cannot reach is none.
        details.container.memory_limit =
            details.memory_limit(details.container.memory_limit, connection.machine_memory);
        let details = Details { at: Some(Instant::now()), state: Some(container.state), ..details };
        lock(&self.0).insert(container.id, details);
    }
}

impl Inspected {
    /// The configured CPU quota in cores; `None` if there is none.
    fn cpu_quota(&self) -> Option<f64> {
        let config = self.host_config.as_ref()?;
        let positive = |value: &i64| *value > 0;
        let nano = config.nano_cpus.filter(positive).map(|nano| nano as f64 / 1e9);
        let period = config.cpu_period.filter(positive).unwrap_or(DEFAULT_CPU_PERIOD);
        nano.or(config.cpu_quota.filter(positive).map(|quota| quota as f64 / period as f64))
    }

    /// How many CPUs the container may use; `None` if all.
    fn cpu_set(&self) -> Option<f64> {
        cpus_in(self.host_config.as_ref()?.cpuset_cpus.as_deref()?).map(f64::from)
    }

    /// Converts the response into details.
    pub(super) fn into_details(self) -> Details {
        let pid = self.state.as_ref().and_then(|state| state.pid).filter(|pid| *pid > 0);
        Details { pid, container: self.container_details(), ..Details::default() }
    }

    fn container_details(self) -> ContainerDetails {
        let memory = self.host_config.as_ref().and_then(|config| config.memory);
        ContainerDetails {
            limits_known: memory.is_some(),
            memory_limit: memory.filter(|bytes| *bytes > 0),
            cpu_quota: self.cpu_quota(),
            cpu_set: self.cpu_set(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn inspected(host_config: &Value) -> Inspected {
        serde_json::from_value(json!({"HostConfig": host_config})).expect("an inspection")
    }

    #[test]
    fn the_quota_is_in_cores_in_any_notation() {
        let quota = |nano: i64, quota: i64, period: i64| {
            inspected(&json!({"NanoCpus": nano, "CpuQuota": quota, "CpuPeriod": period})).cpu_quota()
        };
        assert_eq!(inspected(&json!({})).cpu_quota(), None);
        assert_eq!(quota(0, 0, 0), None);
        assert_eq!(quota(0, -1, 100_000), None, "-1 means no limit in the kernel");
        assert_eq!(quota(500_000_000, 0, 0), Some(0.5));
        assert_eq!(quota(0, 150_000, 0), Some(1.5));
        assert_eq!(quota(0, 10_000, 50_000), Some(0.2));
    }

    #[test]
    fn details_are_inspected_again_only_when_they_may_have_changed() {
        let container = |state, up_seconds| ListedContainer { id: "00".into(), name: "a".into(), state, up_seconds };
        let ago = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds));
        let running = Some(ContainerState::Running);
        let details = |seconds, outcome| Details { at: ago(seconds), state: running, outcome, ..Details::default() };
        let same = container(ContainerState::Running, None);
        let old = details(600, Outcome::Answered);
        assert!(old.are_recent(&same, true) && !old.are_recent(&same, false), "events would have told");
        assert!(!Details { at: None, ..old }.are_recent(&same, true), "an event told");
        assert!(!details(1, Outcome::Answered).are_recent(&container(ContainerState::Paused, None), true));
        for is_told in [false, true] {
            let restarted = container(ContainerState::Running, Some(5));
            assert!(!details(20, Outcome::Answered).are_recent(&restarted, is_told));
            assert!(details(6, Outcome::Answered).are_recent(&restarted, is_told), "the uptime is rounded");
        }
        assert!(details(5, Outcome::Failed).are_recent(&same, true));
        assert!(!details(15, Outcome::Failed).are_recent(&same, true));
        assert!(details(30, Outcome::Refused).are_recent(&container(ContainerState::Paused, None), false));
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
        assert_eq!((details.cpu_quota, details.cpu_set), (Some(1.5), None));
        assert_eq!((details.limits_known, details.memory_limit), (false, None));
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
            let inspected = memory.map(|memory| inspected(&json!({"Memory": memory})).into_details());
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
