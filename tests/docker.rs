//! Compares the collector's numbers with those of a real Docker daemon. Failures are tested in `faults`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use host_telemetry::api::{Source, TelemetryError};
use host_telemetry::collect::{DockerEndpoint, DockerReader, Sampler, SamplerOptions, SystemHost, Telemetry, Tls};
use host_telemetry::model::{ContainerState, ContainerStats, ContainersStats, EventKind, ReadFrom, Stamped};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use support::cgroup::{self, CpuRecorder};
use support::docker::{BURN, SLEEP, TestDocker};
use support::{mib, stdout};

/// The time between samples.
const INTERVAL: Duration = Duration::from_secs(2);

fn sampler(reader: DockerReader) -> (Sampler, Telemetry) {
    let options = SamplerOptions { interval: INTERVAL, hostname: "test".into(), prefix: "agent-".into() };
    let sampler = Sampler::spawn(SystemHost::new("/".into()), reader, options);
    let telemetry = sampler.telemetry();
    (sampler, telemetry)
}

/// Polls until `expected` accepts the answer. Panics after a minute: under emulation, a container takes seconds to start.
async fn until(
    telemetry: &Telemetry,
    what: &str,
    expected: impl Fn(&Result<ContainersStats, TelemetryError>) -> bool,
) -> Result<ContainersStats, TelemetryError> {
    let start = Instant::now();
    loop {
        let answer = telemetry.containers().map(|answer| answer.data);
        if expected(&answer) {
            println!("{what}: after {:.1} s", start.elapsed().as_secs_f64());
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{what}: not within a minute, but {answer:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn measured(telemetry: &Telemetry, count: u32) -> ContainersStats {
    let complete = |stats: &ContainersStats| {
        stats.running_count == Some(count) && stats.containers.iter().all(|row| row.cpu.is_some())
    };
    let answer = until(telemetry, "measured", |answer| answer.as_ref().is_ok_and(complete)).await;
    answer.expect("numbers")
}

/// A container's memory usage in MiB, as reported by `docker stats`.
fn docker_memory(docker: &TestDocker, name: &str) -> f64 {
    let usage = docker.docker(&["stats", "--no-stream", "--format", "{{.MemUsage}}", name]);
    mib(usage.split(" / ").next().expect("used").trim())
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_equal_docker_stats_and_the_kernels() {
    let Some(docker) = TestDocker::start("stats") else { return };
    let shell = |script: &'static str| ["sh", "-c", script];
    docker.run("agent-burner", &[], BURN);
    docker.run("agent-half", &["--cpus", "0.5", "--memory", "128m"], BURN);
    let write = "dd if=/dev/zero of=/t/f bs=1M count=64; sleep 100000";
    docker.run("agent-writer", &["--tmpfs", "/t"], &shell(write));
    let read = "dd if=/dev/zero of=/f bs=1M count=64; while :; do dd if=/f of=/dev/null bs=1M; sleep 1; done";
    docker.run("agent-reader", &[], &shell(read));
    docker.run("idle", &[], SLEEP);
    let busy = ["burner", "half"];
    let recorders = busy.map(|name| CpuRecorder::start(&docker.container_pid(&format!("agent-{name}"))));
    let (_sampler, telemetry) = sampler(docker.reader());
    measured(&telemetry, 5).await;
    for (recorder, samples) in recorders.iter().zip(cpu_samples(&telemetry, busy).await) {
        let distance = recorder.distance(&samples, false);
        assert!(distance <= 5.0, "off by {distance} percentage points of a core: {samples:?}");
    }
    // The reader's memory usage varies, so retry until all containers match in the same sample.
    let mut attempts = 0;
    let stats = loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let stats = measured(&telemetry, 5).await;
        let differing = differences(&docker, &stats);
        if differing.is_empty() {
            break stats;
        }
        attempts += 1;
        assert!(attempts < 8, "{}", differing.join("; "));
    };
    assert!(stats.containers.iter().all(|row| row.source == Some(ReadFrom::Cgroup)), "{stats:?}");
    assert!(stats.containers.is_sorted_by(|a, b| a.cpu >= b.cpu), "not sorted by CPU: {stats:?}");
    let of = |name: &str| stats.containers.iter().find(|row| row.name == name).expect("a row");
    assert_eq!((of("half").memory_limit_mb, of("half").cpu_limit_cores), (Some(128.0), Some(0.5)));
    assert_eq!((of("idle").memory_limit_mb, of("idle").cpu_limit_cores), (None, None));
    assert_eq!(docker.cgroup_file("agent-half", "memory", "memory.limit_in_bytes", "memory.max"), "134217728");
    let quota = docker.cgroup_file("agent-half", "cpu", "cpu.cfs_quota_us", "cpu.max");
    assert!(["50000", "50000 100000"].contains(&quota.as_str()), "unexpected quota in the cgroup: {quota}");
    for (row, cpus) in stats.containers.iter().filter_map(|row| Some((row, row.cpu_host_percent?))) {
        assert!((0.0..=100.0).contains(&cpus) && row.cpu >= Some(cpus), "{row:?}");
    }
    let split = stats.split.memory_mb.clone().expect("a split");
    assert!(split.containers > 64.0 && split.other > 0.0, "tmpfs counts as memory, page cache does not: {split:?}");
    // Where the engine's own files are in memory, no cache is left to leave out.
    assert!(split.containers <= stats.total_memory_mb.expect("memory"), "{split:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_limit_is_noticed() {
    let Some(docker) = TestDocker::start("limits") else { return };
    docker.run("agent-a", &["--memory", "64m"], SLEEP);
    let (_sampler, telemetry) = sampler(docker.reader());
    assert_eq!(measured(&telemetry, 1).await.containers[0].memory_limit_mb, Some(64.0));
    docker.docker(&["update", "--memory", "96m", "--memory-swap", "192m", "agent-a"]);
    let changed = |stats: &ContainersStats| stats.containers[0].memory_limit_mb == Some(96.0);
    until(&telemetry, "changed", |answer| answer.as_ref().is_ok_and(changed)).await.ok();
}

/// Both sources, side by side: within 1 percentage point of a core, and 1 MiB or 1 %.
#[tokio::test(flavor = "multi_thread")]
async fn the_kernel_and_the_engine_say_the_same() {
    let Some(docker) = TestDocker::start("sources") else { return };
    docker.run("agent-half", &["--cpus", "0.5", "--memory", "128m"], BURN);
    let write = "dd if=/dev/zero of=/t/f bs=1M count=64; sleep 100000";
    docker.run("agent-writer", &["--tmpfs", "/t"], &["sh", "-c", write]);
    docker.run("agent-idle", &[], SLEEP);
    let (_kernels, kernel) = sampler(docker.reader());
    let (_engines, engine) = sampler(docker.reader().without_cgroups());
    for telemetry in [&kernel, &engine] {
        measured(telemetry, 3).await;
    }
    let names = ["half", "writer", "idle"];
    let (mut medians, start) = ([f64::MAX; 3], Instant::now());
    // The windows differ, so a container's usage is compared as the mean of several.
    while medians.iter().any(|median| *median > 1.0) {
        assert!(start.elapsed() < Duration::from_secs(60), "the CPU of {names:?} differs by {medians:?}");
        let [kernels, engines] = [cpu_samples(&kernel, names), cpu_samples(&engine, names)];
        let (kernels, engines) = tokio::join!(kernels, engines);
        let mean = |samples: &[(String, f64)]| samples.iter().map(|(_, cpu)| cpu).sum::<f64>() / samples.len() as f64;
        medians = std::array::from_fn(|index| (mean(&kernels[index]) - mean(&engines[index])).abs());
        println!("difference of {names:?} in percentage points of a core: {medians:.2?}");
    }
    let (ours, theirs) = (measured(&kernel, 3).await, measured(&engine, 3).await);
    for name in names {
        let of =
            |stats: &ContainersStats| stats.containers.iter().find(|row| row.name == name).cloned().expect("a row");
        let (ours, theirs) = (of(&ours), of(&theirs));
        assert_eq!((ours.source, theirs.source), (Some(ReadFrom::Cgroup), Some(ReadFrom::Engine)));
        let limits = |row: &ContainerStats| (row.memory_limit_mb, row.cpu_limit_cores, row.limits_known);
        assert_eq!(limits(&ours), limits(&theirs), "{name}");
        let (ours, theirs) = (ours.memory_mb.expect("memory"), theirs.memory_mb.expect("memory"));
        assert!((ours - theirs).abs() <= f64::max(1.0, 0.01 * theirs), "{name}: {ours} MiB and {theirs} MiB");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_containers_share_counts_for_each_and_once_in_the_sum() {
    let Some(docker) = TestDocker::start("parent") else { return };
    let parent = format!("ht-parent-{}", std::process::id());
    let parent_option = format!("/{parent}");
    docker.run("agent-a", &["--cgroup-parent", &parent_option, "--memory", "64m"], SLEEP);
    docker.run("agent-b", &["--cgroup-parent", &parent_option], SLEEP);
    docker.run("agent-c", &["--memory", "32m"], SLEEP);
    let own = cgroup::file(&docker.container_pid("agent-a"), "memory", "memory.limit_in_bytes", "memory.max");
    let shared = own.parent().and_then(Path::parent).expect("the parent").join(own.file_name().expect("a name"));
    std::fs::write(&shared, (100u64 << 20).to_string()).expect("a limit");
    let (_sampler, telemetry) = sampler(docker.reader());
    let stats = measured(&telemetry, 3).await;
    let limits: BTreeMap<_, _> = stats.containers.iter().map(|row| (row.name.as_str(), row.memory_limit_mb)).collect();
    assert_eq!(limits, BTreeMap::from([("a", Some(64.0)), ("b", Some(100.0)), ("c", Some(32.0))]));
    assert_eq!(stats.total_memory_limit_mb, Some(132.0), "a and b share 100 MiB");
    drop(docker);
    for controller in std::fs::read_dir("/sys/fs/cgroup").expect("the tree").flatten() {
        // Docker leaves the folder of a custom parent behind.
        let _ = std::fs::remove_dir(controller.path().join(&parent));
    }
    let _ = std::fs::remove_dir(Path::new("/sys/fs/cgroup").join(&parent));
}

/// Collects six consecutive CPU samples for each of the named containers, with their timestamps.
async fn cpu_samples<const N: usize>(telemetry: &Telemetry, names: [&str; N]) -> [Vec<(String, f64)>; N] {
    let mut samples = names.map(|_| Vec::new());
    while samples[0].len() < 6 {
        let Stamped { data, stamp, .. } = telemetry.containers().expect("numbers");
        let moment = serde_json::to_value(stamp.timestamp).expect("a time").as_str().expect("text").to_owned();
        for (name, samples) in names.iter().zip(&mut samples) {
            let row = data.containers.iter().find(|row| row.name == *name).expect("a row");
            if samples.last().is_none_or(|(last, _)| *last != moment) {
                samples.push((moment.clone(), row.cpu.expect("CPU")));
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    samples
}

/// Describes the containers whose memory usage differs from `docker stats` by more than 1 MiB and by more than 2%.
fn differences(docker: &TestDocker, stats: &ContainersStats) -> Vec<String> {
    let compare = |row: &ContainerStats| {
        let full_name = if row.name == "idle" { "idle".to_owned() } else { format!("agent-{}", row.name) };
        let (ours, theirs) = (row.memory_mb.expect("memory"), docker_memory(docker, &full_name));
        let line = format!("{full_name}: memory {ours} MiB (docker stats {theirs})");
        println!("{line}");
        ((ours - theirs).abs() > f64::max(1.0, 0.02 * theirs)).then_some(line)
    };
    stats.containers.iter().filter_map(compare).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_containers_with_the_label_are_shown() {
    let Some(docker) = TestDocker::start("label") else { return };
    docker.run("agent-mine", &[], SLEEP);
    docker.docker(&["run", "-d", "--rm", "--network", "none", "--name", "ht-not-mine", "ht-busybox", "sleep", "60"]);
    let (_sampler, telemetry) = sampler(docker.reader());
    let stats = measured(&telemetry, 1).await;
    assert_eq!(stats.containers[0].name, "mine");
    docker.docker(&["rm", "-f", "agent-mine", "ht-not-mine"]);
    let empty = until(&telemetry, "empty", |answer| answer.as_ref().is_ok_and(|stats| stats.running_count == Some(0)));
    let empty = empty.await.expect("numbers");
    assert_eq!((empty.total_cpu_percent, empty.total_memory_mb), (Some(0.0), Some(0.0)));
}

/// Creates certificates for a CA, a daemon at 127.0.0.1 and a client, under the file names that Docker expects.
fn certificates(folder: &Path) {
    let commands = "
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca-key.pem -out ca.pem
        printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' > server.ext
        printf 'extendedKeyUsage=clientAuth\n' > client.ext
        openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server-key.pem -out server.csr
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile server.ext -out server-cert.pem
        openssl req -newkey rsa:2048 -nodes -subj /CN=client -keyout key.pem -out client.csr
        openssl x509 -req -in client.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile client.ext -out cert.pem";
    stdout(Command::new("sh").args(["-ec", commands]).current_dir(folder).output().expect("openssl"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_behind_tls_is_measured_and_refuses_unknown_clients() {
    let certificates_folder = tempfile::tempdir().expect("a folder");
    certificates(certificates_folder.path());
    let free_port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let file = |name: &str| certificates_folder.path().join(name).display().to_string();
    let flags = format!(
        "-H tcp://127.0.0.1:{free_port} --tlsverify --tlscacert={} --tlscert={} --tlskey={}",
        file("ca.pem"),
        file("server-cert.pem"),
        file("server-key.pem")
    );
    let Some(docker) = TestDocker::own("tls", &flags) else { return };
    docker.run("agent-a", &[], SLEEP);
    let address = format!("tcp://127.0.0.1:{free_port}");
    let reader = |directory: PathBuf| {
        let endpoint = DockerEndpoint::parse(&address, Some(Tls { directory })).expect("an address");
        DockerReader::new(endpoint, Some(docker.label.clone()), INTERVAL)
    };
    let (_sampler, telemetry) = sampler(reader(certificates_folder.path().into()));
    assert_eq!(measured(&telemetry, 1).await.containers[0].name, "a");

    let strangers = tempfile::tempdir().expect("a folder");
    certificates(strangers.path());
    let (_stranger, telemetry) = sampler(reader(strangers.path().into()));
    let refused = until(&telemetry, "refused", Result::is_err).await.expect_err("another authority");
    assert!(refused.to_string().to_lowercase().contains("certificate"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_stops_and_restarts_are_noticed() {
    let Some(docker) = TestDocker::start("events") else { return };
    docker.run("agent-old", &["--memory", "128m"], SLEEP);
    let (_sampler, telemetry) = sampler(docker.reader());
    assert_eq!(measured(&telemetry, 1).await.events, Some(Vec::new()), "what was there before is no event");
    let happened = |kind: EventKind, name: &'static str| {
        move |answer: &Result<ContainersStats, TelemetryError>| {
            let events = answer.as_ref().ok().and_then(|stats| stats.events.as_ref());
            events.is_some_and(|events| events.iter().any(|event| event.kind == kind && event.name == name))
        }
    };
    docker.run("agent-new", &[], SLEEP);
    until(&telemetry, "started", happened(EventKind::Started, "new")).await.expect("numbers");
    let stats = measured(&telemetry, 2).await;
    let row = stats.containers.iter().find(|row| row.name == "new").expect("a row");
    let inspected = docker.docker(&["inspect", "-f", "{{.State.StartedAt}} {{.Config.Image}}", "agent-new"]);
    let (started, image) = inspected.trim().split_once(' ').expect("two values");
    let ours = row.started_at.expect("a start").to_string();
    assert_eq!(ours.get(..26), started.get(..26), "to the microsecond");
    assert_eq!((row.image.as_deref(), row.restart_count, row.limits_known), (Some(image), Some(0), Some(true)));
    let event = stats.events.expect("events").remove(0);
    assert_eq!(Some(event.timestamp), row.started_at, "when it was started, not when that was noticed");

    docker.docker(&["restart", "-t", "0", "agent-old"]);
    until(&telemetry, "restarted", happened(EventKind::Restarted, "old")).await.expect("numbers");
    docker.docker(&["rm", "-f", "agent-new"]);
    until(&telemetry, "stopped", happened(EventKind::Stopped, "new")).await.expect("numbers");
    let trends = telemetry.history().containers;
    assert!(trends.iter().any(|trend| trend.name == "new"), "a container that has ended is still in the history");

    docker.run("agent-loop", &["--restart", "always", "--memory", "64m"], &["sh", "-c", "sleep 0.2; exit 1"]);
    let answer = until(&telemetry, "restarting", happened(EventKind::Restarted, "loop")).await.expect("numbers");
    let looping = |stats: &ContainersStats| stats.containers.iter().find(|row| row.name == "loop").cloned();
    assert!(looping(&answer).expect("a row").restart_count > Some(0));
    let is_restarting = |answer: &Result<ContainersStats, TelemetryError>| {
        let row = answer.as_ref().ok().and_then(looping);
        row.is_some_and(|row| row.state == ContainerState::Restarting && row.memory_limit_mb == Some(64.0))
    };
    until(&telemetry, "its limit is known although it is not measured", is_restarting).await.expect("numbers");
}
