//! Reads containers from an engine.

use super::connect::Connection;
use super::endpoint::DockerEndpoint;
use super::error::reason;
use super::inspect::InspectCache;
use super::shim_probe::ShimProbes;
use super::{list, stats};
use crate::collect::containers::{ContainerCounters, ContainerReader, ListedContainer, ReadError};
use crate::collect::host::CpuTimes;
use crate::collect::procfs;
use crate::collect::sync::lock;
use bollard::errors::Error;
use bollard::models::ContainerSummary;
use bollard::query_parameters::{ListContainersOptions, StatsOptions};
use futures::StreamExt;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Concurrency of one-shot calls for daemons that answer promptly.
const PROMPT_CONCURRENCY: usize = 16;

/// Concurrency for daemons that delay every reply by a second; bounded only by open files.
const DELAYED_CONCURRENCY: usize = 400;

/// The part of a container's time that is reserved for reading its cgroup, where its statistics do not arrive.
const CGROUP_RESERVE: Duration = Duration::from_millis(500);

/// Reads containers from a Docker daemon. Connects when first needed, and again after a failure.
pub struct DockerReader {
    endpoint: DockerEndpoint,
    label: Option<String>,
    connection: Mutex<Option<Connection>>,
    inspected: InspectCache,
    shims: ShimProbes,
}

impl DockerReader {
    /// Reads the containers of the daemon at `endpoint` that carry `label` (`key` or `key=value`), or all.
    pub fn new(endpoint: DockerEndpoint, label: Option<String>) -> Self {
        Self { endpoint, label, connection: Mutex::default(), inspected: InspectCache::new(), shims: ShimProbes::new() }
    }

    async fn connection(&self) -> Result<Connection, Error> {
        if let Some(connection) = lock(&self.connection).clone() {
            return Ok(connection);
        }
        let connection = Connection::open(&self.endpoint).await?;
        *lock(&self.connection) = Some(connection.clone());
        Ok(connection)
    }

    async fn summaries(&self) -> Result<Vec<ContainerSummary>, Error> {
        let Connection { client, engine, .. } = self.connection().await?;
        let mut filters: HashMap<_, _> =
            self.label.iter().map(|label| ("label".to_owned(), vec![label.clone()])).collect();
        if let Some(states) = engine.listed_states() {
            filters.insert("status".into(), states.map(Into::into).into());
        }
        client.list_containers(Some(ListContainersOptions { filters: Some(filters), ..Default::default() })).await
    }

    /// The counters of a container whose statistics did not arrive, from its cgroup. `None` if its own shim hangs, which is
    /// then the error to show; but before 24.0.7 a daemon delays all containers' statistics for the sake of one hung shim.
    async fn cgroup_counters(&self, connection: &Connection, id: &str) -> Option<ContainerCounters> {
        let cgroup = self.inspected.cached(id).cgroup?;
        if !self.shims.answers(&connection.client, id).await {
            return None;
        }
        let read = move || cgroup.read(&CpuTimes::parse(&procfs::read("/proc/stat").ok()?).ok()?);
        let counters = tokio::task::spawn_blocking(read).await.ok()??;
        let is_limit = |limit: &u64| stats::is_memory_limit(*limit, &connection.engine);
        Some(ContainerCounters { memory_limit: counters.memory_limit.filter(is_limit), ..counters })
    }
}

impl ContainerReader for DockerReader {
    async fn list(&self) -> Result<Vec<ListedContainer>, String> {
        let summaries = self.summaries().await.map_err(|error| reason(&self.endpoint, &error))?;
        let list: Vec<_> = summaries.into_iter().filter_map(list::listed).collect();
        let ids: HashSet<&str> = list.iter().map(|container| container.id.as_str()).collect();
        self.inspected.retain(&ids);
        self.shims.retain(&ids);
        Ok(list)
    }

    async fn counters(&self, id: &str, deadline: Instant) -> Result<ContainerCounters, ReadError> {
        let failed = |error: &Error| ReadError::Failed(reason(&self.endpoint, error));
        let connection = self.connection().await.map_err(|error| failed(&error))?;
        let reserve = self.inspected.cached(id).cgroup.map_or(Duration::ZERO, |_| CGROUP_RESERVE);
        let remaining = deadline.saturating_duration_since(Instant::now()).saturating_sub(reserve);
        let mut answers = connection.client.stats(id, Some(StatsOptions { stream: false, one_shot: true }));
        let (answer, details) = tokio::join!(timeout(remaining, answers.next()), self.inspected.get(&connection, id));
        let counters = match answer {
            Ok(Some(Ok(answer))) => stats::counters(&answer, &connection.engine)?,
            Ok(Some(Err(Error::DockerResponseServerError { status_code: 404 | 409, .. }))) => {
                return Err(ReadError::Gone);
            }
            Ok(Some(Err(error))) => return Err(failed(&error)),
            Ok(None) => return Err(ReadError::Failed("the daemon's answer was empty".into())),
            Err(_) => {
                let counters = self.cgroup_counters(&connection, id).await;
                counters.ok_or_else(|| ReadError::Failed("no answer in time".into()))?
            }
        };
        let memory_limit = counters.memory_limit.filter(|_| !details.has_no_memory_limit);
        Ok(ContainerCounters { cpu_limit: details.cpu_limit, memory_limit, ..counters })
    }

    fn concurrency(&self) -> usize {
        let is_prompt = lock(&self.connection).as_ref().is_none_or(|connection| connection.engine.is_prompt);
        if is_prompt { PROMPT_CONCURRENCY } else { DELAYED_CONCURRENCY }
    }

    fn is_local(&self) -> bool {
        lock(&self.connection).as_ref().is_none_or(|connection| connection.is_local)
    }

    fn reset(&self) {
        *lock(&self.connection) = None;
    }
}
