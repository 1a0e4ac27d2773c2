//! The collector against Podman's socket, whose fields are Docker's but sometimes differ in meaning.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;
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
    let arguments = ["--docker-host", &podman.socket(), "--container-label", "ht=yes", "--interval", "2"];
    let program = Launch::new(&arguments).start();
    let settled = |answer: &Answer| answer.is_complete(3) && answer.row("limited")["cpu"].as_f64() > Some(40.0);
    let answer = within(TIMEOUT, "measured", || program.containers(), settled);
    let limited = answer.row("limited");
    let cpu = limited["cpu"].as_f64().expect("CPU");
    assert!((40.0..=60.0).contains(&cpu), "half a core, unlike the result of Docker's formula: {limited}");
    assert_eq!((&limited["memory_limit_mb"], &limited["cpu_limit_cores"]), (&128.0.into(), &0.5.into()));
    let idle = answer.row("idle");
    assert!(idle["cpu"].as_f64() < Some(5.0), "{idle}");
    assert!(idle["memory_limit_mb"].is_null() && idle["cpu_limit_cores"].is_null(), "no limit is null: {idle}");
    assert_eq!(answer.row("paused")["state"], "paused", "Podman lists paused containers only on request");
    // Podman does not report the page cache, so the host's memory cannot be split.
    assert!(answer.json["split"]["memory_mb"].is_null() && answer.json["split"]["cpu_percent"].is_object());
    for name in ["limited", "idle"] {
        let ours = answer.row(name)["memory_mb"].as_f64().expect("memory");
        let theirs = podman.podman(&["stats", "--no-stream", "--format", "{{.MemUsageBytes}}", name]);
        println!("{name}: {ours} MiB, podman stats {theirs}");
        let theirs = mib(theirs.split(" / ").next().expect("used"));
        assert!((ours - theirs).abs() <= f64::max(1.0, 0.02 * theirs), "{name}: {ours} MiB, podman stats {theirs}");
    }
}
