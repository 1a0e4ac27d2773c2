//! The containers' numbers, as on the wire.

use super::attribution::HostSplit;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// The response of `GET /api/telemetry/containers`, except its [`Stamp`](super::Stamp). The default before the first scrape.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct ContainersStats {
    /// Running, paused and stopping containers that match, failed ones too; `null` before the first scrape.
    pub running_count: Option<u32>,
    /// How many containers contributed CPU to the totals and the split; new ones do from their second sample. `null`
    /// before the first scrape.
    pub measured_count: Option<u32>,
    /// Total CPU of the rows that are not stale, 100 being one core; `null` while no row has a value.
    pub total_cpu_percent: Option<f64>,
    /// Total memory of the rows that are not stale, in MiB; `null` while no row has a value.
    pub total_memory_mb: Option<f64>,
    /// The host's usage, split into these containers and everything else.
    pub split: HostSplit,
    /// One row per container, highest CPU first, rows without a value last.
    pub containers: Vec<ContainerStats>,
}

/// One container.
#[derive(Clone, Debug, PartialEq, miniserde::Deserialize)]
pub struct ContainerStats {
    /// The first twelve digits of the container's ID.
    pub id: String,
    /// The name without the leading slash and without the configured prefix.
    pub name: String,
    /// CPU on the scale of `docker stats`: 100 is one core; one decimal. `null` if not measured (yet).
    pub cpu: Option<f64>,
    /// The same CPU in percent of the whole host, 0 to 100.
    pub cpu_host_percent: Option<f64>,
    /// Memory in MiB as `docker stats` counts it, without inactive page cache; one decimal. `null` if not measured.
    pub memory_mb: Option<f64>,
    /// The memory limit in MiB; `null` if there is none, or it is unknown.
    pub memory_limit_mb: Option<f64>,
    /// The CPU limit in cores: a quota, or a set of CPUs. Read once a minute. `null` if there is none, or it is unknown.
    pub cpu_limit_cores: Option<f64>,
    /// The state reported by the daemon.
    pub state: ContainerState,
    /// Whether it missed the last scrape and shows the numbers of an earlier one.
    pub stale: bool,
    /// Why `cpu`, `memory_mb` or both are `null`. Omitted if nothing failed, if the first CPU is still to come, or if the row
    /// still has its last numbers.
    pub error: Option<String>,
}

/// By hand, because `error` is optional, which miniserde's derive does not support.
impl Serialize for ContainerStats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { id, name, cpu, cpu_host_percent, memory_mb, memory_limit_mb, cpu_limit_cores, state, stale, error } =
            self;
        let mut row = serializer.serialize_struct("ContainerStats", 10)?;
        row.serialize_field("id", id)?;
        row.serialize_field("name", name)?;
        row.serialize_field("cpu", cpu)?;
        row.serialize_field("cpu_host_percent", cpu_host_percent)?;
        row.serialize_field("memory_mb", memory_mb)?;
        row.serialize_field("memory_limit_mb", memory_limit_mb)?;
        row.serialize_field("cpu_limit_cores", cpu_limit_cores)?;
        row.serialize_field("state", state)?;
        row.serialize_field("stale", stale)?;
        match error {
            Some(error) => row.serialize_field("error", error)?,
            None => row.skip_field("error")?,
        }
        row.end()
    }
}

/// The state of a container that holds memory or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub enum ContainerState {
    /// Its processes run.
    #[serde(rename = "running")]
    Running,
    /// Its processes are frozen. It still holds memory, so it is measured and counted.
    #[serde(rename = "paused")]
    Paused,
    /// Asked to end, and not ended yet: Podman's name for it, while it still uses CPU and memory. Measured and counted.
    #[serde(rename = "stopping")]
    Stopping,
    /// Between two starts: a row without numbers, not counted.
    #[serde(rename = "restarting")]
    Restarting,
}

impl ContainersStats {
    /// The containers' CPU in percent of the host they run on, 0 to 100: their part of the split, or the total of their
    /// shares if there is no split, as with a remote engine. `None` while no container is measured.
    pub fn cpu_host_percent(&self) -> Option<f64> {
        let split = self.split.cpu_percent.as_ref().map(|split| split.containers);
        let shares = self.containers.iter().filter(|row| !row.stale).filter_map(|row| row.cpu_host_percent);
        // Rounds only the last bits: the summands have one decimal. Not `round1`, whose parsing of text would make the
        // browser's bundle a tenth larger.
        let sum = || (shares.sum::<f64>() * 10.0).round() / 10.0;
        split.or_else(|| self.total_cpu_percent.map(|_| sum().clamp(0.0, 100.0)))
    }

    /// The total of the containers' memory limits in MiB, and how many containers have none.
    pub fn memory_limits(&self) -> (f64, usize) {
        let limits = self.containers.iter().filter_map(|row| row.memory_limit_mb);
        (limits.clone().sum(), self.containers.len() - limits.count())
    }
}

#[cfg(test)]
impl ContainerStats {
    /// A running container without measurements; tests fill in what they need.
    pub(crate) fn sample(name: &str) -> Self {
        Self {
            id: format!("id-{name}"),
            name: name.into(),
            cpu: None,
            cpu_host_percent: None,
            memory_mb: None,
            memory_limit_mb: None,
            cpu_limit_cores: None,
            state: ContainerState::Running,
            stale: false,
            error: None,
        }
    }
}
