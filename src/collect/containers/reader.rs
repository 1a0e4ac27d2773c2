//! The interface of a container reader.

use super::counters::ContainerCounters;
use crate::model::ContainerState;
use std::future::Future;
use std::time::Instant;

/// Reads containers' counters. Each call may fail or hang; the caller sets the deadlines.
pub trait ContainerReader: Send + Sync + 'static {
    /// The matching containers that are running, paused, stopping or restarting. The error is meant for operators.
    fn list(&self) -> impl Future<Output = Result<Vec<ListedContainer>, String>> + Send;

    /// Reads one container's counters. The caller gives up at `deadline`.
    fn counters(
        &self,
        id: &str,
        deadline: Instant,
    ) -> impl Future<Output = Result<ContainerCounters, ReadError>> + Send;

    /// How many [`counters`](Self::counters) calls may be in flight at once.
    fn concurrency(&self) -> usize;

    /// Whether the containers run on the measured host, so that their usage is part of its usage.
    fn is_local(&self) -> bool;

    /// Drops open connections, which may be dead after a failed scrape.
    fn reset(&self);
}

/// A container as the engine lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedContainer {
    /// The full ID.
    pub id: String,
    /// The name, without a leading slash.
    pub name: String,
    /// Its state.
    pub state: ContainerState,
}

/// Why one container's counters could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It ended after it was listed. That is not a failure, and it has no row.
    Gone,
    /// It exists, but cannot be measured; the reason is meant for operators.
    Failed(String),
}
