//! Containers: what a reader gives, and a round of it; `baselines` and `summary` derive the wire's numbers.

mod baselines;
mod summary;

pub(super) use baselines::Baselines;

use super::host::HostUsage;
use crate::model::{ContainerState, Timestamp};
use std::future::Future;
use std::time::Instant;

/// Reads containers' counters from an engine. Each call may fail or hang; the caller sets the deadlines.
pub trait ContainerReader: Send + Sync + 'static {
    /// The containers that match, running, paused or restarting. The error is for an operator to read.
    fn list(&self) -> impl Future<Output = Result<Vec<ListedContainer>, String>> + Send;

    /// One container's counters now. What takes longer than until `deadline` is given up by the caller.
    fn counters(
        &self,
        id: &str,
        deadline: Instant,
    ) -> impl Future<Output = Result<ContainerCounters, ReadError>> + Send;

    /// How many [`counters`](Self::counters) calls may be under way at once.
    fn concurrency(&self) -> usize;

    /// Whether the containers may be on the machine whose host is measured, and so be a part of it.
    fn is_local(&self) -> bool;

    /// A round failed: what is held open may be dead, so the next call starts afresh.
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
    /// It ended between the list and this call: no fault, it has no row.
    Gone,
    /// It is there, but not to be measured; the reason is for an operator to read.
    Failed(String),
}

/// A container's counters at one moment. What the engine left out is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerCounters {
    /// CPU time used since the start, in nanoseconds.
    pub cpu_total: Option<u64>,
    /// What that time is compared with.
    pub clock: Option<CpuClock>,
    /// CPUs online.
    pub online_cpus: Option<u32>,
    /// Memory in bytes, inactive page cache left out.
    pub memory: Option<u64>,
    /// Memory in bytes, all page cache left out, active too: what of it counts as used on the host.
    pub memory_without_cache: Option<u64>,
    /// The most memory it may have, in bytes; `None` if that is all there is.
    pub memory_limit: Option<u64>,
    /// The most CPU it may have, in cores; `None` if that is all of them.
    pub cpu_limit: Option<f64>,
}

/// The time that a container's CPU time is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuClock {
    /// CPU time of the whole host, all CPUs, in nanoseconds, as the engine read it together with the container's.
    Host(u64),
    /// The engine has no such counter, or means something else by it: the time between our two readings, of each CPU.
    Ours,
}

/// One container in one round, before rounding.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) container: ListedContainer,
    /// `None`: a restarting container, which is not asked for numbers.
    pub(super) counters: Option<Result<(Instant, ContainerCounters), String>>,
}

impl Observed {
    pub(super) fn is_measured(&self) -> bool {
        matches!(self.counters, Some(Ok(_)))
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self.counters, Some(Err(_)))
    }
}

/// One round: what was seen of the containers, and of the host when it ended.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) at: Instant,
    pub(super) timestamp: Timestamp,
    pub(super) containers: Vec<Observed>,
    pub(super) host: HostUsage,
}
