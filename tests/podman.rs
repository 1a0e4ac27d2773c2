//! Tests the collector against Podman's socket, which has the same fields as Docker's, though some differ in meaning.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;
use support::cgroup::CpuRecorder;
use support::docker::{BURN, SLEEP};
use support::podman::TestPodman;
use support::program::{Answer, Launch};
use support::{mib, within};

const TIMEOUT: Duration = Duration::from_secs(20);

#[test]
fn numbers_equal_podman_stats() {
    let Some(podman) = TestPodman::start() else { return };
    podman.run("limited", &["--cpus", "0.5", "--memory", "128m"], BURN);
    podman.run("idle", &[], SLEEP);
    podman.run("paused", &[], SLEEP);
    podman.podman(&["pause", "paused"]);
    let recorder = CpuRecorder::start(podman.podman(&["inspect", "-f", "{{.State.Pid}}", "limited"]).trim());
    let arguments = ["--docker-host", &podman.socket(), "--container-label", "ht=yes", "--interval", "2"];
    let program = Launch::new(&arguments).start();
    let answer = within(TIMEOUT, "measured", || program.containers(), |answer| answer.is_complete(3));
    let mut samples = Vec::new();
    while samples.len() < 6 {
        let answer = program.containers();
        let moment = answer.json["timestamp"].as_str().expect("a time").to_owned();
        if samples.last().is_none_or(|(last, _)| *last != moment) {
            samples.push((moment, answer.row("limited")["cpu"].as_f64().expect("CPU")));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let distance = recorder.distance(&samples, false);
    assert!(distance <= 5.0, "off by {distance} percentage points of a core: {samples:?}");
    let limited = answer.row("limited");
    assert_eq!((&limited["memory_limit_mb"], &limited["cpu_limit_cores"]), (&128.0.into(), &0.5.into()));
    let idle = answer.row("idle");
    assert!(idle["cpu"].as_f64() < Some(5.0), "{idle}");
    assert!(idle["memory_limit_mb"].is_null() && idle["cpu_limit_cores"].is_null(), "a missing limit is null: {idle}");
    assert_eq!(answer.row("paused")["state"], "paused", "Podman omits paused containers unless asked for all");
    assert!(answer.rows().iter().all(|row| row["source"] == "cgroup"), "{answer:?}");
    assert!(answer.json["split"]["memory_mb"].is_object() && answer.json["split"]["cpu_percent"].is_object());
    for name in ["limited", "idle"] {
        let ours = answer.row(name)["memory_mb"].as_f64().expect("memory");
        let theirs = podman.podman(&["stats", "--no-stream", "--format", "{{.MemUsageBytes}}", name]);
        println!("{name}: {ours} MiB, podman stats {theirs}");
        let theirs = mib(theirs.split(" / ").next().expect("used"));
        assert!((ours - theirs).abs() <= f64::max(1.0, 0.02 * theirs), "{name}: {ours} MiB, podman stats {theirs}");
    }
}

#[test]
fn a_stopping_container_keeps_its_row_until_it_ends() {
    let Some(podman) = TestPodman::start() else { return };
    podman.run("stubborn", &[], &["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]);
    let arguments = ["--docker-host", &podman.socket(), "--container-label", "ht=yes", "--interval", "1"];
    let program = Launch::new(&arguments).start();
    within(TIMEOUT, "measured", || program.containers(), |answer| answer.is_complete(1));
    std::thread::scope(|scope| {
        let stopping = scope.spawn(|| podman.podman(&["stop", "-t", "8", "stubborn"]));
        let row = |state: &'static str| move |answer: &Answer| answer.row("stubborn")["state"] == state;
        let answer = within(TIMEOUT, "stopping", || program.containers(), row("stopping"));
        assert_eq!(answer.json["running_count"], 1, "it still uses CPU and memory: {answer:?}");
        stopping.join().expect("stopped");
    });
    within(TIMEOUT, "ended", || program.containers(), |answer| answer.status == 200 && answer.rows().is_empty());
}
