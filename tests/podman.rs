//! The collector against Podman's socket, which answers in Docker's form and means other things by some of it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::Duration;
use support::docker::{BURN, SLEEP};
use support::podman::TestPodman;
use support::program::{Answer, Launch};
use support::{mib, within};

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn podman_s_numbers_are_the_kernel_s() {
    let Some(podman) = TestPodman::start() else { return };
    podman.run("limited", &["--cpus", "0.5", "--memory", "128m"], BURN);
    podman.run("idle", &[], SLEEP);
    podman.run("paused", &[], SLEEP);
    podman.podman(&["pause", "paused"]);
    let arguments = ["--docker-host", &podman.socket(), "--container-label", "ht=yes", "--interval", "2"];
    let program = Launch::new(&arguments).start();
    let settled = |answer: &Answer| answer.is_complete(3) && answer.row("limited")["cpu"].as_f64() > Some(40.0);
    let answer = within(PATIENCE, "measured", || program.containers(), settled);
    let limited = answer.row("limited");
    let cpu = limited["cpu"].as_f64().expect("CPU");
    assert!((40.0..=60.0).contains(&cpu), "half a core, and not what Docker's formula would make of it: {limited}");
    assert_eq!((&limited["memory_limit_mb"], &limited["cpu_limit_cores"]), (&128.0.into(), &0.5.into()));
    let idle = answer.row("idle");
    assert!(idle["cpu"].as_f64() < Some(5.0), "{idle}");
    assert!(idle["memory_limit_mb"].is_null() && idle["cpu_limit_cores"].is_null(), "no limit is null: {idle}");
    assert_eq!(answer.row("paused")["state"], "paused", "Podman lists it only where it is asked to");
    // Podman does not tell the page cache, so that no part of the host's memory can be named.
    assert!(answer.json["split"]["memory_mb"].is_null() && answer.json["split"]["cpu_percent"].is_object());
    for name in ["limited", "idle"] {
        let ours = answer.row(name)["memory_mb"].as_f64().expect("memory");
        let theirs = podman.podman(&["stats", "--no-stream", "--format", "{{.MemUsageBytes}}", name]);
        println!("{name}: {ours} MiB, podman stats {theirs}");
        let theirs = mib(theirs.split(" / ").next().expect("used"));
        assert!((ours - theirs).abs() <= f64::max(1.0, 0.02 * theirs), "{name}: {ours} MiB, podman stats {theirs}");
    }
}
