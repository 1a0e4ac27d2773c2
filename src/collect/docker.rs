//! Docker, through bollard: lists containers and takes one-shot statistics.

use super::containers::{ContainerCounters, ContainerReader, ListedContainer, ReadError};
use super::endpoint::DockerEndpoint;
use crate::model::ContainerState;
use bollard::models::{
    ContainerMemoryStats, ContainerStatsResponse, ContainerSummary, ContainerSummaryStateEnum, SystemVersion,
};
use bollard::query_parameters::{ListContainersOptions, StatsOptions};
use bollard::{API_DEFAULT_VERSION, Docker, errors::Error};
use futures::StreamExt;
use std::collections::HashMap;
use std::error::Error as _;
use std::io::ErrorKind;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// bollard's own time-out, in seconds. It covers an answer's head only; the sampler's deadlines are tighter and whole.
const CLIENT_TIMEOUT: u64 = 30;

/// From this version on, a one-shot call is answered from the kernel at once. Before it, each waits for the daemon's
/// next collection, a second apart, so calls made one after the other would take a second each.
const PROMPT_ONE_SHOT: [u32; 3] = [24, 0, 7];

/// How many one-shot calls are sent at once to a daemon that answers promptly.
const PROMPT_CONCURRENCY: usize = 16;

/// A Docker daemon, connected to when first needed and again after a failure.
pub struct DockerReader {
    endpoint: DockerEndpoint,
    label: Option<String>,
    connection: Mutex<Option<Connection>>,
}

#[derive(Clone)]
struct Connection {
    client: Docker,
    concurrency: usize,
}

impl DockerReader {
    /// Reads the containers of the daemon at `endpoint` that carry `label` (`key` or `key=value`), or all.
    pub fn new(endpoint: DockerEndpoint, label: Option<String>) -> Self {
        Self { endpoint, label, connection: Mutex::new(None) }
    }

    fn held(&self) -> MutexGuard<'_, Option<Connection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connection(&self) -> Result<Connection, Error> {
        if let Some(connection) = self.held().clone() {
            return Ok(connection);
        }
        let client = connect(&self.endpoint)?;
        let concurrency = concurrency(&client.version().await?);
        let connection = Connection { client, concurrency };
        *self.held() = Some(connection.clone());
        Ok(connection)
    }

    async fn summaries(&self) -> Result<Vec<ContainerSummary>, Error> {
        let client = self.connection().await?.client;
        // No status filter: `status=running` would leave out paused containers, which hold memory.
        let filters =
            self.label.iter().map(|label| ("label".to_owned(), vec![label.clone()])).collect::<HashMap<_, _>>();
        client.list_containers(Some(ListContainersOptions { filters: Some(filters), ..Default::default() })).await
    }
}

impl ContainerReader for DockerReader {
    async fn list(&self) -> Result<Vec<ListedContainer>, String> {
        let summaries = self.summaries().await.map_err(|error| reason(&self.endpoint, &error))?;
        Ok(summaries.into_iter().filter_map(listed).collect())
    }

    async fn counters(&self, id: &str) -> Result<ContainerCounters, ReadError> {
        let failed = |error: &Error| ReadError::Failed(reason(&self.endpoint, error));
        let client = self.connection().await.map_err(|error| failed(&error))?.client;
        let options = StatsOptions { stream: false, one_shot: true };
        let first = client.stats(id, Some(options)).next().await;
        match first {
            Some(Ok(stats)) => counters(&stats),
            Some(Err(Error::DockerResponseServerError { status_code: 404, .. })) => Err(ReadError::Gone),
            Some(Err(error)) => Err(failed(&error)),
            None => Err(ReadError::Failed("the daemon's answer was empty".into())),
        }
    }

    fn concurrency(&self) -> usize {
        self.held().as_ref().map_or(PROMPT_CONCURRENCY, |connection| connection.concurrency)
    }

    fn reset(&self) {
        *self.held() = None;
    }
}

fn connect(endpoint: &DockerEndpoint) -> Result<Docker, Error> {
    match endpoint {
        DockerEndpoint::Unix(path) => {
            Docker::connect_with_unix(&path.to_string_lossy(), CLIENT_TIMEOUT, API_DEFAULT_VERSION)
        }
        DockerEndpoint::Tcp { address, tls: None } => {
            Docker::connect_with_http(address, CLIENT_TIMEOUT, API_DEFAULT_VERSION)
        }
        DockerEndpoint::Tcp { address, tls: Some(tls) } => Docker::connect_with_ssl(
            address,
            &tls.directory.join("key.pem"),
            &tls.directory.join("cert.pem"),
            &tls.directory.join("ca.pem"),
            CLIENT_TIMEOUT,
            API_DEFAULT_VERSION,
        ),
    }
}

fn concurrency(version: &SystemVersion) -> usize {
    let number = version.version.as_deref().unwrap_or_default();
    let mut parts = number.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
    let parts = [(); 3].map(|()| parts.next().unwrap_or(0));
    if parts >= PROMPT_ONE_SHOT { PROMPT_CONCURRENCY } else { usize::MAX }
}

fn listed(summary: ContainerSummary) -> Option<ListedContainer> {
    let state = match summary.state? {
        ContainerSummaryStateEnum::RUNNING => ContainerState::Running,
        ContainerSummaryStateEnum::PAUSED => ContainerState::Paused,
        ContainerSummaryStateEnum::RESTARTING => ContainerState::Restarting,
        _ => return None,
    };
    let id = summary.id?;
    // Links add names of the form /other/alias; the container's own has one slash.
    let own = summary.names.unwrap_or_default().into_iter().find_map(|name| {
        let name = name.strip_prefix('/').unwrap_or(&name);
        (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
    });
    let name = own.unwrap_or_else(|| id.chars().take(12).collect());
    Some(ListedContainer { id, name, state })
}

fn counters(stats: &ContainerStatsResponse) -> Result<ContainerCounters, ReadError> {
    let Some(read) = stats.read else {
        return Err(ReadError::Failed("the daemon's answer has no time".into()));
    };
    // A container that has just stopped is answered with the zero time and empty numbers.
    if read.timestamp() <= 0 {
        return Err(ReadError::Gone);
    }
    let cpu = stats.cpu_stats.as_ref();
    let usage = cpu.and_then(|cpu| cpu.cpu_usage.as_ref());
    let per_cpu = usage.and_then(|usage| usage.percpu_usage.as_ref()).and_then(|list| u32::try_from(list.len()).ok());
    Ok(ContainerCounters {
        cpu_total: usage.and_then(|usage| usage.total_usage),
        system_total: cpu.and_then(|cpu| cpu.system_cpu_usage),
        // Absent before Docker 1.13; cgroup v2 has no percpu_usage.
        online_cpus: cpu.and_then(|cpu| cpu.online_cpus).filter(|cpus| *cpus > 0).or(per_cpu),
        memory: stats.memory_stats.as_ref().and_then(memory),
    })
}

/// `docker stats`' MEM USAGE: usage less the page cache that the kernel could drop at once, which cgroup v1
/// calls total_inactive_file and v2 inactive_file; left as it is where the cache is said to be the larger.
fn memory(memory: &ContainerMemoryStats) -> Option<u64> {
    let usage = memory.usage?;
    let detail = |key: &str| memory.stats.as_ref().and_then(|stats| stats.get(key)).copied();
    let inactive = detail("total_inactive_file").or_else(|| detail("inactive_file")).unwrap_or(0);
    Some(if inactive < usage { usage - inactive } else { usage })
}

/// The cause of a failure in an operator's words, with what to do where that is known.
fn reason(endpoint: &DockerEndpoint, error: &Error) -> String {
    let place = match endpoint {
        DockerEndpoint::Unix(path) => path.display().to_string(),
        DockerEndpoint::Tcp { address, .. } => address.clone(),
    };
    match (error, io_kind(error)) {
        (Error::SocketNotFoundError(_), _) | (_, Some(ErrorKind::NotFound)) => {
            format!("no socket at {place}: is Docker installed and running?")
        }
        (_, Some(ErrorKind::PermissionDenied)) => {
            format!("permission denied at {place}: run as root or as a member of the socket's group (docker)")
        }
        (_, Some(ErrorKind::ConnectionRefused)) => format!("nobody listens at {place}: is the daemon running?"),
        (Error::DockerResponseServerError { status_code, message }, _) => format!("status {status_code}: {message}"),
        _ => chain(error),
    }
}

/// The kind of the I/O error that an error was caused by.
fn io_kind(error: &Error) -> Option<ErrorKind> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        cause = error.source();
    }
    None
}

/// An error with its causes, each once.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(json: serde_json::Value) -> Result<ContainerCounters, ReadError> {
        counters(&serde_json::from_value(json).expect("a stats answer"))
    }

    #[test]
    fn cgroup_v1_counters() {
        let read = stats(serde_json::json!({
            "read": "2026-01-13T12:00:00.5Z",
            "cpu_stats": {"cpu_usage": {"total_usage": 500, "percpu_usage": [200, 300]},
                          "system_cpu_usage": 9000, "online_cpus": 2},
            "memory_stats": {"usage": 1000, "stats": {"total_inactive_file": 300, "inactive_file": 100, "cache": 900}}
        }));
        let expected = ContainerCounters {
            cpu_total: Some(500),
            system_total: Some(9000),
            online_cpus: Some(2),
            memory: Some(700),
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn cgroup_v2_has_no_per_cpu_list() {
        let read = stats(serde_json::json!({
            "read": "2026-01-13T12:00:00Z",
            "cpu_stats": {"cpu_usage": {"total_usage": 5}, "system_cpu_usage": 9, "online_cpus": 8},
            "memory_stats": {"usage": 1000, "stats": {"inactive_file": 250, "file": 800}}
        }))
        .expect("counters");
        assert_eq!((read.online_cpus, read.memory), (Some(8), Some(750)));
    }

    #[test]
    fn an_old_daemon_names_no_online_cpus() {
        let read = stats(serde_json::json!({
            "read": "2026-01-13T12:00:00Z",
            "cpu_stats": {"cpu_usage": {"total_usage": 5, "percpu_usage": [1, 2, 2]}, "system_cpu_usage": 9}
        }))
        .expect("counters");
        assert_eq!((read.online_cpus, read.memory), (Some(3), None));
    }

    #[test]
    fn more_cache_than_usage_is_not_subtracted() {
        let memory_stats = serde_json::json!({"usage": 100, "stats": {"inactive_file": 200}});
        assert_eq!(memory(&serde_json::from_value(memory_stats).expect("memory")), Some(100));
    }

    #[test]
    fn a_container_that_just_stopped_is_gone() {
        let stopped = serde_json::json!({"read": "0001-01-01T00:00:00Z", "cpu_stats": {}, "memory_stats": {}});
        assert_eq!(stats(stopped), Err(ReadError::Gone));
        assert!(matches!(stats(serde_json::json!({})), Err(ReadError::Failed(_))), "an empty answer is no end");
    }

    #[test]
    fn calls_are_held_back_only_where_the_daemon_is_prompt() {
        let of = |version: &str| concurrency(&SystemVersion { version: Some(version.into()), ..Default::default() });
        assert_eq!(of("20.10.24+dfsg1"), usize::MAX);
        assert_eq!(of("24.0.6"), usize::MAX);
        assert_eq!(of("24.0.7"), PROMPT_CONCURRENCY);
        assert_eq!(of("28.2.2"), PROMPT_CONCURRENCY);
        assert_eq!(concurrency(&SystemVersion::default()), usize::MAX);
    }

    #[test]
    fn names_lose_their_slash_and_links_are_no_names() {
        let summary = |names: &[&str]| ContainerSummary {
            id: Some("0123456789abcdef".into()),
            names: Some(names.iter().map(ToString::to_string).collect()),
            state: Some(ContainerSummaryStateEnum::RUNNING),
            ..Default::default()
        };
        assert_eq!(listed(summary(&["/web/db", "/agent-a"])).expect("a row").name, "agent-a");
        assert_eq!(listed(summary(&[])).expect("a row").name, "0123456789ab");
        let exited = ContainerSummary { state: Some(ContainerSummaryStateEnum::EXITED), ..summary(&["/a"]) };
        assert_eq!(listed(exited), None);
    }
}
