//! Docker, through bollard: lists containers and takes one-shot statistics. Podman, where it answers in Docker's place.

mod answers;
mod reason;

use super::containers::{ContainerCounters, ContainerReader, ListedContainer, ReadError};
use super::endpoint::DockerEndpoint;
use answers::Engine;
use bollard::models::ContainerSummary;
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptions, StatsOptions};
use bollard::{API_DEFAULT_VERSION, Docker, errors::Error};
use futures::StreamExt;
use reason::reason;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// bollard's own time-out, in seconds. It covers an answer's head only; the sampler's deadlines are tighter and whole.
const CLIENT_TIMEOUT: u64 = 30;

/// How many one-shot calls are sent at once to a daemon that answers promptly.
const PROMPT_CONCURRENCY: usize = 16;

/// A limit of CPU hardly ever changes, and is not among the statistics: it is asked for this often.
const CPU_LIMIT_KEPT: Duration = Duration::from_secs(60);

/// How long it may take to ask; the numbers do not wait any longer.
const CPU_LIMIT_DEADLINE: Duration = Duration::from_secs(1);

/// A Docker daemon, connected to when first needed and again after a failure.
pub struct DockerReader {
    endpoint: DockerEndpoint,
    label: Option<String>,
    connection: Mutex<Option<Connection>>,
    cpu_limits: Mutex<HashMap<String, CpuLimit>>,
}

#[derive(Clone)]
struct Connection {
    client: Docker,
    engine: Engine,
}

#[derive(Clone, Copy)]
struct CpuLimit {
    at: Instant,
    cores: Option<f64>,
}

impl DockerReader {
    /// Reads the containers of the daemon at `endpoint` that carry `label` (`key` or `key=value`), or all.
    pub fn new(endpoint: DockerEndpoint, label: Option<String>) -> Self {
        Self { endpoint, label, connection: Mutex::default(), cpu_limits: Mutex::default() }
    }

    async fn connection(&self) -> Result<Connection, Error> {
        if let Some(connection) = lock(&self.connection).clone() {
            return Ok(connection);
        }
        let client = connect(&self.endpoint)?;
        let version = client.version().await?;
        // Refused by some proxies in front of a daemon, which leaves the machine's size unknown and nothing else.
        let machine = client.info().await.unwrap_or_default();
        let connection = Connection { client, engine: Engine::of(&version, &machine) };
        *lock(&self.connection) = Some(connection.clone());
        Ok(connection)
    }

    async fn summaries(&self) -> Result<Vec<ContainerSummary>, Error> {
        let Connection { client, engine } = self.connection().await?;
        let mut filters: HashMap<_, _> =
            self.label.iter().map(|label| ("label".to_owned(), vec![label.clone()])).collect();
        if let Some(states) = engine.states_to_ask_for() {
            filters.insert("status".into(), states.map(Into::into).into());
        }
        client.list_containers(Some(ListContainersOptions { filters: Some(filters), ..Default::default() })).await
    }

    /// The container's limit of CPU, in cores; asked for anew once the last answer is old.
    async fn cpu_limit(&self, client: &Docker, id: &str) -> Option<f64> {
        let known = lock(&self.cpu_limits).get(id).copied();
        if let Some(limit) = known.filter(|limit| limit.at.elapsed() < CPU_LIMIT_KEPT) {
            return limit.cores;
        }
        let inspected = timeout(CPU_LIMIT_DEADLINE, client.inspect_container(id, None::<InspectContainerOptions>));
        let cores = match inspected.await {
            Ok(Ok(answer)) => answer.host_config.as_ref().and_then(answers::cpu_limit),
            // The next round asks again.
            _ => return known.and_then(|limit| limit.cores),
        };
        lock(&self.cpu_limits).insert(id.to_owned(), CpuLimit { at: Instant::now(), cores });
        cores
    }
}

impl ContainerReader for DockerReader {
    async fn list(&self) -> Result<Vec<ListedContainer>, String> {
        let summaries = self.summaries().await.map_err(|error| reason(&self.endpoint, &error))?;
        let list: Vec<_> = summaries.into_iter().filter_map(answers::listed).collect();
        let ids: HashSet<&str> = list.iter().map(|container| container.id.as_str()).collect();
        lock(&self.cpu_limits).retain(|id, _| ids.contains(id.as_str()));
        Ok(list)
    }

    async fn counters(&self, id: &str) -> Result<ContainerCounters, ReadError> {
        let failed = |error: &Error| ReadError::Failed(reason(&self.endpoint, error));
        let Connection { client, engine } = self.connection().await.map_err(|error| failed(&error))?;
        let mut stats = client.stats(id, Some(StatsOptions { stream: false, one_shot: true }));
        let (stats, cpu_limit) = tokio::join!(stats.next(), self.cpu_limit(&client, id));
        match stats {
            Some(Ok(stats)) => {
                let counters = answers::counters(&stats, &engine)?;
                Ok(ContainerCounters { cpu_limit, ..counters })
            }
            Some(Err(Error::DockerResponseServerError { status_code: 404 | 409, .. })) => Err(ReadError::Gone),
            Some(Err(error)) => Err(failed(&error)),
            None => Err(ReadError::Failed("the daemon's answer was empty".into())),
        }
    }

    fn concurrency(&self) -> usize {
        let is_prompt = lock(&self.connection).as_ref().is_none_or(|connection| connection.engine.is_prompt);
        if is_prompt { PROMPT_CONCURRENCY } else { usize::MAX }
    }

    fn reset(&self) {
        *lock(&self.connection) = None;
    }
}

/// Nothing here is left half done by a panic, so a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
