//! The reader that lists containers and reads their counters from an engine.

use super::connect::Connection;
use super::endpoint::DockerEndpoint;
use super::error::EngineError;
use super::inspect::InspectCache;
use super::request::Request;
use super::shim_probe::ShimProbes;
use super::{list, stats};
use crate::collect::containers::{ContainerCounters, ContainerDetails, ContainerReader, ListedContainer, ReadError};
use crate::collect::host::CpuTimes;
use crate::collect::procfs;
use crate::collect::sync::lock;
use crate::model::{ContainerState, Engine};
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How many one-shot calls may be in flight with daemons that answer promptly.
const PROMPT_CONCURRENCY: usize = 16;

/// How many one-shot calls may be in flight with daemons that delay every response by a second. The only reason for a
/// limit is the number of files that the process may have open.
const DELAYED_CONCURRENCY: usize = 400;

/// Time set aside before a container's deadline to read its cgroup if its statistics do not arrive.
const CGROUP_RESERVE: Duration = Duration::from_millis(500);

/// Reads containers from a Docker daemon. Connects on first use and reconnects after a failure.
pub struct DockerReader {
    endpoint: DockerEndpoint,
    label: Option<String>,
    connection: Mutex<Option<Connection>>,
    inspected: InspectCache,
    shims: ShimProbes,
}

impl DockerReader {
    /// Creates a reader for the daemon at `endpoint`. If `label` (`key` or `key=value`) is set, only containers that
    /// carry it are read; otherwise, all are.
    pub fn new(endpoint: DockerEndpoint, label: Option<String>) -> Self {
        Self { endpoint, label, connection: Mutex::default(), inspected: InspectCache::new(), shims: ShimProbes::new() }
    }

    async fn connection(&self) -> Result<Connection, EngineError> {
        if let Some(connection) = lock(&self.connection).clone() {
            return Ok(connection);
        }
        let connection = Connection::open(&self.endpoint).await?;
        *lock(&self.connection) = Some(connection.clone());
        Ok(connection)
    }

    async fn listed(&self) -> Result<Vec<ListedContainer>, EngineError> {
        let connection = self.connection().await?;
        let all = !connection.engine.lists_every_active_state();
        let request = Request::List { label: self.label.as_deref(), all };
        let answer = connection.client.get(request).await?;
        if let Some(identified) = connection.identified_by(answer.headers()) {
            *lock(&self.connection) = Some(identified);
        }
        let json = answer.text();
        list::parse(&json).map_err(|error| EngineError::unreadable(request, &json, &error))
    }

    /// Reads the counters of a container from its cgroup after its statistics did not arrive: in Docker before 24.0.7,
    /// one hung shim delays the statistics of all containers. Returns `None` if the cgroup cannot be read, or if the
    /// container's own shim is hung, which must be reported as an error.
    async fn cgroup_counters(&self, connection: &Connection, id: &str) -> Option<ContainerCounters> {
        let cgroup = self.inspected.cached(id).cgroup?;
        if !self.shims.answers(&connection.client, id).await {
            return None;
        }
        let read = move || cgroup.read(&CpuTimes::parse(&procfs::read("/proc/stat").ok()?).ok()?);
        tokio::task::spawn_blocking(read).await.ok()?
    }
}

impl ContainerReader for DockerReader {
    async fn list(&self) -> Result<Vec<ListedContainer>, String> {
        let list = self.listed().await.map_err(|error| error.reason(&self.endpoint))?;
        let ids: HashSet<&str> = list.iter().map(|container| container.id.as_str()).collect();
        self.inspected.retain(&ids);
        self.shims.retain(&ids);
        Ok(list)
    }

    async fn counters(&self, container: &ListedContainer, deadline: Instant) -> Result<ContainerCounters, ReadError> {
        let id = container.id.as_str();
        let failed = |error: EngineError| ReadError::Failed(error.reason(&self.endpoint));
        let connection = self.connection().await.map_err(failed)?;
        let reserve = self.inspected.cached(id).cgroup.map_or(Duration::ZERO, |_| CGROUP_RESERVE);
        let remaining = deadline.saturating_duration_since(Instant::now()).saturating_sub(reserve);
        let request = Request::Stats(id);
        let answer = timeout(remaining, connection.client.get(request));
        let (answer, details) = tokio::join!(answer, self.inspected.get(&connection, container));
        let counters = match answer {
            Ok(Ok(answer)) => {
                let json = answer.text();
                let stats = serde_json::from_str(&json);
                let stats = stats.map_err(|error| failed(EngineError::unreadable(request, &json, &error)))?;
                stats::counters(&stats, &connection.engine)?
            }
            Ok(Err(error)) if error.is_gone() => return Err(ReadError::Gone),
            Ok(Err(error)) => return Err(failed(error)),
            Err(_) => {
                let counters = self.cgroup_counters(&connection, id).await;
                counters.ok_or_else(|| ReadError::Failed("timed out".into()))?
            }
        };
        let memory_limit = details.memory_limit(counters.memory_limit, connection.machine_memory);
        Ok(ContainerCounters { memory_limit, ..counters })
    }

    async fn details(&self, container: &ListedContainer) -> ContainerDetails {
        if container.state == ContainerState::Restarting
            && let Ok(connection) = self.connection().await
        {
            return self.inspected.get(&connection, container).await.container;
        }
        self.inspected.cached(&container.id).container
    }

    fn concurrency(&self) -> usize {
        let is_prompt = lock(&self.connection).as_ref().is_none_or(|connection| connection.engine.is_prompt);
        if is_prompt { PROMPT_CONCURRENCY } else { DELAYED_CONCURRENCY }
    }

    fn is_local(&self) -> bool {
        lock(&self.connection).as_ref().is_none_or(|connection| connection.is_local)
    }

    fn engine(&self) -> Option<Engine> {
        lock(&self.connection).as_ref()?.engine.program()
    }

    fn reset(&self) {
        *lock(&self.connection) = None;
    }
}
