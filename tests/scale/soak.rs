//! A long time with churn, faults and viewers, in which nothing may grow.

use crate::median;
use crate::support::docker::{SLEEP, TestDocker};
use crate::support::program::{Launch, Program};
use crate::support::{signal, within};
use crate::viewers::{can_load, result, viewers};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

const MIB: f64 = 1024.0 * 1024.0;

/// What could grow, at one moment.
struct Reading {
    memory_mib: f64,
    files: f64,
    threads: f64,
}

impl Reading {
    fn of(program: &Program) -> Self {
        Self {
            memory_mib: program.resident() as f64 / MIB,
            files: program.open_files() as f64,
            threads: program.threads() as f64,
        }
    }
}

#[test]
fn nothing_grows_for_a_while() {
    soak(Duration::from_secs(40));
}

#[test]
#[ignore = "half an hour: make soak"]
fn nothing_grows_for_long() {
    let minutes = std::env::var("MINUTES").ok().and_then(|minutes| minutes.parse().ok()).unwrap_or(30);
    soak(Duration::from_secs(60 * minutes));
}

fn soak(duration: Duration) {
    if !can_load("soak") {
        return;
    }
    let Some(docker) = TestDocker::own("soak", "") else { return };
    for number in 0..5 {
        docker.run(&format!("agent-{number}"), &[], SLEEP);
    }
    let arguments = ["--docker-host", &docker.host, "--container-label", &docker.label, "--interval", "1"];
    let program = Launch::new(&arguments).start();
    within(Duration::from_secs(10), "measured", || program.containers(), |answer| answer.is_complete(5));
    let end = Instant::now() + duration;
    let is_over = AtomicBool::new(false);
    let readings = std::thread::scope(|scope| {
        scope.spawn(|| churn(&docker, &is_over));
        scope.spawn(|| hang(&docker, &is_over));
        scope.spawn(|| poll(&program, &is_over));
        let mut readings = Vec::new();
        while Instant::now() < end {
            readings.push(Reading::of(&program));
            assert_eq!(program.host().status, 200);
            sleep(Duration::from_secs(1));
        }
        is_over.store(true, Ordering::Relaxed);
        readings
    });
    within(
        Duration::from_secs(30),
        "fresh after all",
        || program.containers(),
        |answer| answer.status == 200 && !answer.is_stale() && answer.row("agent-0")["cpu"].is_number(),
    );
    for (name, value, ratio, slack) in [
        ("memory in MiB", (|reading| reading.memory_mib) as fn(&Reading) -> f64, 1.15, 3.0),
        ("open files", |reading| reading.files, 1.0, 12.0),
        ("threads", |reading| reading.threads, 1.0, 4.0),
    ] {
        // The first quarter warms up.
        let quarter = readings.len() / 4;
        let of = |from: usize| median(readings[from..from + quarter].iter().map(value).collect());
        let (early, late) = (of(quarter), of(readings.len() - quarter));
        println!(
            "RESULT soak of {} s, {name}: {early:.1} in the second quarter, {late:.1} in the last",
            duration.as_secs()
        );
        assert!(late <= ratio * early + slack, "{name} grew from {early} to {late}");
    }
}

/// Containers come and go, of which some restart.
fn churn(docker: &TestDocker, is_over: &AtomicBool) {
    let mut number = 0u32;
    while !is_over.load(Ordering::Relaxed) {
        number += 1;
        let name = format!("churn-{number}");
        let run = ["run", "-d", "--network", "none", "--label", &docker.label, "--name", &name, "ht-busybox"];
        // Any of these may fail while the daemon is stopped or starts again.
        for arguments in [&[&run, SLEEP].concat()[..], &["restart", "-t", "0", &name], &["rm", "-f", &name]] {
            let mut command = Command::new("timeout");
            command.args(["20", "docker"]).args(arguments).env("DOCKER_HOST", &docker.host);
            let _ = command.output();
            sleep(Duration::from_millis(300));
        }
    }
}

/// The daemon hangs now and then, and is killed and started again each fourth time.
fn hang(docker: &TestDocker, is_over: &AtomicBool) {
    for round in 1u32.. {
        for _ in 0..8 {
            sleep(Duration::from_secs(1));
            if is_over.load(Ordering::Relaxed) {
                return;
            }
        }
        if round.is_multiple_of(4) {
            docker.script("kill");
            sleep(Duration::from_secs(2));
            docker.script("start");
            for number in 0..5 {
                docker.docker(&["start", &format!("agent-{number}")]);
            }
        } else {
            signal("STOP", &docker.pid());
            sleep(Duration::from_secs(4));
            signal("CONT", &docker.pid());
        }
    }
}

/// Viewers come, poll for a while, open the page and go.
fn poll(program: &Program, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        let load = result(viewers(program, 50, 5, Duration::from_millis(200)).output().expect("wrk"));
        assert!(load.get("requests") > 0.0, "{load:?}");
        for path in ["/", "/api/telemetry/history", "/api/telemetry/history?minutes=60"] {
            assert!(program.get(path).starts_with("HTTP/1.1 200"), "{path}");
        }
    }
}
