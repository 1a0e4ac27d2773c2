//! A container's cgroup: its path and its counters.

use super::usage::Usage;
use super::{v1, v2};
use crate::collect::containers::{ContainerCounters, CpuClock};
use crate::collect::host::CpuTimes;
use std::path::Path;

/// The kernel's ticks (USER_HZ, which user space always sees as 100) in nanoseconds.
const TICK: u64 = 10_000_000;

/// A container's cgroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::collect) enum Cgroup {
    /// One hierarchy per controller.
    V1(v1::Groups),
    /// One hierarchy.
    V2(v2::Group),
}

impl Cgroup {
    /// The cgroup of a process, provided its path contains the container's ID: the daemon may be on another machine or in
    /// another PID namespace, whose PIDs are other processes here.
    pub(in crate::collect) fn of_process(pid: i64, id: &str) -> Option<Self> {
        let text = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
        Self::parse(Path::new("/sys/fs/cgroup"), &text, id)
    }

    /// Parses lines of the form `4:memory:/docker/ID`, or `0::/…` for cgroup v2.
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

    /// The container's current counters, with the host's CPU times that were read just before. `None` if they cannot be
    /// read, for example because the container has ended.
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

/// The path up to the container's own cgroup. Its processes may be in child cgroups.
fn container_path<'a>(path: &'a str, id: &str) -> Option<&'a str> {
    let path = path.trim_start_matches('/');
    let begin = path.find(id).filter(|_| !id.is_empty() && !path.contains(".."))?;
    let end = path.get(begin..)?.find('/').map_or(path.len(), |length| begin + length);
    path.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "bf28e36fdbdcbee6ad19727989315f31be04ad2a4e0d63cb91b20714a5d058e7";

    /// Two CPUs; 28 ticks in the first seven columns, then stolen time.
    fn host() -> CpuTimes {
        CpuTimes::parse("cpu  1 2 3 4 5 6 7 800 900 1000\ncpu0 1 1 1 1\ncpu1 1 1 1 1\n").expect("CPU times")
    }

    fn parse(text: &str) -> Option<Cgroup> {
        Cgroup::parse(Path::new("/r"), text, ID)
    }

    /// A folder with these files.
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
        let expected = Cgroup::V1(v1::Groups {
            cpu: format!("/r/cpuacct/docker/{ID}").into(),
            memory: format!("/r/memory/docker/{ID}").into(),
        });
        assert_eq!(parse(&text), Some(expected));
    }

    #[test]
    fn v2_has_one_path_and_a_child_cgroup_belongs_to_the_container() {
        let expected = Cgroup::V2(v2::Group(format!("/r/system.slice/docker-{ID}.scope").into()));
        assert_eq!(parse(&format!("0::/system.slice/docker-{ID}.scope\n")), Some(expected.clone()));
        assert_eq!(parse(&format!("0::/system.slice/docker-{ID}.scope/init.scope\n")), Some(expected));
    }

    #[test]
    fn a_process_outside_the_container_has_no_cgroup() {
        for text in ["", "0::/init.scope\n", "4:memory:/\n3:cpuacct:/\n", "nonsense"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse(&format!("0::/../docker/{ID}\n")), None, "a path must not leave the hierarchy");
    }

    #[test]
    fn v1_includes_child_cgroups() {
        let stat = "cache 53248000\nactive_file 8192\ntotal_inactive_file 12582912\ntotal_active_file 8388608\n";
        let folder = folder(&[
            ("cpuacct/docker/x/cpuacct.usage", "18223808\n"),
            ("memory/docker/x/memory.usage_in_bytes", "63897600\n"),
            ("memory/docker/x/memory.limit_in_bytes", "9223372036854771712\n"),
            ("memory/docker/x/memory.stat", stat),
        ]);
        let cgroup = Cgroup::parse(folder.path(), "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n", "x");
        let expected = ContainerCounters {
            cpu_total: Some(18_223_808),
            clock: Some(CpuClock::Host(28 * TICK)),
            online_cpus: Some(2),
            memory: Some(63_897_600 - 12_582_912),
            memory_without_cache: Some(63_897_600 - 12_582_912 - 8_388_608),
            memory_limit: None,
            cpu_limit: None,
        };
        assert_eq!(cgroup.and_then(|cgroup| cgroup.read(&host())), Some(expected));
    }

    #[test]
    fn v2_has_one_group_for_everything() {
        let folder = folder(&[
            ("docker-x.scope/cpu.stat", "usage_usec 15320380\nuser_usec 12525202\nsystem_usec 2795178\n"),
            ("docker-x.scope/memory.current", "234590208\n"),
            ("docker-x.scope/memory.max", "max\n"),
            ("docker-x.scope/memory.stat", "anon 151080960\ninactive_file 11309056\nactive_file 22441984\n"),
        ]);
        let cgroup = Cgroup::parse(folder.path(), "0::/docker-x.scope\n", "x").expect("a group");
        let expected = ContainerCounters {
            cpu_total: Some(15_320_380_000),
            clock: Some(CpuClock::Host(28 * TICK)),
            online_cpus: Some(2),
            memory: Some(234_590_208 - 11_309_056),
            memory_without_cache: Some(234_590_208 - 11_309_056 - 22_441_984),
            memory_limit: None,
            cpu_limit: None,
        };
        assert_eq!(cgroup.read(&host()), Some(expected));
        std::fs::remove_file(folder.path().join("docker-x.scope/cpu.stat")).expect("removed");
        assert_eq!(cgroup.read(&host()), None, "the container ended");
    }
}
