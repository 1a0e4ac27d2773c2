use super::*;

const ID: &str = "bf28e36fdbdcbee6ad19727989315f31be04ad2a4e0d63cb91b20714a5d058e7";

/// A host with two CPUs. The first seven columns add up to 28 ticks; steal and guest time follow.
fn host() -> CpuTimes {
    CpuTimes::parse("cpu  1 2 3 4 5 6 7 800 900 1000\ncpu0 1 1 1 1\ncpu1 1 1 1 1\n").expect("CPU times")
}

fn parse(text: &str) -> Option<Cgroup> {
    Cgroup::parse(Path::new("/r"), text, ID)
}

/// A temporary folder that contains the given files.
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
    let text =
        format!("9:name=systemd:/docker/{ID}\n4:memory:/docker/{ID}\n3:cpu,cpuacct:/docker/{ID}\n0::/docker/{ID}\n");
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
    };
    assert_eq!(cgroup.read(&host()), Some(expected));
    std::fs::remove_file(folder.path().join("docker-x.scope/cpu.stat")).expect("removed");
    assert_eq!(cgroup.read(&host()), None, "the container ended");
}
