//! Tests on recorded trees, in every layout that engines use.

use super::*;
use crate::collect::containers::{ContainerCounters, CpuClock, KernelLimits, MemoryLimit};

const M: u64 = 1 << 20;
const MACHINE: Machine = Machine { cpus: Some(2), memory: Some(1 << 34) };

/// A container's ID, which differs in its last digit.
fn id(last: char) -> String {
    format!("bf28e36fdbdcbee6ad19727989315f31be04ad2a4e0d63cb91b20714a5d058e{last}")
}

/// A temporary folder with the files of a machine: `cgroup` is its tree, `proc` its processes.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new(files: &[(String, &str)]) -> Self {
        let tree = Self(tempfile::tempdir().expect("a folder"));
        files.iter().for_each(|(name, text)| tree.write(name, text));
        tree
    }

    /// A tree in version 2 with one container in `folder`.
    fn v2(folder: &str) -> Self {
        let tree = Self::new(&[("cgroup/cgroup.controllers".into(), "cpu memory pids\n")]);
        tree.add_v2(folder);
        tree
    }

    fn add_v2(&self, folder: &str) {
        for (name, text) in [
            ("cpu.stat", "usage_usec 15320380\nuser_usec 12525202\nsystem_usec 2795178\n"),
            ("cpu.max", "max 100000\n"),
            ("memory.current", "234590208\n"),
            ("memory.max", "max\n"),
            ("memory.stat", "anon 151080960\ninactive_file 11309056\nactive_file 22441984\n"),
            ("cgroup.events", "populated 1\nfrozen 0\n"),
        ] {
            self.write(&format!("cgroup/{folder}/{name}"), text);
        }
    }

    /// A tree in version 1 with one container in `folder` of each hierarchy.
    fn v1(folder: &str) -> Self {
        let stat = "inactive_file 1\nactive_file 8192\ntotal_inactive_file 12582912\ntotal_active_file 8388608\n";
        Self::new(
            &[
                ("cpuacct", "cpuacct.usage", "18223808\n"),
                ("cpu", "cpu.cfs_quota_us", "-1\n"),
                ("cpu", "cpu.cfs_period_us", "100000\n"),
                ("memory", "memory.usage_in_bytes", "63897600\n"),
                ("memory", "memory.limit_in_bytes", "9223372036854771712\n"),
                ("memory", "memory.stat", stat),
                ("pids", "pids.current", "1\n"),
            ]
            .map(|(controller, name, text)| (format!("cgroup/{controller}/{folder}/{name}"), text)),
        )
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.0.path().join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, text).expect("written");
    }

    fn remove(&self, folder: &str) {
        std::fs::remove_dir_all(self.0.path().join("cgroup").join(folder)).expect("removed");
    }

    fn reader(&self) -> CgroupReader {
        CgroupReader::new(self.0.path().join("cgroup"), self.0.path().join("proc")).expect("hierarchies")
    }
}

/// What the reader says of the containers with these IDs, whose PIDs are not known.
fn read(reader: &mut CgroupReader, ids: &[String]) -> Vec<KernelReading> {
    let wanted: Vec<Wanted> = ids.iter().map(|id| Wanted { id: id.clone(), pid: None }).collect();
    reader.read(&wanted, MACHINE)
}

fn counters(reading: &KernelReading) -> ContainerCounters {
    match reading {
        KernelReading::Counted(_, counters) => counters.clone(),
        other => panic!("{other:?}"),
    }
}

/// What the reader says of the only container in the tree.
fn only(tree: &Tree) -> ContainerCounters {
    counters(&read(&mut tree.reader(), &[id('a')])[0])
}

fn v2_counters() -> ContainerCounters {
    ContainerCounters {
        cpu_total: Some(15_320_380_000),
        clock: Some(CpuClock::Monotonic),
        online_cpus: Some(2),
        memory: Some(234_590_208 - 11_309_056),
        memory_without_cache: Some(234_590_208 - 11_309_056 - 22_441_984),
        memory_limit: None,
        limits: Some(KernelLimits::default()),
    }
}

#[test]
fn every_layout_of_version_2_is_found_by_the_id() {
    for folder in [
        "docker/ID",
        "system.slice/docker-ID.scope",
        "machine.slice/libpod-ID.scope",
        "user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope",
        "libpod_parent/libpod-ID",
        "machine.slice/machine-libpod_pod_0123.slice/libpod-ID.scope",
        "agents.slice/agents-a.slice/docker-ID.scope",
        "kubepods.slice/kubepods-pod7.slice/cri-containerd-ID.scope",
        "a/b/c/d/e/f/ID",
    ] {
        let tree = Tree::v2(&folder.replace("ID", &id('a')));
        assert_eq!(only(&tree), v2_counters(), "{folder}");
    }
}

#[test]
fn version_1_has_a_hierarchy_for_each_controller_and_includes_the_groups_below() {
    for folder in ["docker/ID", "system.slice/docker-ID.scope", "libpod_parent/libpod-ID"] {
        let expected = ContainerCounters {
            cpu_total: Some(18_223_808),
            memory: Some(63_897_600 - 12_582_912),
            memory_without_cache: Some(63_897_600 - 12_582_912 - 8_388_608),
            ..v2_counters()
        };
        assert_eq!(only(&Tree::v1(&folder.replace("ID", &id('a')))), expected, "{folder}");
    }
}

#[test]
fn in_a_mixture_each_number_comes_from_its_own_hierarchy() {
    let folder = format!("docker/{}", id('a'));
    let tree = Tree::v1(&folder);
    tree.remove("cpuacct");
    tree.remove("pids");
    tree.write("cgroup/unified/cgroup.controllers", "cpu\n");
    tree.write(&format!("cgroup/unified/{folder}/cpu.stat"), "usage_usec 7\n");
    tree.write(&format!("cgroup/unified/{folder}/cgroup.events"), "populated 1\n");
    let counters = only(&tree);
    assert_eq!((counters.cpu_total, counters.memory), (Some(7000), Some(63_897_600 - 12_582_912)));
}

#[test]
fn a_process_leads_to_its_cgroup_only_if_that_is_the_containers() {
    let wanted = [Wanted { id: id('a'), pid: Some(7) }];
    let folder = format!("odd/{}-with-a-suffix", id('a'));
    let tree = Tree::v2(&folder);
    assert_eq!(tree.reader().read(&wanted, MACHINE), [KernelReading::Unknown], "no folder has this name");
    tree.write("proc/7/cgroup", &format!("0::/{folder}/init.scope\n"));
    assert_eq!(counters(&tree.reader().read(&wanted, MACHINE)[0]), v2_counters());
    for other in ["", "0::/init.scope\n", "nonsense", &format!("0::/../{folder}\n")] {
        tree.write("proc/7/cgroup", other);
        assert_eq!(tree.reader().read(&wanted, MACHINE), [KernelReading::Unknown], "{other:?}");
    }
    let by_controller = format!("4:memory:/docker/{0}\n3:cpu,cpuacct:/docker/{0}\n0::/\n", id('a'));
    let tree = Tree::v1(&format!("docker/{}", id('a')));
    tree.write("proc/7/cgroup", &by_controller);
    assert_eq!(counters(&tree.reader().read(&wanted, MACHINE)[0]).cpu_total, Some(18_223_808));
}

#[test]
fn a_container_that_was_not_found_is_searched_for_again_when_it_is_started_again() {
    let tree = Tree::v2("docker/other");
    let mut reader = tree.reader();
    let wanted = |pid| [Wanted { id: id('a'), pid: Some(pid) }];
    assert_eq!(reader.read(&wanted(7), MACHINE), [KernelReading::Unknown]);
    tree.add_v2(&format!("docker/{}", id('a')));
    assert_eq!(reader.read(&wanted(7), MACHINE), [KernelReading::Unknown], "a search takes a while");
    assert_eq!(counters(&reader.read(&wanted(8), MACHINE)[0]), v2_counters());
}

#[test]
fn a_container_that_is_started_again_may_be_in_another_cgroup() {
    let before = format!("user.slice/docker-{}.scope", id('a'));
    let tree = Tree::v2(&before);
    let mut reader = tree.reader();
    let wanted = |pid| [Wanted { id: id('a'), pid: Some(pid) }];
    counters(&reader.read(&wanted(7), MACHINE)[0]);
    tree.write(&format!("cgroup/{before}/cgroup.events"), "populated 0\n");
    tree.remove(&before);
    tree.add_v2(&format!("system.slice/docker-{}.scope", id('a')));
    assert_eq!(reader.read(&wanted(7), MACHINE), [KernelReading::Ended]);
    assert_eq!(counters(&reader.read(&wanted(8), MACHINE)[0]), v2_counters());
}

#[test]
fn a_file_that_cannot_be_read_this_time_is_a_failure_and_not_an_end() {
    // A folder in its place cannot be read, as no file can if too many are open.
    for file in ["cgroup.events", "cpu.stat", "memory.current", "memory.stat", "cpu.max", "memory.max"] {
        let folder = format!("docker/{}", id('a'));
        let tree = Tree::v2(&folder);
        let mut reader = tree.reader();
        let place = tree.0.path().join("cgroup").join(&folder).join(file);
        let text = std::fs::read_to_string(&place).expect("a file");
        std::fs::remove_file(&place).expect("removed");
        std::fs::create_dir(&place).expect("made");
        let [KernelReading::Failed(reason)] = &read(&mut reader, &[id('a')])[..] else { panic!("{file}") };
        assert!(reason.starts_with("its cgroup cannot be read: "), "{reason}");
        std::fs::remove_dir(&place).expect("removed");
        std::fs::write(&place, text).expect("written");
        assert_eq!(counters(&read(&mut reader, &[id('a')])[0]), v2_counters(), "{file}");
    }
}

#[test]
fn a_monitor_is_not_the_container() {
    let tree = Tree::v2(&format!("machine.slice/libpod-conmon-{}.scope", id('a')));
    assert_eq!(read(&mut tree.reader(), &[id('a')]), [KernelReading::Unknown]);
}

#[test]
fn a_container_has_ended_when_its_cgroup_is_empty_or_gone() {
    let folder = format!("docker/{}", id('a'));
    for (tree, file, empty) in [
        (Tree::v2(&folder), format!("cgroup/{folder}/cgroup.events"), "populated 0\n"),
        (Tree::v1(&folder), format!("cgroup/pids/{folder}/pids.current"), "0\n"),
    ] {
        let mut reader = tree.reader();
        counters(&read(&mut reader, &[id('a')])[0]);
        tree.write(&file, empty);
        assert_eq!(read(&mut reader, &[id('a')]), [KernelReading::Ended]);
        assert_eq!(reader.files.open(), 0, "it may be listed for a while");
    }
    let tree = Tree::v2(&folder);
    let mut reader = tree.reader();
    counters(&read(&mut reader, &[id('a')])[0]);
    tree.remove(&folder);
    tree.add_v2(&folder);
    assert_eq!(counters(&read(&mut reader, &[id('a')])[0]), v2_counters(), "it was started again");
}

#[test]
fn a_cgroup_that_was_always_empty_says_nothing() {
    let folder = format!("docker/{}", id('a'));
    let tree = Tree::v2(&folder);
    tree.write(&format!("cgroup/{folder}/cgroup.events"), "populated 0\n");
    for file in ["cpu.stat", "memory.current"] {
        tree.write(&format!("cgroup/{folder}/{file}"), "");
    }
    let mut reader = tree.reader();
    assert_eq!(read(&mut reader, &[id('a')]), [KernelReading::Unknown], "the engine may know more");
}

#[test]
fn without_a_memory_controller_there_is_cpu() {
    let folder = format!("docker/{}", id('a'));
    let tree = Tree::v2(&folder);
    std::fs::remove_file(tree.0.path().join(format!("cgroup/{folder}/memory.current"))).expect("removed");
    let counters = only(&tree);
    assert_eq!((counters.cpu_total, counters.memory), (Some(15_320_380_000), None));
}

#[test]
fn the_tightest_limit_counts_and_a_shared_one_is_named() {
    let parent = "agents.slice";
    let folder = format!("{parent}/docker-{}.scope", id('a'));
    let tree = Tree::v2(&folder);
    for (file, text) in [("cpu.max", "150000 100000\n"), ("memory.max", "104857600\n")] {
        tree.write(&format!("cgroup/{parent}/{file}"), text);
    }
    let limits = |tree: &Tree| {
        let counters = only(tree);
        (counters.limits.clone().expect("limits").cpu, counters.memory_limit, counters.limits.expect("limits").memory)
    };
    let shared = MemoryLimit { cgroup: parent.into(), bytes: 100 * M };
    assert_eq!(limits(&tree), (Some(1.5), Some(100 * M), vec![shared.clone()]));
    tree.write(&format!("cgroup/{folder}/cpu.max"), "50000 100000\n");
    tree.write(&format!("cgroup/{folder}/memory.max"), &format!("{}\n", 64 * M));
    let own = MemoryLimit { cgroup: folder.clone().into(), bytes: 64 * M };
    assert_eq!(limits(&tree), (Some(0.5), Some(64 * M), vec![own, shared.clone()]));
    tree.write(&format!("cgroup/{folder}/memory.max"), &format!("{}\n", 1u64 << 34));
    assert_eq!(limits(&tree).2, [shared], "a limit as large as the machine is none");
}

#[test]
fn limits_of_version_1_are_read_from_two_hierarchies() {
    let folder = format!("docker/{}", id('a'));
    let tree = Tree::v1(&folder);
    tree.write(&format!("cgroup/cpu/{folder}/cpu.cfs_quota_us"), "25000\n");
    tree.write(&format!("cgroup/memory/{folder}/memory.limit_in_bytes"), &format!("{}\n", 64 * M));
    let counters = only(&tree);
    assert_eq!((counters.limits.and_then(|limits| limits.cpu), counters.memory_limit), (Some(0.25), Some(64 * M)));
}

#[test]
fn readings_are_in_the_order_of_the_containers_and_the_others_are_forgotten() {
    let tree = Tree::v2(&format!("docker/{}", id('a')));
    tree.add_v2(&format!("docker/{}", id('b')));
    let mut reader = tree.reader();
    let readings = read(&mut reader, &[id('b'), id('c'), id('a')]);
    assert!(matches!(readings[..], [KernelReading::Counted(..), KernelReading::Unknown, KernelReading::Counted(..)]));
    assert!((reader.known.len(), reader.missing.len(), reader.files.open()) == (2, 1, 8));
    read(&mut reader, &[id('a')]);
    assert_eq!((reader.known.len(), reader.missing.len(), reader.files.open()), (1, 0, 4));
}

#[test]
fn a_thousand_containers_keep_a_bounded_number_of_files_open() {
    let ids: Vec<String> = (0..1000).map(|n| format!("{n:064x}")).collect();
    let tree = Tree::v2(&format!("docker/{}", ids[0]));
    ids.iter().for_each(|id| tree.add_v2(&format!("docker/{id}")));
    let mut reader = tree.reader();
    for _ in 0..2 {
        let readings = read(&mut reader, &ids);
        assert!(readings.iter().all(|reading| counters(reading) == v2_counters()));
        assert!((MAX_OPEN - 4..=MAX_OPEN).contains(&reader.files.open()), "{}", reader.files.open());
    }
}

#[test]
fn a_machine_without_cgroups_has_no_reader() {
    let tree = Tree::new(&[("cgroup/other".into(), "")]);
    assert!(CgroupReader::new(tree.0.path().join("cgroup"), "/proc".into()).is_none());
}
