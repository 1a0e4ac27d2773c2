//! The interface for reading containers.

use super::counters::ContainerCounters;
use crate::model::{ContainerState, Engine, Timestamp};
use std::future::Future;
use std::time::Instant;

/// Reads containers: which there are, and their counters. Any call may fail or hang, so the caller sets deadlines.
pub trait ContainerReader: Send + Sync + 'static {
    /// The latest list of the matching containers. Waits only for the first one. The error is meant for operators.
    fn list(&self) -> impl Future<Output = Result<ContainerList, String>> + Send;

    /// Lists the containers again, because the latest list does not agree with what was read.
    fn list_again(&self) -> impl Future<Output = Result<ContainerList, String>> + Send;

    /// Resolves when the list has changed, once for each change or for several.
    fn changed(&self) -> impl Future<Output = ()> + Send;

    /// Reads containers that are not restarting from the kernel, in their order.
    fn kernel_counters(&self, containers: &[ListedContainer]) -> impl Future<Output = Vec<KernelReading>> + Send;

    /// Reads one container's counters from the engine.
    fn counters(
        &self,
        container: &ListedContainer,
    ) -> impl Future<Output = Result<ContainerCounters, ReadError>> + Send;

    /// What is known about a container besides its counters.
    fn details(&self, container: &ListedContainer) -> ContainerDetails;

    /// How many [`counters`](Self::counters) calls may be in flight at once.
    fn concurrency(&self) -> usize;

    /// Whether the containers run on the measured host, so that their usage is part of the host's usage.
    fn is_local(&self) -> bool;

    /// Which engine runs the containers; `None` if it is unknown.
    fn engine(&self) -> Option<Engine>;
}

/// The latest list of the containers.
#[derive(Clone, Debug)]
pub struct ContainerList {
    /// The containers that are running, paused, stopping or restarting.
    pub containers: Vec<ListedContainer>,
    /// When this was last known to be complete.
    pub at: Instant,
    /// The same by the wall clock.
    pub timestamp: Timestamp,
    /// Whether the engine has stopped answering since then, although it can be reached.
    pub is_hung: bool,
}

/// What the kernel says of a container.
#[derive(Clone, Debug, PartialEq)]
pub enum KernelReading {
    /// The counters, with the limits, and when they were read.
    Counted(Instant, ContainerCounters),
    /// The container has ended.
    Ended,
    /// The container's cgroup could not be read this time; the reason is meant for operators.
    Failed(String),
    /// The container's cgroup was not found or counts nothing: only the engine knows.
    Unknown,
}

/// A container as the engine lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedContainer {
    /// The container's full ID.
    pub id: String,
    /// The container's name, without a leading slash.
    pub name: String,
    /// The container's state.
    pub state: ContainerState,
    /// How long the container has been up, in whole seconds; `None` if that is a minute or more, or unknown.
    pub up_seconds: Option<u64>,
}

/// What an engine knows about a container besides its counters. Unknown values are `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerDetails {
    /// Whether the limits are known. If they are not, a limit may still be reported with the counters.
    pub limits_known: bool,
    /// The configured memory limit in bytes; `None` if there is no limit.
    pub memory_limit: Option<u64>,
    /// The configured CPU quota in cores; `None` if there is no quota.
    pub cpu_quota: Option<f64>,
    /// How many CPUs the container may use; `None` if all.
    pub cpu_set: Option<f64>,
    /// The image that the container was created from, as it was named then.
    pub image: Option<String>,
    /// When the container was last started.
    pub started_at: Option<Timestamp>,
    /// How often the engine has restarted the container by its restart policy.
    pub restart_count: Option<u32>,
}

/// Why one container's counters could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The daemon reports the container as gone. Unless it is still listed, it has ended, which is not a failure, and
    /// it gets no row.
    Gone,
    /// The container's counters could not be read; the reason is meant for operators.
    Failed(String),
}
