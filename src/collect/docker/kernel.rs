//! What the daemon would have answered, read from the kernel's own files, which never hang.
//!
//! Before 24.0.7 a daemon collects from one container after the other, so that one whose shim hangs keeps the answers
//! for all others back. Reading in the daemon's form, the same formulas hold for both.

use crate::collect::CpuTimes;
use bollard::models::{ContainerCpuStats, ContainerCpuUsage, ContainerMemoryStats, ContainerStatsResponse};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

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
        let text = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
        Self::parse(Path::new("/sys/fs/cgroup"), &text, id)
    }

    /// Reads lines of the form `4:memory:/docker/ID`, which is `0::/…` for cgroup v2.
    pub(super) fn parse(root: &Path, text: &str, id: &str) -> Option<Self> {
        let path_of = |wanted: &str| {
            text.lines().find_map(|line| {
                let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
                let is_it = controllers.split(',').any(|controller| controller == wanted);
                is_it.then(|| container_path(path, id)).flatten()
            })
        };
        let under = |controller: &str, path: &str| root.join(controller).join(path);
        match (path_of("cpuacct"), path_of("memory")) {
            (Some(cpu), Some(memory)) => Some(Self::V1 { cpu: under("cpuacct", cpu), memory: under("memory", memory) }),
            _ => path_of("").map(|path| Self::V2(under("", path))),
        }
    }

    /// The counters now, all in one moment; `stat` is the text of /proc/stat. `None` if they cannot be read, as after
    /// the container's end.
    pub(super) fn read(&self, stat: &str) -> Option<ContainerStatsResponse> {
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
        let host = CpuTimes::parse(stat).ok()?;
        Some(ContainerStatsResponse {
            read: Some(chrono::Utc::now()),
            cpu_stats: Some(ContainerCpuStats {
                cpu_usage: Some(ContainerCpuUsage { total_usage: Some(used), ..Default::default() }),
                system_cpu_usage: Some(host.without_steal().saturating_mul(TICK)),
                online_cpus: Some(host.count()),
                ..Default::default()
            }),
            memory_stats: Some(memory),
            ..Default::default()
        })
    }
}

/// The path down to the container's own group: its processes may be in groups below that one.
fn container_path<'a>(path: &'a str, id: &str) -> Option<&'a str> {
    let path = path.trim_start_matches('/');
    let begin = path.find(id).filter(|_| !id.is_empty() && !path.contains(".."))?;
    let end = path.get(begin..)?.find('/').map_or(path.len(), |length| begin + length);
    path.get(..end)
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

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "bf28e36fdbdcbee6ad19727989315f31be04ad2a4e0d63cb91b20714a5d058e7";
    const STAT: &str = "cpu  1 2 3 4 5 6 7 800 900 1000\ncpu0 1 1 1 1\ncpu1 1 1 1 1\n";

    fn parse(text: &str) -> Option<Cgroup> {
        Cgroup::parse(Path::new("/r"), text, ID)
    }

    /// A folder with these files, as the kernel would show them.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            std::fs::write(file, text).expect("written");
        }
        folder
    }

    #[test]
    fn each_controller_has_its_own_path_in_v1() {
        let text = format!(
            "9:name=systemd:/docker/{ID}\n4:memory:/docker/{ID}\n3:cpu,cpuacct:/docker/{ID}\n0::/docker/{ID}\n"
        );
        let expected = Cgroup::V1 {
            cpu: format!("/r/cpuacct/docker/{ID}").into(),
            memory: format!("/r/memory/docker/{ID}").into(),
        };
        assert_eq!(parse(&text), Some(expected));
    }

    #[test]
    fn v2_has_one_and_a_group_below_it_is_not_the_container() {
        let expected = Cgroup::V2(format!("/r/system.slice/docker-{ID}.scope").into());
        assert_eq!(parse(&format!("0::/system.slice/docker-{ID}.scope\n")), Some(expected.clone()));
        assert_eq!(parse(&format!("0::/system.slice/docker-{ID}.scope/init.scope\n")), Some(expected));
    }

    #[test]
    fn another_s_process_is_not_taken_for_the_container() {
        for text in ["", "0::/init.scope\n", "4:memory:/\n3:cpuacct:/\n", "nonsense"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse(&format!("0::/../docker/{ID}\n")), None, "nor a way out of the hierarchy");
    }

    #[test]
    fn v1_files_in_the_daemon_s_form() {
        let stat = "cache 53248000\nactive_file 8192\ntotal_inactive_file 12582912\ntotal_active_file 8388608\n";
        let folder = folder(&[
            ("cpuacct/docker/x/cpuacct.usage", "18223808\n"),
            ("memory/docker/x/memory.usage_in_bytes", "63897600\n"),
            ("memory/docker/x/memory.limit_in_bytes", "9223372036854771712\n"),
            ("memory/docker/x/memory.stat", stat),
        ]);
        let cgroup = Cgroup::parse(folder.path(), "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n", "x");
        let stats = cgroup.and_then(|cgroup| cgroup.read(STAT)).expect("statistics");
        let cpu = stats.cpu_stats.expect("CPU");
        assert_eq!((cpu.system_cpu_usage, cpu.online_cpus), (Some(28 * TICK), Some(2)), "the first seven columns");
        assert_eq!(cpu.cpu_usage.expect("usage").total_usage, Some(18_223_808));
        let memory = stats.memory_stats.expect("memory");
        assert_eq!((memory.usage, memory.limit), (Some(63_897_600), Some(9_223_372_036_854_771_712)));
        assert_eq!(memory.stats.expect("details")["total_inactive_file"], 12_582_912);
    }

    #[test]
    fn v2_files_in_the_daemon_s_form() {
        let folder = folder(&[
            ("docker-x.scope/cpu.stat", "usage_usec 15320380\nuser_usec 12525202\nsystem_usec 2795178\n"),
            ("docker-x.scope/memory.current", "234590208\n"),
            ("docker-x.scope/memory.max", "max\n"),
            ("docker-x.scope/memory.stat", "anon 151080960\ninactive_file 11309056\nactive_file 22441984\n"),
        ]);
        let cgroup = Cgroup::parse(folder.path(), "0::/docker-x.scope\n", "x").expect("a group");
        let stats = cgroup.read(STAT).expect("statistics");
        assert_eq!(stats.cpu_stats.and_then(|cpu| cpu.cpu_usage?.total_usage), Some(15_320_380_000));
        let memory = stats.memory_stats.expect("memory");
        assert_eq!((memory.usage, memory.limit), (Some(234_590_208), None), "no limit");
        assert_eq!(memory.stats.expect("details")["inactive_file"], 11_309_056);
        assert_eq!(cgroup.read("intr 1"), None, "without the host's counters there is no window");
        std::fs::remove_file(folder.path().join("docker-x.scope/cpu.stat")).expect("removed");
        assert_eq!(cgroup.read(STAT), None, "the container ended");
    }
}
