//! The interface for reading containers.

use super::counters::ContainerCounters;
use crate::model::{ContainerState, Engine, Timestamp};
use std::future::Future;
use std::time::Instant;

/// Reads the counters of containers. Any call may fail or hang, so the caller sets deadlines.
pub trait ContainerReader: Send + Sync + 'static {
    /// Lists the matching containers that are running, paused, stopping or restarting. The error is meant for
    /// operators.
    fn list(&self) -> impl Future<Output = Result<Vec<ListedContainer>, String>> + Send;

    /// Reads one container's counters. The caller gives up at `deadline`.
    fn counters(
        &self,
        container: &ListedContainer,
        deadline: Instant,
    ) -> impl Future<Output = Result<ContainerCounters, ReadError>> + Send;

    /// What is known about a container besides its counters. Waits only for a restarting container, whose counters are
    /// not read: those of the others are read together with the counters.
    fn details(&self, container: &ListedContainer) -> impl Future<Output = ContainerDetails> + Send;

    /// How many [`counters`](Self::counters) calls may be in flight at once.
    fn concurrency(&self) -> usize;

    /// Whether the containers run on the measured host, so that their usage is part of the host's usage.
    fn is_local(&self) -> bool;

    /// Which engine runs the containers; `None` if it is unknown.
    fn engine(&self) -> Option<Engine>;

    /// Drops open connections, which may be dead after a failed scrape.
    fn reset(&self);
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
    /// The CPU limit in cores; `None` if there is no limit.
    pub cpu_limit: Option<f64>,
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
