//! Hundreds of containers: what reading them costs.

use crate::support::docker::TestDocker;
use crate::support::fake_engine::FakeSocket;
use crate::support::program::{Launch, Program, cpu_time};
use crate::support::{skipped, within};
use crate::{median, start_crowd};
use std::path::Path;
use std::time::Duration;

/// The files of a container's cgroup, as recorded on a machine with cgroup v2.
const FILES: [(&str, &str); 6] = [
    ("cpu.stat", include_str!("cgroup/cpu.stat")),
    ("cpu.max", "max 100000\n"),
    ("memory.current", "1712128\n"),
    ("memory.max", "134217728\n"),
    ("memory.stat", include_str!("cgroup/memory.stat")),
    ("cgroup.events", "populated 1\nfrozen 0\n"),
];

/// A recorded tree with these containers, in the layout of systemd.
fn tree(ids: &[String]) -> tempfile::TempDir {
    let tree = tempfile::Builder::new().prefix("ht-").tempdir().expect("a folder");
    std::fs::write(tree.path().join("cgroup.controllers"), "cpu memory pids\n").expect("written");
    for id in ids {
        let folder = tree.path().join(format!("system.slice/docker-{id}.scope"));
        std::fs::create_dir_all(&folder).expect("made");
        FILES.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).expect("written"));
    }
    tree
}

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:064x}")).collect()
}

/// The program on a machine whose cgroups are `tree`.
fn program(socket: &FakeSocket, tree: &Path) -> Program {
    let arguments = ["--docker-host", socket.address(), "--interval", "1", "--log", "debug"];
    Launch::new(&arguments).in_own_mounts(&format!("mount --bind {} /sys/fs/cgroup", tree.display())).start()
}

fn may_mount(test: &str) -> bool {
    let may = std::process::Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success());
    if !may {
        skipped(test, "root and unshare");
    }
    may
}

#[test]
fn a_thousand_containers_cost_an_inspection_each_and_no_statistics() {
    const COUNT: usize = 1000;
    if !may_mount("a_thousand_containers") {
        return;
    }
    let ids = ids(COUNT);
    let (socket, tree) = (FakeSocket::with_containers(&ids), tree(&ids));
    let program = program(&socket, tree.path());
    let limit = Duration::from_secs(60);
    within(limit, "measured", || program.containers(), |answer| answer.is_complete(COUNT as u64));
    let inspected = |path: &&String| path.ends_with("/json") && !path.ends_with("/containers/json");
    let mut requests = Vec::new();
    let start = std::time::Instant::now();
    while requests.iter().filter(inspected).count() < COUNT && start.elapsed() < limit {
        requests.extend(socket.requests());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(requests.iter().filter(inspected).count(), COUNT, "one inspection each");
    std::thread::sleep(Duration::from_secs(5));
    let later = socket.requests();
    let answer = program.containers();
    assert!(answer.rows().iter().all(|row| row["source"] == "cgroup" && row["memory_limit_mb"] == 128.0));
    assert!(answer.rows().iter().all(|row| row["cpu_limit_cores"].is_number() || row["limits_known"] == true));
    let count = |word: &str| later.iter().filter(|path| path.contains(word)).count();
    assert_eq!((count("/stats"), later.iter().filter(inspected).count()), (0, 0), "{later:?}");
    assert!(count("/containers/json") <= 1, "a list once a minute, if nothing happens: {later:?}");
    assert!((1..=10).contains(&count("/_ping")), "a ping in each interval: {later:?}");
    // 512 files of cgroups, and a few of its own.
    let files = program.open_files();
    assert!((512..600).contains(&files), "{files} open files");
}

/// The times of the samples of `count` containers in the log, in milliseconds.
fn sample_times(program: &Program, count: usize) -> Vec<f64> {
    let time = |line: String| {
        let (_, text) = line.split_once(&format!("{count} containers sampled in "))?;
        text.strip_suffix(" ms")?.parse::<f64>().ok()
    };
    program.log().into_iter().filter_map(time).collect()
}

fn print_sample_time(program: &Program, count: usize, what: &str, most: f64) -> bool {
    let times = || sample_times(program, count);
    let times = within(Duration::from_secs(180), "samples", times, |times| times.len() > 25);
    let median = median(times[5..].to_vec());
    println!(
        "RESULT {count} containers, {what}: sampled in {median:.1} ms (median of {}), at most {most} ms",
        times.len() - 5
    );
    median <= most
}

#[test]
#[ignore = "a benchmark: make bench-scale"]
fn bench_collecting() {
    let ids = ids(1000);
    let (socket, tree) = (FakeSocket::with_containers(&ids), tree(&ids));
    let program = program(&socket, tree.path());
    let mut holds = print_sample_time(&program, 1000, "recorded", 100.0);
    drop(program);
    let docker = TestDocker::start("bench").expect("a daemon");
    start_crowd(&docker, 200);
    let arguments = ["--docker-host", &docker.host, "--container-label", &docker.label, "--interval", "1"];
    let program = Launch::new(&[&arguments[..], &["--log", "debug"]].concat()).start();
    holds &= print_sample_time(&program, 200, "real", 20.0);
    assert!(holds, "too slow");
}

#[test]
#[ignore = "a benchmark: make bench-scale"]
fn bench_idle() {
    const MINUTE: Duration = Duration::from_secs(60);
    let docker = TestDocker::own("bench-idle", "").expect("a daemon");
    start_crowd(&docker, 60);
    std::thread::sleep(Duration::from_secs(5));
    let percent = |used: Duration| 100.0 * used.as_secs_f64() / MINUTE.as_secs_f64();
    let daemons = || docker.daemons().iter().map(|pid| cpu_time(pid)).sum::<Duration>();
    let used_by = |what: &dyn Fn() -> Duration| {
        let before = what();
        std::thread::sleep(MINUTE);
        percent(what() - before)
    };
    let alone = used_by(&daemons);
    let program = Launch::new(&["--docker-host", &docker.host, "--container-label", &docker.label]).start();
    within(Duration::from_secs(10), "measured", || program.containers(), |answer| answer.is_complete(60));
    std::thread::sleep(Duration::from_secs(5));
    let before = program.cpu_time();
    let watched = used_by(&daemons);
    let own = percent(program.cpu_time() - before);
    let memory = program.resident() as f64 / 1e6;
    println!("RESULT idle, 60 containers: own {own:.2} % of a core, at most 0.15; {memory:.1} MB, at most 16");
    println!("RESULT idle, 60 containers: dockerd and containerd {watched:.2} % of a core, {alone:.2} % without us");
    assert!(own <= 0.15 && memory <= 16.0, "beyond a limit");
}
