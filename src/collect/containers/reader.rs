//! The interface for reading containers.

use super::counters::ContainerCounters;
use crate::model::{ContainerState, Engine};
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
        id: &str,
        deadline: Instant,
    ) -> impl Future<Output = Result<ContainerCounters, ReadError>> + Send;

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
