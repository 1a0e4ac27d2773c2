//! Docker, through bollard: lists containers and takes one-shot statistics. Podman, where it answers in Docker's place.

mod answers;
mod engine;
mod kernel;
mod probe;
#[cfg(test)]
mod properties;
mod reason;

use super::containers::{ContainerCounters, ContainerReader, ListedContainer, ReadError};
use super::endpoint::DockerEndpoint;
use super::host::{proc_file, read_memory};
use bollard::models::{ContainerStatsResponse, ContainerSummary};
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptions, StatsOptions};
use bollard::{API_DEFAULT_VERSION, Docker, errors::Error};
use engine::Engine;
use futures::StreamExt;
use kernel::Cgroup;
use probe::Probes;
use reason::reason;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// bollard's own time-out, in seconds. It covers an answer's head only; the sampler's deadlines are tighter and whole.
const CLIENT_TIMEOUT: u64 = 30;

/// How many one-shot calls are sent at once to a daemon that answers promptly.
const PROMPT_CONCURRENCY: usize = 16;

/// And to one that lets each wait a second: all, but for the number of files that a process may hold open.
const PATIENT_CONCURRENCY: usize = 400;

/// How long the daemon may take to describe its machine, without which it is measured all the same.
const MACHINE_DEADLINE: Duration = Duration::from_secs(1);

/// What is not among the statistics hardly ever changes; it is asked for this often, for each container at another time.
const DETAILS_KEPT: Duration = Duration::from_secs(45);
const DETAILS_SPREAD: Duration = Duration::from_millis(60);

/// How long it may take to ask, and for how many at once; the numbers do not wait any longer.
const DETAILS_DEADLINE: Duration = Duration::from_secs(1);
const DETAILS_CONCURRENCY: usize = 16;

/// What remains of the time for a container's statistics once it is no longer waited for them, but the kernel is asked.
const KERNEL_RESERVE: Duration = Duration::from_millis(500);

/// A Docker daemon, connected to when first needed and again after a failure.
pub struct DockerReader {
    endpoint: DockerEndpoint,
    label: Option<String>,
    connection: Mutex<Option<Connection>>,
    details: Mutex<HashMap<String, Details>>,
    details_room: Semaphore,
    probes: Probes,
}

#[derive(Clone)]
struct Connection {
    client: Docker,
    engine: Engine,
    is_local: bool,
}

/// What is known of a container besides its statistics.
#[derive(Clone, Default)]
struct Details {
    /// When it was asked for; `None` if it never was.
    at: Option<Instant>,
    /// The limit of CPU, in cores.
    cpu_limit: Option<f64>,
    /// Whether there is no limit of memory: the statistics then say the machine's size.
    has_no_memory_limit: bool,
    /// Where the kernel accounts for it; `None` if that cannot be seen from here.
    cgroup: Option<Cgroup>,
}

impl Details {
    fn are_recent(&self, id: &str) -> bool {
        let spread = id.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(0);
        self.at.is_some_and(|at| at.elapsed() < DETAILS_KEPT + DETAILS_SPREAD * spread.into())
    }
}

impl DockerReader {
    /// Reads the containers of the daemon at `endpoint` that carry `label` (`key` or `key=value`), or all.
    pub fn new(endpoint: DockerEndpoint, label: Option<String>) -> Self {
        Self {
            endpoint,
            label,
            connection: Mutex::default(),
            details: Mutex::default(),
            details_room: Semaphore::new(DETAILS_CONCURRENCY),
            probes: Probes::new(),
        }
    }

    async fn connection(&self) -> Result<Connection, Error> {
        if let Some(connection) = lock(&self.connection).clone() {
            return Ok(connection);
        }
        let client = connect(&self.endpoint)?;
        let version = client.version().await?;
        // Slow on some machines, and refused by some proxies in front of a daemon.
        let machine = timeout(MACHINE_DEADLINE, client.info()).await;
        let engine = Engine::of(&version, &machine.ok().and_then(Result::ok).unwrap_or_default());
        let is_local = !self.endpoint.is_elsewhere() && is_this_machine_s(&engine);
        let connection = Connection { client, engine, is_local };
        *lock(&self.connection) = Some(connection.clone());
        Ok(connection)
    }

    async fn summaries(&self) -> Result<Vec<ContainerSummary>, Error> {
        let Connection { client, engine, .. } = self.connection().await?;
        let mut filters: HashMap<_, _> =
            self.label.iter().map(|label| ("label".to_owned(), vec![label.clone()])).collect();
        if let Some(states) = engine.states_to_ask_for() {
            filters.insert("status".into(), states.map(Into::into).into());
        }
        client.list_containers(Some(ListContainersOptions { filters: Some(filters), ..Default::default() })).await
    }

    fn known_details(&self, id: &str) -> Details {
        lock(&self.details).get(id).cloned().unwrap_or_default()
    }

    /// What is known of the container; asked for anew once the last answer is old.
    async fn details(&self, connection: &Connection, id: &str) -> Details {
        let known = self.known_details(id);
        if known.are_recent(id) {
            return known;
        }
        let inspected = timeout(DETAILS_DEADLINE, async {
            let _room = self.details_room.acquire().await.ok()?;
            connection.client.inspect_container(id, None::<InspectContainerOptions>).await.ok()
        });
        // The next round asks again.
        let Ok(Some(answer)) = inspected.await else { return known };
        let limits = answer.host_config.as_ref();
        let may_read_kernel = connection.is_local && connection.engine.has_kernel_s_form();
        let pid = answer.state.and_then(|state| state.pid).filter(|pid| *pid > 0 && may_read_kernel);
        let details = Details {
            at: Some(Instant::now()),
            cpu_limit: limits.and_then(answers::cpu_limit),
            has_no_memory_limit: limits.is_some_and(|limits| limits.memory == Some(0)),
            cgroup: pid.and_then(|pid| Cgroup::of_process(pid, id)),
        };
        lock(&self.details).insert(id.to_owned(), details.clone());
        details
    }

    /// The statistics of a container whose own did not come, from the kernel: not if its shim hangs, which is then what
    /// there is to say of it, but if another's does, for which the daemon lets all wait.
    async fn statistics_from_kernel(&self, client: &Docker, id: &str) -> Option<ContainerStatsResponse> {
        let cgroup = self.known_details(id).cgroup?;
        if !self.probes.answers(client, id).await {
            return None;
        }
        let read = move || cgroup.read(&proc_file("/proc/stat").ok()?);
        tokio::task::spawn_blocking(read).await.ok()?
    }
}

/// Whether the engine may be on the machine that we are on.
fn is_this_machine_s(engine: &Engine) -> bool {
    let kernel = proc_file("/proc/sys/kernel/osrelease").ok();
    engine.may_run_on(kernel.as_deref().map(str::trim), read_memory().ok().map(|memory| memory.total))
}

impl ContainerReader for DockerReader {
    async fn list(&self) -> Result<Vec<ListedContainer>, String> {
        let summaries = self.summaries().await.map_err(|error| reason(&self.endpoint, &error))?;
        let list: Vec<_> = summaries.into_iter().filter_map(answers::listed).collect();
        let ids: HashSet<&str> = list.iter().map(|container| container.id.as_str()).collect();
        lock(&self.details).retain(|id, _| ids.contains(id.as_str()));
        self.probes.retain(&ids);
        Ok(list)
    }

    async fn counters(&self, id: &str, deadline: Instant) -> Result<ContainerCounters, ReadError> {
        let failed = |error: &Error| ReadError::Failed(reason(&self.endpoint, error));
        let connection = self.connection().await.map_err(|error| failed(&error))?;
        let reserve = self.known_details(id).cgroup.map_or(Duration::ZERO, |_| KERNEL_RESERVE);
        let patience = deadline.saturating_duration_since(Instant::now()).saturating_sub(reserve);
        let mut stats = connection.client.stats(id, Some(StatsOptions { stream: false, one_shot: true }));
        let (stats, details) = tokio::join!(timeout(patience, stats.next()), self.details(&connection, id));
        let stats = match stats {
            Ok(Some(Ok(stats))) => Some(stats),
            Ok(Some(Err(Error::DockerResponseServerError { status_code: 404 | 409, .. }))) => {
                return Err(ReadError::Gone);
            }
            Ok(Some(Err(error))) => return Err(failed(&error)),
            Ok(None) => return Err(ReadError::Failed("the daemon's answer was empty".into())),
            Err(_) => self.statistics_from_kernel(&connection.client, id).await,
        };
        let stats = stats.ok_or_else(|| ReadError::Failed("no answer in time".into()))?;
        let counters = answers::counters(&stats, &connection.engine)?;
        let memory_limit = counters.memory_limit.filter(|_| !details.has_no_memory_limit);
        Ok(ContainerCounters { cpu_limit: details.cpu_limit, memory_limit, ..counters })
    }

    fn concurrency(&self) -> usize {
        let is_prompt = lock(&self.connection).as_ref().is_none_or(|connection| connection.engine.is_prompt);
        if is_prompt { PROMPT_CONCURRENCY } else { PATIENT_CONCURRENCY }
    }

    fn is_local(&self) -> bool {
        lock(&self.connection).as_ref().is_none_or(|connection| connection.is_local)
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
