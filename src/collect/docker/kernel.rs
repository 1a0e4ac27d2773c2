//! What the daemon would have answered, read from the kernel's own files, which never hang.
//!
//! Before 24.0.7 a daemon collects from one container after the other, so that one whose shim hangs keeps the answers
//! for all others back. Reading in the daemon's form, the same formulas hold for both.

use bollard::models::{ContainerCpuStats, ContainerCpuUsage, ContainerMemoryStats, ContainerStatsResponse};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

const ROOT: &str = "/sys/fs/cgroup";

/// The kernel's ticks (USER_HZ, which it never shows as anything else than 100) in nanoseconds.
const TICK: u64 = 10_000_000;

/// Where the kernel accounts for a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cgroup {
    /// A hierarchy for each controller.
    V1 { cpu: PathBuf, memory: PathBuf },
    /// One hierarchy.
    V2(PathBuf),
}

impl Cgroup {
    /// That of a process, as long as it names the container: the daemon may be on another machine, or in another
    /// process namespace than we are, where its numbers mean other processes.
    pub(super) fn of_process(pid: i64, id: &str) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?, id)
    }

    /// Reads lines of the form `4:memory:/docker/ID`, which is `0::/…` for cgroup v2.
    pub(super) fn parse(text: &str, id: &str) -> Option<Self> {
        let path_of = |wanted: &str| {
            text.lines().find_map(|line| {
                let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
                let is_it = controllers.split(',').any(|controller| controller == wanted);
                (is_it && path.contains(id) && !path.contains("..")).then_some(path.trim_start_matches('/'))
            })
        };
        let under = |controller: &str, path: &str| Path::new(ROOT).join(controller).join(path);
        match (path_of("cpuacct"), path_of("memory")) {
            (Some(cpu), Some(memory)) => Some(Self::V1 { cpu: under("cpuacct", cpu), memory: under("memory", memory) }),
            _ => path_of("").map(|path| Self::V2(under("", path))),
        }
    }

    /// The counters now, all in one moment; `None` if they cannot be read, as after the container's end.
    pub(super) fn read(&self) -> Option<ContainerStatsResponse> {
        let (used, memory) = match self {
            Self::V1 { cpu, memory } => (
                number(&cpu.join("cpuacct.usage"))?,
                memory_stats(memory, "memory.usage_in_bytes", "memory.limit_in_bytes")?,
            ),
            Self::V2(path) => (
                pairs(&path.join("cpu.stat"))?.get("usage_usec")?.saturating_mul(1000),
                memory_stats(path, "memory.current", "memory.max")?,
            ),
        };
        Some(ContainerStatsResponse {
            read: Some(chrono::Utc::now()),
            cpu_stats: Some(ContainerCpuStats {
                cpu_usage: Some(ContainerCpuUsage { total_usage: Some(used), ..Default::default() }),
                system_cpu_usage: system_usage(&std::fs::read_to_string("/proc/stat").ok()?),
                ..Default::default()
            }),
            memory_stats: Some(memory),
            ..Default::default()
        })
    }
}

fn memory_stats(path: &Path, usage: &str, limit: &str) -> Option<ContainerMemoryStats> {
    Some(ContainerMemoryStats {
        usage: Some(number(&path.join(usage))?),
        // "max" on cgroup v2, where there is none.
        limit: number(&path.join(limit)),
        stats: Some(pairs(&path.join("memory.stat"))?),
        ..Default::default()
    })
}

fn number(file: &Path) -> Option<u64> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

fn pairs(file: &Path) -> Option<HashMap<String, u64>> {
    let text = std::fs::read_to_string(file).ok()?;
    let pair = |line: &str| line.split_once(' ').and_then(|(key, value)| Some((key.into(), value.parse().ok()?)));
    Some(text.lines().filter_map(pair).collect())
}

/// The daemon's system_cpu_usage: the first seven columns of /proc/stat's `cpu ` line, in nanoseconds.
fn system_usage(stat: &str) -> Option<u64> {
    let columns = stat.lines().find_map(|line| line.strip_prefix("cpu "))?.split_ascii_whitespace().take(7);
    columns.map(|column| column.parse::<u64>().ok()).sum::<Option<u64>>().map(|ticks| ticks.saturating_mul(TICK))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "bf28e36fdbdcbee6ad19727989315f31be04ad2a4e0d63cb91b20714a5d058e7";

    #[test]
    fn each_controller_has_its_own_path_in_v1() {
        let text = format!(
            "9:name=systemd:/docker/{ID}\n4:memory:/docker/{ID}\n3:cpu,cpuacct:/docker/{ID}\n0::/docker/{ID}\n"
        );
        let expected = Cgroup::V1 {
            cpu: format!("/sys/fs/cgroup/cpuacct/docker/{ID}").into(),
            memory: format!("/sys/fs/cgroup/memory/docker/{ID}").into(),
        };
        assert_eq!(Cgroup::parse(&text, ID), Some(expected));
    }

    #[test]
    fn v2_has_one() {
        let text = format!("0::/system.slice/docker-{ID}.scope\n");
        let expected = format!("/sys/fs/cgroup/system.slice/docker-{ID}.scope");
        assert_eq!(Cgroup::parse(&text, ID), Some(Cgroup::V2(expected.into())));
    }

    #[test]
    fn another_s_process_is_not_taken_for_the_container() {
        for text in ["", "0::/init.scope\n", "4:memory:/\n3:cpuacct:/\n", "nonsense"] {
            assert_eq!(Cgroup::parse(text, ID), None, "{text:?}");
        }
        assert_eq!(Cgroup::parse(&format!("0::/../docker/{ID}\n"), ID), None, "nor a way out of the hierarchy");
    }

    #[test]
    fn the_host_s_time_is_reckoned_as_the_daemon_does() {
        assert_eq!(system_usage("cpu  1 2 3 4 5 6 7 800 900 1000\ncpu0 1 1 1 1\n"), Some(28 * TICK));
        assert_eq!(system_usage("intr 1"), None);
        assert_eq!(system_usage("cpu  x"), None);
    }
}
