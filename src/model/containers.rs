//! The containers' numbers as they stand on the wire.

use super::Timestamp;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Answer of `GET /api/telemetry/containers`.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct ContainersStats {
    /// Running and paused containers that match, those in error too; `null` before the first round.
    pub running_count: Option<u32>,
    /// How many of them have a CPU value of this round: the totals and the split are theirs. A new container has one
    /// from its second round on. `null` before the first round.
    pub measured_count: Option<u32>,
    /// Sum of the rows' CPU, 100 being one core, without stale ones; `null` while none has a value.
    pub total_cpu_percent: Option<f64>,
    /// Sum of the rows' memory in MiB, without stale ones; `null` while none has a value.
    pub total_memory_mb: Option<f64>,
    /// The host's use, split into these containers and everything else.
    pub split: HostSplit,
    /// One row a container, highest CPU first, those without a value last.
    pub containers: Vec<ContainerStats>,
    /// When the round ended that these numbers are from.
    pub timestamp: Timestamp,
    /// Seconds from that moment to the answer, by a clock that never steps; one decimal.
    pub age_seconds: f64,
    /// Whether the round after this one is overdue.
    pub stale: bool,
}

/// The host's CPU and memory, split into the containers and everything else; read as the round ends.
///
/// A `null` split could not be reckoned: the host could not be read, no container is measured, there is no round
/// before this one, or the containers run on another machine than the host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct HostSplit {
    /// CPU since the round before, in percent of the whole host, 0 to 100.
    pub cpu_percent: Option<Split>,
    /// Memory in percent of the host's total, 0 to 100. The containers' part leaves out all of their file cache, active
    /// too: the host's used memory, total less available, does not count it either.
    pub memory_percent: Option<Split>,
    /// The same memory in MiB.
    pub memory_mb: Option<Split>,
}

/// A whole in two parts that add up to it; one decimal, none negative.
#[derive(Clone, Debug, PartialEq, Serialize, miniserde::Deserialize)]
pub struct Split {
    /// What the host uses.
    pub host: f64,
    /// What the measured containers use of that.
    pub containers: f64,
    /// The rest: programs outside, containers that do not match, and those that could not be measured.
    pub other: f64,
    /// Whether the containers were said to use more than the host, as counters read at different moments can be: their
    /// part is then all of it and the rest 0.
    pub clamped: bool,
}

/// One container.
#[derive(Clone, Debug, PartialEq, miniserde::Deserialize)]
pub struct ContainerStats {
    /// The first twelve digits of the container's ID.
    pub id: String,
    /// The name without the leading slash and without the configured prefix.
    pub name: String,
    /// CPU as `docker stats` has it: 100 is one core; one decimal. `null` if not measured (yet).
    pub cpu: Option<f64>,
    /// The same CPU in percent of the whole host, 0 to 100.
    pub cpu_host_percent: Option<f64>,
    /// Memory in MiB as `docker stats` has it, inactive page cache left out; one decimal. `null` if not measured.
    pub memory_mb: Option<f64>,
    /// The most memory that the kernel lets it have, in MiB; `null` if there is no limit, or it is unknown.
    pub memory_limit_mb: Option<f64>,
    /// The most CPU that the kernel was told to let it have, in cores: a quota, or a set of CPUs. Asked for once a
    /// minute. `null` if there is no limit, or it is unknown.
    pub cpu_limit_cores: Option<f64>,
    /// What the daemon says the container is doing.
    pub state: ContainerState,
    /// Whether it missed the last round and shows the numbers of one before.
    pub stale: bool,
    /// Why there are no numbers. Left out where nothing failed, or not for long enough to give the last ones up.
    pub error: Option<String>,
}

/// By hand, because a row without an error has no such key, and the derived reader takes no attribute that says so.
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

/// A container's state, of those that hold memory or are about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub enum ContainerState {
    /// Its processes run.
    #[serde(rename = "running")]
    Running,
    /// Its processes are frozen; its memory is held all the same, so it is measured and counted.
    #[serde(rename = "paused")]
    Paused,
    /// Between two starts: a row without numbers, not counted.
    #[serde(rename = "restarting")]
    Restarting,
}

impl ContainersStats {
    /// The containers' CPU in percent of the host that they are on, 0 to 100: their part of the split, or the sum of
    /// their own shares where there is none, as on another machine. `None` while none is measured.
    pub fn cpu_host_percent(&self) -> Option<f64> {
        let split = self.split.cpu_percent.as_ref().map(|split| split.containers);
        let shares = self.containers.iter().filter(|row| !row.stale).filter_map(|row| row.cpu_host_percent);
        // A sum of numbers with one decimal is one but for the last bits. Not by round1, whose reading of text would make
        // the browser's bundle a tenth larger.
        let sum = || (shares.sum::<f64>() * 10.0).round() / 10.0;
        split.or_else(|| self.total_cpu_percent.map(|_| sum().clamp(0.0, 100.0)))
    }

    /// The memory limits of the containers in sum, in MiB, and how many have none.
    pub fn memory_limits(&self) -> (f64, usize) {
        let limits = self.containers.iter().filter_map(|row| row.memory_limit_mb);
        (limits.clone().sum(), self.containers.len() - limits.count())
    }

    /// What is known before the first round has ended: nothing.
    pub fn pending(timestamp: Timestamp) -> Self {
        Self {
            running_count: None,
            measured_count: None,
            total_cpu_percent: None,
            total_memory_mb: None,
            split: HostSplit::default(),
            containers: Vec::new(),
            timestamp,
            age_seconds: 0.0,
            stale: false,
        }
    }
}

#[cfg(test)]
impl ContainerStats {
    /// A running container of which nothing is measured; tests fill in what they are about.
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
