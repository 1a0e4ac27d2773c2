//! The reader of an engine's containers: the list and the details from the engine, the counters from the kernel where
//! the containers are this machine's, otherwise from the engine's statistics.

use super::endpoint::DockerEndpoint;
use super::error::EngineError;
use super::request::Request;
use super::stats;
use super::watcher::{Watched, Watcher};
use crate::collect::cgroup::{CgroupReader, Machine, Wanted};
use crate::collect::containers::{
    ContainerCounters, ContainerDetails, ContainerList, ContainerReader, KernelReading, ListedContainer, ReadError,
};
use crate::collect::cpu_set::online_cpus;
use crate::collect::sync::lock;
use crate::model::Engine;
use futures::FutureExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;

/// How many one-shot calls may be in flight with daemons that answer promptly.
const PROMPT_CONCURRENCY: usize = 16;

/// How many one-shot calls may be in flight with daemons that delay every response by a second. The only reason for a
/// limit is the number of files that the process may have open.
const DELAYED_CONCURRENCY: usize = 400;

/// Reads containers from an engine, which is watched by a task of its own.
pub struct DockerReader {
    endpoint: DockerEndpoint,
    watched: Arc<Watched>,
    /// Dropping it ends the watcher.
    _watcher: JoinSet<()>,
    /// `None` if the machine has no cgroups.
    cgroups: Option<Arc<Mutex<CgroupReader>>>,
    /// Whether the log says where the numbers come from.
    is_logged: AtomicBool,
}

impl DockerReader {
    /// Creates a reader for the daemon at `endpoint`. If `label` (`key` or `key=value`) is set, only containers that
    /// carry it are read; otherwise, all are. `interval` is the time between samples. Must be called within a tokio
    /// runtime.
    pub fn new(endpoint: DockerEndpoint, label: Option<String>, interval: Duration) -> Self {
        let (watcher, watched) = Watcher::new(endpoint.clone(), label, interval);
        let mut tasks = JoinSet::new();
        tasks.spawn(watcher.run());
        let reader = Self { endpoint, watched, _watcher: tasks, cgroups: None, is_logged: AtomicBool::new(false) };
        reader.with_cgroups("/sys/fs/cgroup".into(), "/proc".into())
    }

    /// Reads the cgroups that are mounted below `cgroups`, and the processes in `proc`.
    #[must_use]
    pub fn with_cgroups(self, cgroups: PathBuf, proc: PathBuf) -> Self {
        Self { cgroups: CgroupReader::new(cgroups, proc).map(|reader| Arc::new(Mutex::new(reader))), ..self }
    }

    /// Reads all counters from the engine's statistics.
    #[must_use]
    pub fn without_cgroups(self) -> Self {
        Self { cgroups: None, ..self }
    }

    /// Logs once where the numbers come from.
    fn log_source(&self, readings: &[KernelReading]) {
        if readings.is_empty() || self.is_logged.swap(true, Ordering::Relaxed) {
            return;
        }
        let unknown = readings.iter().filter(|reading| **reading == KernelReading::Unknown).count();
        let version = self.cgroups.as_ref().map_or("none", |cgroups| lock(cgroups).version());
        match unknown {
            0 => tracing::info!("containers are read from their cgroups ({version})"),
            _ if !self.is_local() => tracing::info!("containers are on another machine: read from the engine"),
            _ => tracing::info!("{unknown} of {} containers have no cgroup here: read from the engine", readings.len()),
        }
    }
}

impl ContainerReader for DockerReader {
    async fn list(&self) -> Result<ContainerList, String> {
        // The caller sees all changes up to now.
        let _ = self.watched.changed.notified().now_or_never();
        self.watched.list().await
    }

    async fn list_again(&self) -> Result<ContainerList, String> {
        self.watched.list_again().await
    }

    async fn changed(&self) {
        self.watched.changed.notified().await;
    }

    async fn kernel_counters(&self, containers: &[ListedContainer]) -> Vec<KernelReading> {
        let unknown = || vec![KernelReading::Unknown; containers.len()];
        let readings = match &self.cgroups {
            Some(cgroups) if self.is_local() => {
                let pid = |id: &str| self.watched.inspected.cached(id).pid;
                let wanted: Vec<Wanted> = containers
                    .iter()
                    .map(|container| Wanted { id: container.id.clone(), pid: pid(&container.id) })
                    .collect();
                let connection = self.watched.connection();
                let machine = Machine {
                    cpus: online_cpus().or(connection.as_ref().and_then(|connection| connection.engine.cpus)),
                    memory: connection.and_then(|connection| connection.machine_memory),
                };
                let cgroups = Arc::clone(cgroups);
                let read = tokio::task::spawn_blocking(move || lock(&cgroups).read(&wanted, machine)).await;
                read.unwrap_or_else(|_| unknown())
            }
            _ => unknown(),
        };
        self.log_source(&readings);
        readings
    }

    async fn counters(&self, container: &ListedContainer) -> Result<ContainerCounters, ReadError> {
        let id = container.id.as_str();
        let failed = |error: EngineError| ReadError::Failed(error.reason(&self.endpoint));
        let connection = self.watched.connection();
        let connection = connection.ok_or_else(|| ReadError::Failed("the engine is not connected".into()))?;
        let request = Request::Stats(id);
        let answer = match connection.client.get(request).await {
            Err(error) if error.is_gone() => return Err(ReadError::Gone),
            answer => answer.map_err(failed)?,
        };
        let json = answer.text();
        let stats = serde_json::from_str(&json);
        let stats = stats.map_err(|error| failed(EngineError::unreadable(request, &json, &error)))?;
        let counters = stats::counters(&stats, &connection.engine)?;
        let details = self.watched.inspected.cached(id);
        let memory_limit = details.memory_limit(counters.memory_limit, connection.machine_memory);
        Ok(ContainerCounters { memory_limit, ..counters })
    }

    fn details(&self, container: &ListedContainer) -> ContainerDetails {
        self.watched.inspected.cached(&container.id).container
    }

    fn concurrency(&self) -> usize {
        let is_prompt = self.watched.connection().is_none_or(|connection| connection.engine.is_prompt);
        if is_prompt { PROMPT_CONCURRENCY } else { DELAYED_CONCURRENCY }
    }

    fn is_local(&self) -> bool {
        self.watched.connection().is_none_or(|connection| connection.is_local)
    }

    fn engine(&self) -> Option<Engine> {
        self.watched.connection()?.engine.program()
    }
}
