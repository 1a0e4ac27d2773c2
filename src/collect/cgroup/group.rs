//! Finds a container's cgroup and reads its counters.

#[cfg(test)]
mod tests;

use super::usage::Usage;
use super::{v1, v2};
use crate::collect::containers::{ContainerCounters, CpuClock};
use crate::collect::host::CpuTimes;
use std::path::Path;

/// The length of a kernel tick in nanoseconds. USER_HZ, the tick rate that user space sees, is always 100.
const TICK: u64 = 10_000_000;

/// A container's cgroup, in either version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::collect) enum Cgroup {
    /// cgroup v1, with one hierarchy per controller.
    V1(v1::Groups),
    /// cgroup v2, with a single hierarchy.
    V2(v2::Group),
}

impl Cgroup {
    /// The cgroup of a process; `None` if it cannot be read, or if its path does not contain the container's ID. The
    /// daemon may run on another machine or in another PID namespace, in which case the PID belongs to another process
    /// here.
    pub(in crate::collect) fn of_process(pid: i64, id: &str) -> Option<Self> {
        let text = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
        Self::parse(Path::new("/sys/fs/cgroup"), &text, id)
    }

    /// Parses lines of the form `4:memory:/docker/ID`, or `0::/…` for cgroup v2. `None` if no path contains the ID.
    pub(in crate::collect) fn parse(root: &Path, text: &str, id: &str) -> Option<Self> {
        let path_of = |wanted: &str| {
            text.lines().find_map(|line| {
                let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
                let is_wanted = controllers.split(',').any(|controller| controller == wanted);
                is_wanted.then(|| container_path(path, id)).flatten()
            })
        };
        let under = |controller: &str, path: &str| root.join(controller).join(path);
        match (path_of("cpuacct"), path_of("memory")) {
            (Some(cpu), Some(memory)) => {
                Some(Self::V1(v1::Groups { cpu: under("cpuacct", cpu), memory: under("memory", memory) }))
            }
            _ => path_of("").map(|path| Self::V2(v2::Group(under("", path)))),
        }
    }

    /// The container's current counters. `host` holds the host's CPU times, read just before. `None` if the counters
    /// cannot be read, for example because the container has ended.
    pub(in crate::collect) fn read(&self, host: &CpuTimes) -> Option<ContainerCounters> {
        let Usage { cpu_nanoseconds, memory, memory_limit } = match self {
            Self::V1(groups) => groups.read(),
            Self::V2(group) => group.read(),
        }?;
        let counters = ContainerCounters {
            cpu_total: Some(cpu_nanoseconds),
            clock: Some(CpuClock::Host(host.without_steal().saturating_mul(TICK))),
            online_cpus: Some(host.count()),
            memory_limit,
            ..ContainerCounters::default()
        };
        Some(counters.with_memory(Some(memory)))
    }
}

/// The path up to the container's own cgroup; the container's processes may be in child cgroups. `None` if the path
/// does not contain the ID.
fn container_path<'a>(path: &'a str, id: &str) -> Option<&'a str> {
    let path = path.trim_start_matches('/');
    let begin = path.find(id).filter(|_| !id.is_empty() && !path.contains(".."))?;
    let end = path.get(begin..)?.find('/').map_or(path.len(), |length| begin + length);
    path.get(..end)
}
