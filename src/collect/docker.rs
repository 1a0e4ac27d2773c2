//! Docker, through bollard: lists containers and takes one-shot statistics. Podman, where it answers in Docker's place.

mod answers;
mod kernel;
#[cfg(test)]
mod properties;
mod reason;

use super::containers::{ContainerCounters, ContainerReader, ListedContainer, ReadError};
use super::endpoint::DockerEndpoint;
use answers::Engine;
use bollard::models::{ContainerStatsResponse, ContainerSummary};
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptions, StatsOptions, TopOptions};
use bollard::{API_DEFAULT_VERSION, Docker, errors::Error};
use futures::StreamExt;
use kernel::Cgroup;
use reason::reason;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// bollard's own time-out, in seconds. It covers an answer's head only; the sampler's deadlines are tighter and whole.
const CLIENT_TIMEOUT: u64 = 30;

/// How many one-shot calls are sent at once to a daemon that answers promptly.
const PROMPT_CONCURRENCY: usize = 16;

/// What is not among the statistics hardly ever changes; it is asked for this often.
const DETAILS_KEPT: Duration = Duration::from_secs(60);

/// How long it may take to ask; the numbers do not wait any longer.
const DETAILS_DEADLINE: Duration = Duration::from_secs(1);

/// A Docker daemon, connected to when first needed and again after a failure.
pub struct DockerReader {
    endpoint: DockerEndpoint,
    label: Option<String>,
    connection: Mutex<Option<Connection>>,
    details: Mutex<HashMap<String, Details>>,
}

#[derive(Clone)]
struct Connection {
    client: Docker,
    engine: Engine,
}

/// What is known of a container besides its statistics.
#[derive(Clone, Default)]
struct Details {
    /// When it was asked for; `None` if it never was.
    at: Option<Instant>,
    /// The limit of CPU, in cores.
    cpu_limit: Option<f64>,
    /// Where the kernel accounts for it; `None` if that cannot be seen from here.
    cgroup: Option<Cgroup>,
    /// When its shim last answered, while its statistics did not come.
    shim_answered: Option<Instant>,
}

fn is_recent(at: Option<Instant>) -> bool {
    at.is_some_and(|at| at.elapsed() < DETAILS_KEPT)
}

impl DockerReader {
    /// Reads the containers of the daemon at `endpoint` that carry `label` (`key` or `key=value`), or all.
    pub fn new(endpoint: DockerEndpoint, label: Option<String>) -> Self {
        Self { endpoint, label, connection: Mutex::default(), details: Mutex::default() }
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

    /// What is known of the container; asked for anew once the last answer is old.
    async fn details(&self, client: &Docker, id: &str) -> Details {
        let known = lock(&self.details).get(id).cloned().unwrap_or_default();
        if is_recent(known.at) {
            return known;
        }
        let inspected = timeout(DETAILS_DEADLINE, client.inspect_container(id, None::<InspectContainerOptions>));
        // The next round asks again.
        let Ok(Ok(answer)) = inspected.await else { return known };
        let pid = answer.state.and_then(|state| state.pid).filter(|pid| *pid > 0);
        let details = Details {
            at: Some(Instant::now()),
            cpu_limit: answer.host_config.as_ref().and_then(answers::cpu_limit),
            cgroup: pid.and_then(|pid| Cgroup::of_process(pid, id)),
            ..known
        };
        lock(&self.details).insert(id.to_owned(), details.clone());
        details
    }

    /// The statistics of a container whose own did not come, from the kernel: not if its shim hangs, which is then what
    /// there is to say of it, but if another's does, for which the daemon lets all wait.
    async fn statistics_from_kernel(
        &self,
        client: &Docker,
        id: &str,
        details: &Details,
    ) -> Option<ContainerStatsResponse> {
        let cgroup = details.cgroup.as_ref()?;
        if !is_recent(details.shim_answered) {
            // Listing its processes asks the shim; that it answers counts, whatever it says.
            let _ = client.top_processes(id, None::<TopOptions>).await;
            if let Some(known) = lock(&self.details).get_mut(id) {
                known.shim_answered = Some(Instant::now());
            }
        }
        cgroup.read()
    }
}

impl ContainerReader for DockerReader {
    async fn list(&self) -> Result<Vec<ListedContainer>, String> {
        let summaries = self.summaries().await.map_err(|error| reason(&self.endpoint, &error))?;
        let list: Vec<_> = summaries.into_iter().filter_map(answers::listed).collect();
        let ids: HashSet<&str> = list.iter().map(|container| container.id.as_str()).collect();
        lock(&self.details).retain(|id, _| ids.contains(id.as_str()));
        Ok(list)
    }

    async fn counters(&self, id: &str, deadline: Instant) -> Result<ContainerCounters, ReadError> {
        let failed = |error: &Error| ReadError::Failed(reason(&self.endpoint, error));
        let Connection { client, engine } = self.connection().await.map_err(|error| failed(&error))?;
        // What remains after it is for the kernel's files.
        let patience = deadline.saturating_duration_since(Instant::now()) * 3 / 5;
        let mut stats = client.stats(id, Some(StatsOptions { stream: false, one_shot: true }));
        let (stats, details) = tokio::join!(timeout(patience, stats.next()), self.details(&client, id));
        let stats = match stats {
            Ok(Some(Ok(stats))) => Some(stats),
            Ok(Some(Err(Error::DockerResponseServerError { status_code: 404 | 409, .. }))) => {
                return Err(ReadError::Gone);
            }
            Ok(Some(Err(error))) => return Err(failed(&error)),
            Ok(None) => return Err(ReadError::Failed("the daemon's answer was empty".into())),
            Err(_) => self.statistics_from_kernel(&client, id, &details).await,
        };
        let stats = stats.ok_or_else(|| ReadError::Failed("no answer in time".into()))?;
        let counters = answers::counters(&stats, &engine)?;
        Ok(ContainerCounters { cpu_limit: details.cpu_limit, ..counters })
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
