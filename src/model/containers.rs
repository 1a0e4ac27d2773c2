//! The containers' numbers as they stand on the wire.

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// Answer of `GET /api/telemetry/containers`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContainersStats {
    /// Running and paused containers that match, those in error too; `null` before the first round.
    pub running_count: Option<u32>,
    /// Sum of the measured rows' CPU, 100 being one core; `null` while none of the rows is measured.
    pub total_cpu_percent: Option<f64>,
    /// Sum of the measured rows' memory in MiB; `null` while none of the rows is measured.
    pub total_memory_mb: Option<f64>,
    /// One row a container, highest CPU first, those without a value last.
    pub containers: Vec<ContainerStats>,
    /// When the round ended that these numbers are from.
    pub timestamp: Timestamp,
    /// Seconds from that moment to the answer, by a clock that never steps; one decimal.
    pub age_seconds: f64,
    /// Whether the round after this one is overdue.
    pub stale: bool,
}

/// One container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContainerStats {
    /// The first twelve digits of the container's ID.
    pub id: String,
    /// The name without the leading slash and without the configured prefix.
    pub name: String,
    /// CPU as `docker stats` has it: 100 is one core; one decimal. `null` if not measured (yet).
    pub cpu: Option<f64>,
    /// Memory in MiB as `docker stats` has it, inactive page cache left out; one decimal. `null` if not measured.
    pub memory_mb: Option<f64>,
    /// What the daemon says the container is doing.
    pub state: ContainerState,
    /// Why there are no numbers. Left out where nothing failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A container's state, of those that hold memory or are about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerState {
    /// Its processes run.
    Running,
    /// Its processes are frozen; its memory is held all the same, so it is measured and counted.
    Paused,
    /// Between two starts: a row without numbers, not counted.
    Restarting,
}

impl ContainersStats {
    /// What is known before the first round has ended: nothing.
    pub fn pending(timestamp: Timestamp) -> Self {
        Self {
            running_count: None,
            total_cpu_percent: None,
            total_memory_mb: None,
            containers: Vec::new(),
            timestamp,
            age_seconds: 0.0,
            stale: false,
        }
    }
}
