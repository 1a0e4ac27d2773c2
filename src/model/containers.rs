//! The containers' measurements in the form sent over the wire.

use super::attribution::{Culprits, HostSplit};
use super::events::{Event, EventKind};
use super::number::percent_of;
use super::timestamp::Timestamp;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// The response of `GET /api/telemetry/containers` without its [`Stamp`](super::Stamp). Before the first scrape, it is
/// the default value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, miniserde::Deserialize)]
pub struct ContainersStats {
    /// The number of matching containers that are running, paused or stopping, including those that could not be
    /// measured. `null` before the first scrape.
    pub running_count: Option<u32>,
    /// How many containers contributed to total CPU and the CPU split. New containers contribute from their second
    /// sample on. `null` before the first scrape.
    pub measured_count: Option<u32>,
    /// Total CPU usage of the containers whose rows are not stale, where 100 is one core. 0 if no containers are
    /// running; `null` if none of the running containers was measured, and before the first scrape.
    pub total_cpu_percent: Option<f64>,
    /// Total memory usage in MiB of the containers whose rows are not stale. 0 if no containers are running; `null` if
    /// none of the running containers was measured, and before the first scrape.
    pub total_memory_mb: Option<f64>,
    /// The host's usage, split into these containers and everything else.
    pub split: HostSplit,
    /// Who uses most of a resource that is short. `None` only in the response of an older server that does not have
    /// this field.
    pub culprits: Option<Culprits>,
    /// The engine that runs the containers; `null` if it is unknown.
    pub engine: Option<Engine>,
    /// What happened to the containers in the last hour, oldest first; at most the latest 64 events. `None` only in the
    /// response of an older server that does not have this field.
    pub events: Option<Vec<Event>>,
    /// The most memory in MiB that the containers with a limit can use in sum: a limit that several containers share
    /// counts once. `None` before the first scrape, and in the response of an older server.
    pub total_memory_limit_mb: Option<f64>,
    /// When the list of containers was last known to be complete, if the engine hangs and that was more than two
    /// intervals ago; otherwise `null`.
    pub listed_at: Option<Timestamp>,
    /// One row per container, sorted by CPU usage in descending order. Rows without a CPU value come last.
    pub containers: Vec<ContainerStats>,
}

/// The measurements of one container.
#[derive(Clone, Debug, PartialEq, miniserde::Deserialize)]
pub struct ContainerStats {
    /// The first twelve characters of the container's ID.
    pub id: String,
    /// The container's name without its leading slash or the configured prefix.
    pub name: String,
    /// The container's name in the engine's commands, including the prefix. `None` only in the response of an older
    /// server that does not have this field.
    pub full_name: Option<String>,
    /// CPU usage on the scale of `docker stats`, where 100 is one core; one decimal. `null` if CPU could not be
    /// measured or the container has only one sample so far.
    pub cpu: Option<f64>,
    /// CPU usage as a percentage of the whole host, 0 to 100; one decimal. `null` whenever `cpu` is `null`.
    pub cpu_host_percent: Option<f64>,
    /// Memory usage in MiB as counted by `docker stats`, that is, without inactive page cache; one decimal. `null` if
    /// memory could not be measured.
    pub memory_mb: Option<f64>,
    /// Memory usage without any page cache as a percentage of the host's memory, 0 to 100; one decimal. Like the host's
    /// used memory, it excludes what the kernel can free, so the containers' percentages are parts of the host's.
    /// `null` if memory or page cache is unknown, or if the containers run on another machine.
    pub memory_host_percent: Option<f64>,
    /// The memory limit in MiB, also one that the container shares with others. `null` if there is no limit or it is
    /// unknown.
    pub memory_limit_mb: Option<f64>,
    /// The CPU limit in cores, from a quota or a set of CPUs. `null` if there is no limit or it is unknown.
    pub cpu_limit_cores: Option<f64>,
    /// Whether the limits are known, so that a `null` limit means that there is none. `None` only in the response of an
    /// older server that does not have this field.
    pub limits_known: Option<bool>,
    /// The image that the container was created from, as it was named then; `null` if it is unknown.
    pub image: Option<String>,
    /// When the container was last started, according to the engine; `null` if it is unknown.
    pub started_at: Option<Timestamp>,
    /// How often the engine has restarted the container by its restart policy; `null` if it is unknown.
    pub restart_count: Option<u32>,
    /// Where the numbers were read; `null` if there are none.
    pub source: Option<ReadFrom>,
    /// The container's state as reported by the daemon.
    pub state: ContainerState,
    /// Whether the container could not be read in the latest scrape, so the row shows the values of an earlier scrape.
    pub stale: bool,
    /// Why `cpu`, `memory_mb` or both are `null`. Omitted if neither is `null`, if `cpu` is `null` only until the next
    /// sample, or if the container is restarting.
    pub error: Option<String>,
}

/// Implemented by hand to omit `error` if it is `None`: miniserde's derive does not support `skip_serializing_if`.
impl Serialize for ContainerStats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            id,
            name,
            full_name,
            cpu,
            cpu_host_percent,
            memory_mb,
            memory_host_percent,
            memory_limit_mb,
            cpu_limit_cores,
            limits_known,
            image,
            started_at,
            restart_count,
            source,
            state,
            stale,
            error,
        } = self;
        let mut row = serializer.serialize_struct("ContainerStats", 17)?;
        row.serialize_field("id", id)?;
        row.serialize_field("name", name)?;
        row.serialize_field("full_name", full_name)?;
        row.serialize_field("cpu", cpu)?;
        row.serialize_field("cpu_host_percent", cpu_host_percent)?;
        row.serialize_field("memory_mb", memory_mb)?;
        row.serialize_field("memory_host_percent", memory_host_percent)?;
        row.serialize_field("memory_limit_mb", memory_limit_mb)?;
        row.serialize_field("cpu_limit_cores", cpu_limit_cores)?;
        row.serialize_field("limits_known", limits_known)?;
        row.serialize_field("image", image)?;
        row.serialize_field("started_at", started_at)?;
        row.serialize_field("restart_count", restart_count)?;
        row.serialize_field("source", source)?;
        row.serialize_field("state", state)?;
        row.serialize_field("stale", stale)?;
        match error {
            Some(error) => row.serialize_field("error", error)?,
            None => row.skip_field("error")?,
        }
        row.end()
    }
}

/// A container engine, by the name of its command-line program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub enum Engine {
    /// Docker.
    #[serde(rename = "docker")]
    Docker,
    /// Podman.
    #[serde(rename = "podman")]
    Podman,
}

/// Where a container's numbers were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub enum ReadFrom {
    /// The kernel's files.
    #[serde(rename = "cgroup")]
    Cgroup,
    /// The engine's statistics.
    #[serde(rename = "engine")]
    Engine,
}

/// The state of a container that is using memory or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub enum ContainerState {
    /// The container's processes are running.
    #[serde(rename = "running")]
    Running,
    /// The container's processes are frozen. It still uses memory, so it is measured and counted.
    #[serde(rename = "paused")]
    Paused,
    /// The container was asked to stop but still uses CPU and memory, so it is measured and counted. Only Podman
    /// reports this state.
    #[serde(rename = "stopping")]
    Stopping,
    /// The container has exited and is about to be started again. Its row has no values, and it is not counted.
    #[serde(rename = "restarting")]
    Restarting,
}

/// Restarts are counted over this many seconds.
const RECENT: f64 = 300.0;

/// The recent restarts of a container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Restarts<'a> {
    /// The container's ID.
    pub id: &'a str,
    /// How often it was restarted.
    pub count: u32,
    /// When it was first restarted.
    pub since: Timestamp,
}

impl ContainersStats {
    /// The containers that were restarted in the five minutes before `now`, in the order of their first restart.
    pub fn recent_restarts(&self, now: Timestamp) -> Vec<Restarts<'_>> {
        let mut restarts: Vec<Restarts<'_>> = Vec::new();
        for event in self.events.iter().flatten() {
            if event.kind != EventKind::Restarted || now.seconds() - event.timestamp.seconds() > RECENT {
                continue;
            }
            match restarts.iter_mut().find(|known| known.id == event.id) {
                Some(known) => known.count += event.count,
                None => restarts.push(Restarts { id: &event.id, count: event.count, since: event.timestamp }),
            }
        }
        restarts
    }

    /// The containers' CPU usage as a percentage of the host they run on, 0 to 100. This is their part of the split or,
    /// if there is no split, as with a remote engine, the sum of their shares. `None` if none of the running containers
    /// was measured, and before the first scrape.
    pub fn cpu_host_percent(&self) -> Option<f64> {
        let split = self.split.cpu_percent.as_ref().map(|split| split.containers);
        let shares = self.containers.iter().filter(|row| !row.stale).filter_map(|row| row.cpu_host_percent);
        // The summands have one decimal, so this only removes floating-point error. `round1` is not used here because
        // its number parsing would make the browser's bundle a tenth larger.
        let sum = || (shares.sum::<f64>() * 10.0).round() / 10.0;
        split.or_else(|| self.total_cpu_percent.map(|_| sum().clamp(0.0, 100.0)))
    }

    /// The sum of the containers' memory limits in MiB, and the number of containers without a known limit.
    pub fn memory_limits(&self) -> (f64, usize) {
        let limits = self.containers.iter().filter_map(|row| row.memory_limit_mb);
        let sum = self.total_memory_limit_mb.unwrap_or_else(|| limits.clone().sum());
        (sum, self.containers.len() - limits.count())
    }
}

impl ContainerStats {
    /// Memory usage as a percentage of the memory limit, 0 to 100; `None` if either is unknown or there is no limit.
    pub fn memory_limit_percent(&self) -> Option<f64> {
        percent_of(self.memory_mb?, self.memory_limit_mb?)
    }

    /// A container of which nothing is known but its ID and name.
    pub fn unmeasured(id: &str, name: &str) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            full_name: None,
            cpu: None,
            cpu_host_percent: None,
            memory_mb: None,
            memory_host_percent: None,
            memory_limit_mb: None,
            cpu_limit_cores: None,
            limits_known: None,
            image: None,
            started_at: None,
            restart_count: None,
            source: None,
            state: ContainerState::Running,
            stale: false,
            error: None,
        }
    }
}

#[cfg(test)]
impl ContainerStats {
    /// A running container without measurements, for tests to complete with the values they need.
    pub(crate) fn sample(name: &str) -> Self {
        Self { full_name: Some(name.into()), limits_known: Some(true), ..Self::unmeasured(&format!("id-{name}"), name) }
    }
}
